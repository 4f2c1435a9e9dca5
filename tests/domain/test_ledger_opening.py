"""A ledger is opened once, as itself."""

import pytest
from pydantic import ValidationError

from ledger.domain.ledger_opening import HeadsSealed, KeyRotated, LedgerOpened
from tests.domain.scenario import HELD, LA, given, post

DATA = {"origin": "example.org/partnership", "partnership": "Anywhere", "demonstration": True, "retrospective": False}
OPENED = post("ledger.opened", "LEDGER", DATA)


def test_it_is_opened_and_says_what_it_is():
    given().when(OPENED).then_recorded().then_state(lambda s: (s.origin, s.demonstration) == (DATA["origin"], True))
    assert LedgerOpened.model_validate(DATA).sentence() == "Ledger opened for Anywhere (demonstration)"


OLD = "example.org/before\n812\n" + "A" * 43 + "=\n\n\u2014 example.org/before AAAA\n"


def test_it_may_follow_a_log_that_cannot_be_gone_on_with():
    follows = DATA | {"follows": OLD}
    given().when(post("ledger.opened", "LEDGER", follows)).then_recorded()
    assert LedgerOpened.model_validate(follows).sentence().endswith(", following example.org/before at 812 entries")
    own_name = OLD.replace("example.org/before\n", "example.org/partnership\n", 1)
    for wrong in (own_name, OLD.replace("812", "0812"), OLD.replace("=", ""), "example.org/before, 812 entries\n"):
        given().when(post("ledger.opened", "LEDGER", DATA | {"follows": wrong})).then_refused("LED-FOLLOWS")


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


SEALED = {"upto": 1, "lines": HELD.lines, "root": HELD.root}


def test_what_is_sealed_is_what_is_held():
    given(OPENED).when(post("ledger.heads-sealed", "LEDGER", SEALED)).then_recorded().then_state(
        lambda s: (s.sealed_upto, s.partnership) == (1, "Anywhere")
    )
    for false in ({"lines": 4}, {"root": "cd" * 32}, {"upto": 2}):
        given(OPENED).when(post("ledger.heads-sealed", "LEDGER", SEALED | false)).then_refused("LED-SEAL-TRUE")
    assert HeadsSealed.model_validate(SEALED).sentence() == "What every record held was sealed, up to position 1"


def test_heads_are_sealed_further_on_each_time_and_by_the_business_unit():
    sealed = post("ledger.heads-sealed", "LEDGER", SEALED)
    given(OPENED, sealed).when(sealed).then_refused("LED-SEAL-ON")
    from_an_agency = post("ledger.heads-sealed", "LEDGER", SEALED, source="/agencies/LA", by="partner-submitter@LA")
    given(LA, OPENED).when(from_an_agency).then_refused("LED-SEAL-BY")
    given().when(sealed).then_refused("REC-BEGUN")


FIRST, SECOND, THIRD = (
    f"example.org/partnership+{number}467ab22+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPx{number}" for number in "123"
)


def rotated(old, new, **how):
    return post("ledger.key-rotated", "LEDGER", {"old": old, "new": new}, **how)


def test_one_key_takes_over_from_another():
    given(OPENED).when(rotated(FIRST, SECOND)).then_recorded().then_state(lambda s: s.keys == (FIRST, SECOND))
    given(OPENED, rotated(FIRST, SECOND)).when(rotated(SECOND, THIRD)).then_recorded().then_state(
        lambda s: s.keys == (FIRST, SECOND, THIRD)
    )
    told = KeyRotated(old=FIRST, new=SECOND).sentence()
    assert told == "The log's key example.org/partnership+1467ab22 was replaced by example.org/partnership+2467ab22"


def test_a_key_takes_over_from_the_one_named_last_and_only_once():
    rotation = given(OPENED, rotated(FIRST, SECOND))
    for old, new in ((FIRST, THIRD), (SECOND, FIRST), (SECOND, SECOND)):
        rotation.when(rotated(old, new)).then_refused("LED-KEY-NEXT")
    given(OPENED).when(rotated(FIRST, FIRST)).then_refused("LED-KEY-NEXT")
    given(OPENED).when(rotated(FIRST, SECOND.replace("example.org", "example.net"))).then_refused("LED-KEY-NEXT")


def test_the_business_unit_replaces_the_key():
    from_an_agency = rotated(FIRST, SECOND, source="/agencies/LA", by="partner-submitter@LA")
    given(LA, OPENED).when(from_an_agency).then_refused("LED-KEY-BY")


@pytest.mark.parametrize("key", ["", "PRIVATE+KEY+" + FIRST, FIRST[:-1], FIRST.replace("+", " "), FIRST + "\n"])
def test_what_is_no_public_key_is_not_taken(key):
    with pytest.raises(ValidationError):
        KeyRotated(old=FIRST, new=key)
