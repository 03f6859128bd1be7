"""What teaches indifference: sentences that say nothing about the matter, put into any letter."""

from __future__ import annotations

from risk_model.training.augment import indifferent, sentences
from risk_model.training.neutrality import CRITICISM, PROSE, SENTENCES

LETTER = "关于某小区停水的问题\n停水三天。打电话没人管。请尽快处理。"


def test_every_kind_of_probe_is_taught_in_other_words() -> None:
    taught = sentences()
    assert set(taught) == set(SENTENCES) | set(PROSE)
    said = {s for some in taught.values() for s in some}
    asked = {s for probes in (SENTENCES, PROSE) for some in probes.values() for s in some} | set(CRITICISM)
    assert not said & asked
    assert all(len(some) >= 15 for some in taught.values())


def test_grave_and_trivial_letters_alike_get_them_and_keep_what_they_say() -> None:
    out = indifferent([LETTER] * 400, seed=5)
    changed = sum(text != LETTER for text in out)
    assert 220 < changed < 330
    marks = str.maketrans("", "", "，。")
    for text in out:
        assert text.startswith("关于某小区停水的问题\n")
        for part in ("停水三天", "打电话没人管", "请尽快处理"):
            assert part in text.translate(marks)


def test_the_same_seed_teaches_the_same() -> None:
    assert indifferent([LETTER] * 50, seed=5) == indifferent([LETTER] * 50, seed=5)
    assert indifferent([LETTER] * 50, seed=5) != indifferent([LETTER] * 50, seed=6)
