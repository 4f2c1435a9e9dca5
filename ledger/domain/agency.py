"""Agencies: who takes part in the partnership, under which name and in which standing, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import AgencyCode, DayOrNotStated, Reference, Title
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

Sector = Literal[
    "local-authority", "police", "health", "education", "justice", "voluntary", "lay", "business-unit", "other"
]
StandingInPartnership = Literal["statutory-partner", "relevant-agency", "co-opted", "lay"]


@dataclass(frozen=True)
class Agency:
    """An agency as its events so far leave it."""

    name: str
    sector: Sector
    standing: StandingInPartnership
    succeeded_by: tuple[str, ...] = ()
    left_on: date | str | None = None
    """The day it left, or others took over from it, which may still be its own; a day or not-stated."""

    def took_part_on(self, day: date) -> bool | None:
        """Whether it took part on a day; None where nobody says when it left."""
        if self.left_on is None:
            return True
        return day <= self.left_on if isinstance(self.left_on, date) else None


AGENCY: Record[Agency] = Record("agency", prefix="AGY", title="Agency")


@rule("AGY-CODE", source="events.md: agency.registered")
def the_code_is_the_reference(agency: Agency | None, claim: Claim[AgencyRegistered]) -> str | None:
    """An agency's code is the reference of its record."""
    if claim.event.code != claim.reference:
        return f"data.code is {claim.event.code}, but the record is agency/{claim.reference}."
    return None


@rule("AGY-LEFT", source="events.md: agency.left; reference.md 8.1, organisation succession must be events")
def the_agency_still_takes_part(agency: Agency, claim: Claim[Event]) -> str | None:
    """An agency that left, or was succeeded by others, is not renamed, succeeded or let go again."""
    if agency.succeeded_by:
        return f"{claim.reference} was succeeded by {', '.join(agency.succeeded_by)}."
    if agency.left_on is not None:
        return f"{claim.reference} left on {agency.left_on}."
    return None


@rule("AGY-SUCC", source="reference.md 8.1: organisation succession")
def an_agency_does_not_succeed_itself(agency: Agency, claim: Claim[AgencySucceeded]) -> str | None:
    """The agencies that succeed another are others."""
    if claim.reference in claim.event.successors:
        return f"{claim.reference} cannot succeed itself."
    return None


@recorded_as("agency.registered", on=AGENCY, begins=True)
class AgencyRegistered(Event):
    """An agency was named as taking part in the partnership (S2 table 3)."""

    code: Reference
    name: Title
    sector: Sector
    standing: StandingInPartnership
    engages_through: list[Title] = Field(default=[], max_length=40)

    rules = (the_code_is_the_reference,)

    def sentence(self) -> str:
        return f"{self.name} joined as {self.standing.replace('-', ' ')} ({self.code})"


@recorded_as("agency.renamed", on=AGENCY, happens="renamed_on")
class AgencyRenamed(Event):
    """The same agency goes by a new name; history keeps the old one."""

    name: Title
    renamed_on: DayOrNotStated

    rules = (the_agency_still_takes_part,)

    def sentence(self) -> str:
        return f"Renamed {self.name}"


@recorded_as("agency.succeeded", on=AGENCY, happens="succeeded_on")
class AgencySucceeded(Event):
    """Other agencies took over; figures per agency follow the succession."""

    successors: list[AgencyCode] = Field(min_length=1, max_length=10)
    succeeded_on: DayOrNotStated

    rules = (the_agency_still_takes_part, an_agency_does_not_succeed_itself)

    def sentence(self) -> str:
        return f"Succeeded by {', '.join(self.successors)}"


@recorded_as("agency.left", on=AGENCY, happens="left_on")
class AgencyLeft(Event):
    """The agency takes part no longer."""

    left_on: DayOrNotStated

    rules = (the_agency_still_takes_part,)

    def sentence(self) -> str:
        return "Left the partnership"


AgencyEvent = AgencyRegistered | AgencyRenamed | AgencySucceeded | AgencyLeft


@AGENCY.folded_by
def evolve(agency: Agency | None, event: AgencyEvent) -> Agency:
    """Fold one event into the agency."""
    match event:
        case AgencyRegistered(name=name, sector=sector, standing=standing):
            return Agency(name, sector, standing)
        case AgencyRenamed(name=name):
            return replace(known(agency), name=name)
        case AgencySucceeded(successors=successors, succeeded_on=day):
            return replace(known(agency), succeeded_by=tuple(successors), left_on=day)
        case AgencyLeft(left_on=day):
            return replace(known(agency), left_on=day)
        case _:
            assert_never(event)
