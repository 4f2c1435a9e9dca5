"""Which clocks run or ran over, on whose record, under which rule and pack, and who owes what they wait for?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, not_, or_, select

from ledger.domain.calendar import days_of, next_year
from ledger.domain.clocks import (
    Clock,
    action_due,
    action_due_at_first,
    audit_return,
    audit_return_at_last,
    circulate_7d,
    state,
    yearly_report_12m,
    yearly_report_by,
)
from ledger.domain.fields import NOT_STATED, DayOrNotStated, known_day
from ledger.domain.report_record import reference_of
from ledger.projections.action_log import ActionLog, ActionRow
from ledger.projections.ask import stage_clock
from ledger.projections.asking import MANY, Answer, Asking, Item, answered, entries_of, identity, keeps, told_clock
from ledger.projections.audits import AuditReturns
from ledger.projections.columns import table_of
from ledger.projections.escalation_tracker import EscalationStages, EscalationTracker
from ledger.projections.first_clocks import FIRST, first_of_actions
from ledger.projections.incidents import IncidentRow, Incidents
from ledger.projections.links import Links
from ledger.projections.practice_reviews import PracticeReviews
from ledger.projections.rapid_reviews import RapidReviewRow, RapidReviews
from ledger.projections.reports import PublishedReports, PublishedRow
from ledger.projections.review_tracker import (
    advance_copy_clock,
    days_paused,
    days_running,
    notification_clock,
    panel_reply_clock,
    publication_clock,
    rapid_review_clock,
)
from ledger.projections.rows import Projection
from ledger.projections.tables import Held, Tables
from ledger.projections.tables import held as as_held

R = TypeVar("R")

ATTENTION = ("running", "breached")
"""The states listed where no other is asked for."""
FIELDS = (
    "record", "reference", "key", "clock", "rule", "state", "started", "due", "met_on", "left", "unit", "pack", "calendar",
    "confidence", "source", "note", "owed_by", "days_running", "days_paused",
    "entries",
)  # fmt: skip


@dataclass(frozen=True)
class Running:
    """A clock of a record. `on` is the day it is told for where that is before the day asked about."""

    record: str
    reference: str
    clock: Clock
    entries: Sequence[int]
    part: str = ""
    owed_by: str | None = None
    on: date | None = None
    days_running: int | None = None
    days_paused: int | None = None
    retrospective: bool = False
    """Of a record that was entered afterwards, where what is not recorded may well have been done."""

    @property
    def key(self) -> str:
        """The clock's name, and which of several of a record: `escalation-stage/2`."""
        return f"{self.clock.name}/{self.part}" if self.part else self.clock.name


def clocks(tables: Tables, asking: Asking) -> Answer:
    """Every clock of every record that runs or ran over; with a filter on `state`, those that stand so.

    Each with the rule and the pack it runs under, the source and confidence of the time allowed, and who owes what it waits
    for. `days_running` and `days_paused` are those of a practice review: pauses explain, they stop no clock.
    """
    if "state" not in asking.filters:
        asking = replace(asking, filters={**asking.filters, "state": ATTENTION})
    case = _Case(tables, asking, None, undone=set(ATTENTION).issuperset(_several(asking.filters["state"])))
    if (first := first_of_actions(tables, asking)) is not None:
        return _with_first(asking, _but_of_actions(case), *first)
    return answered((_told(running, asking.as_of) for running in _every(case)), asking, FIELDS)


def first_clocks(tables: Tables, asking: Asking) -> dict[str, Answer]:
    """By state the same as `clocks` in the order of FIRST: the longest over and the next to run out, as a home shows them."""
    others: defaultdict[str, list[Item]] = defaultdict(list)
    for each in _but_of_actions(_Case(tables, asking, None, undone=True)):
        others[each["state"]].append(each)
    found = {}
    for state_, order in FIRST:
        own = replace(asking, filters={**asking.filters, "state": [state_]}, sort=(order,))
        first = first_of_actions(tables, own)
        found[state_] = clocks(tables, own) if first is None else _with_first(own, others[state_], *first)
    return found


def _several(wanted: str | Sequence[str]) -> Sequence[str]:
    return (wanted,) if isinstance(wanted, str) else wanted


def _but_of_actions(case: _Case) -> list[Item]:
    rest = [*_of_cases(case), *_of_escalations(case), *_of_returns(case), *_of_reports(case)]
    return [_told(each, case.asking.as_of) for each in rest]


def _with_first(asking: Asking, others: Sequence[Item], actions: Sequence[Held[ActionRow]], total: int) -> Answer:
    """The answer where of the actions only those are at hand whose clocks come first, and how many clocks of actions there are in all."""
    first = [_told(each, asking.as_of) for found in actions for each in _of_action(found)]
    kept = [item for item in others if keeps(item, asking)]
    total += len(kept)
    answer = answered([*kept, *first], asking, FIELDS)
    goes_on = answer.items and total > len(answer.items)
    return replace(answer, total=total, next=identity(answer.items[-1]) if goes_on else None)


