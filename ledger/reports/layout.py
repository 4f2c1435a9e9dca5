"""How a document is laid out to be read: sections of prose, tables, drawings and terms, whose every number knows what it is a number of.

A page to read and a PDF are both this, written in their own way; neither makes a number or a word of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.domain.fields import NOT_STATED, spoken
from ledger.domain.labels import capital
from ledger.figures.answer import DATASET, NOTHING, RECORDS, Answer
from ledger.figures.measures import Part as Of
from ledger.reports.charts import Chart
from ledger.reports.columns import column, together
from ledger.reports.document import (
    BESIDE,
    Block,
    Cite,
    Document,
    Figures,
    Headlines,
    Narrative,
    Picture,
    Quoted,
    Records,
    Section,
    Text,
    Which,
    Workings,
)
from ledger.reports.document import Line as Written
from ledger.reports.drawing import chart_of
from ledger.reports.parts import SAID_EMPTY, Part
from ledger.reports.spoken import meant, plain, spoken_entries, spoken_ranges

MOST_ROWS = 100
"""Rows of one table that are read on a page; the spreadsheet and the JSON have all of them."""
CUT = f"Only the first {MOST_ROWS} rows are shown here; the spreadsheet and the JSON of this report have all of them."
CUT_BESIDE = f"Only the first {MOST_ROWS} rows are shown here; the JSON of this report has all of them."
MOST_IN_LINE = 6
"""Parts of a breakdown that are told in one line; more make a table."""
BASIS = {RECORDS: "records", DATASET: "a dataset", NOTHING: "no record"}


class Span(NamedTuple):
    """Words, or a number (`cite`); `to` is the figure whose working it leads to; `code` marks an id."""

    text: str
    cite: Cite | None = None
    strong: bool = False
    to: str = ""
    code: bool = False


Line = tuple[Span, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True)
class Prose:
    """Written words, as in the document."""

    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Card:
    """One figure, large."""

    number: Span
    caption: str
    under: str
    figure: str


@dataclass(frozen=True)
class Cards:
    """A few figures, large, side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Grid:
    """A table. `about` names it, unlike any other; `heads` are headings with whether their column has numbers, and how wide it is.

    `claims`: its numbers are those of figures, and it has no other.
    """

    caption: Line
    about: str
    heads: tuple[tuple[str, bool, int], ...]
    rows: tuple[tuple[Cell, ...], ...]
    claims: bool = True
    note: str = ""

    def repeats(self, heading: str) -> bool:
        """Whether it is called what the heading right above it says already."""
        return self.caption[0].text.strip() == heading


@dataclass(frozen=True)
class Drawing:
    """A chart, and the figures it is made of."""

    chart: Chart
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """A figure's working: each term with what is said of it. `said`: the words are those of its definition, numbers in them and all."""

    figure: str
    title: Line
    terms: tuple[tuple[str, Line], ...]
    grids: tuple[Grid, ...] = ()


Laid = Prose | Cards | Grid | Drawing | Terms


@dataclass(frozen=True)
class LaidSection:
    """A section as it is read."""

    id: str
    title: str
    blocks: tuple[Laid, ...]
    parts: tuple[LaidSection, ...]


def laid_out(document: Document, most_ranges: int) -> tuple[LaidSection, ...]:
    """The sections of a document. `most_ranges`: runs of entries told of one figure."""
    return tuple(_section(document, each, most_ranges) for each in document.sections)


def _section(document: Document, section: Section, most_ranges: int) -> LaidSection:
    blocks = [laid for block in section.blocks for laid in _block(document, block, most_ranges)]
    return LaidSection(
        section.id, section.title, tuple(blocks), tuple(_section(document, each, most_ranges) for each in section.parts)
    )


def prose_of(document: Document, text: Text) -> Prose:
    """Written text with the numbers it quotes put in."""
    return Prose(text.kind, tuple(_written(document, line) for line in text.lines))


def _block(document: Document, block: Block, most_ranges: int) -> Iterator[Laid]:
    match block:
        case Text():
            yield prose_of(document, block)
        case Narrative(texts=texts):
            for text in texts:
                yield from _block(document, text, most_ranges)
        case Headlines(figures=ids):
            yield Cards(tuple(_card(document, document.figures[id_]) for id_ in ids))
        case Figures(title=title, figures=ids):
            yield _figures(document, title, [document.figures[id_] for id_ in ids])
        case Picture(figures=ids):
            yield Drawing(chart_of(document, block), ids)
        case Records(part=id_):
            yield from _records(document, document.parts[id_], most_ranges)
        case Workings(figures=ids):
            for id_ in ids:
                yield _working(document, document.figures[id_], most_ranges)


def _written(document: Document, line: Written) -> Line:
    return tuple(
        _span(document, each.cite, each.cite.id) if isinstance(each, Quoted) else Span(each.text, strong=each.strong)
        for each in line
    )


def _span(document: Document, cite: Cite, to: str = "") -> Span:
    """A number; one that a text quotes and the report does not have is said to be missing, never left out."""
    number = document.number(cite)
    if number is None:
        return Span(f"[no such figure: {cite.id}{' ' + cite.code if cite.code else ''}]", strong=True)
    return Span(number.said, cite, to=to)


