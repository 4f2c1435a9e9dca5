"""Up to which day a period is told of where nobody says: one answer for every report, figure and page, so that a figure has one value."""

from __future__ import annotations

from datetime import date

from ledger.application import Ledger
from ledger.figures.period import Period
from ledger.projections.as_at import Moment, moment


def so_far(ledger: Ledger, period: Period, when: Moment | int) -> date | None:
    """The `as_of` of a period as at a moment or a position; None where the period was over by then, and is told as a whole.

    The ledger has been told of the world up to the day asked about or, where no time is said, up to the day of its last entry: not up
    to today, so that the same position gives the same bytes whenever it is asked.
    """
    if isinstance(when, Moment) and when.is_today:
        when = when.as_at
    told = moment(ledger, str(when)) if isinstance(when, int) else when
    return period.so_far(told.as_of)
