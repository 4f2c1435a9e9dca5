"""Escalations: professional disagreements between agencies, step by step up the ladder until they are settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    AgencyCode,
    ChildReference,
    Code,
    DayOrNotStated,
    GroupCode,
    IncidentReference,
    LoggedWords,
    NotStated,
    Number,
    Words,
    YesNo,
    known_day,
    spoken,
)
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import Theme

Subject = Literal["case", "thematic", "system"]
OtherRoute = Literal["complaint", "whistleblowing", "lado", "grievance"]
"""Ways of their own, which are linked and never merged (ESC-EXCL)."""

Reason = Literal[
    "threshold", "referral-not-accepted", "need-for-child-protection-procedures", "strategy-disagreement",
    "plan-progress-or-drift", "roles-and-responsibilities", "information-sharing", "provision-or-capacity",
    "attendance-or-quorum", "assessment-outcome", "closure-or-step-down", "notifiability-of-an-incident",
]  # fmt: skip
"""ESC-REASONS."""

StageOutcome = Literal["agreed", "original-decision-stands", "decision-changed", "not-agreed"]
Outcome = Literal[
    "resolved-agreed", "resolved-original-decision-stands", "resolved-decision-changed", "unresolved-on-risk-register"
]
"""ESC-OUT; its `withdrawn` and `escalated` are events of their own: called-off and advanced."""


@dataclass(frozen=True)
class Escalation:
    """An escalation as its events so far leave it; `stage` is also the highest reached (ESC-COUNT)."""

    by_agency: str
    with_agency: str
    raised_on: DayOrNotStated
    stage: int
    outcome: Outcome | Literal["withdrawn"] | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be decided; what went to the risk register unresolved may still move (ESC-CW-EXEC)."""
        return self.outcome not in (None, "unresolved-on-risk-register")


ESCALATION: Record[Escalation] = Record("escalation", prefix="ESC", title="Escalation", case=True)


@rule("ESC-PARTIES", source="reference.md ESC-FIELDS: raising agency, receiving agency")
def two_agencies_disagree(escalation: Escalation | None, claim: Claim[EscalationRaised]) -> str | None:
    """An agency escalates a disagreement with another."""
    by = claim.event.by_agency
    return f"{by} cannot escalate with itself." if by == claim.event.with_agency else None


@rule("ESC-EXCL", source="reference.md ESC-EXCL: link, do not merge")
def it_is_a_professional_disagreement(escalation: Escalation | None, claim: Claim[EscalationRaised]) -> str | None:
    """A complaint, whistleblowing, a LADO matter or a grievance is not an escalation; one beside it is linked."""
    about = claim.event.subject_kind
    if about in ("case", "thematic", "system"):
        return None
    return f"A matter of {about} goes its own way; an escalation beside it says linked_route."


@rule("ESC-IMM", source="reference.md ESC-IMM: record entry_stage > 1 with reason", effect=FLAG)
def a_higher_entry_has_its_reason(escalation: Escalation | None, claim: Claim[EscalationRaised]) -> str | None:
    """An escalation that enters above stage 1 says why; immediate risk goes to the front door or the police first."""
    stage, reason = claim.event.entry_stage, claim.event.entry_reason
    return f"It entered at stage {stage} and no reason is given." if stage > 1 and reason is None else None


@rule("ESC-CFG", source="reference.md ESC-CFG: the ladder is a policy version", effect=FLAG, pack="escalation-ladder")
def the_ladder_has_the_stage(
    escalation: Escalation | None, claim: Claim[EscalationRaised | EscalationAdvanced]
) -> str | None:
    """The ladder in force on the day an escalation was raised has each stage it enters."""
    event = claim.event
    if isinstance(event, EscalationRaised):
        day, stage = known_day(event.raised_on), event.entry_stage
    else:
        day, stage = known_day(known(escalation).raised_on), event.to_stage
    ladder = claim.packs.escalation_ladder(day) if day else None
    if ladder is None or not ladder.stages or ladder.stage(stage):
        return None
    return f"{ladder.reference}, in force on {spoken(day)}, ends at stage {len(ladder.stages)}."


