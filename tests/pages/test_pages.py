"""The pages that stand in docs/ are what the program would write today."""

from __future__ import annotations

import re

import pytest

from ledger.domain.clocks import CLOCKS
from ledger.domain.register import REGISTER, TYPE_PREFIX
from tests.pages import DOCS, pages, standing

PAGES = pages()


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == PAGES[path], "python -m tests.pages writes it anew"


def test_no_page_is_left_over():
    assert standing() == set(PAGES)


def test_what_pages_link_to_is_there():
    for path, text in PAGES.items():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (path.parent / target).resolve() in {
                *PAGES,
                DOCS / "domain" / "reference.md",
                DOCS / "operations.md",
            }, (path, target)


@pytest.mark.parametrize("kind", CLOCKS.values(), ids=lambda kind: kind.name)
def test_a_clock_names_events_there_are(kind):
    named = re.findall(r"\b([a-z-]+\.[a-z-]+)\b", f"{kind.starts} {kind.met}")
    assert named
    assert {name for name in named if TYPE_PREFIX + name not in REGISTER} == set()
