"""What is to change: actions, priorities, task and finish groups, and risks."""

from __future__ import annotations

from typing import get_args

from api.pages import words
from api.pages.cells import (
    COLOURS,
    Cell,
    Item,
    Names,
    Tag,
    dated,
    leading,
    named,
    titled,
    worded,
)
from api.pages.sheet import Column, Filter, Sheet, choices_of
from ledger.domain.action_rules import Stage
from ledger.projections.questions import BY_NAME


def _owner(item: Item, names: Names) -> Cell:
    owner = item["owner_agency"] or item["owner_group"]
    return Cell(names.of(owner) if owner else "Not stated", (), words.code(item.get("owner_role")))


def _action_due(item: Item, _: Names) -> Cell:
    tags: tuple[Tag, ...] = ()
    if item["overdue"]:
        tags = (Tag(f"Overdue by {words.counted(item['days_over'], 'day')}", "red"),)
    elif item["days_over"]:
        tags = (Tag(f"Late by {words.counted(item['days_over'], 'day')}", "orange"),)
    times = item["times_rescheduled"]
    return Cell(words.day(item["due_on"]), tags, f"Put off {words.counted(times, 'time')}" if times else "")


def _action_state(item: Item, _: Names) -> Cell:
    rating = item["own_rating"]
    own = (Tag(f"Owner says {rating}", COLOURS.get(rating, "grey")),) if rating and item["open"] else ()
    closed = f": {words.code(item['closed_kind']).lower()}" if item["closed_kind"] else ""
    return Cell(f"{words.code(item['state'])}{closed}", own)


def _action_source(item: Item, _: Names) -> Cell:
    number = f", number {item['source_number']}" if item["source_number"] is not None else ""
    return Cell(
        words.code(item["source_kind"]), (), f"{item['source_reference'] or item['source_title'] or ''}{number}"
    )


ACTIONS = Sheet(
    BY_NAME["actions"],
    "Action log",
    "What was promised, by whom and by when, and whether it was shown to have worked.",
    "action", "actions",
    (
        Column("Action", leading("action", worded), "reference"),
        Column("How far it came", _action_state, "state"),
        Column("Due", _action_due, "due_on"),
        Column("Owner", _owner, "owner_agency"),
        Column("Overseen by", named("lead_group"), "lead_group"),
        Column("Comes from", _action_source, "source_kind"),
    ),
    "No actions are recorded here.",
    (
        Filter("state", "How far it came", choices_of(get_args(Stage))),
        Filter("owner_agency", "Owner", "agencies"),
        Filter("lead_group", "Overseen by", "groups"),
        Filter("overdue", "Overdue", "only"),
        Filter("open", "Still open", "only"),
    ),
    drawn=True,
)  # fmt: skip


def _measured(item: Item, _: Names) -> Cell:
    told = [
        f"{words.code(each['measure'])}: from {each['baseline'] or 'no baseline'} to {each['latest'] or 'not measured yet'}"
        + (f", aiming for {each['target']}" if each["target"] else "")
        for each in item["measured_by"]
    ]
    return Cell(
        "; ".join(told) or "Not measured", (Tag("Closed without a measure", "orange"),) if item["unmeasured"] else ()
    )


PRIORITIES = Sheet(
    BY_NAME["priorities"],
    "Priorities",
    "What the partnership set out to change, how it measures that, and how far it was judged to have come.",
    "priority", "priorities",
    (
        Column("Priority", leading("priority", titled), "title"),
        Column("Led by", named("lead_agency", "lead_group"), "lead_agency"),
        Column("Years", lambda item, _: Cell(f"{item['from_year']} to {item['to_year'] or 'no end set'}"), "from_year"),
        Column("Measured by", _measured),
        Column("Judged", lambda item, _: Cell(words.code(item["progress"]) or "Not yet", (), words.day(item["judged_on"])), "progress"),
        Column("Outcome", lambda item, _: Cell(words.code(item["outcome"]) or "Open"), "outcome"),
    ),
    "No priorities are recorded here.",
    (Filter("lead_agency", "Led by", "agencies"), Filter("open", "Still open", "only")),
)  # fmt: skip


def _score(likelihood: int | None, impact: int | None) -> str:
    if likelihood is None or impact is None:
        return "Not stated"
    return f"{likelihood} × {impact} = {likelihood * impact}"


def _risk_now(item: Item, _: Names) -> Cell:
    rescored = item["times_rescored"]
    return Cell(
        _score(item["likelihood"], item["impact"]),
        (),
        f"At first {_score(item['first_likelihood'], item['first_impact'])}" if rescored else "",
    )


RISKS = Sheet(
    BY_NAME["risks"],
    "Risk register",
    "How likely and how bad each risk is, whose it is, who was told, and how it ended. The score is likelihood times impact.",
    "risk", "risks",
    (
        Column("Risk", leading("risk", titled), "title"),
        Column("Owner", _owner, "owner_agency"),
        Column("Score", _risk_now, "likelihood"),
        Column("Identified", dated("identified_on"), "identified_on"),
        Column("Told to", lambda item, names: Cell(names.of(item["escalated_to"]), (), words.day(item["escalated_on"])), "escalated_on"),
        Column("Outcome", lambda item, _: Cell(words.code(item["outcome"]) or "On the register", (), words.day(item["closed_on"])), "outcome"),
    ),
    "No risks are recorded here.",
    (Filter("owner_agency", "Owner", "agencies"), Filter("open", "On the register", "only")),
)  # fmt: skip


def _task_group_due(item: Item, _: Names) -> Cell:
    return Cell(words.day(item["due_on"]), (Tag("Overdue", "red"),) if item["overdue"] else ())


def _task_group_end(item: Item, names: Names) -> Cell:
    if item["open"]:
        return Cell("At work")
    signed = f"Signed off by {names.of(item['signed_off_by'])}" if item["signed_off_by"] else ""
    return Cell(words.day(item["closed_on"]), (), words.phrases(signed, words.code(item["embedded_by"])))


TASK_GROUPS = Sheet(
    BY_NAME["task-groups"],
    "Task and finish groups",
    "What each group is to do and by when, who oversees it, and who signed it off.",
    "task and finish group", "task and finish groups",
    (
        Column("Group", leading("task-group", titled), "title"),
        Column("Led by", lambda item, names: Cell(words.code(item["lead_role"]), (), names.of(item["lead_agency"])), "lead_agency"),
        Column("Overseen by", named("overseen_by"), "overseen_by"),
        Column("Started", dated("started_on"), "started_on"),
        Column("Due", _task_group_due, "due_on"),
        Column("Closed", _task_group_end, "closed_on"),
    ),
    "No task and finish groups are recorded here.",
    (
        Filter("lead_agency", "Led by", "agencies"), Filter("overseen_by", "Overseen by", "groups"),
        Filter("overdue", "Overdue", "only"), Filter("open", "At work", "only"),
    ),
)  # fmt: skip
