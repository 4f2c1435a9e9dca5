"""The document model: every number stands in it once, under what it is a number of; all that is read only cites.

A `Document` is a report with an outline. Its numbers are those of the report's figures and of the rows of its parts. A section says
which of them it shows, and how; tables, charts and quotations are made of them when the document is written, so no format can
say another number, and none without its id. What changes numbers before publishing, such as disclosure control, is a pure function from
Document to Document (`Pass`), and `changed` applies one to every number wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from ledger.domain.labels import capital
from ledger.figures.answer import Answer, Comparator
from ledger.figures.measures import Part as Of
from ledger.figures.measures import Side, Value
from ledger.reports.annual import Report
from ledger.reports.brand import Brand
from ledger.reports.columns import column
from ledger.reports.parts import Part
from ledger.reports.spoken import plain, said

Which = Literal["value", "numerator", "denominator", "printed", "difference"]
BESIDE = "beside"
"""The dimension of what others state beside a figure; its code counts them from 1."""
MARKS = {
    "c": "confidential: not shown, because it or another number might point to a child",
    "x": "not available: the ledger cannot tell it",
    "z": "not applicable: there is nothing it could be a number of",
}
"""The shorthand that stands for a number, in square brackets, and what it means."""


NOT_CHECKED = "Nothing here has been checked for disclosure: small counts may point to a child, so it is not for publication as it stands."


class Cite(NamedTuple):
    """Which number: a figure's own, or that of a code in one of its dimensions; of a part of the report, that of a column
    (`dimension`) in a row (`code`, counted from 1).
    """

    id: str
    dimension: str = ""
    code: str = ""
    which: Which = "value"


class Number(NamedTuple):
    """A number with what it is a number of. `mark`: the shorthand that is shown in its place."""

    cite: Cite
    value: Value
    unit: str
    mark: str = ""

    @property
    def said(self) -> str:
        """As people read it: `£299,345.00`, `8.5%`, `[c]`; `cannot tell` where nobody can."""
        return f"[{self.mark}]" if self.mark else said(self.value, self.unit)


class Words(NamedTuple):
    """Words of a line."""

    text: str
    strong: bool = False


class Quoted(NamedTuple):
    """A number in the midst of words."""

    cite: Cite


Line = tuple[Words | Quoted, ...]


@dataclass(frozen=True)
class Text:
    """Written text: a paragraph, a heading below the section's, a list with a line for each item, or a quotation."""

    kind: Literal["paragraph", "heading", "bullets", "numbered", "quotation"]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Narrative:
    """What people wrote for a section, entry `position`. `section`: as it was recorded."""

    section: str
    texts: tuple[Text, ...]
    position: int


@dataclass(frozen=True)
class Headlines:
    """A few figures large, side by side."""

    figures: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """A table of figures, one a row."""

    title: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A chart: of one figure by a dimension, of two to four side by side by it, or of several figures as wholes where `dimension`
    is empty.
    """

    title: str
    figures: tuple[str, ...]
    dimension: str = ""


@dataclass(frozen=True)
class Records:
    """A table of a part of the report: a row for each record."""

    part: str


@dataclass(frozen=True)
class Workings:
    """How each of these figures is counted, what it comes to in each part of its breakdowns, and the entries it rests on."""

    figures: tuple[str, ...]


Block = Text | Narrative | Headlines | Figures | Picture | Records | Workings


@dataclass(frozen=True)
class Section:
    """A section with a heading; `id` is its anchor. `parts` are smaller sections in it."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A report with the order it is read in. `marks`: the shorthand shown in place of a number, by what the number is.

    `disclosure`: what was done so that no number points to a child, which a reader is told first; `shorthand`: what each mark means.
    """

    report: Report
    title: str
    sections: tuple[Section, ...]
    brand: Brand = field(default_factory=Brand)
    marks: Mapping[Cite, str] = field(default_factory=dict)
    disclosure: str = NOT_CHECKED
    shorthand: Mapping[str, str] = field(default_factory=lambda: MARKS)

    @property
    def checked(self) -> bool:
        """Whether it was made for the public."""
        return self.disclosure is not NOT_CHECKED

    @cached_property
    def figures(self) -> dict[str, Answer]:
        """The figures by id, in order."""
        return {each.id: each for each in self.report.figures}

    @cached_property
    def parts(self) -> dict[str, Part]:
        """The parts by id, in order."""
        return {each.id: each for each in self.report.parts}

    def called(self, code: str, dimension: str = "") -> str:
        """A code as people say it: an agency, a group or a priority by its name; another reference as it is; a number with what it
        numbers, as in `Stage 2`; else in words.
        """
        if code.isdigit():
            return capital(f"{plain(dimension)} {code}".strip())
        return self.report.names.get(code) or (code if code.isupper() else capital(plain(code)))

    def number(self, cite: Cite) -> Number | None:
        """The number of a figure; None where there is no such figure, or it has no such part."""
        return self._of_figures.get(cite)

    def cell(self, part: Part, row: int, name: str) -> Number:
        """The number in a row (counted from 1) of a part's column of numbers."""
        value = part.rows[row - 1][part.columns.index(name)]
        return self._marked(
            Number(Cite(part.id, name, str(row)), _value(value), column(name, part.id).unit), whole=False
        )

    def numbers(self) -> Iterator[Number]:
        """Every number, figures first."""
        yield from self._of_figures.values()
        for part in self.report.parts:
            for name in part.columns:
                if column(name, part.id).kind == "number":
                    for row, cells in enumerate(part.rows, 1):
                        if cells[part.columns.index(name)] is not None:
                            yield self.cell(part, row, name)

    def changed(self, change: Callable[[Number], Number]) -> Document:
        """The document with each number as `change` leaves it: the same, another value, or none and the mark shown in its place.

        What is left out is in no format, nor are the entries of a figure that is left out, for there are as many as it says.
        """
        marks = dict(self.marks)

        def changing(number: Number | None) -> Value:
            if number is None:
                return None
            new = change(number)
            marks.pop(new.cite, None)
            if new.mark:
                marks[new.cite] = new.mark
            return None if new.mark else new.value

        figures = tuple(_changed(each, self.number, changing) for each in self.report.figures)
        parts = tuple(self._changed_part(part, changing) for part in self.report.parts)
        return replace(self, report=replace(self.report, figures=figures, parts=parts), marks=marks)

    @cached_property
    def _of_figures(self) -> dict[Cite, Number]:
        return {each.cite: self._marked(each) for answer in self.report.figures for each in numbers_of(answer)}

    def _marked(self, number: Number, *, whole: bool = True) -> Number:
        mark = self.marks.get(number.cite, "")
        return number._replace(mark=mark, value=None) if mark else number

    def _changed_part(self, part: Part, changing: Callable[[Number], Value]) -> Part:
        numeric = {n for n, name in enumerate(part.columns) if column(name, part.id).kind == "number"}
        rows = []
        for row, cells in enumerate(part.rows, 1):
            new = [
                _spelled(changing(self.cell(part, row, part.columns[n])), cell)
                if n in numeric and cell is not None else cell
                for n, cell in enumerate(cells)
            ]  # fmt: skip
            rows.append(tuple(new))
        return replace(part, rows=tuple(rows))


