"""How long a record is kept: since when, how long, and how that stands on a day. Nothing is erased by it."""

from datetime import date
from typing import cast

import pytest

from ledger.domain.adoption import Adoption, Packs
from ledger.domain.conventions import Retention
from ledger.domain.keeping import keeping_of, kept, last_thing, not_over
from ledger.regimes import load_shelf
from tests.domain.scenario import LA, PARTNERS, World, given, post

SHELF = load_shelf()
PACK = cast("Retention", SHELF.packs["proposed-retention", 1])
PACKS = Packs(SHELF, (Adoption("retention", PACK.id, 1, PACK.sha256, date(2019, 1, 1), 1),))
RISK = {
    "title": "Staffing", "description": "Too few people.", "likelihood": 3, "impact": 3, "owner": {"agency": "LA", "role": "head-of-service"},
    "identified_on": "2019-05-20",
}  # fmt: skip
IDENTIFIED = post("risk.identified", "RSK-1", RISK, on="2019-05-20")
RESCORED = {"likelihood": 2, "impact": 2, "rescored_on": "2020-02-29", "reasons": "Better."}
CLOSED = post("risk.rescored", "RSK-1", RESCORED, on="2020-02-29")
HELD = post("risk.hold-placed", "RSK-1", {"authority": "Inquiry"}, on="2021-01-01")
INCIDENT = post("incident.reported", "INC-1", {
    "agency": "LA", "happened_on": "2019-06-03", "known_on": "2019-06-03", "nature": "other", "how_many": 1,
    "looked_after": False, "care_leaver": False,
}, on="2019-06-03")  # fmt: skip


def said(record="risk", reference="RSK-1", on="2022-01-01", **data):
    return post(f"{record}.retention-set", reference, data, on=on)


def found(*history, on, pack=PACK, record="risk"):
    world = World(PACKS)
    for each in (*PARTNERS, *history):
        assert not world.record(each).refusals, each
    (own,) = [entries for (name, _), entries in world.entries.items() if name == record]
    return kept(record, keeping_of(own), pack, date.fromisoformat(on))


def why_not(name, told):
    return not_over(name, told) or ""


def test_ten_years_run_from_the_end_of_the_year_of_the_last_event_and_are_over_on_their_last_day():
    told = found(IDENTIFIED, CLOSED, on="2030-12-30")
    assert (told.retention_class, told.trigger) == ("governance", "last-entry")
    assert (told.due_on, told.state) == (date(2030, 12, 31), "running")
    assert found(IDENTIFIED, CLOSED, on="2030-12-31").state == "due"


def test_marks_do_not_begin_the_time_anew_but_a_hold_stands_over_it():
    assert found(IDENTIFIED, CLOSED, HELD, on="2029-01-01").state == "running"
    told = found(IDENTIFIED, CLOSED, HELD, on="2035-01-01")
    assert (told.state, told.due_on) == ("held", date(2030, 12, 31))
    lifted = post("risk.hold-lifted", "RSK-1", {"hold": 6}, on="2021-02-01")
    assert found(IDENTIFIED, CLOSED, HELD, lifted, on="2035-01-01").state == "due"


def test_the_last_event_is_the_latest_by_its_day_not_the_one_recorded_last():
    late = post("risk.rescored", "RSK-1", RESCORED | {"likelihood": 4, "rescored_on": "2019-06-01"}, on="2019-06-01")
    world = World(PACKS)
    for each in (*PARTNERS, IDENTIFIED, CLOSED, late):
        assert not world.record(each).refusals
    own = world.entries["risk", "RSK-1"]
    assert (last_thing(own).position, last_thing(own[:1]).position) == (5, 4)
    assert keeping_of(own).last_year == 2020


def test_a_case_waits_for_a_day_to_review_which_the_controller_enters():
    told = found(INCIDENT, on="2100-01-01", record="incident")
    assert (told.retention_class, told.state, told.due_on) == ("case", "not-begun", None)
    entered = said("incident", "INC-1", review_on="2094-02-01")
    told = found(INCIDENT, entered, on="2094-01-31", record="incident")
    assert (told.state, told.due_on, told.trigger) == ("running", date(2094, 2, 1), "review-date")
    assert found(INCIDENT, entered, on="2094-02-01", record="incident").state == "review-due"


