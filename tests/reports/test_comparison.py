"""The figures beside the published ones of the real year: each agrees, or differs for a reason that is named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.reports.comparison import UNEXPLAINED, compare, read_explanations, read_published
from tests.figures.telling import REAL_YEAR


@pytest.fixture(scope="module")
def published():
    return read_published(REAL_YEAR / "published.csv")


@pytest.fixture(scope="module")
def explanations():
    return read_explanations(REAL_YEAR / "differences.toml")


def test_every_published_number_is_found_and_every_difference_explained(made, published, explanations):
    rows = compare(made, published, explanations)
    assert len(rows) == len(published)
    assert [row for row in rows if row.computed is None] == []
    assert [row for row in rows if row.explanation == UNEXPLAINED] == []
    assert sum(row.agrees for row in rows) == len(rows) - 6


def test_the_known_differences_are_those_of_the_record(made, published, explanations):
    differing = {
        row.caption: (row.printed, row.computed, row.difference)
        for row in compare(made, published, explanations)
        if not row.agrees
    }
    assert differing == {
        "All courses: booked": ("1,657", 1592, -65),
        "All courses: completed": ("1245", 1190, -55),
        "All courses: cancelled": ("249", 243, -6),
        "All courses: did not attend": ("91", 87, -4),
        "Children in care who moved three times or more in 12 months": ("8.6% (42 children)", Decimal("8.5"), Decimal("-0.1")),
        "Contributions of the partners together, arrangements": ("£218,866", Decimal("219466.00"), 600),
    }  # fmt: skip


def test_what_nobody_explains_is_listed(made, published):
    rows = compare(made, published, {})
    assert [row.explanation for row in rows if not row.agrees] == [UNEXPLAINED] * 6


def test_a_number_no_figure_answers_for_is_unexplained(made, published, explanations):
    unknown = published[0] | {"dimensions": "course=nobody-held-it;outcome=booked", "difference": ""}
    elsewhere = published[0] | {"figure_id": "FIG-NOWHERE", "difference": ""}
    for row in compare(made, [unknown, elsewhere], explanations):
        assert (row.computed, row.agrees, row.explanation, row.difference) == (None, False, UNEXPLAINED, None)
        assert row.wire()["computed"] is None


def test_a_wrong_number_does_not_agree(made, published, explanations):
    (row,) = compare(made, [published[0] | {"value": "20", "difference": ""}], explanations)
    assert (row.agrees, row.computed, row.difference, row.explanation) == (False, 19, -1, UNEXPLAINED)
