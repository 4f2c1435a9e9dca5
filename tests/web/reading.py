"""A client that lints every page it fetches: a page cannot be tested without being looked at."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]
from fastapi.testclient import TestClient

WAIVABLE = frozenset({"table_without_caption"})
"""What one page may be let off, by name: give the reason beside it."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FIELDS = ("input", "select", "textarea")
STRAIGHT = re.compile(r"[\"']")
VERBATIM = {"script", "style", "code", "pre", "textarea", "samp"}
CSRF = "csrf"
"""The hidden field of every form that changes something."""


class Page:
    """One page as a browser reads it: strictly parsed, with questions to ask of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        self.parents = {child: parent for parent in self.root.iter() for child in parent}

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self.root.iter() if each.tag in tags]

    def one(self, tag: str) -> Element:
        (found,) = self.all(tag)
        return found

    def by_id(self, name: str) -> Element:
        (found,) = [each for each in self.root.iter() if each.get("id") == name]
        return found

    @property
    def title(self) -> str:
        return said(self.one("title"))

    @property
    def h1(self) -> str:
        return said(self.one("h1"))

    @property
    def main(self) -> str:
        return said(self.one("main"))

    @property
    def links(self) -> list[str]:
        return [each.attrib["href"] for each in self.all("a") if "href" in each.attrib]

    def rows(self, table: int = 0) -> list[list[str]]:
        """The text of each cell of a table's body."""
        body = self.all("table")[table].find("tbody")
        assert body is not None
        return [[said(cell) for cell in row if cell.tag in ("td", "th")] for row in body.iter("tr")]


def said(element: Element) -> str:
    """The text of an element with its spaces made one."""
    return " ".join("".join(element.itertext()).split())


class Reader:
    """Fetches pages and lints them. `waive` names checks of `WAIVABLE` that one page is let off."""

    def __init__(self, client: TestClient, headers: dict[str, str] | None = None) -> None:
        self.client, self.headers = client, {"accept": "text/html"} | (headers or {})
        self.fetched: set[str] = set()

    def get(self, address: str, *, status: int = 200, waive: frozenset[str] = frozenset(), **how: Any) -> Page:
        answer = self.client.get(address, headers=self.headers, **how)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:500]}"
        return self._looked_at(answer, waive)

    def post(
        self, address: str, fields: dict[str, Any], *, status: int = 200, waive: frozenset[str] = frozenset()
    ) -> Page:
        answer = self.client.post(address, data=fields, headers=self.headers)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:500]}"
        return self._looked_at(answer, waive)

    def _looked_at(self, answer: Any, waive: frozenset[str]) -> Page:
        self.fetched.add(answer.url.path)
        assert answer.headers["content-type"].startswith("text/html")
        page = Page(answer.text)
        assert waive <= WAIVABLE, waive - WAIVABLE
        faults = list(lint(page, answer.headers["content-security-policy"], waive))
        assert faults == [], f"{answer.url}: {faults}"
        return page


