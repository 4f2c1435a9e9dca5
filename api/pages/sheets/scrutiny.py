"""Who looked from outside, and who was heard: scrutiny with its challenges, inspections, engagement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from api.pages import words
from api.pages.cells import (
    Cell,
    Item,
    Names,
    Tag,
    coded,
    codes,
    dated,
    leading,
    marks,
    named,
    numbered,
    text,
    told_in_words,
)
from api.pages.sheet import Beside, Column, Filter, Sheet, choices_of
from ledger.domain.engagement import Audience
from ledger.domain.inspection import InspectionKind
from ledger.projections.questions import BY_NAME


def _scrutiny(item: Item, _: Names) -> Cell:
    apart = (Tag("By whoever chairs or owns it", "orange"),) if item["departs"] else ()
    return Cell(words.code(item["area"]), (*marks(item), *apart), item["reference"])


def _challenged(item: Item, _: Names) -> Cell:
    waiting = sum(each["open"] for each in item["put"])
    return Cell(words.said(item["challenges"]), (), f"{waiting:,} not answered yet" if waiting else "")


def _recommended(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            numbered(each),
            Cell(names.all((*each["to_agencies"], *each["to_groups"]))),
            codes("themes")(each, names),
            dated("recommended_on")(each, names),
        ]
        for item in items
        for each in item["recommended"]
    ]


SCRUTINY = Sheet(
    BY_NAME["scrutiny"],
    "Independent scrutiny",
    "What scrutineers looked into, how they judged it, and what they challenged and recommended.",
    "piece of scrutiny", "pieces of scrutiny",
    (
        Column("Looked into", leading("scrutiny", _scrutiny), "area"),
        Column("By", lambda item, names: Cell(words.code(item["by_role"]), (), names.of(item["by_agency"])), "by_role"),
        Column("How", coded("method"), "method"),
        Column("When", dated("undertaken_on"), "undertaken_on"),
        Column("Judged", lambda item, _: Cell(words.code(item["rating"]) or "Not judged"), "rating"),
        Column("Challenges", _challenged, "challenges", number=True),
        Column("Recommendations", text("recommendations"), "recommendations", number=True),
    ),
    "No scrutiny is recorded here.",
    (Filter("departs", "By whoever chairs or owns what was looked into", "only"),),
    Beside(
        "Recommendations of the scrutiny above", ("Recommendation", "To", "Themes", "Made"), _recommended,
        "The scrutiny above recommended nothing.",
    ),
    related={"Challenges of scrutineers": "/pages/challenges"},
)  # fmt: skip


def _answered(item: Item, _: Names) -> Cell:
    late = (Tag("Overdue", "red"),) if item["late"] else ()
    if item["answered_on"]:
        return Cell(words.day(item["answered_on"]), late)
    return Cell(
        "Not answered yet", late, f"Answer by {words.day(item['answer_by'])}" if item["answer_by"] else "No day was set"
    )


def _challenge(item: Item, _: Names) -> Cell:
    number = f"{item['reference']}, number {item['number']}"
    said = told_in_words(item)
    return Cell(said or number, marks(item), number if said else "")


CHALLENGES = Sheet(
    BY_NAME["challenges"],
    "Challenges of scrutineers",
    "What scrutineers challenged, whom, and whether it was answered.",
    "challenge", "challenges",
    (
        Column("Challenge", leading("scrutiny", _challenge), "reference"),
        Column("To", named("to_agency", "to_group"), "to_agency"),
        Column("Made", dated("challenged_on"), "challenged_on"),
        Column("Answered", _answered, "answered_on"),
    ),
    "No challenges are recorded here.",
    (Filter("to_agency", "To", "agencies"), Filter("open", "Not answered yet", "only"), Filter("late", "Overdue", "only")),
    related={"Independent scrutiny": "/pages/scrutiny"},
)  # fmt: skip


def _inspection(item: Item, _: Names) -> Cell:
    return Cell(item["title"] or words.code(item["kind"]), marks(item), item["reference"])


def _inspectors_found(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            numbered(each),
            Cell(words.code(each["kind"]), (), f"Part of number {each['part_of']}" if each["part_of"] else ""),
            codes("themes")(each, names),
            Cell(names.all(each["agencies"])),
        ]
        for item in items
        for each in item["findings"]
    ]


INSPECTIONS = Sheet(
    BY_NAME["inspections"],
    "Inspections",
    "What inspectors reported about the partnership and its agencies, and how many findings of each kind.",
    "inspection", "inspections",
    (
        Column("Inspection", leading("inspection", _inspection), "title"),
        Column("By", coded("body"), "body"),
        Column("Kind", coded("kind"), "kind"),
        Column("Reported", dated("reported_on"), "reported_on"),
        Column("Agencies", lambda item, names: Cell(names.all(item["agencies"]))),
        Column("Priority actions", text("priority_actions"), "priority_actions", number=True),
        Column("Improvements", text("improvements"), "improvements", number=True),
        Column("Strengths", text("strengths"), "strengths", number=True),
    ),
    "No inspections are recorded here.",
    (Filter("kind", "Kind of inspection", choices_of(get_args(InspectionKind))),),
    Beside(
        "Findings of the inspections above", ("Finding", "Kind", "Themes", "About"), _inspectors_found,
        "The inspections above found nothing that is recorded.",
    ),
)  # fmt: skip


def _heard(item: Item, _: Names) -> Cell:
    said = told_in_words(item)
    return Cell(said or words.code(item["audience"]), marks(item), item["reference"])


ENGAGEMENT = Sheet(
    BY_NAME["engagement"],
    "Who was heard",
    "What children, families, practitioners and others said, and what changed because of it.",
    "occasion", "occasions",
    (
        Column("What was said", leading("engagement", _heard), "reference"),
        Column("Who", lambda item, _: Cell(words.code(item["audience"]), (), words.code(item["forum"])), "audience"),
        Column("How", coded("method"), "method"),
        Column("How many", lambda item, _: Cell(words.said(item["how_many"]) or "Not stated"), "how_many", number=True),
        Column("When", dated("heard_on"), "heard_on"),
        Column("What changed", lambda item, _: Cell(words.codes(item["changed"]) or "Nothing recorded"), "influenced"),
    ),
    "Nobody’s being heard is recorded here.",
    (Filter("audience", "Who", choices_of(get_args(Audience))), Filter("influenced", "Something changed", "only")),
)  # fmt: skip
