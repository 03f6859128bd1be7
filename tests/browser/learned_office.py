"""An office that has reviewed for some weeks: letters, lots, disputes, models with their comparisons; all through the API."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np

from risk_model import guard
from risk_model.artifact import Registry
from risk_model.artifact.store import save
from risk_model.model import load
from risk_model.taxonomy import OUTPUTS, TAG_NAMES, TAG_OF
from risk_model.training.examples import corpus
from tests.service.live import Live

#: Letters a week, and weeks before the newest.
LETTERS: Final = 34
WEEKS: Final = 5
_NEW: Final = "新修的高铁线路震动大，沿线住户墙体开裂，声屏障一直没有装，{}多户受影响。"


def models(model: Path, root: Path) -> Path:
    """Make a folder of models: `model` is served; a twin of it, and one that hears less blame, have been compared."""
    shutil.copytree(model, root / model.name)
    registry = Registry(root)
    registry.promote(model.name)
    served = load(root / model.name)
    bias = served.artifact.parameters.mix_bias.copy()
    bias[OUTPUTS.index("governance")] -= 2
    changed = {
        "2026.11.30": served.artifact.parameters,
        "2026.11.29": replace(served.artifact.parameters, mix_bias=bias),
    }
    letters = corpus().take(np.arange(0, 1195, 9))
    for name, parameters in changed.items():
        kept = {
            k: v for k, v in served.manifest.items() if k not in ("format", "version", "files", "outputs", "thresholds")
        }
        save(root / name, parameters, {"version": name, **kept}, {})
        now = dt.datetime.now(dt.UTC)
        found = guard.compare(load(root / name), served, {"decisions.jsonl": letters}, now, 20, probed=600)
        # How fast a model was is not the same twice.
        steady = tuple(replace(f, candidate=1.0) if f.where == "speed" else f for f in found.figures)
        guard.keep(registry, replace(found, figures=steady))
    return root


def monday(weeks_ago: int) -> dt.date:
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    return today - dt.timedelta(today.weekday() + 7 * weeks_ago)


def week_name(weeks_ago: int) -> str:
    year, week, _ = monday(weeks_ago).isocalendar()
    return f"{year}-W{week:02}"


class Somebody:
    """Somebody who is logged in."""

    def __init__(self, server: Live, name: str, password: str) -> None:
        self.client = httpx.Client(base_url=f"{server.url}/api/v1", timeout=120)
        made = self.client.post("/session", json={"username": name, "password": password})
        assert made.status_code == 201, made.text
        self.client.headers["X-CSRF-Token"] = made.json()["csrf"]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code in (201, 202, 200), (path, answer.text)
        return dict(answer.json())

    def review(self, letter: str, **body: Any) -> None:
        self.post(f"/petitions/{letter}/reviews", reason="看过原信", **body)


def seed(server: Live, password: str) -> dict[str, list[str]]:
    """Fill the office; returns the ids of the letters of each week."""
    wang, li, chen = people = [Somebody(server, name, password) for name in ("wang", "li", "chen")]
    try:
        return _fill(wang, li, chen)
    finally:
        for somebody in people:
            somebody.client.close()


def _fill(wang: Somebody, li: Somebody, chen: Somebody) -> dict[str, list[str]]:
    lines = files("risk_model.data").joinpath("corpus.jsonl").read_text(encoding="utf-8").splitlines()
    every = [json.loads(line) for line in lines][::4]
    truth: dict[str, dict[str, Any]] = {}
    ids: dict[str, list[str]] = {}
    for ago in range(WEEKS, 0, -1):
        for k in range(LETTERS):
            x = every.pop()
            day = monday(ago) + dt.timedelta(k % 7)
            sent = {"title": x["title"], "body": x["body"], "received": str(day)}
            letter = wang.post("/petitions", **sent)["id"]
            truth[letter] = x
            ids.setdefault(week_name(ago), []).append(letter)
    for k in range(12):
        # A new topic in the newest week: what drift is there to see.
        sent = {"title": "高铁震动、墙体开裂", "body": _NEW.format(20 + k), "received": str(monday(1))}
        wang.post("/petitions", **sent)
    for ago in (3, 2, 1):
        drawn = wang.post(f"/learning/lots/{week_name(ago)}")["unread"]
        known = [letter for letter in drawn if letter in truth]
        for k, letter in enumerate(known[: 12 if ago == 1 else None]):
            wang.review(letter, decision="correct", **_slip(_labels(truth[letter]), ago == 3 and k in (20, 21, 22)))
        if ago > 1:
            for k, letter in enumerate(known[:14]):
                said = _labels(truth[letter])
                if k < 2:
                    said["tags"] = sorted({"land_acquisition", "livelihood", "governance"} - set(said["tags"]))[:1]
                    said["subtags"], said["level"] = [], 3 - said["level"]
                li.review(letter, decision="correct", **said)
    chen.post("/learning/shadow", version="2026.11.29", days=7)
    for k in range(8):
        x = every.pop()
        wang.post("/petitions", title=x["title"], body=x["body"], area=("河东街道", "青山镇")[k % 2])
    return ids


def _slip(said: dict[str, Any], slipped: bool) -> dict[str, Any]:
    """Return labels, as somebody in a hurry may have clicked them."""
    if slipped:
        tags = sorted({"livelihood"} ^ set(said["tags"]))
        return {
            "tags": tags,
            "subtags": [s for s in said["subtags"] if TAG_OF[s] in tags],
            "factors": [],
            "level": 3 - said["level"],
        }
    return said


def _labels(x: dict[str, Any]) -> dict[str, Any]:
    tags = [name for name in TAG_NAMES if x[name]]
    return {"tags": tags, "subtags": x["subtags"], "factors": x["factors"], "level": x["escalation"]}
