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


def reported(day, source="/agencies/HEALTH"):
    data = {
        "agency": "HEALTH", "happened_on": day, "known_on": day, "nature": "other", "how_many": 1, "looked_after": False,
        "care_leaver": False,
    }  # fmt: skip
    return post("incident.reported", "INC-1", data, on=day, source=source, by="partner-submitter@HEALTH")


def test_what_an_agency_says_is_judged_by_the_day_it_happened():
    history = (HEALTH, agency("ICB"), SUCCEEDED)
    given(*history).when(reported("2022-06-30")).then_recorded()
    given(*history).when(reported("2022-07-01")).then_recorded()
    given(*history).when(reported("2022-07-02")).then_recorded("AGY-PART")
    given(*history).when(reported("2022-07-02", source="/business-unit")).then_recorded()


def test_where_nobody_says_when_it_left_nobody_can_tell():
    left = post("agency.left", "HEALTH", {"left_on": "not-stated"}, on="2022-07-01")
    given(HEALTH, left).when(reported("2023-01-02")).then_recorded()
