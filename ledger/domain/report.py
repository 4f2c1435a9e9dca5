"""Reports: what the partnership published for a period, frozen as it was that day, and to whom it was sent."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain.calendar import days_of
from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    Day,
    Exact,
    GroupCode,
    NotStated,
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
from ledger.domain.register import FLAG, Event, known, recorded_as, rule
from ledger.domain.report_disclosure import (
    PublicCopy,
    ReportNumberReleased,
    ReportReleaseWithdrawn,
    ReportSectionCleared,
    hash_of,
    its_public_copy_is_made_under_a_known_rule,
    what_was_written_is_cleared,
)
from ledger.domain.report_drafting import (
    ReportDrafted,
    ReportSectionWritten,
    ReportSignedOff,
    each_lead_partner_signed_it_off,
)
from ledger.domain.report_record import (
    REPORT,
    Edition,
    Report,
    ReportKind,
    the_business_unit_publishes,
    the_record_is_that_of_the_period,
)
from ledger.domain.state import replace
from ledger.domain.vocabulary import ReportRecipient

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


@rule("REP-LATE", source="reference.md REP-LATE: published figures are frozen snapshots")
def it_is_made_of_what_the_ledger_holds(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """A report is as at a position the ledger has reached, as of a day of its period if not of the whole, and gives each figure once."""
    event = claim.event
    first, last = days_of(event.period)
    if event.as_of is not None and not first <= event.as_of < last:
        return f"as_of says up to which day an unfinished period is told: one from {spoken(first)} and before {spoken(last)}."
    if isinstance(event.as_at, int) and event.as_at >= claim.position:
        return f"The ledger ends at position {claim.position - 1}, before {event.as_at}."
    ids = [figure.id for figure in event.figures]
    if len(set(ids)) < len(ids):
        return f"Given more than once: {', '.join(sorted({id_ for id_ in ids if ids.count(id_) > 1}))}."
    return None


ELSEWHERE = (
    "Only a report that was made without this ledger, and is entered afterwards, has neither as_at, files nor figures."
)


@rule("REP-FILES", source="reference.md REP-LATE; design: a published number can be checked offline")
def its_figures_are_in_a_file_that_is_named(report: Report | None, claim: Claim[ReportPublished]) -> str | None:
    """Every report has its figures in one JSON file, and each kind of file once; one made elsewhere has neither, and is entered afterwards."""
    event = claim.event
    if isinstance(event.files, str) or event.as_at == NOT_STATED:
        return None if event.made_elsewhere and claim.retrospective else ELSEWHERE
    formats = [file.format for file in event.files]
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
    before = editions[-1].as_at
    if isinstance(before, int) and isinstance(event.as_at, int) and event.as_at < before:
        return f"The edition before was made as at {before}, which is later than {event.as_at}."
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

    `files` and `figures` are in full, for the partners and the Panel; `public` is the copy for anybody, under a disclosure rule.
    `files`: each by its SHA-256. `figures`: left out where there are more than an entry holds, as the JSON file has them all.
    `as_of`: of a period that was not over when the ledger was last told of it, the day up to which it is told.
    Of a report that was made without this ledger and is entered afterwards, `as_at` and `files` are not stated: its day stands, its
    figures are datasets.
    """

    kind: ReportKind
    period: ReportPeriod
    published_on: Day
    as_at: Position | NotStated
    files: Annotated[list[PublishedFile], Field(min_length=1, max_length=6)] | NotStated
    figures: list[PublishedFigure] = Field(default=[], max_length=MOST_FIGURES)
    checkpoint: Checkpoint | None = None
    edition: Number = 1
    reason: Words | None = None
    signed_off_by: GroupCode | None = None
    public: PublicCopy | None = None
    as_of: Day | None = None

    rules = (
        the_record_is_that_of_the_period,
        the_business_unit_publishes,
        it_is_made_of_what_the_ledger_holds,
        its_figures_are_in_a_file_that_is_named,
        a_later_edition_says_why,
        its_period_has_ended,
        each_lead_partner_signed_it_off,
        its_public_copy_is_made_under_a_known_rule,
        what_was_written_is_cleared,
    )

    def sentence(self) -> str:
        kind = {"annual": "Yearly", "quarterly": "Quarterly"}[self.kind]
        again = f", edition {self.edition}" if self.edition > 1 else ""
        agreed = ", which witnesses agreed to" if self.checkpoint and self.checkpoint.agreed else ""
        made = "made without this ledger" if self.made_elsewhere else f"as at position {self.as_at}"
        so_far = f", as of {spoken(self.as_of)}" if self.as_of else ""
        copy = f", for the public under {self.public.rule}" if self.public else ""
        return f"{kind} report of {self.period} published{again}, {made}{so_far}{copy}{agreed}"

    @property
    def made_elsewhere(self) -> bool:
        """Whether it was made without this ledger, so that nothing of it can be worked out again."""
        return self.as_at == NOT_STATED and self.files == NOT_STATED and not self.figures


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


ReportEvent = (
    ReportSectionWritten | ReportDrafted | ReportSignedOff | ReportPublished | ReportCirculated
    | ReportSectionCleared | ReportNumberReleased | ReportReleaseWithdrawn
)  # fmt: skip


@REPORT.folded_by
def evolve(report: Report | None, event: ReportEvent) -> Report:
    """Fold one event into the report."""
    match event:
        case ReportSectionWritten(kind=kind, period=period, section=section, text=text):
            begun = report or Report(kind, period)
            others = tuple(each for each in begun.texts if each[0] != section)
            return replace(begun, texts=(*others, (section, hash_of(text))))
        case ReportSectionCleared(section=section, sha256=text):
            cleared = known(report)
            return replace(cleared, cleared=(*cleared.cleared, (section, text)))
        case ReportNumberReleased(number=number):
            released = known(report)
            return replace(released, released=(*released.released, number))
        case ReportReleaseWithdrawn(number=number):
            held = known(report)
            return replace(held, released=tuple(each for each in held.released if each != number))
        case ReportDrafted(kind=kind, period=period, drafted_on=day):
            begun = report or Report(kind, period)
            return replace(begun, drafts=(*begun.drafts, day), signed_off_by=())
        case ReportSignedOff(agency=agency):
            signed = known(report)
            return replace(signed, signed_off_by=(*signed.signed_off_by, agency))
        case ReportPublished(kind=kind, period=period, published_on=day, as_at=as_at):
            begun = report or Report(kind, period)
            return replace(begun, editions=(*begun.editions, Edition(day, as_at)), signed_off_by=())
        case ReportCirculated():
            return known(report)
        case _:
            assert_never(event)