def lint(page: Page, policy: str, waive: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with a page."""
    return [
        *_headed(page),
        *_identified(page),
        *_labelled(page),
        *_formed(page),
        *([] if "table_without_caption" in waive else _captioned(page)),
        *_kept_within(page, policy),
        *_worded(page),
    ]


def _headed(page: Page) -> list[str]:
    faults = []
    if page.root.get("lang") != "en":
        faults.append("no language")
    if (count := len(page.all("h1"))) != 1:
        return [*faults, f"{count} h1"]
    if not page.title.removeprefix("Error: ").startswith(page.h1):
        faults.append(f"the title {page.title!r} does not begin with the h1 {page.h1!r}")
    if len(page.all("main")) != 1:
        faults.append("not one main")
    levels = [int(each.tag[1]) for each in page.all(*HEADINGS)]
    faults += [f"h{first} is followed by h{then}" for first, then in pairwise(levels) if then > first + 1]
    return faults + [
        f"an empty {each.tag}" for each in page.all(*HEADINGS, "a", "button", "th", "caption") if not _named(each)
    ]


def _named(each: Element) -> str:
    inner = [child.get("alt") or child.get("aria-label") or "" for child in each.iter()]
    return said(each) or "".join(inner)


def _identified(page: Page) -> list[str]:
    ids = [each.attrib["id"] for each in page.root.iter() if "id" in each.attrib]
    faults = [f"the id {name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for each in page.root.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "headers"):
            faults += [
                f"{attribute} names {name}, which is not there"
                for name in each.get(attribute, "").split()
                if name not in ids
            ]
    local = {link[1:] for link in page.links if link.startswith("#")}
    return faults + [f"#{name} leads nowhere" for name in sorted(local - set(ids))]


def _labelled(page: Page) -> list[str]:
    named = {each.get("for") for each in page.all("label") if said(each)}
    faults = []
    for each in page.all(*FIELDS):
        if each.get("type") in ("hidden", "submit") or each.get("id") in named:
            continue
        if not (each.get("aria-label") or each.get("aria-labelledby")):
            faults.append(f"the field {each.get('name')} has no label")
    return faults + [
        f"the image {each.get('src')} has no alternative" for each in page.all("img") if "alt" not in each.attrib
    ]


def _formed(page: Page) -> list[str]:
    faults = []
    for form in page.all("form"):
        if not form.get("action", "").startswith("/"):
            faults.append("a form leads nowhere of ours")
        if not form.get("method"):
            faults.append("a form does not say its method")
        hidden = {each.get("name") for each in form.iter("input") if each.get("type") == "hidden" and each.get("value")}
        if form.get("method", "").lower() == "post" and CSRF not in hidden:
            faults.append(f"the form {form.get('action')} has no {CSRF}")
        if form.get("method", "").lower() == "get" and CSRF in hidden:
            faults.append(f"the form {form.get('action')} puts {CSRF} into an address")
    return faults


def _captioned(page: Page) -> list[str]:
    tables = page.all("table")
    faults = ["a table without a caption" for each in tables if each.find("caption") is None]
    return faults + [
        "a heading cell without a scope"
        for each in page.all("th")
        if each.get("scope") not in ("col", "row", "colgroup", "rowgroup")
    ]


def _kept_within(page: Page, policy: str) -> list[str]:
    found = re.search(r"'nonce-([^']+)'", policy)
    nonce = found.group(1) if found else None
    faults = []
    if "unsafe" in policy or not policy.startswith("default-src 'none'"):
        faults.append(f"the policy is {policy}")
    for each in page.root.iter():
        if each.tag == "script" and (nonce is None or each.get("nonce") != nonce):
            faults.append("a script without the nonce of its page")
        if each.tag == "style" or "style" in each.attrib:
            faults.append(f"a style stands in the page: {each.tag}")
        faults += [f"{name} on {each.tag}" for name in each.attrib if str(name).startswith("on")]
        for attribute in ("src", "href", "action", "srcset", "poster", "data"):
            value = each.get(attribute, "")
            fetched = each.tag in ("script", "link", "img", "iframe", "source", "object", "form")
            if fetched and value and not (value.startswith(("/", "data:image/")) and not value.startswith("//")):
                faults.append(f"{each.tag} asks elsewhere: {value}")
            if value.lower().startswith("javascript:"):
                faults.append(f"{each.tag} runs a script")
    return faults


def _worded(page: Page) -> list[str]:
    """Quotation marks are curly; a dash is an en dash with spaces, never two hyphens."""
    faults = []
    body = page.one("body")
    for each in body.iter():
        if _verbatim(page, each):
            continue
        for text in (each.text, *(child.tail for child in each)):
            if text and STRAIGHT.search(text):
                faults.append(f"a straight quotation mark: {text.strip()[:60]}")
            if text and " -- " in text:
                faults.append(f"two hyphens for a dash: {text.strip()[:60]}")
    return faults


def _verbatim(page: Page, each: Element | None) -> bool:
    while each is not None:
        if each.tag in VERBATIM or "verbatim" in each.get("class", "").split():
            return True
        each = page.parents.get(each)
    return False
