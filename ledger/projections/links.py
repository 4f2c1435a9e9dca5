"""Which records cite which: what a history follows from an incident on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ledger.domain.history import Entry
from ledger.domain.register import REGISTER
from ledger.histories import FOLLOWED, Link
from ledger.projections.amendments import Amendments
from ledger.projections.columns import table_of
from ledger.projections.rows import Projection, Rows
from ledger.projections.tables import Tables


@dataclass(frozen=True, slots=True)
class LinkRow:
    cited_record: str
    cited_reference: str


class Links(Projection[LinkRow]):
    """Which incidents, reviews, audits, actions and escalations does a record cite?"""

    table = "links"
    records = tuple(
        dict.fromkeys(
            kind.record.name for kind in REGISTER.values() if any(record in FOLLOWED for _, record in kind.links)
        )
    )
    row = LinkRow
    indexes = (("cited_reference", "cited_record"),)

    def apply(self, rows: Rows[LinkRow], entry: Entry) -> None:
        for record, reference in entry.kind.references(entry.event):
            key = f"{record}/{reference}"
            if record in FOLLOWED and rows.get(key) is None:
                rows.open(LinkRow(record, reference), key)


def links_to(tables: Tables, cited: Iterable[str], as_at: int) -> list[Link]:
    """Every link to these records (`<record>/<reference>`) made by a position, also one that was corrected or withdrawn since.

    Who decided something saw what was there then, so that a history goes on showing it, as withdrawn.
    """
    wanted = set(cited)
    with tables.reading() as connection:
        found = [*_citations(connection, wanted, as_at), *_repeats(connection, wanted, as_at)]
    return [link for link in found if link.cited in wanted]


def _citations(connection: Connection, wanted: set[str], as_at: int) -> Iterator[Link]:
    table = table_of(Links)
    known = [table.c.record, table.c.reference, table.c.cited_record, table.c.cited_reference]
    question = select(*known, func.min(table.c.since)).where(table.c.since <= as_at)
    question = question.where(table.c.cited_reference.in_(_references(wanted))).group_by(*known)
    for row in connection.execute(question):
        yield Link(f"{row[0]}/{row[1]}", f"{row[2]}/{row[3]}", row[4])


def _repeats(connection: Connection, wanted: set[str], as_at: int) -> Iterator[Link]:
    table = table_of(Amendments)
    question = select(table.c.record, table.c.reference, table.c.duplicate_of, table.c.since).where(
        table.c.since <= as_at
    )
    question = question.where(table.c.duplicate_of.in_(_references(wanted)))
    for row in connection.execute(question):
        yield Link(f"{row[0]}/{row[1]}", f"{row[0]}/{row[2]}", row[3])


def _references(names: set[str]) -> list[str]:
    return sorted({name.partition("/")[2] for name in names})
