"""The partnership itself: its agencies, groups and arrangements, its money, and what datasets say."""

from __future__ import annotations

from typing import get_args

from api.pages import words
from api.pages.cells import Cell, Item, Names, Tag, coded, dated, leading, marks, reference, text
from api.pages.sheet import Column, Filter, Sheet, choices_of
from ledger.domain.agency import Sector, StandingInPartnership
from ledger.domain.finance import Direction, to_the_penny
from ledger.projections.questions import BY_NAME


def _by_name(item: Item, _: Names) -> Cell:
    return Cell(item["name"], marks(item), item["reference"])


def _left(item: Item, names: Names) -> Cell:
    if item["succeeded_by"]:
        return Cell(words.day(item["succeeded_on"]), (), f"Followed by {names.all(item['succeeded_by'])}")
    return Cell(words.day(item["left_on"]) or "Takes part")


AGENCIES = Sheet(
    BY_NAME["agencies"],
    "Agencies",
    "The agencies of the partnership, what each is called, and who took over from it.",
    "agency", "agencies",
    (
        Column("Agency", leading("agency", _by_name), "name"),
        Column("Sector", coded("sector"), "sector"),
        Column("Standing", coded("standing"), "standing"),
        Column("Registered", dated("registered_on"), "registered_on"),
        Column("Left", _left, "left_on"),
    ),
    "No agencies are recorded here.",
    (
        Filter("sector", "Sector", choices_of(get_args(Sector))),
        Filter("standing", "Standing", choices_of(get_args(StandingInPartnership))),
    ),
)  # fmt: skip


GROUPS = Sheet(
    BY_NAME["groups"],
    "Groups",
    "The groups of the partnership: who chairs each, how often it is to meet, and how many seats it has.",
    "group", "groups",
    (
        Column("Group", leading("group", _by_name), "name"),
        Column("Chaired by", coded("chair_role"), "chair_role"),
        Column("Meets", coded("meeting_frequency"), "meeting_frequency"),
        Column("Seats", lambda item, _: Cell("Not stated" if item["seats"] is None else words.said(item["seats"])), "seats", number=True),
        Column("Since", dated("established_on"), "established_on"),
        Column("Dissolved", lambda item, _: Cell(words.day(item["dissolved_on"]) or "At work"), "dissolved_on"),
    ),
    "No groups are recorded here.",
    related={"Meetings": "/pages/meetings", "Attendance, seat by seat": "/pages/attendance"},
)  # fmt: skip


def _amended(item: Item, _: Names) -> Cell:
    if not item["amendments"]:
        return Cell("Not amended")
    return Cell(words.day(item["amended_on"]), (), words.codes(item["areas"]))


ARRANGEMENTS = Sheet(
    BY_NAME["arrangements"],
    "Arrangements",
    "The arrangements that the safeguarding partners published, under which guidance, and what was changed in them last.",
    "edition", "editions",
    (
        Column("Arrangements", leading("arrangements", lambda item, _: Cell(item["edition"], marks(item), item["reference"])), "edition"),
        Column("Guidance", coded("guidance"), "guidance"),
        Column("Partners", lambda item, names: Cell(names.all(item["partners"]))),
        Column("Published", dated("published_on"), "published_on"),
        Column("Amended", _amended, "amended_on"),
        Column("In effect by", lambda item, _: Cell(words.day(item["amendment_in_effect_by"] or item["in_effect_by"])), "in_effect_by"),
    ),
    "No arrangements are recorded here.",
)  # fmt: skip


RESERVE = get_args(Direction)
"""What moves within the partnership's own money, and is from nobody and for nothing."""


def _from_or_for(item: Item, names: Names) -> Cell:
    if item["kind"] in RESERVE:
        return Cell()
    return Cell(names.of(item["agency"]) or item["title"] or words.code(item["head"]) or "Not stated")


FINANCE = Sheet(
    BY_NAME["finance"],
    "Accounts",
    "The lines of each year’s account: what came in, what was spent, and what moved to or from reserve.",
    "line", "lines",
    (
        Column("Line", leading("finance", reference), "reference"),
        Column("Year", text("year"), "year"),
        Column("What", coded("kind"), "kind"),
        Column("From or for", _from_or_for, "agency"),
        Column("Amount", lambda item, _: Cell(to_the_penny(item["amount"])), "amount", number=True),
    ),
    "No accounts are recorded here.",
    (
        Filter("kind", "What", choices_of(("contributed", "received", "spent", *RESERVE))),
        Filter("agency", "Contributed by", "agencies"),
    ),
)  # fmt: skip


def _observed(item: Item, _: Names) -> Cell:
    """`493`, `35.1%`, `8.2 per 10,000`; what was printed where no more is known; the two numbers below that it comes from."""
    value = next((item[name] for name in ("value", "computed", "printed") if item[name] is not None), None)
    shown = f"{int(value):,}" if value is not None and value.isdecimal() else value
    beside = {"share": "%", "rate": f" per {item['per']:,}" if item["per"] else ""}.get(item["measure"], "")
    sides = (
        f"{item['numerator']:,} of {item['denominator']:,}"
        if None not in (item["numerator"], item["denominator"])
        else ""
    )
    return Cell(
        "Not stated" if value is None else f"{shown}{beside}",
        (Tag("About", "grey"),) if item["approximate"] else (),
        sides,
    )


def _when(item: Item, _: Names) -> Cell:
    if item["snapshot_on"]:
        return Cell(words.day(item["snapshot_on"]))
    return Cell(
        f"{words.day(item['period_from'])} to {words.day(item['period_to'])}" if item["period_from"] else "Not stated"
    )


INDICATORS = Sheet(
    BY_NAME["indicators"],
    "Indicators",
    "What the datasets say, number by number. Figures that the ledger cannot work out from its own records quote these.",
    "number", "numbers",
    (
        Column("Indicator", leading("dataset", lambda item, _: Cell(words.code(item["definition"]), marks(item), item["reference"])), "definition"),
        Column("Of", lambda item, _: Cell(words.codes(each.partition("=")[2] for each in item["dimensions"]) or "All"), "dimensions"),
        Column("Value", _observed, number=True),
        Column("Unit", coded("unit"), "unit"),
        Column("When", _when, "snapshot_on"),
        Column("Stated by", lambda item, names: Cell(names.of(item["source_agency"]) or item["dataset"]), "source_agency"),
    ),
    "No datasets are recorded here.",
    (Filter("source_agency", "Stated by", "agencies"),),
)  # fmt: skip
