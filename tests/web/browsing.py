"""A real browser: the Chromium that the machine has, and a service for it to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.conftest import NO_BROWSER

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = ViewportSize(width=320, height=700), ViewportSize(width=1280, height=900)
"""320 CSS pixels are what WCAG 2.2 asks a page to fit into (1.4.10), and a desktop at four times its size."""


def found() -> str:
    """The browser's program. Without one a test fails in CI and is skipped elsewhere, which the run says loudly."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    return str(program)


def browsers() -> Iterator[Browser]:
    """One browser, closed at the end."""
    program = found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
