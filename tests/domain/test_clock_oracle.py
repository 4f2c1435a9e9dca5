"""Every clock agrees, from every start day of ten years, with somebody who counts on the fingers and lives through the days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import holidays as oracle
import pytest

from ledger.domain.adoption import Packs
from ledger.domain.clocks import CLOCKS, Clock, state
from ledger.domain.packs import EscalationLadder, Regime
from tests.domain.test_clocks import PACKS, shipped, under

DAY = timedelta(days=1)
FIRST, LAST = date(2015, 1, 1), date(2024, 12, 31)
CLOSED = frozenset(oracle.country_holidays("GB", subdiv="ENG", years=range(2014, 2027)))


def worked(day: date) -> bool:
    return day.strftime("%a") not in {"Sat", "Sun"} and day not in CLOSED


def walked(start: date, step: timedelta, counts: Callable[[date], bool], n: int) -> date:
    """Walk one day at a time until n of those that count are behind."""
    day = start
    while n:
        day += step
        n -= counts(day)
    return day


def months_on(start: date, n: int) -> date:
    """Walk to the n-th month from here, then to the same day of it or to its end."""
    day = start
    for _ in range(n):
        month = day.month
        while day.month == month:
            day += DAY
    while day.day < start.day and (day + DAY).month == day.month:
        day += DAY
    return day


EXPECTED: dict[str, Callable[[date], date]] = {
    "notification": lambda start: walked(start, DAY, worked, 5),
    "rapid-review": lambda start: walked(start, DAY, worked, 15),
    "panel-reply": lambda start: walked(start, DAY, worked, 15),
    "publication": lambda start: months_on(start, 6),
    "advance-copy": lambda start: walked(start, -DAY, worked, 7),
    "yearly-report": lambda start: months_on(start, 12),
    "yearly-report-after-year": lambda start: months_on(start, 6),
    "circulation": lambda start: walked(start, DAY, lambda day: True, 7),
    "escalation-stage": lambda start: walked(start, DAY, worked, 2),
    "action": lambda start: start,
    "action-at-first": lambda start: start,
    "audit-return": lambda start: start,
    "audit-return-at-last": lambda start: start,
}
UNDER: dict[str, Packs] = {
    "yearly-report-after-year": under((shipped(Regime, "wt23"), date(2014, 1, 2))),
    "escalation-stage": under((shipped(EscalationLadder, "lincolnshire"), date(2014, 1, 2))),
}
"""Where other packs set the clock than those of most."""


def set_(name: str, start: date, met: date | None = None) -> Clock:
    """The clock as it starts on a day, or, where the record itself has the day, as it is due on it; of an escalation that of its first stage."""
    kind = CLOCKS[name]
    if kind.pack is None:
        return kind.sets(start, met)
    stage = (1,) if name == "escalation-stage" else ()
    return kind.sets(UNDER.get(name, PACKS), start, met, *stage)


def expected_state(start: date, due: date, met: date | None, on: date, *, begins: bool) -> str:
    """How it stands, found by living through the days up to the one asked about. A day that stands on the record has no beginning."""
    if begins and on < start <= due:
        return "not-begun"
    said, over, day = "running", False, min(start, due)
    while day <= on:
        over = over or day > due
        if met == day:
            return "met-late" if over else "met"
        said = "breached" if over else "running"
        day += DAY
    return said


def test_every_clock_is_held_to_it():
    assert set(EXPECTED) == set(CLOCKS)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_falls_due_when_the_days_are_counted_one_by_one(name):
    start = FIRST
    while start <= LAST:
        assert set_(name, start).due == EXPECTED[name](start), start
        start += DAY


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_stands_as_the_days_are_lived_through(name):
    """Around its end, from a start every week and a day, met and not met."""
    start, begins = FIRST, CLOCKS[name].pack is not None
    while start <= LAST:
        due = EXPECTED[name](start)
        for met in (None, due - DAY, due, due + DAY):
            if met is not None and met < min(start, due):
                continue
            made = set_(name, start, met)
            for on in (start - DAY, start, due - DAY, due, due + DAY, due + 3 * DAY):
                assert state(made, on) == expected_state(start, due, met, on, begins=begins), (start, met, on)
        start += 8 * DAY
