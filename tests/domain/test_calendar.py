"""Working days, months and the days of Europe/London."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.calendar import BeyondCalendar, WorkingDays, add_months, london_day, start_of_day
from ledger.domain.packs import Calendar
from ledger.regimes import load_shelf


def shipped() -> WorkingDays:
    pack = load_shelf().get("england-and-wales", 1)
    assert isinstance(pack, Calendar)
    return pack.working_days


WORKING = shipped()
DAY = timedelta(days=1)

days = st.dates(date(2015, 1, 1), date(2027, 12, 31))
counts = st.integers(min_value=1, max_value=60)


def english_holidays() -> frozenset[date]:
    """As an independent package gives them for England."""
    return frozenset(oracle.country_holidays("GB", subdiv="ENG", years=range(2019, 2030)))


def counted_day_by_day(start: date, n: int, closed: frozenset[date]) -> date:
    """The slow way, on purpose: walk the days and count those worked."""
    day = start
    while n:
        day += DAY
        if day.strftime("%a") not in {"Sat", "Sun"} and day not in closed:
            n -= 1
    return day


def test_every_weekday_of_ten_years_is_worked_or_not_as_an_independent_package_says():
    closed = english_holidays()
    day = date(2019, 1, 1)
    while day.year < 2029:
        if day.weekday() < 5:
            assert WORKING.is_working(day) is (day not in closed), day
        day += DAY


@pytest.mark.parametrize("n", [5, 7, 15])
def test_deadlines_agree_with_counting_day_by_day(n, request):
    closed = english_holidays()
    step = 1 if request.config.getoption("--long", default=False) else 17
    for offset in range(0, 3653, step):
        start = date(2019, 1, 1) + offset * DAY
        due = counted_day_by_day(start, n, closed)
        if due.year > 2028:
            continue
        assert WORKING.add(start, n) == due, start
        assert WORKING.between(start, due) == n, start


@pytest.mark.parametrize(
    ("closed_on", "why"),
    [
        (date(2020, 5, 8), "moved from the fourth"),
        (date(2022, 6, 2), "moved from the thirtieth of May"),
        (date(2022, 6, 3), "jubilee"),
        (date(2022, 9, 19), "state funeral"),
        (date(2023, 5, 8), "coronation"),
        (date(2021, 12, 28), "for Boxing Day on a Sunday"),
    ],
)
def test_proclaimed_and_substitute_days_are_not_worked(closed_on, why):
    assert not WORKING.is_working(closed_on), why


def test_days_from_which_a_holiday_was_moved_away_are_worked():
    assert WORKING.is_working(date(2020, 5, 4))
    assert WORKING.is_working(date(2022, 5, 30))


def test_the_day_of_the_trigger_is_day_0():
    thursday = date(2019, 12, 19)
    assert WORKING.add(thursday, 0) == thursday
    assert WORKING.add(thursday, 1) == date(2019, 12, 20)
    assert WORKING.add(date(2019, 12, 21), 1) == date(2019, 12, 23)


def test_counting_back_skips_what_was_not_worked():
    assert WORKING.add(date(2019, 12, 30), -3) == date(2019, 12, 23)
    assert WORKING.add(date(2019, 12, 28), -1) == date(2019, 12, 27)


@given(days, counts)
def test_the_nth_working_day_is_worked_and_n_away(start, n):
    due = WORKING.add(start, n)
    assert WORKING.is_working(due)
    assert WORKING.between(start, due) == n
    assert WORKING.between(due, start) == -n


@given(days, counts)
def test_counting_back_and_forth_meets_on_a_worked_day(start, n):
    back = WORKING.add(start, -n)
    assert back < start
    assert WORKING.is_working(back)
    if WORKING.is_working(start):
        assert WORKING.add(back, n) == start


@given(days, days, days)
def test_stretches_of_days_add_up(first, second, third):
    assert WORKING.between(first, second) + WORKING.between(second, third) == WORKING.between(first, third)


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2029, 1, 2)])
def test_a_day_outside_the_years_covered_is_refused(day):
    for ask in (WORKING.is_working, lambda outside: WORKING.add(outside, 0)):
        with pytest.raises(BeyondCalendar, match="2014 to 2028"):
            ask(day)
    with pytest.raises(BeyondCalendar, match="2014 to 2028"):
        WORKING.between(date(2020, 1, 1), day)
    with pytest.raises(BeyondCalendar, match="2014 to 2028"):
        WORKING.between(day, date(2020, 1, 1))


@pytest.mark.parametrize(("day", "n"), [(date(2028, 12, 27), 5), (date(2014, 1, 3), -5), (date(2014, 1, 2), -1)])
def test_a_deadline_outside_the_years_covered_is_not_guessed(day, n):
    with pytest.raises(BeyondCalendar, match="2014 to 2028"):
        WORKING.add(day, n)


def test_a_calendar_without_holidays_covers_nothing():
    with pytest.raises(ValueError, match="at least one year"):
        WorkingDays(frozenset())


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2021, 8, 31), 6, date(2022, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 6, 30), 6, date(2019, 12, 30)),
        (date(2020, 1, 31), -2, date(2019, 11, 30)),
        (date(2020, 12, 15), 1, date(2021, 1, 15)),
    ],
)
def test_months_are_clamped_to_the_month_s_end(day, n, expected):
    assert add_months(day, n) == expected


@given(days, st.integers(min_value=-120, max_value=120))
def test_months_later_is_that_many_months_later(day, n):
    later = add_months(day, n)
    assert (later.year - day.year) * 12 + later.month - day.month == n
    assert later.day == day.day or (later + DAY).day == 1


def test_late_evening_in_summer_is_already_tomorrow_in_london():
    assert london_day(datetime(2022, 7, 1, 23, 30, tzinfo=UTC)) == date(2022, 7, 2)
    assert london_day(datetime(2022, 1, 1, 23, 30, tzinfo=UTC)) == date(2022, 1, 1)


def test_an_instant_without_offset_has_no_day():
    with pytest.raises(ValueError, match="offset"):
        london_day(datetime(2022, 7, 1, 23, 30))  # noqa: DTZ001  (the fault this is about)


@given(st.dates(date(1980, 1, 1), date(2037, 12, 31)))
def test_a_day_begins_where_the_day_before_ends(day):
    midnight = start_of_day(day).astimezone(UTC)
    assert london_day(midnight) == day
    assert london_day(midnight - timedelta(microseconds=1)) == day - DAY
