"""Which rapid reviews were convened, what did the partners decide, and when did they go to the Panel?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.rapid_review import (
    PanelReplied,
    RapidReviewConvened,
    RapidReviewDecided,
    RapidReviewMet,
    RapidReviewSubmitted,
)
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import yes_no


@dataclass(frozen=True, slots=True)
class RapidReviewRow:
    """A rapid review; `outcome` is one of RR-OUTCOME, `criteria_met` lists the criteria the partners found met."""

    incidents: tuple[str, ...]
    convened_on: date
    chair_role: str
    convened_entry: int
    meetings: int = 0
    last_met_on: DayOrNotStated | None = None
    outcome: str | None = None
    decided_on: date | None = None
    dissent: tuple[str, ...] = ()
    criteria_met: tuple[str, ...] = ()
    immediate_actions: int = 0
    decided_entry: int | None = None
    submitted_on: DayOrNotStated | None = None
    submitted_entry: int | None = None
    first_submitted_on: DayOrNotStated | None = None
    replied_on: DayOrNotStated | None = None
    panel_agrees: str | None = None
    replied_entry: int | None = None
    retrospective: bool = False


class RapidReviews(Projection[RapidReviewRow]):
    """Which rapid reviews were convened, what did the partners decide, and when did they go to the Panel?"""

    table = "rapid_reviews"
    records = ("rapid-review",)
    row = RapidReviewRow

    def apply(self, rows: Rows[RapidReviewRow], entry: Entry) -> None:
        match entry.event:
            case RapidReviewConvened(incidents=incidents, chair_role=chair):
                rows.open(
                    RapidReviewRow(
                        tuple(incidents), entry.day, chair, entry.position, retrospective=entry.retrospective
                    )
                )
            case RapidReviewMet(held_on=day):
                rows.change(lambda row: replace(row, meetings=row.meetings + 1, last_met_on=day))
            case RapidReviewDecided() as decided:
                rows.change(lambda row: _decided(row, decided, entry))
            case RapidReviewSubmitted(sent_on=day):
                rows.change(lambda row: _sent(row, day, entry))
            case PanelReplied(replied_on=day, agrees=agrees):
                rows.change(
                    lambda row: replace(row, replied_on=day, panel_agrees=yes_no(agrees), replied_entry=entry.position)
                )
            case _:
                pass


def _sent(row: RapidReviewRow, day: DayOrNotStated, entry: Entry) -> RapidReviewRow:
    """The first sending meets the clock (WT-RR-15WD), and sending it again does not make it late; the Panel replies to the last."""
    first = row.first_submitted_on or day
    return replace(row, first_submitted_on=first, submitted_on=day, submitted_entry=entry.position)


def _decided(row: RapidReviewRow, event: RapidReviewDecided, entry: Entry) -> RapidReviewRow:
    return replace(
        row,
        outcome=event.outcome,
        decided_on=entry.day,
        dissent=tuple(position.agency for position in event.positions if position.position == "dissent"),
        criteria_met=tuple(weighed.criterion for weighed in event.criteria if weighed.met is True),
        immediate_actions=len(event.immediate_actions),
        decided_entry=entry.position,
    )
