"""Registered petitions join matters: each new letter is grouped against its neighbourhood, not against the whole book.

The neighbourhood of a few letters (all strands that share rare n-grams with them) is laid out as the small `History` that
`risk_model.matters` works on, so letters are joined, matters united and reasons given by the very rules of the weekly scan.
"""

from __future__ import annotations

import base64
import uuid
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from risk_model.matters import Grouping, History, Letters, group, make_letters, week_number
from risk_model.matters.background import background
from risk_model.matters.copies import read_runs
from risk_model.matters.history import no_history
from risk_model.matters.sketch import count_letters, sketch
from risk_model.taxonomy import SUBTAGS
from service.core import Core
from service.store import match
from service.store.match import Letter, Place, Union

Ints = NDArray[np.int64]

#: Letters grouped at a time.
BATCH: Final = 32
#: Earlier letters that lead a new one to their strands.
_CANDIDATES: Final = 16
#: One n-gram in this many is looked up, the same ones in every letter; those of the title are looked up all.
_SAMPLED: Final = 8
_MOST_TERMS: Final = 96
#: An n-gram in more than this share of letters is a common word.
_COMMON: Final = 0.01
#: Letters after which the frequencies are written down again.
_KEEP_EVERY: Final = 256
#: What a letter is about; who is to blame and quarrels at home do not tell matters apart (as in the weekly scan).
TOPICS: Final = tuple(s.name for s in SUBTAGS if s.tag != "governance" and s.name != "family_neighbor_dispute")


