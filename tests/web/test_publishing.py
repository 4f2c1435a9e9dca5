"""A report is published wholly on its pages: chosen, checked, published once, and its files found again; and refused where it may not be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.access.principal import Role
from ledger.reports.written import Format
from tests.access.signing_in import sign_in
from tests.web.reading import Page, Reader
from tests.web.test_reporting import HERE, filled, in_a_copy, recorded, up_to_date


@pytest.fixture
def own_year(year_held, tmp_path) -> Iterator[Reader]:
    """The invented year in a copy of a test's own."""
    with in_a_copy(year_held, tmp_path) as reader:
        yield reader


def press(reader: Reader, page: Page, go: str, *, status: int = 200, **changes: str) -> Page:
    """Press a button of the form that publishes, with some answers changed; redirects are followed."""
    answers = filled(page) | {name: [value] for name, value in changes.items()} | {"go": [go]}
    return reader.post(f"{HERE}/publish", answers, status=status)


def head(reader: Reader) -> int:
    app: Any = reader.client.app
    position: int = app.state.parts.ledger.head().position
    return position


def test_a_report_is_checked_and_published_and_its_files_are_those_that_the_event_names(own_year):
    client = own_year.client
    sign_in(client, Role.BUSINESS_UNIT, "BU")
    assert f"{HERE}/publish" in own_year.get(HERE).links
    before = head(own_year)
    check = press(own_year, own_year.get(f"{HERE}/publish"), "check")
    assert "edition 1" in check.main
    assert "Signed off by NALA, NPOL, NAICB." in check.main
    assert re.search(r"\d+ numbers withheld, none shown by decision", check.main)
    assert "small counts" in check.main and "(FIG-SIN)" in check.main
    assert head(own_year) == before, "checking records nothing"
    done = press(own_year, check, "publish")
    assert done.h1 == "Annual report 2024-25, edition 1"
    assert "It is published, and stands in entry" in done.main
    assert "A copy goes to the Panel and Foundations by 8 August 2025" in done.main
    app: Any = client.app
    event = app.state.parts.ledger.entry_at(before + 1).event
    full = {each.format: each.sha256 for each in event.files}
    public = {each.format: each.sha256 for each in event.public.files}
    files = [href for href in done.links if href.startswith("/reports/") and "format=" in href]
    assert len(files) == 2 * len(Format)
    for href in files:
        named = public if "public=dfe5" in href else full
        body = client.get(href).content
        assert hashlib.sha256(body).hexdigest() == named[href.rpartition("format=")[2]], href
    again = press(own_year, check, "publish")
    assert "edition 1" in again.h1 and head(own_year) == before + 1, "pressed twice, it is one edition"
    recorded(own_year, f"{HERE}/record/report.circulated", **{"data.to": "national-panel"})
    assert "A copy goes to Foundations by" in own_year.get(up_to_date(own_year)).main


def test_another_edition_needs_its_reason(own_year):
    sign_in(own_year.client, Role.BUSINESS_UNIT, "BU")
    first = press(own_year, own_year.get(f"{HERE}/publish"), "check")
    press(own_year, first, "publish")
    form = own_year.get(f"{HERE}/publish")
    assert "Why is there another edition?" in form.main
    asked = press(own_year, form, "check", status=422)
    assert asked.title.startswith("Error: ") and "Say why there is another edition" in asked.main
    check = press(own_year, form, "check", reason="Late entries.")
    assert "edition 2" in check.main and "Late entries." in check.main
    assert press(own_year, check, "publish").h1.endswith("edition 2")


def test_a_section_that_nobody_cleared_is_said_and_nothing_is_published(own_year):
    client = own_year.client
    sign_in(client, Role.BUSINESS_UNIT, "BU")
    recorded(own_year, f"{HERE}/record/report.section-written?section=ahead", **{"data.text": "We go on."})
    page = own_year.get(up_to_date(own_year))
    assert "this waits for a lead or delegated partner, or the chair" in page.main
    before = head(own_year)
    refused = press(own_year, own_year.get(f"{HERE}/publish"), "check", status=409)
    assert "Nobody has cleared these sections for disclosure as they stand: ahead." in refused.main
    assert not [each for each in refused.all("button") if each.get("value") == "publish"]
    press(own_year, refused, "publish", status=409)
    assert head(own_year) == before
    as_drafted = [
        each.get("value") or "" for each in own_year.get(f"{HERE}/publish").all("input") if each.get("name") == "as_at"
    ]
    assert len(as_drafted) == 2, "all that is held now, or what the draft was made of"
    check = press(own_year, own_year.get(f"{HERE}/publish"), "check", public="none")
    assert "No copy. Whoever reads a later one is taken to know every number of this edition." in check.main


def test_a_report_that_the_lead_partners_did_not_sign_off_is_a_departure_and_says_so(own_year):
    sign_in(own_year.client, Role.BUSINESS_UNIT, "BU")
    recorded(own_year, f"{HERE}/record/report.drafted")
    assert "Record a sign-off" in own_year.get(up_to_date(own_year)).main
    check = press(own_year, own_year.get(f"{HERE}/publish"), "check")
    assert "shown as a departure from a rule (YR-WHO): " in check.main
    assert "Waits for the lead partners of the local authority, the police, health." in check.main


@pytest.mark.parametrize(
    "role", [Role.LEAD_PARTNER, Role.CHAIR, Role.REPORT_BUILDER, Role.SCRUTINEER, Role.PARTNER_SUBMITTER]
)
def test_only_whoever_may_record_it_publishes(as_role, role):
    reader = as_role(role, "NPOL")
    assert f"{HERE}/publish" not in reader.get(HERE).links
    reader.get(f"{HERE}/publish", status=403)
    page = reader.get(HERE)
    token = {"csrf": next((each.get("value") for each in page.all("input") if each.get("name") == "csrf"), "")}
    reader.post(f"{HERE}/publish", token | {"go": "publish", "as_at": "70", "public": "dfe5"}, status=403)


def test_each_role_is_offered_the_next_step_that_is_theirs(own_year):
    client = own_year.client
    sign_in(client, Role.BUSINESS_UNIT, "BU")
    recorded(own_year, f"{HERE}/record/report.section-written?section=ahead", **{"data.text": "We go on."})
    recorded(own_year, f"{HERE}/record/report.drafted")

    def offered(role: Role, agency: str) -> str:
        sign_in(client, role, agency)
        page = own_year.get(up_to_date(own_year))
        return next((" ".join(each.itertext()) for each in page.all("a") if "ledger-next" in each.get("class", "")), "")

    assert offered(Role.BUSINESS_UNIT, "BU") == "Record a sign-off"
    assert offered(Role.LEAD_PARTNER, "NPOL") == "Sign off draft 2"
    assert offered(Role.CHAIR, "NPOL") == "Clear the section The year ahead for disclosure"
    assert offered(Role.SCRUTINEER, "NPOL") == ""
    sign_in(client, Role.LEAD_PARTNER, "NPOL")
    recorded(own_year, f"{HERE}/record/report.signed-off")
    assert offered(Role.LEAD_PARTNER, "NPOL") == "Clear the section The year ahead for disclosure"
