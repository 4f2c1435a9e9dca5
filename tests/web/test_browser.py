"""The pages in a real browser: no barrier that axe finds, on a phone and on a desktop, by keyboard alone, without JavaScript, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from playwright.sync_api import Page

from api.app import create_app
from api.demo_serving import served
from api.pages import listing
from api.pages.sheet import Sheet
from api.pages.sheets import SHEETS
from ledger.clock import DemonstrationClock
from ledger.wiring import open_parts
from tests.web.barriers import barriers, runs_off, tabbed, unfolded
from tests.web.browsing import DESKTOP, PHONE
from tests.web.conftest import AFTERWARDS, YEAR
from tests.web.test_foundation import WALKED

THEN = "2025-03-31"
ADDRESSES = sorted(addresses[0] for path, addresses in WALKED.items() if addresses and "{" not in path)
OF_THE_YEAR = (
    "/pages/incidents/INC-2024-002/history", "/pages/records/action/ACT-2024-001", "/pages/entries/61", "/pages/decisions/77",
    "/pages/figures/FIG-SIN?year=2024-25",
)  # fmt: skip
MISSING = ("/pages/nowhere",)


def narrowed(sheet: Sheet) -> str:
    """A filter of a list: a box that is ticked, or the first answer of a choice."""
    given = {
        each.name: "true" if each.choices == "only" else next(iter(each.choices))
        for each in sheet.filters
        if each.choices not in ("agencies", "groups")
    }
    return "".join(f"&{name}={value}" for name, value in list(given.items())[-1:])


LISTS_THEN = [f"{sheet.path}?as_at={THEN}{narrowed(sheet)}" for sheet in SHEETS]
SEEN = [
    *ADDRESSES,
    *LISTS_THEN,
    *OF_THE_YEAR,
    *MISSING,
    f"/pages?as_at={THEN}",
    "/pages/as-at?day=99&month=1&year=2025",
    "/sign-in",
]


@pytest.fixture(scope="module")
def address(year_held) -> Iterator[str]:
    """Where the invented year is served, with lists cut short: what stands below a list is seen, and rows are alike."""
    clock = DemonstrationClock(AFTERWARDS)
    app = create_app(partial(open_parts, str(year_held), packs=YEAR / "packs", clock=clock))
    with pytest.MonkeyPatch.context() as patch, served(app) as at:
        patch.setattr(listing, "ON_A_PAGE", 12)
        yield at


@contextmanager
def looking(browser, viewport, **how) -> Iterator[Page]:
    """A page of its own; whatever the browser complains of fails the test."""
    context = browser.new_context(viewport=viewport, **how)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    yield page
    context.close()
    assert [each for each in said if "404" not in each and "422" not in each] == []


@pytest.mark.parametrize("path", SEEN)
def test_nothing_stands_in_the_way(browser, address, path):
    with looking(browser, DESKTOP) as page:
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == (404 if path in MISSING else 200)
        unfolded(page)
        found = tabbed(page)
        assert (found["come"], found["unseen"]) == (found["wanted"], [])
        assert runs_off(page) == []
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            assert barriers(page) == []


def focused(page: Page) -> str:
    told: str = page.evaluate("(document.activeElement.innerText || document.activeElement.id || '').trim()")
    return told


def press_until(page: Page, wanted: str, key: str = "Tab") -> None:
    """As somebody does who sees where the focus is."""
    for _ in range(120):
        if focused(page).startswith(wanted):
            return
        page.keyboard.press(key)
    pytest.fail(f"the keyboard does not come to {wanted!r}")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_overdue_actions_of_a_day_are_found_by_keyboard_alone(browser, address, viewport):
    with looking(browser, viewport) as page:
        page.goto(f"{address}/pages/actions")
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to main content"
        page.keyboard.press("Enter")
        press_until(page, "See another moment")
        page.keyboard.press("Enter")
        press_until(page, "as-at-day")
        for part in ("31", "3", "2025"):
            page.keyboard.type(part)
            page.keyboard.press("Tab")
        press_until(page, "Show it as it stood")
        page.keyboard.press("Enter")
        page.wait_for_url("**/pages/actions?as_at=2025-03-31")
        assert "as it stood at the end of 31 March 2025" in page.inner_text("main")
        press_until(page, "Filter")
        page.keyboard.press("Enter")
        press_until(page, "filter-overdue")
        page.keyboard.press("Space")
        press_until(page, "Apply")
        page.keyboard.press("Enter")
        page.wait_for_url("**overdue=true**")
        assert page.inner_text("caption") == "2 actions"
        assert "as it stood at the end of 31 March 2025" in page.inner_text("main")


def test_everything_works_without_javascript(browser, address):
    with looking(browser, PHONE, java_script_enabled=False) as page:
        page.goto(f"{address}/pages")
        page.get_by_role("link", name="Actions", exact=True).click()
        page.get_by_text("Filter", exact=True).click()
        page.get_by_label("Owner").select_option("NAICB")
        page.get_by_role("button", name="Apply").click()
        assert page.locator("caption").inner_text() == "4 actions"
        page.get_by_role("link", name="Picture").click()
        assert page.locator("svg[role=img]").count() == 1
        page.get_by_text("See another moment").click()
        page.get_by_label("Or as it stood when this entry was its last").fill("200")
        page.get_by_role("button", name="Show it as it stood").click()
        assert "when entry 200 was its last" in page.locator("main").inner_text()
        assert "owner_agency=NAICB" in page.url


def test_on_paper_there_is_the_list_and_when_it_was_but_nothing_to_click(browser, address):
    with looking(browser, DESKTOP) as page:
        page.goto(f"{address}/pages/actions?as_at={THEN}")
        page.emulate_media(media="print")
        assert page.locator("table").is_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('td a'), '::after').content") == "none"
        assert page.get_by_text("You are looking at the ledger as it stood").is_visible()
        for name in (".govuk-service-navigation", ".ledger-filter", ".ledger-as-at__choose", ".ledger-take"):
            assert not page.locator(name).first.is_visible(), name
