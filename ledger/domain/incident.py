"""Serious incidents: what was reported, what each safeguarding partner thought, what was decided and whom was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from pydantic import Field

from ledger.domain.agency import AGENCY
from ledger.domain.calendar import london_day
from ledger.domain.claim import Claim
from ledger.domain.fields import (
    AgencyCode,
    ChildReference,
    DayOrNotStated,
    LoggedWords,
    NotStated,
    Number,
    YesNo,
    known_day,
    spoken,
)
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import IncidentNature, NotificationView, NotifiedBody, SafeguardingPartner, Theme
from ledger.domain.votes import Decision, View, by_sector, decided


@dataclass(frozen=True)
class Incident:
    """An incident as its events so far leave it. One notification is one incident, of one child or several (SIN-UNIT)."""

    agency: str
    happened_on: date | NotStated
    known_on: date | NotStated
    nature: IncidentNature | NotStated
    looked_after: YesNo
    care_leaver: YesNo
    children: tuple[str, ...]
    how_many: int | NotStated
    views: tuple[View, ...] = ()
    decision: Decision | None = None
    notified_on: date | NotStated | None = None
    retracted: bool = False

    @property
    def is_notified(self) -> bool:
        """Whether a notification stands."""
        return self.notified_on is not None and not self.retracted


INCIDENT: Record[Incident] = Record("incident", prefix="INC", title="Incident", case=True)


def statutory_partner(claim: Claim[Event], code: str) -> str | None:
    """The sector of an agency that is a statutory partner; None of any other."""
    agency = claim.look(AGENCY, code)
    return agency.sector if agency is not None and agency.standing == "statutory-partner" else None


@rule("SIN-ORDER-DAYS", source="reference.md GEN-BITEMP: nobody is aware of what has not happened")
def it_happened_before_it_was_known(incident: Incident | None, claim: Claim[IncidentReported]) -> str | None:
    """An incident is known on the day it happened or later, and by the day it is recorded."""
    happened, aware = known_day(claim.event.happened_on), known_day(claim.event.known_on)
    if happened and aware and aware < happened:
        return f"known_on is {aware}, before it happened on {happened}."
    if aware and aware > london_day(claim.recorded_at):
        return f"known_on is {aware}, which has not come yet."
    return None


@rule("SIN-CHILDREN", source="reference.md SIN-UNIT: incident and children are separate counts")
def the_children_are_counted(incident: Incident | None, claim: Claim[IncidentReported]) -> str | None:
    """Each child is named once, and how_many counts at least the children named."""
    children, how_many = claim.event.children, claim.event.how_many
    if len(set(children)) < len(children):
        return "One child is named twice."
    if how_many != "not-stated" and how_many < len(children):
        return f"how_many is {how_many}, but {len(children)} children are named."
    return None


@rule("SIN-VIEW-PARTNER", source="reference.md SIN-WHO, CWAC-SIN-VOTE: the three partners")
def only_a_statutory_partner_has_a_view(incident: Incident, claim: Claim[ViewStated]) -> str | None:
    """A view about notifying is that of a statutory partner, given for its own sector."""
    sector = statutory_partner(claim, claim.event.partner)
    if sector is None:
        return f"{claim.event.partner} is not a statutory partner."
    if sector != claim.event.sector:
        return f"{claim.event.partner} is of the sector {sector}, not {claim.event.sector}."
    return None


@rule("SIN-VIEW-ONCE", source="events.md: each statutory partner once, may be revised with a reason")
def a_view_is_revised_with_a_reason(incident: Incident, claim: Claim[ViewStated]) -> str | None:
    """A partner states its view once, and again only to revise it, saying why."""
    stated = any(view.partner == claim.event.partner for view in incident.views)
    if stated and claim.event.revised_because is None:
        return f"{claim.event.partner} stated its view already; say in revised_because why it is revised."
    if not stated and claim.event.revised_because is not None:
        return f"{claim.event.partner} has stated no view that could be revised."
    return None


@rule(
    "CWAC-SIN-VOTE",
    effect=FLAG,
    source="S2 section 8: the local authority, or health and police together",
    pack="notification-vote",
)
def the_decision_follows_the_vote(incident: Incident, claim: Claim[NotificationDecided]) -> str | None:
    """What is decided about notifying is what the partners' views ask for under the vote rule in force that day."""
    pack = claim.packs.notification_vote(claim.day)
    if pack is None or claim.timeprecision == "unknown":
        return None
    asked = pack.verdict(by_sector(incident.views))
    if asked is None or asked is (claim.event.decision == "notify"):
        return None
    return f"Under {pack.reference} the views stated ask {'to notify' if asked else 'not to notify'}."


@rule("SIN-DECIDED", effect=FLAG, source="reference.md SIN-WHO, SIN-DISSENT; S2 section 8")
def notifying_was_decided(incident: Incident, claim: Claim[Notified]) -> str | None:
    """A notification follows a decision to notify; the authority's duty stands without one, so it is recorded all the same."""
    if incident.decision is not None and incident.decision.decision == "do-not-notify":
        return "The decision on record is not to notify."
    if incident.decision is None and not claim.retrospective:  # entered afterwards, silence proves nothing
        return "No decision to notify is on record."
    return None


@rule("SIN-ONCE", source="reference.md SIN-UNIT: one notification is one incident")
def it_is_notified_once(incident: Incident, claim: Claim[Notified]) -> str | None:
    """An incident is notified once, unless the notification was retracted."""
    if incident.is_notified:
        return f"It was notified already, on {spoken(incident.notified_on)}."
    return None


