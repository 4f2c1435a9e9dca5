"""Every page is sound, keeps to itself, and may be asked for by a role; its assets carry nothing that belongs to GOV.UK."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from api.access import routes_of
from api.pages import assets
from api.pages.navigation import WAYS
from api.pages.page import TEMPLATES
from api.pages.pictures import DRAWN
from api.pages.sheets import SHEETS
from ledger.access.in_full import OF_LIST
from ledger.access.principal import Role
from tests.web.reading import Page, lint

POLICY = "default-src 'none'; script-src 'self' 'nonce-n'"
SOUND = '<!DOCTYPE html><html lang="en"><head><title>Home – Ledger</title></head><body><main><h1>Home</h1>{}</main></body></html>'
FILES = {
    "/pages/static/{name}",
    *(f"{sheet.path}/download/{{format_}}" for sheet in SHEETS),
    *(f"/pages/{name}/in-full/{{format_}}" for name in OF_LIST),
}
"""Addresses beside the pages that answer with a file."""
WALKED: dict[str, list[str]] = {
    "/pages": ["/pages", "/pages?as_at=3"],
    "/pages/accessibility": ["/pages/accessibility"],
    "/pages/as-at": ["/pages/as-at"],
    "/pages/lists": ["/pages/lists", "/pages/lists?as_at=3"],
    **{sheet.path: [sheet.path] for sheet in SHEETS},
    **{f"{path}/picture": [f"{path}/picture"] for path in DRAWN},
    # for whoever is signed in: test_record.py
    "/pages/record": [],
    "/pages/record/{type_}": [],
    "/pages/drafts": [],
    "/pages/drafts/{id}": [],
    "/pages/drafts/{id}/check": [],
    "/pages/receipts/{position}": [],
    "/pages/incidents/{reference}/history": ["/pages/incidents/INC-1/history", "/pages/incidents/INC-1/history?order=recorded&before=7"],
    "/pages/records/{record}/{reference}": ["/pages/records/incident/INC-1", "/pages/records/agency/LA?as_at=2"],
    "/pages/entries/{position}": ["/pages/entries/1", "/pages/entries/5"],
    "/pages/decisions/{position}": ["/pages/decisions/8"],
    "/pages/figures": ["/pages/figures", "/pages/figures?year=2019-20"],
    "/pages/figures/{id}": ["/pages/figures/FIG-SIN?year=2019-20", "/pages/figures/FIG-ACT-OVERDUE?on=2020-02-01"],
    "/pages/reports": ["/pages/reports"],
    "/pages/reports/{kind}/{period}": ["/pages/reports/annual/2019-20", "/pages/reports/quarterly/2019-20-Q3?as_at=3&public=nhs8"],
    "/pages/reports/{kind}/{period}/record/{type_}": [],  # for whoever is signed in: tests/web/test_reporting.py
    "/pages/reports/{kind}/{period}/publish": [],  # for whoever is signed in: tests/web/test_publishing.py
    "/pages/reports/{kind}/{period}/editions/{edition}": [],  # of a published report: tests/web/test_publishing.py
    "/pages/reports/{kind}/{period}/restatement": [],  # of a published report: tests/web/test_figures.py
    "/pages/rules": ["/pages/rules", "/pages/rules?effect=clock"],
    "/pages/log": ["/pages/log"],
    "/pages/access-log": ["/pages/access-log", "/pages/access-log?agency=LA&record="],
}  # fmt: skip
"""Every page route -> addresses of it that are fetched, and so linted, here or in a test of its own."""


def test_every_page_is_walked(case):
    routes = {
        str(route.path)
        for route in routes_of(case.client.app)
        if str(route.path).startswith("/pages") and "GET" in (route.methods or ())
    } - FILES
    assert routes == set(WALKED)


@pytest.mark.parametrize("address", [address for addresses in WALKED.values() for address in addresses])
def test_a_page_is_sound(case, address):
    case.get(address)


def test_every_way_at_the_top_leads_to_a_page():
    assert {way.href for way in WAYS} <= set(WALKED)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("<h1>Two</h1>", "2 h1"),
        ("<h3>Deep</h3>", "h1 is followed by h3"),
        ('<p id="a">A</p><p id="a">B</p>', "the id a stands twice"),
        ('<form action="/pages" method="get"><input name="x" type="text"></form>', "the field x has no label"),
        ('<form action="/pages" method="post"></form>', "the form /pages has no csrf"),
        ('<form method="get"></form>', "a form leads nowhere of ours"),
        ("<table><tbody><tr><td>1</td></tr></tbody></table>", "a table without a caption"),
        ("<table><caption>C</caption><tbody><tr><th>1</th></tr></tbody></table>", "a heading cell without a scope"),
        ("<script>1</script>", "a script without the nonce of its page"),
        ('<p style="color:red">A</p>', "a style stands in the page: p"),
        ('<img alt="" src="https://elsewhere.example/a.png">', "img asks elsewhere: https://elsewhere.example/a.png"),
        ("<p>It's late</p>", "a straight quotation mark: It's late"),
        ('<a href="#gone">Go</a>', "#gone leads nowhere"),
        ('<p aria-describedby="gone">A</p>', "aria-describedby names gone, which is not there"),
    ],
)
def test_the_reader_sees_what_is_wrong(wrong, fault):
    assert lint(Page(SOUND.format("")), POLICY) == []
    assert lint(Page(SOUND.format(wrong)), POLICY) == [fault]


def test_a_page_that_is_not_there_says_so_on_a_page_and_everywhere_else_in_a_document(case):
    page = case.get("/pages/nothing", status=404)
    assert page.h1 == "Page not found"
    assert case.client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_an_asset_may_be_kept_for_good_under_the_name_of_its_bytes(case):
    page = case.get("/pages")
    asked = [each.attrib["href"] for each in page.all("link")] + re.findall(r'from "([^"]+)"', page.text)
    assert len(asked) == 5
    for address in asked:
        answer = case.client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert case.client.get("/pages/static/govuk.css").status_code == 404


@pytest.mark.parametrize("path", sorted(assets.STATIC.iterdir()), ids=lambda path: path.name)
def test_an_asset_has_nothing_of_govuk_alone_and_asks_nobody_else(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"@font-face|GDS Transport|crest|crown|url\((?!data:)", text.replace("without a crown", ""), re.IGNORECASE
    )
    assert not re.search(r"https?://(?!www\.w3\.org/)[a-z]", text)


def test_no_template_lets_a_value_through_unescaped():
    for path in TEMPLATES.rglob("*.html"):
        assert "|safe" not in path.read_text().replace(" ", ""), path


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_nobody_chooses_between_more_than_seven_ways(year, as_role, role):
    page = (year if role is None else as_role(role, "NAICB")).get("/pages")
    (top,) = [each for each in page.all("ul") if "govuk-service-navigation__list" in each.get("class", "")]
    ways = {link.attrib["href"] for link in top.iter("a")}
    assert "/pages" in ways
    assert len(ways) <= 7


def test_whatever_there_is_is_two_clicks_away(year):
    ways = {way.href for way in WAYS}
    near = {link.partition("?")[0] for way in sorted(ways) for link in year.get(way).links} | ways
    alone = {path for path in WALKED if "{" not in path and not path.endswith(("/picture", "/drafts"))}
    assert alone - near - {"/pages/as-at", "/pages/restatement"} == set()


PAST = (
    "/pages", "/pages/lists", *(sheet.path for sheet in SHEETS), *(f"{path}/picture" for path in DRAWN), "/pages/decisions/77",
    "/pages/incidents/INC-2024-002/history", "/pages/records/action/ACT-2024-001", "/pages/entries/61", "/pages/figures",
    "/pages/figures/FIG-ACT-OVERDUE?on=2025-03-31", "/pages/reports", "/pages/reports/annual/2024-25",
)  # fmt: skip


def test_every_link_of_a_page_of_the_past_leads_somewhere(as_role):
    """One of each kind, as somebody is shown them who is signed in."""
    reader = as_role(Role.BUSINESS_UNIT, "BU")
    kinds: dict[tuple[str, ...], tuple[str, str]] = {}
    for address in PAST:
        when = {"as_at": "2025-06-30"} | dict(parse_qsl(urlsplit(address).query))
        for link in reader.get(address, params=when).links:
            if link.startswith("/"):
                parts = urlsplit(link)
                shape = re.sub(r"[A-Z0-9]+(-[A-Z0-9]+)+|\d+", "N", parts.path)
                kinds[shape, *sorted(dict(parse_qsl(parts.query)))] = (link, address)
    assert len(kinds) > 50
    for link, address in kinds.values():
        assert reader.client.get(link, headers=reader.headers).status_code == 200, f"{link} on {address}"
