"""Escalations climb the ladder until they are settled, let go, or left with the risk register."""

from datetime import date

import pytest

from ledger.domain.adoption import Adoption, Packs
from ledger.domain.children import child_reference
from ledger.regimes import load_shelf
from tests.domain.scenario import PARTNERS, SCHOOL, given, post
from tests.domain.test_audit import QAS

SHELF = load_shelf()
LADDER = SHELF.packs["pan-cheshire-unverified", 1]
PACKS = Packs(SHELF, (Adoption("escalation-ladder", LADDER.id, 1, LADDER.sha256, date(2019, 4, 1), 1),))
WORLD = (*PARTNERS, SCHOOL, QAS)
DATA = {
    "raised_on": "2019-11-04", "by_agency": "SCHOOL", "with_agency": "LA", "subject_kind": "case",
    "children": [child_reference(b"01234567")], "level_of_need": "partnership-plus",
    "reason": "referral-not-accepted", "entry_stage": 1, "narrative": "They disagree",
}  # fmt: skip


def raised(**changes):
    return post("escalation.raised", "ESC-1", {**DATA, **changes}, on="2019-11-04")


def responded(stage=1):
    data = {"stage": stage, "responded_on": "2019-11-06", "decider_role": "team-manager"}
    return post("escalation.responded", "ESC-1", {**data, "outcome": "not-agreed", "rationale": "No"}, on="2019-11-06")


def advanced(to_stage=2):
    data = {"to_stage": to_stage, "advanced_on": "2019-11-08", "reasons": "The concern stands"}
    return post("escalation.advanced", "ESC-1", data, on="2019-11-08")


def resolved(**changes):
    data = {
        "resolved_on": "2019-11-20", "outcome": "resolved-agreed", "resolved_by": ["SCHOOL", "LA"],
        "agreed_statement": "They meet", "copied_to_childs_file": True,
    }  # fmt: skip
    return post("escalation.resolved", "ESC-1", {**data, **changes}, on="2019-11-20")


def called_off(by="SCHOOL"):
    data = {"by_agency": by, "called_off_on": "2019-11-12", "reasons": "Answered"}
    return post("escalation.called-off", "ESC-1", data, on="2019-11-12")


LEARNED = post(
    "escalation.learning-noted", "ESC-1", {"text": "Say what changed", "themes": ["thresholds"]}, on="2020-01-01"
)


def test_it_climbs_the_ladder_and_is_resolved():
    life = (raised(), responded(1), advanced(2), responded(2), advanced(3))
    given(*WORLD, *life, packs=PACKS).when(resolved()).then_recorded().when(LEARNED).then_recorded().then_state(
        lambda e: (e.stage, e.outcome, e.settled) == (3, "resolved-agreed", True)
    )


def test_an_agency_does_not_escalate_with_itself():
    given(*WORLD).when(raised(with_agency="SCHOOL")).then_refused("ESC-PARTIES")


@pytest.mark.parametrize("route", ["complaint", "whistleblowing", "lado", "grievance"])
def test_what_has_a_way_of_its_own_is_linked_and_not_merged(route):
    given(*WORLD).when(raised(subject_kind=route)).then_refused("ESC-EXCL")
    given(*WORLD).when(raised(linked_route=route)).then_recorded()


def test_a_higher_entry_without_a_reason_is_a_departure():
    given(*WORLD).when(raised(entry_stage=3)).then_recorded("ESC-IMM")
    given(*WORLD).when(raised(entry_stage=3, entry_reason="A child at risk today")).then_recorded()


def test_the_ladder_in_force_when_it_was_raised_judges_it():
    given(*WORLD, packs=PACKS).when(raised(entry_stage=6, entry_reason="x")).then_recorded("ESC-CFG")
    given(*WORLD, raised(entry_stage=5), packs=PACKS).when(advanced(6)).then_recorded("ESC-CFG")
    blank = SHELF.packs["blank-ladder", 1]
    unknown = Packs(SHELF, (Adoption("escalation-ladder", blank.id, 1, blank.sha256, date(2019, 4, 1), 1),))
    given(*WORLD, raised(), packs=unknown).when(advanced(2)).then_recorded()
    given(*WORLD, raised(entry_stage=5)).when(advanced(6)).then_recorded()
    unknown = raised(raised_on="not-stated", entry_stage=5)
    given(*WORLD, unknown, packs=PACKS).when(advanced(6)).then_recorded()


def test_the_present_stage_answers():
    given(*WORLD, raised()).when(responded(2)).then_refused("ESC-STAGE")
    given(*WORLD, raised(), advanced(2)).when(responded(1)).then_recorded("ESC-STAGE")


def test_it_only_moves_up_and_a_skipped_stage_is_a_departure():
    given(*WORLD, raised(entry_stage=2)).when(advanced(2)).then_refused("ESC-STAGE")
    given(*WORLD, raised()).when(advanced(3)).then_recorded("ESC-SKIP").then_state(lambda e: e.stage == 3)


@pytest.mark.parametrize("alone", [["LA"], []])
def test_the_agency_challenged_does_not_resolve_it_alone(alone):
    given(*WORLD, raised()).when(resolved(resolved_by=alone)).then_refused("ESC-ALONE")
    given(*WORLD, raised()).when(resolved(resolved_by=alone, resolved_by_group="QAS")).then_recorded()


def test_who_resolved_it_may_be_not_stated():
    given(*WORLD, raised()).when(resolved(resolved_by="not-stated")).then_recorded()


def test_a_resolution_without_an_agreed_statement_is_a_departure():
    silent = resolved()
    del silent.data["agreed_statement"]
    given(*WORLD, raised()).when(silent).then_recorded("ESC-STATEMENT")


@pytest.mark.parametrize("end", [resolved(), called_off()])
@pytest.mark.parametrize("more", [responded(1), advanced(2), resolved(), called_off()])
def test_nothing_more_is_decided_once_it_is_settled(end, more):
    given(*WORLD, raised(), end).when(more).then_refused("ESC-SETTLED")


def test_what_went_to_the_risk_register_may_still_move():
    register = resolved(outcome="unresolved-on-risk-register")
    given(*WORLD, raised(), register).when(advanced(2)).then_recorded().when(resolved()).then_recorded().then_state(
        lambda e: e.settled
    )


def test_the_raiser_lets_it_go():
    given(*WORLD, raised()).when(called_off("LA")).then_refused("ESC-RAISER")
    given(*WORLD, raised()).when(called_off()).then_recorded().then_state(lambda e: e.outcome == "withdrawn")


def test_a_withdrawn_entry_is_another_thing_than_a_raiser_who_lets_go():
    entry = post("escalation.withdrawn", "ESC-1", {"position": 7, "reason": "Wrong record", "decided_by": "LA"})
    world = given(*WORLD, raised(), called_off()).when(entry).then_recorded()
    world.when(resolved()).then_recorded().then_state(lambda e: e.outcome == "resolved-agreed")
