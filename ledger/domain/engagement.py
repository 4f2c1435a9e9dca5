"""Engagement: when children, families or practitioners were heard, and what changed because of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    ActionReference,
    AgencyCode,
    Code,
    Count,
    DayOrNotStated,
    GroupCode,
    NotStated,
    PriorityReference,
    ReviewReference,
    Words,
    known_day,
    spoken,
    worded,
)
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import Theme

Audience = Literal["children", "families", "children-and-families", "practitioners", "community", "other"]
Changed = Literal["practice", "policy", "priority", "training", "commissioning", "communication", "nothing", "other"]


@dataclass(frozen=True)
class Engagement:
    """An occasion on which somebody was heard; `influenced` counts what it changed."""

    heard_on: date | str
    influenced: int = 0


ENGAGEMENT: Record[Engagement] = Record("engagement", prefix="ENG", title="Engagement")


@rule("ENG-ORDER", source="events.md: engagement.heard before engagement.influenced")
def they_were_heard_before(engagement: Engagement, claim: Claim[EngagementInfluenced]) -> str | None:
    """What changed because of what was said changed after it was said."""
    heard, changed = known_day(engagement.heard_on), known_day(claim.event.influenced_on)
    if heard is not None and changed is not None and changed < heard:
        return f"They were heard on {spoken(heard)}, which is later."
    return None


@recorded_as("engagement.heard", on=ENGAGEMENT, begins=True, happens="heard_on")
class EngagementHeard(Event):
    """Somebody was asked and heard. `audience`: who; `forum`: the body that was heard, such as a children in care council."""

    audience: Audience
    forum: Code | None = None
    method: Code
    how_many: Count | NotStated
    heard_on: DayOrNotStated
    by_group: GroupCode | None = None
    by_agency: AgencyCode | None = None
    themes: list[Theme] = Field(default=[], max_length=20)
    what_was_said: Words | None = None

    def sentence(self) -> str:
        many = "" if self.how_many == NOT_STATED else f" ({self.how_many})"
        where = f", {worded(self.forum)}" if self.forum else ""
        return f"{worded(self.audience).capitalize()}{many} heard by {worded(self.method)}{where}"


@recorded_as("engagement.influenced", on=ENGAGEMENT, happens="influenced_on")
class EngagementInfluenced(Event):
    """What was said changed something, or was weighed and changed nothing; the record it led to is cited where there is one."""

    changed: Changed
    what_changed: Words | None = None
    influenced_on: DayOrNotStated
    priority: PriorityReference | None = None
    review: ReviewReference | None = None
    action: ActionReference | None = None

    rules = (they_were_heard_before,)

    def sentence(self) -> str:
        if self.changed == "nothing":
            return "What was said was weighed, and changed nothing"
        return f"What was said changed {'something' if self.changed == 'other' else self.changed}"


EngagementEvent = EngagementHeard | EngagementInfluenced


@ENGAGEMENT.folded_by
def evolve(engagement: Engagement | None, event: EngagementEvent) -> Engagement:
    """Fold one event into the engagement."""
    match event:
        case EngagementHeard(heard_on=day):
            return Engagement(day)
        case EngagementInfluenced():
            return replace(known(engagement), influenced=known(engagement).influenced + 1)
        case _:
            assert_never(event)
