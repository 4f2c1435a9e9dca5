"""Exact arithmetic: shares, medians, money, and what cannot be told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.figures.measures import codes, median, per_cent, pounds, rounded
from ledger.figures.period import NotAPeriod, Period
from ledger.figures.stated import Stated


def test_42_of_493_is_eight_and_a_half_per_cent():
    assert per_cent(42, 493) == Decimal("8.5")


def test_a_share_of_nothing_is_not_nothing():
    assert per_cent(0, 0) is None
    assert per_cent(0, 5) == Decimal("0.0")


@pytest.mark.parametrize(("value", "expected"), [("1/20", "0.1"), ("-1/20", "-0.1"), ("7/4", "1.8"), ("1/3", "0.3")])
def test_halves_are_rounded_away_from_nought(value, expected):
    assert rounded(Fraction(value), 1) == Decimal(expected)


def test_no_digit_of_a_very_large_number_is_lost():
    assert rounded(Fraction(10**28 + 1), 0) == Decimal(10**28 + 1)
    assert str(pounds(10**30 + 7)) == f"{10**28}.07"
    assert (str(rounded(Fraction(0), 1)), str(pounds(-250))) == ("0.0", "-2.50")


@given(st.fractions(max_denominator=10**9), st.integers(0, 6))
def test_a_rounded_number_is_as_near_as_it_can_be(value, places):
    assert abs(Fraction(rounded(value, places)) - value) <= Fraction(1, 2 * 10**places)


def test_the_middle_of_an_even_number_lies_halfway():
    assert median([1, 4]) == Decimal("2.5")
    assert median([9, 1, 4]) == Decimal("4.0")
    assert median([]) is None


def test_pence_are_told_in_pounds():
    assert str(pounds(21946650)) == "219466.50"


def test_what_several_codes_say_counts_under_each():
    assert codes(("b", "a", "b")) == ("a", "b")
    assert codes(()) == codes(None) == ("not-stated",)
    assert (codes(True), codes(3)) == (("yes",), ("3",))


@pytest.mark.parametrize("year", ["2019-21", "2019", "2019-20 ", "19-20", "2099-98"])
def test_only_a_reporting_year_is_one(year):
    with pytest.raises(NotAPeriod):
        Period.year(year)


def test_a_reporting_year_runs_from_april_to_march():
    assert (Period.year("1999-00").first, Period.year("1999-00").last) == (date(1999, 4, 1), date(2000, 3, 31))
    assert Period.year("2019-20").name == "2019-20"
    assert Period.day(date(2020, 1, 2)).name == "2020-01-02 to 2020-01-02"
    assert (
        Period(date(1899, 4, 1), date(1900, 3, 31)).name == "1899-04-01 to 1900-03-31"
    )  # a year that nobody can ask for
    assert Period.day(date(54, 10, 9)).name == "0054-10-09 to 0054-10-09"
    with pytest.raises(NotAPeriod):
        Period(date(2020, 1, 2), date(2020, 1, 1))


def test_a_year_with_a_leap_day_is_as_long_as_another():
    def flow(first, last):
        return Stated(
            "i", "d", 1, "children", "flow", "count", Decimal(1), None, None, None, None, None, None, False, (), None,
            "s", "R", first, last, None, (1,),
        )  # fmt: skip

    assert flow(date(2019, 4, 1), date(2020, 3, 31)).days == flow(date(2018, 4, 1), date(2019, 3, 31)).days == 365
    assert flow(date(2019, 4, 1), date(2019, 6, 30)).days == 91
