"""Actions are raised, owned, done, assured by others, shown to matter, closed and reopened."""

from datetime import date
from typing import Any, get_args

import pytest

from ledger.domain.action_parts import AgencyOwner, FromAudit, FromInspection, GroupOwner, cited, owner_name
from ledger.domain.action_rules import Stage
from ledger.domain.adoption import Adoption, Packs
from ledger.domain.conventions import RagPack
from ledger.regimes import load_shelf
from tests.domain.scenario import PARTNERS, given, post
from tests.domain.test_audit import HELD, ISSUED, PLANNED, QAS, finding

PIG = post("group.established", "PIG", {**QAS.data, "name": "Practice Improvement"}, on="2019-04-01")
WORLD = (*PARTNERS, QAS, PIG, PLANNED, HELD, finding(2))
NURSE = {"agency": "HEALTH", "role": "designated-nurse"}
ARTEFACT, AUDITED = {"kind": "policy-artefact"}, {"kind": "re-audit", "sha256": "ab" * 32}
DATA = {
    "source": {"kind": "multi-agency-audit", "audit": "AUD-1", "number": 2}, "text": "Tell the doctors", "owner": NURSE,
    "lead_group": "QAS", "due_on": "2020-01-31", "success_measure": "Nine of ten", "baseline": "41.5",
}  # fmt: skip


def raised(reference="ACT-1", **changes):
    data = {name: value for name, value in {**DATA, **changes}.items() if value is not None}
    return post("action.raised", reference, data, on="2019-10-10")


def act(name, on="2020-02-01", source="/business-unit", **data):
    return post(f"action.{name}", "ACT-1", data, on=on, source=source)


def rescheduled(due_on="2020-03-31"):
    return act("rescheduled", due_on=due_on, reason="They meet in February", approved_by="QAS")


def completed(on="2020-03-20"):
    return act("completed", on=on, completed_on=on, evidence=[ARTEFACT])


def assured(on="2020-06-11", by="QAS", seen=(AUDITED,), **rest):
    return act("assured", on=on, by_group=by, assured_on=on, evidence_seen=list(seen), **rest)


def impact(**changes):
    data = {
        "measure": "doctor-told",
        "later_value": "88",
        "measured_on": "2020-09-30",
        "evidence": [AUDITED],
        **changes,
    }
    return act("impact-evidenced", on="2020-09-30", **data)


def closed(kind="embedded", by="QAS", **rest):
    return act("closed", on="2020-10-08", kind=kind, by_group=by, closed_on="2020-10-08", **rest)


ACCEPTED, PROGRESSED = act("accepted", by=NURSE), act("progressed", note="Half way", own_rating="amber")
REFUSED = act("assurance-refused", on="2020-04-16", by_group="QAS", refused_on="2020-04-16", reasons="Not seen")
REOPENED = act("reopened", on="2020-11-01", reason="Found again")

REACHED = {
    "raised": [],
    "accepted": [ACCEPTED],
    "in-progress": [ACCEPTED, PROGRESSED, rescheduled()],
    "completed": [ACCEPTED, PROGRESSED, completed()],
    "assurance-refused": [completed(), REFUSED],
    "assured": [completed(), REFUSED, assured()],
    "impact-evidenced": [completed(), assured(), impact()],
    "closed": [completed(), assured(), impact(), closed()],
    "reopened": [ACCEPTED, PROGRESSED, completed(), assured(), impact(), closed(), REOPENED],
}


@pytest.mark.parametrize("stage", get_args(Stage))
def test_every_stage_is_reached(stage):
    *before, last = [raised(), *REACHED[stage]]
    given(*WORLD, *before).when(last).then_recorded().then_state(lambda a: a.stage == stage)


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "multi-agency-audit", "audit": "AUD-1", "number": 3},
        {"kind": "section-11", "audit": "AUD-1", "number": 2},
    ],
)
def test_its_source_made_what_it_answers(source):
    given(*WORLD).when(raised(source=source)).then_refused("ACT-SRC")


def test_a_recommendation_it_answers_was_made_by_a_review_of_that_kind():
    commissioned = post(
        "review.commissioned", "REV-1",
        {"kind": "scr", "decided_on": "2018-06-01", "incidents": [], "partner_areas": []}, on="2018-06-01",
    )  # fmt: skip
    recommended = post(
        "review.recommendation-made", "REV-1", {"number": 1, "text": "Share", "to": ["LA"], "themes": []},
        on="2019-05-01",
    )  # fmt: skip
    world = (*WORLD, commissioned, recommended)
    source = {"kind": "practice-review", "review": "REV-1", "number": 1}
    given(*world).when(raised(source=source)).then_recorded()
    given(*world).when(raised(source={**source, "number": 2})).then_refused("ACT-SRC")
    given(*world).when(raised(source={**source, "kind": "thematic-review"})).then_refused("ACT-SRC")


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "inspection", "title": "Joint targeted area inspection 2019", "number": 1},
        {"kind": "practice-review", "review": "not-stated"},
        {"kind": "section-11", "audit": "S11-1"},
    ],
)
def test_a_source_may_stand_outside_the_ledger_or_give_no_number(source):
    given(*WORLD, ISSUED).when(raised(source=source)).then_recorded()


