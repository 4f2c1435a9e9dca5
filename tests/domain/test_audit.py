"""Audits are planned, issued, returned, held, found to say something and reported."""

from datetime import date

import pytest

from ledger.domain.adoption import Adoption, Packs, Shelf
from ledger.domain.conventions import AuditScale, Grade
from ledger.regimes import load_shelf
from tests.domain.scenario import HEALTH, PARTNERS, SCHOOL, given, post

QAS = post(
    "group.established",
    "QAS",
    {
        "name": "Quality Assurance and Scrutiny", "chair_role": "independent-chair", "members": "not-stated",
        "meeting_frequency": "quarterly", "established_on": "not-stated",
    },
    on="2019-04-01",
)  # fmt: skip
PLANNED = post(
    "audit.planned", "AUD-1", {"kind": "multi-agency-themed", "programme_year": "2019-20", "topic": "neglect"}
)
CANCELLED = post("audit.cancelled", "AUD-1", {"cancelled_on": "2019-08-01", "reason": "No time"}, on="2019-08-01")
BODIES = {"asked": ["POLICE", "HEALTH"], "tool": "s11", "tool_version": 2}
DEADLINES = {"issued_on": "2019-09-02", "deadline": "2019-10-31", "final_deadline": "2019-11-29"}
ISSUED = post("audit.issued", "S11-1", {"kind": "section-11", **DEADLINES, **BODIES}, on="2019-09-02")
SAMPLE = {"held_on": "2019-09-17", "cases_sampled": 15}
HELD = post("audit.held", "AUD-1", SAMPLE, on="2019-09-17")
RANDOM = {"kind": "random-20", "held_on": "not-stated", "cases_sampled": 20}


def held(**changes):
    return post("audit.held", "AUD-1", {**SAMPLE, **changes}, on="2019-09-17")


def issued(**changes):
    return post("audit.issued", "S11-1", {**ISSUED.data, **changes}, on="2019-09-02")


def returned(body="POLICE", on="2019-10-28", grades=None, **more):
    grades = grades or {"1a": "green", "2b.1": "amber"}
    return post(
        "audit.return-received", "S11-1", {"body": body, "returned_on": on, "self_grades": grades, **more}, on=on
    )


def moderated(grades, body="POLICE"):
    data = {"body": body, "moderated_on": "2019-12-10", "by_group": "QAS", "moderated_grades": grades}
    return post("audit.return-moderated", "S11-1", data, on="2019-12-10")


def finding(number=1, **more):
    data = {"number": number, "kind": "gap", "themes": ["information-sharing-with-gps"], "text": "Nobody told them"}
    return post("audit.finding-recorded", "AUD-1", {**data, **more}, on="2019-10-01")


def test_a_planned_audit_is_held_finds_something_and_is_reported():
    reported = post("audit.reported", "AUD-1", {"reported_on": "2019-10-24", "to_group": "QAS"}, on="2019-10-24")
    given(*PARTNERS, QAS, PLANNED, held(spread={"universal": 7, "specialist": 8}), finding(1, agencies=["LA"])).when(
        finding(2, kind="assurance", themes=[], grade="good", scale="four-point@1")
    ).then_recorded().when(reported).then_recorded().then_state(
        lambda a: (a.planned, a.held, dict(a.findings)) == (True, True, {1: "gap", 2: "assurance"})
    )


def test_an_audit_the_programme_never_planned_begins_when_it_is_held_or_issued():
    month = post("audit.held", "AUD-2", RANDOM, on="2019-07-01", precision="month")
    given(*PARTNERS).when(month).then_recorded().then_state(lambda a: (a.kind, a.planned) == ("random-20", False))
    given(*PARTNERS).when(ISSUED).then_recorded().then_state(lambda a: a.asked == {"POLICE", "HEALTH"})


def test_it_then_gives_its_kind_and_keeps_it():
    given().when(HELD).then_refused("AUD-KIND")
    given(PLANNED).when(held(kind="random-20")).then_refused("AUD-KIND")
    given(PLANNED).when(held(kind="multi-agency-themed")).then_recorded()


def test_it_is_held_once():
    given(PLANNED, HELD).when(HELD).then_refused("AUD-HELD")


def test_a_planned_audit_is_not_planned_again():
    given(PLANNED).when(PLANNED).then_refused("REC-BEGUN")


def test_what_was_cancelled_and_held_after_all_is_a_departure():
    given(PLANNED, CANCELLED).when(HELD).then_recorded("AUD-PLAN")


def test_it_is_cancelled_once_and_not_after_it_was_held():
    given(PLANNED).when(CANCELLED).then_recorded().then_state(lambda a: a.cancelled)
    given(PLANNED, CANCELLED).when(CANCELLED).then_refused("AUD-CANCEL")
    given(PLANNED, HELD).when(CANCELLED).then_refused("AUD-CANCEL")


