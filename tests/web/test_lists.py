"""A list on its page is the list that programs get: as filtered, sorted and turned to, at the moment of the bar."""

from __future__ import annotations

import csv
import io

import pytest

from api.pages import listing
from api.pages.cells import standing
from api.pages.sheets import SHEETS
from tests.web.reading import said

THEN = "2025-03-31"
NAMES = [sheet.question.name for sheet in SHEETS]


@pytest.mark.parametrize(
    ("name", "moment"),
    [(name, moment) for name in NAMES for moment in ("", THEN) if (name, moment) != ("restrictions", THEN)],
)  # the year's one restriction came later
def test_a_page_shows_the_items_that_a_program_gets(year, name, moment):
    query = {"as_at": moment} if moment else {}
    page = year.get(f"/pages/{name}", params=query)
    told = year.client.get(f"/{name}", params=query | {"limit": 50}).json()
    assert told["total"] > 0
    assert len(page.rows()) == len(told["items"])
    assert said(page.all("caption")[0]).startswith(f"{told['total']:,}")


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"enquiries"}))  # a line that cannot be followed says so
def test_a_list_of_a_ledger_that_holds_nothing_of_it_says_so(case, name):
    page = case.get(f"/pages/{name}", params={"as_at": "0"})
    assert page.all("table") == []
    (sheet,) = [each for each in SHEETS if each.question.name == name]
    assert f"{sheet.none} It may have been recorded later." in page.main


@pytest.mark.parametrize("name", NAMES)
def test_every_head_that_sorts_sorts_as_it_says(year, name):
    page = year.get(f"/pages/{name}")
    for head in [each for each in page.all("th") if each.find("a") is not None]:
        link = head.find("a")
        assert link is not None
        page = year.get(link.attrib["href"])
        now = [each.get("aria-sort") for each in page.all("th") if each.get("aria-sort") not in (None, "none")]
        assert now in (["ascending"], ["descending"])


def test_a_list_is_turned_the_other_way_by_the_same_head(year):
    first = year.get("/pages/actions", params={"sort": "due_on"})
    (link,) = [each for each in first.links if "sort=-due_on" in each]
    dues = [item["due_on"] for item in year.client.get("/actions", params={"sort": "-due_on"}).json()["items"]]
    shown = [row[0] for row in year.get(link).rows()]
    assert len(set(dues)) > 2
    items = year.client.get("/actions", params={"sort": "-due_on"}).json()["items"]
    assert all(cell.endswith(item["reference"]) for cell, item in zip(shown, items, strict=True))


def test_a_filter_narrows_is_said_in_words_and_may_be_taken_away(year):
    page = year.get("/pages/actions", params={"owner_agency": "NAICB", "overdue": "true", "as_at": THEN, "state": ""})
    shown = year.client.get("/actions", params={"owner_agency": "NAICB", "overdue": "true", "as_at": THEN}).json()
    assert 0 < shown["total"] == len(page.rows()) < year.client.get("/actions").json()["total"]
    assert "Owner: Northmere and Ashdale Integrated Care Board (invented)" in page.main
    assert "Overdue by 182 days" in page.main
    without = [each for each in page.links if "overdue" in each and "owner_agency" not in each and "sort" not in each]
    assert without == [f"/pages/actions?overdue=true&as_at={THEN}"]
    chosen = [
        each.get("value") for each in page.by_id("filter-owner_agency").iter("option") if "selected" in each.attrib
    ]
    assert chosen == ["NAICB"]
    assert "checked" in page.by_id("filter-overdue").attrib


def test_a_filter_that_nothing_fits_says_so_and_leads_back(year):
    page = year.get("/pages/actions", params={"state": "assurance-refused"})
    assert "Nothing fits this filter at this moment." in page.main
    assert "/pages/actions" in page.links


