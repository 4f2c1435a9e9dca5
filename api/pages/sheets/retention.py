"""The list of how long records are kept, and whose time is over."""

from __future__ import annotations

from api.pages import words
from api.pages.cells import Cell, Item, Names, Tag, dated, of_record
from api.pages.sheet import Column, Filter, Sheet
from ledger.access.policy import Verb
from ledger.domain.register import RECORDS
from ledger.projections.questions import BY_NAME
from ledger.projections.retention import KEPT

STATES = {
    "due": "Time is over", "review-due": "To be reviewed", "held": "Over, but held", "not-begun": "Waits for a day to review",
    "no-period": "No period is set", "running": "Kept", "erased": "Erased",
}  # fmt: skip
_COLOURS = {"due": "red", "review-due": "orange", "held": "purple", "not-begun": "yellow", "erased": "green"}


def _standing(item: Item, _: Names) -> Cell:
    state = item["state"]
    held = f"Held for {', '.join(item['holds'])}" if item["held"] else ""
    return Cell("", (Tag(STATES[state], _COLOURS.get(state, "grey")),), held)


def _counted_from(item: Item, _: Names) -> Cell:
    if item["state"] == "not-begun":
        return Cell("A day that the controller enters")
    return Cell(words.day(item["since"]), (), words.happened(item["type"]))


def _period(item: Item, _: Names) -> Cell:
    if item["state"] == "no-period":
        return Cell(words.code(item["retention_class"]) or "None", (), "No rules in force say how long it is kept")
    kept = words.counted(item["years"], "year") if item["years"] and item["trigger"] == "last-entry" else ""
    sure = f"{item['pack']}, {item['confidence']}".replace("-", " ") if item["pack"] else ""
    return Cell(words.code(item["retention_class"]) or "None", (), words.phrases(kept, sure))


RETENTION = Sheet(
    BY_NAME["retention"],
    "Retention",
    "How long each record is kept, and whose time is over. Nothing is erased by this list: one person asks for it, and another confirms.",
    "record", "records",
    (
        Column("Record", of_record, "reference"),
        Column("How it stands", _standing, "state"),
        Column("Due", dated("due_on"), "due_on"),
        Column("Counted from", _counted_from),
        Column("Class", _period, "retention_class"),
    ),
    "No record’s time is over here, and none waits for a day to review.",
    (
        Filter("state", "How it stands", STATES),
        Filter("record", "Kind of record", {name: RECORDS[name].title for name in KEPT}),
        Filter("held", "Held", "only"),
    ),
    verb=Verb.SCRUTINISE,
)  # fmt: skip
