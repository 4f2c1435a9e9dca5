"""GET /pages/actions/picture and others: a list drawn, each picture with a text that says the same and the table it was drawn from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from api.access import needs
from api.pages import words
from api.pages.as_at import standing
from api.pages.cells import Cell, Item, Names
from api.pages.listing import LISTS, Listing
from api.pages.page import HOME, render
from api.pages.questions import names_at
from api.pages.sheet import Sheet
from api.pages.sheets.actions import ACTIONS
from api.pages.sheets.audits import AUDITS
from api.pages.sheets.cases import REVIEWS
from api.pages.sheets.meetings import ATTENDANCE, TRAINING
from ledger.access.policy import Verb
from ledger.projections.as_at import Moment
from ledger.projections.ask import working_days
from ledger.projections.standing_counts import actions_standing
from ledger.reports.charts import Chart, Point, bars, grouped, over_time, to_svg

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.READ)], include_in_schema=False)
MONTHS = 12
SERIES = {"open": "Open and in time", "overdue": "Overdue", "completed": "Completed, not closed", "closed": "Closed"}
Draw = Callable[[Listing, Names], list[Chart]]


def status_over_time(listing: Listing, _: Names) -> list[Chart]:
    """How many actions stood how, at the end of each of twelve months."""
    asking = listing.asking
    days = [*_month_ends(asking.as_of, MONTHS - 1), asking.as_of]
    found = {day: actions_standing(listing.tables, asking, day) for day in days}
    series = {name: [(day, Point(words.day(day), found[day][key])) for day in days] for key, name in SERIES.items()}
    return [over_time("How actions stood at the end of each month", series, "actions")]


def days_to_decision(listing: Listing, _: Names) -> list[Chart]:
    """Working days to notification and to the rapid review, against what the pack allows."""
    items = _all(listing)
    told = [
        ("Working days from knowing of an incident to notifying it", _clocks(items, "notification")),
        ("Working days from notification to the rapid review being sent", _rapid_clocks(items)),
    ]
    return [_against(listing, title, clocks) for title, clocks in told if clocks]


def findings_by_theme(listing: Listing, _: Names) -> list[Chart]:
    """Findings of the audits shown, by theme; a finding with two themes counts in both."""
    gaps: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for item in _all(listing):
        for finding in item["findings"]:
            (gaps if finding["kind"] == "gap" else others).update(finding["themes"])
    themes = sorted({*gaps, *others}, key=lambda theme: (-gaps[theme], -others[theme], theme))
    series = {
        name: [Point(words.code(theme), count[theme]) for theme in themes]
        for name, count in (("gaps", gaps), ("other findings", others))
    }
    return [grouped("Findings by theme", series, "findings")] if themes else []


def attendance_by_seat(listing: Listing, names: Names) -> list[Chart]:
    """The share of meetings that each group's seats, or one group's seat by seat, came to; the lowest first."""
    items = [item for item in _all(listing) if item["meetings"]]
    groups = {item["group"] for item in items}
    if len(groups) == 1:
        title = f"Attendance by seat: {names.of(groups.pop())}"
        rows = [
            (words.curly(item["title"] or words.code(item["seat"])), item["attended"], item["meetings"])
            for item in items
        ]
    else:
        title = "Attendance by agency"
        rows = _summed(
            (names.of(item["agency"]) or "Agency not stated", item["attended"], item["meetings"]) for item in items
        )
    rows.sort(key=lambda row: (row[1] / row[2], row[0]))
    points = [Point(label, round(100 * came / of), f"{came} of {of}") for label, came, of in rows]
    return [bars(title, points, "per cent of meetings at which a seat was taken")] if points else []


def places_by_course(listing: Listing, _: Names) -> list[Chart]:
    """Places booked and completed, course by course."""
    items = _all(listing)
    series = {
        name: [
            Point(words.curly(item["title"]), item[field], "" if item[field] is not None else "not stated")
            for item in items
        ]
        for name, field in (("booked", "booked"), ("completed", "completed"))
    }
    return [grouped("Places booked and completed", series, "places")] if items else []


DRAWN: Mapping[str, Draw] = {
    ACTIONS.path: status_over_time,
    REVIEWS.path: days_to_decision,
    AUDITS.path: findings_by_theme,
    ATTENDANCE.path: attendance_by_seat,
    TRAINING.path: places_by_course,
}
"""Lists that people would rather look at."""


def show(request: Request, sheet: Sheet, draw: Draw) -> Response:
    """The page of a list's pictures, of what its filter lets through at the moment of the bar."""
    listing = Listing(request, sheet)
    asking = listing.asking
    names = names_at(listing.tables, asking.as_at, asking.as_of)
    charts = draw(listing, names)
    return render(
        request,
        "picture.html",
        title=f"{sheet.title}: picture",
        crumbs=(HOME, LISTS, (sheet.title, sheet.path)),
        sheet=sheet,
        listing=listing,
        standing=standing(request, Moment(asking.as_at, asking.as_of)),
        filters=listing.said(names),
        charts=[
            (chart, Markup(to_svg(chart, f"chart-{number}")), _columns(chart), _table(chart))  # noqa: S704 - it escapes what it is given
            for number, chart in enumerate(charts, 1)
        ],
    )


