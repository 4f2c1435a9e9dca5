"""Audits: planned in a programme or added to it, asked of bodies by a tool, held on a sample of cases, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain.audit_grades import (
    a_grade_is_on_the_scale_in_force,
    a_grade_names_its_scale,
    the_grades_are_on_the_scale_of_the_tool,
    the_scale_of_the_tool_is_in_force,
)
from ledger.domain.audit_rules import (
    Audit,
    AuditKind,
    FindingKind,
    a_cancelled_audit_stays_cancelled,
    a_gap_carries_a_theme,
    a_number_names_one_finding,
    a_random_20_samples_twenty,
    a_return_follows_the_issue,
    an_audit_is_held_once,
    moderated_grades_have_their_own_beside_them,
    moderation_keeps_to_the_standards_graded,
    only_an_audit_still_to_be_held_is_cancelled,
    standards,
    the_bodies_asked_are_named_once,
    the_body_was_asked_and_returns_once,
    the_final_deadline_is_the_later,
    the_kind_is_said_once,
    the_spread_fits_the_sample,
    there_was_something_to_find,
    what_is_moderated_was_returned,
)
from ledger.domain.fields import (
    NOT_STATED,
    AgencyCode,
    Code,
    Count,
    DayOrNotStated,
    GroupCode,
    NotStated,
    Number,
    PackReference,
    Words,
    Year,
    spoken,
    written_as,
)
from ledger.domain.register import Event, Record, known, recorded_as
from ledger.domain.state import replace
from ledger.domain.vocabulary import Theme

AUDIT: Record[Audit] = Record("audit", prefix="AUD", title="Audit")


Standard = Annotated[
    str,
    written_as(
        r"^[a-z0-9]+([.-][a-z0-9]+)*$", "the number of a standard in its audit tool, such as 2b.1", max_length=40
    ),
]
"""A standard of an audit tool, as the tool numbers it: `2b.1`."""

Grades = Annotated[dict[Standard, Code], Field(min_length=1, max_length=200)]
"""Grade per standard, on the scale of the tool's version; ordinal, so never averaged (AUD-GRADE)."""

KIND_NAMES: Mapping[AuditKind, str] = {
    "multi-agency-themed": "Themed multi-agency audit",
    "random-20": "Random 20 audit",
    "deep-dive": "Deep dive",
    "single-agency": "Single-agency audit",
    "section-11": "Section 11 audit",
    "section-157-175": "Section 157/175 audit",
    "frontline-visit": "Frontline visit",
    "peer-review": "Peer review",
}


class _Audited(Event):
    """What an audit is, said by the event that begins its record."""

    kind: AuditKind | None = None
    topic: Code | None = None
    themes: list[Theme] = Field(default=[], max_length=20)
    programme_year: Year | None = None


@recorded_as("audit.planned", on=AUDIT, begins=True)
class AuditPlanned(Event):
    """An audit was put into the programme of a year (AUD-PLAN)."""

    kind: AuditKind
    programme_year: Year
    topic: Code | None = None
    themes: list[Theme] = Field(default=[], max_length=20)

    def sentence(self) -> str:
        return f"{_named(self.kind, self.topic)} planned for {self.programme_year}"


@recorded_as("audit.cancelled", on=AUDIT, happens="cancelled_on")
class AuditCancelled(Event):
    """The audit was taken out of the programme."""

    cancelled_on: DayOrNotStated
    reason: Words
    decided_by: GroupCode | None = None

    decides = "cancelled"
    rules = (only_an_audit_still_to_be_held_is_cancelled,)

    def sentence(self) -> str:
        return f"Audit cancelled{f', as {self.decided_by} decided' if self.decided_by else ''}"


@recorded_as("audit.issued", on=AUDIT, begins=True, continues=True, happens="issued_on")
class AuditIssued(_Audited):
    """The audit tool went out to the bodies asked; their number is the denominator of every return rate (S11-DATA).

    An audit that was never planned begins here, and then gives its kind.
    """

    issued_on: DayOrNotStated
    asked: list[AgencyCode] = Field(min_length=1, max_length=1000)
    deadline: DayOrNotStated
    final_deadline: DayOrNotStated | None = None
    tool: Code
    tool_version: Number
    scale: PackReference | None = None

    rules = (
        the_kind_is_said_once,
        the_bodies_asked_are_named_once,
        the_final_deadline_is_the_later,
        the_scale_of_the_tool_is_in_force,
        a_cancelled_audit_stays_cancelled,
    )

    def sentence(self) -> str:
        return f"Issued to {_counted(len(self.asked), 'body', 'bodies')}, answers due {spoken(self.deadline)}"


@recorded_as("audit.return-received", on=AUDIT, happens="returned_on")
class AuditReturnReceived(Event):
    """A body returned the tool with its own grades; grades moderated afterwards are kept beside them, never instead."""

    body: AgencyCode
    returned_on: DayOrNotStated
    self_grades: Grades | NotStated
    moderated_grades: Grades | None = None

    rules = (
        the_body_was_asked_and_returns_once,
        a_return_follows_the_issue,
        moderated_grades_have_their_own_beside_them,
        the_grades_are_on_the_scale_of_the_tool,
    )

    def sentence(self) -> str:
        return f"{self.body} returned its answers"


