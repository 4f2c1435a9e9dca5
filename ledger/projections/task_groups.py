"""Which task and finish groups are at work, who oversees them, and what became of them?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.task_group import TaskGroupClosed, TaskGroupOversightAgreed, TaskGroupStarted
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class TaskGroupRow:
    """A task group; it is at work while `closed_on` is None."""

    title: str
    lead_role: str
    lead_agency: str | None
    priority: str | None
    started_on: DayOrNotStated
    due_on: DayOrNotStated
    overseen_by: str | None = None
    overseen_on: DayOrNotStated | None = None
    closed_on: DayOrNotStated | None = None
    signed_off_by: str | None = None
    embedded_by: str | None = None
    retrospective: bool = False


class TaskGroups(Projection[TaskGroupRow]):
    """Which task and finish groups are at work, by when are they to finish, and who oversees them?"""

    table = "task_groups"
    records = ("task-group",)
    row = TaskGroupRow

    def apply(self, rows: Rows[TaskGroupRow], entry: Entry) -> None:
        match entry.event:
            case TaskGroupStarted() as began:
                row = TaskGroupRow(
                    began.title, began.lead_role, began.lead_agency, began.priority, began.started_on, began.due_on,
                    retrospective=entry.retrospective,
                )  # fmt: skip
                rows.open(row)
            case TaskGroupOversightAgreed(by_group=group, agreed_on=day):
                rows.change(lambda row: replace(row, overseen_by=group, overseen_on=day))
            case TaskGroupClosed(closed_on=day, signed_off_by=group, embedded_by=how):
                rows.change(lambda row: replace(row, closed_on=day, signed_off_by=group, embedded_by=how))
            case _:
                pass