def _month_ends(before: date, how_many: int) -> list[date]:
    """The ends of so many months before a day, earliest first."""
    found = [before.replace(day=1) - timedelta(days=1)]
    while len(found) < how_many:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]


def _all(listing: Listing) -> list[Item]:
    return [item for found in listing.whole() for item in found.items]


def _clocks(items: Iterable[Item], name: str) -> list[tuple[str, Item]]:
    return [
        (item["reference"], item["clocks"][name])
        for item in items
        if item["record"] == "incident" and item["clocks"].get(name)
    ]


def _rapid_clocks(items: Iterable[Item]) -> list[tuple[str, Item]]:
    found = [
        (each["reference"], clock)
        for item in items
        for each in item["rapid_reviews"] or ()
        if (clock := each["clocks"].get("rapid_review"))
    ]
    return list(dict(found).items())


def _against(listing: Listing, title: str, clocks: Sequence[tuple[str, Item]]) -> Chart:
    """Bars of the days each clock took, or has run so far, and a line at what was allowed, if that was the same for all."""
    packs, on = listing.asking.packs_then, listing.asking.as_of
    points, allowed = [], set()
    for label, clock in clocks:
        started, due, met = (
            date.fromisoformat(clock[name]) if clock[name] else None for name in ("started", "due", "met_on")
        )
        took = working_days(packs, started, met or on) if started else None
        allowed.add(working_days(packs, started, due) if started and due else None)
        points.append(Point(label, took, "cannot tell" if took is None else f"{took}" if met else f"{took} so far"))
    limit = allowed.pop() if len(allowed) == 1 else None
    return bars(
        title, points, "working days", limit=None if limit is None else (limit, f"{limit} working days allowed")
    )


def _summed(rows: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    came: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for label, attended, meetings in rows:
        came[label][0] += attended
        came[label][1] += meetings
    return [(label, attended, meetings) for label, (attended, meetings) in came.items()]


def _columns(chart: Chart) -> list[str]:
    return ["What", *(words.code(name or chart.unit) for name in chart.series)]


def _table(chart: Chart) -> list[list[Cell]]:
    """What was drawn, a row for each label."""
    labels = list(dict.fromkeys(point.label for points in chart.series.values() for point in points))
    by_series = [{point.label: point.said for point in points} for points in chart.series.values()]
    return [[Cell(label), *(Cell(found.get(label, "")) for found in by_series)] for label in labels]


def _route(sheet: Sheet, draw: Draw) -> None:
    def page(request: Request) -> Response:
        return show(request, sheet, draw)

    page.takes_several = frozenset(sheet.question.plain)  # type: ignore[attr-defined]
    router.add_api_route(f"/{sheet.question.name}/picture", page, name=f"picture of {sheet.question.name}")


for _sheet in (ACTIONS, REVIEWS, AUDITS, ATTENDANCE, TRAINING):
    _route(_sheet, DRAWN[_sheet.path])