@rule("SIN-SENT-DAYS", source="reference.md GEN-BITEMP, WT-SIN-5WD: notified after becoming aware")
def it_is_notified_once_it_is_known(incident: Incident, claim: Claim[Notified]) -> str | None:
    """An incident is notified on the day it became known or later, and never before it happened."""
    sent = known_day(claim.event.sent_on)
    for said, day in (("became known", known_day(incident.known_on)), ("happened", known_day(incident.happened_on))):
        if sent and day and sent < day:
            return f"sent_on is {sent}, before it {said} on {day}."
    return None


@rule("SIN-WHOM", effect=FLAG, source="reference.md SIN-WHOM, SIN-LAC, WT23-SIN-CL24; 8.3 on S2")
def the_panel_is_told(incident: Incident, claim: Claim[Notified]) -> str | None:
    """A notification goes to the national Panel, save of a looked-after child's or care leaver's death, told to others."""
    if "national-panel" in claim.event.to:
        return None
    may_be_told_to_others = incident.nature in ("death", "not-stated") and (
        incident.looked_after is not False or incident.care_leaver is not False
    )
    return None if may_be_told_to_others else "It went to others and not to the national Panel."


@rule("SIN-RETRACT", source="reference.md SIN-RETRACT")
def a_notification_stands(incident: Incident, claim: Claim[NotificationRetracted]) -> str | None:
    """Only a notification that stands is retracted."""
    return None if incident.is_notified else "No notification stands."


@recorded_as("incident.reported", on=INCIDENT, begins=True, happens="happened_on")
class IncidentReported(Event):
    """An agency reported that a child died or was harmed; any agency may (S2 section 8). `time` is when it happened.

    `how_many`: at least 1. `children`: those who have a reference, perhaps none.
    """

    agency: AgencyCode = Field(title="Which agency reports it?")
    happened_on: DayOrNotStated
    known_on: DayOrNotStated
    nature: IncidentNature | NotStated
    how_many: Number | NotStated = Field(title="How many children?")
    children: list[ChildReference] = Field(default=[], max_length=50)
    features: list[Theme] = Field(default=[], max_length=30)
    looked_after: YesNo
    care_leaver: YesNo
    agencies_involved: list[AgencyCode] = Field(default=[], max_length=60)
    summary: LoggedWords | None = None

    rules = (it_happened_before_it_was_known, the_children_are_counted)

    def sentence(self) -> str:
        nature = "" if self.nature == "not-stated" else f" ({self.nature.replace('-', ' ')})"
        return f"{self.agency} reported an incident of {spoken(self.happened_on)}{nature}"


@recorded_as("incident.view-stated", on=INCIDENT)
class ViewStated(Event):
    """A statutory partner said whether to notify, or changed its mind and said why. `sector` is its seat in the vote."""

    partner: AgencyCode
    sector: SafeguardingPartner
    view: NotificationView
    reasons: LoggedWords | None = None
    revised_because: LoggedWords | None = None

    rules = (only_a_statutory_partner_has_a_view, a_view_is_revised_with_a_reason)

    def stands(self) -> dict[str, str]:
        return {self.partner: self.view}

    def sentence(self) -> str:
        said = "revised its view" if self.revised_because is not None else "stated its view"
        return f"{self.partner} {said}: {self.view.replace('-', ' ')}"


@recorded_as("incident.notification-decided", on=INCIDENT)
class NotificationDecided(Event):
    """It was decided whether to notify; whose view that followed, and who was against it, the ledger works out."""

    decision: NotificationView

    decides = "decision"
    rules = (the_decision_follows_the_vote,)

    def sentence(self) -> str:
        return "Decided to notify" if self.decision == "notify" else "Decided not to notify"


@recorded_as("incident.notified", on=INCIDENT, happens="sent_on")
class Notified(Event):
    """The authority sent the notification; the time for it runs from the day the authority became aware (WT-SIN-5WD)."""

    sent_on: DayOrNotStated
    to: list[NotifiedBody] = Field(min_length=1, max_length=3)

    rules = (it_is_notified_once, it_is_notified_once_it_is_known, notifying_was_decided, the_panel_is_told)

    def sentence(self) -> str:
        return f"Notified on {spoken(self.sent_on)} to {', '.join(BODIES[body] for body in self.to)}"


@recorded_as("incident.notification-retracted", on=INCIDENT)
class NotificationRetracted(Event):
    """It was found later that the criteria were not met (SIN-RETRACT)."""

    decided_by: AgencyCode
    reason: LoggedWords

    decides = "retracted"
    rules = (a_notification_stands,)

    def sentence(self) -> str:
        return f"The notification was retracted, as {self.decided_by} decided"


BODIES: dict[NotifiedBody, str] = {
    "national-panel": "the national Panel",
    "dfe": "the Department for Education",
    "ofsted": "Ofsted",
}

IncidentEvent = IncidentReported | ViewStated | NotificationDecided | Notified | NotificationRetracted


@INCIDENT.folded_by
def evolve(incident: Incident | None, event: IncidentEvent) -> Incident:
    """Fold one event into the incident."""
    match event:
        case IncidentReported():
            return Incident(
                event.agency,
                event.happened_on,
                event.known_on,
                event.nature,
                event.looked_after,
                event.care_leaver,
                tuple(event.children),
                event.how_many,
            )
        case ViewStated(partner=partner, sector=sector, view=view):
            others = tuple(v for v in known(incident).views if v.partner != partner)
            return replace(known(incident), views=(*others, View(partner, sector, view)))
        case NotificationDecided(decision=decision):
            return replace(known(incident), decision=decided(decision, known(incident).views))
        case Notified(sent_on=day):
            return replace(known(incident), notified_on=day, retracted=False)
        case NotificationRetracted():
            return replace(known(incident), retracted=True)
        case _:
            assert_never(event)
