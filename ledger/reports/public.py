"""A report for anybody to read: under a disclosure rule, beside all that was published before, and without rows of single cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ledger.application import Ledger
from ledger.disclosure.figures import OF_FEW, Edition, Public, publish_under
from ledger.disclosure.protection import CONFIDENTIAL, symbol
from ledger.disclosure.tabling import guards
from ledger.domain.conventions import DisclosureRule
from ledger.domain.fields import spoken
from ledger.domain.history import fold
from ledger.domain.register import RECORDS
from ledger.domain.report_disclosure import ReleaseReason
from ledger.figures.answer import Answer
from ledger.figures.measures import Part as Of
from ledger.figures.measures import Value
from ledger.figures.period import Period
from ledger.figures.so_far import so_far
from ledger.projections.tables import Tables
from ledger.reports.document import BESIDE, MARKS, Document, Number, Pass
from ledger.reports.editions import Release, all_editions, releases
from ledger.reports.kinds import document, make
from ledger.reports.outline import outlined
from ledger.reports.parts import Part

REVIEWS = "PART-REVIEWS"
"""Of single cases, those that anybody may read of: reviews that are published."""
DECISIONS = "PART-DECISIONS"
"""Decisions on cases are nobody's outside, published or not."""
NOT_FOR_PUBLICATION = "NOT FOR PUBLICATION"
LEFT_OUT = "Left out of this copy: what stands here is of single cases that are not published."
BECAUSE: Mapping[ReleaseReason, str] = {
    "known-already": "it is known to everybody already",
    "family-agreed": "the family agreed",
    "no-one-can-be-recognised": "nobody can be recognised by it",
    "public-interest": "the public interest in it is greater",
    "asked-for-by-law": "a law asks for it",
}
"""Why a number is shown all the same, as the public copy says it."""


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


@dataclass(frozen=True)
class PublicCopy:
    """A document for the public, and what was done to it. `releases`: decisions that show what the rule would have withheld."""

    document: Document
    public: Public
    releases: Mapping[str, Release]


def for_the_public(ledger: Ledger, tables: Tables, rule: DisclosureRule, as_at: int) -> Pass:
    """What makes a document one for the public, as `public_copy` does."""
    return lambda inside: public_copy(ledger, tables, rule, as_at, inside).document


def copy_of(ledger: Ledger, tables: Tables, kind: str, period: str, as_at: int, *, rule: DisclosureRule) -> Document:
    """The report of a kind for a period as the public may read it, as at a position. Raises NotAPeriod."""
    up_to = so_far(ledger, Period.reported(kind, period), as_at)
    return document(
        ledger, tables, kind, period, as_at, as_of=up_to, passes=(for_the_public(ledger, tables, rule, as_at),)
    )  # fmt: skip


def public_copy(ledger: Ledger, tables: Tables, rule: DisclosureRule, as_at: int, inside: Document) -> PublicCopy:
    """A document for the public, beside every edition published by then, and with the numbers that somebody decided to show by then.
    An edition that had a copy for the public counts as read as that copy told it; another, as read in full.
    """
    figures = tuple(replace(each, by={}) if each.id in OF_FEW else each for each in inside.report.figures)
    parts = tuple(_without_cases(ledger, as_at, inside.report.parts))
    outside = replace(inside, report=replace(inside.report, figures=figures, parts=parts))
    period = outside.report.period.name
    released = releases(ledger, outside.report.kind, period, as_at)
    public = publish_under(rule, figures, _published(ledger, tables, as_at), released)
    changed = outside.changed(_Showing.of(public, outside).changed)
    report = replace(changed.report, figures=tuple(_without_entries(each, rule) for each in changed.report.figures))
    shown = {id_: each for id_, each in released.items() if id_ in public.released}
    laid_anew = outlined(report, inside.brand, _shorthand(rule))
    return PublicCopy(replace(laid_anew, marks=changed.marks, disclosure=_said(public, shown, inside)), public, shown)


def _shorthand(rule: DisclosureRule) -> Mapping[str, str]:
    """What the marks of a copy mean, the rule's own sign among them."""
    return {symbol(rule).strip("[]") if mark == CONFIDENTIAL else mark: meaning for mark, meaning in MARKS.items()}