def clocks_of(tables: Tables, asking: Asking, kind: str) -> Iterator[Running]:
    """The clocks of one kind that has a line of enquiry of its own, or of a few, whatever their state: a key of `OF_A_KIND`."""
    return OF_A_KIND[kind](_Case(tables, asking, None))


def running_clocks(tables: Tables, asking: Asking, names: Iterable[str] | None = None) -> list[Running]:
    """The clocks of all records, or of those named (`<record>/<reference>`), whatever their state."""
    return _every(_Case(tables, asking, None if names is None else tuple(names)))


def _every(case: _Case) -> list[Running]:
    actions = (clock for held in case.rows(ActionLog, "completed_on") for clock in _of_action(held))
    return [*_of_cases(case), *actions, *_of_escalations(case), *_of_returns(case), *_of_reports(case)]


@dataclass(frozen=True)
class _Case:
    """The records asked about, and their rows.

    `undone`: whether only clocks that run or ran over are asked about; then rows that tell of what was done in the end stay where they are.
    """

    tables: Tables
    asking: Asking
    names: Sequence[str] | None
    undone: bool = False

    def done(self, day: DayOrNotStated | None) -> bool:
        """Whether a clock that was met on this day is not asked about."""
        return self.undone and day is not None and (day == NOT_STATED or day <= self.asking.as_of)

    def rows(
        self,
        projection: type[Projection[R]],
        *met_by: str,
        references: Iterable[str] | None = None,
        also: Sequence[ColumnElement[bool]] = (),
    ) -> list[Held[R]]:
        """`met_by`: columns of the days on which the clocks told from a row were met. `references`: among which the records wanted are."""
        (record,) = projection.records
        where: dict[str, Any] = {}
        if self.names is not None:
            where = {"reference": [name.partition("/")[2] for name in self.names if name.startswith(f"{record}/")]}
        if self.names is not None and not where["reference"]:
            return []
        elif references is not None and len(few := set(references)) <= MANY:
            where = {"reference": few}
        asking, columns = self.asking, [table_of(projection).c[name] for name in met_by if self.undone]
        not_yet = [or_(*(or_(each.is_(None), each > asking.as_of) for each in columns))] if columns else []
        return self.tables.rows(projection, as_at=asking.as_at, as_of=asking.as_of, where=where, also=[*not_yet, *also])


def _told(running: Running, on: date) -> Item:
    told_ = told_clock(running.clock, running.on or on)
    return {"record": running.record, "reference": running.reference, "key": running.key, **told_} | {
        "owed_by": running.owed_by,
        "days_running": running.days_running,
        "days_paused": running.days_paused,
        "entries": list(running.entries),
    }


def _running(held: Held[Any], clock: Clock | None, **more: Any) -> Iterator[Running]:
    if clock is not None:
        afterwards = getattr(held.row, "retrospective", False)
        yield Running(held.record, held.reference, clock, entries_of(held), retrospective=afterwards, **more)


def _notifications(case: _Case) -> Iterator[Running]:
    decision = table_of(Incidents).c.decision
    to_do = [or_(decision.is_(None), decision != "do-not-notify")] if case.undone else []
    for incident in case.rows(Incidents, "notified_on", also=to_do):
        yield from _running(incident, notification_clock(incident.row, case.asking.packs_then))


def _rapid_reviews(case: _Case) -> Iterator[Running]:
    """Of each incident under its rapid review, or, while there is none, under its own name."""
    packs = case.asking.packs_then
    looked_into: defaultdict[str, list[Held[RapidReviewRow]]] = defaultdict(list)
    for review in case.rows(RapidReviews, "first_submitted_on"):
        for reference in review.row.incidents:
            looked_into[reference].append(review)
    for incident in _looked_into(case, looked_into):
        for review in looked_into[incident.reference]:
            if case.done(review.row.first_submitted_on):
                continue
            clock = rapid_review_clock(incident.row, review.row, packs)
            yield from _running(review, clock, part=incident.reference)
        if not looked_into[incident.reference]:
            yield from _running(incident, rapid_review_clock(incident.row, None, packs))


def _looked_into(case: _Case, looked_into: Iterable[str]) -> list[Held[IncidentRow]]:
    """The incidents to be looked into: where only what is not done is asked about, those of these reviews, and those notified that no rapid
    review cites.
    """
    if not case.undone or len(references := set(looked_into)) > MANY:
        return case.rows(Incidents)
    c, links = table_of(Incidents).c, table_of(Links)
    cited = select(links.c.cited_reference).where(
        as_held(links, case.asking.as_at, case.asking.as_of), links.c.record == "rapid-review", links.c.cited_record == "incident"
    )  # fmt: skip
    waiting = and_(c.notified_on.is_not(None), c.retracted_on.is_(None), c.reference.not_in(cited))
    return case.rows(Incidents, also=[or_(waiting, c.reference.in_(sorted(references)))])


