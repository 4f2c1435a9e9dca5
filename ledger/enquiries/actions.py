"""Lines of enquiry about actions: late, adrift, done without anybody judging it, judged without anything shown to have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import get_args

from sqlalchemy import ColumnElement, String, and_, false, func, not_, or_, type_coerce

from ledger.domain.action_parts import ARTEFACTS, EvidenceKind
from ledger.domain.fields import known_day, spoken
from ledger.enquiries.enquiry import Found, Looking, days, enquiry, of
from ledger.projections.action_log import ActionLog, ActionRow, is_overdue, overdue
from ledger.projections.columns import table_of
from ledger.projections.tables import Held

TABLE = table_of(ActionLog)
T = TABLE.c
NOT_DROPPED = or_(T.closed_kind.is_(None), T.closed_kind == "embedded")
"""Open, or closed as embedded in practice: neither superseded nor given up."""
UNDER_WAY = and_(T.closed_kind.is_(None), T.completed_on.is_(None))


@enquiry(
    "ENQ-ACT-DELAY", "Actions past their due date", source="reference.md DRIFT-DEF, ACT-DERIVE", about_lateness=True
)
def delayed(looking: Looking) -> Iterator[Found]:
    """Actions neither completed nor closed whose current due date has gone by."""
    for held in _found(looking, "ENQ-ACT-DELAY"):
        row = held.row
        due = known_day(row.due_on)
        assert due is not None
        why = f"Due on {spoken(due)}, {days(due, looking.day)} ago.{_put_off(row)}"
        yield of(held, why, row.raised_entry, row.due_entry)


@enquiry(
    "ENQ-ACT-DRIFT",
    "Actions adrift",
    source="reference.md DRIFT-DEF (a); drift-rule pack",
    about_lateness=True,
    drift="days_without_progress",
)
def adrift(looking: Looking) -> Iterator[Found]:
    """Actions under way of which nothing recorded shows progress for longer than the partnership's rule on drift allows."""
    rule = looking.drift
    for held in _found(looking, "ENQ-ACT-DRIFT"):
        since = held.row.last_progress_on or held.row.raised_on
        why = (
            f"No progress recorded since {spoken(since)}, {days(since, looking.day)}; "
            f"the rule on drift ({rule.reference}) allows {rule.days_without_progress.value}."
        )
        yield of(held, why, held.row.raised_entry, held.last_entry)


@enquiry(
    "ENQ-ACT-PUT-OFF",
    "Actions put off again and again",
    source="reference.md DRIFT-DEF (b), ACT-DATES; drift-rule pack",
    drift="times_rescheduled",
)
def put_off(looking: Looking) -> Iterator[Found]:
    """Actions still open whose due date was moved as often as the partnership's rule on drift counts as drift, or more often."""
    rule = looking.drift
    for held in _found(looking, "ENQ-ACT-PUT-OFF"):
        now = ", and overdue now" if overdue(held.row, looking.day) else ""
        drift = f"the rule on drift ({rule.reference}) counts {rule.times_rescheduled.value} as drift"
        why = f"{_put_off(held.row).strip(' .')}, due now on {spoken(held.row.due_on)}{now}; {drift}."
        yield of(held, why, held.row.raised_entry, held.row.due_entry)


@enquiry("ENQ-ACT-UNASSURED", "Completed and not assured", source="reference.md ACT-DONE-3, ACT-CLOSE")
def unassured(looking: Looking) -> Iterator[Found]:
    """Actions that their owner says are done and that no other group has found to be: nobody judged it, or assurance was refused."""
    for held in _found(looking, "ENQ-ACT-UNASSURED"):
        row = held.row
        judged = "Assurance was refused" if row.assurance else "Nobody has judged the evidence"
        closed = ", and it was closed as embedded" if row.closed_kind else ""
        why = f"Completed on {spoken(row.completed_on)}. {judged}{closed}."
        yield of(held, why, row.raised_entry, row.completed_entry, row.assured_entry, row.closed_entry)


