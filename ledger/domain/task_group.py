"""Task and finish groups: set up for one piece of work, overseen by a standing group, closed with how it was embedded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    AgencyCode,
    Code,
    DayOrNotStated,
    GroupCode,
    NotStated,
    PriorityReference,
    Title,
    Words,
    known_day,
    spoken,
    worded,
)
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace


@dataclass(frozen=True)
class TaskGroup:
    """A task group as its events so far leave it. `overseen_by`: the standing group that agreed to oversee it."""

    started_on: date | str
    overseen_by: str | None = None
    closed_on: date | str | None = None


TASK_GROUP: Record[TaskGroup] = Record("task-group", prefix="TFG", title="Task group")


@rule("TFG-OPEN", source="events.md: task-group.closed")
def it_is_still_at_work(group: TaskGroup, claim: Claim[Event]) -> str | None:
    """A task group that was closed is not overseen anew, nor closed again."""
    return f"The task group was closed on {spoken(group.closed_on)}." if group.closed_on is not None else None


@rule("TFG-ORDER", source="events.md: task-group.started before task-group.closed")
def it_closes_after_it_started(group: TaskGroup, claim: Claim[TaskGroupClosed]) -> str | None:
    """A task group is not closed before it started."""
    start, end = known_day(group.started_on), known_day(claim.event.closed_on)
    if start is not None and end is not None and end < start:
        return f"The task group started on {spoken(start)}, which is later."
    return None


@rule("TFG-SIGNED", source="S2 section 4.8: the work is overseen, then signed off", effect=FLAG)
def whoever_oversees_it_signs_it_off(group: TaskGroup, claim: Claim[TaskGroupClosed]) -> str | None:
    """The work of a task group is signed off by the group that oversees it."""
    signed = claim.event.signed_off_by
    if signed is None:
        return "Nobody signed its work off."
    if group.overseen_by not in (None, signed):
        return f"{group.overseen_by} oversees it, not {signed}."
    return None


@recorded_as("task-group.started", on=TASK_GROUP, begins=True, happens="started_on")
class TaskGroupStarted(Event):
    """A group came together for one piece of work. `lead_role`: the office that leads it, never a person."""

    title: Title
    lead_role: Code | NotStated
    lead_agency: AgencyCode | None = None
    objective: Words | None = None
    started_on: DayOrNotStated
    due_on: DayOrNotStated
    priority: PriorityReference | None = None

    def sentence(self) -> str:
        return f"Task group started: {self.title}, to finish by {spoken(self.due_on)}"


@recorded_as("task-group.oversight-agreed", on=TASK_GROUP, happens="agreed_on")
class TaskGroupOversightAgreed(Event):
    """A standing group agreed to oversee the work and to receive what comes of it."""

    by_group: GroupCode
    agreed_on: DayOrNotStated

    decides = "oversight-agreed"
    rules = (it_is_still_at_work,)

    def sentence(self) -> str:
        return f"Overseen by {self.by_group}"


@recorded_as("task-group.closed", on=TASK_GROUP, happens="closed_on")
class TaskGroupClosed(Event):
    """The work ended: who signed it off, and how what it made is embedded in practice."""

    closed_on: DayOrNotStated
    signed_off_by: GroupCode | None = None
    embedded_by: Code | None = None
    embedded: Words | None = None

    decides = "closed"
    rules = (it_is_still_at_work, it_closes_after_it_started, whoever_oversees_it_signs_it_off)

    def sentence(self) -> str:
        signed = f", signed off by {self.signed_off_by}" if self.signed_off_by else ""
        how = f", embedded by {worded(self.embedded_by)}" if self.embedded_by else ""
        return f"Closed on {spoken(self.closed_on)}{signed}{how}"


TaskGroupEvent = TaskGroupStarted | TaskGroupOversightAgreed | TaskGroupClosed


@TASK_GROUP.folded_by
def evolve(group: TaskGroup | None, event: TaskGroupEvent) -> TaskGroup:
    """Fold one event into the task group."""
    match event:
        case TaskGroupStarted(started_on=day):
            return TaskGroup(day)
        case TaskGroupOversightAgreed(by_group=by):
            return replace(known(group), overseen_by=by)
        case TaskGroupClosed(closed_on=day):
            return replace(known(group), closed_on=day)
        case _:
            assert_never(event)
