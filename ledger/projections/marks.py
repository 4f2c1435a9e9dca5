"""Which entries have a statement beside them, which records are restricted, and which may not be erased?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.domain.general import HoldLifted, HoldPlaced, Restricted, StatementAdded, Unrestricted
from ledger.domain.history import Entry, still_stands
from ledger.projections.recorded_late import RecordedLate
from ledger.projections.rows import EVERY_RECORD, Projection, Rows
from ledger.projections.tables import Tables


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement beside the entry at `position`; its words are sealed. `whose`: the part of whoever made it, or an agency's code."""

    position: int
    whose: str
    agency: str | None
    added_on: date


class Statements(Projection[StatementRow]):
    """Which entries are disputed, and by whom? The key is the position of the statement."""

    table = "statements"
    records = EVERY_RECORD
    row = StatementRow
    indexes = (("position",),)

    def apply(self, rows: Rows[StatementRow], entry: Entry) -> None:
        match entry.event:
            case StatementAdded(position=position, whose=whose, agency=agency):
                rows.open(StatementRow(position, whose, agency, entry.day), key=str(entry.position))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """A restriction; `last_day` is None where it stands till it is lifted."""

    ground: str
    restricted_on: date
    last_day: date | None


class Restrictions(Projection[RestrictionRow]):
    """Which records are shown to fewer, on which ground, and until when?"""

    table = "restrictions"
    records = EVERY_RECORD
    row = RestrictionRow

    def apply(self, rows: Rows[RestrictionRow], entry: Entry) -> None:
        match entry.event:
            case Restricted(ground=ground, until=until):
                rows.open(RestrictionRow(ground, entry.day, until))
            case Unrestricted():
                rows.close()
            case _:
                pass


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold that stands: nothing of the record may be erased (RET-MORAT)."""

    authority: str
    placed_on: date


class Holds(Projection[HoldRow]):
    """Which records may not be erased, and for whom are they kept? The key is the position of the hold."""

    table = "holds"
    records = EVERY_RECORD
    row = HoldRow

    def apply(self, rows: Rows[HoldRow], entry: Entry) -> None:
        match entry.event:
            case HoldPlaced(authority=authority):
                rows.open(HoldRow(authority, entry.day), key=str(entry.position))
            case HoldLifted(hold=placed):
                rows.close(str(placed))
            case _:
                pass


MARKS = ("restricted", "statements", "recorded_late")
"""What `marked` adds to an item."""
MANY = 1_000
"""Values named one by one in a question; of more, the whole table is asked."""


def marked(tables: Tables, items: Sequence[dict[str, Any]], as_at: int, as_of: date) -> list[dict[str, Any]]:
    """The items of a list, each with the marks of its record and of the entries behind it.

    `restricted`: whether the record is on that day. `statements`: positions of those beside the record's entries. `recorded_late`: of the
    item's `entries` the one recorded longest after what it tells, in days; None where none was late, or that cannot be told.
    """
    of = _where("reference", {item["reference"] for item in items})
    restricted = restricted_names(tables, as_at, as_of, of)
    beside = _positions(tables.rows(Statements, as_at=as_at, as_of=as_of, where=of))
    behind = _where("key", {str(position) for item in items for position in item["entries"]})
    late = {held.key: held.row.days for held in tables.rows(RecordedLate, as_at=as_at, as_of=as_of, where=behind)}
    return [
        item
        | {
            "restricted": "/".join(name) in restricted,
            "statements": beside[name],
            "recorded_late": max((late[at] for at in map(str, item["entries"]) if at in late), default=None),
        }
        for item in items
        for name in [(item["record"], item["reference"])]
    ]


def _where(column: str, values: set[str]) -> dict[str, set[str]]:
    return {column: values} if len(values) <= MANY else {}


def restricted_names(tables: Tables, as_at: int, as_of: date, where: Mapping[str, Any] | None = None) -> frozenset[str]:
    """The records (`<record>/<reference>`) that are restricted on a day, of all or of those that columns hold the values of."""
    found = tables.rows(Restrictions, as_at=as_at, as_of=as_of, where=where)
    return frozenset(f"{held.record}/{held.reference}" for held in found if still_stands(held.row.last_day, as_of))


def _positions(held: Iterable[Any]) -> defaultdict[tuple[str, str], list[int]]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for each in held:
        found[each.record, each.reference].append(int(each.key))
    return found
