"""Which position is meant by 'as at': a position, the end of a day in London, or an instant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from ledger.domain.calendar import start_of_day

_POSITION = re.compile(r"[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NotAPlaceInTime(ValueError):
    """What was given as `as at` is neither a position, nor a day, nor an instant with its offset."""


def resolve_as_at(value: int | date | datetime | str | None, head: int, position_at: Callable[[str], int]) -> int:
    """The position meant, at most the head; None means the head.

    A position includes its entry; a day means its end in Europe/London; an instant means the last position recorded at
    or before it. Text may be any of them. `position_at` takes an RFC 3339 instant in UTC with microseconds.
    Raises NotAPlaceInTime.
    """
    if isinstance(value, str):
        value = _read(value)
    match value:
        case None:
            return head
        case bool():
            raise NotAPlaceInTime("A position is a whole number from 0.")
        case int():
            if value < 0:
                raise NotAPlaceInTime("A position is a whole number from 0.")
            return min(value, head)
        case datetime():
            return position_at(_utc(value))
        case date():
            try:
                end = start_of_day(value + timedelta(days=1)) - timedelta(microseconds=1)
            except OverflowError:
                return head
            return position_at(_utc(end))


def _read(text: str) -> int | date | datetime:
    try:
        if _POSITION.fullmatch(text):
            return int(text)
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAPlaceInTime(
            "Say a position, a day such as 2020-03-31, or an instant such as 2020-03-31T12:00:00Z."
        ) from error
    if instant.utcoffset() is None:
        raise NotAPlaceInTime("An instant needs its offset from UTC, such as 2020-03-31T12:00:00Z.")
    return instant


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
