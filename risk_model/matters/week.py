"""One week of letters joins the index: read, compare, join, explain, unite, thin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.matters import links
from risk_model.matters.agglomerate import agglomerate
from risk_model.matters.copies import copied, read_runs
from risk_model.matters.history import History
from risk_model.matters.letters import Letters
from risk_model.matters.reasons import shared_words
from risk_model.matters.sketch import HEAD, count_letters, sketch, stack
from risk_model.matters.uniting import unite_spoken

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: Mean log odds, with the weight of size, from which a letter joins a matter. Chosen on one half of the listed matters and measured
#: on the other (benchmarks/matters/fit_links.py) for precision of about 0.9.
JOIN: Final = 1.75
#: Score of the best pair below which two clusters are not considered: the weight of 24 letters cannot lift it to JOIN.
_HOPE: Final = -1.0
#: Letters of a matter that new ones are compared with: the first say what it is, the last where it stands.
FIRST, LAST = 8, 16
#: Weeks after which a letter is no longer compared with: two years, in which nearly every matter has spoken again or is over.
MEMORY: Final = 104
#: Letters of the index that new ones are compared with, at most: some 4 KB each. An office of up to 480 letters a week keeps all of two
#: years; a larger one forgets first the letters of matters that have been silent longest.
ROOM: Final = 50_000


@dataclass(frozen=True, slots=True)
class Link:
    """Why a letter is in its matter: the nearest other letter, how sure that link is (0 to 1), the words they share."""

    letter: str
    nearest: str
    probability: float
    words: tuple[str, ...]
    copy: bool


def add_week(past: History, week: int, letters: Letters) -> tuple[History, list[Link]]:
    """Return the history with this week's letters in it, and their links."""
    base, start = len(past.ids), len(past.live)
    texts = [f"{t}\n{b}" for t, b in zip(letters.titles, letters.bodies, strict=True)]
    prints, runs = read_runs(texts)
    source = _sources(past, prints)
    fresh = np.flatnonzero(source == base + np.arange(len(letters)))
    repeats = np.flatnonzero(source != base + np.arange(len(letters)))

    own = letters.take(fresh)
    counts = count_letters(own)
    df = past.df + np.bincount(counts[0].indices, minlength=len(past.df)).astype(np.int32)
    seen = past.seen + len(own)
    new = sketch(own, counts, df, seen)
    every = stack(past.sketches, new)
    live = np.concatenate([past.live, base + fresh])
    a, b = links.candidates(new, every)
    pairs = links.Pairs(a, b, links.score(links.likenesses(every, a, b)))

    root = _join(past.strand[past.live], start, len(new), pairs)
    founding = root >= start
    numbers = np.unique(root[founding], return_inverse=True)[1] + len(past.founders)
    matter, strand = np.zeros(len(letters), np.int64), np.zeros(len(letters), np.int64)
    # Roots below `start` are strands of the past, given by one of their rows.
    matter[fresh[~founding]] = past.matter[past.live[root[~founding]]]
    strand[fresh[~founding]] = past.strand[past.live[root[~founding]]]
    matter[fresh[founding]] = strand[fresh[founding]] = numbers
    founders = base + fresh[np.unique(root[founding]) - start]
    matter[repeats] = np.concatenate([past.matter, matter])[source[repeats]]
    strand[repeats] = np.concatenate([past.strand, strand])[source[repeats]]

    grown = replace(
        past,
        ids=past.ids + letters.ids,
        weeks=np.concatenate([past.weeks, np.full(len(letters), week)]),
        prints=np.concatenate([past.prints, prints]),
        copies=np.concatenate([past.copies, source != base + np.arange(len(letters))]),
        matter=np.concatenate([past.matter, matter]),
        strand=np.concatenate([past.strand, strand]),
        founders=np.concatenate([past.founders, founders]),
        turns=np.concatenate([past.turns, np.zeros(len(founders), np.int64)]),
        titles=past.titles + tuple(letters.titles[f - base] or letters.bodies[f - base][:HEAD] for f in founders),
        sketches=every,
        runs=np.concatenate([past.runs, runs[fresh]]),
        live=live,
        df=df,
        seen=seen,
    )
    found = _explain(grown, start, [texts[r] for r in fresh], pairs)
    for r in repeats.tolist():
        found.append(Link(letters.ids[r], grown.ids[source[r]], 1.0, ("全文相同",), True))
    copies = grown.copies.copy()
    number = {i: base + k for k, i in enumerate(letters.ids)}
    copies[[number[link.letter] for link in found if link.copy]] = True
    return _thin(unite_spoken(replace(grown, copies=copies), week, pairs, JOIN), week), found


