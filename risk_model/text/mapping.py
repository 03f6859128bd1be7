"""A rewritten text that knows where each of its characters came from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from risk_model.text.masks import Mask, masks_in

#: Put `replacement` in place of the half-open span `start`, `end`. Edits come in order and do not overlap.
Edit = tuple[int, int, str]
#: What a stage wants done: a text of the same length (every character for itself), or a few edits.
Change = str | list[Edit]
Stage = Callable[[str], Change]

#: Stands between the letters of a batch. A noncharacter: Unicode forbids it in exchanged text, and `normalise` drops it.
SEPARATOR = "\uffff"


class _Seam(NamedTuple):
    """A stretch of the text that is not a character-for-character copy, and the stretch of the source it stands for."""

    start: int
    end: int
    source_start: int
    source_end: int


def substitute(text: str, change: Change) -> str:
    """Return `text` after `change`.

    >>> substitute("a--b", [(1, 3, "-")])
    'a-b'
    """
    if isinstance(change, str):
        return change
    pieces: list[str] = []
    at = 0
    for start, end, replacement in change:
        pieces += text[at:start], replacement
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text, the source it was made from, and the way back.

    Only the seams are kept: between two of them text and source run side by side, so replacing single characters by single
    characters costs nothing.

    >>> mapped = MappedText.of("电话&nbsp;&nbsp;多少").changed([(2, 14, " ")])
    >>> mapped.text, mapped.origin(2, 3), mapped.origin(3, 5)
    ('电话 多少', (2, 14), (14, 16))
    """

    text: str
    source: str
    seams: tuple[_Seam, ...] = ()

    @classmethod
    def of(cls, text: str) -> MappedText:
        """Return `text` as its own source."""
        return cls(text, text)

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The masks that stand in the text, in order."""
        return masks_in(self.text)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest span of the source that covers the half-open span `start`, `end` of the text.

        A span inside a replacement gives the whole stretch that was replaced. An empty span gives an empty span.
        Raises ValueError outside the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span {start}:{end} is not inside a text of {len(self.text)} characters")
        if not self.seams:
            return start, end
        k = bisect_right(self.seams, start, key=lambda seam: seam.start) - 1
        first = self._side(k, start, inside=lambda seam: seam.source_start)
        if start == end:
            return first, first
        k = bisect_left(self.seams, end, key=lambda seam: seam.start) - 1
        return first, self._side(k, end, inside=lambda seam: seam.source_end)

    def _side(self, k: int, position: int, inside: Callable[[_Seam], int]) -> int:
        if k < 0:
            return position
        seam = self.seams[k]
        return inside(seam) if position < seam.end else seam.source_end + position - seam.end

    def split(self) -> Iterator[MappedText]:
        """Yield the letters of a batch, between which `SEPARATOR` stands in text and source alike."""
        k, at, came = 0, 0, 0
        for text, source in zip(self.text.split(SEPARATOR), self.source.split(SEPARATOR), strict=True):
            first = k
            while k < len(self.seams) and self.seams[k].start <= at + len(text):
                k += 1
            seams = (
                _Seam(s.start - at, s.end - at, s.source_start - came, s.source_end - came) for s in self.seams[first:k]
            )
            yield MappedText(text, source, tuple(seams))
            at += len(text) + 1
            came += len(source) + 1

    def changed(self, change: Change) -> MappedText:
        """Return the text after `change`, still mapped to the same source.

        Raises ValueError for a text of another length and for an edit that cuts through an earlier replacement.
        """
        if isinstance(change, str):
            if len(change) != len(self.text):
                raise ValueError(f"a text of {len(self.text)} characters cannot be replaced by one of {len(change)}")
            return MappedText(change, self.source, self.seams)
        if not change:
            return self
        return MappedText(substitute(self.text, change), self.source, tuple(self._moved(change)))

    def _moved(self, edits: Iterable[Edit]) -> Iterable[_Seam]:
        """Yield the old seams where they stand after `edits`, and a new seam for each edit."""
        old, k = self.seams, 0
        shift = 0  # new position minus old position
        back = 0  # source position minus old position
        for start, end, replacement in edits:
            while k < len(old) and old[k].end <= start:
                yield old[k]._replace(start=old[k].start + shift, end=old[k].end + shift)
                back = old[k].source_end - old[k].end
                k += 1
            source_start = start + back
            while k < len(old) and old[k].start < end:
                if old[k].start < start or old[k].end > end:
                    raise ValueError(f"the edit {start}:{end} cuts through an earlier replacement")
                back = old[k].source_end - old[k].end
                k += 1
            new_start, new_end = start + shift, start + shift + len(replacement)
            yield _Seam(new_start, new_end, source_start, end + back)
            shift += len(replacement) - (end - start)
        for seam in old[k:]:
            yield seam._replace(start=seam.start + shift, end=seam.end + shift)