def _id(figure: str) -> Span:
    return Span(figure, code=True)


def _words(text: str) -> Cell:
    return ((Span(text),),)


def _card(document: Document, answer: Answer) -> Card:
    unit = "" if answer.unit == "pounds" or answer.unit.startswith("%") else answer.unit
    under = f"{unit} {_when(answer)}".strip()
    return Card(_span(document, Cite(answer.id), answer.id), meant(answer.caption), under, answer.id)


def _when(answer: Answer) -> str:
    return f"in {answer.when}" if answer.kind == "flow" else f"on {spoken(answer.period.last)}"


def _figures(document: Document, title: str, figures: Sequence[Answer]) -> Grid:
    rows = []
    for each in figures:
        value = (_span(document, Cite(each.id), each.id),)
        sides = _sides(document, Cite(each.id))
        name: Cell = ((Span(meant(each.caption)),), (_id(each.id),))
        told = ((*value, *((Span(" ("), *sides, Span(")")) if sides else ())),)
        when = each.when if each.kind == "flow" else spoken(each.period.last)
        of: Cell = ((Span(when),), *(((Span(f"from {BASIS[each.basis]}"),),) if each.basis != RECORDS else ()))
        rows.append((name, told, _words(each.unit), of))
    heads = (("Figure", False, 9), ("Value", True, 5), ("Unit", False, 5), ("Of", False, 5))
    return Grid((Span(title),), f"figures, {title}", heads, tuple(rows))


def _sides(document: Document, cite: Cite) -> Line:
    """`4 of 6`; nothing where there are no two sides, or either is not shown."""
    two = [document.number(cite._replace(which=which)) for which in _TWO]
    if any(each is None or each.value is None for each in two):
        return ()
    numerator, denominator = (_span(document, cite._replace(which=which)) for which in _TWO)
    return numerator, Span(" of "), denominator


_TWO: Sequence[Which] = ("numerator", "denominator")


def _breakdown(document: Document, answer: Answer, dimension: str) -> Grid:
    caption, by = meant(answer.caption), plain(dimension)
    sided = any(part.denominator is not None for part in answer.by[dimension])
    rows = [_breakdown_row(document, answer, dimension, part, sided=sided) for part in answer.by[dimension][:MOST_ROWS]]
    heads = ((capital(by), False, 10), ("Value", True, 4), *((("Of", True, 4),) if sided else ()))
    title = (Span(f"{caption}, by {by} "), _id(answer.id))
    note = CUT if len(answer.by[dimension]) > MOST_ROWS else ""
    return Grid(title, f"{caption}, {answer.id}, by {by}", heads, tuple(rows), note=note)


def _breakdown_row(document: Document, answer: Answer, dimension: str, part: Of, *, sided: bool) -> tuple[Cell, ...]:
    cite = Cite(answer.id, dimension, part.code)
    row: tuple[Cell, ...] = (_words(document.called(part.code, dimension)), ((_span(document, cite),),))
    return (*row, (_sides(document, cite),)) if sided else row


def _broken_down(document: Document, answer: Answer, dimension: str) -> Line:
    """A short breakdown in one line: `Death 1; other 2 (2 of 3)`."""
    found: list[Span] = []
    for n, part in enumerate(answer.by[dimension]):
        cite = Cite(answer.id, dimension, part.code)
        sides = _sides(document, cite)
        found += [Span(f"{'; ' if n else ''}{document.called(part.code, dimension)} "), _span(document, cite)]
        found += (Span(" ("), *sides, Span(")")) if sides else ()
    return tuple(found)


def _records(document: Document, part: Part, most_ranges: int) -> Iterator[Laid]:
    if not part.rows:
        yield Prose("paragraph", ((Span(part.note or SAID_EMPTY),),))
        return
    groups = together(part.id, part.columns)
    rows = tuple(
        tuple(_record_cell(document, part, n, names) for _, names in groups)
        for n, _ in enumerate(part.rows[:MOST_ROWS], 1)
    )
    alone = [names[0] if len(names) == 1 else "" for _, names in groups]
    heads = tuple(
        (heading, bool(name) and column(name, part.id).kind == "number", _width(part.id, names))
        for (heading, names), name in zip(groups, alone, strict=True)
    )
    entries = spoken_entries(part, most_ranges)
    said = (CUT if len(part.rows) > MOST_ROWS else "", f"From entries {entries}." if entries else "", part.note)
    note = " ".join(filter(None, said))
    yield Grid((Span(f"{part.title} "), _id(part.id)), part.title, heads, rows, claims=False, note=note)


def _width(part: str, names: Sequence[str]) -> int:
    """Twice as wide for sentences and for several things said one under the other."""
    return 8 if len(names) > 2 or any(column(name, part).kind == "text" for name in names) else 5  # noqa: PLR2004 - two fit


