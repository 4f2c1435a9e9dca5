"""`python -m tests.web.pictures`: the pictures of the README, of the invented year as a browser shows it. It needs Chromium."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from playwright.sync_api import ViewportSize

from api.app import create_app
from api.demo_recording import record_script
from api.demo_serving import served
from ledger.clock import DemonstrationClock
from ledger.wiring import open_parts
from tests.web.browsing import browsers
from tests.web.conftest import AFTERWARDS, YEAR

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = ViewportSize(width=1100, height=980)
PICTURES = {
    "home": "/pages",
    "action-log": "/pages/actions?as_at=2025-03-31&sort=due_on",
    "case-history": "/pages/incidents/INC-2024-002/history#entry-77",
    "figure": "/pages/figures/FIG-ACT-OVERDUE?on=2025-03-31",
}
"""Name -> the page it is of."""


def main() -> None:
    """Record the year, serve it, and look at it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as kept:
        database = Path(kept) / "ledger.sqlite"
        assert all(answer.as_expected for answer in record_script(YEAR, database, lambda done, total: None))
        opened = partial(open_parts, str(database), packs=YEAR / "packs", clock=DemonstrationClock(AFTERWARDS))
        with served(create_app(opened)) as address:
            for browser in browsers():
                page = browser.new_page(viewport=SIZE)
                for name, path in PICTURES.items():
                    page.goto(address + path)
                    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"{len(PICTURES)} pictures in {FOLDER.relative_to(FOLDER.parents[1])}")


if __name__ == "__main__":
    main()
