"""Scrutiny: challenges stay open until they are answered, and whoever scrutinises neither decides on it nor acts on it."""

from tests.domain.scenario import LA, PARTNERS, POLICE, given, post
from tests.domain.test_group import EXEC


def undertaken(reference="SCR-1", by="independent-scrutineer", **more):
    data = {"by": by, "method": "dip-sample", "area": "thresholds", "undertaken_on": "2019-11-04"} | more
    return post("scrutiny.undertaken", reference, data, on="2019-11-04")


def challenged(number=1, on="2019-11-18", **to):
    data = {"number": number, "challenge": "Why?", "challenged_on": on} | (to or {"to_agency": "LA"})
    return post("scrutiny.challenged", "SCR-1", data, on=on)


def answered(number=1, on="2019-12-02", **more):
    data = {"number": number, "answer": "Because.", "answered_on": on}
    return post("scrutiny.answered", "SCR-1", data, on=on, **more)


def recommended(number=1):
    data = {"number": number, "text": "Record the reasons.", "to_agencies": ["LA"], "recommended_on": "2019-11-18"}
    return post("scrutiny.recommended", "SCR-1", data, on="2019-11-18")


def raised(**source):
    data = {
        "source": {"kind": "scrutiny", "title": "not-stated", **source}, "text": "Do it", "success_measure": "Done",
        "owner": {"agency": "POLICE", "role": "independent-scrutineer"}, "lead_group": "not-stated", "due_on": "2020-03-31",
    }  # fmt: skip
    return post("action.raised", "ACT-1", data, on="2019-12-03")


HISTORY = (*PARTNERS, EXEC)


def test_a_challenge_is_open_until_it_is_answered():
    given(LA, undertaken()).when(challenged()).then_recorded().then_state(lambda s: not s.challenges[1].answered)
    given(LA, undertaken(), challenged()).when(answered()).then_recorded().then_state(
        lambda s: s.challenges[1].answered
    )
    given(LA, undertaken(), challenged(), answered()).when(answered(on="2020-01-06")).then_recorded()


def test_an_answer_is_to_a_challenge_that_was_made_before():
    given(LA, undertaken()).when(answered()).then_refused("SCR-ASKED")
    given(LA, undertaken(), challenged()).when(answered(on="2019-11-11")).then_refused("SCR-ASKED")


def test_the_agency_challenged_answers_for_itself():
    history = (LA, POLICE, undertaken(), challenged())
    given(*history).when(answered(source="/agencies/LA", by="partner-submitter@LA")).then_recorded()
    other = {"source": "/agencies/POLICE", "by": "partner-submitter@POLICE"}
    given(*history).when(answered(**other)).then_refused("SCR-ANSWER")
    given(*HISTORY, undertaken(), challenged(to_group="EXEC")).when(answered(**other)).then_recorded()


def test_a_challenge_is_put_to_one_body():
    given(*HISTORY, undertaken()).when(challenged(to_agency="LA", to_group="EXEC")).then_refused("SCR-TO")
    given(*HISTORY, undertaken()).when(challenged(to_agency=None)).then_refused("SCR-TO")


def test_challenges_and_recommendations_are_numbered_apart():
    given(LA, undertaken(), challenged()).when(challenged(on="2019-11-19")).then_refused("SCR-NUMBER")
    given(LA, undertaken(), challenged()).when(recommended()).then_recorded().then_state(
        lambda s: s.recommendations == {1}
    )
    given(LA, undertaken(), recommended()).when(recommended()).then_refused("SCR-NUMBER")


def test_a_scrutineer_who_chairs_what_is_scrutinised_departs():
    chaired = {"of": {"groups": ["EXEC"]}}
    given(*HISTORY).when(undertaken(by="independent-chair", **chaired)).then_recorded("SEP-SCRUT")
    given(*HISTORY).when(undertaken(**chaired)).then_recorded()
    given(*HISTORY).when(undertaken(by="independent-chair")).then_recorded()


def test_a_scrutineer_who_chairs_the_rapid_review_departs():
    reported = post("incident.reported", "INC-1", {
        "agency": "LA", "happened_on": "2019-06-03", "known_on": "2019-06-03", "nature": "other", "how_many": 1,
        "looked_after": False, "care_leaver": False,
    }, on="2019-06-03")  # fmt: skip
    notified = post("incident.notified", "INC-1", {"sent_on": "2019-06-04", "to": ["national-panel"]}, on="2019-06-04")
    convened = {"incidents": ["INC-1"], "chair_role": "independent-chair"}
    history = (*HISTORY, reported, notified, post("rapid-review.convened", "RR-1", convened, on="2019-06-05"))
    of = {"rapid_reviews": ["RR-1"]}
    given(*history).when(undertaken(by="independent-chair", of=of)).then_recorded("SEP-SCRUT")
    given(*history).when(undertaken(of=of)).then_recorded()


def test_a_scrutineer_who_owns_the_action_departs():
    mine = raised()
    given(*HISTORY, mine).when(undertaken(of={"actions": ["ACT-1"]})).then_recorded("SEP-SCRUT")
    given(*HISTORY, mine).when(
        undertaken(by="lay-member", by_agency="POLICE", of={"actions": ["ACT-1"]})
    ).then_recorded("SEP-SCRUT")
    given(*HISTORY, mine).when(undertaken(by="lay-member", of={"actions": ["ACT-1"]})).then_recorded()


def test_a_scrutineer_who_acts_on_the_scrutiny_departs():
    history = (*HISTORY, undertaken(), recommended())
    given(*history).when(raised(scrutiny="SCR-1", number=1)).then_recorded("SEP-SCRUT")
    given(*HISTORY, undertaken(by="lay-member"), recommended()).when(raised(scrutiny="SCR-1", number=1)).then_recorded()
    given(*history).when(raised(scrutiny="SCR-1", number=2)).then_refused("ACT-SRC")
    given(*history).when(raised(scrutiny="SCR-2")).then_refused("REF-KNOWN")


def test_an_answer_survives_the_withdrawal_of_its_challenge():
    withdrawn = post("scrutiny.withdrawn", "SCR-1", {"position": 3, "reason": "Never made.", "decided_by": "LA"})
    given(LA, undertaken(), challenged(), answered()).when(withdrawn).then_recorded().then_state(
        lambda s: s.challenges == {}
    )