def test_a_day_to_review_comes_before_the_years_and_what_is_left_out_stays():
    later = said(review_on="2060-01-01")
    assert found(IDENTIFIED, later, on="2040-01-01").due_on == date(2060, 1, 1)
    told = found(IDENTIFIED, later, said(retention_class="case", on="2023-01-01"), on="2040-01-01")
    assert (told.retention_class, told.due_on) == ("case", date(2060, 1, 1))
    taken_back = post("risk.withdrawn", "RSK-1", {"position": 5, "reason": "Meant for another.", "decided_by": "LA"})
    assert found(IDENTIFIED, later, taken_back, on="2040-01-01").due_on == date(2029, 12, 31)


def test_without_a_pack_nothing_says_how_long():
    assert found(IDENTIFIED, on="2040-01-01", pack=None).state == "no-period"
    assert found(IDENTIFIED, said(review_on="2060-01-01"), on="2060-01-01", pack=None).state == "review-due"
    other = PACK.model_copy(update={"classes": (PACK.class_of("risk"),)})
    told = found(IDENTIFIED, said(retention_class="case"), on="2040-01-01", pack=other)
    assert (told.retention_class, told.state) == ("case", "no-period")


def test_what_was_withdrawn_or_repeats_another_is_kept_from_then_on():
    void = post("risk.withdrawn", "RSK-1", {"position": 4, "reason": "Never so.", "decided_by": "LA"}, on="2021-03-01")
    told = found(IDENTIFIED, CLOSED, void, on="2025-01-01")
    assert told.due_on == date(2031, 12, 31)
    other = post("incident.reported", "INC-2", INCIDENT.data, on="2019-06-03")
    world = World(PACKS)
    repeats = post("incident.duplicate-of", "INC-1", {"duplicate_of": "INC-2"}, on="2021-04-01")
    for each in (*PARTNERS, INCIDENT, other, repeats):
        assert not world.record(each).refusals
    assert last_thing(world.entries["incident", "INC-1"]).kind.name == "incident.duplicate-of"


def test_only_the_business_unit_says_how_long():
    by_health = post(
        "risk.retention-set",
        "RSK-1",
        {"review_on": "2060-01-01"},
        source="/agencies/HEALTH",
        by="partner-submitter@HEALTH",
    )
    given(*PARTNERS, IDENTIFIED).when(by_health).then_refused("MARK-BY")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "Say in which class"),
        ({"review_on": "2012-07-01"}, "a birth date is never entered"),
        ({"review_on": "2022-01-01"}, "lies after the day"),
        ({"retention_class": "for-ever"}, "has no class for-ever; there are case, governance"),
    ],
)
def test_what_cannot_be_told_is_refused(data, why):
    scenario = given(*PARTNERS, IDENTIFIED, packs=PACKS).when(said(**data)).then_refused("RET-DESIGN")
    assert scenario.verdict is not None
    assert why in scenario.verdict.refusals[0].why


def test_a_class_needs_a_pack_in_force():
    given(LA, IDENTIFIED).when(said(retention_class="case")).then_refused("RET-DESIGN")
    given(LA, IDENTIFIED).when(said(review_on="2101-12-31")).then_recorded()


def test_why_it_is_not_over_names_the_rule():
    whys = {
        "2025-01-01": "risk/RSK-1 is kept until 31 December 2030, in the class governance (RET-DESIGN).",
        "2035-01-01": None,
    }
    for day, why in whys.items():
        assert not_over("risk/RSK-1", found(IDENTIFIED, CLOSED, on=day)) == why
    assert "RET-MORAT" in why_not("risk/RSK-1", found(IDENTIFIED, CLOSED, HELD, on="2035-01-01"))
    assert "waits for a day to review" in why_not("incident/INC-1", found(INCIDENT, on="2100-01-01", record="incident"))
    ahead = said(review_on="2060-01-01")
    assert "has not come" in why_not("risk/RSK-1", found(IDENTIFIED, ahead, on="2040-01-01"))
    assert "No retention pack" in why_not("risk/RSK-1", found(IDENTIFIED, on="2040-01-01", pack=None))
