"""One form for every letter: no markup, one width, simplified characters, single spaces."""

from __future__ import annotations

import re
from typing import Final

from risk_model.text.mapping import MappedText, Stage
from risk_model.text.markup import entities, escapes, gaps, separators, tags
from risk_model.text.simplify import simplified
from risk_model.text.width import one_width, sentence_marks

#: In this order: a reference may spell a tag, and blanks are known once they are one width.
STAGES: Final[tuple[Stage, ...]] = (escapes, entities, tags, one_width, gaps, simplified, sentence_marks)

#: What decoding with the wrong table leaves: UTF-8 read as GBK (锟斤拷), fresh memory (烫烫烫, 屯屯屯), UTF-8 read as Latin-1.
_MOJIBAKE: Final = re.compile("锟斤拷|\ufffd|烫{3,}|屯{3,}|[\u00a1-\u00ff]{2,}")
#: A character of each of these: a class is searched ten times as fast as alternatives, and hardly a letter holds one.
_SUSPECT: Final = re.compile("[锟\ufffd烫屯\u00a1-\u00ff]")


def normalise(text: str) -> MappedText:
    """Return `text` in canonical form, mapped to what was typed; any string is accepted.

    HTML, invisible and private-use characters go; widths, white space and character variants become one
    (see `risk_model.text.width`); sentence marks, words and numbers stay. U+FFFD stays, see `mojibake_share`.

    >>> normalise("<p>您好,&nbsp;我是Ａ７县的。</p>").text
    '您好， 我是A7县的。'
    """
    mapped = MappedText.of(text)
    for stage in (separators, *STAGES):
        mapped = mapped.changed(stage(mapped.text))
    return mapped


def mojibake_share(text: str) -> float:
    """Return the share of visible characters, 0 to 1, that a wrong decoding left behind.

    >>> mojibake_share("停水锟斤拷")
    0.6
    """
    if not _SUSPECT.search(text):
        return 0.0
    visible = sum(map(len, text.split()))
    return sum(map(len, _MOJIBAKE.findall(text))) / visible if visible else 0.0
