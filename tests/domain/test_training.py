"""Courses are delivered and evaluated; every booking has one outcome."""

import json

import pytest

from ledger.domain.training import TrainingDelivered, unaccounted
from tests.domain.scenario import HEALTH, POLICE, given, post

YEAR = {"period_from": "2019-04-01", "period_to": "2020-03-31"}


def places(booked, completed, cancelled, did_not_attend, no_outcome="not-stated"):
    return {
        "booked": booked, "completed": completed, "cancelled": cancelled,
        "did_not_attend": did_not_attend, "no_outcome": no_outcome,
    }  # fmt: skip


def delivered(counts, when=YEAR, **other):
    return post("training.delivered", "TRN-1", {"course": "neglect", "title": "Neglect", **counts, **when, **other})


def evaluated(returns=20, asked="not-stated", **other):
    data = {"tier": "end-of-course", "returns": returns, "asked": asked}
    return post("training.evaluated", "TRN-1", {**data, **other})


DELIVERED = delivered(places(79, 59, 13, 5))


def test_the_outcomes_add_up():
    given().when(delivered(places(79, 59, 13, 5, 2))).then_recorded().then_state(
        lambda t: (t.course, t.completed) == ("neglect", 59)
    )
    given().when(delivered(places(79, 59, 13, 5, 1))).then_refused("TRN-SUM")


def test_an_outcome_not_stated_leaves_the_rest_unaccounted_for():
    given().when(DELIVERED).then_recorded()
    event = TrainingDelivered.model_validate_json(json.dumps(DELIVERED.data))
    assert unaccounted(event) == 2


def test_75_outcomes_of_65_bookings_are_refused_naming_the_sums():
    scenario = given().when(delivered(places(65, 55, 6, 14))).then_refused("TRN-SUM")
    (broken,) = scenario._verdict().refusals
    assert broken.why == "55 completed + 6 cancelled + 14 did not attend = 75 outcomes, from 65 bookings."


def test_agencies_have_their_own_sums_within_the_course():
    police = {"agency": "POLICE", **places(9, 7, 2, 0, 0)}
    health = {"agency": "HEALTH", **places(70, 52, 11, 5, 2)}
    whole = places(79, 59, 13, 5, 2)
    given(POLICE, HEALTH).when(delivered(whole, by_agency=[police, health])).then_recorded()
    given(POLICE).when(delivered(whole, by_agency=[{**police, "completed": 8}])).then_refused("TRN-SUM")
    given(POLICE).when(delivered(whole, by_agency=[police, police])).then_refused("TRN-AGENCY")
    more = {"agency": "HEALTH", **places(71, 53, 11, 5, 2)}
    given(POLICE, HEALTH).when(delivered(whole, by_agency=[police, more])).then_refused("TRN-AGENCY")


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"period_from": "2019-04-01"},
        {"period_from": "2019-04-02", "period_to": "2019-04-01"},
        {"delivered_on": "2019-04-01", "period_from": "2019-04-01", "period_to": "2019-04-01"},
    ],
)
def test_it_has_a_day_or_a_whole_period(when):
    given().when(delivered(places(1, 1, 0, 0, 0), when)).then_refused("TRN-PERIOD")


def test_a_day_is_enough():
    given().when(delivered(places(1, 1, 0, 0, 0), {"delivered_on": "2019-04-01"})).then_recorded()


def test_it_is_evaluated_once_in_each_tier():
    given(DELIVERED).when(evaluated()).then_recorded().then_state(lambda t: t.evaluated == {"end-of-course"})
    given(DELIVERED, evaluated()).when(evaluated()).then_refused("TRN-TIER")
    given(DELIVERED, evaluated()).when(evaluated(tier="three-month")).then_recorded().then_state(
        lambda t: len(t.evaluated) == 2
    )


def test_an_evaluation_of_a_whole_year_begins_a_record():
    given().when(evaluated(526, 1245, **YEAR)).then_recorded().then_state(lambda t: t.course is None)
    given().when(evaluated(526, 1245)).then_refused("TRN-PERIOD")


def test_no_more_come_back_than_were_asked():
    given(DELIVERED).when(evaluated(60, 59)).then_refused("TRN-EVAL")
    given(DELIVERED).when(evaluated(20, 59, changed_practice=21)).then_refused("TRN-EVAL")


def test_more_evaluations_than_completions_are_a_departure():
    given(DELIVERED).when(evaluated(60, 79)).then_recorded("TRN-EVAL")


def test_a_corrected_count_is_the_one_that_evaluations_are_held_against():
    changes = {"completed": 19, "no_outcome": 42}
    corrected = post("training.corrected", "TRN-1", {"position": 1, "changes": changes, "reason": "Counted again."})
    given(DELIVERED, corrected).when(evaluated(20)).then_recorded("TRN-EVAL")


def test_it_is_of_the_course_of_its_record():
    given(DELIVERED).when(evaluated(course="exploitation")).then_refused("TRN-COURSE")
    given(DELIVERED).when(evaluated(course="neglect")).then_recorded()
