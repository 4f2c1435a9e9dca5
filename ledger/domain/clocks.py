"""Statutory and agreed clocks: when something fell due under the packs in force when the clock started, and how it stands on a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from ledger.domain.adoption import Packs
from ledger.domain.calendar import BeyondCalendar, WorkingDays, add_months, london_day, start_of_day
from ledger.domain.fields import NOT_STATED, DayOrNotStated, NotStated
from ledger.domain.packs import Confidence, Regime, ResponseTime, RuleValue

State = Literal["not-begun", "running", "met", "met-late", "breached", "no-clock-set", "cannot-tell"]
Unit = Literal["working-days", "days", "hours"]
Moment = date | datetime | NotStated
"""A day, an instant where the hour is recorded, or 'not-stated'."""


@dataclass(frozen=True)
class Clock:
    """One clock: what started it, when it falls due, when it was met.

    `due` is the last day in time; None where `undue` says why there is none. `met_on` is None until it is met and
    'not-stated' when it was met on a day nobody gives. `pack` and `calendar` cite the packs it was set under
    (`wt18@1`). `unit` is that of days_left; a clock of hours also keeps its instants.
    """

    rule: str
    started: date | None = None
    due: date | None = None
    met_on: DayOrNotStated | None = None
    pack: str | None = None
    calendar: str | None = None
    note: str = ""
    unit: Unit = "working-days"
    undue: Literal["no-clock-set", "cannot-tell"] | None = None
    working_days: WorkingDays | None = field(default=None, repr=False, compare=False)
    due_at: datetime | None = None
    met_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.due is None) is (self.undue is None):
            raise ValueError("A clock has a due day or says why it has none, and never both.")


def state(clock: Clock, on: date) -> State:
    """How the clock stands at the end of a day; true of any day, past or future, by what the clock holds."""
    if clock.due is None:
        return clock.undue or "cannot-tell"
    if clock.started and on < clock.started <= clock.due:
        return "not-begun"
    if clock.met_on == NOT_STATED:
        return "cannot-tell"
    if clock.met_on is not None and clock.met_on <= on:
        return "met-late" if _late(clock, clock.met_on) else "met"
    return "breached" if _late(clock, on) else "running"


def _late(clock: Clock, day: date) -> bool:
    """Whether the clock had run out by the end of the day, or by the instant it was met on that day."""
    if clock.due_at is None:
        return clock.due is not None and day > clock.due
    return _instant(clock, day) > clock.due_at


def _instant(clock: Clock, day: date) -> datetime:
    if clock.met_at is not None and clock.met_on == day:
        return clock.met_at
    return start_of_day(day + timedelta(days=1))


def days_left(clock: Clock, on: date) -> int | None:
    """Whole units of the clock left at the end of a day, or when it was met if that was earlier; negative once over.

    Clocks of months are told in calendar days. None where it cannot be told.
    """
    if clock.due is None or clock.met_on == NOT_STATED:
        return None
    day = min(on, clock.met_on) if isinstance(clock.met_on, date) else on
    if clock.due_at is not None:
        return (clock.due_at - _instant(clock, day)) // timedelta(hours=1)
    if clock.working_days is None:
        return (clock.due - day).days
    try:
        return clock.working_days.between(day, clock.due)
    except BeyondCalendar:
        return None


def sin_5wd(packs: Packs, known_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """Notification of a serious incident, from the day the authority became aware (WT-SIN-5WD)."""
    return _statutory("WT-SIN-5WD", packs, known_on, sent_on)


def rapid_review_15wd(packs: Packs, notified_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """Rapid review sent to the Panel, from the day the notification was sent (WT-RR-15WD)."""
    return _statutory("WT-RR-15WD", packs, notified_on, sent_on)


def panel_reply(packs: Packs, submitted_on: DayOrNotStated, replied_on: DayOrNotStated | None = None) -> Clock:
    """The Panel's reply to a rapid review, a target nobody has confirmed (RR-PANEL-REPLY)."""
    return _statutory("RR-PANEL-REPLY", packs, submitted_on, replied_on)


def lcspr_6m(packs: Packs, decided_on: DayOrNotStated, published_on: DayOrNotStated | None = None) -> Clock:
    """Publication of a practice review, from the decision to initiate it; pauses do not stop it (LCSPR-6M)."""
    return _statutory("LCSPR-6M", packs, decided_on, published_on)