class Grouper:
    """Groups what waits; several of them, in several processes, take turns."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.name = uuid.uuid4().hex
        self._df: NDArray[np.int32] | None = None
        self._fresh = 0

    def work(self) -> bool:
        """Group the next letters; False where none wait or somebody else is at it."""
        now = self.core.now()
        with self.core.store.writing() as session:
            if not match.lease(session, self.name, now):
                self._df = None
                return False
        with self.core.store.reading() as session:
            state = match.state(session)
            if self._df is None:
                self._df = _unpacked(state.counts)
            letters = match.waiting(session, BATCH)
            if not letters:
                return False
            new = _laid_out(letters)
            full, heads = count_letters(new)
            df = self._df + np.bincount(full.indices, minlength=len(self._df)).astype(np.int32)
            seen = background()[1] + state.seen
            terms = _terms(full, heads, df, seen + len(letters))
            past = match.known(session, _near(session, terms))
            barred = match.bars(session, {x.matter for x in past if x.matter})
        history, numbers = _history(past, barred, self._df, seen)
        told = _told(group(new, history), letters, past, numbers, dict(zip(new.ids, terms, strict=True)))
        counts = _packed(df) if self._fresh + len(letters) >= _KEEP_EVERY else None
        with self.core.store.writing() as session:
            kept = match.keep(session, state.revision, *told, counts, now)
        # Somebody changed matters meanwhile: begin again from what they are now.
        self._df = df if kept else None
        self._fresh = 0 if counts is not None else self._fresh + len(letters)
        return True

    def run(self, stopped: Callable[[], bool]) -> None:
        """Work until nothing waits or `stopped()` says so, then make room for others."""
        try:
            while not stopped() and self.work():
                pass
        finally:
            with self.core.store.writing() as session:
                match.release(session, self.name)


def _laid_out(letters: Sequence[Letter]) -> Letters:
    topics = [[x.probabilities.get(name, 0.0) for name in TOPICS] for x in letters]
    return make_letters(
        [x.public_id for x in letters],
        [x.title for x in letters],
        [x.body for x in letters],
        np.array([x.received for x in letters], "datetime64[D]"),
        [x.area for x in letters],
        np.array(topics, np.float32).reshape(len(letters), len(TOPICS)),
    )


def _terms(full: Any, heads: Any, df: NDArray[np.int32], seen: int) -> list[tuple[int, ...]]:
    """Return the n-grams by which each letter is found: rare ones of the title, and a fixed sample of the others."""
    rare = df <= max(5, _COMMON * seen)
    out = []
    for row in range(full.shape[0]):
        whole = full.indices[full.indptr[row] : full.indptr[row + 1]]
        head = heads.indices[heads.indptr[row] : heads.indptr[row + 1]]
        # A title that the body does not repeat is part of `full`, too.
        wanted = np.unique(np.concatenate([head, whole[whole % _SAMPLED == 0]]))
        wanted = wanted[rare[wanted]]
        wanted = wanted[np.argsort(df[wanted], kind="stable")][:_MOST_TERMS]
        out.append(tuple(int(x) for x in np.sort(wanted)))
    return out


def _near(session: Session, terms: Sequence[tuple[int, ...]]) -> set[int]:
    """Return the strands of the letters that share the most of the rarest n-grams with one of the new letters."""
    places = defaultdict(list)
    for term, petition in match.places(session, {t for some in terms for t in some}):
        places[term].append(petition)
    found: set[int] = set()
    for some in terms:
        weight: dict[int, float] = defaultdict(float)
        for term in some:
            held = places.get(term, [])
            if len(held) < match.MOST_PLACES:
                for petition in held:
                    weight[petition] += 1 / (1 + len(held)) ** 0.5
        found.update(sorted(weight, key=lambda p: (-weight[p], p))[:_CANDIDATES])
    return set(match.strands(session, found).values())


def _history(
    past: Sequence[Letter], barred: Sequence[tuple[int, int]], df: NDArray[np.int32], seen: int
) -> tuple[History, list[int]]:
    """Return the neighbourhood as a history, and the matter that each of its numbers stands for, oldest first."""
    none = no_history(len(TOPICS))
    if not past:
        return replace(none, df=df, seen=seen), []
    numbers = sorted({x.matter for x in past if x.matter} | {x.strand for x in past if x.strand})
    at = {number: k for k, number in enumerate(numbers)}
    laid = _laid_out(past)
    by_id = {x.public_id: x for x in past}
    rows = [by_id[i] for i in laid.ids]
    prints, runs = read_runs([f"{t}\n{b}" for t, b in zip(laid.titles, laid.bodies, strict=True)])
    matter = np.array([at[x.matter or 0] for x in rows], np.int64)
    strand = np.array([at[x.strand or 0] for x in rows], np.int64)
    founders = np.zeros(len(numbers), np.int64)
    # A matter counts as founded by the first letter at hand: its real name is in the database.
    for of in (strand, matter):
        founders[of[::-1]] = np.arange(len(rows))[::-1]
    history = replace(
        none,
        ids=laid.ids,
        weeks=week_number(laid.days),
        prints=prints,
        copies=np.array([x.copy for x in rows], np.bool_),
        matter=matter,
        strand=strand,
        founders=founders,
        turns=np.zeros(len(numbers), np.int64),
        titles=("",) * len(numbers),
        sketches=sketch(laid, count_letters(laid), df, seen),
        runs=runs,
        live=np.arange(len(rows)),
        df=df,
        seen=seen,
        barred=frozenset((at[a], at[b]) for a, b in barred),
    )
    return history, numbers


def _told(
    grouping: Grouping,
    letters: Sequence[Letter],
    past: Sequence[Letter],
    numbers: Sequence[int],
    terms: dict[str, tuple[int, ...]],
) -> tuple[list[Place], list[Union]]:
    """Return where each new letter belongs and which standing matters are one, in the ids of the database."""
    history, links = grouping.history, {link.letter: link for link in grouping.links}
    ids = {x.public_id: x.id for x in (*past, *letters)}
    row = {i: k for k, i in enumerate(history.ids)}
    placed = []
    for letter in sorted(letters, key=lambda x: row[x.public_id]):
        k, link = row[letter.public_id], links.get(letter.public_id)
        matter, strand = int(history.matter[k]), int(history.strand[k])
        placed.append(
            Place(
                id=letter.id,
                matter=numbers[matter] if matter < len(numbers) else None,
                strand=numbers[strand] if strand < len(numbers) else None,
                founder=ids[history.ids[history.founders[matter]]] if matter >= len(numbers) else letter.id,
                nearest=ids[link.nearest] if link else None,
                probability=link.probability if link else None,
                words=link.words if link else (),
                copy=bool(link and link.copy),
                terms=terms[letter.public_id],
            )
        )
    reasons = {(m.kept, m.gone): m.reason for m in grouping.merges}
    unions: dict[int, Union] = {}
    for x in past:
        was, now = numbers.index(x.matter or 0), int(history.matter[row[x.public_id]])
        if now != was:
            why = reasons.get((history.matter_id(now), history.matter_id(was)), "新来信表明两事项相同")
            unions[was] = Union(numbers[now], numbers[was], why)
    return placed, list(unions.values())


def _packed(df: NDArray[np.int32]) -> str:
    own = df - background()[0]
    rows = sp.csr_array(own.reshape(1, -1))
    raw = np.concatenate([rows.indices.astype(np.int32), rows.data.astype(np.int32)]).tobytes()
    return base64.b64encode(zlib.compress(raw, 6)).decode()


def _unpacked(counts: str) -> NDArray[np.int32]:
    df = background()[0].copy()
    if counts:
        both = np.frombuffer(zlib.decompress(base64.b64decode(counts)), np.int32)
        half = len(both) // 2
        df[both[:half]] += both[half:]
    return df