def test_a_page_of_the_past_says_so_and_every_link_stays_there(year):
    page = year.get("/pages/actions", params={"as_at": THEN})
    assert "You are looking at the ledger as it stood at the end of 31 March 2025" in page.main
    ours = [each for each in page.links if each.startswith("/pages") and each != "/pages/as-at"]
    back = {each for each in ours if "as_at=" not in each}
    of_now = {"/pages/accessibility", "/pages/log", "/pages/record", "/pages/rules"}
    assert back == {"/pages", "/pages/actions"} | of_now, "the name of the service, and the link back to now"
    assert "You are looking at the ledger as it stands now" in year.get("/pages/actions").main


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"day": "31", "month": "3", "year": "2025"}, "as_at=2025-03-31"),
        ({"entry": "120"}, "as_at=120"),
        ({}, ""),
    ],
)
def test_another_moment_is_chosen_in_a_form(year, given, place):
    query = {"back": "/pages/actions?state=raised&page=2", **given}
    answer = year.client.get("/pages/as-at", params=query, follow_redirects=False)
    if not place:
        assert year.get("/pages/as-at", params=query).h1 == "Choose a moment"
        return
    assert (answer.status_code, answer.headers["location"]) == (303, f"/pages/actions?state=raised&{place}")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"day": "31", "month": "2", "year": "2025"}, "The day should be a real date"),
        ({"day": "1", "month": "1", "year": "2031"}, "has not come yet"),
        ({"entry": "99999"}, "The ledger ends at position"),
        ({"entry": "twelve"}, "The entry should be a whole number"),
        ({"entry": "3", "year": "2025"}, "Give either a day or an entry"),
    ],
)
def test_a_moment_that_cannot_be_is_told_in_the_form(year, given, why):
    page = year.get("/pages/as-at", params={"back": "/pages/actions", **given})
    assert page.title.startswith("Error: ")
    assert why in page.main
    assert [each.get("value") for each in page.all("input") if each.get("name") == "back"] == ["/pages/actions"]


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/pages\\..", "/docs", "/pagesx"]
)
def test_the_form_leads_nowhere_else(year, back):
    year.get("/pages/as-at", params={"back": back, "entry": "1"}, status=422)


@pytest.mark.parametrize("name", NAMES)
def test_a_download_is_the_whole_list_as_filtered(year, name):
    told = year.client.get(f"/{name}", params={"as_at": THEN, "limit": 1000}).json()
    answer = year.client.get(f"/pages/{name}/download/json", params={"as_at": THEN})
    assert answer.json() == told
    assert (
        answer.headers["content-disposition"]
        == f'attachment; filename="{name}-as-at-{told["as_at"]}-as-of-{THEN}.json"'
    )
    rows = list(
        csv.DictReader(io.StringIO(year.client.get(f"/pages/{name}/download/csv", params={"as_at": THEN}).text))
    )
    assert [row["reference"] for row in rows] == [item["reference"] for item in told["items"]]


def test_a_download_keeps_filter_and_order(year, monkeypatch):
    monkeypatch.setattr(listing, "AT_ONCE", 2)
    query = {"lead_group": "PIG", "sort": "-reference"}
    told = year.client.get("/actions", params=query).json()
    page = year.get("/pages/actions", params=query)
    (href,) = [each for each in page.links if "/download/json" in each]
    assert year.client.get(href).json()["items"] == told["items"]
    assert len(told["items"]) > 3
    year.get("/pages/actions/download/pdf", status=404)


def test_pages_of_a_list_follow_each_other(year, monkeypatch):
    monkeypatch.setattr(listing, "ON_A_PAGE", 4)
    total, seen = year.client.get("/actions").json()["total"], []
    page = year.get("/pages/actions", params={"as_at": THEN})
    while True:
        seen += [row[0] for row in page.rows()]
        following = [each.attrib["href"] for each in page.all("a") if each.get("rel") == "next"]
        if not following:
            break
        page = year.get(following[0])
    assert (len(seen), len(set(seen))) == (total, total)
    year.get("/pages/actions", params={"page": "99"}, status=404)
    year.get("/pages/actions", params={"page": "0"}, status=404)


@pytest.mark.parametrize("query", [{"colour": "red"}, {"sort": "colour"}, {"as_at": "soon"}, {"as_of": "2025-02-30"}])
def test_a_question_that_is_not_understood_is_told_on_a_page(year, query):
    assert year.get("/pages/actions", params=query, status=422).h1 == "We could not read what you asked for"


def test_what_is_late_is_said_in_words():
    told = {"unit": "working-days", "state": "breached", "left": -1}
    assert standing(told).text == "Overdue by 1 working day"
    assert standing(told | {"left": None}).text == "Overdue"
    assert standing(told | {"state": "running", "left": 3}).text == "3 working days left"
    assert standing(told | {"state": "running", "left": 0}).text == "Due today"
    assert standing(told | {"state": "met-late", "left": -2}).text == "Late by 2 working days"
    assert standing(told | {"state": "met", "left": 2}).text == "In time"
    assert standing(told | {"state": "no-clock-set", "left": None}).text == "No clock set"
