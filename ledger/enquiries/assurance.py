"""Lines of enquiry about what was learnt: recommendations nobody answered, audits not held, gaps found again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, true

from ledger.domain.calendar import days_of
from ledger.enquiries.enquiry import Found, Looking, enquiry, listed, of, plain
from ledger.projections.action_log import ActionLog
from ledger.projections.audits import AuditFindings, AuditProgramme
from ledger.projections.columns import table_of
from ledger.projections.inspections import InspectionFindings
from ledger.projections.practice_reviews import Recommendations
from ledger.projections.rows import Projection
from ledger.projections.scrutinies import ScrutinyRecommendations
from ledger.projections.tables import held as held_rows

ASKING = ("priority-action", "improvement")
"""Findings of an inspection that ask for something to be done."""
REPEATED = 2
"""Audits that find one gap before it recurs."""


@enquiry(
    "ENQ-REC-UNANSWERED",
    "Recommendations nobody answered",
    source="reference.md ACT-SRC, JTAI-ACT; events.md: review.recommendation-made, scrutiny.recommended",
)
def unanswered_recommendations(looking: Looking) -> Iterator[Found]:
    """Recommendations of reviews with neither an action that cites them nor a reasoned decline; and those of scrutineers, and findings of inspections that ask for something, without an action that cites them."""
    asks: dict[type[Projection[Any]], tuple[str, ColumnElement[bool]]] = {
        Recommendations: ("Recommendation", table_of(Recommendations).c.declined_on.is_(None)),
        ScrutinyRecommendations: ("Recommendation", true()),
        InspectionFindings: ("Finding", table_of(InspectionFindings).c.kind.in_(ASKING)),
    }
    for projection, (what, condition) in asks.items():
        for held in looking.held(projection, condition, ~_has_an_action(looking, projection)):
            why = f"{what} {held.row.number} has no action" + (
                " and was not declined." if projection is Recommendations else "."
            )
            yield of(held, why, held.first_entry, key=held.key)


def _has_an_action(looking: Looking, projection: type[Projection[Any]]) -> ColumnElement[bool]:
    """Whether an action cites the record and the number of a row, as its source."""
    actions, made = table_of(ActionLog), table_of(projection)
    return exists().where(
        held_rows(actions, looking.as_at, looking.day),
        actions.c.source_record == made.c.record,
        actions.c.source_reference == made.c.reference,
        actions.c.source_number == made.c.number,
    )


@enquiry("ENQ-AUD-NOT-HELD", "Audits planned and not held", source="reference.md AUD-PLAN")
def audits_not_held(looking: Looking) -> Iterator[Found]:
    """Audits of a programme whose year has ended that were neither held nor reported nor cancelled with a reason."""
    c = table_of(AuditProgramme).c
    undone = (c.held_on.is_(None), c.reported_on.is_(None), c.cancelled_on.is_(None))
    for held in looking.held(AuditProgramme, c.planned.is_(True), *undone):
        year = held.row.programme_year
        if year is not None and days_of(year)[1] <= looking.day:
            topic = plain(held.row.topic or held.row.kind)
            why = f"Planned for {year} ({topic}); nothing says that it was held, or why not."
            yield of(held, why, held.row.begun_entry, held.row.planned_entry)


@enquiry("ENQ-AUD-REPEAT", "Gaps that audits find again", source="reference.md AUD-REPEAT")
def repeated_gaps(looking: Looking) -> Iterator[Found]:
    """Themes on which two audits or more found a gap."""
    c = table_of(AuditFindings).c
    by_theme: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
    for held in looking.held(AuditFindings, c.kind == "gap"):
        for theme in held.row.themes:
            by_theme[theme].setdefault(held.reference, []).append(held.first_entry)
    for theme, audits in sorted(by_theme.items()):
        if len(audits) >= REPEATED:
            why = f"A gap in {plain(theme)} was found by {len(audits)} audits: {listed(sorted(audits))}."
            yield Found("theme", theme, why, [position for positions in audits.values() for position in positions])
