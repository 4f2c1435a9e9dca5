"""Which reports were published, of how much of the ledger was each made, and to whom was it sent?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.history import Entry
from ledger.domain.report import PublishedFile, ReportCirculated, ReportPublished
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One edition of a report, made as at a position, None where it was made without this ledger. `files`: `format=SHA-256`.

    `panel_on`, `foundations_on`: when a copy first went to the national Panel and to Foundations, the What Works Centre.
    """

    kind: str
    period: str
    edition: int
    published_on: date
    made_as_at: int | None
    root: str | None
    signed: bool
    figures: int
    files: tuple[str, ...]
    signed_off_by: str | None
    published_entry: int
    panel_on: date | None = None
    foundations_on: date | None = None
    circulated_to: tuple[str, ...] = ()
    circulated_entry: int | None = None
    retrospective: bool = False


class PublishedReports(Projection[PublishedRow]):
    """Which reports were published, of how much of the ledger was each made, and to whom was it sent? The key is the edition."""

    table = "published_reports"
    records = ("report",)
    row = PublishedRow
    indexes = (("kind", "period"),)

    def apply(self, rows: Rows[PublishedRow], entry: Entry) -> None:
        match entry.event:
            case ReportPublished() as published:
                rows.open(_published(published, entry), key=str(published.edition))
            case ReportCirculated() as sent:
                rows.change(lambda row: _sent(row, sent, entry), key=str(sent.edition))
            case _:
                pass


def _published(event: ReportPublished, entry: Entry) -> PublishedRow:
    return PublishedRow(
        kind=event.kind,
        period=event.period,
        edition=event.edition,
        published_on=event.published_on,
        made_as_at=event.as_at if isinstance(event.as_at, int) else None,
        root=event.checkpoint.root if event.checkpoint else None,
        signed=event.checkpoint is not None and event.checkpoint.note is not None,
        figures=len(event.figures),
        files=tuple(f"{file.format}={file.sha256}" for file in event.files if isinstance(file, PublishedFile)),
        signed_off_by=event.signed_off_by,
        published_entry=entry.position,
        retrospective=entry.retrospective,
    )


def _sent(row: PublishedRow, event: ReportCirculated, entry: Entry) -> PublishedRow:
    day = event.circulated_on
    return replace(
        row,
        panel_on=row.panel_on or (day if "national-panel" in event.to else None),
        foundations_on=row.foundations_on or (day if "foundations" in event.to else None),
        circulated_to=tuple(sorted({*row.circulated_to, *event.to})),
        circulated_entry=entry.position,
    )
