"""What was said, in words, of each thing that a list shows: by which entry, and under which commitment the words are kept?"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.action import ActionRaised
from ledger.domain.audit import AuditFindingRecorded
from ledger.domain.engagement import EngagementHeard
from ledger.domain.fields import WORDS
from ledger.domain.history import Entry
from ledger.domain.inspection import InspectionFindingRecorded
from ledger.domain.register import Event
from ledger.domain.review import RecommendationMade
from ledger.domain.risk import RiskIdentified
from ledger.domain.scrutiny import ScrutinyChallenged, ScrutinyRecommended
from ledger.domain.task_group import TaskGroupStarted
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class WordingRow:
    """Ordinary words, never those of a † field. `part`: the number of a finding, a recommendation or a challenge, else empty.

    `sealed`: the commitment the words are kept under, beside the entry or one of those that corrected it.
    """

    part: str
    sealed: str
    corrected_by: tuple[str, ...]


class Wordings(Projection[WordingRow]):
    """Which words say what an action, a finding, a recommendation, a challenge or a risk is about? The key is the entry's position."""

    table = "wordings"
    records = ("action", "audit", "review", "inspection", "scrutiny", "risk", "task-group", "engagement")
    row = WordingRow

    def apply(self, rows: Rows[WordingRow], entry: Entry) -> None:
        part, words = _said(entry.event)
        if isinstance(words, WORDS):
            row = WordingRow(part, words.sealed, tuple(map(str, entry.corrected_by)))
            rows.open(row, key=str(entry.position))


def _said(event: Event) -> tuple[str, str | WORDS | None]:
    """What an event is about in words, and of which part of its record."""
    match event:
        case ActionRaised(text=words) | RiskIdentified(description=words):
            return "", words
        case TaskGroupStarted(objective=words) | EngagementHeard(what_was_said=words):
            return "", words
        case AuditFindingRecorded(number=number, text=words) | InspectionFindingRecorded(number=number, text=words):
            return str(number), words
        case RecommendationMade(number=number, text=words) | ScrutinyRecommended(number=number, text=words):
            return str(number), words
        case ScrutinyChallenged(number=number, challenge=words):
            return str(number), words
        case _:
            return "", None
