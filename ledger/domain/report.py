"""Reports: what the partnership published for a period, frozen as it was that day, and to whom it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain.calendar import days_of
from ledger.domain.claim import Claim
from ledger.domain.fields import (
    Day,
    Exact,
    GroupCode,
    Number,
    Part,
    ReportPeriod,
    Sha256,
    SignedNote,
    Title,
    Words,
    spoken,
    written_as,
)
from ledger.domain.general import Position
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.vocabulary import ReportRecipient

ReportKind = Literal["annual", "quarterly"]
FigureId = Annotated[
    str,
    written_as(r"^FIG(-[A-Z0-9]+)+(\.[a-z0-9-]+){0,3}$", "a figure's id, such as FIG-ACT-OVERDUE", max_length=200),
]
MOST_FIGURES = 400
"""In the entry itself, which has at most 65,535 bytes; a report of more keeps them in its JSON file, which has every figure on a line."""


class Checkpoint(Part):
    """What the ledger was when the report was made of it.

    `root`: of the RFC 9162 tree over the entries up to the report's position, in hexadecimal. `note`: the ledger's own
    signed checkpoint at that size or a later one. `agreed`: witnesses cosigned that note as the witness policy in force asked;
    without it none was in force.
    """

    root: Sha256
    note: SignedNote | None = None
    agreed: Literal[True] | None = None


class PublishedFigure(Part):
    """A figure as published. `version` is that of its definition; without a value it could not be told."""

    id: FigureId
    version: Number
    value: Exact | None = None


class PublishedFile(Part):
    """A file of the report, by the SHA-256 of its bytes; `csvw` says what the columns of the CSV are."""

    format: Literal["json", "csv", "csvw", "html", "xlsx", "pdf"]
    sha256: Sha256


@dataclass(frozen=True)
class Edition:
    """One edition of a report: when it was published, and of how much of the ledger it was made."""

    published_on: date
    as_at: int


@dataclass(frozen=True)
class Report:
    """The report of one period, in all its editions, first to last."""

    kind: ReportKind
    period: str
    editions: tuple[Edition, ...] = ()


REPORT: Record[Report] = Record("report", prefix="REP", title="Report", only=True)


def reference_of(kind: str, period: str) -> str:
    """Where the report of a period is recorded: `ANNUAL-2019-20`."""
    return f"{kind}-{period}".upper()


@rule("REP-PERIOD", source="reference.md GEN-PERIOD, DRIFT-Q")
def the_record_is_that_of_the_period(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """The report of one period is one record, named for it: a yearly report of a reporting year, a quarterly one of a quarter."""
    event = claim.event
    if (event.kind == "quarterly") is not ("Q" in event.period):
        return f"A report that is {event.kind} is not of {event.period}."
    wanted = reference_of(event.kind, event.period)
    if claim.reference != wanted:
        return (
            f"The {event.kind} report of {event.period} is recorded on report/{wanted}, not report/{claim.reference}."
        )
    return None


@rule("REP-BY", source="design: the business unit publishes for the partners, who publish jointly (YR-WT23-JOINT)")
def the_business_unit_publishes(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """The business unit publishes the partnership's reports."""
    return None if claim.sent_by_business_unit else "Only the business unit publishes the partnership's reports."


