"""Agencies come, change name, are succeeded and leave."""

from tests.domain.scenario import HEALTH, LA, POLICE, agency, given, post

SUCCEEDED = post("agency.succeeded", "HEALTH", {"successors": ["ICB"], "succeeded_on": "2022-07-01"}, on="2022-07-01")


def test_an_agency_is_registered_once():
    given(LA).when(LA).then_refused("REC-BEGUN")


def test_its_code_is_its_reference():
    given().when(post("agency.registered", "LA", {**POLICE.data})).then_refused("AGY-CODE")


def test_it_is_renamed_and_keeps_its_standing():
    renamed = post("agency.renamed", "HEALTH", {"name": "Health Board", "renamed_on": "2020-04-01"}, on="2020-04-01")
    given(HEALTH).when(renamed).then_recorded().then_state(
        lambda a: (a.name, a.standing) == ("Health Board", "statutory-partner")
    )


def test_others_succeed_it_and_then_it_no_longer_changes():
    given(HEALTH, agency("ICB")).when(SUCCEEDED).then_recorded().then_state(lambda a: a.succeeded_by == ("ICB",))
    left = post("agency.left", "HEALTH", {"left_on": "2023-01-01"}, on="2023-01-01")
    given(HEALTH, agency("ICB"), SUCCEEDED).when(left).then_refused("AGY-LEFT")


def test_a_successor_must_be_known_and_another():
    given(HEALTH).when(SUCCEEDED).then_refused("REF-KNOWN")
    itself = post(
        "agency.succeeded", "HEALTH", {"successors": ["HEALTH"], "succeeded_on": "not-stated"}, on="2022-07-01"
    )
    given(HEALTH).when(itself).then_refused("AGY-SUCC")


def test_the_date_inside_agrees_with_the_time_outside():
    other = post("agency.left", "HEALTH", {"left_on": "2023-01-02"}, on="2023-01-01")
    given(HEALTH).when(other).then_refused("TIME-SAME")
