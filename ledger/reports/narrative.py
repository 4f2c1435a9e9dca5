"""What people write into a report, in a little Markdown: paragraphs, headings, lists and emphasis, with figures quoted by their id.

`{{FIG-ACT-OVERDUE}}` stands for the figure's number as the report has it, `{{FIG-ACT-OPEN owner=POLICE}}` for one of a breakdown, so
that the text cannot drift from the numbers. HTML, links and pictures are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, get_args

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ledger.domain.report_text import QUOTED
from ledger.reports.document import Cite, Line, Quoted, Text, Words

_Kind = Literal["paragraph", "heading", "bullets", "numbered", "quotation"]
_KINDS: dict[str, _Kind] = {
    "paragraph_open": "paragraph", "heading_open": "heading", "bullet_list_open": "bullets", "ordered_list_open": "numbered",
    "blockquote_open": "quotation",
}  # fmt: skip
assert set(_KINDS.values()) == set(get_args(_Kind))


def texts_of(markdown: str) -> tuple[Text, ...]:
    """The written text as paragraphs, headings, lists and quotations; what is in a list or a quotation is told line by line."""
    found: list[Text] = []
    outer: tuple[_Kind, list[Line]] | None = None
    depth, kind = 0, "paragraph"
    for token in _markdown().parse(markdown):
        if token.type in {"bullet_list_open", "ordered_list_open", "blockquote_open"}:
            depth += 1
            outer = outer or (_KINDS[token.type], [])
        elif token.type in {"bullet_list_close", "ordered_list_close", "blockquote_close"}:
            depth -= 1
            if depth == 0 and outer is not None:
                found.append(Text(outer[0], tuple(outer[1])))
                outer = None
        elif token.type in _KINDS:
            kind = _KINDS[token.type]
        elif token.type == "inline":
            line = tuple(_line(token.children or ()))
            if outer is not None:
                outer[1].append(line)
            else:
                found.append(Text("heading" if kind == "heading" else "paragraph", (line,)))
    return tuple(found)


def quoted(markdown: str) -> list[Cite]:
    """The numbers a text quotes, in order."""
    return [_cite(found) for found in QUOTED.finditer(markdown)]


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False}).enable(
        ["heading", "lheading", "list", "blockquote", "emphasis", "escape", "newline"]
    )


def _line(tokens: Iterable[Token]) -> Iterator[Words | Quoted]:
    """Words and quoted numbers; whatever is emphasised is bold, which is easier to read than slanted letters."""
    strong = 0
    for token in tokens:
        if token.type in {"strong_open", "em_open"}:
            strong += 1
        elif token.type in {"strong_close", "em_close"}:
            strong -= 1
        else:
            yield from _pieces(" " if token.type in {"softbreak", "hardbreak"} else token.content, strong=strong > 0)


def _pieces(text: str, *, strong: bool) -> Iterator[Words | Quoted]:
    at = 0
    for found in QUOTED.finditer(text):
        if found.start() > at:
            yield Words(text[at : found.start()], strong)
        yield Quoted(_cite(found))
        at = found.end()
    if at < len(text):
        yield Words(text[at:], strong)


def _cite(found: re.Match[str]) -> Cite:
    return Cite(found[1], found[2] or "", found[3] or "")
