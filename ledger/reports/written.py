"""A report written in one of the ways people and machines read it. Imports what a way needs only when it is used."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.reports.annual import Report
    from ledger.reports.partnership import Partnership


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


def written(made: Report, format: Format) -> str:
    """The report as a document."""
    from ledger.reports.annual import to_json
    from ledger.reports.page import to_html
    from ledger.reports.table import to_csv

    match format:
        case Format.JSON:
            return to_json(made)
        case Format.CSV:
            return to_csv(made)
        case Format.HTML:
            return to_html(made)


def partnership_of(ledger: Ledger, position: int) -> Partnership | None:
    """What the ledger's opening entry says of it, as at a position; None before the ledger was opened for a partnership."""
    from ledger.domain.history import fold
    from ledger.reports.partnership import Partnership

    state = fold(ledger.record("ledger/LEDGER", position)).state
    if state is None:
        return None
    return Partnership(state.partnership, state.notice, state.demonstration, state.retrospective)
