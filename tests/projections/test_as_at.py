"""As at a position, a day or an instant, as of a day: always one position and one day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.projections.as_at import Moment, NotAPlaceInTime, NotYet, moment

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
HEAD, LAST = 100, datetime(2025, 12, 31, 12, tzinfo=UTC)


def asked(as_at: str | None, as_of: date | None = None, last: datetime = LAST) -> tuple[Moment, list[str]]:
    """The moment, and the instant the ledger was asked about, if it was."""
    instants: list[str] = []

    def position_at(instant: str) -> int:
        instants.append(instant)
        return 42

    ledger: Any = SimpleNamespace(
        head=lambda: SimpleNamespace(position=HEAD, recordedtime=last.isoformat()),
        clock=SimpleNamespace(now=lambda: NOW),
        entry_at=lambda position: SimpleNamespace(recordedtime=last - timedelta(days=HEAD - position)),
        position_at=position_at,
    )
    return moment(ledger, as_at, as_of), instants


@pytest.mark.parametrize(
    ("as_at", "position", "day"),
    [
        (None, 100, TODAY), ("0", 0, TODAY), ("7", 7, date(2025, 9, 29)), ("100", 100, date(2025, 12, 31)),
        ("2020-03-31", 42, date(2020, 3, 31)), ("2026-03-01", 42, TODAY), ("2020-03-31T23:30:00Z", 42, date(2020, 4, 1)),
    ],
)  # fmt: skip
def test_without_as_of_a_question_is_about_the_day_of_its_as_at(as_at, position, day):
    assert asked(as_at)[0] == Moment(position, day, is_today=as_at is None)
    for other in (date(1999, 1, 1), date(2050, 1, 1)):
        assert asked(as_at, other)[0] == Moment(position, other)


@pytest.mark.parametrize(
    ("as_at", "instant"),
    [
        ("2020-03-28", "2020-03-28T23:59:59.999999Z"),
        ("2020-03-29", "2020-03-29T22:59:59.999999Z"),
        ("2020-10-25", "2020-10-25T23:59:59.999999Z"),
        ("2020-03-31T12:00:00+01:00", "2020-03-31T11:00:00.000000Z"),
        ("2020-03-31T12:00:00.5Z", "2020-03-31T12:00:00.500000Z"),
    ],
)
def test_a_day_means_its_end_in_london_and_an_instant_itself(as_at, instant):
    assert asked(as_at)[1] == [instant]


@pytest.mark.parametrize("as_at", ["101", "9" * 18, "2026-03-02", "2199-12-31", "2026-03-01T12:06:00Z"])
def test_what_has_not_come_yet_is_not_answered(as_at):
    with pytest.raises(NotYet, match="ends at position 100"):
        asked(as_at)


def test_a_ledger_recorded_under_a_clock_that_is_ahead_is_asked_up_to_its_end():
    ahead = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert asked("2026-05-01", last=ahead)[0] == Moment(42, date(2026, 5, 1))
    with pytest.raises(NotYet, match="2 May 2026 has not come yet"):
        asked("2026-05-02", last=ahead)


@pytest.mark.parametrize(
    "as_at",
    [
        "",
        "-2",
        "yesterday",
        "2020-02-30",
        "2020-03-31T12:00:00",
        "1e3",
        "١٢",
        "0001-01-01T00:00:00+14:00",
        "0054-10-09",
        "1899-12-31",
        "2200-01-01",
        "9999-12-31T00:00:00Z",
    ],
)
def test_anything_else_is_no_place_in_time(as_at):
    with pytest.raises(NotAPlaceInTime):
        asked(as_at)
