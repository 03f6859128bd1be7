"""A history survives a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk_model.errors import ArtifactError
from risk_model.matters import Letters, Override, group, load_history, save_history


def test_the_next_week_is_grouped_the_same_after_a_file(county: Letters, tmp_path: Path) -> None:
    (_, one), *rest = county.by_week()
    decisions = [Override("split", ("kiln-00",)), Override("merge", ("wage-02", "lone-01"))]
    direct = kept = group(one, overrides=decisions).history
    for _, part in rest:
        direct = group(part, direct, decisions).history
        save_history(kept, tmp_path / "matters.npz")
        kept = group(part, load_history(tmp_path / "matters.npz"), decisions).history
    assert kept.matter_ids() == direct.matter_ids()
    assert (kept.merges, kept.barred, kept.applied) == (direct.merges, direct.barred, direct.applied)


def test_no_text_of_letters_is_kept(county: Letters, tmp_path: Path) -> None:
    save_history(group(county).history, tmp_path / "matters.npz")
    kept = load_history(tmp_path / "matters.npz")
    assert set(kept.titles) <= set(county.titles)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "matters.npz").write_bytes(b"PK nothing")
    with pytest.raises(ArtifactError, match=r"matters\.npz"):
        load_history(tmp_path / "matters.npz")
