"""As at a position, a day or an instant: always one position."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledger.projections.as_at import NotAPlaceInTime, resolve_as_at

HEAD = 100


def asked(value):
    """The position, and the instant the ledger was asked about, if it was."""
    instants = []

    def position_at(instant):
        instants.append(instant)
        return 42

    return resolve_as_at(value, HEAD, position_at), instants


@pytest.mark.parametrize(
    ("value", "position"), [(None, 100), (0, 0), (7, 7), ("8", 8), (100, 100), (101, 100), ("9" * 18, 100)]
)
def test_a_position_includes_its_entry_and_ends_at_the_head(value, position):
    assert asked(value) == (position, [])


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2020-03-28", "2020-03-28T23:59:59.999999Z"),
        (date(2020, 3, 29), "2020-03-29T22:59:59.999999Z"),
        ("2020-10-25", "2020-10-25T23:59:59.999999Z"),
        ("2020-03-31T12:00:00+01:00", "2020-03-31T11:00:00.000000Z"),
        (datetime(2020, 1, 1, tzinfo=UTC), "2020-01-01T00:00:00.000000Z"),
        ("2020-03-31T12:00:00.5Z", "2020-03-31T12:00:00.500000Z"),
    ],
)
def test_a_day_means_its_end_in_london_and_an_instant_itself(value, instant):
    assert asked(value) == (42, [instant])


def test_the_last_day_there_is_means_now():
    assert asked("9999-12-31") == (HEAD, [])


@pytest.mark.parametrize("value", ["", "-2", -1, True, "yesterday", "2020-02-30", "2020-03-31T12:00:00", "1e3", "١٢"])
def test_anything_else_is_no_place_in_time(value):
    with pytest.raises(NotAPlaceInTime):
        asked(value)
