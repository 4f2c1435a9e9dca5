"""When clocks fall due and how they stand on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.adoption import Adoption, Packs, Shelf
from ledger.domain.calendar import LONDON
from ledger.domain.clocks import (
    CLOCKS,
    Clock,
    action_due,
    action_due_at_first,
    advance_copy_7wd,
    audit_return,
    audit_return_at_last,
    circulate_7d,
    clock,
    days_left,
    escalation_stage,
    lcspr_6m,
    panel_reply,
    rapid_review_15wd,
    sin_5wd,
    state,
    yearly_report_12m,
    yearly_report_by,
)
from ledger.domain.packs import Calendar, EscalationLadder, Pack, Regime, ResponseTime
from ledger.regimes import load_shelf

SHELF = load_shelf()
P = TypeVar("P", bound=Pack)


def shipped(cls: type[P], name: str) -> P:
    pack = SHELF.get(name, 1)
    assert isinstance(pack, cls)
    return pack


WT18 = shipped(Regime, "wt18")
CALENDAR = shipped(Calendar, "england-and-wales")
LADDER = shipped(EscalationLadder, "pan-cheshire-unverified")


def adoption(pack: Pack, from_date: date, position: int) -> Adoption:
    return Adoption(pack.kind, pack.id, pack.version, pack.sha256, from_date, position)


def under(*more: tuple[Pack, date]) -> Packs:
    """The guidance of 2018, the calendar and the Pan-Cheshire ladder from 2014, and further packs from their own days."""
    first = [adoption(pack, date(2014, 1, 1), n) for n, pack in enumerate((WT18, CALENDAR, LADDER), start=1)]
    later = [adoption(pack, day, n) for n, (pack, day) in enumerate(more, start=100)]
    return Packs(
        Shelf.of({pack.reference: pack for pack in (*SHELF, *(pack for pack, _ in more))}.values()), (*first, *later)
    )


PACKS = under()


def ladder_allowing(value: int, unit: str) -> EscalationLadder:
    response = ResponseTime.model_validate(
        {"value": value, "unit": unit, "clock_start": "stage-entered", "source": "a test", "confidence": "confirmed"}
    )
    stages = (LADDER.stages[0].model_copy(update={"response": response}), *LADDER.stages[1:])
    return LADDER.model_copy(update={"version": 2, "sha256": "2" * 64, "stages": stages})


def test_a_notification_is_due_five_working_days_after_the_authority_knew():
    clock = sin_5wd(PACKS, date(2019, 12, 19))
    assert (clock.name, clock.rule, clock.started) == ("notification", "WT-SIN-5WD", date(2019, 12, 19))
    assert (clock.due, clock.pack, clock.calendar) == (date(2019, 12, 30), "wt18@1", "england-and-wales@1")
    assert (clock.source, clock.confidence) == (WT18.notify_within_wd.source, "confirmed")


def test_a_rapid_review_is_due_fifteen_working_days_after_the_notification():
    assert rapid_review_15wd(PACKS, date(2022, 9, 9)).due == date(2022, 10, 3)


def test_a_practice_review_is_due_six_months_after_the_decision():
    clock = lcspr_6m(PACKS, date(2021, 8, 31))
    assert clock.due == date(2022, 2, 28)
    assert days_left(clock, date(2022, 2, 1)) == 27
    assert days_left(clock, date(2022, 3, 30)) == -30


def test_an_advance_copy_is_due_seven_working_days_before_publication():
    published = date(2019, 12, 2)
    clock = advance_copy_7wd(PACKS, published, date(2019, 11, 21))
    assert clock.due == date(2019, 11, 21)
    assert state(clock, published) == "met"
    assert state(advance_copy_7wd(PACKS, published, date(2019, 11, 22)), published) == "met-late"
    assert state(advance_copy_7wd(PACKS, published), published) == "breached"
    assert state(advance_copy_7wd(PACKS, published), date(2019, 11, 20)) == "running"
    assert "unconfirmed" in clock.note


def test_seven_days_to_circulate_the_yearly_report_are_calendar_days():
    assert circulate_7d(PACKS, date(2021, 2, 8)).due == date(2021, 2, 15)


def test_the_target_for_the_panel_s_reply_says_that_it_is_unconfirmed():
    clock = panel_reply(PACKS, date(2022, 9, 9))
    assert clock.due == date(2022, 10, 3)
    assert clock.note == "The time allowed in wt18@1 is unconfirmed."


@pytest.mark.parametrize(
    ("sent", "on", "expected", "left"),
    [
        (None, date(2019, 12, 18), "not-begun", 6),
        (None, date(2019, 12, 19), "running", 5),
        (None, date(2019, 12, 25), "running", 2),
        (None, date(2019, 12, 30), "running", 0),
        (None, date(2019, 12, 31), "breached", -1),
        (None, date(2020, 1, 2), "breached", -2),
        (date(2019, 12, 30), date(2019, 12, 29), "running", 1),
        (date(2019, 12, 30), date(2019, 12, 30), "met", 0),
        (date(2019, 12, 20), date(2020, 6, 1), "met", 4),
        (date(2020, 1, 3), date(2020, 1, 2), "breached", -2),
        (date(2020, 1, 3), date(2020, 1, 3), "met-late", -3),
        (date(2020, 1, 3), date(2021, 1, 3), "met-late", -3),
        ("not-stated", date(2020, 1, 3), "cannot-tell", None),
    ],
)
def test_the_state_is_true_of_any_day(sent, on, expected, left):
    clock = sin_5wd(PACKS, date(2019, 12, 19), sent)
    assert state(clock, on) == expected
    assert days_left(clock, on) == left


def test_a_clock_whose_start_is_not_stated_cannot_be_told():
    clock = sin_5wd(PACKS, "not-stated", date(2019, 12, 20))
    assert (clock.due, state(clock, date(2020, 1, 1)), days_left(clock, date(2020, 1, 1))) == (
        None,
        "cannot-tell",
        None,
    )
    assert clock.note == "The day it started is not stated."


def test_without_a_pack_in_force_no_clock_is_set():
    late = Packs(SHELF, (adoption(WT18, date(2018, 7, 4), 1),))
    before = sin_5wd(late, date(2018, 6, 1))
    assert state(before, date(2020, 1, 1)) == "no-clock-set"
    assert before.note == "No regime was in force on 2018-06-01."
    without_calendar = sin_5wd(late, date(2019, 6, 3))
    assert state(without_calendar, date(2020, 1, 1)) == "no-clock-set"
    assert without_calendar.pack == "wt18@1"
    assert state(lcspr_6m(late, date(2019, 6, 3)), date(2020, 1, 1)) == "breached"


def test_a_clock_runs_under_the_pack_in_force_when_it_started():
    ten = WT18.notify_within_wd.model_copy(update={"value": 10})
    later = WT18.model_copy(update={"version": 2, "sha256": "2" * 64, "notify_within_wd": ten})
    packs = under((later, date(2019, 12, 20)))
    assert (sin_5wd(packs, date(2019, 12, 19)).pack, sin_5wd(packs, date(2019, 12, 19)).due) == (
        "wt18@1",
        date(2019, 12, 30),
    )
    assert (sin_5wd(packs, date(2019, 12, 20)).pack, sin_5wd(packs, date(2019, 12, 20)).due) == (
        "wt18@2",
        date(2020, 1, 8),
    )


LATER = (
    WT18.model_copy(update={"version": 2, "sha256": "2" * 64, "notify_within_wd": WT18.panel_reply_wd}),
    CALENDAR.model_copy(update={"version": 2, "sha256": "3" * 64, "holidays": CALENDAR.holidays | {date(2020, 7, 1)}}),
    ladder_allowing(2, "working-days").model_copy(update={"sha256": "4" * 64}),
)


@given(
    st.sampled_from([kind for kind in CLOCKS.values() if kind.pack]),
    st.dates(date(2019, 1, 1), date(2021, 1, 1)),
    st.integers(min_value=1, max_value=400),
    st.sets(st.sampled_from(LATER), min_size=1),
)
def test_a_pack_adopted_from_a_later_day_changes_no_clock_that_had_started(kind, started, days, packs):
    more = (None, 1) if kind.pack == "escalation-ladder" else ()
    later = under(*((pack, started + timedelta(days=days)) for pack in packs))
    assert kind.sets(later, started, *more) == kind.sets(PACKS, started, *more)


def test_a_newly_proclaimed_day_moves_clocks_from_the_day_its_calendar_was_adopted_from():
    proclaimed = CALENDAR.holidays | {date(2019, 12, 27)}
    later = CALENDAR.model_copy(update={"version": 2, "sha256": "2" * 64, "holidays": proclaimed})
    packs = under((later, date(2019, 12, 20)))
    assert (sin_5wd(packs, date(2019, 12, 19)).calendar, sin_5wd(packs, date(2019, 12, 19)).due) == (
        "england-and-wales@1",
        date(2019, 12, 30),
    )
    assert (sin_5wd(packs, date(2019, 12, 20)).calendar, sin_5wd(packs, date(2019, 12, 20)).due) == (
        "england-and-wales@2",
        date(2020, 1, 2),
    )


def test_a_deadline_beyond_the_calendar_is_not_guessed():
    clock = sin_5wd(PACKS, date(2028, 12, 27))
    assert state(clock, date(2028, 12, 28)) == "cannot-tell"
    assert "2014 to 2028" in clock.note
    in_time = sin_5wd(PACKS, date(2028, 12, 1))
    assert (state(in_time, date(2029, 2, 1)), days_left(in_time, date(2029, 2, 1))) == ("breached", None)


def test_the_shipped_ladder_sets_no_clock_at_any_stage():
    for stage in range(1, 7):
        clock = escalation_stage(PACKS, date(2019, 6, 3), date(2019, 9, 3), stage)
        assert state(clock, date(2020, 1, 1)) == "no-clock-set"
        assert clock.note == f"pan-cheshire-unverified@1 sets no response time for stage {stage}."


def test_a_stage_with_working_days_runs_like_any_clock():
    packs = under((ladder_allowing(2, "working-days"), date(2019, 1, 1)))
    clock = escalation_stage(packs, date(2019, 12, 24), date(2019, 12, 30), 1)
    assert clock.due == date(2019, 12, 30)
    assert clock.pack == "pan-cheshire-unverified@2"
    assert state(clock, date(2019, 12, 30)) == "met"
    assert state(escalation_stage(packs, "not-stated", None, 1), date(2019, 12, 30)) == "cannot-tell"


def test_a_stage_may_be_counted_from_the_entry_to_the_stage_before():
    packs = under((shipped(EscalationLadder, "lincolnshire"), date(2019, 1, 1)))
    raised, advanced = date(2019, 6, 3), date(2019, 6, 5)
    clock = escalation_stage(packs, advanced, None, 2, raised)
    assert (clock.started, clock.due) == (raised, date(2019, 6, 10))
    assert clock.note == "The time allowed in lincolnshire@1 is partly confirmed."
    assert escalation_stage(packs, advanced, None, 3, raised).due == date(2019, 6, 7)
    first = escalation_stage(packs, advanced, None, 2)
    assert state(first, advanced) == "no-clock-set"
    assert first.note.endswith("counts stage 2 from the entry to the stage before; there was none.")
    assert state(escalation_stage(packs, advanced, None, 2, "not-stated"), advanced) == "cannot-tell"


def test_a_stage_may_be_counted_in_calendar_days():
    packs = under((shipped(EscalationLadder, "st-helens-2016"), date(2019, 1, 1)))
    friday = date(2019, 6, 7)
    clock = escalation_stage(packs, friday, date(2019, 6, 10), 2)
    assert (clock.due, clock.unit, state(clock, date(2019, 6, 10))) == (date(2019, 6, 8), "days", "met-late")
    assert escalation_stage(packs, friday, None, 4).due == date(2019, 6, 14)
    assert state(escalation_stage(packs, friday, None, 5), friday) == "no-clock-set"


def test_a_blank_ladder_sets_no_clock():
    packs = under((shipped(EscalationLadder, "blank-ladder"), date(2019, 1, 1)))
    clock = escalation_stage(packs, date(2019, 6, 3), None, 1)
    assert clock.note == "blank-ladder@1 sets no response time for stage 1."


def test_a_stage_in_hours_is_judged_by_the_instant():
    packs = under((ladder_allowing(24, "hours"), date(2019, 1, 1)))
    entered = datetime(2020, 3, 28, 12, 0, tzinfo=UTC)
    due = entered + timedelta(hours=24)
    for answered, expected in [(due, "met"), (due + timedelta(seconds=1), "met-late")]:
        clock = escalation_stage(packs, entered, answered, 1)
        assert clock.due == date(2020, 3, 29)
        assert state(clock, date(2020, 3, 29)) == expected
        assert state(clock, date(2020, 3, 28)) == "running"
    unanswered = escalation_stage(packs, entered, None, 1)
    assert state(unanswered, date(2020, 3, 28)) == "running"
    assert days_left(unanswered, date(2020, 3, 28)) == 12
    assert state(unanswered, date(2020, 3, 29)) == "breached"
    assert days_left(unanswered, date(2020, 3, 29)) == -11


def test_twenty_four_hours_over_the_night_the_clocks_go_forward_are_twenty_four_hours():
    packs = under((ladder_allowing(24, "hours"), date(2019, 1, 1)))
    clock = escalation_stage(packs, datetime(2020, 3, 28, 12, 0, tzinfo=LONDON), None, 1)
    assert clock.due_at == datetime(2020, 3, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entered", "answered"),
    [(date(2020, 3, 27), None), (datetime(2020, 3, 27, 12, tzinfo=UTC), date(2020, 3, 28))],
)
def test_a_stage_in_hours_cannot_be_told_by_the_day(entered, answered):
    packs = under((ladder_allowing(24, "hours"), date(2019, 1, 1)))
    assert state(escalation_stage(packs, entered, answered, 1), date(2020, 4, 1)) == "cannot-tell"


def test_an_action_is_overdue_by_its_own_date():
    due = date(2020, 1, 31)
    assert state(action_due(due), due) == "running"
    assert (state(action_due(due), date(2020, 2, 2)), days_left(action_due(due), date(2020, 2, 2))) == ("breached", -2)
    assert state(action_due(due, due), date(2020, 2, 2)) == "met"
    assert state(action_due("not-stated"), due) == "cannot-tell"
    assert state(action_due(None), due) == "no-clock-set"


def test_a_due_day_that_was_put_off_has_a_clock_of_its_own():
    first, present, done = date(2020, 1, 31), date(2020, 3, 31), date(2020, 3, 2)
    assert state(action_due(present, done), done) == "met"
    assert (state(action_due_at_first(first, done), done), action_due_at_first(first).rule) == ("met-late", "ACT-DATES")


def test_a_return_is_measured_against_both_deadlines():
    first, final, given = date(2020, 1, 31), date(2020, 2, 28), date(2020, 2, 3)
    assert state(audit_return(first, given), given) == "met-late"
    assert state(audit_return_at_last(final, given), given) == "met"
    assert state(audit_return_at_last(None, given), given) == "no-clock-set"


def test_a_yearly_report_follows_within_twelve_months():
    clock = yearly_report_12m(PACKS, date(2020, 2, 29))
    assert (clock.due, clock.unit) == (date(2021, 2, 28), "days")
    assert state(clock, date(2021, 3, 1)) == "breached"


def test_only_the_later_guidance_says_by_when_a_year_is_told():
    wt23 = shipped(Regime, "wt23")
    packs = under((wt23, date(2023, 12, 15)))
    before, after = yearly_report_by(packs, date(2020, 3, 31)), yearly_report_by(packs, date(2024, 3, 31))
    assert (state(before, date(2021, 3, 1)), before.note) == ("no-clock-set", "wt18@1 sets no time for it.")
    assert (after.due, after.confidence) == (date(2024, 9, 30), "unconfirmed")


@pytest.mark.parametrize(
    "kind", [kind for kind in CLOCKS.values() if kind.pack == "regime"], ids=lambda kind: kind.name
)
def test_the_time_a_regime_allows_is_cited_under_the_clock_s_own_rule(kind):
    for pack in SHELF:
        if isinstance(pack, Regime) and (allowed := getattr(pack, kind.limit)) is not None:
            assert allowed.rule == kind.rule
            assert allowed.confidence == "confirmed" or pack.confidence != "confirmed"


def test_a_clock_is_registered_once_and_with_its_sentence():
    def nameless() -> Clock:
        raise AssertionError

    for name in ("notification", "another"):
        with pytest.raises(TypeError, match="registered twice, or has no sentence"):
            clock(name, "WT-SIN-5WD", starts="x", met="y", owed_by="z")(nameless)


def test_a_clock_has_a_due_day_or_says_why_not():
    with pytest.raises(ValueError, match="never both"):
        Clock("WT-SIN-5WD")
    with pytest.raises(ValueError, match="never both"):
        Clock("WT-SIN-5WD", due=date(2020, 1, 1), undue="cannot-tell")


@given(
    st.dates(date(2015, 1, 1), date(2027, 1, 1)),
    st.none() | st.integers(min_value=0, max_value=40),
    st.integers(min_value=0, max_value=40),
)
def test_state_and_days_left_never_contradict_each_other(known, sent_after, asked_after):
    sent = None if sent_after is None else known + timedelta(days=sent_after)
    clock = sin_5wd(PACKS, known, sent)
    on = known + timedelta(days=asked_after)
    left = days_left(clock, on)
    assert left is not None
    match state(clock, on):
        case "running":
            assert left >= 0
            assert sent is None or on < sent
        case "breached":
            assert left <= 0
            assert sent is None or on < sent
        case "met":
            assert left >= 0
            assert sent is not None
            assert sent <= on
        case "met-late":
            assert left <= 0
            assert sent is not None
            assert sent <= on
        case other:
            pytest.fail(f"a clock with both days known says {other}")


@given(st.dates(date(2015, 1, 1), date(2027, 1, 1)), st.integers(min_value=0, max_value=60))
def test_once_breached_a_clock_is_never_met_in_time(known, sent_after):
    clock = sin_5wd(PACKS, known, known + timedelta(days=sent_after))
    told = [state(clock, known + timedelta(days=n)) for n in range(70)]
    assert told == sorted(told, key=["running", "breached", "met", "met-late"].index)
    assert not {"breached", "met"} <= set(told)
