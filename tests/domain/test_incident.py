"""An incident is reported, the partners say what they think, it is decided, and the Panel is told."""

import json
from datetime import date
from pathlib import Path

import pytest

from ledger.domain.adoption import Adoption, Packs, Shelf
from ledger.domain.packs import NotificationVote
from tests.domain.scenario import HEALTH, LA, PARTNERS, POLICE, SCHOOL, agency, given, post

LIFE = json.loads((Path(__file__).parents[1] / "vectors" / "incident.json").read_text())
REPORT = LIFE["incident.reported"]
ONE, TWO = REPORT["children"]
SHA = "0" * 64
VOTE = NotificationVote(
    kind="notification-vote",
    id="vote",
    version=1,
    sha256=SHA,
    title="Who must agree",
    source="Arrangements of an invented partnership",
    confidence="confirmed",
    rule="CWAC-SIN-VOTE",
    voters=("local-authority", "health", "police"),
    notify_if_all_of=(("local-authority",), ("health", "police")),
)
UNDER_VOTE = Packs(Shelf.of([VOTE]), (Adoption("notification-vote", "vote", 1, SHA, date(2019, 6, 1), 1),))
SECTORS = {"LA": "local-authority", "POLICE": "police", "HEALTH": "health", "HEALTH2": "health"}


def reported(on="2019-12-14", reference="INC-1", **changes):
    return post("incident.reported", reference, {**REPORT, **changes}, on=on)


def view(partner, says, **more):
    data = {
        "partner": partner,
        "sector": SECTORS[partner],
        "view": "notify" if says == "y" else "do-not-notify",
        **more,
    }
    return post("incident.view-stated", "INC-1", data, on="2019-12-20")


def views(la, health, police):
    return [view(p, v) for p, v in (("LA", la), ("HEALTH", health), ("POLICE", police)) if v != "-"]


def decided(decision="notify", on="2019-12-20", **more):
    return post("incident.notification-decided", "INC-1", {"decision": decision}, on=on, **more)


def notified(on="2019-12-30", to=("national-panel",), **more):
    sent = {"sent_on": on, "to": list(to)}
    return post("incident.notified", "INC-1", sent, **{"on": on if on != "not-stated" else "2019-12-30", **more})


RETRACTED = post("incident.notification-retracted", "INC-1", LIFE["incident.notification-retracted"], on="2020-01-10")
BEGUN = (*PARTNERS, reported())


def test_a_whole_life():
    given(*BEGUN, view("LA", "y"), view("POLICE", "n")).when(
        post("incident.view-stated", "INC-1", LIFE["incident.view-stated"], on="2019-12-23")
    ).then_recorded().when(decided(on="2019-12-24")).then_recorded().when(notified()).then_recorded().then_state(
        lambda i: i.is_notified and i.notified_on == date(2019, 12, 30)
    ).when(RETRACTED).then_recorded().then_state(lambda i: not i.is_notified)


def test_any_agency_reports_and_the_children_need_not_be_known():
    unknown = reported(agency="SCHOOL", agencies_involved=[], children=[], how_many="not-stated", nature="not-stated")
    given(SCHOOL).when(unknown).then_recorded().then_state(lambda i: (i.children, i.how_many) == ((), "not-stated"))


def test_it_is_known_no_sooner_than_it_happened_nor_later_than_recorded():
    given(*PARTNERS).when(reported(known_on="2019-12-13")).then_refused("SIN-ORDER-DAYS")
    given(*PARTNERS).when(reported(known_on="2030-01-02")).then_refused("SIN-ORDER-DAYS")
    given(*PARTNERS).when(reported(known_on="not-stated")).then_recorded()


def test_children_are_named_once_and_counted():
    given(*PARTNERS).when(reported(children=[ONE, ONE])).then_refused("SIN-CHILDREN")
    given(*PARTNERS).when(reported(how_many=1)).then_refused("SIN-CHILDREN")
    given(*PARTNERS).when(reported(how_many=2, children=[ONE, TWO])).then_recorded()


def test_only_a_statutory_partner_has_a_view_and_in_its_own_seat():
    school = {"partner": "SCHOOL", "sector": "police", "view": "notify"}
    given(*BEGUN, SCHOOL).when(post("incident.view-stated", "INC-1", school, on="2019-12-20")).then_refused(
        "SIN-VIEW-PARTNER"
    )
    given(*BEGUN).when(view("POLICE", "y", sector="health")).then_refused("SIN-VIEW-PARTNER")


def test_a_view_is_stated_once_and_revised_with_a_reason():
    again = view("POLICE", "n", revised_because="The medical opinion has come.")
    given(*BEGUN).when(again).then_refused("SIN-VIEW-ONCE")
    given(*BEGUN, view("POLICE", "y")).when(view("POLICE", "n")).then_refused("SIN-VIEW-ONCE")
    given(*BEGUN, view("POLICE", "y")).when(again).then_recorded().then_state(
        lambda i: [v.view for v in i.views] == ["do-not-notify"]
    )


