"""Statutory and agreed clocks: when something falls due under the packs in force when the clock started. CLOCKS lists every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeVar

from ledger.domain.adoption import Packs
from ledger.domain.calendar import london_day
from ledger.domain.clock import Clock, Moment, State, Unit, days_left, state
from ledger.domain.counting import COUNTED, Count, hours, unset
from ledger.domain.fields import DayOrNotStated
from ledger.domain.packs import ResponseTime, RuleValue

__all__ = (
    "CLOCKS", "Clock", "ClockKind", "Moment", "State", "Unit", "action_due", "action_due_at_first", "advance_copy_7wd",
    "audit_return", "audit_return_at_last", "circulate_7d", "days_left", "escalation_stage", "lcspr_6m", "panel_reply",
    "rapid_review_15wd", "sin_5wd", "state", "yearly_report_12m", "yearly_report_by",
)  # fmt: skip

S = TypeVar("S", bound=Callable[..., Clock])
PackOfClocks = Literal["regime", "escalation-ladder"]


@dataclass(frozen=True)
class ClockKind:
    """One kind of clock as everything that lists them needs it; the sentence of `sets` says what it is.

    `starts` and `met` say in words what starts it and what meets it, `owed_by` whose duty it is. `pack` is the kind of pack that says how long, None
    where the record itself has the day; `limit` is where in a regime the time stands, and `count` what it is counted in.
    """

    name: str
    rule: str
    starts: str
    met: str
    owed_by: str
    sets: Callable[..., Clock]
    pack: PackOfClocks | None
    limit: str
    count: Count

    @property
    def sentence(self) -> str:
        return " ".join((self.sets.__doc__ or "").partition("\n\n")[0].split())


CLOCKS: dict[str, ClockKind] = {}


def clock(
    name: str, rule: str, *, starts: str, met: str, owed_by: str,
    pack: PackOfClocks | None = None, limit: str = "", count: Count = "days",
) -> Callable[[S], S]:  # fmt: skip
    """Decorator: register the function that sets a kind of clock. TypeError if the name is taken or it has no sentence."""

    def register(sets: S) -> S:
        made = ClockKind(name, rule, starts, met, owed_by, sets, pack, limit, count)
        if name in CLOCKS or not made.sentence:
            raise TypeError(f"the clock {name} is registered twice, or has no sentence")
        CLOCKS[name] = made
        return sets

    return register


@clock(
    "notification", "WT-SIN-5WD", pack="regime", limit="notify_within_wd", count="working-days",
    starts="the day the authority became aware: `known_on` of incident.reported",
    met="the day the notification was sent: incident.notified",
    owed_by="the local authority",
)  # fmt: skip
def sin_5wd(packs: Packs, known_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """A serious incident is notified in time after the day the authority became aware of it."""
    return _statutory("notification", packs, known_on, sent_on)


@clock(
    "rapid-review", "WT-RR-15WD", pack="regime", limit="rapid_review_within_wd", count="working-days",
    starts="the day the notification was sent: incident.notified",
    met="the day the review was first sent to the Panel: rapid-review.submitted",
    owed_by="the safeguarding partners",
)  # fmt: skip
def rapid_review_15wd(packs: Packs, notified_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """A rapid review goes to the Panel in time after the day the notification was sent."""
    return _statutory("rapid-review", packs, notified_on, sent_on)


@clock(
    "panel-reply", "RR-PANEL-REPLY", pack="regime", limit="panel_reply_wd", count="working-days",
    starts="the day the rapid review was last sent: rapid-review.submitted",
    met="the day the Panel replied: rapid-review.panel-replied",
    owed_by="the national Panel",
)  # fmt: skip
def panel_reply(packs: Packs, submitted_on: DayOrNotStated, replied_on: DayOrNotStated | None = None) -> Clock:
    """The Panel replies to a rapid review within a target that nobody has confirmed."""
    return _statutory("panel-reply", packs, submitted_on, replied_on)


@clock(
    "publication", "LCSPR-6M", pack="regime", limit="lcspr_months", count="months",
    starts="the day it was decided to begin the review: `decided_on` of review.commissioned",
    met="the day the report, or its improvements alone, were published: review.published",
    owed_by="the safeguarding partners",
)  # fmt: skip
def lcspr_6m(packs: Packs, decided_on: DayOrNotStated, published_on: DayOrNotStated | None = None) -> Clock:
    """A practice review is published in time after the decision to begin it; a pause explains a delay and does not stop the clock."""
    return _statutory("publication", packs, decided_on, published_on)


@clock(
    "advance-copy", "LCSPR-7WD", pack="regime", limit="advance_copy_wd", count="working-days-before",
    starts="the day of publication, counted back from: review.published",
    met="the day the full report was sent ahead: review.shared-with-panel",
    owed_by="the safeguarding partners",
)  # fmt: skip
def advance_copy_7wd(packs: Packs, published_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """The full report goes to the Panel and the Secretary of State well before it is published."""
    return _statutory("advance-copy", packs, published_on, sent_on)


@clock(
    "yearly-report", "YR-12M", pack="regime", limit="yearly_report_months", count="months",
    starts="the day the yearly report before was first published: report.published",
    met="the day the next was first published: report.published",
    owed_by="the safeguarding partners",
)  # fmt: skip
def yearly_report_12m(packs: Packs, last_on: DayOrNotStated, next_on: DayOrNotStated | None = None) -> Clock:
    """A yearly report follows the one before within twelve months."""
    return _statutory("yearly-report", packs, last_on, next_on)


@clock(
    "yearly-report-after-year", "YR-SEPT", pack="regime", limit="yearly_report_after_months", count="months",
    starts="31 March, on which the reporting year ends",
    met="the day its report was first published: report.published",
    owed_by="the safeguarding partners",
)  # fmt: skip
def yearly_report_by(packs: Packs, year_ended_on: date, published_on: DayOrNotStated | None = None) -> Clock:
    """The yearly report is out soon enough after the year it tells of, where the guidance in force sets a time."""
    return _statutory("yearly-report-after-year", packs, year_ended_on, published_on)


@clock(
    "circulation", "YR-7D", pack="regime", limit="circulate_within_days", count="days",
    starts="the day the yearly report was published: report.published",
    met="the day a copy had gone to both the Panel and Foundations: report.circulated",
    owed_by="the safeguarding partners",
)  # fmt: skip
def circulate_7d(packs: Packs, published_on: DayOrNotStated, sent_on: DayOrNotStated | None = None) -> Clock:
    """A copy of the yearly report goes to the Panel and the What Works Centre, in calendar days."""
    return _statutory("circulation", packs, published_on, sent_on)


@clock(
    "escalation-stage", "ESC-CFG", pack="escalation-ladder",
    starts="the entry to the stage, or to the one before where the ladder says so: escalation.raised, escalation.advanced",
    met="the stage's first answer, or the end of the matter: escalation.responded, escalation.resolved, escalation.called-off",
    owed_by="the agency that is challenged",
)  # fmt: skip
def escalation_stage(
    packs: Packs, entered_on: Moment, responded_on: Moment | None, stage: int, before: Moment | None = None
) -> Clock:
    """A stage of the ladder answers in the time its procedure gives, where it gives one.

    Stage 1 is the lowest. `before` is the entry to the stage before, None where the escalation entered here. A stage whose
    response time is in hours needs the instants; by a day alone it cannot be told. The ladder is the one in force when the
    stage was entered.
    """
    clock = _begun("escalation-stage", _day(entered_on), _day(responded_on))
    if clock.started is None:
        return clock
    ladder = packs.escalation_ladder(clock.started)
    if ladder is None:
        return unset(clock, f"No escalation ladder was in force on {clock.started}.")
    clock = replace(clock, pack=ladder.reference)
    step = ladder.stage(stage)
    if step is None or step.response is None:
        return unset(clock, f"{ladder.reference} sets no response time for stage {stage}.")
    since = entered_on if step.response.clock_start == "stage-entered" else before
    if since is None:
        return unset(
            clock, f"{ladder.reference} counts stage {stage} from the entry to the stage before; there was none."
        )
    return _answer_owed(packs, clock, step.response, since, responded_on)


@clock(
    "action", "ACT-DERIVE",
    starts="the action's present due day: action.raised, action.rescheduled",
    met="the day it was completed: action.completed",
    owed_by="the owner of the action",
)  # fmt: skip
def action_due(due_on: DayOrNotStated | None, completed_on: DayOrNotStated | None = None) -> Clock:
    """An action is completed by its present due day; overdue is computed from it, never typed in."""
    return _own_day("action", due_on, completed_on, "The action has no due date.")


@clock(
    "action-at-first", "ACT-DATES",
    starts="the due day the action was raised with: action.raised",
    met="the day it was completed: action.completed",
    owed_by="the owner of the action",
)  # fmt: skip
def action_due_at_first(due_on: DayOrNotStated | None, completed_on: DayOrNotStated | None = None) -> Clock:
    """An action is completed by the due day it was raised with, however often it was put off since."""
    return _own_day("action-at-first", due_on, completed_on, "The action had no due date.")


@clock(
    "audit-return", "S175-RATE",
    starts="the first deadline of the return: audit.issued",
    met="the day the body returned it: audit.return-received",
    owed_by="the body that was asked",
)  # fmt: skip
def audit_return(deadline: DayOrNotStated | None, returned_on: DayOrNotStated | None = None) -> Clock:
    """A body returns an audit's tool by the first deadline it was given."""
    return _own_day("audit-return", deadline, returned_on, "The audit has no deadline.")


