"""The kinds of report, each made as at a position of the ledger, and the document that one becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.fields import spoken
from ledger.domain.history import effective
from ledger.domain.report_drafting import ReportSectionWritten
from ledger.domain.report_record import reference_of
from ledger.figures.period import NotAPeriod, Period
from ledger.projections.tables import Tables
from ledger.reports.annual import Report, Written, report
from ledger.reports.brand import Brand
from ledger.reports.document import Document, Pass
from ledger.reports.outline import outlined
from ledger.reports.written import partnership_of


def make(ledger: Ledger, tables: Tables, kind: str, period: str, as_at: int, *, as_of: date | None) -> Report:
    """The report of a kind (annual, quarterly) for a period, as at a position that the tables have come to; `as_of`: of the
    period so far, up to this day (`so_far`), or None for the whole of it. Raises NotAPeriod.
    """
    written = narrative(ledger, kind, period, as_at)
    held_at = ledger.entry_at(as_at).recordedtime if as_at else None
    return report(
        tables, ledger.packs(as_at=as_at), period, as_at, partnership_of(ledger, as_at),
        kind=kind, as_of=as_of, narrative=written, held_at=held_at,
    )  # fmt: skip


def narrative(ledger: Ledger, kind: str, period: str, as_at: int) -> tuple[Written, ...]:
    """What people wrote for the report by then: of each section the last text."""
    found: dict[str, Written] = {}
    for entry in effective(ledger.record(f"report/{reference_of(kind, period)}", as_at)):
        if isinstance(entry.event, ReportSectionWritten):
            found[entry.event.section] = Written(entry.event.section, entry.event.text, entry.position)
    return tuple(found.values())


def document(
    ledger: Ledger, tables: Tables, kind: str, period: str, as_at: int,
    *, as_of: date | None, brand: Brand | None = None, passes: Sequence[Pass] = (),
) -> Document:  # fmt: skip
    """The document of a report (`make`), in the partnership's own look. `passes` are what is done to it before anybody writes it, in order:
    the one place where disclosure control stands. Raises NotAPeriod, also for a period that is yet to begin.
    """
    days = Period.reported(kind, period)
    if days.first > london_day(ledger.clock.now()):
        raise NotAPeriod(f"{period} begins on {spoken(days.first)}: there is nothing to report of it yet.")
    made = outlined(make(ledger, tables, kind, period, as_at, as_of=as_of), brand)
    for each in passes:
        made = each(made)
    return made
