"""What is owed, and where a scrutineer should look."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from api.pages import words
from api.pages.cells import (
    Cell,
    Item,
    Names,
    Tag,
    clock,
    dated,
    entries,
    of_record,
    rules,
)
from api.pages.sheet import Column, Filter, Sheet
from ledger.access.policy import Verb
from ledger.domain.clock import State
from ledger.domain.clocks import CLOCKS as OF_CLOCKS
from ledger.domain.labels import capital
from ledger.enquiries import ENQUIRIES
from ledger.enquiries import QUESTION as ENQUIRIES_QUESTION
from ledger.projections.questions import BY_NAME

CLOCK_NAMES = {
    "action": "Completing the action",
    "action-at-first": "Completing the action by its first due day",
    "audit-return-at-last": "Audit return, final deadline",
}
"""What a clock times, where its code does not say it."""


def clock_name(item: Item, names: Names) -> str:
    """What it times, and of whom or of what, where a record has several."""
    what, _, part = item["key"].partition("/")
    said = CLOCK_NAMES.get(what) or words.code(what)
    return said + (f" {part}" if part.isdecimal() else f", {names.of(part)}" if part else "")


def owed_by(item: Item, names: Names) -> str:
    """Who is named on the record; of what the guidance asks for itself, whose duty it is."""
    kind = OF_CLOCKS[item["clock"]]
    duty = capital(kind.owed_by) if kind.pack == "regime" else "Not stated"
    return names.of(item["owed_by"]) or duty


def _rule_of_clock(item: Item, _: Names) -> Cell:
    sure = f", {words.code(item['confidence']).lower()}" if item["confidence"] else ""
    return replace(
        rules([item["rule"]]), small=f"Pack {item['pack']}{sure}" if item["pack"] else "The day on the record"
    )


CLOCKS = Sheet(
    BY_NAME["clocks"],
    "Clocks",
    "Every clock that runs or ran over: what is owed, by whom, and by which rule.",
    "clock", "clocks",
    (
        Column("Record", of_record, "reference"),
        Column("Clock", lambda item, names: Cell(clock_name(item, names)), "clock"),
        Column("How it stands", lambda item, _: Cell("", clock(item).tags), "left"),
        Column("Due", dated("due"), "due"),
        Column("Owed by", lambda item, names: Cell(owed_by(item, names)), "owed_by"),
        Column("Rule", _rule_of_clock, "rule"),
    ),
    "No clock runs or ran over here.",
    (
        Filter("state", "How it stands", {"running": "Running", "breached": "Overdue", "met": "Met in time", "met-late": "Met late", **{each: words.code(each) for each in get_args(State)[:1]}}),
        Filter("owed_by", "Owed by", "agencies"),
    ),
)  # fmt: skip


LINES = Sheet(
    ENQUIRIES_QUESTION,
    "Lines of enquiry",
    "Where a scrutineer should look: each with its reason and the entries behind it. A line of enquiry is a question, not a finding.",
    "place to look", "places to look",
    (
        Column("Line of enquiry", lambda item, _: Cell(item["title"], (Tag("Cannot tell", "grey"),) if item["told"] == "cannot-tell" else (), item["id"]), "id"),
        Column("Record", of_record, "reference"),
        Column("Why", lambda item, _: Cell(item["reason"])),
        Column("Entries", entries),
    ),
    "No line of enquiry leads anywhere here.",
    (Filter("id", "Line of enquiry", {line.id: line.title for line in ENQUIRIES.values()}),),
    verb=Verb.SCRUTINISE,
)  # fmt: skip
