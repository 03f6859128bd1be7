"""Register letters of an office's own system and read back when an answer is due; standard library only.

PETITION_RISK_URL and PETITION_RISK_KEY (scope petitions:write) say where and as whom. Safe to run again: the same `external_id`
with the same content is answered as the first time.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

URL = os.environ.get("PETITION_RISK_URL", "http://127.0.0.1:8080")
LETTERS = [
    {"external_id": "2026-000124", "title": "工地拖欠工资", "body": "工地拖欠我们三十多人工资半年，多次讨要没有结果。"},
    {"external_id": "2026-000125", "title": "路灯不亮", "body": "村口两盏路灯不亮一个月了，晚上老人出门不方便。"},
]


def call(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send a body and return the answer; an error of the service is told in its own words."""
    request = urllib.request.Request(  # noqa: S310  the address is our own service
        f"{URL}/api/v1/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['PETITION_RISK_KEY']}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        problem = json.load(error)["error"]
        sys.exit(f"{problem['message']}（request_id {problem['request_id']}）")


for letter in LETTERS:
    said = call("petitions", letter)
    due, band = said["accept_by"], said["assessment"]["risk_band"]
    sys.stdout.write(f"{said['external_id']} {said['id']} {band} {due}\n")
