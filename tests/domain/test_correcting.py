"""Corrections and withdrawals: of times, of what repeats another record, of history entered afterwards."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.domain.scenario import LA, SCHOOL, given, post

REPORTED = {
    "agency": "LA", "happened_on": "2019-05-01", "known_on": "2019-05-02", "nature": "death", "how_many": 1,
    "looked_after": False, "care_leaver": False,
}  # fmt: skip


def incident(reference):
    return post("incident.reported", reference, REPORTED, on="2019-05-01")


def changed(position, **changes):
    return post(
        "incident.corrected", "INC-1", {"position": position, "changes": changes, "reason": "r"}, on="2020-01-01"
    )


def withdrawn(position, reference="INC-1"):
    return post(
        "incident.withdrawn", reference, {"position": position, "reason": "r", "decided_by": "LA"}, on="2020-01-01"
    )


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1554076800",
        "2019-05-01 00:00Z",
        "2019-05-01T00:00:00",
    ],
)
def test_a_time_is_corrected_to_a_time_that_could_be_posted(time):
    with pytest.raises(ValidationError) as refused:
        given(LA, incident("INC-1")).when(changed(2, time=time))
    assert refused.value.errors()[0]["loc"] == ("time",)


def test_a_mistaken_repetition_is_withdrawn_and_the_record_goes_on():
    duplicate = post("incident.duplicate-of", "INC-1", {"duplicate_of": "INC-2"}, on="2020-01-01")
    view = post("incident.notified", "INC-1", {"sent_on": "2019-05-03", "to": ["national-panel"]}, on="2019-05-03")
    begun = given(LA, SCHOOL, incident("INC-1"), incident("INC-2"), duplicate)
    begun.when(view).then_refused("REC-VOID")
    begun.when(withdrawn(5)).then_recorded()
    given(LA, SCHOOL, incident("INC-1"), incident("INC-2"), duplicate, withdrawn(5)).when(view).then_recorded(
        "SIN-DECIDED"
    )


@pytest.mark.parametrize(("precision", "on"), [("month", "2019-04-01"), ("year", "2018-01-01")])
def test_a_coarse_time_contains_the_day_inside(precision, on):
    given(LA).when(post("incident.reported", "INC-1", REPORTED, on=on, precision=precision)).then_refused("TIME-SAME")


def test_a_coarse_time_hides_no_day_to_come():
    later = REPORTED | {"happened_on": "2099-01-01", "known_on": "not-stated"}
    given(LA).when(post("incident.reported", "INC-1", later, on="2019-05-01", precision="unknown")).then_refused(
        "TIME-FUTURE"
    )
    given(LA).when(post("incident.reported", "INC-1", REPORTED, on="2019-05-01", precision="month")).then_recorded()
    given(LA).when(post("incident.reported", "INC-1", REPORTED, on="2019-01-01", precision="year")).then_recorded()


def test_history_entered_afterwards_is_corrected_as_such():
    sent = post(
        "incident.notified",
        "INC-1",
        {"sent_on": "2019-05-03", "to": ["national-panel"]},
        on="2019-05-03",
        retrospective=True,
    )
    given(LA, incident("INC-1"), sent).when(changed(3, to=["national-panel", "dfe"])).then_recorded()


def test_what_no_other_record_can_take_the_place_of_is_not_voided():
    opened = {"origin": "example.org/p", "partnership": "P", "demonstration": False, "retrospective": False}
    begun = given(post("ledger.opened", "LEDGER", opened, on="2019-05-01"))
    begun.when(post("ledger.withdrawn", "LEDGER", {"position": 1, "reason": "r", "decided_by": "LA"})).then_refused(
        "REF-KNOWN"
    )
    begun = given(LA, post("ledger.opened", "LEDGER", opened, on="2019-05-01"))
    begun.when(post("ledger.withdrawn", "LEDGER", {"position": 2, "reason": "r", "decided_by": "LA"})).then_refused(
        "REC-ONLY"
    )
    begun.when(post("ledger.duplicate-of", "LEDGER", {"duplicate_of": "OTHER"})).then_refused("REC-DUP")
    begun.when(
        post("ledger.corrected", "LEDGER", {"position": 2, "changes": {"partnership": "Q"}, "reason": "r"})
    ).then_recorded()


def test_what_was_cited_before_it_was_found_to_repeat_another_may_stay_cited():
    repeats = post("agency.duplicate-of", "LA", {"duplicate_of": "SCHOOL"}, on="2019-12-01")
    begun = given(LA, SCHOOL, incident("INC-1"), repeats)
    begun.when(changed(3, nature="other")).then_recorded()
    begun.when(changed(3, agencies_involved=["SCHOOL"])).then_recorded()
    begun.when(changed(3, agencies_involved=["NOBODY"])).then_refused("REF-KNOWN")
    begun.when(incident("INC-2")).then_refused("REF-KNOWN")
