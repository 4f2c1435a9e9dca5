"""A report written in one of the ways people and machines read it. Imports what a way needs only when it is used."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.reports.document import Document
    from ledger.reports.partnership import Partnership


class Format(StrEnum):
    """How a report is written. `csvw` is the metadata of the CSV."""

    JSON = "json"
    CSV = "csv"
    CSVW = "csvw"
    HTML = "html"
    XLSX = "xlsx"
    PDF = "pdf"

    @property
    def ending(self) -> str:
        """What a file's name ends with; metadata are found beside the CSV by theirs."""
        return "csv-metadata.json" if self is Format.CSVW else str(self)


def written(document: Document, format: Format) -> bytes:
    """The document's bytes in a format, the same each time."""
    match format:
        case Format.JSON:
            from ledger.reports.as_json import to_json

            return to_json(document)
        case Format.CSV:
            from ledger.reports.as_csv import to_csv

            return to_csv(document)
        case Format.CSVW:
            from ledger.reports.as_csv import to_csvw

            return to_csvw(document)
        case Format.HTML:
            from ledger.reports.as_html import to_html

            return to_html(document)
        case Format.XLSX:
            from ledger.reports.as_xlsx import to_xlsx

            return to_xlsx(document)
        case Format.PDF:
            from ledger.reports.as_pdf import to_pdf

            return to_pdf(document)


def partnership_of(ledger: Ledger, position: int) -> Partnership | None:
    """What the ledger's opening entry says of it, as at a position; None before the ledger was opened for a partnership."""
    from ledger.domain.history import fold
    from ledger.reports.partnership import Partnership

    state = fold(ledger.record("ledger/LEDGER", position)).state
    if state is None:
        return None
    return Partnership(state.partnership, state.notice, state.demonstration, state.retrospective)
