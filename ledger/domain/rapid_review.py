"""Rapid reviews: who met, what the safeguarding partners decided, what the Panel answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never, get_args

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    AgencyCode,
    Code,
    DayOrNotStated,
    IncidentReference,
    LoggedWords,
    NotStated,
    Part,
    Words,
    YesNo,
    known_day,
    spoken,
)
from ledger.domain.incident import INCIDENT, statutory_partner
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import RapidReviewOutcome, ReviewCriterion, SafeguardingPartner

FIRST_DAY = date(2018, 6, 29)
"""The day from which rapid reviews and local practice reviews exist (CA04-16A/B, reference.md 8.1)."""


@dataclass(frozen=True)
class RapidReview:
    """A rapid review as its events so far leave it; `dissent` names the agencies against the decision.

    `awaits_reply` and `may_decide` say whether something went to the Panel unanswered, and whether a decision may come next.
    """

    incidents: tuple[str, ...]
    meetings: int = 0
    outcome: RapidReviewOutcome | None = None
    dissent: tuple[str, ...] = ()
    submitted_on: date | NotStated | None = None
    replied_on: date | NotStated | None = None
    panel_agrees: YesNo | None = None
    awaits_reply: bool = False
    may_decide: bool = True
    chair_role: str = NOT_STATED


RAPID_REVIEW: Record[RapidReview] = Record("rapid-review", prefix="RR", title="Rapid review", case=True)


class PanelMember(Part):
    """A seat on the rapid review panel: an agency and a role, never a person."""

    agency: AgencyCode
    role: Code


class PanelSeat(Part):
    """Who sat in a seat: the member, a deputy, or nobody."""

    agency: AgencyCode
    role: Code | None = None
    attended: Literal["member", "deputy", "none"]


class Weighed(Part):
    """A criterion or circumstance the partners weighed, and whether they found it met."""

    criterion: ReviewCriterion
    met: YesNo


class Position(Part):
    """Where an agency that takes part in the decision stands."""

    agency: AgencyCode
    position: Literal["agree", "dissent"]
    reasons: LoggedWords | None = None


@rule("SIN-ORDER", effect=FLAG, source="reference.md SIN-ORDER")
def its_incidents_were_notified(review: RapidReview | None, claim: Claim[RapidReviewConvened]) -> str | None:
    """A rapid review is convened once each of its incidents was notified."""
    for reference in claim.event.incidents:
        incident = claim.look(INCIDENT, reference)
        if incident is None:
            continue
        sent = known_day(incident.notified_on)
        if not incident.is_notified and (incident.retracted or not claim.retrospective):
            return f"No notification of incident/{reference} stands."
        if sent and claim.timeprecision in ("day", "instant") and claim.day < sent:
            return f"incident/{reference} was notified only on {sent}."
    return None


@rule("RR-FROM", effect=FLAG, source="reference.md 8.1: rapid reviews exist from 29 June 2018")
def rapid_reviews_exist(review: RapidReview | None, claim: Claim[RapidReviewConvened]) -> str | None:
    """No rapid review was convened before 29 June 2018, when they came into being."""
    if claim.timeprecision in ("day", "instant") and claim.day < FIRST_DAY:
        return f"It is said to be convened on {claim.day}; a case of that time had a serious case review."
    return None


@rule("RR-LISTED", source="events.md: incidents, panel members, attendance, positions")
def nothing_is_listed_twice(review: RapidReview | None, claim: Claim[Event]) -> str | None:
    """An incident, a seat, a criterion and an agency's position are each listed once."""
    match claim.event:
        case RapidReviewConvened(incidents=incidents):
            listed: list[object] = list(incidents)
        case RapidReviewMet(attendance=seats):
            listed = [(seat.agency, seat.role) for seat in seats if seat.role is not None]
        case RapidReviewDecided(criteria=criteria, positions=positions):
            listed = [c.criterion for c in criteria] + [p.agency for p in positions]
        case _:
            listed = []
    return "One of them is listed twice." if len(set(listed)) < len(listed) else None


@rule("RR-DECIDER", effect=FLAG, source="reference.md RR-DECIDER")
def the_partners_decide(review: RapidReview, claim: Claim[RapidReviewDecided]) -> str | None:
    """The safeguarding partners decide, all three of them and nobody else; where no position is given it cannot be told."""
    positions = claim.event.positions
    if not positions:
        return None
    sectors = {position.agency: statutory_partner(claim, position.agency) for position in positions}
    others = [agency for agency, sector in sectors.items() if sector is None]
    if others:
        return f"{', '.join(others)} took part in deciding and is no statutory partner."
    missing = [sector for sector in get_args(SafeguardingPartner) if sector not in sectors.values()]
    return f"The {missing[0].replace('-', ' ')} partner took no part in deciding." if missing else None


@rule("RR-ONCE", effect=FLAG, source="events.md: rapid-review.decided; reference.md RR-DECIDER, the Panel can disagree")
def it_decides_once(review: RapidReview, claim: Claim[RapidReviewDecided]) -> str | None:
    """A rapid review decides once, and again only after the Panel has replied."""
    return None if review.may_decide else f"It decided already: {_plain(review.outcome or '')}."


@rule("RR-SEND", effect=FLAG, source="reference.md RR-SEND")
def a_decision_is_sent_with_it(review: RapidReview, claim: Claim[RapidReviewSubmitted]) -> str | None:
    """The rapid review goes to the Panel together with the decision about a further review."""
    if review.outcome is None and not claim.retrospective:  # entered afterwards, silence proves nothing
        return "No decision is on record."
    return None