@clock(
    "audit-return-at-last", "S175-RATE",
    starts="the final deadline of the return: audit.issued",
    met="the day the body returned it: audit.return-received",
    owed_by="the body that was asked",
)  # fmt: skip
def audit_return_at_last(deadline: DayOrNotStated | None, returned_on: DayOrNotStated | None = None) -> Clock:
    """A body returns an audit's tool by the final deadline, where there is one after the first."""
    return _own_day("audit-return-at-last", deadline, returned_on, "The audit has no final deadline.")


def _begun(name: str, started: DayOrNotStated | None, met_on: DayOrNotStated | None) -> Clock:
    day = started if isinstance(started, date) else None
    note = "The day it started is not stated." if day is None else ""
    return Clock(CLOCKS[name].rule, started=day, met_on=met_on, note=note, undue="cannot-tell", name=name)


def _own_day(name: str, due_on: DayOrNotStated | None, met_on: DayOrNotStated | None, without: str) -> Clock:
    """A clock whose day stands on the record itself: no pack sets it."""
    clock = replace(_begun(name, None, met_on), unit="days", note="", source="the record itself")
    if due_on is None:
        return unset(clock, without)
    if not isinstance(due_on, date):
        return replace(clock, note="The due date is not stated.")
    return replace(clock, due=due_on, undue=None)


