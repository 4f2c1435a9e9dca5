"""Every figure of the invented year against a naive fold of its entries, at several positions, on both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from ledger.domain.action import (
    ActionAssured,
    ActionClosed,
    ActionCompleted,
    ActionImpactEvidenced,
    ActionRaised,
    ActionReopened,
    ActionRescheduled,
)
from ledger.domain.audit import AuditFindingRecorded, AuditHeld, AuditPlanned
from ledger.domain.escalation import EscalationRaised
from ledger.domain.finance import FinanceContributed, FinanceSpent
from ledger.domain.history import Entry
from ledger.domain.incident import IncidentReported, NotificationRetracted, Notified
from ledger.domain.meeting import MeetingHeld
from ledger.domain.rapid_review import RapidReviewDecided
from ledger.domain.review import RecommendationMade, ReviewCommissioned, ReviewPublished
from ledger.domain.training import TrainingDelivered
from ledger.figures import FIGURES, answers
from ledger.figures.answer import Answer, answer, asking
from ledger.figures.period import Period
from ledger.projections.tables import Tables
from ledger.projections.timeline import told
from ledger.reports.annual import report
from ledger.reports.as_json import to_json
from ledger.reports.outline import outlined
from tests.projections.conftest import Year, asked, built, year

__all__ = ["asked", "year"]
PERIOD = Period.year("2024-25")
Naive = Callable[[list[Entry]], int]


def during(day: object) -> bool:
    return isinstance(day, date) and PERIOD.first <= day <= PERIOD.last


def records(entries: list[Entry], kind: str) -> Iterator[list[Entry]]:
    """What each record of a kind says by the end of the period, told in time order; nothing of void or repeated records."""
    by_record: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind.record.name == kind:
            by_record.setdefault(entry.originator_id, []).append(entry)
    for own in by_record.values():
        yield [entry for entry in told(own) if entry.day <= PERIOD.last]


def counting(
    kind: str, event: type[Any], day: str | None = None, also: Callable[[Any], bool] = lambda e: True
) -> Naive:
    """How many events of a type, by one of their days or their time."""

    def count(entries: list[Entry]) -> int:
        found = [e for own in records(entries, kind) for e in own if isinstance(e.event, event) and also(e.event)]
        return sum(during(e.day if day is None else getattr(e.event, day)) for e in found)

    return count


def still(event: type[Any], day: str) -> Naive:
    """How many actions have an event of a day within the period that no reopening undid."""

    def count(entries: list[Entry]) -> int:
        found = 0
        for own in records(entries, "action"):
            since = max((n for n, e in enumerate(own) if isinstance(e.event, ActionReopened)), default=-1)
            found += any(isinstance(e.event, event) and during(getattr(e.event, day)) for e in own[since + 1 :])
        return found

    return count


def incidents(entries: list[Entry]) -> list[list[Entry]]:
    found = []
    for own in records(entries, "incident"):
        told_last = [e for e in own if isinstance(e.event, Notified | NotificationRetracted)][-1:]
        if told_last and isinstance(told_last[0].event, Notified) and during(told_last[0].event.sent_on):
            found.append(own)
    return found


def children(entries: list[Entry]) -> int:
    return sum(e.event.how_many for own in incidents(entries) for e in own if isinstance(e.event, IncidentReported))  # type: ignore[misc]


def overdue(entries: list[Entry]) -> int:
    found = 0
    for own in records(entries, "action"):
        due: Any = None
        over = False
        for e in own:
            match e.event:
                case ActionRaised(due_on=day) | ActionRescheduled(due_on=day):
                    due = day
                case ActionCompleted() | ActionClosed():
                    over = True
                case ActionReopened():
                    over = False
                case _:
                    pass
        found += isinstance(due, date) and due < PERIOD.last and not over
    return found


def pounds(kind: type[Any]) -> Naive:
    """In pence."""

    def total(entries: list[Entry]) -> int:
        own = {e.originator_id for e in entries if e.kind.record.name == "finance"}
        lines = [told([e for e in entries if e.originator_id == name]) for name in own]
        return sum(
            e.event.amount for line in lines for e in line if isinstance(e.event, kind) and e.event.year == "2024-25"
        )

    return total


def booked(entries: list[Entry]) -> int:
    own = {e.originator_id for e in entries if e.kind.record.name == "training"}
    courses = [e.event for name in own for e in told([x for x in entries if x.originator_id == name])]
    return sum(
        c.booked
        for c in courses
        if isinstance(c, TrainingDelivered)
        and during(c.delivered_on or c.period_from)
        and during(c.delivered_on or c.period_to)
    )


def rapid_reviews(entries: list[Entry]) -> int:
    last = [
        [e for e in own if isinstance(e.event, RapidReviewDecided)][-1:] for own in records(entries, "rapid-review")
    ]
    return sum(during(e.day) for decided in last for e in decided)


MULTI = {"multi-agency-themed", "random-20", "deep-dive", "single-agency", "frontline-visit", "peer-review"}
NAIVE: dict[str, Naive] = {
    "FIG-SIN": lambda entries: len(incidents(entries)),
    "FIG-SIN-CHILDREN": children,
    "FIG-RR": rapid_reviews,
    "FIG-LCSPR": counting("review", ReviewCommissioned, "decided_on", lambda e: e.kind != "practice-learning"),
    "FIG-LCSPR-PUB": counting("review", ReviewPublished, "published_on"),
    "FIG-RECS": counting("review", RecommendationMade),
    "FIG-ACT-RAISED": counting("action", ActionRaised),
    "FIG-ACT-COMPLETED": still(ActionCompleted, "completed_on"),
    "FIG-ACT-ASSURED": still(ActionAssured, "assured_on"),
    "FIG-ACT-IMPACT": still(ActionImpactEvidenced, "measured_on"),
    "FIG-ACT-CLOSED": still(ActionClosed, "closed_on"),
    "FIG-ACT-OVERDUE": overdue,
    "FIG-ESC": counting("escalation", EscalationRaised, "raised_on"),
    "FIG-AUD": counting("audit", AuditHeld),
    "FIG-AUD-PLANNED": lambda entries: sum(
        isinstance(e.event, AuditPlanned) and e.event.programme_year == "2024-25" and e.event.kind in MULTI
        for own in records(entries, "audit") for e in own
    ),
    "FIG-AUD-FINDINGS": counting("audit", AuditFindingRecorded),
    "FIG-AUD-GAPS": counting("audit", AuditFindingRecorded, None, lambda e: e.kind == "gap"),
    "FIG-ATT-MEETINGS": counting("meeting", MeetingHeld),
    "FIG-TRN": booked,
    "FIG-FIN-CONTRIBUTED": pounds(FinanceContributed),
    "FIG-FIN-SPENT": pounds(FinanceSpent),
}  # fmt: skip
RECOUNTED = {
    "FIG-SIN": Notified, "FIG-LCSPR": ReviewCommissioned, "FIG-LCSPR-PUB": ReviewPublished, "FIG-RECS": RecommendationMade,
    "FIG-ACT-RAISED": ActionRaised, "FIG-ACT-COMPLETED": ActionCompleted, "FIG-ACT-CLOSED": ActionClosed,
    "FIG-ACT-OVERDUE": ActionRaised, "FIG-ESC": EscalationRaised, "FIG-AUD": AuditHeld,
    "FIG-AUD-GAPS": AuditFindingRecorded, "FIG-ATT-MEETINGS": MeetingHeld,
}  # fmt: skip
"""Figures whose value is the number of their entries of one type."""


def ask(tables: Tables, year: Year, figure: str, as_at: int) -> Answer:
    with asking(tables, year.packs.as_at(as_at), PERIOD, as_at) as each:
        return answer(FIGURES[figure], each)


@pytest.mark.parametrize("figure", NAIVE)
def test_a_figure_is_what_a_naive_fold_gives(asked, year, figure):
    expected = 0
    for as_at in (0, year.head // 4, year.head // 2, 3 * year.head // 4, year.head):
        found = ask(asked, year, figure, as_at)
        expected = NAIVE[figure](year.entries[:as_at])
        value = found.value if found.value is not None else 0
        assert value * (100 if found.unit == "pounds" else 1) == expected, (figure, as_at)
    assert expected > 0, "the invented year has some"


@pytest.mark.parametrize("figure", RECOUNTED)
def test_the_entries_listed_count_up_to_the_value(asked, year, figure):
    found = ask(asked, year, figure, year.head)
    kinds = Counter(type(year.entries[position - 1].event) for position in found.entries)
    assert kinds[RECOUNTED[figure]] == found.value


def test_every_entry_listed_was_there(asked, year):
    as_at = year.head // 2
    with asking(asked, year.packs.as_at(as_at), PERIOD, as_at) as each:
        for found in answers(each):
            assert list(found.entries) == sorted(set(found.entries))
            assert not found.entries or 1 <= found.entries[0] <= found.entries[-1] <= as_at
            for side in (found.numerator, found.denominator):
                assert side is None or set(side.entries) <= set(found.entries)


def test_later_entries_change_nothing_as_at_an_earlier_position(asked, year, tmp_path):
    as_at = 2 * year.head // 3
    earlier = Year(year.entries[:as_at], year.packs.as_at(as_at))
    (alone,) = built(str(tmp_path / "earlier.sqlite"), earlier)
    assert to_json(outlined(report(asked, earlier.packs, "2024-25", as_at))) == to_json(
        outlined(report(alone, earlier.packs, "2024-25", as_at))
    )


def test_a_breakdown_of_what_has_one_value_adds_up(asked, year):
    with asking(asked, year.packs, PERIOD, year.head) as each:
        found = {f.id: f for f in answers(each)}
    for figure, dimension in (
        ("FIG-ACT-OPEN", "state"),
        ("FIG-ESC", "stage"),
        ("FIG-RR", "outcome"),
        ("FIG-FIN", "kind"),
    ):
        assert sum(part.value or 0 for part in found[figure].by[dimension]) == found[figure].value
