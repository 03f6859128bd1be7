#!/bin/sh
# Assess letters with curl. PETITION_RISK_URL and PETITION_RISK_KEY (petition-risk key create NAME --scope score) say where and as whom.
set -eu
curl --silent --show-error --fail-with-body \
  --header "Authorization: Bearer ${PETITION_RISK_KEY}" \
  --header "Content-Type: application/json" \
  --data '{"petitions": [{"id": "2026-000123", "title": "河东小区电梯停运三个月",
    "body": "我们小区两部电梯从三月起停运，物业和社区都说在协调，至今没有修好。"}], "evidence": 3}' \
  "${PETITION_RISK_URL:-http://127.0.0.1:8080}/api/v1/score"
echo