@rule("REP-LATE", source="reference.md REP-LATE: published figures are frozen snapshots")
def it_is_made_of_what_the_ledger_holds(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """A report is as at a position the ledger has reached, and gives each figure once."""
    event = claim.event
    if event.as_at >= claim.position:
        return f"The ledger ends at position {claim.position - 1}, before {event.as_at}."
    ids = [figure.id for figure in event.figures]
    if len(set(ids)) < len(ids):
        return f"Given more than once: {', '.join(sorted({id_ for id_ in ids if ids.count(id_) > 1}))}."
    return None


@rule("REP-FILES", source="reference.md REP-LATE; design: a published number can be checked offline")
def its_figures_are_in_a_file_that_is_named(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """Every report has its figures in one JSON file, and each kind of file once."""
    formats = [file.format for file in claim.event.files]
    if "json" not in formats:
        return "The JSON file, which has every figure with its working, is missing from files."
    twice = sorted({name for name in formats if formats.count(name) > 1})
    return f"Given more than once: {', '.join(twice)}." if twice else None


@rule("REP-EDITION", source="reference.md REP-LATE: later revisions are new events with reason")
def a_later_edition_says_why(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """Editions are counted from 1; a later one says why there is another, and is made of no less of the ledger."""
    event, editions = claim.event, report.editions if report else ()
    if event.edition != len(editions) + 1:
        return f"The next edition is number {len(editions) + 1}, not {event.edition}."
    if not editions:
        return None
    if event.reason is None:
        return "A later edition needs its reason."
    if event.as_at < editions[-1].as_at:
        return f"The edition before was made as at {editions[-1].as_at}, which is later than {event.as_at}."
    return None


@rule("REP-EARLY", source="reference.md GEN-PERIOD: a report is of a period that has ended", effect=FLAG)
def its_period_has_ended(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """A report is published after the period it reports on."""
    ends = days_of(claim.event.period)[1]
    if claim.event.published_on > ends:
        return None
    return f"Published on {spoken(claim.event.published_on)}, while {claim.event.period} ran until {spoken(ends)}."


@rule("REP-CIRC", source="reference.md YR-7D: a copy is sent within seven days of publication")
def what_is_circulated_was_published(report: Report, claim: Claim[ReportCirculated]) -> str | None:
    """What is sent out is an edition that was published by then."""
    number = claim.event.edition
    if number > len(report.editions):
        return f"There is no edition {number} of this report."
    published = report.editions[number - 1].published_on
    if claim.event.circulated_on < published:
        return f"Edition {number} was published on {spoken(published)}, after it is said to have been sent."
    return None


@recorded_as("report.published", on=REPORT, begins=True, continues=True, happens="published_on")
class ReportPublished(Event):
    """A report was published: its figures, their definitions and the position it was made at are frozen (REP-LATE).

    `files`: each by its SHA-256. `figures` are left out where there are more than an entry holds; the JSON file has them all.
    """

    kind: ReportKind
    period: ReportPeriod
    published_on: Day
    as_at: Position
    files: list[PublishedFile] = Field(min_length=1, max_length=6)
    figures: list[PublishedFigure] = Field(default=[], max_length=MOST_FIGURES)
    checkpoint: Checkpoint | None = None
    edition: Number = 1
    reason: Words | None = None
    signed_off_by: GroupCode | None = None

    rules = (
        the_record_is_that_of_the_period,
        the_business_unit_publishes,
        it_is_made_of_what_the_ledger_holds,
        its_figures_are_in_a_file_that_is_named,
        a_later_edition_says_why,
        its_period_has_ended,
    )

    def sentence(self) -> str:
        kind = {"annual": "Yearly", "quarterly": "Quarterly"}[self.kind]
        again = f", edition {self.edition}" if self.edition > 1 else ""
        agreed = ", which witnesses agreed to" if self.checkpoint and self.checkpoint.agreed else ""
        return f"{kind} report of {self.period} published{again}, as at position {self.as_at}{agreed}"


@recorded_as("report.circulated", on=REPORT, happens="circulated_on")
class ReportCirculated(Event):
    """A copy was sent out; the clock of the yearly report is YR-7D. `board`: the name of another body it went to."""

    to: list[ReportRecipient] = Field(min_length=1, max_length=20)
    circulated_on: Day
    edition: Number = 1
    board: Title | None = None

    rules = (what_is_circulated_was_published,)

    def sentence(self) -> str:
        to = ", ".join(name.replace("-", " ") for name in self.to)
        return f"Report sent to {to}" + (f" ({self.board})" if self.board else "")


ReportEvent = ReportPublished | ReportCirculated


@REPORT.folded_by
def evolve(report: Report | None, event: ReportEvent) -> Report:
    """Fold one event into the report."""
    match event:
        case ReportPublished(kind=kind, period=period, published_on=day, as_at=as_at):
            editions = report.editions if report else ()
            return Report(kind, period, (*editions, Edition(day, as_at)))
        case ReportCirculated():
            return known(report)
        case _:
            assert_never(event)