@rule("RR-SENT-ONCE", effect=FLAG, source="events.md: rapid-review.submitted")
def it_is_submitted_once(review: RapidReview, claim: Claim[RapidReviewSubmitted]) -> str | None:
    """A rapid review is submitted once, and again only after the Panel has replied."""
    return f"It was submitted already, on {spoken(review.submitted_on)}." if review.awaits_reply else None


@rule("RR-SENT-DAYS", source="reference.md GEN-BITEMP: an incident comes before its review")
def it_is_sent_after_the_incident(review: RapidReview, claim: Claim[RapidReviewSubmitted]) -> str | None:
    """A rapid review is not sent before an incident it looked into happened."""
    sent = known_day(claim.event.sent_on)
    for reference in review.incidents:
        incident = claim.look(INCIDENT, reference)
        happened = known_day(incident.happened_on) if incident else None
        if sent and happened and sent < happened:
            return f"sent_on is {sent}, before incident/{reference} happened on {happened}."
    return None


@rule("RR-PANEL-REPLY", source="reference.md RR-PANEL-REPLY: the Panel replies to what it was sent")
def the_panel_was_asked(review: RapidReview, claim: Claim[PanelReplied]) -> str | None:
    """The Panel replies to a rapid review that was submitted, on that day or later."""
    if not review.awaits_reply:
        return "Nothing was submitted that awaits a reply."
    sent, replied = known_day(review.submitted_on), known_day(claim.event.replied_on)
    return f"replied_on is {replied}, before it was sent on {sent}." if sent and replied and replied < sent else None


@recorded_as("rapid-review.convened", on=RAPID_REVIEW, begins=True)
class RapidReviewConvened(Event):
    """A panel was called together to look into one or more notified incidents (S2 4.5)."""

    incidents: list[IncidentReference] = Field(min_length=1, max_length=20)
    members: list[PanelMember] = Field(default=[], max_length=60)
    chair_role: Code | NotStated

    rules = (nothing_is_listed_twice, its_incidents_were_notified, rapid_reviews_exist)

    def sentence(self) -> str:
        return f"A rapid review of {', '.join(self.incidents)} was convened"


@recorded_as("rapid-review.met", on=RAPID_REVIEW, happens="held_on")
class RapidReviewMet(Event):
    """The panel met."""

    held_on: DayOrNotStated
    attendance: list[PanelSeat] = Field(default=[], max_length=60)

    rules = (nothing_is_listed_twice,)

    def sentence(self) -> str:
        return f"The panel met on {spoken(self.held_on)}"


@recorded_as("rapid-review.decided", on=RAPID_REVIEW)
class RapidReviewDecided(Event):
    """The safeguarding partners decided what comes next. Criteria met do not oblige anybody (LCSPR-NOTAUTO).

    `positions`: the agencies that took part in deciding, and where each stood.
    """

    outcome: RapidReviewOutcome
    criteria: list[Weighed] = Field(default=[], max_length=8)
    immediate_actions: list[Words] = Field(default=[], max_length=40)
    positions: list[Position] = Field(default=[], max_length=20)
    rationale: LoggedWords | None = None

    decides = "outcome"
    rules = (nothing_is_listed_twice, it_decides_once, the_partners_decide)

    def stands(self) -> dict[str, str]:
        return {stand.agency: stand.position for stand in self.positions}

    def sentence(self) -> str:
        against = [position.agency for position in self.positions if position.position == "dissent"]
        return f"Decided: {_plain(self.outcome)}" + (f"; {', '.join(against)} dissented" if against else "")


@recorded_as("rapid-review.submitted", on=RAPID_REVIEW, happens="sent_on")
class RapidReviewSubmitted(Event):
    """The rapid review and its decision were sent to the national Panel, which there is a limit of time for (WT-RR-15WD)."""

    sent_on: DayOrNotStated

    rules = (it_is_submitted_once, it_is_sent_after_the_incident, a_decision_is_sent_with_it)

    def sentence(self) -> str:
        return f"Sent to the national Panel on {spoken(self.sent_on)}"


@recorded_as("rapid-review.panel-replied", on=RAPID_REVIEW, happens="replied_on")
class PanelReplied(Event):
    """The national Panel said what it thinks of the decision."""

    replied_on: DayOrNotStated
    agrees: YesNo
    advice: LoggedWords | None = None

    rules = (the_panel_was_asked,)

    def sentence(self) -> str:
        stand = "replied" if self.agrees == "not-stated" else "agreed" if self.agrees else "disagreed"
        return f"The national Panel {stand} on {spoken(self.replied_on)}"


def _plain(outcome: str) -> str:
    return outcome.replace("lcspr", "LCSPR").replace("-", " ")


RapidReviewEvent = RapidReviewConvened | RapidReviewMet | RapidReviewDecided | RapidReviewSubmitted | PanelReplied


@RAPID_REVIEW.folded_by
def evolve(review: RapidReview | None, event: RapidReviewEvent) -> RapidReview:
    """Fold one event into the rapid review."""
    match event:
        case RapidReviewConvened(incidents=incidents, chair_role=chair):
            return RapidReview(tuple(incidents), chair_role=chair)
        case RapidReviewMet():
            return replace(known(review), meetings=known(review).meetings + 1)
        case RapidReviewDecided(outcome=outcome, positions=positions):
            dissent = tuple(p.agency for p in positions if p.position == "dissent")
            return replace(known(review), outcome=outcome, dissent=dissent, may_decide=False)
        case RapidReviewSubmitted(sent_on=day):
            return replace(known(review), submitted_on=day, awaits_reply=True)
        case PanelReplied(replied_on=day, agrees=agrees):
            return replace(known(review), replied_on=day, panel_agrees=agrees, awaits_reply=False, may_decide=True)
        case _:
            assert_never(event)