def _sources(past: History, prints: NDArray[np.uint64]) -> Ints:
    """Return the number of the first letter with the same text; a letter that is the first, or too short, is its own."""
    base = len(past.ids)
    first: dict[int, int] = {}
    wanted = np.flatnonzero(np.isin(past.prints, prints[prints > 0]))
    for k, p in zip(wanted.tolist(), past.prints[wanted].tolist(), strict=True):
        first.setdefault(p, k)
    return np.array([first.setdefault(p, base + r) if p else base + r for r, p in enumerate(prints.tolist())], np.int64)


def _join(strand: Ints, start: int, new: int, pairs: links.Pairs) -> Ints:
    """Return for each new row the first row of its cluster; a row below `start` stands for its strand of the past."""
    best = np.full(start + new, links.FLOOR, np.float32)
    np.maximum.at(best, pairs.a, pairs.score)
    np.maximum.at(best, pairs.b, pairs.score)
    # Rows without one fair pair stay alone; leaving their pairs out saves most of the work.
    use = (pairs.score > links.FLOOR) & (np.minimum(best[pairs.a], best[pairs.b]) >= _HOPE)
    # Rows of one strand of the past are one node, the first of them.
    standing, first, inverse, size = np.unique(strand, return_index=True, return_inverse=True, return_counts=True)
    node = np.concatenate([inverse, len(standing) + np.arange(new)])
    keys, at, count = np.unique(
        node[pairs.b[use]] * len(node) + node[pairs.a[use]], return_inverse=True, return_counts=True
    )
    sums = np.bincount(at, pairs.score[use], len(keys)).astype(np.float64)
    low, high = keys // max(1, len(node)), keys % max(1, len(node))
    sizes = np.concatenate([size, np.ones(new, np.int64)])
    root = agglomerate(sizes.tolist(), len(standing), low, high, sums, count, links.FLOOR, JOIN)
    row = np.concatenate([first, start + np.arange(new)])
    return row[np.array(root[len(standing) :], np.int64)]


def _explain(history: History, start: int, texts: list[str], pairs: links.Pairs) -> list[Link]:
    of = history.matter[history.live]
    within = of[pairs.a] == of[pairs.b]
    row = np.concatenate([pairs.a[within], pairs.b[within]])
    other = np.concatenate([pairs.b[within], pairs.a[within]])
    value = np.concatenate([pairs.score[within], pairs.score[within]])
    founder = history.founders[of[row]] == history.live[row]
    wanted = (row >= start) & ~founder
    row, other, value = row[wanted], other[wanted], value[wanted]
    order = np.lexsort((other, -value, row))
    row, first = np.unique(row[order], return_index=True)
    other, value = other[order][first], value[order][first]
    same = copied(history.sketches, history.runs, row, other)
    names = history.sketches.names
    words = shared_words([texts[r - start] for r in row.tolist()], names[row], names[other])
    return [
        Link(history.ids[history.live[r]], history.ids[history.live[o]], float(1 / (1 + np.exp(-v))), w, bool(c))
        for r, o, v, w, c in zip(row.tolist(), other.tolist(), value.tolist(), words, same.tolist(), strict=True)
    ]


def _thin(history: History, week: int) -> History:
    """Drop live rows that are too old, those in the middle of large matters, and those for which there is no room."""
    of = history.matter[history.live]
    order = np.lexsort((history.live, of))
    size = np.bincount(of)[of[order]]
    start = np.flatnonzero(np.diff(of[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))
    keep = ((rank < FIRST) | (rank >= size - LAST)) & (week - history.weeks[history.live[order]] <= MEMORY)
    rows = np.sort(order[keep])
    if len(rows) > ROOM:
        spoke = np.zeros(len(history.founders), np.int64)
        np.maximum.at(spoke, history.matter, history.weeks)
        rows = np.sort(rows[np.lexsort((rows, spoke[of[rows]]))[-ROOM:]])
    if len(rows) == len(of):
        return history
    return replace(history, sketches=history.sketches.take(rows), runs=history.runs[rows], live=history.live[rows])
