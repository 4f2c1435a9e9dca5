"""Who was heard, how, and what changed because of it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.engagement import EngagementHeard, EngagementInfluenced
from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import counted


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """An occasion on which somebody was heard. `changed` lists what it changed; empty where nothing is recorded."""

    audience: str
    forum: str | None
    method: str
    how_many: int | None
    by_group: str | None
    by_agency: str | None
    themes: tuple[str, ...]
    heard_on: DayOrNotStated
    took_place_on: date
    changed: tuple[str, ...] = ()
    influenced: bool = False
    influenced_entry: int | None = None
    retrospective: bool = False


class Engagements(Projection[EngagementRow]):
    """Who was heard, by which way, and what changed because of what was said?"""

    table = "engagements"
    records = ("engagement",)
    row = EngagementRow

    def apply(self, rows: Rows[EngagementRow], entry: Entry) -> None:
        match entry.event:
            case EngagementHeard() as heard:
                row = EngagementRow(
                    heard.audience, heard.forum, heard.method, counted(heard.how_many), heard.by_group, heard.by_agency,
                    tuple(heard.themes), heard.heard_on, entry.day, retrospective=entry.retrospective,
                )  # fmt: skip
                rows.open(row)
            case EngagementInfluenced(changed="nothing"):
                pass
            case EngagementInfluenced(changed=what):
                rows.change(
                    lambda row: replace(
                        row, changed=tuple(dict.fromkeys((*row.changed, what))), influenced=True,
                        influenced_entry=entry.position,
                    )
                )  # fmt: skip
            case _:
                pass