def _panel_replies(case: _Case) -> Iterator[Running]:
    for review in case.rows(RapidReviews, "replied_on"):
        yield from _running(review, panel_reply_clock(review.row, case.asking.packs_then), owed_by="national-panel")


def _of_reviews(case: _Case) -> Iterator[Running]:
    packs, on = case.asking.packs_then, case.asking.as_of
    for review in case.rows(PracticeReviews, "published_on", "sent_to_panel_on"):
        totals = {"days_running": days_running(review.row, on), "days_paused": days_paused(review.row, on)}
        yield from _running(review, publication_clock(review.row, packs), **totals)
        yield from _running(review, advance_copy_clock(review.row, packs))


def _of_cases(case: _Case) -> Iterator[Running]:
    yield from _notifications(case)
    yield from _rapid_reviews(case)
    yield from _panel_replies(case)
    yield from _of_reviews(case)


def _of_action(held: Held[ActionRow]) -> Iterator[Running]:
    for clock in action_clocks(held.row):
        yield from _running(held, clock, owed_by=held.row.owner_agency or held.row.owner_group)


def _of_escalations(case: _Case) -> Iterator[Running]:
    packs, on = case.asking.packs_then, case.asking.as_of
    c = table_of(EscalationStages).c
    settled = c.left_by.in_(("resolved", "withdrawn"))  # which answers it, as `stage_clock` has it
    owed = [or_(c.left_by.is_(None), not_(settled), c.left_on.is_(None), c.left_on > on)] if case.undone else []
    stages = case.rows(EscalationStages, "answered_on", also=owed)
    escalations = case.rows(EscalationTracker, references=[stage.reference for stage in stages])
    challenged = {held.reference: held.row.with_agency for held in escalations}
    for stage in stages:
        clock, left = stage_clock(stage.row, packs), known_day(stage.row.left_on)
        over = left is not None and left <= on and stage.row.answered_on is None and stage.row.left_by == "advanced"
        if over and state(clock, left or on) == "running":
            continue  # it went up in time and unanswered, so nothing is owed here any more
        told_on = left if over else None
        owed_by = challenged.get(stage.reference)
        yield from _running(stage, clock, part=str(stage.row.stage), owed_by=owed_by, on=told_on)


def action_clocks(row: ActionRow) -> Iterator[Clock]:
    """Against the present due day and, where that is another, the first; none of an action that was let go undone."""
    if row.closed_kind is not None and row.completed_on is None:
        return
    yield action_due(row.due_on, row.completed_on)
    if row.original_due_on != row.due_on:
        yield action_due_at_first(row.original_due_on, row.completed_on)


def _of_returns(case: _Case) -> Iterator[Running]:
    for asked in case.rows(AuditReturns, "returned_on"):
        row = asked.row
        yield from _running(asked, audit_return(row.deadline, row.returned_on), part=row.body, owed_by=row.body)
        if row.final_deadline is not None:
            clock = audit_return_at_last(row.final_deadline, row.returned_on)
            yield from _running(asked, clock, part=row.body, owed_by=row.body)


def _of_reports(case: _Case) -> Iterator[Running]:
    packs = case.asking.packs_then
    yearly = [held for held in case.rows(PublishedReports) if held.row.kind == "annual"]
    for held in yearly:
        yield from _running(held, circulate_7d(packs, held.row.published_on, _sent_to_both(held.row)), part=held.key)
    first = sorted((held for held in yearly if held.row.edition == 1), key=lambda held: held.row.published_on)
    for held, following in zip_longest(first, first[1:]):
        next_on = None if following is None else following.row.published_on
        yield from _running(held, yearly_report_12m(packs, held.row.published_on, next_on))
        ended = days_of(held.row.period)[1]
        yield from _running(held, yearly_report_by(packs, ended, held.row.published_on))
    if first:
        yield from _next_year(case, max(first, key=lambda held: held.row.period))


def _next_year(case: _Case, last: Held[PublishedRow]) -> Iterator[Running]:
    """The year after the latest that was told of: its report has no record yet, and is due all the same."""
    period = next_year(last.row.period)
    clock = yearly_report_by(case.asking.packs_then, days_of(period)[1])
    afterwards = last.row.retrospective
    yield Running("report", reference_of("annual", period), clock, entries_of(last), retrospective=afterwards)


def _sent_to_both(row: PublishedRow) -> date | None:
    if row.panel_on is None or row.foundations_on is None:
        return None
    return max(row.panel_on, row.foundations_on)


OF_A_KIND: Mapping[str, Callable[[_Case], Iterator[Running]]] = {
    "notification": _notifications,
    "rapid-review": _rapid_reviews,
    "panel-reply": _panel_replies,
    "reviews": _of_reviews,
    "reports": _of_reports,
}