@pytest.mark.parametrize(
    ("la", "health", "police", "decision", "flags"),
    [
        ("n", "y", "y", "notify", []),
        ("n", "y", "y", "do-not-notify", ["CWAC-SIN-VOTE"]),
        ("n", "y", "n", "do-not-notify", []),
        ("n", "y", "n", "notify", ["CWAC-SIN-VOTE"]),
        ("y", "n", "n", "notify", []),
        ("y", "n", "n", "do-not-notify", ["CWAC-SIN-VOTE"]),
        ("n", "-", "n", "notify", ["CWAC-SIN-VOTE"]),
        ("n", "y", "-", "notify", []),  # the police could still tip it: cannot tell
        ("-", "y", "n", "do-not-notify", []),
    ],
)
def test_the_decision_is_judged_by_the_vote(la, health, police, decision, flags):
    given(*BEGUN, *views(la, health, police), packs=UNDER_VOTE).when(decided(decision)).then_recorded(*flags)


def test_without_a_vote_rule_in_force_nothing_is_said():
    against = views("n", "n", "n")
    given(*BEGUN, *against).when(decided()).then_recorded()
    given(*BEGUN, *against, packs=UNDER_VOTE).when(decided(on="2019-05-31")).then_recorded()
    given(*BEGUN, *against, packs=UNDER_VOTE).when(decided(precision="unknown")).then_recorded()


def test_partners_of_one_sector_who_disagree_give_it_no_view():
    second = agency("HEALTH2", "health", "statutory-partner")
    split = [view("LA", "n"), view("POLICE", "y"), view("HEALTH", "y"), view("HEALTH2", "n")]
    given(*BEGUN, second, *split, packs=UNDER_VOTE).when(decided("do-not-notify")).then_recorded().then_state(
        lambda i: i.decision.basis == "cannot-tell" and i.decision.dissent == ("POLICE", "HEALTH")
    )


@pytest.mark.parametrize(
    ("stated", "decision", "basis", "dissent"),
    [
        ("yyy", "notify", "unanimous", ()),
        ("nnn", "do-not-notify", "unanimous", ()),
        ("nyy", "notify", "majority", ("LA",)),
        ("ynn", "notify", "local-authority", ("HEALTH", "POLICE")),
        ("nyy", "do-not-notify", "local-authority", ("HEALTH", "POLICE")),
        ("nyn", "notify", "minority", ("LA", "POLICE")),
        ("nnn", "notify", "minority", ("LA", "HEALTH", "POLICE")),
        ("yy-", "notify", "majority", ()),
        ("y--", "notify", "cannot-tell", ()),
        ("---", "notify", "cannot-tell", ()),
    ],
)
def test_basis_and_dissent_are_worked_out(stated, decision, basis, dissent):
    given(*BEGUN, *views(*stated)).when(decided(decision)).then_recorded().then_state(
        lambda i: (i.decision.basis, i.decision.dissent) == (basis, dissent)
    )


def test_notifying_without_a_decision_or_against_it_is_a_departure():
    given(*BEGUN).when(notified()).then_recorded("SIN-DECIDED")
    given(*BEGUN, decided("do-not-notify")).when(notified()).then_recorded("SIN-DECIDED")
    given(*BEGUN, decided()).when(notified()).then_recorded()


def test_in_history_entered_afterwards_silence_proves_nothing():
    given(*BEGUN).when(notified(retrospective=True)).then_recorded()
    given(*BEGUN, decided("do-not-notify")).when(notified(retrospective=True)).then_recorded("SIN-DECIDED")


def test_it_is_notified_once_unless_retracted():
    begun = (*BEGUN, decided(), notified())
    given(*begun).when(notified(on="2020-01-02")).then_refused("SIN-ONCE")
    given(*begun, RETRACTED).when(notified(on="2020-01-20")).then_recorded().then_state(lambda i: i.is_notified)
    given(*begun, RETRACTED).when(RETRACTED).then_refused("SIN-RETRACT")
    given(*BEGUN).when(RETRACTED).then_refused("SIN-RETRACT")


def test_it_is_not_notified_before_it_is_known():
    given(*BEGUN, decided()).when(notified(on="2019-12-18")).then_refused("SIN-SENT-DAYS")
    unknown = reported(known_on="not-stated")
    given(*PARTNERS, unknown, decided()).when(notified(on="2019-12-13")).then_refused("SIN-SENT-DAYS")
    given(*PARTNERS, unknown, decided()).when(notified(on="not-stated")).then_recorded()


def test_the_panel_is_told_save_of_some_deaths():
    ofsted = notified(to=["ofsted"])
    given(*BEGUN, decided()).when(ofsted).then_recorded("SIN-WHOM")
    in_care = reported(nature="death", looked_after=True)
    given(*PARTNERS, in_care, decided()).when(ofsted).then_recorded()
    at_home = reported(nature="death", looked_after=False, care_leaver=False)
    given(*PARTNERS, at_home, decided()).when(ofsted).then_recorded("SIN-WHOM")


def test_an_incident_reported_twice_counts_once():
    again = reported(reference="INC-2", agency="POLICE", agencies_involved=["POLICE"])
    repeats = post("incident.duplicate-of", "INC-2", {"duplicate_of": "INC-1"}, on="2019-12-20")
    given(*BEGUN, again).when(repeats).then_recorded()
    given(*BEGUN, again, repeats).when(
        post("incident.notified", "INC-2", notified().data, on="2019-12-30")
    ).then_refused("REC-VOID")


def test_the_parties_are_known_agencies():
    given(LA, HEALTH).when(reported()).then_refused("REF-KNOWN")
    given(LA, HEALTH, POLICE).when(reported()).then_recorded()
