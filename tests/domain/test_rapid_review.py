"""A rapid review is convened, meets, decides, goes to the Panel, and is answered."""

import json
from pathlib import Path

import pytest

from tests.domain.scenario import PARTNERS, SCHOOL, given, post
from tests.domain.test_incident import RETRACTED, decided, notified, reported

LIFE = json.loads((Path(__file__).parents[1] / "vectors" / "rapid-review.json").read_text())
DAYS = {"convened": "2020-01-02", "met": "2020-01-14", "decided": "2020-01-16", "submitted": "2020-01-21"}
REPORTED = (*PARTNERS, SCHOOL, reported())
NOTIFIED = (*REPORTED, decided(), notified())


def step(name, on=None, *, retrospective=False, precision=None, **changes):
    data = {**LIFE[f"rapid-review.{name}"], **changes}
    day = on or DAYS.get(name, "2020-02-10")
    return post(f"rapid-review.{name}", "RR-1", data, on=day, retrospective=retrospective, precision=precision)


def positions(*agencies):
    return [{"agency": agency, "position": "agree"} for agency in agencies]


def submitted(on="2020-01-21"):
    return step("submitted", on, sent_on=on)


CONVENED = (*NOTIFIED, step("convened"))


def test_a_whole_life():
    given(*CONVENED).when(step("met")).then_recorded().when(step("decided")).then_recorded().then_state(
        lambda r: (r.meetings, r.outcome, r.dissent) == (1, "lcspr", ("POLICE",))
    ).when(step("submitted")).then_recorded().when(step("panel-replied")).then_recorded().then_state(
        lambda r: r.panel_agrees is True and not r.awaits_reply
    )


def test_convening_before_a_notification_is_a_departure():
    given(*REPORTED).when(step("convened")).then_recorded("SIN-ORDER")
    given(*NOTIFIED).when(step("convened", "2019-12-29")).then_recorded("SIN-ORDER")
    given(*NOTIFIED, RETRACTED).when(step("convened", "2020-01-13")).then_recorded("SIN-ORDER")
    given(*REPORTED).when(step("convened", retrospective=True)).then_recorded()
    given(*NOTIFIED, RETRACTED).when(step("convened", retrospective=True)).then_recorded("SIN-ORDER")


def test_an_incident_it_looks_into_is_known():
    given(*PARTNERS).when(step("convened")).then_refused("REF-KNOWN")


def test_there_were_none_before_the_law():
    old = reported(on="2018-06-01", happened_on="2018-06-01", known_on="2018-06-02")
    told = notified(on="2018-06-20")
    given(*PARTNERS, old, decided(on="2018-06-04"), told).when(step("convened", "2018-06-28")).then_recorded("RR-FROM")
    given(*PARTNERS, old, decided(on="2018-06-04"), told).when(step("convened", "2018-06-29")).then_recorded()


@pytest.mark.parametrize(
    ("name", "field"),
    [("convened", "incidents"), ("met", "attendance"), ("decided", "criteria"), ("decided", "positions")],
)
def test_nothing_is_listed_twice(name, field):
    history = NOTIFIED if name == "convened" else CONVENED
    twice = LIFE[f"rapid-review.{name}"][field][:1] * 2
    given(*history).when(step(name, **{field: twice})).then_refused("RR-LISTED")


def test_the_three_partners_decide_and_nobody_else():
    given(*CONVENED).when(step("decided", positions=positions("LA", "HEALTH"))).then_recorded("RR-DECIDER")
    four = positions("LA", "HEALTH", "POLICE", "SCHOOL")
    given(*CONVENED).when(step("decided", positions=four)).then_recorded("RR-DECIDER")
    given(*CONVENED).when(step("decided", positions=[])).then_recorded()


def test_it_decides_once_and_again_after_the_panel_replied():
    decided_once = (*CONVENED, step("decided"))
    again = step("decided", "2020-02-14", outcome="thematic-review")
    given(*decided_once).when(again).then_recorded("RR-ONCE")
    given(*decided_once, submitted(), step("panel-replied", agrees=False)).when(again).then_recorded().then_state(
        lambda r: r.outcome == "thematic-review"
    )


def test_the_decision_is_sent_with_it():
    given(*CONVENED).when(submitted()).then_recorded("RR-SEND")
    given(*CONVENED).when(step("submitted", retrospective=True)).then_recorded()


def test_it_is_sent_once_and_not_before_the_incident():
    history = (*CONVENED, step("decided"))
    given(*history, submitted()).when(submitted("2020-01-22")).then_recorded("RR-SENT-ONCE")
    given(*history).when(submitted("2019-12-13")).then_refused("RR-SENT-DAYS")


def test_the_panel_replies_to_what_it_was_sent():
    history = (*CONVENED, step("decided"))
    given(*history).when(step("panel-replied")).then_refused("RR-PANEL-REPLY")
    given(*history, submitted("2020-02-11")).when(step("panel-replied")).then_refused("RR-PANEL-REPLY")
    given(*history, submitted(), step("panel-replied")).when(step("panel-replied")).then_refused("RR-PANEL-REPLY")
    late = step("submitted", sent_on="not-stated", precision="unknown")
    given(*history, late).when(step("panel-replied", agrees="not-stated")).then_recorded()
