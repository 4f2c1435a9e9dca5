"""Every form in a real browser: empty, by keyboard from top to bottom, posted wrong by Enter, and its answers checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from urllib.request import Request, urlopen

import httpx2
import pytest
from playwright.sync_api import Page

from ledger.access.policy import POLICY, may_post
from ledger.access.principal import Principal, Role
from ledger.domain.register import REGISTER, TYPE_PREFIX, EventType
from tests.access.signing_in import sign_in
from tests.api.conftest import listening
from tests.api.story import CASE
from tests.test_golden import examples
from tests.web.barriers import barriers, runs_off, tabbed, unfolded
from tests.web.browsing import DESKTOP
from tests.web.filling import Filled, cited_by_examples
from tests.web.reading import Reader

AGENCY = "HEALTH"
RUBBISH = (
    "document.querySelectorAll('main form input[type=text], main form textarea').forEach(each => each.value = '?')"
)
FIRST = "main form :is(input:not([type=hidden]), select)"
LINKS = "[...document.querySelectorAll('.govuk-error-summary a')].map(each => each.getAttribute('href').slice(1))"


def poster(kind: EventType) -> Role | None:
    """A role that may post a type: the business unit where it may, since its form asks most."""
    roles = [role for role in (Role.BUSINESS_UNIT, *Role) if POLICY[role].posts]
    return next((role for role in roles if may_post(who := Principal(role, AGENCY, "key:1"), kind, who.source)), None)


POSTED = {kind.name: role for kind in REGISTER.values() if (role := poster(kind)) is not None}
ONE_OF_EACH = sorted({REGISTER[TYPE_PREFIX + name].event: name for name in sorted(POSTED, reverse=True)}.values())
"""Types that share a class share its form, but for the name of the record."""
OTHERS = sorted(set(POSTED) - set(ONE_OF_EACH))
UNBROKEN = ("ledger.key-rotated", "policy.adopted")
"""Types whose sentences hold a hash, the longest of words."""
KNOWN = "incident.corrected?of=incident/INC-1&entry=5"
"""A correction of an entry that is known: it asks for that entry's facts."""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Where a ledger is served with one case and every agency and group that the examples cite."""
    with listening(str(tmp_path_factory.mktemp("forms") / "ledger.sqlite")) as at:
        agencies, groups = cited_by_examples()
        told = {each["subject"]: each for each in (*CASE, *agencies, *groups)}.values()
        body = json.dumps(list(told)).encode()
        urlopen(Request(f"{at}/events", body, {"content-type": "application/json"})).read()
        urlopen(f"{at}/groups?at_least={len(told)}").read()
        yield at


@pytest.fixture(scope="module")
def signed_in(browser, address) -> Iterator[Callable[[Role], tuple[Page, httpx2.Client]]]:
    """The browser of somebody with a role, and a client with the same session; whatever the browser complains of fails the test."""
    opened: dict[Role, tuple[Page, httpx2.Client]] = {}
    said: list[str] = []

    def of(role: Role) -> tuple[Page, httpx2.Client]:
        if role not in opened:
            client = httpx2.Client(base_url=address, follow_redirects=True)
            sign_in(client, role, AGENCY)
            context = browser.new_context(viewport=DESKTOP)
            context.add_cookies(
                [{"name": each.name, "value": each.value or "", "url": address} for each in client.cookies.jar]
            )
            page = context.new_page()
            page.on(
                "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
            )
            page.on("pageerror", lambda error: said.append(str(error)))
            opened[role] = page, client
        return opened[role]

    yield of
    for page, client in opened.values():
        page.context.close()
        client.close()
    assert [each for each in said if "422" not in each] == []


def worked_by_keyboard(page: Page, address: str) -> None:
    """Open a page and go through it by Tab."""
    page.set_viewport_size(DESKTOP)
    page.goto(address)
    found = tabbed(page)
    assert (found["come"], found["unseen"]) == (found["wanted"], [])


def nothing_in_the_way(page: Page) -> None:
    """On a wide screen and a narrow one, with all unfolded."""
    unfolded(page)
    assert runs_off(page) == []
    page.set_viewport_size(DESKTOP)
    assert barriers(page) == []


def empty_and_wrong(page: Page, address: str) -> None:
    """A form with nothing in it, then posted with rubbish by Enter: each line of the summary leads to its field."""
    worked_by_keyboard(page, address)
    page.evaluate(RUBBISH)
    page.focus(FIRST)
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: ")
    for number, field in enumerate(page.evaluate(LINKS)):
        page.locator(".govuk-error-summary a").nth(number).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == field
    nothing_in_the_way(page)


@pytest.mark.parametrize("name", [*ONE_OF_EACH, KNOWN])
def test_a_form_is_worked_by_keyboard_and_says_what_is_wrong(signed_in, address, name):
    page, _ = signed_in(POSTED[name.partition("?")[0]])
    empty_and_wrong(page, f"{address}/pages/record/{name}")


def test_types_that_share_a_form_share_it_whole(signed_in, address, seed, long):
    """A few of them; all in a long run."""
    for name in OTHERS if long else Random(seed).sample(OTHERS, 3):
        empty_and_wrong(signed_in(POSTED[name])[0], f"{address}/pages/record/{name}")


def test_answers_are_checked_without_a_barrier(signed_in, address, seed, long):
    """Those of a few examples, and of what has the longest words in its sentence; of all in a long run."""
    told = {
        name: data for type_, data in examples().items() if (name := type_.removeprefix(TYPE_PREFIX)) in ONE_OF_EACH
    }
    told.pop("agency.corrected", None)  # which asks for the facts of an entry first
    for name in sorted(told) if long else {*UNBROKEN, *Random(seed).sample(sorted(told), 4)}:
        page, client = signed_in(POSTED[name])
        reader = Reader(client)
        filled = Filled(reader, reader.get(f"/pages/record/{name}"))
        for field, value in told[name].items():
            filled.fill(f"data.{field}", value)
        filled.fill("reference", "EXAMPLE-1")
        if "time:day" in filled.controls:
            filled.fill("time", "2019-12-02")
        filled.press("check")
        worked_by_keyboard(page, f"{address}/pages/drafts/{filled.draft}/check")
        assert "Check your answers" in page.title()
        nothing_in_the_way(page)
