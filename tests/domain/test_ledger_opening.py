"""A ledger is opened once, as itself."""

import pytest
from pydantic import ValidationError

from ledger.domain.ledger_opening import LedgerOpened
from tests.domain.scenario import LA, given, post

DATA = {"origin": "example.org/partnership", "partnership": "Anywhere", "demonstration": True, "retrospective": False}
OPENED = post("ledger.opened", "LEDGER", DATA)


def test_it_is_opened_and_says_what_it_is():
    given().when(OPENED).then_recorded().then_state(lambda s: (s.origin, s.demonstration) == (DATA["origin"], True))
    assert LedgerOpened.model_validate(DATA).sentence() == "Ledger opened for Anywhere (demonstration)"


def test_there_is_one_record_of_it():
    given().when(post("ledger.opened", "LED-1", DATA)).then_refused("LED-ONE")
    given(OPENED).when(OPENED).then_refused("REC-BEGUN")


def test_the_business_unit_opens_it():
    from_an_agency = post("ledger.opened", "LEDGER", DATA, source="/agencies/LA", by="partner-submitter@LA")
    given(LA).when(from_an_agency).then_refused("LED-BY")


@pytest.mark.parametrize("origin", ["", "https://example.org", "example.org/", "Example.org", "example org", "-a/b"])
def test_its_origin_is_a_web_address_without_scheme(origin):
    with pytest.raises(ValidationError):
        LedgerOpened.model_validate({**DATA, "origin": origin})