@rule("ESC-SETTLED", source="reference.md ESC-OUT: final outcome")
def it_is_not_settled(escalation: Escalation, claim: Claim[Event]) -> str | None:
    """A settled escalation is not answered, advanced, resolved or called off again; a new disagreement is a new one."""
    return f"It ended as {str(escalation.outcome).replace('-', ' ')}." if escalation.settled else None


@rule("ESC-STAGE", source="reference.md ESC-FIELDS: each stage responded")
def a_stage_answers_after_it_is_reached(escalation: Escalation, claim: Claim[EscalationResponded]) -> str | None:
    """A stage that the escalation has not reached cannot have answered."""
    at, said = escalation.stage, claim.event.stage
    return f"It stands at stage {at}, not {said}." if said > at else None


@rule("ESC-STAGE", source="reference.md ESC-FIELDS: each stage responded", effect=FLAG)
def the_present_stage_answers(escalation: Escalation, claim: Claim[EscalationResponded]) -> str | None:
    """The answer comes from the stage that the escalation stands at, not later from one it has left."""
    at, said = escalation.stage, claim.event.stage
    return f"Stage {said} answered when it stood at stage {at} already." if said < at else None


@rule("ESC-STAGE", source="reference.md ESC-CFG: ordered stages")
def it_moves_up(escalation: Escalation, claim: Claim[EscalationAdvanced]) -> str | None:
    """An escalation moves up the ladder only."""
    at, to = escalation.stage, claim.event.to_stage
    return None if to > at else f"It stands at stage {at} and cannot advance to stage {to}."


@rule("ESC-SKIP", source="reference.md ESC-CFG: ordered stages", effect=FLAG)
def it_moves_one_stage_at_a_time(escalation: Escalation, claim: Claim[EscalationAdvanced]) -> str | None:
    """An escalation takes every stage of the ladder in turn."""
    at, to = escalation.stage, claim.event.to_stage
    return f"It went from stage {at} to stage {to}." if to > at + 1 else None


@rule("ESC-ALONE", source="events.md: escalation.resolved, not by the agency challenged alone")
def the_challenged_agency_does_not_resolve_it_alone(
    escalation: Escalation, claim: Claim[EscalationResolved]
) -> str | None:
    """An escalation is resolved with the agency that raised it, another, or a group, never by the one challenged alone."""
    event = claim.event
    if event.resolved_by == NOT_STATED or event.resolved_by_group is not None:
        return None
    if set(event.resolved_by) - {escalation.with_agency}:
        return None
    return f"{escalation.with_agency} was challenged; name the agency or group that settled it with them."


@rule("ESC-STATEMENT", source="events.md: escalation.resolved, agreed statement", effect=FLAG)
def what_was_agreed_is_stated(escalation: Escalation, claim: Claim[EscalationResolved]) -> str | None:
    """A resolved escalation has an agreed statement of its outcome."""
    event = claim.event
    if event.outcome != "unresolved-on-risk-register" and event.agreed_statement is None:
        return "No agreed statement is given."
    return None


@rule("ESC-RAISER", source="events.md: escalation.called-off, by the raiser")
def the_raiser_calls_it_off(escalation: Escalation, claim: Claim[EscalationCalledOff]) -> str | None:
    """Only the agency that raised an escalation lets it go."""
    if claim.event.by_agency == escalation.by_agency:
        return None
    return f"{escalation.by_agency} raised it, not {claim.event.by_agency}."


@recorded_as("escalation.raised", on=ESCALATION, begins=True, happens="raised_on")
class EscalationRaised(Event):
    """An agency challenged another's decision or inaction (ESC-FIELDS).

    The ladder in force on `raised_on` judges it to its end. `level_of_need` is a level of the area's continuum of need.
    The routes among the subjects are there for the rule to send them where they belong (ESC-EXCL).
    """

    raised_on: DayOrNotStated
    by_agency: AgencyCode
    by_role: Code | None = None
    with_agency: AgencyCode
    subject_kind: Subject | OtherRoute
    children: list[ChildReference] = Field(default=[], max_length=20)
    incident: IncidentReference | None = None
    level_of_need: Code | NotStated
    reason: Reason
    entry_stage: Number
    entry_reason: Words | None = None
    linked_route: OtherRoute | None = None
    narrative: LoggedWords

    rules = (
        two_agencies_disagree,
        it_is_a_professional_disagreement,
        a_higher_entry_has_its_reason,
        the_ladder_has_the_stage,
    )

    def sentence(self) -> str:
        parties = f"{self.by_agency} escalated with {self.with_agency}"
        return f"{parties} at stage {self.entry_stage}: {self.reason.replace('-', ' ')}"


