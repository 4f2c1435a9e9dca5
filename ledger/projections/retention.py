"""How long is each record kept, since when, and whose time is over? Nothing is erased by it: two people decide that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.general import GENERAL, Mark, RetentionSet, WordsErased
from ledger.domain.history import Entry, Hold, effective
from ledger.domain.keeping import OVER, Keeping, Kept, kept, last_thing
from ledger.domain.register import REGISTER
from ledger.projections.amendments import Amendments
from ledger.projections.asking import Answer, Asking, Item, answered, plain
from ledger.projections.marks import Holds
from ledger.projections.rows import Projection, Rows
from ledger.projections.tables import Held, Tables

KEPT = tuple(
    dict.fromkeys(
        kind.record.name for kind in REGISTER.values() if kind.words and kind.name.partition(".")[2] not in GENERAL
    )
)
"""Records that hold words of their own: of the others there is nothing to erase."""
ATTENTION = ("no-period", "not-begun", "due", "review-due", "held")
"""The states listed where no other is asked for: those in which somebody has something to do."""
FIELDS = (
    "record", "reference", "key", "state", "retention_class", "trigger", "years", "due_on", "days_left", "held", "holds", "pack", "rule", "source",
    "confidence", "note", "entries",
)  # fmt: skip
PARTS = ("since", "type", "entry")
"""What is read from a record's own entries, of the items on a page."""


@dataclass(frozen=True, slots=True)
class LastRow:
    """The year in which the last thing happened to a record. No more is kept, so that most entries change nothing here."""

    year: int


class LastEvents(Projection[LastRow]):
    """In which year did the last thing happen to each record that holds words?"""

    table = "last_events"
    records = KEPT
    row = LastRow

    def apply(self, rows: Rows[LastRow], entry: Entry) -> None:
        if isinstance(entry.event, Mark):
            return
        held = rows.get()
        if held is None or held.year != entry.day.year:
            rows.open(LastRow(entry.day.year))


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """What the controller said of how long a record is kept, and whether it was erased for that."""

    retention_class: str | None
    review_on: date | None
    set_entry: int | None = None
    erased_entry: int | None = None


class Retentions(Projection[RetentionRow]):
    """In which class is a record kept, or until which day to review it, where the controller said so?"""

    table = "retentions"
    records = KEPT
    row = RetentionRow

    def apply(self, rows: Rows[RetentionRow], entry: Entry) -> None:
        if not isinstance(entry.event, Mark):
            self._happened(rows, entry.position)
            return
        match entry.event:
            case RetentionSet(retention_class=code, review_on=day):
                row = rows.get() or RetentionRow(None, None)
                set_by = entry.position if day else row.set_entry
                code, day = code or row.retention_class, day or row.review_on
                rows.open(replace(row, retention_class=code, review_on=day, set_entry=set_by))
            case WordsErased(ground=ground) if ground == OVER and int(rows.beside.get("last", "0")) < entry.position:
                row = rows.get() or RetentionRow(None, None)
                rows.open(replace(row, erased_entry=max(entry.position, row.erased_entry or 0)))
            case _:
                pass

    def _happened(self, rows: Rows[RetentionRow], position: int) -> None:
        """What is recorded behind a certificate was not erased by it, whenever it happened."""
        if position > int(rows.beside.get("last", "0")):
            rows.beside["last"] = str(position)
        row = rows.get()
        if row is not None and row.erased_entry is not None and row.erased_entry < position:
            rows.open(replace(row, erased_entry=None))