def test_the_bodies_asked_are_frozen_at_issue():
    given(*PARTNERS, ISSUED).when(issued(asked=["LA"])).then_refused("S11-DATA")
    given(*PARTNERS).when(issued(asked=["LA", "LA"])).then_refused("S11-DATA")
    given(HEALTH).when(ISSUED).then_refused("REF-KNOWN")


@pytest.mark.parametrize("days", [{"deadline": "2019-09-01"}, {"final_deadline": "2019-10-30"}])
def test_deadlines_come_in_order(days):
    given(*PARTNERS).when(issued(**days)).then_refused("S175-WINDOW")


def test_deadlines_may_be_not_stated():
    given(*PARTNERS).when(issued(deadline="not-stated")).then_recorded()


def test_a_body_that_was_asked_returns_once():
    given(*PARTNERS, SCHOOL, ISSUED).when(returned("SCHOOL")).then_refused("S11-DATA")
    given(*PARTNERS, ISSUED, returned()).when(returned(on="2019-10-30")).then_refused("S11-DATA")
    asked_of_nobody = post("audit.return-received", "AUD-1", returned().data, on="2019-10-28")
    given(*PARTNERS, PLANNED).when(asked_of_nobody).then_refused("S11-DATA")


def test_no_return_is_older_than_the_issue():
    given(*PARTNERS, ISSUED).when(returned(on="2019-09-01")).then_refused("S11-STEPS")


def test_own_and_moderated_grades_are_kept_apart():
    both = returned("HEALTH", moderated_grades={"1a": "red"})
    given(*PARTNERS, QAS, ISSUED, returned()).when(both).then_recorded().when(
        moderated({"2b.1": "red"})
    ).then_recorded()
    given(*PARTNERS, QAS, ISSUED, both).when(moderated({"1a": "red"}, "HEALTH")).then_refused("S11-STEPS")
    given(*PARTNERS, QAS, ISSUED).when(moderated({"1a": "red"})).then_refused("S11-STEPS")


def test_a_moderated_grade_without_the_body_s_own_is_a_departure():
    given(*PARTNERS, QAS, ISSUED).when(returned(moderated_grades={"9z": "red"})).then_recorded("S11-STEPS")
    given(*PARTNERS, QAS, ISSUED, returned()).when(moderated({"9z": "red"})).then_recorded("S11-STEPS")
    silent = returned(grades="not-stated")
    given(*PARTNERS, QAS, ISSUED, silent).when(moderated({"9z": "red"})).then_recorded()


def test_a_spread_of_more_cases_than_were_sampled_cannot_be():
    given(PLANNED).when(held(spread={"universal": 9, "specialist": 7})).then_refused("AUD-SAMPLE")
    given(PLANNED).when(held(spread={"universal": 9}, cases_sampled="not-stated")).then_recorded()


def test_a_random_20_of_other_than_twenty_is_a_departure():
    fewer = post("audit.held", "AUD-2", {**RANDOM, "cases_sampled": 18}, on="2019-07-01", precision="month")
    given().when(fewer).then_recorded("AUD-PROG")


def test_nothing_is_found_before_the_audit():
    given(PLANNED).when(finding()).then_refused("AUD-HELD")
    reported = post("audit.reported", "AUD-1", {"reported_on": "not-stated", "to_group": "QAS"}, on="2019-10-24")
    given(QAS, PLANNED).when(reported).then_refused("AUD-HELD")


def test_a_number_names_one_finding():
    given(PLANNED, HELD, finding()).when(finding(kind="learning")).then_refused("AUD-NUMBER")


def test_a_grade_stands_on_a_scale():
    given(PLANNED, HELD).when(finding(grade="good")).then_refused("AUD-GRADE")
    given(PLANNED, HELD).when(finding(scale="four-point@1")).then_refused("AUD-GRADE")


def scales(*adopted):
    """Scales as adopted, each `(reference, first day)`; of `section-11-rag` a second version is on the shelf, which has blue too."""
    shipped = load_shelf().get("section-11-rag", 1)
    assert isinstance(shipped, AuditScale)
    wider = shipped.model_copy(update={"version": 2, "grades": (*shipped.grades, Grade(code="blue"))})
    shelf = Shelf.of((*load_shelf(), wider))
    by_reference = {pack.reference: pack for pack in shelf}
    found = [(by_reference[name], date.fromisoformat(day)) for name, day in adopted]
    adoptions = (
        Adoption("audit-scale", pack.id, pack.version, pack.sha256, day, n) for n, (pack, day) in enumerate(found, 1)
    )
    return Packs(shelf, tuple(adoptions))


RAG, WIDER, DEVON = (
    ("section-11-rag@1", "2019-04-01"),
    ("section-11-rag@2", "2019-10-01"),
    ("devon-section-175@1", "2019-04-01"),
)


