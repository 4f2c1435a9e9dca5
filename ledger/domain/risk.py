"""Risks: what may go wrong for the partnership's work, how likely and how bad, who is told, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from ledger.domain.action_parts import Owner, owner_name
from ledger.domain.claim import Claim
from ledger.domain.fields import (
    AgencyCode,
    DayOrNotStated,
    EscalationReference,
    GroupCode,
    NotStated,
    Number,
    Title,
    Words,
    spoken,
    worded,
)
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

RiskOutcome = Literal["resolved", "accepted", "merged", "no-longer-relevant", "not-stated"]


@dataclass(frozen=True)
class Risk:
    """A risk as its events so far leave it. `likelihood` and `impact` are steps of the partnership's scale."""

    likelihood: int | str
    impact: int | str
    closed: RiskOutcome | None = None


RISK: Record[Risk] = Record("risk", prefix="RSK", title="Risk")


@rule("RISK-SCALE", source="design: how risks are scored is the partnership's own scale, a pack", pack="risk-scale")
def its_scores_are_on_the_scale(risk: Risk | None, claim: Claim[RiskIdentified | RiskRescored]) -> str | None:
    """Likelihood and impact are steps of the scale in force; without one, any number stands."""
    scale = claim.packs.risk_scale(claim.day)
    if scale is None:
        return None
    for what, score, steps in (
        ("likelihood", claim.event.likelihood, scale.likelihood),
        ("impact", claim.event.impact, scale.impact),
    ):
        if isinstance(score, int) and score > len(steps):
            return f"{what} is {score}; {scale.reference} goes from 1 to {len(steps)}."
    return None


@rule("RISK-OPEN", source="events.md: risk.closed")
def it_is_open(risk: Risk, claim: Claim[Event]) -> str | None:
    """A closed risk is neither scored, escalated nor closed again; one that comes back is a new risk."""
    return f"The risk was closed as {worded(risk.closed)}." if risk.closed else None


@rule("RISK-CHANGE", source="events.md: risk.rescored")
def its_score_changes(risk: Risk, claim: Claim[RiskRescored]) -> str | None:
    """A new score differs from the present one."""
    if (claim.event.likelihood, claim.event.impact) == (risk.likelihood, risk.impact):
        return "Likelihood and impact are these already."
    return None


@rule("RISK-TO", source="events.md: risk.escalated, to whom")
def it_goes_to_one_body(risk: Risk, claim: Claim[RiskEscalated]) -> str | None:
    """A risk is escalated to one group or one agency."""
    if (claim.event.to_group is None) is (claim.event.to_agency is None):
        return "Name the group or the agency it is escalated to, one of the two."
    return None


@recorded_as("risk.identified", on=RISK, begins=True, happens="identified_on")
class RiskIdentified(Event):
    """A risk went onto the register. `escalation`: the professional disagreement it came from, if any (ESC-CW-EXEC)."""

    title: Title
    description: Words | None = None
    likelihood: Number | NotStated
    impact: Number | NotStated
    owner: Owner | NotStated
    escalation: EscalationReference | None = None
    identified_on: DayOrNotStated

    rules = (its_scores_are_on_the_scale,)

    def sentence(self) -> str:
        return f"Risk identified: {self.title}, likelihood {worded(str(self.likelihood))}, impact {worded(str(self.impact))}, owned by {owner_name(self.owner)}"


@recorded_as("risk.rescored", on=RISK, happens="rescored_on")
class RiskRescored(Event):
    """How likely or how bad it is was judged anew; the first scores stay in the history."""

    likelihood: Number | NotStated
    impact: Number | NotStated
    reasons: Words | None = None
    rescored_on: DayOrNotStated

    rules = (it_is_open, its_scores_are_on_the_scale, its_score_changes)

    def sentence(self) -> str:
        return f"Rescored: likelihood {worded(str(self.likelihood))}, impact {worded(str(self.impact))}"


@recorded_as("risk.escalated", on=RISK, happens="escalated_on")
class RiskEscalated(Event):
    """The risk was taken to a higher body."""

    to_group: GroupCode | None = None
    to_agency: AgencyCode | None = None
    reasons: Words | None = None
    escalated_on: DayOrNotStated

    decides = "escalated"
    rules = (it_is_open, it_goes_to_one_body)

    def sentence(self) -> str:
        return f"Escalated to {self.to_group or self.to_agency}"


@recorded_as("risk.closed", on=RISK, happens="closed_on")
class RiskClosed(Event):
    """The risk left the register."""

    outcome: RiskOutcome
    by_group: GroupCode | None = None
    reasons: Words | None = None
    closed_on: DayOrNotStated

    decides = "outcome"
    rules = (it_is_open,)

    def sentence(self) -> str:
        return f"Closed on {spoken(self.closed_on)}: {worded(self.outcome)}"


RiskEvent = RiskIdentified | RiskRescored | RiskEscalated | RiskClosed


@RISK.folded_by
def evolve(risk: Risk | None, event: RiskEvent) -> Risk:
    """Fold one event into the risk."""
    match event:
        case RiskIdentified(likelihood=likelihood, impact=impact):
            return Risk(likelihood, impact)
        case RiskRescored(likelihood=likelihood, impact=impact):
            return replace(known(risk), likelihood=likelihood, impact=impact)
        case RiskEscalated():
            return known(risk)
        case RiskClosed(outcome=outcome):
            return replace(known(risk), closed=outcome)
        case _:
            assert_never(event)
