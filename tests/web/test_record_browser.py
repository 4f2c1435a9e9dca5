"""Recording in a real browser, by keyboard alone: with a script and without, on a phone and on a desktop; and on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from tests.api.conftest import listening
from tests.api.story import CASE
from tests.web.barriers import barriers, runs_off
from tests.web.browsing import DESKTOP, PHONE


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Where a ledger with one case is served."""
    with listening(str(tmp_path_factory.mktemp("browser") / "ledger.sqlite")) as at:
        body = json.dumps(CASE).encode()
        urlopen(Request(f"{at}/events", body, {"content-type": "application/json"})).read()
        urlopen(f"{at}/groups?at_least={len(CASE)}").read()
        yield at


@pytest.fixture
def page(browser, address, viewport, script) -> Iterator[Page]:
    """The business unit's browser, on the page where one chooses what to record; whatever it complains of fails the test."""
    context = browser.new_context(viewport=viewport, java_script_enabled=script)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/sign-in?next=/pages/record")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/pages/record")
    yield page
    context.close()
    assert [each for each in said if "422" not in each] == []


def at(page: Page) -> str:
    """Where the keyboard is: the id of an element, or what it says."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))


def reach(page: Page, wanted: str) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if at(page).startswith(wanted):
            return
    pytest.fail(f"the keyboard does not come to {wanted!r}")


def write(page: Page, wanted: str, *texts: str) -> None:
    """Type into a field, and into those that follow it."""
    reach(page, wanted)
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)


def choose(page: Page, wanted: str, number: int = 0) -> None:
    """Choose a radio button of a group, or a check box."""
    reach(page, wanted)
    page.keyboard.press("Space")
    for _ in range(number):
        page.keyboard.press("ArrowDown")


def looks_right(page: Page, script: bool) -> None:
    """Nothing stands in the way: axe, which needs scripts, finds nothing, and nothing runs off the side."""
    width = page.viewport_size or DESKTOP
    assert runs_off(page) == []
    page.set_viewport_size(width)
    if script:
        assert barriers(page) == []


def follow(page: Page, name: str, url: str) -> None:
    """Come to a link or a button by keyboard, press it, and arrive."""
    reach(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(url)


@pytest.mark.parametrize(("viewport", "script"), [(PHONE, False), (DESKTOP, True)], ids=["phone-no-script", "desktop"])
def test_an_action_is_raised_by_keyboard_alone(page, viewport, script):
    looks_right(page, script)
    follow(page, "Action: raised", "**/pages/record/action.raised")
    looks_right(page, script)
    write(page, "time-day", "20", "12", "2019")
    choose(page, "data-source", 2)
    choose(page, "data-source-from-review-kind")
    write(page, "data-source-from-review-review", "rev-1")
    write(page, "data-text", "Tell family doctors.")
    choose(page, "data-owner")
    write(page, "data-owner-agency-owner-agency", "HEALTH")
    write(page, "data-owner-agency-owner-role", "Designated nurse")
    write(page, "data-lead_group", "QAS")
    write(page, "data-due_on-day", "31", "2", "2020")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    looks_right(page, script)
    assert page.title().startswith("Error: ")
    reach(page, "The date at “")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id == 'data-due_on-day'")
    page.keyboard.press("Control+a")
    page.keyboard.type("31")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    looks_right(page, script)
    assert "Raised out of a practice review for designated nurse at HEALTH, due on 31 January 2020." in page.inner_text(
        "main"
    )
    reach(page, "Record it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/receipts/*")
    looks_right(page, script)
    assert "action/ACT-2019-0" in page.inner_text("main")


@pytest.mark.parametrize(("viewport", "script"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "desktop-no-script"])
def test_an_incident_is_reported_by_keyboard_alone(page, viewport, script):
    follow(page, "Incident: reported", "**/pages/record/incident.reported")
    looks_right(page, script)
    assert page.get_by_text("Call the front door.").first.is_visible()
    write(page, "data-agency", "HEALTH")
    write(page, "data-happened_on-day", "1", "December", "2019")
    write(page, "data-known_on-day", "2", "12", "2019")
    choose(page, "data-nature", 1)
    write(page, "data-how_many", "1")
    reach(page, "Make a new reference")
    page.keyboard.press("Enter")
    page.wait_for_url("**#data-children-0")
    assert page.input_value("#data-children-0").startswith("CHD-")
    choose(page, "data-features")
    choose(page, "data-looked_after", 1)
    choose(page, "data-care_leaver", 2)
    write(page, "data-summary", "What happened.")
    follow(page, "Continue", "**/check")
    looks_right(page, script)
    assert "Is or was any of them a care leaver?" in page.inner_text("main")
    reach(page, "Record it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/receipts/*")
    assert "incident/INC-2019-0" in page.inner_text("main")
    with page.expect_download() as coming:
        follow(page, "Download the receipt file", "**/pages/receipts/*")
    assert coming.value.suggested_filename.endswith(".tlog-proof")
    page.emulate_media(media="print")
    assert page.get_by_text("incident/INC-2019-0").is_visible()
    assert not page.get_by_role("link", name="Download the receipt file").is_visible()
    assert not page.locator(".govuk-breadcrumbs").is_visible()
