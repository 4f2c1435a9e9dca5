"""The items of a list with the words that say what each is about, read from the vault at once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.access.policy import passes_restriction
from ledger.access.principal import Principal
from ledger.application import Ledger
from ledger.domain.general import Restricted
from ledger.projections.marks import MANY
from ledger.projections.tables import Held, Tables
from ledger.projections.wordings import WordingRow, Wordings
from ledger.sealing import commitment

Item = dict[str, Any]
Thing = tuple[str, str, str]
"""Record, reference, and the number of a part or nothing."""
KEPT, ERASED, RESTRICTED = "kept", "erased", "restricted"


UNSAID: Item = {"words": None, "words_are": None}


class Asker(NamedTuple):
    """Whose list it is, and of which moment; nobody in particular reads every word."""

    principal: Principal | None
    as_at: int
    as_of: Any


def worded(ledger: Ledger, tables: Tables, items: Sequence[Item], asker: Asker) -> list[Item]:
    """The items, where anything was said of one of them or of a part within it, with `words` and `words_are`: kept, erased or restricted.

    Whoever sees a record reads its ordinary words, unless its use is restricted (decision 15); the lists have left out by then what is
    restricted as far as the tables have come, so only what was restricted since is asked of the ledger.
    """
    things = [thing for item in items for thing in _things(item)]
    rows = _rows(tables, {thing["reference"] for thing in things}, asker)
    own = {id(thing): row for thing in things if (row := _own(rows, thing)) is not None}
    withheld = restricted_since(ledger, tables, asker.principal)
    readable = [row for row in own.values() if f"{row.record}/{row.reference}" not in withheld]
    texts = _texts(ledger, readable)

    def told(value: Any) -> Any:
        match value:
            case dict():
                copy = {name: told(inner) for name, inner in value.items()}
                row = own.get(id(value))
                return copy if row is None else copy | _told(row, withheld, texts)
            case list():
                return [told(inner) for inner in value]
            case _:
                return value

    return [told(item) for item in items]


def _told(row: Held[WordingRow], withheld: frozenset[str], texts: Mapping[str, str]) -> Item:
    if f"{row.record}/{row.reference}" in withheld:
        return {"words": None, "words_are": RESTRICTED}
    text = texts.get(row.row.sealed)
    return {"words": text, "words_are": ERASED if text is None else KEPT}


def _rows(tables: Tables, references: set[str], asker: Asker) -> Mapping[Thing, list[Held[WordingRow]]]:
    where = {"reference": references} if len(references) <= MANY else {}
    found: defaultdict[Thing, list[Held[WordingRow]]] = defaultdict(list)
    for held in tables.rows(Wordings, as_at=asker.as_at, as_of=asker.as_of, where=where):
        found[held.record, held.reference, held.row.part].append(held)
    return found


def _own(rows: Mapping[Thing, list[Held[WordingRow]]], thing: Item) -> Held[WordingRow] | None:
    """The words of a thing: of its number, and of an entry that it rests on, since two kinds of part may be numbered alike."""
    found = rows.get((thing["record"], thing["reference"], thing["key"]), ())
    return next((held for held in found if int(held.key) in thing["entries"]), None)


def _things(value: Any) -> Iterator[Item]:
    """What in an item, itself included, is a thing that entries tell of."""
    match value:
        case {"record": str(), "reference": str(), "key": str(), "entries": list()}:
            yield value
            for inner in value.values():
                yield from _things(inner)
        case dict():
            for inner in value.values():
                yield from _things(inner)
        case list():
            for inner in value:
                yield from _things(inner)
        case _:
            pass


def restricted_since(ledger: Ledger, tables: Tables, principal: Principal | None) -> frozenset[str]:
    """The records whose use was restricted after what the tables have come to, for whoever does not read such records."""
    if principal is None or passes_restriction(principal.role):
        return frozenset()
    later = ledger.entries(after=tables.position())
    return frozenset(entry.originator_id for entry in later if isinstance(entry.event, Restricted))


def _texts(ledger: Ledger, rows: Sequence[Held[WordingRow]]) -> Mapping[str, str]:
    """Commitment -> text, of what is kept."""
    wanted = {held.row.sealed for held in rows}
    positions = sorted({int(at) for held in rows for at in (held.key, *held.row.corrected_by)})
    found = {commitment(each.salt, each.text): each.text for each in ledger.words(positions)} if positions else {}
    return {sealed: text for sealed, text in found.items() if sealed in wanted}