def _record_cell(document: Document, part: Part, n: int, names: Sequence[str]) -> Cell:
    """The columns of one cell, one under the other; all but the first say what they are."""
    lines: list[Line] = []
    row = dict(zip(part.columns, part.rows[n - 1], strict=True))
    for name in names:
        said = _said(document, part, n, name, row[name])
        if said is None or (name == "original_due_on" and row[name] == row["due_on"]):
            continue
        label = "" if name == names[0] or column(name, part.id).kind == "text" else f"{column(name, part.id).heading}: "
        lines.append((Span(label), said) if label else (said,))
    return tuple(lines) or ((Span("None recorded."),),)


def _said(document: Document, part: Part, n: int, name: str, value: object) -> Span | None:
    """A cell of a record; None where there is nothing to say."""
    kind = column(name, part.id).kind
    match value:
        case None | "" | []:
            return None
        case bool():
            return Span("yes" if value else "no")
        case _ if kind == "number" and value != NOT_STATED:
            if value == 0 and name in {"times_rescheduled", "days_paused", "declined"}:
                return None
            number = document.cell(part, n, name)
            return Span(number.said, number.cite)
        case list():
            return Span(", ".join(document.called(str(each)) for each in value))
        case str() if kind == "day":
            return Span("not stated" if value == NOT_STATED else spoken(date.fromisoformat(value)))
        case str() if kind == "code":
            return Span(document.called(value.replace(".", " ")))
        case _:
            return Span(str(value))


def _working(document: Document, answer: Answer, most_ranges: int) -> Terms:
    value = _span(document, Cite(answer.id))
    terms: list[tuple[str, Line]] = [
        ("Definition", (Span(f"{answer.definition} (version {answer.version})"),)),
        ("Counted", (Span(_counted(answer)),)),
        ("Rounding", (Span(answer.rounding),)),
    ]
    for which in _TWO:
        side = answer.numerator if which == "numerator" else answer.denominator
        if side is not None:
            told = answer.basis == RECORDS and (side.entries or not document.checked)
            entries = f", entries {spoken_ranges(side.entries, most_ranges)}" if told else ""
            number = _span(document, Cite(answer.id, which=which))
            terms.append((capital(which), (number, Span(f" {plain(side.unit)} "), _id(side.id), Span(entries))))
    if answer.source:
        terms.append(("Source", (Span(answer.source),)))
    if answer.printed is not None and answer.printed != answer.value:
        printed = _span(document, Cite(answer.id, which="printed"))
        terms.append(("Printed", (printed, Span(", which differs from what its parts give"))))
    if answer.note:
        terms.append(("Note", (Span(answer.note),)))
    none = "not listed in this copy" if document.checked else "none"
    short = {name: parts for name, parts in answer.by.items() if 0 < len(parts) <= MOST_IN_LINE}
    terms += [(f"By {plain(name)}", _broken_down(document, answer, name)) for name in short]
    terms.append(("Entries", (Span(spoken_entries(answer, most_ranges) or none),)))
    title = (Span(f"{meant(answer.caption)}: "), value, Span(" "), _id(answer.id))
    grids = [_breakdown(document, answer, name) for name, parts in answer.by.items() if len(parts) > MOST_IN_LINE]
    if answer.comparators:
        grids.append(_beside(document, answer, most_ranges))
    return Terms(answer.id, title, tuple(terms), tuple(grids))


def _counted(answer: Answer) -> str:
    over = "over the period" if answer.kind == "flow" else "on the day"
    return f"{over}, by {plain(answer.counts_by)}; unit: {answer.unit}"


def _beside(document: Document, answer: Answer, most_ranges: int) -> Grid:
    """What others state beside the figure, and whether the two may be compared."""
    rows = []
    for n, other in enumerate(answer.comparators[:MOST_ROWS], 1):
        cite, stated = Cite(answer.id, BESIDE, str(n)), other.stated
        printed = document.number(cite._replace(which="printed"))
        value: Line = (_span(document, cite),)
        if printed is not None:
            value = (*value, Span(" (printed "), _span(document, printed.cite), Span(")"))
        compared: Line = (Span(f"No. {other.why_not}" if other.why_not else "Yes."),)
        if document.number(cite._replace(which="difference")) is not None:
            compared = (*compared, Span(" Difference: "), _span(document, cite._replace(which="difference")), Span("."))
        entries = spoken_ranges(other.entries, most_ranges)
        rows.append(
            (
                _words(stated.cited),
                _words(stated.when),
                (value,),
                _words(stated.unit_said),
                (compared,),
                _words(f"entries {entries}"),
            )
        )
    heads = (
        ("Stated by", False, 6),
        ("Of", False, 4),
        ("Value", True, 4),
        ("Unit", False, 4),
        ("May it be compared?", False, 7),
        ("Entries", False, 3),
    )
    name = meant(answer.caption)
    lower = name[:1].lower() + name[1:] if name[1:2].islower() else name
    note = CUT_BESIDE if len(answer.comparators) > MOST_ROWS else ""
    return Grid(
        (Span(f"Beside {lower} "), _id(answer.id)), f"beside {lower}, {answer.id}", heads, tuple(rows), note=note
    )
