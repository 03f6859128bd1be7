"""What holds for any letters: the order of rows does not matter, and no week renames a matter in silence."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_model.matters import History, Letters, group, make_letters

_PLACES = ("青柳湾小区", "鼎峪服装厂", "梧影花园", "石墩村", "云栖里二期")
_SETTINGS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _corpus() -> list[tuple[str, list[str]]]:
    """Return titles and sentences of some letters of the built-in (invented) corpus."""
    lines = (files("risk_model.data") / "corpus.jsonl").read_text(encoding="utf-8").splitlines()[::29]
    rows = [json.loads(line) for line in lines]
    return [(r["title"], [s for s in re.split(r"(?<=[。！？\n])", r["body"]) if s.strip()]) for r in rows]


@st.composite
def books(draw: st.DrawFn) -> Letters:
    """Draw a small book: letters that share a place, a source letter, both or neither; copies; weeks with gaps."""
    count = draw(st.integers(6, 18))
    ids, titles, bodies, days = [], [], [], []
    for k in range(count):
        title, sentences = _corpus()[draw(st.integers(0, min(7, len(_corpus()) - 1)))]
        place = draw(st.sampled_from(_PLACES))
        some = sentences[: draw(st.integers(1, len(sentences)))]
        if bodies and draw(st.integers(0, 4)) == 0:
            titles.append(titles[-1])
            bodies.append(bodies[-1] + draw(st.sampled_from(["", "！", "盼复。"])))
        else:
            titles.append(place + title)
            bodies.append(f"{place}，" + "".join(some))
        ids.append(f"{draw(st.integers(0, 99)):02d}-{k:02d}")
        days.append(np.datetime64("2019-03-04") + draw(st.integers(0, 41)))
    return make_letters(ids, titles, bodies, days)


@_SETTINGS
@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(letters: Letters, random: object) -> None:
    order = list(range(len(letters)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mixed = make_letters(
        [letters.ids[k] for k in order],
        [letters.titles[k] for k in order],
        [letters.bodies[k] for k in order],
        letters.days[order],
    )
    one, other = group(letters), group(mixed)
    assert one.matters == other.matters
    assert one.links == other.links
    assert one.merges == other.merges


@_SETTINGS
@given(books())
def test_a_week_renames_no_matter_in_silence(letters: Letters) -> None:
    """Whatever a week brings, a letter's matter is the one it was in, or the one that a recorded joining says."""
    history: History | None = None
    before: dict[str, str] = {}
    for _, part in letters.by_week():
        step = group(part, history)
        history = step.history
        into = {m.gone: m.kept for m in step.merges}
        now = history.matter_ids()
        for letter, matter in before.items():
            while matter in into:
                matter = into[matter]
            assert now[letter] == matter
        before = now
    assert before == group(letters).history.matter_ids(), "week by week is the same as all at once"
