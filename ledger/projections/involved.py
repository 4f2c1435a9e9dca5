"""Which agencies does each child's case involve? Who may see a case hangs on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from ledger.domain.history import Entry
from ledger.domain.register import RECORDS
from ledger.histories import FOLLOWED
from ledger.projections.columns import table_of
from ledger.projections.links import links_to
from ledger.projections.partnership import Agencies
from ledger.projections.rows import Projection, Rows
from ledger.projections.tables import Tables

AGENCIES = "/agencies/"
CASES = frozenset(record.name for record in RECORDS.values() if record.case)


@dataclass(frozen=True, slots=True)
class InvolvedRow:
    agency: str


class Involved(Projection[InvolvedRow]):
    """Which agencies posted something of a case, or are named in it? The key is the agency's code."""

    table = "involved"
    records = tuple(sorted(CASES))
    row = InvolvedRow
    indexes = (("agency",),)

    def apply(self, rows: Rows[InvolvedRow], entry: Entry) -> None:
        for agency in agencies_of(entry):
            if rows.get(agency) is None:
                rows.open(InvolvedRow(agency), agency)


def agencies_of(entry: Entry) -> list[str]:
    """The codes of the agencies that an entry names, and of the one that posted it."""
    named = [reference for record, reference in entry.kind.references(entry.event) if record == "agency"]
    return [*named, entry.source.removeprefix(AGENCIES)] if entry.source.startswith(AGENCIES) else named


def cases_of(tables: Tables, agency: str) -> frozenset[str]:
    """Every case (`<record>/<reference>`) that involves an agency, or one it succeeded, and every case record that follows from one of those.

    As far as the tables have come, whenever it was involved: what it once saw is not taken back. Raises NoTables before they are built.
    """
    position = tables.state().position
    table = table_of(Involved)
    question = select(table.c.record, table.c.reference).where(table.c.agency.in_(_with_predecessors(tables, agency)))
    with tables.reading() as connection:
        found = {f"{record}/{reference}" for record, reference in connection.execute(question)}
    frontier = found
    while frontier:
        linked = {link.citing for link in links_to(tables, _followed(frontier), position)}
        frontier = {name for name in linked if name.partition("/")[0] in CASES} - found
        found |= frontier
    return frozenset(found)


def _followed(names: Collection[str]) -> list[str]:
    return [name for name in names if name.partition("/")[0] in FOLLOWED]


def _with_predecessors(tables: Tables, agency: str) -> list[str]:
    agencies = tables.rows(Agencies, as_at=tables.position())
    found = [agency]
    for code in found:
        found += [held.reference for held in agencies if code in held.row.succeeded_by and held.reference not in found]
    return found
