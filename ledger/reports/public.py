"""A report for anybody to read: under a disclosure rule, beside all that was published before, and without rows of single cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ledger.application import Ledger
from ledger.disclosure.figures import Edition, Public, guards, publish_under
from ledger.disclosure.protection import symbol
from ledger.domain.conventions import DisclosureRule
from ledger.domain.register import RECORDS, TYPE_PREFIX
from ledger.figures.answer import Answer
from ledger.figures.measures import Part as Of
from ledger.figures.measures import Value
from ledger.figures.period import QUARTERS
from ledger.projections.tables import Tables
from ledger.reports.document import BESIDE, Document, Number, Pass
from ledger.reports.kinds import make
from ledger.reports.parts import Part
from ledger.reports.publishing import editions

OF_REVIEWS = ("PART-REVIEWS", "PART-RECS", "PART-LEARNING")
"""Parts with a row for something of a single review; anybody may read of those that are published."""
DECISIONS = "PART-DECISIONS"


class NoSuchRule(ValueError):
    """No disclosure rule of that name is on the shelf, or it is for use inside only."""


def rule_called(ledger: Ledger, name: str) -> DisclosureRule:
    """A disclosure rule by its id, in its last version; raises NoSuchRule."""
    rules = [pack for pack in ledger.shelf if isinstance(pack, DisclosureRule)]
    found = [pack for pack in rules if pack.id == name and pack.publishable]
    if not found:
        known = ", ".join(sorted({pack.id for pack in rules if pack.publishable}))
        raise NoSuchRule(f"A copy for the public is made under one of these rules: {known}.")
    return max(found, key=lambda pack: pack.version)


def for_the_public(ledger: Ledger, tables: Tables, rule: DisclosureRule, as_at: int) -> Pass:
    """What makes a document one for the public. Every edition that was published by then, of whatever period, counts as read in full."""

    def made(document: Document) -> Document:
        figures = document.report.figures
        public = publish_under(rule, figures, _published(ledger, tables, as_at))
        changed = document.changed(_Showing.of(public, document).changed)
        report = replace(
            changed.report,
            parts=tuple(_without_cases(changed.report.parts)),
            figures=tuple(_without_entries(each, rule) for each in changed.report.figures),
        )
        return replace(changed, report=report, disclosure=_said(public))

    return made


def _published(ledger: Ledger, tables: Tables, as_at: int) -> Iterator[Edition]:
    """Every edition published by then, as its figures were worked out; of one made without this ledger it holds none."""
    if as_at:
        days = (ledger.entry_at(1).day, ledger.entry_at(as_at).day)
        for kind, period in _periods(days[0].year - 1, days[1].year):
            for _, event in editions(ledger, kind, period, as_at).values():
                if isinstance(event.as_at, int):
                    yield Edition(make(ledger, tables, kind, period, event.as_at).figures)


def _periods(first: int, last: int) -> Iterator[tuple[str, str]]:
    """Every reporting year that begins in these years, and its quarters."""
    for year in range(first, last + 1):
        name = f"{year}-{(year + 1) % 100:02d}"
        yield "annual", name
        yield from (("quarterly", f"{name}-Q{number}") for number in QUARTERS)


@dataclass(frozen=True)
class _Showing:
    """How each number of a document stands in its copy for the public."""

    public: Public
    figures: Mapping[str, Answer]
    parts: Mapping[tuple[str, str, str], Of]
    columns: frozenset[tuple[str, str]]
    """Columns of records in which a small count is hidden, so that all are: with the total, the others would tell it."""

    @classmethod
    def of(cls, public: Public, document: Document) -> _Showing:
        figures = document.figures
        parts = {
            (id_, name, part.code): part for id_, each in figures.items() for name, of in each.by.items() for part in of
        }
        hidden = {
            (number.cite.id, number.cite.dimension)
            for number in document.numbers()
            if number.cite.id not in figures and isinstance(public.alone(number.value, number.unit), str)
        }
        return cls(public, figures, parts, frozenset(hidden if public.rule.complementary else ()))

    def changed(self, number: Number) -> Number:
        if number.value is None:
            return number
        shown = self._shown(number)
        return number._replace(mark=shown.strip("[]")) if isinstance(shown, str) else number._replace(value=shown)

    def _shown(self, number: Number) -> Value | str:
        cite, public = number.cite, self.public
        figure = self.figures.get(cite.id)
        if figure is None:
            return symbol(public.rule) if cite[:2] in self.columns else public.alone(number.value, number.unit)
        if cite.dimension == BESIDE or cite.which == "printed":
            return self._stated(number, figure)
        if cite.dimension:
            part = self.parts[cite[:3]]
            if cite.which == "value":
                return public.part(figure, cite.dimension, part)
            return public.part_side(figure, cite.dimension, part, cite.which)
        return public.value(figure) if cite.which == "value" else public.side(figure, cite.which)

    def _stated(self, number: Number, figure: Answer) -> Value | str:
        """What others state beside a figure, or print of it: nothing that would tell the figure where that is hidden or rounded."""
        public, cite = self.public, number.cite
        is_rounded = public.rule.rounded_to is not None and guards(figure.unit, public.rule)
        if isinstance(public.value(figure), str) or (cite.which == "difference" and is_rounded):
            return symbol(public.rule)
        return public.alone(number.value, number.unit)


def _without_entries(figure: Answer, rule: DisclosureRule) -> Answer:
    """A figure of people or incidents without its entries: there are as many of them as it counts, whatever is printed."""
    sides = tuple(
        replace(side, entries=()) if side is not None and guards(side.unit, rule) else side
        for side in (figure.numerator, figure.denominator)
    )
    if not guards(figure.unit, rule) and sides == (figure.numerator, figure.denominator):
        return figure
    return replace(figure, entries=(), numerator=sides[0], denominator=sides[1])


def _without_cases(parts: tuple[Part, ...]) -> Iterable[Part]:
    """Parts without the rows of single cases that nobody outside knows of."""
    published = {
        row[0] for part in parts if part.id == "PART-REVIEWS" for row in part.rows if _cell(part, row)["published_on"]
    }
    for part in parts:
        rows = part.rows
        if part.id in OF_REVIEWS:
            rows = tuple(row for row in rows if row[0] in published)
        elif part.id == DECISIONS:
            rows = tuple(row for row in rows if not _is_of_a_case(_cell(part, row)["type"]))
        yield part if rows == part.rows else replace(part, rows=rows, entries=())


def _cell(part: Part, row: tuple[object, ...]) -> Mapping[str, object]:
    return dict(zip(part.columns, row, strict=True))


def _is_of_a_case(type_: object) -> bool:
    record = str(type_).removeprefix(TYPE_PREFIX).partition(".")[0]
    return record in RECORDS and RECORDS[record].case


def _said(public: Public) -> str:
    """What a reader is told first."""
    rule = public.rule
    told = f"This copy was made for the public under the disclosure rule {rule.id}: {rule.title[:1].lower()}{rule.title[1:]}."
    shown = (
        f" [{rule.symbol}] stands where a number is withheld, because it or another might point to a child."
        if rule.symbol
        else ""
    )
    cases = " Rows of single cases that are not published are left out. What people wrote is for people to check."
    if not public.open:
        return told + shown + cases
    opened = ", ".join(sorted({id_.partition(":")[2] if id_[:1].isdigit() else id_ for id_ in public.open}))
    return f"{told}{shown}{cases} NOT FOR PUBLICATION: earlier editions and this one together tell small counts of {opened}."
