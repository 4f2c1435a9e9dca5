"""What stands in somebody's way on a page: what axe finds, what runs off the side, where the keyboard does not come or is not seen."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, ViewportSize

from tests.web.browsing import DESKTOP, PHONE

PAPER = ViewportSize(width=718, height=1047)
"""A4 within margins of a centimetre, in CSS pixels."""
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ASKED = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"], "preload": False}
"""Only violations are told at length: naming every element that passed, and sending it here, is most of what axe would do."""
RUN = "asked => axe.run(asked).then(found => found.violations.map(each => [each.id, each.nodes.slice(0, 3).map(node => node.html)]))"
UNFOLD = """() => {
    document.querySelectorAll('details').forEach(each => each.open = true)
    document.querySelectorAll('.ledger-branch').forEach(each => each.style.display = 'block')
}"""
STOPS = """() => {
    const seen = each => each.checkVisibility({visibilityProperty: true}) && !each.closest('[inert]')
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    const chosen = (name, form) => all.find(each => each.type == 'radio' && each.name == name && each.form == form && each.checked)
    const first = (name, form) => all.find(each => each.type == 'radio' && each.name == name && each.form == form && seen(each))
    const stops = all.filter(each => each.tabIndex >= 0 && !each.disabled && each.type != 'hidden' && seen(each)
        && (each.type != 'radio' || each == (chosen(each.name, each.form) || first(each.name, each.form))))
    const look = each => [each, each.labels?.[0]].filter(Boolean).flatMap(part => ['', '::before'].flatMap(where => {
        const now = getComputedStyle(part, where)
        return [now.outlineStyle, now.outlineWidth, now.outlineColor, now.boxShadow, now.backgroundColor, now.borderTopWidth]
    })).join()
    const plain = new Map(stops.map(each => [each, look(each)]))
    const told = each => each.id || each.name || each.innerText.trim().slice(0, 60)
    window.ledgerStops = {wanted: stops.map(told), come: [], unseen: []}
    document.addEventListener('focusin', event => {
        const each = event.target, box = each.getBoundingClientRect()
        window.ledgerStops.come.push(told(each))
        if (look(each) == plain.get(each) || box.bottom <= 0 || box.top >= innerHeight) window.ledgerStops.unseen.push(told(each))
    })
    document.body.tabIndex = -1  // from the top, wherever the page put the focus
    document.body.focus()
    document.body.removeAttribute('tabindex')
    window.ledgerStops.come = []
    window.ledgerStops.unseen = []
    return stops.length
}"""


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds against WCAG 2.2 AA and its own good practice: (rule, where)."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found: list[tuple[str, list[str]]] = page.evaluate(RUN, ASKED)
    return found


def unfolded(page: Page) -> None:
    """Show what folds, and what belongs to answers nobody chose."""
    page.evaluate(UNFOLD)


def runs_off(page: Page) -> list[str]:
    """On which screens, and whether on paper, a page is wider than they are."""
    found = []
    for viewport, on_paper in ((DESKTOP, False), (PHONE, False), (PAPER, True)):
        page.set_viewport_size(viewport)
        page.emulate_media(media="print" if on_paper else "screen")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > viewport["width"]:
            found.append(f"{wide} wide on {viewport['width']}")
    page.emulate_media(media="screen")
    return found


def tabbed(page: Page) -> dict[str, list[str]]:
    """From the top through the whole page by Tab: the stops there are, those the keyboard came to, those where it was not seen."""
    for _ in range(page.evaluate(STOPS)):
        page.keyboard.press("Tab")
    found: dict[str, list[str]] = page.evaluate("window.ledgerStops")
    return found
