"""A report for anybody to read: under a disclosure rule, beside all that was published before, and without rows of single cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ledger.application import Ledger
from ledger.disclosure.figures import Edition, Public, cell_id, guards, publish_under
from ledger.disclosure.protection import is_small
from ledger.domain.conventions import DisclosureRule
from ledger.domain.register import RECORDS, TYPE_PREFIX
from ledger.figures.period import QUARTERS
from ledger.projections.tables import Tables
from ledger.reports.document import BESIDE, Cite, Document, Number, Pass
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
        changed = document.changed(lambda number: _changed(number, public, document))
        report = replace(changed.report, parts=tuple(_without_cases(changed.report.parts)))
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


def _changed(number: Number, public: Public, document: Document) -> Number:
    cite = number.cite
    if cite.id not in document.figures or cite.dimension == BESIDE:
        return _alone(number, public, withheld=cite.id in public.withheld)
    if _name(cite) in public.withheld:
        return _hidden(number, public)
    return number._replace(value=public.counted(number.value, number.unit))


def _alone(number: Number, public: Public, *, withheld: bool) -> Number:
    """A number in a row, or of others beside a figure: hidden where it is small, or would tell the figure that is hidden."""
    small = (
        isinstance(number.value, int) and guards(number.unit, public.rule) and is_small(public.rule, abs(number.value))
    )
    return _hidden(number, public) if withheld or small else number


def _hidden(number: Number, public: Public) -> Number:
    return number._replace(mark=public.rule.symbol or "c") if number.value is not None else number


def _name(cite: Cite) -> str:
    """What disclosure control calls a number."""
    if cite.dimension:
        return cell_id(cite.id, cite.dimension, cite.code)
    return f"{cite.id} {cite.which}" if cite.which in {"numerator", "denominator"} else cite.id


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
