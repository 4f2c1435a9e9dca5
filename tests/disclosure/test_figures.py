"""A report's figures as the public may read them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.disclosure.figures import Edition, publish_under
from ledger.disclosure.tabling import guards
from ledger.figures.answer import RECORDS, Answer
from ledger.figures.figure import Kind
from ledger.figures.measures import Part, Side, per_cent
from ledger.figures.period import Period
from tests.disclosure.test_protection import DFE5, NHS8, NONE, ROUND5

YEAR, FIRST, SECOND = Period.year("2024-25"), Period.quarter("2024-25-Q1"), Period.quarter("2024-25-Q2")


def figure(id_="FIG-SIN", value=None, unit="incidents", *, period=YEAR, kind=Kind.FLOW, sides=None, **by):
    """An answer: `sides` makes it a share of two counts, `by` breaks it down."""
    numerator, denominator = (
        (Side(f"{id_}-{n}", unit, count, ()) for n, count in enumerate(sides)) if sides else (None, None)
    )
    return Answer(
        id_, "A figure", "Section", f"% of {unit}" if sides else unit, kind, "Definition.", 1, "day", "None", period, 9,
        RECORDS, per_cent(*sides) if sides else value, (),
        {name: tuple(Part(code, count) for code, count in parts.items()) for name, parts in by.items()},
        numerator, denominator,
    )  # fmt: skip


def shown(public, *figures):
    """Every number of some figures as they are printed."""
    told = {}
    for each in figures:
        told[each.id] = public.value(each)
        told |= {f"{each.id}/{p.code}": public.part(each, name, p) for name, parts in each.by.items() for p in parts}
    return told


def test_a_breakdown_is_protected_and_its_total_stays():
    each = figure(value=67, nature={"abuse": 40, "neglect": 23, "death": 0, "other": 4})
    told = shown(publish_under(DFE5, [each]), each)
    assert told == {
        "FIG-SIN": 67,
        "FIG-SIN/abuse": 40,
        "FIG-SIN/neglect": "[c]",
        "FIG-SIN/death": 0,
        "FIG-SIN/other": "[c]",
    }


@pytest.mark.parametrize("unit", ["meetings", "actions", "pounds", "places", "audits", "escalations", "schools"])
def test_only_people_and_incidents_are_protected(unit):
    each = figure(value=3, unit=unit, nature={"a": 1, "b": 2})
    assert shown(publish_under(DFE5, [each]), each) == {"FIG-SIN": 3, "FIG-SIN/a": 1, "FIG-SIN/b": 2}
    assert not guards(unit, DFE5)


@pytest.mark.parametrize("unit", ["incidents", "children", "% of incidents", "rapid-reviews", "rapid reviews"])
def test_units_of_people_and_incidents(unit):
    assert guards(unit, DFE5)


@pytest.mark.parametrize(
    ("sides", "printed"),
    [((30, 40), Decimal("75.0")), ((3, 40), "[c]"), ((38, 40), "[c]"), ((0, 9), "[c]"), ((40, 40), Decimal("100.0"))],
)
def test_a_share_is_withheld_with_its_parts_and_of_too_few(sides, printed):
    each = figure("FIG-SIN-5WD", sides=sides)
    public = publish_under(DFE5, [each])
    assert public.value(each) == printed
    if sides == (38, 40):
        assert public.side(each, "numerator") == "[c]", "or the rest, which is two, could be worked out"
    assert public.open == ()


def test_a_base_that_is_a_figure_too_does_not_give_away_what_the_figure_hides():
    share = figure("FIG-SIN-5WD", sides=(6, 9))
    total = figure("FIG-SIN-5WD-1", value=9, nature={"a": 1, "b": 8})
    public = publish_under(DFE5, [total, share])
    assert public.side(share, "denominator") == public.value(total)
    assert public.open == ()


def test_the_parts_of_a_share_do_not_give_away_what_the_figure_of_their_base_hides():
    def both(death):
        total = figure(value=40 + death, nature={"abuse": 40, "death": death})
        share = figure("FIG-SIN-5WD", sides=(25 + death, 40 + death))
        parts = tuple(
            Part(code, per_cent(n, of), n, of) for code, n, of in (("abuse", 25, 40), ("death", death - 7, death))
        )
        whole = (Side("FIG-SIN-5WD-1", "incidents", 18 + death, ()), Side("FIG-SIN", "incidents", 40 + death, ()))
        return total, replace(share, by={"nature": parts}, numerator=whole[0], denominator=whole[1])

    before = both(17)
    first = publish_under(DFE5, before)
    assert first.withheld == frozenset()
    total, share = both(20)
    public = publish_under(DFE5, (total, share), [Edition(before)])
    assert public.why["FIG-SIN/nature=death"] == "difference"
    abuse, death = share.by["nature"]
    assert public.part(share, "nature", death) == "[c]"
    assert {public.part_side(share, "nature", death, name) for name in ("numerator", "denominator")} == {"[c]"}
    assert public.part_side(share, "nature", abuse, "denominator") == 40 or public.value(total) == "[c]"


def test_a_share_that_is_stated_without_its_sides_is_no_count_of_an_earlier_edition():
    stated = figure("FIG-X", Decimal(40), "% of plans", nature={"abuse": Decimal(25), "neglect": Decimal(15)})
    public = publish_under(DFE5, [stated], [Edition((stated,))])
    assert (public.withheld, public.open) == (frozenset(), ())


def test_an_edition_that_counts_one_more_hides_what_would_tell_so():
    before, now = figure(value=10), figure(value=11)
    assert publish_under(DFE5, [now], [Edition((before,))]).value(now) == "[c]"
    assert publish_under(DFE5, [now]).value(now) == 11


def test_a_second_edition_does_not_show_what_the_first_withheld_for_anothers_sake():
    parts = {"abuse": 40, "neglect": 23, "other": 4}
    first = figure(value=67, nature=parts)
    withheld = publish_under(DFE5, [first]).withheld
    now = figure(value=83, nature=parts | {"abuse": 49, "other": 11})
    public = publish_under(DFE5, [now], [Edition((first,), withheld)])
    assert public.part(now, "nature", now.by["nature"][1]) == "[c]"
    assert public.open == ()


def test_a_year_after_two_published_quarters_does_not_tell_the_few_that_came_since():
    quarters = [Edition((figure(value=10, period=FIRST),)), Edition((figure(value=18, period=SECOND),))]
    year = figure(value=31)
    assert publish_under(DFE5, [year], quarters).value(year) == "[c]"
    year = figure(value=40)
    assert publish_under(DFE5, [year], quarters).value(year) == 40


def test_a_quarter_after_the_published_year_tells_nothing_of_the_rest_of_it():
    year, quarter = figure(value=31), figure(value=28, period=SECOND)
    assert publish_under(DFE5, [quarter], [Edition((year,))]).value(quarter) == "[c]"


def test_a_middle_value_of_few_reviews_describes_each_and_is_withheld():
    age = figure("FIG-LCSPR-AGE", Decimal("120.0"), unit="days", kind=Kind.SNAPSHOT, review={"REV-1": Decimal("120.0")})
    few, many = (figure("FIG-LCSPR-OPEN", n, "reviews", kind=Kind.SNAPSHOT) for n in (3, 30))
    assert shown(publish_under(DFE5, [age, few]), age) == {"FIG-LCSPR-AGE": "[c]", "FIG-LCSPR-AGE/REV-1": "[c]"}
    assert publish_under(DFE5, [age, many]).value(age) == Decimal("120.0")


def test_under_the_rule_of_hospital_statistics_shares_are_of_rounded_parts():
    each, share = (
        figure(unit="children", value=27, nature={"a": 7, "b": 8, "c": 12}),
        figure("FIG-X", unit="children", sides=(12, 27)),
    )
    public = publish_under(NHS8, [each, share])
    assert shown(public, each) == {"FIG-SIN": 25, "FIG-SIN/a": "[*]", "FIG-SIN/b": 10, "FIG-SIN/c": 10}
    assert public.value(share) == per_cent(10, 25)
    assert publish_under(ROUND5, [each]).value(each) == 25
    assert publish_under(NONE, [each]).value(each) == 27


def test_a_named_person_may_show_one_number():
    each = figure(value=67, nature={"abuse": 40, "neglect": 23, "other": 4})
    public = publish_under(DFE5, [each], shown=["FIG-SIN/nature=other"])
    assert shown(public, each)["FIG-SIN/other"] == 4
    assert public.withheld == frozenset()
