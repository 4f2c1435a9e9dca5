"""Home: what waits for each role, what is overdue and due, where to look, and whether the ledger can be believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product

import pytest

from api.pages import home
from ledger.access.principal import Role
from ledger.enquiries import enquiries
from ledger.enquiries.leads import Leads
from ledger.projections.asking import Asking
from ledger.projections.clocks import clocks, first_clocks
from ledger.projections.first_clocks import FIRST

THEN = "2025-03-31"


def waiting(page):
    """Each thing that waits: how many, and the list that has them."""
    items = [each for ul in page.all("ul") if "ledger-waiting" in ul.get("class", "") for each in ul.iter("a")]
    return [(int("".join(link.itertext()).split()[0].replace(",", "")), link.attrib["href"]) for link in items]


@pytest.mark.parametrize(
    ("role", "agency", "some"),
    [
        (Role.BUSINESS_UNIT, "BU", True),
        (Role.QA_OFFICER, "BU", True),
        (Role.PARTNER_SUBMITTER, "NAICB", True),
        (Role.PARTNER_READER, "KITES", False),
        (Role.CHAIR, "NALA", True),
        (Role.SCRUTINEER, "IS", True),
    ],
)
def test_what_waits_is_as_many_as_its_list_has(as_role, role, agency, some):
    reader = as_role(role, agency)
    page = reader.get("/pages", params={"as_at": THEN})
    assert page.h1 == f"Home: {role.title}"
    found = waiting(page)
    assert bool(found) == some
    assert ("Nothing waits for you." in page.main) != some
    for number, href in found:
        assert len(reader.get(href).rows()) == number > 0


def test_an_agency_is_told_of_its_own_clocks_only(as_role):
    page = as_role(Role.PARTNER_SUBMITTER, "NAICB").get("/pages", params={"as_at": THEN})
    owed = [row[2] for table in range(2) for row in page.rows(table)]
    assert set(owed) == {"Owed byNorthmere and Ashdale Integrated Care Board (invented)"}
    assert "Where to look" not in page.main, "lines of enquiry look across all cases"


def test_the_most_overdue_comes_first_and_what_is_due_next(year):
    page = year.get("/pages", params={"as_at": THEN})
    told = year.client.get("/clocks", params={"as_at": THEN, "state": "breached", "sort": "left"}).json()
    assert f"{told['total']} clocks, the first 5" in page.main
    assert [row[0].endswith(item["reference"]) for row, item in zip(page.rows(0), told["items"], strict=False)] == [
        True
    ] * 5
    (rest,) = [each for each in page.links if "state=breached" in each]
    assert len(year.get(rest).rows()) == told["total"]


def test_a_clock_whose_record_names_nobody_says_whose_duty_it_is(year):
    said: dict[str, set[str]] = {}
    for state in ("running", "met"):
        asked = {"as_at": THEN, "sort": "due", "state": state}
        items = year.client.get("/clocks", params=asked).json()["items"]
        for row, item in zip(year.get("/pages/clocks", params=asked).rows(), items, strict=False):
            if item["owed_by"] is None:
                said.setdefault(item["clock"], set()).add(row[4].removeprefix("Owed by"))
    assert said["rapid-review"] == said["publication"] == {"The safeguarding partners"}
    assert said["notification"] == {"The local authority"}


def test_lines_of_enquiry_are_counted_and_lead_to_their_places(year):
    page = year.get("/pages", params={"as_at": THEN})
    lines = [each for each in page.links if "/pages/enquiries?id=" in each]
    assert len(lines) > 5
    items = year.client.get("/enquiries", params={"as_at": THEN, "limit": 1000}).json()["items"]
    assert len(lines) == len({item["id"] for item in items if item["told"] == "found"})
    assert len(year.get(lines[0]).rows()) == max(
        [item["id"] for item in items].count(id_) for id_ in {item["id"] for item in items}
    )


def no_actions(name: str) -> bool:
    return not name.startswith("action/")


def test_the_first_clocks_are_those_of_the_list(year):
    parts = year.client.app.state.parts
    head, seen = parts.ledger.head().position, 0
    for as_at, on, filters, sees in product(
        (head, head // 2), (date(2024, 9, 30), date(2025, 3, 31)), ({}, {"owed_by": ["NAICB"]}), (None, no_actions)
    ):
        asking = Asking(as_at, on, parts.ledger.packs(), filters, limit=3, sees=sees)
        for state, answer in first_clocks(parts.tables, asking).items():
            order = dict(FIRST)[state]
            own = replace(asking, filters={**filters, "state": [state]}, sort=(order,), limit=None)
            whole = clocks(parts.tables, own)
            assert (answer.items, answer.total) == (whole.items[:3], whole.total)
            seen += answer.total
    assert seen > 50


def test_the_numbers_of_lines_are_those_of_the_list_at_any_moment_and_for_anybody(year):
    parts = year.client.app.state.parts
    leads, head, count = Leads(parts.tables), parts.ledger.head().position, 0
    for as_at in (head, head // 2, head, 1):
        for sees in (None, no_actions):
            histories = partial(parts.ledger.records, upto=as_at)
            asking = Asking(as_at, date(2025, 3, 31), parts.ledger.packs(), sees=sees, histories=histories)
            items = enquiries(parts.tables, asking).items
            found = Counter(item["id"] for item in items if item["told"] == "found")
            assert leads.of(asking) == found
            count += len(found)
    assert count > 10


@pytest.mark.parametrize("role", [Role.REPORT_BUILDER, Role.AUDITOR, Role.ADMINISTRATOR, Role.WITNESS])
def test_a_role_that_reads_no_records_is_told_so(as_role, role):
    reader = as_role(role, "NALA")
    page = reader.get("/pages")
    assert "Your role reads no records of the partnership." in page.main
    assert "ledger-as-at" not in page.text
    assert reader.get("/pages/actions", status=403).h1 == "You may not see this page"
    assert "/pages/actions" not in page.links


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"whole": True, "entries": 455, "finished": "2025-08-01T09:00:00Z", "breaks": []}, "Whole 455 entries were worked out again, last on 1 August 2025 at 10:00"),
        ({"whole": False, "breaks": [{}]}, "Something is wrong 1 place in what is stored does not fit"),
        ({"whole": True, "breaks": []}, "Under way Its first check"),
        ({"whole": True, "breaks": [], "trouble": "The disk is gone."}, "Not running The disk is gone."),
    ],
)  # fmt: skip
def test_home_says_how_the_check_of_the_ledger_stands(year, monkeypatch, state, told):
    monkeypatch.setattr(home, "audited", lambda audit: state)
    assert told in year.get("/pages").main


def test_home_says_who_watches(year, monkeypatch):
    assert "Nobody else keeps watch over this ledger yet." in year.get("/pages").main
    one = {"name": "police", "key": "k", "size": 450, "behind": 5, "cosigned": "2025-08-01T09:00:00Z"}
    watched = {"size": 455, "agreed": 450, "in_force": True, "quorum": "police", "witnesses": [one]}
    monkeypatch.setattr(home, "witnessed", lambda request: watched)
    main = year.get("/pages").main
    assert "450 entries of 455 are agreed by police." in main
    monkeypatch.setattr(home, "witnessed", lambda request: watched | {"in_force": False})
    assert "nobody has to agree" in year.get("/pages").main
    assert "police: has cosigned 450 entries, 5 behind, last on 1 August 2025 at 10:00" in main
