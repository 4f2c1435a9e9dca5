"""How a report comes about: people write its sections, a draft goes round, and the lead safeguarding partners sign it off."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import AgencyCode, Day, GroupCode, Number, ReportPeriod, spoken, written_as
from ledger.domain.general import Position
from ledger.domain.incident import statutory_partner
from ledger.domain.register import FLAG, Event, recorded_as, rule
from ledger.domain.report_record import (
    REPORT,
    Report,
    ReportKind,
    the_business_unit_publishes,
    the_record_is_that_of_the_period,
)
from ledger.domain.report_text import bare_numbers

MOST_TEXT = 8000
"""Characters of one section."""
MOST_NAMED = 5
Text = Annotated[
    str,
    written_as(
        r"^[^\x00-\x09\x0b-\x1f\x7f]+$", f"text in Markdown of at most {MOST_TEXT:,} characters", min_length=1, max_length=MOST_TEXT
    ),
]  # fmt: skip
"""Text that is to be published: it stands in clear, so nothing that points to a child belongs in it."""
ReportSection = Literal[
    "foreword", "glance", "learning", "actions", "escalation", "audit", "scrutiny", "priorities", "voice", "training",
    "partnership", "money", "demand", "ahead",
]  # fmt: skip
"""The chapters of a report, in the order of a yearly one."""
SECTORS = {"local-authority": "the local authority", "police": "the police", "health": "health"}
"""The sectors of the three statutory safeguarding partners, whose lead partners sign off (YR-WHO)."""


@rule(
    "REP-BARE",
    source="design: a figure is quoted by its id, so that text cannot drift from numbers",
    effect=FLAG,
)
def its_numbers_are_quoted(report: Report | None, claim: Claim[ReportSectionWritten]) -> str | None:
    """A number in a written section is quoted from a figure by its id, as in {{FIG-ACT-OVERDUE}}, not written by hand."""
    found = bare_numbers(claim.event.text)
    if not found:
        return None
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return f"Written by hand, so that nothing keeps it true: {', '.join(found[:MOST_NAMED])}{more}."


@rule("REP-DRAFT", source="reference.md YR-WHO: the lead safeguarding partners review and sign off the yearly report")
def it_is_of_the_draft_that_goes_round(
    report: Report | None, claim: Claim[ReportDrafted | ReportSignedOff]
) -> str | None:
    """Drafts are counted from 1 and made of what the ledger holds; what is signed off is the last of them, after it went round."""
    event, drafts = claim.event, report.drafts if report else ()
    match event:
        case ReportDrafted():
            if event.draft != len(drafts) + 1:
                return f"The next draft is number {len(drafts) + 1}, not {event.draft}."
            return (
                None
                if event.as_at < claim.position
                else f"The ledger ends at position {claim.position - 1}, before {event.as_at}."
            )
        case ReportSignedOff():
            if event.draft != len(drafts):
                return (
                    f"The last draft is number {len(drafts)}, not {event.draft}."
                    if drafts
                    else "There is no draft of this report."
                )
            before = event.signed_on < drafts[-1]
            return (
                f"Draft {event.draft} went round on {spoken(drafts[-1])}, after it is said to have been signed off."
                if before
                else None
            )


@rule("REP-SIGN", source="reference.md YR-WHO")
def a_lead_partner_signs_off(report: Report, claim: Claim[ReportSignedOff]) -> str | None:
    """A report is signed off by a statutory safeguarding partner, and recorded by it or by the business unit."""
    agency = claim.event.agency
    if statutory_partner(claim, agency) not in SECTORS:
        return f"{agency} is not one of the statutory safeguarding partners."
    if claim.sent_by_business_unit or claim.source == f"/agencies/{agency}":
        return None
    return f"The sign-off of {agency} is recorded by {agency} or by the business unit."


@recorded_as("report.section-written", on=REPORT, begins=True, continues=True, happens="written_on")
class ReportSectionWritten(Event):
    """People wrote a section of a report, in Markdown, in place of what stood there. The text is public: it is not sealed."""

    kind: ReportKind
    period: ReportPeriod
    section: ReportSection
    text: Text
    written_on: Day

    rules = (the_record_is_that_of_the_period, the_business_unit_publishes, its_numbers_are_quoted)

    def sentence(self) -> str:
        return f"Section {self.section} of the {self.kind} report of {self.period} written"


@recorded_as("report.drafted", on=REPORT, begins=True, continues=True, happens="drafted_on")
class ReportDrafted(Event):
    """A draft of a report, made as at a position, went round to groups for comments and to the lead partners for sign-off."""

    kind: ReportKind
    period: ReportPeriod
    draft: Number
    as_at: Position
    drafted_on: Day
    to: list[GroupCode] = Field(default=[], max_length=20)

    rules = (the_record_is_that_of_the_period, the_business_unit_publishes, it_is_of_the_draft_that_goes_round)

    def sentence(self) -> str:
        return f"Draft {self.draft} of the {self.kind} report of {self.period} went round, as at position {self.as_at}"


@recorded_as("report.signed-off", on=REPORT, happens="signed_on")
class ReportSignedOff(Event):
    """The lead safeguarding partner of an agency signed off the last draft of a report (YR-WHO)."""

    agency: AgencyCode
    draft: Number
    signed_on: Day

    rules = (it_is_of_the_draft_that_goes_round, a_lead_partner_signs_off)

    def sentence(self) -> str:
        return f"{self.agency} signed off draft {self.draft}"


@rule(
    "YR-WHO",
    source="reference.md YR-WHO: the lead safeguarding partners review and sign off the yearly report",
    effect=FLAG,
)
def each_lead_partner_signed_it_off(report: Report | None, claim: Claim[Event]) -> str | None:
    """A yearly report is published after the lead partners of the local authority, the police and health signed off its last draft.
    Of one made without this ledger nobody here knows who did.
    """
    if getattr(claim.event, "kind", "") != "annual" or getattr(claim.event, "made_elsewhere", False):
        return None
    signed = {statutory_partner(claim, agency) for agency in (report.signed_off_by if report else ())}
    missing = [name for sector, name in SECTORS.items() if sector not in signed]
    return f"Not signed off by {', '.join(missing)}." if missing else None
