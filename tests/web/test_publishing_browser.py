"""Publishing a report in a real browser, by keyboard alone: with a script on a desktop, and without one on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page

from api.app import create_app
from api.demo_serving import served
from ledger.clock import DemonstrationClock
from ledger.wiring import open_parts
from tests.web.barriers import barriers, unfolded
from tests.web.browsing import DESKTOP, PHONE
from tests.web.conftest import AFTERWARDS, YEAR
from tests.web.test_record_browser import reach
from tests.web.test_reporting import HERE


@pytest.fixture
def address(year_held, tmp_path) -> Iterator[str]:
    """Where a copy of the invented year is served."""
    shutil.copytree(year_held.parent, tmp_path / "year")
    database = str(tmp_path / "year" / year_held.name)
    clock = DemonstrationClock(AFTERWARDS)
    with served(create_app(partial(open_parts, database, packs=YEAR / "packs", clock=clock))) as at:
        yield at


def looked_at(page: Page, *, script: bool) -> None:
    """Nothing runs off the page, and where scripts run axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.title()
    if script:
        unfolded(page)
        assert barriers(page) == []


@pytest.mark.parametrize(("viewport", "script"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone"])
def test_the_business_unit_publishes_by_keyboard_alone(browser, address, viewport, script):
    context = browser.new_context(viewport=viewport, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{address}/sign-in?next={HERE}")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{HERE}")
    looked_at(page, script=script)
    for pressed, leads_to in (
        ("Publish it", "Publish the annual report 2024-25"),
        ("Check it", "Check before you publish"),
        ("Publish edition 1", "Annual report 2024-25, edition 1"),
        ("Record that it was sent", "Report: circulated"),
    ):
        reach(page, pressed)
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name=leads_to).wait_for()
        looked_at(page, script=script)
    page.goto(address + HERE)
    assert "edition 1, 1 August 2025" in page.inner_text("main")
    context.close()