def test_a_grade_is_on_the_scale_in_force():
    of_four = ("four-point@1", "2019-04-01")
    held_one = given(PLANNED, HELD, packs=scales(of_four))
    held_one.when(finding(grade="amber", scale="four-point@1")).then_refused("AUD-GRADE")
    held_one.when(finding(grade="good", moderated_grade="amber", scale="four-point@1")).then_refused("AUD-GRADE")
    held_one.when(finding(grade="green", scale="section-11-rag@1")).then_refused("AUD-GRADE")
    held_one.when(finding(grade="good", moderated_grade="inadequate", scale="four-point@1")).then_recorded()


def test_before_any_scale_is_adopted_a_grade_stands():
    given(PLANNED, HELD, packs=scales(("four-point@1", "2019-10-02"))).when(
        finding(grade="fair", scale="ours@3")
    ).then_recorded()


def test_a_refusal_names_the_scale_and_its_steps():
    world = given(PLANNED, HELD, packs=scales(("four-point@1", "2019-04-01"))).world
    (broken,) = world.judge(finding(grade="amber", scale="four-point@1")).refusals
    assert broken.why == "four-point@1 has no amber; it has outstanding, good, requires-improvement, inadequate."
    assert "S175-SCALE" in broken.rule.source


@pytest.mark.parametrize("named", [{"scale": "section-11-rag@1"}, {"scale": "devon-section-175@1"}, {}])
def test_a_tool_goes_out_with_a_scale_in_force(named):
    given(*PARTNERS, packs=scales(RAG, WIDER, DEVON)).when(issued(**named)).then_recorded()


def test_a_tool_does_not_go_out_with_a_scale_that_is_not_yet_or_no_longer_in_force():
    given(*PARTNERS, packs=scales(RAG, WIDER)).when(issued(scale="section-11-rag@2")).then_refused("S175-SCALE")
    later = {**ISSUED.data, "issued_on": "2019-10-02", "scale": "section-11-rag@1"}
    given(*PARTNERS, packs=scales(RAG, WIDER)).when(post("audit.issued", "S11-1", later, on="2019-10-02")).then_refused(
        "S175-SCALE"
    )


def test_a_scale_that_changes_in_the_year_changes_nothing_for_a_tool_that_is_out():
    packs = scales(RAG, WIDER)
    before = given(*PARTNERS, QAS, issued(scale="section-11-rag@1"), packs=packs)
    before.when(returned(grades={"1a": "blue"})).then_refused("AUD-GRADE")
    before.when(returned(moderated_grades={"1a": "blue"})).then_refused("AUD-GRADE")
    before.when(returned(grades={"1a": "green", "1b": "not-applicable"})).then_recorded()
    before.when(moderated({"1a": "blue"})).then_refused("AUD-GRADE")
    before.when(moderated({"1a": "red"})).then_recorded()
    after = {**ISSUED.data, "issued_on": "2019-10-14", "scale": "section-11-rag@2"}
    given(*PARTNERS, post("audit.issued", "S11-1", after, on="2019-10-14"), packs=packs).when(
        returned(grades={"1a": "blue"})
    ).then_recorded()


def test_a_finding_may_stay_on_the_scale_of_the_audit_s_own_tool():
    found = post(
        "audit.finding-recorded", "S11-1",
        {"number": 1, "kind": "learning", "themes": [], "text": "Words", "grade": "red", "scale": "section-11-rag@1"},
        on="2019-11-04",
    )  # fmt: skip
    given(*PARTNERS, issued(scale="section-11-rag@1"), packs=scales(RAG, WIDER)).when(found).then_recorded()
    given(*PARTNERS, issued(scale="devon-section-175@1"), packs=scales(RAG, WIDER, DEVON)).when(found).then_refused(
        "AUD-GRADE"
    )


def test_of_a_tool_that_named_no_scale_all_grades_of_a_return_are_on_one_of_those_in_force():
    both = given(*PARTNERS, ISSUED, packs=scales(RAG, DEVON))
    both.when(returned(grades={"1a": "1", "1b": "green"})).then_refused("AUD-GRADE")
    both.when(returned(grades={"1a": "green"})).then_recorded()
    both.when(returned("HEALTH", grades={"1a": "1", "1b": "4"})).then_recorded()


def test_a_gap_without_a_theme_is_a_departure():
    given(PLANNED, HELD).when(finding(themes=[])).then_recorded("AUD-REPEAT")


def test_a_withdrawn_finding_frees_its_number():
    withdrawn = post("audit.withdrawn", "AUD-1", {"position": 6, "reason": "Wrong audit", "decided_by": "LA"})
    given(*PARTNERS, PLANNED, HELD, finding(), withdrawn).when(finding(kind="learning")).then_recorded().then_state(
        lambda a: dict(a.findings) == {1: "learning"}
    )