def _statutory(name: str, packs: Packs, started: DayOrNotStated, met_on: DayOrNotStated | None) -> Clock:
    clock, kind = _begun(name, started, met_on), CLOCKS[name]
    if clock.started is None:
        return clock
    regime = packs.regime(clock.started)
    if regime is None:
        return unset(clock, f"No regime was in force on {clock.started}.")
    allowed: RuleValue | None = getattr(regime, kind.limit)
    if allowed is None:
        return unset(replace(clock, pack=regime.reference), f"{regime.reference} sets no time for it.")
    return COUNTED[kind.count](packs, _allowed(clock, regime.reference, allowed), allowed.value)


def _answer_owed(packs: Packs, clock: Clock, allowed: ResponseTime, since: Moment, responded: Moment | None) -> Clock:
    clock = _allowed(_begun(clock.name, _day(since), clock.met_on), clock.pack, allowed)
    if clock.started is None:
        return clock
    if allowed.unit == "hours":
        return hours(clock, allowed.value, since, responded)
    return COUNTED[allowed.unit](packs, clock, allowed.value)


def _allowed(clock: Clock, pack: str | None, allowed: RuleValue | ResponseTime) -> Clock:
    """The clock with the pack and the source of the time allowed, and a word of caution where nobody has confirmed it."""
    sure = allowed.confidence == "confirmed"
    note = clock.note or ("" if sure else f"The time allowed in {pack} is {allowed.confidence.replace('-', ' ')}.")
    return replace(clock, pack=pack, source=allowed.source, confidence=allowed.confidence, note=note)


def _day(moment: Moment | None) -> DayOrNotStated | None:
    return london_day(moment) if isinstance(moment, datetime) else moment
