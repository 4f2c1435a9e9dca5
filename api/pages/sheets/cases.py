"""Cases: reviews with what led to them, escalations, and every decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import get_args

from api.pages import words
from api.pages.cells import (
    Cell,
    Item,
    Names,
    clock,
    coded,
    codes,
    dated,
    leading,
    marks,
    named,
    numbered,
    of_record,
    reference,
    rules,
)
from api.pages.sheet import Beside, Column, Filter, Sheet, choices_of
from ledger.domain.escalation import Outcome, Reason
from ledger.projections.questions import BY_NAME

REVIEW_STAGES = (
    "reported", "to-be-notified", "not-notified", "notified", "notification-retracted", "rapid-review", "rapid-review-decided",
    "rapid-review-sent", "review", "published", "not-progressed",
)  # fmt: skip


def _case(item: Item, names: Names) -> Cell:
    """An incident leads to its whole case."""
    href = (
        f"/pages/incidents/{item['reference']}/history"
        if item["record"] == "incident"
        else f"/pages/records/review/{item['reference']}"
    )
    return replace(reference(item, names), href=href)


def _notification(item: Item, _: Names) -> Cell:
    found = item["notification"]
    if not found:
        return Cell()
    due = clock(found["clock"])
    dissent = f"Against it: {', '.join(found['dissent'])}" if found["dissent"] else ""
    if not found["sent_on"]:
        return Cell(
            words.code(found["decision"]) if found["decision"] else "Not decided", due.tags, dissent or due.text
        )
    return Cell(f"Sent {words.day(found['sent_on'])}", due.tags, dissent)


def _rapid(item: Item, _: Names) -> Cell:
    return _in_a_row(_review_cell(each, "rapid_review", each["outcome"]) for each in item["rapid_reviews"] or ())


def _practice(item: Item, _: Names) -> Cell:
    own = [item] if item["record"] == "review" else item["reviews"] or ()
    return _in_a_row(_review_cell(each, "publication", each["state"]) for each in own)


def _review_cell(each: Item, name: str, said: str | None) -> Cell:
    due = clock(each["clocks"].get(name))
    return Cell(each["reference"], due.tags, words.phrases(words.code(said), due.text, due.small))


def _in_a_row(cells: Iterable[Cell]) -> Cell:
    """Several as one: mostly there is one."""
    found = list(cells)
    if not found:
        return Cell()
    return Cell(
        ", ".join(each.text for each in found),
        tuple(tag for each in found for tag in each.tags),
        " / ".join(each.small for each in found if each.small),
    )


def _recommendations(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    made = {
        (each["reference"], each["number"]): each
        for item in items
        for review in ([item] if item["record"] == "review" else item["reviews"])
        for each in review["recommendations"]
    }
    return [
        [
            numbered(each),
            Cell(names.all(each["to"])),
            codes("themes")(each, names),
            _answered_by(each["actions"]),
        ]
        for each in made.values()
    ]


def _answered_by(actions: Sequence[Item]) -> Cell:
    if not actions:
        return Cell("No action yet")
    return Cell(links=tuple((each["reference"], f"/pages/records/action/{each['reference']}") for each in actions))


REVIEWS = Sheet(
    BY_NAME["reviews"],
    "Reviews",
    "From each serious incident to its notification, its rapid review and its practice review, and whether the clocks were kept.",
    "incident or review", "incidents and reviews",
    (
        Column("Incident or review", _case, "reference"),
        Column("How far it came", coded("stage"), "stage"),
        Column("Known", dated("known_on"), "known_on"),
        Column("Notification", _notification),
        Column("Rapid review", _rapid),
        Column("Practice review", _practice),
    ),
    "No incidents or reviews are recorded here.",
    (
        Filter("stage", "How far it came", choices_of(REVIEW_STAGES)),
        Filter("agency", "Reported by", "agencies"),
        Filter("nature", "Kind of incident", choices_of(("death", "serious-harm", "other"))),
    ),
    Beside(
        "Recommendations of the reviews above", ("Recommendation", "To", "Themes", "Answered by"), _recommendations,
        "The reviews above recommended nothing.",
    ),
    drawn=True,
)  # fmt: skip


def _stages(item: Item, _: Names) -> Cell:
    answer = clock(item["clock"]) if item["open"] else Cell()
    return Cell(f"Stage {item['stage']}", answer.tags, f"Answer {answer.text.lower()}" if answer.text else "")


def _escalation_end(item: Item, _: Names) -> Cell:
    if item["open"]:
        return Cell("Open")
    days = item["working_days_to_end"]
    after = f" after {words.counted(days, 'working day')}" if days is not None else ""
    return Cell(words.code(item["outcome"]), (), f"{words.day(item['ended_on'])}{after}")


ESCALATIONS = Sheet(
    BY_NAME["escalations"],
    "Escalation tracker",
    "Who disagrees with whom, how far up it went, and whether the answer came in time.",
    "escalation", "escalations",
    (
        Column("Escalation", leading("escalation", reference), "reference"),
        Column("Raised by", named("by_agency"), "by_agency"),
        Column("With", named("with_agency"), "with_agency"),
        Column("About", coded("reason"), "reason"),
        Column("Raised", dated("raised_on"), "raised_on"),
        Column("Stage", _stages, "stage"),
        Column("Outcome", _escalation_end, "outcome"),
    ),
    "No escalations are recorded here.",
    (
        Filter("by_agency", "Raised by", "agencies"),
        Filter("with_agency", "With", "agencies"),
        Filter("reason", "About", choices_of(get_args(Reason))),
        Filter("outcome", "Outcome", choices_of((*get_args(Outcome), "withdrawn"))),
        Filter("open", "Still open", "only"),
        Filter("lapsed", "Answer overdue", "only"),
    ),
)  # fmt: skip


DECISIONS = Sheet(
    BY_NAME["decisions"],
    "Decisions",
    "What was decided, when, and who was against it. Each can be replayed as it stood when it was taken.",
    "decision", "decisions",
    (
        Column("Decision", lambda item, _: Cell(item["title"] or words.code(item["decision"]), marks(item), f"Entry {item['entry']}", f"/pages/decisions/{item['entry']}"), "decision"),
        Column("Record", of_record, "reference"),
        Column("Decided", dated("decided_on"), "decided_on"),
        Column("Against", lambda item, names: Cell(names.all(item["dissent"]) or "Nobody recorded")),
        Column("Departs from rule", lambda item, _: rules(item["departures"])),
    ),
    "No decisions are recorded here.",
)  # fmt: skip