@enquiry("ENQ-ACT-NO-IMPACT", "Assured, with no impact shown", source="reference.md ACT-DONE-3")
def without_impact(looking: Looking) -> Iterator[Found]:
    """Actions whose evidence was accepted and after which nobody has shown that practice or outcomes changed."""
    for held in _found(looking, "ENQ-ACT-NO-IMPACT"):
        row = held.row
        since = known_day(row.assured_on) or row.assured_day or looking.day
        why = f"Assured by {row.assured_by} on {spoken(row.assured_on)}; nothing measured since, in {days(since, looking.day)}."
        yield of(held, why, row.raised_entry, row.assured_entry, row.closed_entry)


@enquiry("ENQ-ACT-ARTEFACT", "A document is all the evidence", source="reference.md ACT-EVID")
def artefact_only(looking: Looking) -> Iterator[Found]:
    """Actions completed on the evidence of a policy or training artefact alone, which shows that something was written or taught, not that practice changed."""
    for held in _found(looking, "ENQ-ACT-ARTEFACT"):
        row = held.row
        shown = " and ".join(kind.replace("-", " ") for kind in row.evidence)
        yield of(
            held,
            f"The evidence is a {shown} only.",
            row.raised_entry,
            row.completed_entry,
            row.assured_entry,
            row.impact_entry,
        )


def _silent(looking: Looking) -> ColumnElement[bool]:
    """Without progress for longer than the drift rule in force allows; nothing is where none was."""
    if (rule := looking.packs.drift_rule(looking.day)) is None:
        return false()
    since = looking.day - timedelta(days=rule.days_without_progress.value)
    return and_(UNDER_WAY, func.coalesce(T.last_progress_on, T.raised_on) < since, T.retrospective.is_(False))


def _often(looking: Looking) -> ColumnElement[bool]:
    """Put off as often as the drift rule in force counts as drift; nothing is where none was."""
    if (rule := looking.packs.drift_rule(looking.day)) is None:
        return false()
    return and_(T.closed_kind.is_(None), T.times_rescheduled >= rule.times_rescheduled.value)


def _only_artefacts() -> ColumnElement[bool]:
    kinds = type_coerce(T.evidence, String)
    others = [kind for kind in get_args(EvidenceKind) if kind not in ARTEFACTS]
    return and_(*(not_(kinds.like(f'%"{kind}"%')) for kind in others), kinds.like('%"%'))


DONE = and_(T.completed_on.is_not(None), NOT_DROPPED)
WHERE: Mapping[str, Callable[[Looking], ColumnElement[bool]]] = {
    "ENQ-ACT-DELAY": lambda looking: and_(is_overdue(TABLE, looking.day), T.retrospective.is_(False)),
    "ENQ-ACT-DRIFT": _silent,
    "ENQ-ACT-PUT-OFF": _often,
    "ENQ-ACT-UNASSURED": lambda _: and_(DONE, or_(T.assurance.is_(None), T.assurance == "refused")),
    "ENQ-ACT-NO-IMPACT": lambda _: and_(T.assurance == "accepted", T.impact.is_(False), NOT_DROPPED),
    "ENQ-ACT-ARTEFACT": lambda _: and_(DONE, _only_artefacts()),
}
"""Which actions each line leads to."""


def _found(looking: Looking, line: str) -> list[Held[ActionRow]]:
    """The actions of one line. Those of all are found in one pass, by whichever is asked first of one look: the table is the longest."""
    if ActionLog not in looking.known:
        conditions = [where(looking) for where in WHERE.values()]
        found = looking.tables.marked(ActionLog, conditions, as_at=looking.as_at, as_of=looking.day, on=looking.on)
        looking.known[ActionLog] = dict(zip(WHERE, found, strict=True))
    rows: list[Held[ActionRow]] = looking.known[ActionLog][line]
    return rows


def _put_off(row: ActionRow) -> str:
    n = row.times_rescheduled
    if not n:
        return ""
    times = {1: "once", 2: "twice"}.get(n, f"{n} times")
    return f" Put off {times} since it was first due on {spoken(row.original_due_on)}."
