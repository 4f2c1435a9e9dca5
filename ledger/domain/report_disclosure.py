"""What is done before anybody outside may read a report: its copy for the public, who cleared what was written, who released a number."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal, get_args

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.conventions import DisclosureRule
from ledger.domain.fields import AgencyCode, Day, PackReference, Part, Sha256, Words, written_as
from ledger.domain.incident import statutory_partner
from ledger.domain.register import Event, recorded_as, rule
from ledger.domain.report_drafting import SECTORS, ReportSection
from ledger.domain.report_record import REPORT, Report
from ledger.domain.report_text import FIGURE_ID

NumberId = Annotated[
    str,
    written_as(
        rf"^{FIGURE_ID}( (numerator|denominator)|/[a-z0-9_ -]+=[A-Za-z0-9_. -]+)?$",
        "a figure's number, such as FIG-SIN, FIG-SIN/nature=death or FIG-SIN-5WD numerator",
        max_length=300,
    ),
]
"""What disclosure control calls a number of a figure."""
Signatory = Literal["lead-partner", "chair", "delegated-partner"]
"""The office of whoever signs; with the agency it names one person, whose name no entry has."""
MAKERS = ("business-unit", "report-builder")
"""Roles of those who make a report."""
WhyWithheld = Literal["small", "difference", "complementary", "share"]
"""A small count itself; what would tell one beside an earlier edition, or another number of this one; a share of such a count."""
ReleaseReason = Literal[
    "known-already", "family-agreed", "no-one-can-be-recognised", "public-interest", "asked-for-by-law"
]
"""Why a number that a disclosure rule withholds is shown all the same: what the public copy says of it."""


class Withheld(Part):
    """A number that the public copy does not show, and why."""

    number: NumberId
    why: WhyWithheld


class PublicFile(Part):
    """A file of the public copy, by the SHA-256 of its bytes."""

    format: Literal["json", "csv", "csvw", "html", "xlsx", "pdf"]
    sha256: Sha256


class PublicCopy(Part):
    """The copy of an edition that anybody may read; the edition's own files are for the partners and the Panel.

    `rule` and `rule_sha256`: the disclosure rule it was made under, as the pack stood. `released`: numbers shown by decision.
    """

    rule: PackReference
    rule_sha256: Sha256
    files: list[PublicFile] = Field(min_length=1, max_length=6)
    withheld: list[Withheld] = Field(default=[], max_length=1000)
    released: list[NumberId] = Field(default=[], max_length=100)


def hash_of(text: str) -> str:
    """What a written section is known by when it is cleared: the SHA-256 of its text."""
    return sha256(text.encode()).hexdigest()


@rule("REP-SIGNATORY", source="reference.md SDC-NARR; design: who makes a report does not clear it")
def it_is_signed_in_ones_own_name(
    report: Report, claim: Claim[ReportSectionCleared | ReportNumberReleased | ReportReleaseWithdrawn]
) -> str | None:
    """Whoever clears or releases something signs it in their own name: a lead or delegated partner of a statutory safeguarding partner, or
    the chair. The business unit, which makes and publishes the report, does not.
    """
    event, role = claim.event, claim.recordedby.partition("@")[0]
    if claim.source != f"/agencies/{event.agency}" or role in MAKERS:
        return f"This is signed by {event.agency} itself, not by whoever makes the report."
    if role in get_args(Signatory) and role != event.by:
        return f"It is recorded by the {role.replace('-', ' ')}, and signed as the {event.by.replace('-', ' ')}."
    if event.by != "chair" and statutory_partner(claim, event.agency) not in SECTORS:
        return f"{event.agency} is not one of the statutory safeguarding partners."
    return None


@rule("REP-CLEARED", source="reference.md SDC-NARR: free text needs a person's sign-off before it is published")
def it_is_the_text_that_stands(report: Report, claim: Claim[ReportSectionCleared]) -> str | None:
    """What is cleared is the text of a section as it stands, by its SHA-256."""
    stands = dict(report.texts).get(claim.event.section)
    if stands is None:
        return f"Nothing is written in the section {claim.event.section}."
    if stands != claim.event.sha256:
        return f"The section {claim.event.section} was written anew: what stands there is another text."
    return None


@rule("REP-RELEASE", source="reference.md SDC-DEFAULT; design: a person answers for a small count that is shown")
def it_is_released_once(report: Report, claim: Claim[ReportNumberReleased | ReportReleaseWithdrawn]) -> str | None:
    """A number is released once, by a lead partner or the chair; what is withdrawn is a release that stands."""
    number, released = claim.event.number, claim.event.number in report.released
    if claim.event.by == "delegated-partner":
        return "A number is released by a lead partner or by the chair."
    match claim.event:
        case ReportNumberReleased():
            return f"{number} is released already." if released else None
        case ReportReleaseWithdrawn():
            return None if released else f"{number} is not released."


@rule("REP-PUBLIC", source="reference.md SDC-DEFAULT")
def its_public_copy_is_made_under_a_known_rule(report: Report | None, claim: Claim[Event]) -> str | None:
    """A public copy is made under a disclosure rule that is meant for publication, as its pack stands here; it shows no number by decision
    that nobody released, and each kind of file and each number stands in it once.
    """
    copy: PublicCopy | None = getattr(claim.event, "public", None)
    if copy is None:
        return None
    name, _, version = copy.rule.partition("@")
    pack = claim.packs.shelf.get(name, int(version))
    if not isinstance(pack, DisclosureRule) or not pack.publishable:
        return f"{copy.rule} is no disclosure rule for publication."
    if pack.sha256 != copy.rule_sha256:
        return f"The pack {copy.rule} is another here: {pack.sha256}."
    if unknown := sorted(set(copy.released) - set(report.released if report else ())):
        return f"Nobody released {', '.join(unknown)}."
    told = [*(each.format for each in copy.files), *(each.number for each in copy.withheld), *copy.released]
    twice = sorted({each for each in told if told.count(each) > 1})
    return f"Given more than once: {', '.join(twice)}." if twice else None


@rule("REP-CLEAR", source="reference.md SDC-NARR: narrative beats suppression")
def what_was_written_is_cleared(report: Report | None, claim: Claim[Event]) -> str | None:
    """A report with a copy for the public is published after a person cleared each written section, as it stands, for disclosure."""
    if getattr(claim.event, "public", None) is None or report is None:
        return None
    missing = report.uncleared
    return f"Not cleared as they stand: {', '.join(missing)}." if missing else None


@recorded_as("report.section-cleared", on=REPORT, happens="cleared_on")
class ReportSectionCleared(Event):
    """A person read a written section for what it tells of single children, and cleared it for the public. `sha256`: of the text read."""

    section: ReportSection
    sha256: Annotated[Sha256, Field(title="SHA-256 of the text that was read")]
    by: Signatory
    agency: AgencyCode
    cleared_on: Day

    rules = (it_is_signed_in_ones_own_name, it_is_the_text_that_stands)

    def sentence(self) -> str:
        return f"Section {self.section} cleared for disclosure by the {self.by.replace('-', ' ')} of {self.agency}"


@recorded_as("report.number-released", on=REPORT, happens="released_on")
class ReportNumberReleased(Event):
    """A person decided that the public copy shows a number that the disclosure rule withholds. `because` is told there."""

    number: NumberId
    because: ReleaseReason
    reasons: Words | None = None
    by: Signatory
    agency: AgencyCode
    released_on: Day

    rules = (it_is_signed_in_ones_own_name, it_is_released_once)

    def sentence(self) -> str:
        return f"{self.number} released for the public by the {self.by.replace('-', ' ')} of {self.agency}"


@recorded_as("report.release-withdrawn", on=REPORT, happens="withdrawn_on")
class ReportReleaseWithdrawn(Event):
    """A number is withheld again: the decision to show it was withdrawn."""

    number: NumberId
    reasons: Words | None = None
    by: Signatory
    agency: AgencyCode
    withdrawn_on: Day

    rules = (it_is_signed_in_ones_own_name, it_is_released_once)

    def sentence(self) -> str:
        return f"The release of {self.number} withdrawn by the {self.by.replace('-', ' ')} of {self.agency}"
