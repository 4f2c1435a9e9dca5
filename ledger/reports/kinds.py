"""The kinds of report, each made as at a position of the ledger."""

from __future__ import annotations

from datetime import date

from ledger.application import Ledger
from ledger.projections.tables import Tables
from ledger.reports.annual import Report, report
from ledger.reports.written import partnership_of


def make(ledger: Ledger, tables: Tables, kind: str, period: str, as_at: int, *, as_of: date | None = None) -> Report:
    """The report of a kind (annual, quarterly) for a period, as at a position that the tables have come to; `as_of`: of the
    period so far, up to this day. Raises NotAPeriod.
    """
    return report(
        tables, ledger.packs(as_at=as_at), period, as_at, partnership_of(ledger, as_at), kind=kind, as_of=as_of
    )