@recorded_as("audit.return-moderated", on=AUDIT, happens="moderated_on")
class AuditReturnModerated(Event):
    """A return was challenged and its grades moderated some time after it came in (S11-STEPS)."""

    body: AgencyCode
    moderated_on: DayOrNotStated
    by_group: GroupCode | None = None
    moderated_grades: Grades

    rules = (
        what_is_moderated_was_returned,
        moderation_keeps_to_the_standards_graded,
        the_grades_are_on_the_scale_of_the_tool,
    )

    def sentence(self) -> str:
        return f"The return of {self.body} was moderated{f' by {self.by_group}' if self.by_group else ''}"


@recorded_as("audit.held", on=AUDIT, begins=True, continues=True, happens="held_on")
class AuditHeld(_Audited):
    """Cases were audited. An audit the programme never planned begins here, and then gives its kind (AUD-PLAN).

    Where only the month is known, `held_on` is not-stated and `time` is the month (timeprecision month).
    `spread`: how many cases there were at each level of the area's continuum of need.
    """

    held_on: DayOrNotStated
    cases_sampled: Count | NotStated
    spread: Annotated[dict[Code, Count], Field(min_length=1, max_length=20)] | None = None
    agencies: list[AgencyCode] = Field(default=[], max_length=100)

    rules = (
        the_kind_is_said_once,
        an_audit_is_held_once,
        the_spread_fits_the_sample,
        a_random_20_samples_twenty,
        a_cancelled_audit_stays_cancelled,
    )

    def sentence(self) -> str:
        what = _named(self.kind, self.topic) if self.kind else "Audit"
        if self.cases_sampled == NOT_STATED:
            return f"{what} held; the number of cases is not stated"
        return f"{what} held on {_counted(self.cases_sampled, 'case', 'cases')}"


@recorded_as("audit.finding-recorded", on=AUDIT)
class AuditFindingRecorded(Event):
    """The audit found an assurance, a gap in assurance, good practice or learning (AUD-OUT)."""

    number: Number
    kind: FindingKind
    themes: list[Theme] = Field(default=[], max_length=20)
    agencies: list[AgencyCode] = Field(default=[], max_length=100)
    text: Words
    grade: Code | None = None
    moderated_grade: Code | None = None
    scale: PackReference | None = None

    rules = (
        there_was_something_to_find,
        a_number_names_one_finding,
        a_grade_names_its_scale,
        a_grade_is_on_the_scale_in_force,
        a_gap_carries_a_theme,
    )

    def sentence(self) -> str:
        about = f" on {', '.join(self.themes).replace('-', ' ')}" if self.themes else ""
        return f"Finding {self.number}: {self.kind.replace('-', ' ')}{about}"


@recorded_as("audit.reported", on=AUDIT, happens="reported_on")
class AuditReported(Event):
    """The audit's findings went to a group of the partnership."""

    reported_on: DayOrNotStated
    to_group: GroupCode

    rules = (there_was_something_to_find,)

    def sentence(self) -> str:
        return f"Reported to {self.to_group}"


AuditEvent = (
    AuditPlanned
    | AuditCancelled
    | AuditIssued
    | AuditReturnReceived
    | AuditReturnModerated
    | AuditHeld
    | AuditFindingRecorded
    | AuditReported
)


@AUDIT.folded_by
def evolve(audit: Audit | None, event: AuditEvent) -> Audit:
    """Fold one event into the audit."""
    match event:
        case AuditPlanned(kind=kind):
            return Audit(kind, planned=True)
        case AuditIssued(asked=asked, issued_on=day, scale=scale):
            return replace(_begun(audit, event), asked=frozenset(asked), issued_on=day, scale=scale)
        case AuditHeld():
            return replace(_begun(audit, event), held=True)
        case AuditCancelled():
            return replace(known(audit), cancelled=True)
        case AuditReturnReceived(body=body, self_grades=grades):
            audit = known(audit)
            moderated = {body} if event.moderated_grades else set()
            returned = {**audit.returned, body: standards(grades)}
            return replace(audit, returned=returned, moderated=audit.moderated | moderated)
        case AuditReturnModerated(body=body):
            return replace(known(audit), moderated=known(audit).moderated | {body})
        case AuditFindingRecorded(number=number, kind=found):
            return replace(known(audit), findings={**known(audit).findings, number: found})
        case AuditReported():
            return known(audit)
        case _:
            assert_never(event)


def _begun(audit: Audit | None, event: _Audited) -> Audit:
    if audit is not None:
        return audit
    if event.kind is None:
        raise TypeError("an audit begins with its kind; the rules let nothing else begin it")
    return Audit(event.kind)


def _named(kind: AuditKind, topic: str | None) -> str:
    return KIND_NAMES[kind] + (f" on {topic.replace('-', ' ')}" if topic else "")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
