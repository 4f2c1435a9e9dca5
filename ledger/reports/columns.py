"""The columns of a report's parts: what each is called, what it holds, and which of them are read together on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ledger.domain.labels import capital

Kind = Literal["code", "text", "day", "number", "reference"]


class Column(NamedTuple):
    """A column: its heading, what its cells are, and of numbers the unit."""

    heading: str
    kind: Kind = "code"
    unit: str = ""


COLUMNS: Mapping[str, Column] = {
    "reference": Column("Record", "reference"),
    "title": Column("Title", "text"),
    "edition": Column("Edition", "text"),
    "lead_agency": Column("Lead agency"),
    "lead_group": Column("Lead group"),
    "owner_agency": Column("Owner"),
    "owner_group": Column("Owning group"),
    "by_agency": Column("Raised by"),
    "with_agency": Column("With"),
    "by_role": Column("By"),
    "original_due_on": Column("First due", "day"),
    "due_on": Column("Due", "day"),
    "times_rescheduled": Column("Times put off", "number", "times"),
    "last_progress_on": Column("Last progress", "day"),
    "stage": Column("Stage", "number", "stage"),
    "days_paused": Column("Days paused", "number", "days"),
    "recommendations": Column("Recommendations", "number", "recommendations"),
    "declined": Column("Declined", "number", "recommendations"),
    "number": Column("Number", "number", "number"),
    "returns": Column("Evaluations returned", "number", "evaluations"),
    "asked": Column("Asked", "number", "people"),
    "changed_practice": Column("Changed practice", "number", "people"),
    "how_many": Column("People", "number", "people"),
    "challenges": Column("Challenges", "number", "challenges"),
    "impact_measure": Column("Measure"),
    "impact_baseline": Column("Before", "number"),
    "impact_value": Column("After", "number"),
    "impact_on": Column("Measured", "day"),
    "amount": Column("Amount", "number", "pounds"),
    "type": Column("What was decided"),
    "drift": Column("What drifts", "text"),
    "clocks": Column("Clocks", "text"),
    "year": Column("Year", "text"),
    "dissent": Column("Against it"),
    "to": Column("To"),
    "areas": Column("What changed"),
    "because": Column("Why"),
    "guidance": Column("Under"),
    "in_effect_by": Column("In effect by", "day"),
    "amendment_in_effect_by": Column("Change in effect by", "day"),
    "source_kind": Column("Recommended by"),
    "source_title": Column("Which", "text"),
}  # fmt: skip
"""Those whose heading is not simply their name; of the others, what ends in `_on` is a day, the rest are codes."""
OF_PART: Mapping[tuple[str, str], Column] = {
    ("PART-ACTIONS", "decision"): Column("Last decision", "text"),
    ("PART-ACTIONS", "reference"): Column("Action", "reference"),
    ("PART-IMPACT", "reference"): Column("Action", "reference"),
    ("PART-REC-ACTIONS", "reference"): Column("Action", "reference"),
    ("PART-REVIEWS", "reference"): Column("Review", "reference"),
    ("PART-RECS", "reference"): Column("Review", "reference"),
    ("PART-LEARNING", "reference"): Column("Review", "reference"),
    ("PART-TRAINING", "reference"): Column("Training", "reference"),
    ("PART-ESCALATIONS", "reference"): Column("Escalation", "reference"),
    ("PART-SCRUTINY", "reference"): Column("Scrutiny", "reference"),
}
"""Where the same name means something of its own."""

Group = tuple[str, tuple[str, ...]]
TOGETHER: Mapping[str, Sequence[Group]] = {
    "PART-ACTIONS": (
        ("Action", ("reference", "state")),
        ("Owner", ("owner_agency", "owner_group", "lead_group")),
        ("Due", ("due_on", "original_due_on", "times_rescheduled", "last_progress_on")),
        ("What drifts, and what was decided", ("drift", "decision", "assured_by")),
    ),
    "PART-PRIORITIES": (
        ("Priority", ("title", "reference")),
        ("Lead", ("lead_agency", "lead_group")),
        ("Progress", ("progress", "because", "judged_on", "outcome")),
    ),
    "PART-REVIEWS": (
        ("Review", ("reference", "kind")),
        ("State", ("state", "decided_on", "reported_on", "published_on", "days_paused")),
        ("Recommendations", ("recommendations", "declined")),
        ("Clocks", ("clocks",)),
    ),
    "PART-ESCALATIONS": (
        ("Escalation", ("reference", "reason")),
        ("Between", ("by_agency", "with_agency")),
        ("Raised", ("raised_on", "stage")),
        ("Outcome", ("outcome", "ended_on")),
    ),
    "PART-RECS": (
        ("Recommendation", ("reference", "number")),
        ("Made", ("made_on", "declined_on")),
        ("To", ("to",)),
        ("Themes", ("themes",)),
    ),
    "PART-REC-ACTIONS": (
        ("Action", ("reference", "state")),
        ("Recommended by", ("source_kind", "source_title")),
        ("Due", ("due_on",)),
        ("Measure", ("impact_measure",)),
        ("Before", ("impact_baseline",)),
        ("After", ("impact_value",)),
    ),
    "PART-ARRANGEMENTS": (
        ("Edition", ("edition", "guidance")),
        ("Published", ("published_on", "in_effect_by")),
        ("What changed", ("areas",)),
        ("Amended", ("amended_on", "amendment_in_effect_by")),
    ),
    "PART-DECISIONS": (
        ("What was decided", ("type", "title")),
        ("Decision", ("decision", "dissent")),
        ("Record", ("reference",)),
        ("On", ("decided_on",)),
    ),
    "PART-SCRUTINY": (
        ("Scrutiny", ("reference", "undertaken_on")),
        ("By", ("by_role", "method")),
        ("Area", ("area",)),
        ("Found", ("rating", "challenges", "recommendations")),
    ),
    "PART-COSTS": (("What", ("kind", "title")), ("Agency", ("agency",)), ("Amount", ("amount",))),
}  # fmt: skip
"""Columns that stand in one cell on a page, one under the other, because side by side they would be squeezed: PART-NOPROG as
PART-PRIORITIES; a part that is not named has a column for each.
"""
SAME_AS = {"PART-NOPROG": "PART-PRIORITIES"}


def column(name: str, part: str = "") -> Column:
    """A column by its name, in a part of the report."""
    known = OF_PART.get((part, name)) or COLUMNS.get(name)
    if known is not None:
        return known
    words = name.removesuffix("_on").replace("_", " ")
    return Column(capital(words), "day" if name.endswith("_on") else "code")


def together(part: str, columns: Sequence[str]) -> Sequence[Group]:
    """The columns of a part as a page shows them: a heading, and the columns in its cell."""
    found = TOGETHER.get(SAME_AS.get(part, part))
    return found or [(column(name, part).heading, (name,)) for name in columns]
