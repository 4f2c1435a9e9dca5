"""What people write is looked through for small counts and for ages; a person decides."""

from __future__ import annotations

import pytest

from ledger.disclosure.wording import found_in, most
from tests.disclosure.test_protection import DFE5, NHS8, NONE, ROUND5


def words(text: str, rule=DFE5) -> list[str]:
    return [each.words for each in found_in(text, rule)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Three children died.", ["Three children"]),
        ("We reviewed 4 serious incidents and 12 others.", ["4 serious incidents"]),
        ("Two of the six children were known to us.", ["Two of the six children"]),
        ("Of them, one of whom moved away", ["one of whom"]),
        ("A single baby, and both families", ["A single baby", "both families"]),
        ("a boy aged 3 and a two-year-old girl", ["aged 3", "two-year-old"]),
        ("five\nyoung people", ["five young people"]),
    ],
)
def test_small_counts_and_ages_are_found(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Six children", "40 children, 120 families", "{{FIG-SIN}} children", "In 2024 children were heard", "1. Children come first",
        "three meetings of the group", "section 5 children", "4 actions are overdue", "We met 2 agencies.", "children per 10,000",
        "1,234 children", "0 children", "no children",
    ],
)  # fmt: skip
def test_what_is_no_small_count_is_not_found(text):
    assert words(text) == []


def test_the_limit_is_the_rules():
    assert (most(DFE5), most(NHS8), most(ROUND5), most(NONE)) == (5, 7, 5, 0)
    assert words("Seven children", NHS8) == ["Seven children"]
    assert words("Seven children", ROUND5) == []
    assert words("Two children", NONE) == []
