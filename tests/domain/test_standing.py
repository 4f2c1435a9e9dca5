"""What must hold of any event on any record, whoever posts it."""

import pytest

from tests.domain.scenario import HEALTH, LA, POLICE, given, post


def left(**how):
    return post("agency.left", "LA", {"left_on": "2020-01-01"}, **({"on": "2020-01-01"} | how))


def test_a_record_is_begun_once_and_by_a_beginning():
    given().when(left()).then_refused("REC-BEGUN")
    given(LA).when(LA).then_refused("REC-BEGUN")


def test_the_source_is_an_agency_the_ledger_knows():
    given(LA).when(left(source="/agencies/HEALTH", by="partner-submitter@HEALTH")).then_refused("SRC-KNOWN")
    given(LA, HEALTH).when(left(source="/agencies/HEALTH", by="partner-submitter@HEALTH")).then_recorded()


def test_what_has_not_happened_is_not_recorded():
    tomorrow = post("agency.renamed", "LA", {"name": "N", "renamed_on": "2031-01-01"}, on="2031-01-01")
    given(LA).when(tomorrow).then_refused("TIME-FUTURE")


def test_a_day_is_posted_as_its_midnight_and_a_month_as_its_first():
    noon = left(at="2020-01-01T12:00:00+00:00", precision="day")
    given(LA).when(noon).then_refused("TIME-PRECISION")
    month = post("agency.left", "LA", {"left_on": "not-stated"}, on="2020-01-02", precision="month")
    given(LA).when(month).then_refused("TIME-PRECISION")
    given(LA).when(
        post("agency.left", "LA", {"left_on": "not-stated"}, on="2020-01-01", precision="month")
    ).then_recorded()


def test_a_duplicate_repeats_another_record_of_its_kind_and_takes_nothing_more():
    repeats = post("agency.duplicate-of", "LA", {"duplicate_of": "POLICE"}, on="2020-01-01")
    given(LA).when(repeats).then_refused("REC-DUP")
    itself = post("agency.duplicate-of", "LA", {"duplicate_of": "LA"}, on="2020-01-01")
    given(LA).when(itself).then_refused("REC-DUP")
    given(LA, POLICE).when(repeats).then_recorded().when(left()).then_refused("REC-VOID")
    back = post("agency.duplicate-of", "POLICE", {"duplicate_of": "LA"}, on="2020-01-01")
    given(LA, POLICE, repeats).when(back).then_refused("REC-DUP")


@pytest.mark.parametrize(
    ("at", "precision", "right"),
    [
        ("2020-07-15T12:00:00+00:00", "day", "2020-07-15T00:00:00+01:00"),
        ("2020-07-15T00:00:00+00:00", "day", "2020-07-15T00:00:00+01:00"),
        ("2020-02-15T00:00:00+00:00", "month", "2020-02-01T00:00:00+00:00"),
        ("2020-07-15T12:00:00+00:00", "year", "2020-01-01T00:00:00+00:00"),
    ],
)
def test_the_time_to_post_instead_is_told(at, precision, right):
    verdict = given(LA).world.judge(post("agency.left", "LA", {"left_on": "not-stated"}, at=at, precision=precision))
    (broken,) = [b for b in verdict.refusals if b.rule.id == "TIME-PRECISION"]
    assert f"post {right}." in broken.why
    given(LA).when(post("agency.left", "LA", {"left_on": "not-stated"}, at=right, precision=precision)).then_recorded()


def test_history_entered_afterwards_comes_from_the_business_unit():
    from_an_agency = left(source="/agencies/LA", by="partner-submitter@LA", retrospective=True)
    given(LA).when(from_an_agency).then_refused("RETRO-BY")
    given(LA).when(left(retrospective=True)).then_recorded()
    given(LA).when(left(source="/agencies/LA", by="partner-submitter@LA")).then_recorded()


def test_a_ledger_opened_for_history_takes_it_from_everybody():
    opened = {"origin": "example.org/p", "partnership": "P", "demonstration": False, "retrospective": True}
    from_an_agency = left(source="/agencies/LA", by="partner-submitter@LA", retrospective=True)
    given(post("ledger.opened", "LEDGER", opened), LA).when(from_an_agency).then_recorded()
