"""Words and terms of a batch, compiled: one pass over each letter, from code points to known terms and word ids.

Every rule here is told, and tested against, by its reference in `risk_model.features`: `word_keys` and `WordTable.find`
(keys, look-up), `stop_flags`, `indifferent` (roles), `word_letters` (word ids) and `TermTable.find` (terms).

What is looked for lies all over a table of some megabytes, and memory answers a hundred times as slowly as the processor
asks. So questions are gathered first and put in one go, where many wait side by side, and a bit for each value of the leading
bits of a key, small enough for the cache, spares those about nothing.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_BASE_2: Final = np.uint64(0x9E3779B97F4A7C15**2 % 2**64)
_BASE_3: Final = np.uint64(0x9E3779B97F4A7C15**3 % 2**64)
_SALT: Final = 0x632BE59BD9B4E019
_SALT_1, _SALT_2 = np.uint64(_SALT), np.uint64(2 * _SALT % 2**64)
_SALT_3, _SALT_4 = np.uint64(3 * _SALT % 2**64), np.uint64(4 * _SALT % 2**64)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_THREE: Final = np.uint64(3)
_MASKED, _CORE, _FRAME, _UNIT = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)
_END, _UNKNOWN = np.int32(0), np.int32(1)
_MASK_LONGEST: Final = 4
_CODED_LONGEST: Final = 4
#: Characters or words dealt with at a time: their buffers stay in the first-level cache.
_BLOCK: Final = 1024
#: What is known of a key, in one number: 28 bits of the term's number plus one, 28 of the word id, 8 of roles.
_ID: Final = np.uint64(28)
_ROLES: Final = np.uint64(56)
_LOW: Final = np.uint64(2**28 - 1)


@njit(cache=True, nogil=True)
def _mixed(x: np.uint64) -> np.uint64:
    x ^= x >> np.uint64(30)
    x *= _MIX_1
    x ^= x >> np.uint64(27)
    x *= _MIX_2
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def fill(keys: U64, facts: U64, shift: np.uint64, table: U64, bit_shift: np.uint64, bits: U64) -> None:
    """Put keys and what is known of them into an empty table of twice as many numbers as it has places, and set their bits."""
    places = len(table) // 2
    for i in range(len(keys)):
        at = np.int64(keys[i] >> shift)
        while table[2 * at + 1] != 0:
            at = (at + 1) % places
        table[2 * at], table[2 * at + 1] = keys[i], facts[i]
        leading = keys[i] >> bit_shift
        bits[np.int64(leading >> np.uint64(6))] |= np.uint64(1) << (leading & np.uint64(63))


@njit(inline="always")
def _flagged(bits: U64, leading: np.uint64) -> np.int64:
    return np.int64((bits[np.int64(leading >> np.uint64(6))] >> (leading & np.uint64(63))) & np.uint64(1))


@njit(inline="always")
def _facts(table: U64, shift: np.uint64, key: np.uint64) -> np.uint64:
    """Return what is known of a key, 0 where nothing is."""
    at = np.int64(key >> shift)
    while table[2 * at + 1] != 0 and table[2 * at] != key:
        at = (at + 1) & (len(table) // 2 - 1)
    return table[2 * at + 1]


@njit(cache=True, nogil=True)
def _is_space(code: np.uint32) -> bool:
    return code == 32 or code == 9 or code == 10 or code == 0x1E or code == 0x3000


@njit(cache=True, nogil=True)
def _flag_stops(codes: U32, stop: Flags) -> None:
    """Flag white space, separators and whole masks: `stop_flags`."""
    size = len(codes)
    for i in range(size):
        stop[i] = _is_space(codes[i])
    for i in range(size):
        if codes[i] != 0x3014:
            continue
        end = i + 1
        while end < size and end - i <= _MASK_LONGEST and 0x4E00 <= codes[end] <= 0x9FFF:
            end += 1
        if end < size and end > i + 1 and codes[end] == 0x3015:
            stop[i : end + 1] = True


@njit(cache=True, nogil=True)
def _own_role(codes: U32, start: int, end: int, stopped: bool) -> np.uint8:
    """Return the roles a word has by its form: a coded place, a number, a part of a mask."""
    code, role = codes[start], np.uint8(0)
    if 65 <= code <= 90 and end - start <= _CODED_LONGEST:
        coded = True
        for i in range(start + 1, end):
            coded = coded and 48 <= codes[i] <= 57
        if coded:
            role |= _MASKED | _CORE
    if 48 <= code <= 57:
        digits = True
        for i in range(start + 1, end):
            digits = digits and 48 <= codes[i] <= 57
        if digits:
            role |= _FRAME
    if stopped and code > 32 and code != 0x3000:
        role |= _CORE
    return role


@njit(cache=True, nogil=True)
def _is_coded(codes: U32, start: int, end: int) -> bool:
    return 65 <= codes[start] <= 90 and _own_role(codes, start, end, False) & _MASKED != 0


@njit(cache=True, nogil=True)
def words(
    codes: U32,
    starts: Ints,
    ends: Ints,
    table: U64,
    shift: np.uint64,
    clause_ends: U32,
    stop: Flags,
    keys: U64,
    terms: I32,
    ids: I32,
    silent: Flags,
    asides: Flags,
) -> None:
    """Write keys, terms and ids of words; which are silent (masked, or in an aside), and which stand in an aside."""
    _flag_stops(codes, stop)
    facts = np.empty(_BLOCK, np.uint64)
    begin, allowed, core = 0, True, False
    for low in range(0, len(starts), _BLOCK):
        high = min(low + _BLOCK, len(starts))
        for w in range(low, high):
            total, power = np.uint64(0), np.uint64(1)
            for i in range(starts[w], ends[w]):
                total += _mixed(np.uint64(codes[i]) + _BASE) * power
                power *= _BASE
            keys[w] = total
        for w in range(low, high):
            keys[w] = _mixed(_mixed(keys[w]))
        for w in range(low, high):
            facts[w - low] = _facts(table, shift, keys[w])
        for w in range(low, high):
            start, end, fact = starts[w], ends[w], facts[w - low]
            role = np.uint8(fact >> _ROLES)
            if role & _UNIT and w and _is_coded(codes, starts[w - 1], ends[w - 1]):
                role |= _MASKED | _CORE
            code = codes[start]
            if code < 128 or stop[start]:
                role |= _own_role(codes, start, end, stop[start])
            masked = role & _MASKED != 0
            silent[w] = masked
            terms[w] = np.int32(fact & _LOW) - np.int32(1)
            ids[w] = _UNKNOWN if masked else max(_UNKNOWN, np.int32((fact >> _ID) & _LOW))
            closes = code == 10 or code == 0x1E
            for mark in clause_ends:
                closes = closes or code == mark
            allowed = allowed and (closes or code == 32 or role & (_CORE | _FRAME) != 0)
            core = core or role & _CORE != 0
            if closes or w + 1 == len(starts):
                for v in range(begin, w + 1):
                    opening = codes[starts[v]]
                    asides[v] = allowed and core and opening != 10 and opening != 0x1E
                    silent[v] = silent[v] or asides[v]
                begin, allowed, core = w + 1, True, False


@njit(cache=True, nogil=True)
def word_letters(
    codes: U32, starts: Ints, rows: I32, stop: Flags, words: I32, asides: Flags, ids: I32, places: Ints, offsets: Ints
) -> int:
    """Write the word ids the encoder reads, which word each stands for, and where letters begin; returns how many ids."""
    count = 0
    for w in range(len(starts)):
        code, stopped = codes[starts[w]], stop[starts[w]]
        line_end = code == 10 or code == 0x1E
        if (not stopped or line_end or code > 32) and not asides[w]:
            ids[count] = _END if line_end else _UNKNOWN if stopped else words[w]
            places[count] = w
            count += 1
            offsets[rows[w] + 1] += 1
    for row in range(1, len(offsets)):
        offsets[row] += offsets[row - 1]
    return count


@njit(cache=True, nogil=True)
def word_terms(
    starts: Ints,
    ends: Ints,
    rows: I32,
    stop: Flags,
    silent: Flags,
    keys: U64,
    known: I32,
    table: U64,
    shift: np.uint64,
    bits: U64,
    bit_shift: np.uint64,
    terms: I32,
    term_rows: I32,
    begins: Ints,
    finishes: Ints,
) -> int:
    """Write the known words and pairs of words, letter by letter: number, letter and span; returns how many there are."""
    count = 0
    asked, which = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK + 1, np.int64)
    for low in range(0, len(starts), _BLOCK):
        high = min(low + _BLOCK, len(starts))
        for w in range(max(low, 1), high):
            asked[w - low] = _mixed(_mixed(keys[w - 1] * _THREE + _mixed(keys[w])) + _SALT_1)
        questions = 0
        for w in range(low, high):
            good = not silent[w] and not stop[starts[w]]
            which[questions] = w
            if good and w and not silent[w - 1] and not stop[starts[w - 1]]:
                questions += _flagged(bits, asked[w - low] >> bit_shift)
        at = 0
        for w in range(low, high):
            if known[w] >= 0 and not silent[w] and not stop[starts[w]]:
                terms[count], term_rows[count], begins[count], finishes[count] = known[w], rows[w], starts[w], ends[w]
                count += 1
            if at < questions and which[at] == w:
                at += 1
                fact = _facts(table, shift, asked[w - low]) & _LOW
                if fact:
                    terms[count], term_rows[count] = np.int32(fact) - np.int32(1), rows[w]
                    begins[count], finishes[count] = starts[w - 1], ends[w]
                    count += 1
    return count


@njit(cache=True, nogil=True)
def silence(starts: Ints, ends: Ints, silent: Flags, flags: Flags) -> None:
    """Flag the characters of silent words, too."""
    for w in range(len(starts)):
        if silent[w]:
            flags[starts[w] : ends[w]] = True


@njit(cache=True, nogil=True)
def ngrams(
    codes: U32,
    rows: I32,
    barred: Flags,
    table: U64,
    shift: np.uint64,
    bits: U64,
    bit_shift: np.uint64,
    count: int,
    terms: I32,
    term_rows: I32,
    begins: Ints,
    finishes: Ints,
) -> int:
    """Write the known n-grams without a barred character from place `count` on, letter by letter; returns the new count."""
    size = len(codes)
    values = np.empty(_BLOCK + 3, np.uint64)
    twos, threes, fours = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64)
    asked, which = np.empty(3 * _BLOCK + 1, np.uint64), np.empty(3 * _BLOCK + 1, np.int32)
    for low in range(0, size, _BLOCK):
        length = min(_BLOCK, size - low)
        some = min(length + 3, size - low)
        for i in range(some):
            values[i] = _mixed(np.uint64(codes[low + i]) + _BASE)
        values[some:] = np.uint64(0)
        for i in range(length):
            total = values[i] + values[i + 1] * _BASE
            twos[i] = _mixed(_mixed(total) + _SALT_2)
            total += values[i + 2] * _BASE_2
            threes[i] = _mixed(_mixed(total) + _SALT_3)
            total += values[i + 3] * _BASE_3
            fours[i] = _mixed(_mixed(total) + _SALT_4)
        questions = 0
        for i in range(length):
            at = low + i
            run = np.int64(not barred[at] and at + 1 < size and not barred[at + 1])
            asked[questions], which[questions] = twos[i], np.int32(4 * i + 2)
            questions += run & _flagged(bits, twos[i] >> bit_shift)
            run &= np.int64(at + 2 < size and not barred[at + 2])
            asked[questions], which[questions] = threes[i], np.int32(4 * i + 3)
            questions += run & _flagged(bits, threes[i] >> bit_shift)
            run &= np.int64(at + 3 < size and not barred[at + 3])
            asked[questions], which[questions] = fours[i], np.int32(4 * i + 4)
            questions += run & _flagged(bits, fours[i] >> bit_shift)
        for q in range(questions):
            fact = np.int32(_facts(table, shift, asked[q]) & _LOW)
            n = (which[q] - 2) % 4 + 2
            begin = low + (which[q] - n) // 4
            terms[count], term_rows[count] = fact - np.int32(1), rows[begin]
            begins[count], finishes[count] = begin, begin + n
            count += fact != 0
    return count


@njit(cache=True, nogil=True)
def weighed_few(terms: I32, rows: I32, split: int, idf: F32, weights: F32, lengths: F64, out: F64) -> None:
    """Do as `weighed`, letter by letter: nothing is laid out that is as long as the vocabulary.

    Terms come letter by letter, up to `split` and from there on.
    """
    size, outputs = 16, out.shape[1]
    while size < 2 * len(terms):
        size *= 2
    keys, counts = np.empty(size, np.int32), np.zeros(size, np.int32)
    used, values = np.empty(max(1, len(terms)), np.int64), np.empty(max(1, len(terms)), np.float64)
    first, second = 0, split
    for row in range(len(out)):
        kinds = 0
        while first < split or second < len(terms):
            if first < split and rows[first] == row:
                term = terms[first]
                first += 1
            elif second < len(terms) and rows[second] == row:
                term = terms[second]
                second += 1
            else:
                break
            at = (np.int64(term) * 40503) & (size - 1)
            while counts[at] and keys[at] != term:
                at = (at + 1) & (size - 1)
            if counts[at] == 0:
                keys[at] = term
                used[kinds] = at
                kinds += 1
            counts[at] += 1
        squares = 0.0
        for j in range(kinds):
            value = np.float64(idf[keys[used[j]]])
            if counts[used[j]] > 1:
                value *= 1.0 + math.log(counts[used[j]])
            values[j] = value
            squares += value * value
        lengths[row] = math.sqrt(squares)
        for j in range(kinds):
            term, value = keys[used[j]], values[j] / lengths[row]
            counts[used[j]] = 0
            for k in range(outputs):
                out[row, k] += value * weights[term, k]


@njit(cache=True, nogil=True)
def weighed(terms: I32, rows: I32, idf: F32, weights: F32, lengths: F64, out: F64) -> None:
    """Add up the weights of the terms of each letter, (1 + ln count) x idf at Euclidean length 1: `weigh` and `dot`.

    Terms come in runs of letters; `lengths` become those of the letters' values before. The batch is brought into the
    order of the terms first: so each row of `weights` is read once, and the rows in the order in which they lie.
    """
    size, outputs = len(terms), out.shape[1]
    begins = np.zeros(len(idf) + 1, np.int32)
    for i in range(size):
        begins[terms[i] + 1] += 1
    for term in range(len(idf)):
        begins[term + 1] += begins[term]
    ordered = np.empty(size, np.int32)
    for i in range(size):
        ordered[begins[terms[i]]] = rows[i]
        begins[terms[i]] += 1
    # Now `begins` holds where the occurrences of each term end.
    lengths[:] = 0.0
    counts = np.zeros(len(out), np.int32)
    kinds = np.empty(len(out), np.int32)
    for apply in (False, True):
        begin = 0
        for term in range(len(idf)):
            end = begins[term]
            if end == begin:
                continue
            distinct = 0
            for i in range(begin, end):
                row = ordered[i]
                kinds[distinct] = row
                distinct += counts[row] == 0
                counts[row] += 1
            for j in range(distinct):
                row = kinds[j]
                value = np.float64(idf[term])
                if counts[row] > 1:
                    value *= 1.0 + math.log(counts[row])
                counts[row] = 0
                if apply:
                    value /= lengths[row]
                    for k in range(outputs):
                        out[row, k] += value * weights[term, k]
                else:
                    lengths[row] += value * value
            begin = end
        if not apply:
            for row in range(len(out)):
                lengths[row] = math.sqrt(lengths[row])
