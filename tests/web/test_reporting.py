"""Where a report stands, on its page; and its sections, written in a form that shows how they will read before anything is recorded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ledger.access.principal import Role
from ledger.clock import DemonstrationClock
from ledger.wiring import open_parts
from tests.access.signing_in import sign_in
from tests.web.conftest import AFTERWARDS, YEAR
from tests.web.reading import FIELDS, Page, Reader, said

HERE = "/pages/reports/annual/2024-25"


@contextmanager
def in_a_copy(year_held: Path, folder: Path) -> Iterator[Reader]:
    """The invented year in a copy, for tests that record something."""
    shutil.copytree(year_held.parent, folder / "year")
    database = str(folder / "year" / year_held.name)
    open_ = partial(open_parts, database, packs=YEAR / "packs", clock=DemonstrationClock(AFTERWARDS))
    with TestClient(create_app(open_), base_url="http://localhost") as client:
        yield Reader(client)


@pytest.fixture
def own_year(year_held, tmp_path) -> Iterator[Reader]:
    """The invented year in a copy of a test's own."""
    with in_a_copy(year_held, tmp_path) as reader:
        yield reader


def filled(page: Page) -> dict[str, list[str]]:
    """What a form would send as it stands."""
    found: dict[str, list[str]] = {}
    for field in page.all(*FIELDS):
        name, kind = field.get("name"), field.get("type")
        if name is None or name == "go" or (kind in {"radio", "checkbox"} and field.get("checked") is None):
            continue
        value = field.text or "" if field.tag == "textarea" else field.get("value", "")
        if field.tag == "select":
            value = next((o.get("value", "") for o in field.iter("option") if o.get("selected") is not None), "")
        found.setdefault(name, []).append(value)
    return found


def recorded(reader: Reader, address: str, **changes: str) -> tuple[Page, Page]:
    """Fill in a form, check the answers and record them, all without a script: the page that checks, and the receipt."""
    page = reader.get(address)
    form = next(each for each in page.all("form") if "/pages/drafts/" in each.get("action", ""))
    answers = filled(page) | {name: [value] for name, value in changes.items()} | {"go": ["check"]}
    sent = reader.client.post(form.attrib["action"], data=answers, headers={"origin": "http://localhost"})
    assert sent.status_code == 200, sent.text[-500:]
    check = Page(sent.text)
    action = next(each.attrib["action"] for each in check.all("form") if each.get("action", "").endswith("/record"))
    done = reader.client.post(action, data={"csrf": filled(check)["csrf"][0]}, headers={"origin": "http://localhost"})
    assert done.status_code == 200, done.text[-500:]
    return check, Page(done.text)


def test_the_page_says_each_step_and_what_is_to_do(year):
    page = year.get(HERE)
    states = [("Done" if row[0].endswith("Done") else row[0][-len("To do") :]) for row in page.rows()]
    assert states == ["Done", "Done", "Done", "Done", "To do", "To do"]
    assert "Draft 1 went round to EXEC on 27 June 2025" in page.main
    assert "Signed off by NALA, NPOL, NAICB." in page.main
    assert "Each written section is cleared for disclosure as it stands." in page.main
    assert "FIG-SIN: withheld in the copy for the public, which says [c] there" in page.main
    told = year.client.get("/reports/annual/2024-25/standing").json()
    assert [each["name"] for each in told["steps"]] == [
        "written",
        "drafted",
        "signed-off",
        "cleared",
        "published",
        "sent",
    ]
    assert HERE in year.get("/pages/reports").links
    active = [said(each) for each in page.all("li") if "service-navigation__item--active" in each.get("class", "")]
    assert active == ["Figures and reports"]


def test_who_makes_the_report_writes_it_and_whoever_signs_clears_it(as_role):
    def ways(role: Role, agency: str) -> set[str]:
        links = as_role(role, agency).get(HERE).links
        return {href.rpartition("/")[2].partition("?")[0] for href in links if "/record/" in href}

    assert ways(Role.BUSINESS_UNIT, "BU") == {
        "report.section-written",
        "report.drafted",
        "report.signed-off",
    }
    assert ways(Role.LEAD_PARTNER, "NPOL") == {"report.signed-off", "report.number-released"}
    assert ways(Role.CHAIR, "NPOL") == {"report.number-released"}
    assert ways(Role.REPORT_BUILDER, "BU") == set()


def up_to_date(reader: Reader) -> str:
    """The page once it knows of whatever was recorded: the tables follow a moment later."""
    app: Any = reader.client.app
    return f"{HERE}?at_least={app.state.parts.ledger.head().position}"


def test_a_section_is_altered_previewed_cleared_and_a_number_released_in_the_browser_without_a_script(own_year):
    client = own_year.client
    sign_in(client, Role.BUSINESS_UNIT, "BU")
    text = "## The year\n\nWe notified {{FIG-SIN}} incidents, *every one* read.\n\nTwo of the children died."
    check, receipt = recorded(own_year, f"{HERE}/record/report.section-written?section=foreword", **{"data.text": text})
    assert "How it will read" in check.main
    assert "We notified 6 incidents, every one read." in check.main
    assert [each.text for each in check.all("strong") if each.text == "every one"]
    assert "Two of the children: a small count beside people or incidents" in check.main
    assert "FIG-SIN: withheld in the copy for the public" in check.main
    assert "Recorded" in receipt.h1
    assert "Yet to be cleared for disclosure, as they stand: Foreword." in own_year.get(up_to_date(own_year)).main
    sign_in(client, Role.LEAD_PARTNER, "NPOL")
    assert f"{HERE}/record/report.section-cleared?section=foreword" in own_year.get(up_to_date(own_year)).links
    check, _ = recorded(own_year, f"{HERE}/record/report.section-cleared?section=foreword")
    assert "Section foreword cleared for disclosure by the lead partner of NPOL." in check.main
    recorded(own_year, f"{HERE}/record/report.number-released?number=FIG-SIN", **{"data.because": "known-already"})
    page = own_year.get(up_to_date(own_year))
    assert "Cleared for disclosure by the lead partner of NPOL, 1 August 2025" in page.main
    assert "FIG-SIN, by the lead partner of NPOL. Reason: known already" in page.main
    recorded(own_year, f"{HERE}/record/report.release-withdrawn?number=FIG-SIN")
    assert "None. The copy for the public withholds" in own_year.get(up_to_date(own_year)).main