Pass = Callable[[Document], Document]
"""What is done to a document before it is written."""


def numbers_of(answer: Answer) -> Iterator[Number]:
    """Every number of a figure: its own, its two sides, each part of its breakdowns, what others state beside it."""
    id_, unit = answer.id, answer.unit
    yield Number(Cite(id_), answer.value, unit)
    if answer.printed is not None:
        yield Number(Cite(id_, which="printed"), answer.printed, unit)
    for which, side in (("numerator", answer.numerator), ("denominator", answer.denominator)):
        if side is not None:
            yield Number(Cite(id_, which=_which(which)), side.value, side.unit)
    for name, parts in answer.by.items():
        for part in parts:
            cite = Cite(id_, name, part.code)
            yield Number(cite, part.value, unit)
            if part.numerator is not None:
                yield Number(cite._replace(which="numerator"), part.numerator, _unit(answer.numerator))
            if part.denominator is not None:
                yield Number(cite._replace(which="denominator"), part.denominator, _unit(answer.denominator))
    for n, other in enumerate(answer.comparators, 1):
        cite = Cite(id_, BESIDE, str(n))
        yield Number(cite, other.stated.worth, other.stated.unit_said)
        if other.stated.shown is not None and other.stated.shown != other.stated.worth:
            yield Number(cite._replace(which="printed"), other.stated.shown, other.stated.unit_said)
        if other.difference is not None:
            yield Number(cite._replace(which="difference"), other.difference, other.stated.unit_said)


def _which(name: str) -> Which:
    return "numerator" if name == "numerator" else "denominator"


def _unit(side: Side | None) -> str:
    return "" if side is None else side.unit


def _changed(
    answer: Answer, number: Callable[[Cite], Number | None], changing: Callable[[Number | None], Value]
) -> Answer:
    def new(cite: Cite) -> Value:
        return changing(number(cite))

    id_ = answer.id
    value = new(Cite(id_))
    shown = value is not None or answer.value is None
    return replace(
        answer,
        value=value,
        printed=new(Cite(id_, which="printed")),
        entries=answer.entries if shown else (),
        numerator=_side(answer.numerator, new(Cite(id_, which="numerator"))),
        denominator=_side(answer.denominator, new(Cite(id_, which="denominator"))),
        by={name: tuple(_part(part, Cite(id_, name, part.code), new) for part in parts) for name, parts in answer.by.items()},
        comparators=tuple(
            _beside(each, Cite(id_, BESIDE, str(n)), new) for n, each in enumerate(answer.comparators, 1)
        ),
    )  # fmt: skip


def _side(side: Side | None, value: Value) -> Side | None:
    return replace(side, value=value) if side is not None and isinstance(value, int) else None


def _part(part: Of, cite: Cite, new: Callable[[Cite], Value]) -> Of:
    sides = [new(cite._replace(which=which)) for which in _SIDES]
    numerator, denominator = (side if isinstance(side, int) else None for side in sides)
    return Of(part.code, new(cite), numerator, denominator)


_SIDES: Sequence[Which] = ("numerator", "denominator")


def _beside(other: Comparator, cite: Cite, new: Callable[[Cite], Value]) -> Comparator:
    worth, stated = new(cite), other.stated
    if worth != stated.worth:
        plain = None if worth is None else Decimal(worth)
        stated = replace(stated, value=plain, numerator=None, denominator=None, printed=None)
    return replace(other, stated=stated, difference=new(cite._replace(which="difference")))


def _value(cell: object) -> Value:
    """A cell of a part as a number; parts keep exact decimals as text."""
    match cell:
        case None | int():
            return cell
        case str():
            return Decimal(cell)
        case _:
            raise TypeError(f"{cell!r} is no number, though its column has numbers")


def _spelled(value: Value, cell: object) -> object:
    return str(value) if isinstance(cell, str) and value is not None else value
