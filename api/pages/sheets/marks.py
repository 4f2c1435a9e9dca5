"""What stands beside records and entries: statements, restrictions, holds, and departures from rules."""

from __future__ import annotations

from api.pages import words
from api.pages.cells import Cell, Item, Names, coded, dated, entry, of_record, rules, text
from api.pages.sheet import Column, Sheet
from ledger.projections.questions import BY_NAME


def _whose(item: Item, names: Names) -> Cell:
    return Cell(names.of(item["agency"]) or words.code(item["whose"]))


STATEMENTS = Sheet(
    BY_NAME["statements"],
    "Statements beside entries",
    "Entries that somebody disputes, and whose statement stands beside each. The entry stays as it was recorded.",
    "statement", "statements",
    (
        Column("Record", of_record, "reference"),
        Column("Disputed entry", entry("position"), "position"),
        Column("Statement", entry("key"), "key"),
        Column("Of", _whose, "whose"),
        Column("Added", dated("added_on"), "added_on"),
    ),
    "No statement stands beside an entry here.",
)  # fmt: skip

RESTRICTIONS = Sheet(
    BY_NAME["restrictions"],
    "Restricted records",
    "Records that are shown to fewer people, on which ground and until when.",
    "restricted record", "restricted records",
    (
        Column("Record", of_record, "reference"),
        Column("Ground", coded("ground"), "ground"),
        Column("Since", dated("restricted_on"), "restricted_on"),
        Column("Last day", lambda item, _: Cell(words.day(item["last_day"]) or "Until it is lifted"), "last_day"),
    ),
    "No record is restricted here.",
)  # fmt: skip

HOLDS = Sheet(
    BY_NAME["holds"],
    "Holds",
    "Records of which nothing may be erased, and for whom they are kept.",
    "hold", "holds",
    (
        Column("Record", of_record, "reference"),
        Column("Kept for", text("authority"), "authority"),
        Column("Since", dated("placed_on"), "placed_on"),
        Column("Hold", entry("key"), "key"),
    ),
    "No record is held here.",
    related={"Retention": "/pages/retention"},
)  # fmt: skip

DEPARTURES = Sheet(
    BY_NAME["departures"],
    "Departures from rules",
    "Entries that depart from a rule that is told and not enforced: what happened is recorded all the same.",
    "departure", "departures",
    (
        Column("Entry", entry("key"), "key"),
        Column("Record", of_record, "reference"),
        Column("What happened", lambda item, _: Cell(words.happened(item["type"])), "type"),
        Column("When", dated("departed_on"), "departed_on"),
        Column("Departs from rule", lambda item, _: rules(item["rules"])),
    ),
    "No entry departs from a rule here.",
)  # fmt: skip