def _published(ledger: Ledger, tables: Tables, as_at: int) -> Iterator[Edition]:
    """Every edition published by then, as it was published; of one made without this ledger it holds none."""
    for _, event in all_editions(ledger, as_at):
        if isinstance(event.as_at, int):
            figures = make(ledger, tables, event.kind, event.period, event.as_at, as_of=event.as_of).figures
            if event.public is None:
                yield Edition(figures)
            else:
                withheld = frozenset(each.number for each in event.public.withheld)
                yield Edition(figures, withheld, _rule_at(ledger, event.public.rule))


def _rule_at(ledger: Ledger, reference: str) -> DisclosureRule | None:
    name, _, version = reference.partition("@")
    pack = ledger.shelf.get(name, int(version))
    return pack if isinstance(pack, DisclosureRule) else None


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
    """A figure of people or incidents without its entries: there are as many of them as it counts, whatever is printed. What is done
    to its numbers is said.
    """
    sides = [side for side in (figure.numerator, figure.denominator) if side is not None]
    if not any(guards(unit, rule) for unit in (figure.unit, *(side.unit for side in sides))):
        return figure
    numerator, denominator = (side and replace(side, entries=()) for side in (figure.numerator, figure.denominator))
    how = "" if rule.rounded_to is None else f"Counts to the nearest {rule.rounded_to.value}, and shares of such counts"
    return replace(
        figure, entries=(), numerator=numerator, denominator=denominator, rounding=how or figure.rounding
    )  # fmt: skip


def _without_cases(ledger: Ledger, as_at: int, parts: tuple[Part, ...]) -> Iterable[Part]:
    """Parts without the rows of single cases that nobody outside knows of, nor of records whose use was restricted by then."""
    published = {
        name
        for part in parts
        if part.id == REVIEWS
        for row, name in zip(part.rows, part.records, strict=True)
        if row[part.columns.index("published_on")]
    }
    entries = ledger.records(sorted({name for part in parts for name in part.records}), as_at)
    restricted = {name for name, of in entries.items() if fold(of).restriction is not None}
    for part in parts:
        known = published if part.id != DECISIONS else frozenset[str]()
        kept = [
            (row, name)
            for row, name in zip(part.rows, part.records, strict=True)
            if name not in restricted and (name in known or not RECORDS[name.partition("/")[0]].case)
        ]
        if len(kept) == len(part.rows):
            yield part
            continue
        rows, records = zip(*kept, strict=True) if kept else ((), ())
        yield replace(part, rows=rows, records=records, entries=(), instead="" if kept else LEFT_OUT)


def _said(public: Public, shown: Mapping[str, Release], document: Document) -> str:
    """What a reader is told first."""
    rule = public.rule
    told = f"This copy was made for the public under the disclosure rule {rule.id}: {rule.title[:1].lower()}{rule.title[1:]}."
    symbol_ = (
        f" [{rule.symbol}] stands where a number is withheld, because it or another might point to a child."
        if rule.symbol
        else ""
    )
    cases = " Rows of single cases that are not published are left out."
    told += symbol_ + cases + "".join(f" {_decided(document, id_, each)}" for id_, each in sorted(shown.items()))
    if not public.open:
        return told
    opened = ", ".join(sorted({id_.partition(":")[2] if id_[:1].isdigit() else id_ for id_ in public.open}))
    return f"{NOT_FOR_PUBLICATION}: earlier editions and this one together tell small counts of {opened}. {told}"


def _decided(document: Document, number: str, release: Release) -> str:
    """That a number below the limit is shown, by whose decision and why."""
    id_, _, rest = number.partition("/")
    figure = document.figures[id_.partition(" ")[0]]
    dimension, _, code = rest.partition("=")
    of = f", {document.called(code, dimension)}" if code else ""
    by = f"the {release.event.by.replace('-', ' ')} of {document.called(release.event.agency)}"
    return (
        f"One number that the rule would withhold is shown by decision of {by}, on {spoken(release.event.released_on)}: "
        f"{figure.caption}{of} ({number}). Reason: {BECAUSE[release.event.because]}."
    )