def advance_copy_7wd(packs: Packs, published_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """Full report to the Panel and the Secretary of State, counted back from publication (LCSPR-7WD)."""
    return _statutory("LCSPR-7WD", packs, published_on, sent_on)


def circulate_7d(packs: Packs, published_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """Copy of the yearly report to the Panel and the What Works Centre, in calendar days (YR-7D)."""
    return _statutory("YR-7D", packs, published_on, sent_on)


def escalation_stage(
    packs: Packs, entered_on: Moment, responded_on: Moment | None, stage: int, before: Moment | None = None
) -> Clock:
    """The answer owed at a stage of the ladder (1 is the lowest), from entry to it or to the stage before (ESC-CFG).

    `before` is that entry, None where the escalation entered here. A stage whose response time is in hours needs the
    instants; by a day alone it cannot be told. The ladder is the one in force when the stage was entered.
    """
    clock = _begun("ESC-CFG", _day(entered_on), _day(responded_on))
    if clock.started is None:
        return clock
    ladder = packs.escalation_ladder(clock.started)
    if ladder is None:
        return _unset(clock, f"No escalation ladder was in force on {clock.started}.")
    clock = replace(clock, pack=ladder.reference)
    step = ladder.stage(stage)
    if step is None or step.response is None:
        return _unset(clock, f"{ladder.reference} sets no response time for stage {stage}.")
    since = entered_on if step.response.clock_start == "stage-entered" else before
    if since is None:
        return _unset(
            clock, f"{ladder.reference} counts stage {stage} from the entry to the stage before; there was none."
        )
    return _answer_owed(packs, clock, step.response, since, responded_on)


def _answer_owed(packs: Packs, clock: Clock, allowed: ResponseTime, since: Moment, responded: Moment | None) -> Clock:
    began = _begun(clock.rule, _day(since), clock.met_on)
    clock = replace(began, pack=clock.pack)
    if clock.started is None:
        return clock
    clock = replace(clock, note=_caution(str(clock.pack), allowed.confidence))
    match allowed.unit:
        case "hours":
            return _hours(clock, allowed.value, since, responded)
        case "days":
            return _days(packs, clock, allowed.value)
        case "working-days":
            return _working_days(packs, clock, allowed.value)


def action_due(due_on: DayOrNotStated | None, completed_on: DayOrNotStated | None = None) -> Clock:
    """An action's own due day; overdue is computed from it, never typed in (ACT-DERIVE). No pack sets it."""
    clock = Clock("ACT-DERIVE", met_on=completed_on, unit="days", undue="cannot-tell")
    if due_on is None:
        return _unset(clock, "The action has no due date.")
    if not isinstance(due_on, date):
        return replace(clock, note="The due date is not stated.")
    return replace(clock, due=due_on, undue=None)


def _begun(rule: str, started: DayOrNotStated | None, met_on: DayOrNotStated | None) -> Clock:
    if isinstance(started, date):
        return Clock(rule, started, met_on=met_on, undue="cannot-tell")
    return Clock(rule, met_on=met_on, undue="cannot-tell", note="The day it started is not stated.")


def _statutory(rule: str, packs: Packs, started: DayOrNotStated, met_on: DayOrNotStated | None) -> Clock:
    clock = _begun(rule, started, met_on)
    if clock.started is None:
        return clock
    regime = packs.regime(clock.started)
    if regime is None:
        return _unset(clock, f"No regime was in force on {clock.started}.")
    limit, count = _STATUTORY[rule]
    allowed = limit(regime)
    clock = replace(clock, pack=regime.reference, note=_caution(regime.reference, allowed.confidence))
    return count(packs, clock, allowed.value)


def _unset(clock: Clock, note: str) -> Clock:
    return replace(clock, undue="no-clock-set", note=note)


def _caution(reference: str, confidence: Confidence) -> str:
    return "" if confidence == "confirmed" else f"The time allowed in {reference} is {confidence.replace('-', ' ')}."


def _working_days(packs: Packs, clock: Clock, n: int) -> Clock:
    start = _start(clock)
    calendar = packs.calendar(start)
    if calendar is None:
        return _unset(clock, f"No calendar of working days was in force on {start}.")
    clock = replace(clock, calendar=calendar.reference, working_days=calendar.working_days)
    try:
        return replace(clock, due=calendar.working_days.add(start, n), undue=None)
    except BeyondCalendar as beyond:
        return replace(clock, note=str(beyond))


def _working_days_before(packs: Packs, clock: Clock, n: int) -> Clock:
    return _working_days(packs, clock, -n)


def _months(packs: Packs, clock: Clock, n: int) -> Clock:
    return replace(clock, due=add_months(_start(clock), n), unit="days", undue=None)


def _days(packs: Packs, clock: Clock, n: int) -> Clock:
    return replace(clock, due=_start(clock) + timedelta(days=n), unit="days", undue=None)


def _hours(clock: Clock, hours: int, entered: Moment, responded: Moment | None) -> Clock:
    clock = replace(clock, unit="hours")
    if not isinstance(entered, datetime) or (isinstance(responded, date) and not isinstance(responded, datetime)):
        return replace(clock, note="The response time is in hours and an hour is not recorded.")
    # in UTC: an hour skipped by the clocks in March is not an hour given
    due_at = entered.astimezone(UTC) + timedelta(hours=hours)
    met_at = responded if isinstance(responded, datetime) else None
    return replace(clock, due=london_day(due_at), due_at=due_at, met_at=met_at, undue=None)


def _start(clock: Clock) -> date:
    assert clock.started is not None
    return clock.started


def _day(moment: Moment | None) -> DayOrNotStated | None:
    return london_day(moment) if isinstance(moment, datetime) else moment


_STATUTORY: dict[str, tuple[Callable[[Regime], RuleValue], Callable[[Packs, Clock, int], Clock]]] = {
    "WT-SIN-5WD": (lambda regime: regime.notify_within_wd, _working_days),
    "WT-RR-15WD": (lambda regime: regime.rapid_review_within_wd, _working_days),
    "RR-PANEL-REPLY": (lambda regime: regime.panel_reply_wd, _working_days),
    "LCSPR-6M": (lambda regime: regime.lcspr_months, _months),
    "LCSPR-7WD": (lambda regime: regime.advance_copy_wd, _working_days_before),
    "YR-7D": (lambda regime: regime.circulate_within_days, _days),
}
"""Where each clock finds its limit in a regime, and how that limit is counted."""
