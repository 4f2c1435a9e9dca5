"""Records in full as a table: every entry on a row, its words included as far as they are read, so that another ledger can import it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ledger.access.wordings import Asker, restricted_since
from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.fields import spoken
from ledger.domain.history import Entry, effective, happened_by
from ledger.projections.marks import MANY
from ledger.projections.tables import Tables
from ledger.sealing import commitment
from ledger.spreadsheets.book import AS_AT, Table
from ledger.spreadsheets.mapping import SheetMapping, read_mapping, shipped
from ledger.spreadsheets.telling import Happening, Line, Unshown, columns_in_order, lines

OF_LIST = {"actions": "ledger-actions", "training": "ledger-training", "meetings": "ledger-attendance"}
"""The lists whose records are given out in full, and the mapping that reads each back."""
ENTRY, RECORDED, SENT_BY, LEFT_OUT = "Entry", "Recorded on", "Sent by", "Left out"
WHERE_IT_WAS = (ENTRY, RECORDED, SENT_BY)
"""Columns that say where an entry stands in this ledger: another one gives its own."""
ERASED, RESTRICTED = Unshown("erased"), Unshown("its use is restricted")


def mapping_of(list_: str) -> SheetMapping:
    """How the records of a list are told in full."""
    return read_mapping(shipped()[OF_LIST[list_]])


def in_full(ledger: Ledger, tables: Tables, list_: str, references: Iterable[str], asker: Asker) -> Table:
    """These records, which the asker sees, in the order in which their entries were recorded."""
    mapping = mapping_of(list_)
    names = [f"{mapping.record}/{reference}" for reference in dict.fromkeys(references)]
    withheld = restricted_since(ledger, tables, asker.principal)
    told: list[tuple[int, Line]] = []
    for some in (names[n : n + MANY] for n in range(0, len(names), MANY)):
        told += _of_records(ledger, mapping, some, withheld, asker)
    told.sort(key=lambda each: each[0])
    heads = columns_in_order(mapping)
    return Table(
        mapping.title,
        heads,
        [[line.cells.get(head) for head in heads] for _, line in told],
        {
            AS_AT: f"Entry {asker.as_at} of the ledger, as of {spoken(asker.as_of)}",
            "Records": f"{len(names):,}",
            "A row": "Each thing that happened to a record has a row, with further rows below it where it has several parts.",
            "Not in this sheet": mapping.leaves_out,
            "To import": f"ledger import {OF_LIST[list_]} FILE. Entry, Recorded on and Sent by say where an entry stands in this ledger; "
            "another ledger gives its own. A row that says something under Left out is refused, and with it its record.",
        },
        asker.as_of,
    )


def _of_records(
    ledger: Ledger, mapping: SheetMapping, names: Sequence[str], withheld: frozenset[str], asker: Asker
) -> Iterator[tuple[int, Line]]:
    types = {making.type for making in mapping.event}
    records = ledger.records(names, asker.as_at)
    found = [
        entry
        for entries in records.values()
        for entry in effective(happened_by(asker.as_of, entries))
        if entry.kind.name in types
    ]
    texts = _texts(ledger, [entry for entry in found if entry.originator_id not in withheld])
    for entry in found:
        said = None if entry.originator_id in withheld else texts
        first, *others = lines(mapping, _happening(entry, said))
        first.cells |= {RECORDED: london_day(entry.recordedtime), SENT_BY: entry.source}
        first.cells[LEFT_OUT] = "; ".join(first.left_out) or None
        for line in (first, *others):
            line.cells[ENTRY] = entry.position
            yield entry.position, line


def _happening(entry: Entry, texts: Mapping[str, str] | None) -> Happening:
    """`texts`: by commitment; None where none are shown."""
    data = entry.event.model_dump(mode="json", exclude_unset=True)
    precision = "day" if entry.timeprecision == "instant" else entry.timeprecision
    return Happening(entry.kind.type, entry.reference, entry.day, precision, _shown(data, texts))


def _shown(value: Any, texts: Mapping[str, str] | None) -> Any:
    match value:
        case {"sealed": str(sealed)} if len(value) == 1:
            return RESTRICTED if texts is None else texts.get(sealed, ERASED)
        case dict():
            return {name: _shown(each, texts) for name, each in value.items()}
        case list():
            return [_shown(each, texts) for each in value]
        case _:
            return value


def _texts(ledger: Ledger, entries: Sequence[Entry]) -> Mapping[str, str]:
    """Commitment -> text, of what is kept."""
    positions = sorted({at for entry in entries for at in entry.positions})
    return {commitment(each.salt, each.text): each.text for each in ledger.words(positions)} if positions else {}
