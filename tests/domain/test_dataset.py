"""Counts come in with their definitions, their units and their base; case rows do not."""

from decimal import Decimal

import pytest

from ledger.domain.dataset import Observation
from tests.domain.scenario import POLICE, given, post

WHEN = {"period_from": "2019-04-01", "period_to": "2020-03-31", "snapshot_on": "2020-03-31"}


def seen(indicator="contacts", value="5386", **other):
    data = {
        "indicator": indicator, "definition": indicator, "definition_version": 1, "unit": "contacts",
        "kind": "flow", "measure": "count", "value": value,
    }  # fmt: skip
    return {key: v for key, v in {**data, **other}.items() if v is not None}


def share(numerator=42, denominator=493, **other):
    parts = {"value": None, "measure": "share", "numerator": numerator, "denominator": denominator, "unit": "children"}
    return seen("moves", **{**parts, **other})


def submitted(*observations, **other):
    data = {"title": "Front door", "document": "Annual report", "observations": list(observations), **WHEN, **other}
    return post("dataset.submitted", "DAT-1", {key: v for key, v in data.items() if v is not None})


def restated(*observations):
    return post("dataset.restated", "DAT-1", {"observations": list(observations), "reason": "One was counted twice."})


def test_it_is_submitted_with_values_and_shares():
    given().when(submitted(seen(), share())).then_recorded().then_state(lambda d: len(d.observations) == 2)
    given(POLICE).when(submitted(seen(), source_agency="POLICE", document=None)).then_recorded()


def test_it_names_where_it_comes_from():
    given().when(submitted(seen(), document=None)).then_refused("DAT-SOURCE")
    given().when(submitted(seen(), source_agency="POLICE")).then_refused("REF-KNOWN")


def test_a_flow_has_a_period_and_a_snapshot_a_day():
    given().when(submitted(seen(), period_from=None, period_to=None)).then_refused("DAT-WHEN")
    given().when(submitted(seen(kind="snapshot"), snapshot_on=None)).then_refused("DAT-WHEN")
    given().when(submitted(seen(), period_to=None)).then_refused("DAT-WHEN")
    given().when(submitted(seen(), period_to="2019-03-31")).then_refused("DAT-WHEN")
    given().when(submitted(seen(kind="snapshot"), snapshot_on="not-stated")).then_recorded()
    flows_only = submitted(seen(), snapshot_on=None)
    given(flows_only).when(restated(seen(kind="snapshot"))).then_refused("DAT-WHEN")


def test_one_indicator_has_one_value_per_definition_unit_and_dimensions():
    given().when(submitted(seen(), seen(value="5387"))).then_refused("DAT-DUP")
    others = (seen(unit="children"), seen(definition_version=2), seen(dimensions={"from": "police"}), seen("referrals"))
    given().when(submitted(seen(), *others)).then_recorded()
    given(submitted(seen())).when(restated(seen(), seen())).then_refused("DAT-DUP")


@pytest.mark.parametrize("dimension", ["child", "nhs-number", "case-reference"])
def test_there_are_no_case_rows(dimension):
    given().when(submitted(seen(dimensions={dimension: "1"}))).then_refused("ROUTE-AGG")


@pytest.mark.parametrize(
    "broken",
    [
        seen(value=None),
        seen(value="5.5"),
        seen(value="-1"),
        seen(value=None, numerator=3),
        seen(value=None, numerator=3, denominator=4),
        seen(value="35", measure="rate"),
    ],
)
def test_an_observation_has_a_value_that_its_measure_allows(broken):
    given().when(submitted(broken)).then_refused("DAT-VALUE")


def test_a_base_may_be_left_open_where_the_share_is_given():
    stable = share(141, None, value="67.5")
    given().when(submitted(stable)).then_recorded()


def test_a_part_is_no_more_than_its_whole():
    given().when(submitted(share(75, 65))).then_refused("DAT-SHARE")
    given().when(submitted(share(None, None, value="100.1"))).then_refused("DAT-SHARE")
    given().when(submitted(share(0, 0))).then_recorded()


def test_42_of_493_printed_as_8_6_is_a_departure():
    scenario = given().when(submitted(share(printed="8.6"))).then_recorded("DAT-PRINTED")
    (departure,) = scenario._verdict().departures
    assert departure.why == "moves (children, share): printed 8.6, but 42 of 493 gives 8.5."
    given().when(submitted(share(printed="8.5"))).then_recorded()
    given().when(submitted(share(printed="9"))).then_recorded()


def test_a_printed_rate_follows_from_its_parts():
    rate = seen("cp-plans", None, measure="rate", numerator=231, denominator=66000, per=10000, unit="children")
    given().when(submitted({**rate, "printed": "35"})).then_recorded()
    given().when(submitted({**rate, "printed": "33.0"})).then_recorded("DAT-PRINTED")


def test_halves_are_rounded_up():
    half = Observation.model_validate(share(1, 8))
    assert (half.computed(1), half.computed(0)) == (Decimal("12.5"), Decimal(13))
    assert Observation.model_validate(share(0, 0)).computed(1) is None


def test_a_restatement_replaces_what_was_submitted():
    given(submitted(seen(), share())).when(restated(seen(value="5400"))).then_recorded().then_state(
        lambda d: {o.value for o in d.observations.values()} == {Decimal(5400), None}
    )
    given(submitted(seen())).when(restated(seen(definition_version=2))).then_refused("DAT-RESTATE")


def test_a_correction_keeps_the_digits_of_what_it_leaves():
    corrected = post("dataset.corrected", "DAT-1", {"position": 1, "changes": {"title": "Doors"}, "reason": "Misread."})
    given(submitted(share(None, None, value="67.50"))).when(corrected).then_recorded().then_state(
        lambda d: d.title == "Doors" and [str(o.value) for o in d.observations.values()] == ["67.50"]
    )


def test_a_value_is_decimal_text():
    with pytest.raises(ValueError, match="decimal number in a string"):
        Observation.model_validate(seen(value=5386.0))