def test_the_record_it_came_from_is_known():
    assert cited(FromAudit(kind="section-11", audit="AUD-9")) == ("audit", "AUD-9")
    assert cited(FromAudit(kind="section-11", audit="not-stated")) is None
    assert cited(FromInspection(kind="inspection", title="not-stated")) is None
    given(*WORLD).when(raised(source={"kind": "escalation", "escalation": "ESC-9"})).then_refused("REF-KNOWN")


@pytest.mark.parametrize(
    "missing",
    [
        {"owner": "not-stated"},
        {"owner": {"agency": "LA", "role": "not-stated"}},
        {"owner": {"group": "PIG"}},
        {"due_on": "not-stated"},
        {"success_measure": None},
    ],
)
def test_an_action_that_is_not_smart_is_a_departure(missing):
    given(*WORLD).when(raised(**missing)).then_recorded("ACT-SMART")


def test_its_owner_accepts_it_once():
    given(*WORLD, raised()).when(act("accepted", by={"agency": "LA", "role": "head"})).then_refused("ACT-OWNER")
    given(*WORLD, raised()).when(act("accepted", by={"group": "PIG"})).then_refused("ACT-OWNER")
    given(*WORLD, raised(), ACCEPTED).when(ACCEPTED).then_refused("ACT-OWNER")


def test_an_action_without_an_owner_belongs_to_whoever_accepts_it():
    given(*WORLD, raised(owner="not-stated")).when(ACCEPTED).then_recorded().then_state(
        lambda a: owner_name(a.owner) == "designated nurse at HEALTH"
    )


def test_it_goes_to_another_owner_who_has_yet_to_accept_it():
    reassigned = act("reassigned", owner={"group": "PIG"}, reason="All agencies")
    given(*WORLD, raised(), ACCEPTED).when(reassigned).then_recorded().then_state(
        lambda a: (a.owner, a.lead_group, a.accepted) == (GroupOwner(group="PIG"), "QAS", False)
    )
    overseen = act("reassigned", owner=NURSE, lead_group="PIG", reason="Moved")
    given(*WORLD, raised()).when(overseen).then_recorded().then_state(
        lambda a: (a.owner, a.lead_group) == (AgencyOwner(agency="HEALTH", role="designated-nurse"), "PIG")
    )
    given(*WORLD, raised()).when(act("reassigned", owner=NURSE, reason="Same")).then_refused("ACT-OWNER")


def test_a_group_that_oversees_what_it_owns_is_a_departure():
    given(*WORLD).when(raised(owner={"group": "QAS"})).then_recorded("ACT-SMART", "ACT-CLOSE")
    given(*WORLD, raised()).when(act("reassigned", owner={"group": "QAS"}, reason="x")).then_recorded("ACT-CLOSE")


def test_a_colour_the_pack_does_not_know_is_a_departure():
    shelf = load_shelf()
    rag = shelf.packs["default-rag", 1]
    assert isinstance(rag, RagPack)
    fewer = rag.model_copy(update={"ratings": tuple(r for r in rag.ratings if r.code != "amber"), "version": 2})
    packs = Packs(type(shelf).of([*shelf, fewer]), (Adoption("rag-pack", rag.id, 2, rag.sha256, date(2019, 4, 1), 1),))
    given(*WORLD, raised(), packs=packs).when(PROGRESSED).then_recorded("ACT-RAG")


def test_overdue_is_never_typed():
    with pytest.raises(ValueError, match="own_rating"):
        given(*WORLD, raised()).when(act("progressed", note="Late", own_rating="overdue"))


def test_a_new_due_date_differs_and_the_first_is_kept():
    given(*WORLD, raised()).when(rescheduled("2020-01-31")).then_refused("ACT-DATES")
    given(*WORLD, raised(), rescheduled()).when(rescheduled("2020-05-01")).then_recorded().then_state(
        lambda a: (a.due_on, a.original_due_on) == (date(2020, 5, 1), date(2020, 1, 31))
    )


def test_it_is_completed_once_unless_reopened():
    given(*WORLD, raised(), completed()).when(completed("2020-03-21")).then_refused("ACT-DONE-3")
    given(*WORLD, raised(), completed()).when(rescheduled()).then_refused("ACT-DONE-3")
    given(*WORLD, raised(), completed(), REOPENED).when(completed("2020-12-01")).then_recorded().then_state(
        lambda a: (a.completed_on, a.reopened) == (date(2020, 12, 1), 1)
    )


def test_only_what_was_done_is_assured():
    given(*WORLD, raised()).when(assured()).then_refused("ACT-DONE-3")
    given(*WORLD, raised()).when(REFUSED).then_refused("ACT-DONE-3")
    given(*WORLD, raised(), completed()).when(assured(on="2020-03-19")).then_refused("ACT-DONE-3")
    given(*WORLD, raised(), completed(), assured()).when(REFUSED).then_refused("ACT-DONE-3")