@recorded_as("escalation.responded", on=ESCALATION, happens="responded_on")
class EscalationResponded(Event):
    """The present stage gave its answer; the clock of the stage is met by the first one (ESC-CFG)."""

    stage: Number
    responded_on: DayOrNotStated
    decider_role: Code
    outcome: StageOutcome
    rationale: LoggedWords

    decides = "outcome"
    rules = (it_is_not_settled, a_stage_answers_after_it_is_reached, the_present_stage_answers)

    def sentence(self) -> str:
        return f"Stage {self.stage} answered by the {self.decider_role}: {self.outcome}".replace("-", " ")


@recorded_as("escalation.advanced", on=ESCALATION, happens="advanced_on")
class EscalationAdvanced(Event):
    """The disagreement went up the ladder, answered below or not."""

    to_stage: Number
    advanced_on: DayOrNotStated
    reasons: Words

    rules = (it_is_not_settled, it_moves_up, it_moves_one_stage_at_a_time, the_ladder_has_the_stage)

    def sentence(self) -> str:
        return f"Advanced to stage {self.to_stage}"


@recorded_as("escalation.resolved", on=ESCALATION, happens="resolved_on")
class EscalationResolved(Event):
    """The disagreement came to an end, or went unresolved to the risk register (ESC-OUT)."""

    resolved_on: DayOrNotStated
    outcome: Outcome
    resolved_by: Annotated[list[AgencyCode], Field(max_length=20)] | NotStated
    resolved_by_group: GroupCode | None = None
    agreed_statement: LoggedWords | None = None
    copied_to_childs_file: YesNo

    decides = "outcome"
    rules = (it_is_not_settled, the_challenged_agency_does_not_resolve_it_alone, what_was_agreed_is_stated)

    def sentence(self) -> str:
        by = [] if self.resolved_by == NOT_STATED else list(self.resolved_by)
        if self.resolved_by_group is not None:
            by.append(self.resolved_by_group)
        return self.outcome.replace("-", " ").capitalize() + (f", by {', '.join(by)}" if by else "")


@recorded_as("escalation.called-off", on=ESCALATION, happens="called_off_on")
class EscalationCalledOff(Event):
    """The agency that raised it let it go; it still counts as raised (ESC-COUNT), with the outcome withdrawn (ESC-OUT).

    Not called withdrawn, since that is the name under which any record's entry is withdrawn as wrongly recorded.
    """

    by_agency: AgencyCode
    called_off_on: DayOrNotStated
    reasons: Words

    decides = "called-off"
    rules = (it_is_not_settled, the_raiser_calls_it_off)

    def sentence(self) -> str:
        return f"Called off by {self.by_agency}"


@recorded_as("escalation.learning-noted", on=ESCALATION)
class EscalationLearningNoted(Event):
    """Something was learned from the disagreement, settled or not (ESC-CE-TRACK)."""

    text: Words
    themes: list[Theme] = Field(default=[], max_length=20)

    def sentence(self) -> str:
        about = f" on {', '.join(self.themes).replace('-', ' ')}" if self.themes else ""
        return f"Learning noted{about}"


EscalationEvent = (
    EscalationRaised
    | EscalationResponded
    | EscalationAdvanced
    | EscalationResolved
    | EscalationCalledOff
    | EscalationLearningNoted
)


@ESCALATION.folded_by
def evolve(escalation: Escalation | None, event: EscalationEvent) -> Escalation:
    """Fold one event into the escalation."""
    match event:
        case EscalationRaised(by_agency=by, with_agency=other, raised_on=day, entry_stage=stage):
            return Escalation(by, other, day, stage)
        case EscalationAdvanced(to_stage=stage):
            return replace(known(escalation), stage=stage)
        case EscalationResolved(outcome=outcome):
            return replace(known(escalation), outcome=outcome)
        case EscalationCalledOff():
            return replace(known(escalation), outcome="withdrawn")
        case EscalationResponded() | EscalationLearningNoted():
            return known(escalation)
        case _:
            assert_never(event)
