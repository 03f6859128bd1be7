"""Traces of the machine a letter came through: HTML, spreadsheet escapes, runs of white space."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from risk_model.text.mapping import SEPARATOR, Edit
from risk_model.text.width import UNSEEN

#: Tags that end a line, tags that end a cell, and tags inside a line; what is not listed (3<5, <某小区>) is text.
_LINE_TAGS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
        "xml",
    ]
)
_CELL_TAGS: Final = frozenset(["td", "th"])
_INLINE_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "cite",
        "code",
        "del",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "label",
        "mark",
        "o",
        "s",
        "small",
        "span",
        "st1",
        "strike",
        "strong",
        "sub",
        "sup",
        "u",
        "v",
        "w",
    ]
)
#: Neither a comment nor a script may hold the opening of another: so an unclosed one is given up at the next, and the work stays
#: proportional to the length. `++` and `(?>` never give a character back (`*+` behind a
#: group does not match at all in the first versions of Python 3.11).
_TAG: Final = re.compile(
    rf"<(?:!--(?>(?:[^-<{SEPARATOR}]++|-(?!->)|<(?!!--))*)-->"
    rf"|(script|style)\b[^<>{SEPARATOR}]*+>(?>(?:[^<{SEPARATOR}]++|<(?!/?(?:script|style)\b))*)</\1\s*>"
    rf"|[!?][a-z\[][^<>{SEPARATOR}]*+>"
    rf"|/?([a-z][a-z0-9]*+)(?::[a-z]+)?\b([^<>{SEPARATOR}]*+)>)",
    re.IGNORECASE,
)
#: A character reference, also one that was escaped twice (&amp;nbsp;); &nbsp often loses its semicolon.
_ENTITY: Final = re.compile(
    r"&(?:amp;)*(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|(nbsp))",
)
#: How Excel writes control characters into its files.
_ESCAPE: Final = re.compile("_x00(?:0([9ADad])|[01][0-9A-Fa-f])_")
#: Blanks and characters to drop, but for a single blank between others.
_GAP: Final = re.compile(
    rf"[ \n{UNSEEN}](?:[ \n{UNSEEN}]++|(?<={UNSEEN})|(?<=\A.)|(?<={SEPARATOR}[ \n])|(?={SEPARATOR})|\Z)", re.DOTALL
)


def separators(text: str) -> list[Edit]:
    """Drop the character that stands between the letters of a batch."""
    return [(*m.span(), "") for m in re.finditer(f"{SEPARATOR}+", text)] if SEPARATOR in text else []


def escapes(text: str) -> list[Edit]:
    """Read Excel's `_x000D_`, which is a line end."""
    if "_x00" not in text:
        return []
    return [(*m.span(), "\n" if m[1] else "") for m in _ESCAPE.finditer(text)]


def entities(text: str) -> list[Edit]:
    """Read HTML character references; an unknown one is text."""
    if "&" not in text:
        return []
    edits = []
    for m in _ENTITY.finditer(text):
        character = unescape(f"&{m[1] or m[2]};")
        if len(character) <= 1 and character != SEPARATOR:
            edits.append((*m.span(), character))
    return edits


def tags(text: str) -> list[Edit]:
    """Drop HTML tags, comments and scripts; a block ends a line, a cell becomes a space."""
    if "<" not in text:
        return []
    return [(*m.span(), gap) for m in _TAG.finditer(text) if (gap := _gap(m)) is not None]


def _gap(tag: re.Match[str]) -> str | None:
    """Return what a tag leaves behind, or None where it is no tag."""
    name, attributes = tag[2], tag[3]
    if name is None:
        return ""
    # Without an equals sign it is an attribute-less tag or a comparison: a<b and c>d.
    if attributes.strip(" \t\r\n/") and "=" not in attributes:
        return None
    name = name.lower()
    if name in _LINE_TAGS:
        return "\n"
    if name in _CELL_TAGS:
        return " "
    return "" if name in _INLINE_TAGS else None


def gaps(text: str) -> list[Edit]:
    """Drop `UNSEEN` and make each run of white space one newline, or one space where it holds no newline.

    At the edges of a letter no white space is left.
    """
    edits = []
    for m in _GAP.finditer(text):
        start, end = m.span()
        at_edge = start == 0 or end == len(text) or SEPARATOR in (text[start - 1], text[end])
        blank = "\n" if "\n" in m[0] else " " if " " in m[0] else ""
        edits.append((start, end, "" if at_edge else blank))
    return edits