def test_assurance_without_evidence_seen_is_a_departure():
    given(*WORLD, raised(), completed()).when(assured(seen=())).then_recorded("ACT-EVID")


def test_the_owner_does_not_assure_itself():
    own = raised(owner={"group": "PIG"})
    given(*WORLD, own, completed()).when(assured(by="PIG")).then_refused("ACT-CLOSE")
    by_owner = assured(source="/agencies/HEALTH")
    given(*WORLD, raised(), completed()).when(by_owner).then_refused("ACT-CLOSE")
    given(*WORLD, raised(), completed()).when(assured(source="/agencies/LA")).then_recorded()


def test_impact_before_assurance_is_a_departure():
    given(*WORLD, raised(), completed()).when(impact()).then_recorded("ACT-DONE-3")
    given(*WORLD, raised()).when(impact()).then_recorded("ACT-DONE-3")


def test_impact_is_measured_from_a_baseline():
    unmeasured = (*WORLD, raised(baseline=None), completed(), assured())
    given(*unmeasured).when(impact()).then_refused("ACT-BASE")
    given(*unmeasured).when(impact(baseline="40")).then_recorded()


def test_an_artefact_supports_completion_and_shows_no_impact():
    artefacts = impact(evidence=[ARTEFACT, {"kind": "training-artefact"}])
    given(*WORLD, raised(), completed(), assured()).when(artefacts).then_recorded("ACT-EVID")


def test_only_the_overseeing_group_closes_it():
    done = (*WORLD, raised(), completed(), assured())
    given(*done).when(closed(by="PIG")).then_refused("ACT-CLOSE")
    given(*done).when(closed(source="/agencies/HEALTH")).then_refused("ACT-CLOSE")
    open_lead = (*WORLD, raised(lead_group="not-stated"), completed(), assured())
    given(*open_lead).when(closed(by="PIG")).then_recorded()


def test_embedded_without_assurance_is_a_departure():
    given(*WORLD, raised(), completed()).when(closed()).then_recorded("ACT-DONE-3")


def test_a_superseded_action_names_the_other():
    world = (*WORLD, raised(), raised("ACT-2"))
    given(*world).when(closed("superseded", superseded_by="ACT-2")).then_recorded()
    given(*world).when(closed("superseded")).then_refused("ACT-CLOSE")
    given(*world).when(closed("superseded", superseded_by="ACT-1")).then_refused("ACT-CLOSE")
    given(*world).when(closed("not-pursued", reasons="x", superseded_by="ACT-2")).then_refused("ACT-CLOSE")
    circle = post("action.closed", "ACT-2", closed("superseded", superseded_by="ACT-1").data, on="2020-10-08")
    given(*world, circle).when(closed("superseded", superseded_by="ACT-2")).then_refused("ACT-CLOSE")


def test_an_action_not_pursued_gives_reasons():
    given(*WORLD, raised()).when(closed("not-pursued")).then_refused("ACT-CLOSE")
    given(*WORLD, raised()).when(closed("not-pursued", reasons="The law changed")).then_recorded()


@pytest.mark.parametrize("more", [PROGRESSED, rescheduled(), completed(), assured(), REFUSED, impact(), closed()])
def test_nothing_happens_to_a_closed_action_until_it_is_reopened(more):
    done = (*WORLD, raised(), completed(), assured(), closed())
    given(*done).when(more).then_refused("ACT-OPEN")


def test_an_open_action_is_not_reopened():
    given(*WORLD, raised(), ACCEPTED).when(REOPENED).then_refused("ACT-OPEN")


def test_owners_are_told_in_words():
    assert owner_name(AgencyOwner(agency="LA", role="not-stated")) == "LA"
    assert owner_name(GroupOwner(group="PIG")) == "PIG"
    assert owner_name("not-stated") == "an owner not stated"


def test_a_corrected_due_date_is_the_one_that_counts():
    corrected = post(
        "action.corrected", "ACT-1",
        {"position": len(WORLD) + 1, "changes": {"due_on": "2020-02-28"}, "reason": "Misread"}, on="2020-01-02",
    )  # fmt: skip
    given(*WORLD, raised()).when(corrected).then_recorded().then_state(
        lambda a: (a.due_on, a.original_due_on) == (date(2020, 2, 28), date(2020, 2, 28))
    )


OWNERS: dict[str, dict[str, Any]] = {
    "accepted": {"by": NURSE},
    "progressed": {"note": "Letters have gone out"},
    "completed": {"completed_on": "2020-02-01", "evidence": [ARTEFACT]},
}


@pytest.mark.parametrize("name", OWNERS)
def test_another_agency_speaks_for_the_owner(name):
    said = OWNERS[name]
    given(*WORLD, raised()).when(act(name, source="/agencies/LA", **said)).then_recorded("ACT-OWNER")
    given(*WORLD, raised()).when(act(name, source="/agencies/HEALTH", **said)).then_recorded()
    given(*WORLD, raised()).when(act(name, **said)).then_recorded()
