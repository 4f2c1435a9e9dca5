"""A copy for the public withholds small counts in every format, and what would tell them."""

from __future__ import annotations

import json

import pytest

from ledger.disclosure.figures import guards
from ledger.domain.conventions import DisclosureRule
from ledger.reports.document import Cite
from ledger.reports.kinds import document
from ledger.reports.public import NoSuchRule, for_the_public, rule_called
from ledger.reports.written import Format, written


@pytest.fixture(scope="module")
def year(invented):
    return invented.parts


def public(parts, name="dfe5", period="2024-25"):
    head = parts.ledger.head().position
    rule = rule_called(parts.ledger, name)
    passes = (for_the_public(parts.ledger, parts.tables, rule, head),)
    return document(parts.ledger, parts.tables, "annual", period, head, passes=passes)


def test_no_small_count_of_people_or_incidents_is_told(year):
    made, rule = public(year), rule_called(year.ledger, "dfe5")
    assert isinstance(rule, DisclosureRule)
    marked = [number for number in made.numbers() if number.mark]
    assert {number.mark for number in marked} == {"c"}
    for number in made.numbers():
        if guards(number.unit, rule) and isinstance(number.value, int) and not number.unit.startswith("%"):
            assert not 1 <= number.value <= 5, number


def test_what_is_withheld_is_in_no_format(year):
    made = public(year)
    told = json.loads(written(made, Format.JSON))
    sin = next(each for each in told["figures"] if each["id"] == "FIG-SIN")
    assert made.number(Cite("FIG-SIN")).mark == "c"
    assert sin["value"] is None
    assert sin["entries"] == []
    page = written(made, Format.HTML).decode()
    assert "[c]" in page
    assert "disclosure rule dfe5" in page


def test_rows_of_single_cases_that_are_not_published_are_left_out(year):
    inside = document(year.ledger, year.tables, "annual", "2024-25", year.ledger.head().position)
    outside = public(year)
    parts = {part.id: part for part in outside.report.parts}
    columns = parts["PART-REVIEWS"].columns
    assert all(row[columns.index("published_on")] for row in parts["PART-REVIEWS"].rows)
    types = [row[parts["PART-DECISIONS"].columns.index("type")] for row in parts["PART-DECISIONS"].rows]
    assert not [each for each in types if each.startswith(("incident.", "rapid-review."))]
    assert len(types) < len({part.id: part for part in inside.report.parts}["PART-DECISIONS"].rows)


def test_only_rules_for_publication_make_a_public_copy(year):
    for name in ("none", "nothing"):
        with pytest.raises(NoSuchRule, match="dfe5, nhs8, round5"):
            rule_called(year.ledger, name)


def test_the_same_copy_comes_twice(year):
    assert written(public(year), Format.JSON) == written(public(year), Format.JSON)