def retention(tables: Tables, asking: Asking) -> Answer:
    """How long each record that holds words is kept: those whose time is over, or that nobody can tell of; with a filter on `state`, others.

    Years are counted from the end of the one in which the last thing happened to the record: the event of this `type`, at `entry`, which was
    `since` that day; where a day to review was entered, they tell of what entered it. `held`: whether a hold stands, of the authorities in
    `holds`. Asked as of a day to come, it tells what will be due by then if nothing more is recorded.
    """
    if "state" not in asking.filters:
        asking = replace(asking, filters={**asking.filters, "state": ATTENTION})
    pack = asking.packs_then.retention(asking.as_of)
    found = ((name, keeping, kept(name[0], keeping, pack, asking.as_of)) for name, keeping in _keepings(tables, asking))
    reference = None if pack is None else pack.reference
    answer = answered((_told(*each, reference, asking.as_of) for each in found), asking, FIELDS)
    histories = asking.histories([f"{item['record']}/{item['reference']}" for item in answer.items])
    return replace(answer, items=[_with_its_event(item, histories, asking.as_of) for item in answer.items])


Name = tuple[str, str]


def _keepings(tables: Tables, asking: Asking) -> Iterator[tuple[Name, Keeping]]:
    """What was recorded, of each record that had begun by the day."""
    at: Mapping[str, Any] = {"as_at": asking.as_at, "as_of": asking.as_of}
    said = {_name(held): held.row for held in tables.rows(Retentions, **at)}
    holds: defaultdict[Name, list[Hold]] = defaultdict(list)
    for held in tables.rows(Holds, **at):
        holds[_name(held)].append(Hold(int(held.key), held.row.authority))
    lasts = {_name(held): held.row.year for held in tables.rows(LastEvents, **at)}
    for name, year in (lasts | _of_no_account(tables, asking, lasts)).items():
        row = said.get(name, RetentionRow(None, None))
        hold = tuple(sorted(holds[name], key=lambda each: each.position)) if name in holds else ()
        yield name, Keeping(year, row.retention_class, row.review_on, row.set_entry, row.erased_entry, hold)


def _of_no_account(tables: Tables, asking: Asking, counted: Mapping[Name, int]) -> dict[Name, int]:
    """Records that were withdrawn or repeat another: their words are there still, and are kept from the day that this was said."""
    amended: defaultdict[Name, list[Held[Any]]] = defaultdict(list)
    for held in tables.rows(Amendments, as_at=asking.as_at, as_of=asking.as_of, where={"record": KEPT}):
        if _name(held) not in counted:
            amended[_name(held)].append(held)
    references = sorted({reference for _, reference in amended})
    yet_to_begin = set()
    if references:
        yet_to_begin = {
            _name(held) for held in tables.rows(LastEvents, as_at=asking.as_at, where={"reference": references})
        }
    return {
        name: max(held.row.amended_on.year for held in each)
        for name, each in amended.items()
        if name not in yet_to_begin
    }


def _name(held: Held[Any]) -> Name:
    return held.record, held.reference


def _told(name: Name, keeping: Keeping, found: Kept, pack: str | None, on: date) -> Item:
    period = found.period
    years = period.years if period else None
    return {
        "record": name[0],
        "reference": name[1],
        "key": "",
        "state": found.state,
        "retention_class": found.retention_class,
        "trigger": found.trigger,
        "years": years.value if years else None,
        "due_on": plain(found.due_on),
        "days_left": (found.due_on - on).days if found.due_on else None,
        "held": bool(keeping.holds),
        "holds": [hold.authority for hold in keeping.holds],
        "pack": pack if period else None,
        "rule": years.rule if years else "RET-DESIGN",
        "source": years.source if years else None,
        "confidence": years.confidence if years else None,
        "note": years.note if years else None,
        "entries": sorted({keeping.erased, *(hold.position for hold in keeping.holds)} - {None}),
        **dict.fromkeys(PARTS),
        "entry": keeping.set_by if found.trigger == "review-date" else None,
    }


def _with_its_event(item: Item, histories: Mapping[str, Sequence[Entry]], on: date) -> Item:
    """The item, with the event that it is kept since."""
    own = histories.get(f"{item['record']}/{item['reference']}", ())
    if not own or item["due_on"] is None:
        return item
    found = next((each for each in effective(own) if each.position == item["entry"]), None) or last_thing(own, on)
    told = {"since": plain(found.day), "type": found.kind.name, "entry": found.position}
    return item | told | {"entries": sorted({*item["entries"], found.position})}
