"""Who comes and who learns: meetings, attendance seat by seat, training."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages import words
from api.pages.cells import (
    Cell,
    Item,
    Names,
    Tag,
    dated,
    leading,
    named,
    reference,
    text,
    titled,
)
from api.pages.sheet import Beside, Column, Filter, Sheet, choices_of
from ledger.projections.questions import BY_NAME


def _meeting_outcome(item: Item, _: Names) -> Cell:
    quorum = {"no": (Tag("Without a quorum", "orange"),)}.get(item["quorate"] or "", ())
    return Cell(words.code(item["outcome"]), quorum)


def _came(item: Item, _: Names) -> Cell:
    return Cell(
        f"{item['attended']} of {item['seats']} seats"
        if item["seats"]
        else "Not stated"
        if item["outcome"] == "held"
        else ""
    )


MEETINGS = Sheet(
    BY_NAME["meetings"],
    "Meetings",
    "The meetings of each group: planned, held or not, and how many seats were taken.",
    "meeting", "meetings",
    (
        Column("Meeting", leading("meeting", reference), "reference"),
        Column("Group", named("group"), "group"),
        Column("Planned for", dated("planned_on"), "planned_on"),
        Column("Took place", dated("took_place_on"), "took_place_on"),
        Column("Outcome", _meeting_outcome, "outcome"),
        Column("Came", _came, "attended"),
    ),
    "No meetings are recorded here.",
    (
        Filter("group", "Group", "groups"),
        Filter("outcome", "Outcome", choices_of(("planned", "held", "not-held"))),
        Filter("quorate", "Quorum", {"yes": "With a quorum", "no": "Without a quorum"}),
    ),
    related={"Attendance, seat by seat": "/pages/attendance"},
)  # fmt: skip

ATTENDANCE = Sheet(
    BY_NAME["attendance"],
    "Attendance",
    "Who comes to the meetings of each group, seat by seat: the member or a deputy.",
    "seat", "seats",
    (
        Column("Group", named("group"), "group"),
        Column("Seat", lambda item, _: Cell(item["title"] or words.code(item["seat"])), "title"),
        Column("Agency", lambda item, names: Cell(names.of(item["agency"])), "agency"),
        Column("Came", lambda item, _: Cell(f"{item['attended']} of {item['meetings']}"), "attended", number=True),
        Column("Share", lambda item, _: Cell(f"{item['share']}%" if item["share"] is not None else "Not stated"), "share", number=True),
        Column("By a deputy", text("deputy"), "deputy", number=True),
        Column("Apologies", text("apologies"), "apologies", number=True),
        Column("Absent", text("absent"), "absent", number=True),
        Column("Nobody came", text("none"), "none", number=True),
    ),
    "No attendance is recorded here.",
    (Filter("group", "Group", "groups"), Filter("agency", "Agency", "agencies")),
    related={"Meetings": "/pages/meetings"},
    drawn=True,
)  # fmt: skip


def _course_days(item: Item, _: Names) -> Cell:
    if item["one_day"]:
        return Cell(words.day(item["period_from"]))
    return Cell(f"{words.day(item['period_from'])} to {words.day(item['period_to'])}")


def _places(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            titled(item, names),
            Cell(names.of(each["agency"])),
            *(text(name)(each, names) for name in ("booked", "completed", "did_not_attend")),
        ]
        for item in items
        for each in item["by_agency"]
    ]


TRAINING = Sheet(
    BY_NAME["training"],
    "Training",
    "Places on each course: booked, completed, and what became of the rest. These are places, not people.",
    "course", "courses",
    (
        Column("Course", leading("training", titled), "title"),
        Column("When", _course_days, "period_from"),
        Column("Booked", text("booked"), "booked", number=True),
        Column("Completed", text("completed"), "completed", number=True),
        Column("Cancelled", text("cancelled"), "cancelled", number=True),
        Column("Did not attend", text("did_not_attend"), "did_not_attend", number=True),
        Column("Unaccounted for", text("unaccounted"), "unaccounted", number=True),
    ),
    "No training is recorded here.",
    (),
    Beside("Places on these courses by agency", ("Course", "Agency", "Booked", "Completed", "Did not attend"), _places, "No course above says which agencies took its places."),
    drawn=True,
)  # fmt: skip
