"""When a question is asked about: as at which position, as of which day. Every list, record, history, figure and report asks here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ledger.domain.calendar import london_day, start_of_day
from ledger.domain.fields import spoken
from ledger.domain.standing import SKEW

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.recorders.contract import Head

_POSITION = re.compile(r"[0-9]{1,18}")
ASKED_YEARS = "(19|20|21)[0-9]{2}"
"""The years a question may be about: those of events (1900 to 2099), and a lifetime after them."""
_DAY = re.compile(rf"{ASKED_YEARS}-[0-9]{{2}}-[0-9]{{2}}")
_INSTANT = re.compile(rf"{ASKED_YEARS}-.+")


class NotAPlaceInTime(ValueError):
    """What was given as `as at` is neither a position, nor a day, nor an instant with its offset."""


class NotYet(ValueError):
    """What was given as `as at` lies beyond the ledger's end: a position that is not taken, a day or an instant to come."""


@dataclass(frozen=True)
class Moment:
    """What the ledger held up to position `as_at`, about the day `as_of`.

    That day may be earlier, or to come: then clocks and due dates are told as they stand if nothing more is recorded.
    `is_today`: nothing was said of time, so that the day is today's.
    """

    as_at: int
    as_of: date
    is_today: bool = False


def moment(ledger: Ledger, as_at: str | None = None, as_of: date | None = None) -> Moment:
    """The moment meant. Raises NotAPlaceInTime and NotYet.

    `as_at`: a position includes its entry; a day means its end in Europe/London, or now if it is not over; an instant means the last
    position recorded at or before it; None means now. `as_of` is, unless given, the day of `as_at`: that day, the day of that
    instant, the day on which that position was recorded, or today. So an answer as at a moment that is over is always the same.
    """
    position, day = _held(ledger, None if as_at is None else read_place(as_at))
    return Moment(position, as_of or day, is_today=as_at is None and as_of is None)


def read_place(text: str) -> int | date | datetime:
    """A position, a day or an instant, as text has it; raises NotAPlaceInTime."""
    why = "Say a position, a day such as 2020-03-31, or an instant such as 2020-03-31T12:00:00Z, from 1900 to 2199."
    try:
        if _POSITION.fullmatch(text):
            return int(text)
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            instant = datetime.fromisoformat(text)
            if instant.utcoffset() is not None:
                return instant.astimezone(UTC)
            why = "An instant needs its offset from UTC, such as 2020-03-31T12:00:00Z."
    except ValueError:
        pass
    raise NotAPlaceInTime(why)


def read_day(text: str) -> date:
    """A day as text has it, 1900 to 2199; NotAPlaceInTime for anything else."""
    if isinstance(found := read_place(text), date) and not isinstance(found, datetime):
        return found
    raise NotAPlaceInTime("Say a day such as 2020-03-31, from 1900 to 2199.")


def _held(ledger: Ledger, place: int | date | datetime | None) -> tuple[int, date]:
    """The position that a place in time means, and the day it falls on."""
    head = ledger.head()
    match place:
        case None:
            return head.position, london_day(ledger.clock.now())
        case int():
            if place > head.position:
                raise NotYet(f"The ledger ends at position {head.position}.")
            recorded = ledger.entry_at(place).recordedtime if place else ledger.clock.now()
            return place, london_day(recorded)
        case datetime():
            if place > _latest(ledger, head):
                raise NotYet(f"That instant has not come yet; the ledger ends at position {head.position}.")
            return ledger.position_at(_utc(place)), london_day(place)
        case date():
            if place > london_day(_latest(ledger, head)):
                raise NotYet(f"{spoken(place)} has not come yet; the ledger ends at position {head.position}.")
            end = start_of_day(place + timedelta(days=1)) - timedelta(microseconds=1)
            return ledger.position_at(_utc(end)), place


def _latest(ledger: Ledger, head: Head) -> datetime:
    """Now, by clocks that differ a little; later where the last entry was recorded under a clock that is ahead."""
    now = ledger.clock.now() + SKEW
    return now if head.recordedtime is None else max(now, datetime.fromisoformat(head.recordedtime))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
