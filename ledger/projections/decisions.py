"""What did the partnership decide, and at which position, so that each decision can be replayed as it looked then?"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.incident import NotificationDecided
from ledger.domain.meeting import MeetingDecided
from ledger.domain.rapid_review import RapidReviewDecided
from ledger.domain.review import ReviewCommissioned, ReviewReferred
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision. `kind`: notification, rapid-review, review, referral or meeting. `departures`: rules it departed from.

    `dissent` names the agencies recorded with the decision as against it; of a notification, the incident's row names them.
    """

    kind: str
    decision: str
    title: str | None
    number: int | None
    decided_on: DayOrNotStated
    dissent: tuple[str, ...]
    departures: tuple[str, ...]
    entry: int


class Decisions(Projection[DecisionRow]):
    """What did the partnership decide, and at which position? The key is that position."""

    table = "decisions"
    records = ("incident", "rapid-review", "review", "meeting")
    row = DecisionRow

    def apply(self, rows: Rows[DecisionRow], entry: Entry) -> None:
        match entry.event:
            case NotificationDecided(decision=decision):
                row = _row(entry, "notification", decision)
            case RapidReviewDecided(outcome=outcome, positions=positions):
                against = tuple(p.agency for p in positions if p.position == "dissent")
                row = _row(entry, "rapid-review", outcome, dissent=against)
            case ReviewCommissioned(kind=kind, decided_on=day):
                row = _row(entry, "review", kind, on=day)
            case ReviewReferred(outcome=result, decided_on=day):
                row = _row(entry, "referral", result, on=day)
            case MeetingDecided(decision=code, title=title, number=number, positions=stands):
                against = tuple(p.agency for p in stands if p.position == "against")
                row = _row(entry, "meeting", code, dissent=against, title=title, number=number)
            case _:
                return
        rows.open(row, key=str(entry.position))


def _row(
    entry: Entry,
    kind: str,
    decision: str,
    *,
    on: DayOrNotStated | None = None,
    dissent: tuple[str, ...] = (),
    title: str | None = None,
    number: int | None = None,
) -> DecisionRow:
    return DecisionRow(
        kind, decision, title, number, entry.day if on is None else on, dissent, entry.departures, entry.position
    )
