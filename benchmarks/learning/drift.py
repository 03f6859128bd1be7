"""How often the drift charts cry wolf, and how small a change they see, on real messages.

    python -m benchmarks.learning.drift petitions_train.csv

Weeks of about 150 letters are drawn at random from the messages, so nothing moves by construction; three years of
52 weeks are charted against the eight weeks before each. Then twenty weeks each have something injected: letters of a topic that the
weeks before did not have, letters that come by another channel, letters decoded with the wrong table.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from risk_model import load
from risk_model.drift import Observed, Week, charts, observe
from risk_model.taxonomy import OUTPUTS
from risk_model.text import prepare_many
from risk_model.training.examples import labelled_file
from risk_model.training.judging import petitions_of

SIZE, BASELINE, YEARS, TRIES = 150, 8, 3, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    examples = labelled_file(parser.parse_args().labels)
    rng = np.random.default_rng(7)
    said = load().score(petitions_of(examples))
    ways = rng.choice(["网上", "热线", "来信"], len(examples), p=[0.6, 0.25, 0.15])
    texts = prepare_many(examples.texts)
    letters = [
        Observed(t, str(w), frozenset(a.tags), a.mass_incident_risk) for t, w, a in zip(texts, ways, said, strict=True)
    ]
    new = {i for i in range(len(letters)) if examples.targets[i, OUTPUTS.index("health_care")] == 1}
    pool = [x for i, x in enumerate(letters) if i not in new]
    topic = [letters[i] for i in sorted(new)]

    def drawn() -> list[Observed]:
        return [pool[int(i)] for i in rng.choice(len(pool), int(rng.poisson(SIZE)), replace=False)]

    weeks = [observe(drawn()) for _ in range(BASELINE + YEARS * 52)]
    for year in range(YEARS):
        levels = [worst(weeks, BASELINE + year * 52 + n) for n in range(52)]
        print(f"year {year + 1}, nothing moved: {Counter(levels)}", flush=True)

    def garbled(x: Observed) -> Observed:
        return replace(x, text=x.text.encode("gb18030").decode("utf-8", errors="replace"))

    injected: dict[str, Callable[[list[Observed], int], list[Observed]]] = {
        "new topic": lambda week, n: [*week[n:], *(topic[int(i)] for i in rng.choice(len(topic), n, replace=False))],
        "other channel": lambda week, n: [*week[n:], *(replace(x, channel="小程序") for x in week[:n])],
        "broken encoding": lambda week, n: [*week[n:], *map(garbled, week[:n])],
    }
    chart = {"new topic": ("words", "family"), "other channel": ("channel",), "broken encoding": ("garbled",)}
    for name, change in injected.items():
        for n in (3, 8, 15, 30):
            found = Counter[str]()
            for turn in range(TRIES):
                now = observe(change(drawn(), n))
                wanted = [c.level for c in charts(weeks[turn : turn + BASELINE], now) if c.name in chart[name]]
                found[max(wanted, key=["ok", "notice", "alarm"].index)] += 1
            print(f"{name}, {n} of {SIZE} letters: {dict(found)}", flush=True)


def worst(weeks: list[Week], at: int) -> str:
    found = {c.level for c in charts(weeks[at - BASELINE : at], weeks[at])}
    return max(found, key=["ok", "notice", "alarm"].index)


if __name__ == "__main__":
    main()
