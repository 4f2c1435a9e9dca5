"""Pictures show what the lists hold, in numbers that a table repeats and a text tells."""

from __future__ import annotations

from collections import Counter

import pytest

from api.pages.pictures import DRAWN
from api.pages.sheets import SHEETS
from api.pages.words import curly
from ledger.access.principal import Role

THEN = "2025-03-31"
SVG = "{http://www.w3.org/2000/svg}"


def cells(page, table=0):
    """The table beside a picture: label -> its numbers; a cell begins with its head, for narrow screens."""
    heads = [th.text for th in page.all("table")[table].iter("th")]
    found = {}
    for row in page.rows(table):
        label, *numbers = [cell.removeprefix(head) for cell, head in zip(row, heads, strict=True)]
        found[label] = numbers
    return found


@pytest.mark.parametrize("path", DRAWN)
def test_a_picture_is_told_in_words_and_stands_beside_its_table(year, path):
    page = year.get(f"{path}/picture", params={"as_at": THEN})
    drawings = page.all(f"{SVG}svg")
    assert len(drawings) == len(page.all("table")) > 0
    for number, drawing in enumerate(drawings):
        (told,) = drawing.findall(f"{SVG}desc")
        assert drawing.get("role") == "img"
        assert all(label in told.text for label in list(cells(page, number))[:15])


def test_a_list_has_a_picture_where_it_says_so():
    assert {sheet.path for sheet in SHEETS if sheet.drawn} == set(DRAWN)


@pytest.mark.parametrize("filters", [{}, {"lead_group": "PIG"}, {"owner_agency": "NALA"}])
def test_actions_are_drawn_as_the_log_had_them_on_each_day(year, filters):
    found = cells(year.get("/pages/actions/picture", params={"as_at": THEN, **filters}))
    assert len(found) == 12
    for label, day in (("31 March 2025", THEN), ("30 November 2024", "2024-11-30")):
        items = year.client.get("/actions", params={"as_at": THEN, "as_of": day, "limit": 1000, **filters}).json()[
            "items"
        ]
        count = Counter(
            "closed"
            if not item["open"]
            else "overdue"
            if item["overdue"]
            else "completed"
            if item["completed_on"]
            else "open"
            for item in items
        )
        assert found[label] == [str(count[name]) for name in ("open", "overdue", "completed", "closed")]


def test_whoever_does_not_see_everything_gets_the_same_picture_of_actions(year, as_role):
    """Actions are no cases: every reader sees them; only the way they are counted differs."""
    theirs = as_role(Role.PARTNER_READER, "KITES").get("/pages/actions/picture", params={"as_at": THEN})
    assert cells(theirs) == cells(year.get("/pages/actions/picture", params={"as_at": THEN}))


def test_clocks_are_drawn_against_what_is_allowed(year):
    page = year.get("/pages/reviews/picture", params={"as_at": THEN})
    notified, rapid = cells(page, 0), cells(page, 1)
    assert notified["INC-2024-002"] == ["35"]
    assert rapid["RR-2024-001"] == ["14"]
    assert "A dashed line stands at 15: 15 working days allowed." in page.main


def test_findings_are_counted_by_theme(year):
    found = cells(year.get("/pages/audits/picture", params={"as_at": THEN}))
    items = year.client.get("/audits", params={"as_at": THEN}).json()["items"]
    gaps = Counter(
        theme for item in items for each in item["findings"] if each["kind"] == "gap" for theme in each["themes"]
    )
    assert found["Information sharing with GPs"][0] == str(gaps["information-sharing-with-gps"])
    assert sum(int(row[0]) for row in found.values()) == sum(gaps.values()) > 0


def test_one_group_is_drawn_seat_by_seat(year):
    items = year.client.get("/attendance", params={"group": "EXEC"}).json()["items"]
    page = year.get("/pages/attendance/picture", params={"group": "EXEC"})
    assert page.all("h2")[0].text == "Attendance by seat: Executive (invented)"
    assert {label: row[0] for label, row in cells(page).items()} == {
        curly(item["title"]): f"{item['attended']} of {item['meetings']}" for item in items
    }


def test_where_there_is_nothing_to_draw_it_says_so(case):
    assert "There is nothing to draw here." in case.get("/pages/audits/picture").main
