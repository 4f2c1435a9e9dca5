"""Priorities: measured from a baseline, judged by what was measured, and closed as what they came to."""

import pytest

from tests.domain.scenario import LA, given, post

ADOPTED = post(
    "priority.adopted", "PRI-1",
    {"title": "Waiting times", "lead_agency": "LA", "from_year": "2019-20", "to_year": "2020-21", "adopted_on": "2019-04-01"},
    on="2019-04-01",
)  # fmt: skip


def set_measure(measure="weeks", direction="down", **more):
    data = {
        "measure": measure,
        "unit": "weeks",
        "baseline": "18",
        "target": "6",
        "direction": direction,
        "set_on": "2019-05-01",
    }
    return post("priority.measure-set", "PRI-1", data | more, on="2019-05-01")


def measured(value, measure="weeks"):
    data = {"measure": measure, "value": value, "period_to": "2019-09-30"}
    return post("priority.measured", "PRI-1", data, on="2019-09-30")


def judged(*measures, progress="little-progress"):
    data = {"progress": progress, "measures": list(measures), "judged_on": "2019-11-12"}
    return post("priority.judged", "PRI-1", data, on="2019-11-12")


def closed(outcome):
    return post("priority.closed", "PRI-1", {"outcome": outcome, "closed_on": "2021-03-31"}, on="2021-03-31")


HISTORY = (LA, ADOPTED)


def test_its_years_are_in_order():
    data = {"title": "Waiting", "from_year": "2019-20", "to_year": "2018-19", "adopted_on": "2019-04-01"}
    given().when(post("priority.adopted", "PRI-1", data, on="2019-04-01")).then_refused("PRI-YEARS")


def test_only_a_measure_that_was_set_is_measured_or_judged_by():
    given(*HISTORY).when(measured("9")).then_refused("PRI-MEASURE")
    given(*HISTORY, set_measure()).when(measured("9")).then_recorded().then_state(
        lambda p: str(p.measures["weeks"].latest) == "9" and p.measures["weeks"].reached is False
    )
    given(*HISTORY, set_measure()).when(judged("days")).then_refused("PRI-MEASURE")
    given(*HISTORY, set_measure()).when(set_measure()).then_refused("PRI-MEASURE")


def test_a_judgement_that_rests_on_nothing_measured_is_a_departure():
    given(*HISTORY).when(judged()).then_recorded("PRI-JUDGED")
    given(*HISTORY, set_measure()).when(judged("weeks")).then_recorded("PRI-JUDGED")
    given(*HISTORY, set_measure(), measured("9")).when(judged("weeks")).then_recorded()


@pytest.mark.parametrize(("value", "direction", "departures"), [
    ("6", "down", ()), ("5.5", "down", ()), ("6.1", "down", ("PRI-ACHIEVED",)), ("7", "up", ()), ("5", "up", ("PRI-ACHIEVED",)),
])  # fmt: skip
def test_achieved_means_that_a_target_was_reached(value, direction, departures):
    history = (*HISTORY, set_measure(direction=direction), measured(value))
    given(*history).when(closed("achieved")).then_recorded(*departures)


@pytest.mark.parametrize("outcome", ["business-as-usual", "not-achieved"])
def test_what_becomes_routine_claims_no_achievement(outcome):
    given(*HISTORY).when(closed(outcome)).then_recorded().then_state(lambda p: p.outcome == outcome)


def test_without_a_target_nothing_is_reached():
    history = (*HISTORY, set_measure(target=None, baseline="not-stated"), measured("0"))
    given(*history).when(closed("achieved")).then_recorded("PRI-ACHIEVED")


@pytest.mark.parametrize("more", [set_measure("days"), measured("9"), judged(), closed("achieved")])
def test_nothing_more_happens_to_a_closed_priority(more):
    given(*HISTORY, set_measure(), closed("not-achieved")).when(more).then_refused("PRI-OPEN")


def test_a_value_survives_the_withdrawal_of_its_measure():
    gone = post("priority.withdrawn", "PRI-1", {"position": 3, "reason": "Never set.", "decided_by": "LA"})
    given(*HISTORY, set_measure(), measured("9")).when(gone).then_recorded().then_state(lambda p: p.measures == {})
