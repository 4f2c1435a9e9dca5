"""Each line of a year's account is recorded once, in pence."""

import pytest
from pydantic import ValidationError

from ledger.domain.finance import FinanceContributed, FinanceSpent, ReserveMoved, pounds
from tests.domain.scenario import POLICE, given, post

CONTRIBUTED = post("finance.contributed", "FIN-1", {"agency": "POLICE", "amount": 150000, "year": "2019-20"})
HEAD = {"head": "staff", "title": "Staff", "amount": 100, "year": "2019-20"}
MOVED = {"amount": 100, "year": "2019-20", "direction": "from-reserve"}


def test_an_agency_contributes_or_all_of_them_together():
    given(POLICE).when(CONTRIBUTED).then_recorded().then_state(lambda f: (f.kind, f.amount) == ("contributed", 150000))
    given().when(CONTRIBUTED).then_refused("REF-KNOWN")
    together = {**CONTRIBUTED.data, "agency": "not-stated"}
    given().when(post("finance.contributed", "FIN-1", together)).then_recorded()
    assert FinanceContributed.model_validate(together).sentence() == "Agencies together contributed £1,500 in 2019-20"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [("received", HEAD, "received"), ("spent", HEAD, "spent"), ("reserve-moved", MOVED, "from-reserve")],
)
def test_other_lines(name, data, kind):
    line = post(f"finance.{name}", "FIN-1", data)
    given().when(line).then_recorded().then_state(lambda f: (f.kind, f.year, f.amount) == (kind, "2019-20", 100))
    given(line).when(line).then_refused("REC-BEGUN")


@pytest.mark.parametrize(
    "bad", [{"amount": 1.5}, {"amount": -1}, {"amount": True}, {"year": "2019-21"}, {"year": "2019"}]
)
def test_money_is_whole_pence_and_a_year_is_a_reporting_year(bad):
    with pytest.raises(ValidationError):
        FinanceSpent.model_validate({**HEAD, **bad})


def test_the_turn_of_the_century_is_a_year_too():
    assert ReserveMoved.model_validate({**MOVED, "year": "1999-00"}).year == "1999-00"


def test_pence_are_told_as_pounds():
    assert [pounds(21946600), pounds(5), pounds(150)] == ["£219,466", "£0.05", "£1.50"]
