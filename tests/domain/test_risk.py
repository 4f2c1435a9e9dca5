"""Risks: scored on the partnership's own scale, rescored, escalated and closed."""

from datetime import date

import pytest

from ledger.domain.adoption import Adoption, Packs
from ledger.regimes import load_shelf
from tests.domain.scenario import PARTNERS, given, post
from tests.domain.test_group import EXEC


def identified(likelihood=3, impact=4, on="2019-06-03", **more):
    data = {"title": "No beds", "likelihood": likelihood, "impact": impact, "identified_on": on,
            "owner": {"agency": "LA", "role": "director"}} | more  # fmt: skip
    return post("risk.identified", "RSK-1", data, on=on)


def rescored(likelihood=2, impact=4):
    data = {"likelihood": likelihood, "impact": impact, "rescored_on": "2019-10-01"}
    return post("risk.rescored", "RSK-1", data, on="2019-10-01")


def escalated(**to):
    return post("risk.escalated", "RSK-1", {"escalated_on": "2019-10-15"} | to, on="2019-10-15")


CLOSED = post("risk.closed", "RSK-1", {"outcome": "accepted", "closed_on": "2020-03-10"}, on="2020-03-10")
HISTORY = (*PARTNERS, EXEC)


def scale():
    """The shipped scale, of five steps, adopted from 1 July 2019."""
    pack = load_shelf().get("default-risk-scale", 1)
    assert pack is not None
    adoption = Adoption("risk-scale", pack.id, pack.version, pack.sha256, date(2019, 7, 1), 1)
    return Packs(load_shelf(), (adoption,))


def test_scores_are_steps_of_the_scale_in_force():
    given(*HISTORY, packs=scale()).when(identified(6, on="2019-07-01")).then_refused("RISK-SCALE")
    given(*HISTORY, packs=scale()).when(identified(5, 5, on="2019-07-01")).then_recorded()
    given(*HISTORY, packs=scale()).when(identified("not-stated", 6, on="2019-07-01")).then_refused("RISK-SCALE")


def test_without_a_scale_in_force_any_number_stands():
    given(*HISTORY, packs=scale()).when(identified(9)).then_recorded()
    given(*HISTORY, identified(9), packs=scale()).when(rescored(9, 9)).then_refused("RISK-SCALE")


def test_a_new_score_differs():
    given(*HISTORY, identified()).when(rescored()).then_recorded().then_state(lambda r: r.likelihood == 2)
    given(*HISTORY, identified()).when(rescored(3, 4)).then_refused("RISK-CHANGE")


def test_a_risk_goes_to_one_body():
    given(*HISTORY, identified()).when(escalated(to_group="EXEC")).then_recorded()
    given(*HISTORY, identified()).when(escalated()).then_refused("RISK-TO")
    given(*HISTORY, identified()).when(escalated(to_group="EXEC", to_agency="LA")).then_refused("RISK-TO")


@pytest.mark.parametrize("more", [rescored(), escalated(to_group="EXEC"), CLOSED])
def test_nothing_more_happens_to_a_closed_risk(more):
    given(*HISTORY, identified(), CLOSED).when(more).then_refused("RISK-OPEN")
