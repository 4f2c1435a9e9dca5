"""Which records cite which, and which repeat which: what a history follows from an incident on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from ledger.domain.general import DuplicateOf
from ledger.domain.history import Entry
from ledger.domain.register import REGISTER
from ledger.histories import FOLLOWED, Link
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


class Repeats(Projection[LinkRow]):
    """Which record does a record repeat?"""

    table = "repeats"
    records = FOLLOWED
    row = LinkRow
    indexes = (("cited_reference", "cited_record"),)
    tells_of_corrections = True

    def apply(self, rows: Rows[LinkRow], entry: Entry) -> None:
        if isinstance(entry.event, DuplicateOf):
            rows.open(LinkRow(entry.kind.record.name, entry.event.duplicate_of), entry.event.duplicate_of)


def links_to(tables: Tables, cited: Iterable[str], as_at: int) -> list[Link]:
    """Every link to these records (`<record>/<reference>`) made by a position, also one that was corrected or withdrawn since.

    Who decided something saw what was there then, so that a history goes on showing it, as withdrawn.
    """
    wanted = set(cited)
    found: list[Link] = []
    with tables.reading() as connection:
        for projection in (Links, Repeats):
            table = table_of(projection)
            known = [table.c.record, table.c.reference, table.c.cited_record, table.c.cited_reference]
            references = [name.partition("/")[2] for name in wanted]
            question = select(*known, func.min(table.c.since)).where(
                table.c.cited_reference.in_(references), table.c.since <= as_at
            )
            rows = connection.execute(question.group_by(*known))
            links = (Link(f"{row[0]}/{row[1]}", f"{row[2]}/{row[3]}", row[4]) for row in rows)
            found.extend(link for link in links if link.cited in wanted)
    return found
