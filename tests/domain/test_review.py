"""A practice review is decided on, carried out, endorsed and published, and a referral that goes no further counts too."""

import json
from pathlib import Path

import pytest

from tests.domain.scenario import given, post
from tests.domain.test_rapid_review import CONVENED, step

LIFE = json.loads((Path(__file__).parents[1] / "vectors" / "review.json").read_text())
DATED = {
    "commissioned": "decided_on",
    "referred": "decided_on",
    "paused": "paused_on",
    "resumed": "resumed_on",
    "reported": "reported_on",
    "endorsed": "endorsed_on",
    "shared-with-panel": "sent_on",
    "published": "published_on",
    "publication-declined": "declined_on",
    "learning-shared": "shared_on",
}
AFTER_A_BEGINNING = sorted({n.removeprefix("review.") for n in LIFE} - {"commissioned", "referred", "learning-shared"})


def group(code):
    data = {
        "name": code.title(),
        "chair_role": "chair",
        "members": [{"seat": "police", "title": "Police", "agency": "POLICE"}],
        "meeting_frequency": "quarterly",
        "established_on": "2019-06-01",
    }
    return post("group.established", code, data, on="2019-06-01")


def review(name, on=None, *, retrospective=False, precision=None, **changes):
    data = {**LIFE[f"review.{name}"], **changes}
    if name in DATED and on is not None and DATED[name] not in changes:
        data[DATED[name]] = on
    day = on or data.get(DATED.get(name, ""), "2020-06-15")
    if day == "not-stated":
        day = "2020-01-01"
    return post(f"review.{name}", "REV-1", data, on=day, retrospective=retrospective, precision=precision)


PARTNERSHIP = (*CONVENED, group("EXEC"), group("PIG"), step("decided"))
BEGUN = (*PARTNERSHIP, review("commissioned"))
REPORTED = (*BEGUN, review("reviewer-appointed"), review("reported"))
ENDORSED = (*REPORTED, review("endorsed"))
FULL = {"form": "full"}


def test_a_whole_life():
    life = given(*PARTNERSHIP)
    for name in [n.removeprefix("review.") for n in LIFE if n != "review.referred"]:
        if name == "recommendation-declined":
            life.when(review("recommendation-made", number=2)).then_recorded()
        life.when(review(name)).then_recorded()
    life.then_state(lambda r: (r.recommendations, r.declined) == ({1, 2}, {2}))
    life.then_state(lambda r: r.published == ("improvements-only",) and r.publication_declined and r.paused_on is None)


def test_a_referral_is_considered_and_progresses_or_does_not():
    given(*PARTNERSHIP).when(review("referred")).then_recorded().then_state(
        lambda r: (r.kind, r.progressed) == ("practice-learning", False)
    )
    progressed = review("referred", outcome="progressed")
    given(*PARTNERSHIP, progressed).when(review("reported")).then_recorded().then_state(lambda r: r.progressed)


@pytest.mark.parametrize("name", AFTER_A_BEGINNING)
def test_nothing_follows_a_referral_that_did_not_progress(name):
    verdict = given(*PARTNERSHIP, review("referred")).world.judge(review(name))
    assert "REV-PROGRESSED" in [broken.rule.id for broken in verdict.refusals]


def test_its_learning_may_be_shared_all_the_same():
    given(*PARTNERSHIP, review("referred")).when(review("learning-shared")).then_recorded()


def test_a_review_running_already_is_recorded_with_what_is_known():
    running = review(
        "commissioned", "2019-04-01", kind="scr", decided_on="not-stated", precision="month", rapid_reviews=[]
    )
    given(*PARTNERSHIP).when(running).then_recorded().then_state(lambda r: r.decided_on == "not-stated")


def test_a_kind_of_review_belongs_to_its_time():
    scr = {"kind": "scr", "rapid_reviews": []}
    given(*PARTNERSHIP).when(review("commissioned", "2019-09-29", **scr)).then_recorded()
    given(*PARTNERSHIP).when(review("commissioned", "2016-09-01", **scr)).then_recorded()
    given(*PARTNERSHIP).when(review("commissioned", "2019-09-30", **scr)).then_recorded("REV-SCR")
    unstated = review("commissioned", "2019-10-02", decided_on="not-stated", **scr)
    given(*PARTNERSHIP).when(unstated).then_recorded("REV-SCR")
    given(*PARTNERSHIP).when(review("commissioned", "2018-06-28")).then_recorded("REV-SCR")


def test_a_local_review_follows_a_rapid_review_that_decided():
    none = review("commissioned", rapid_reviews=[])
    given(*PARTNERSHIP).when(none).then_recorded("REV-RR")
    given(*PARTNERSHIP).when(review("commissioned", rapid_reviews=[], retrospective=True)).then_recorded()
    given(*PARTNERSHIP).when(review("commissioned", kind="thematic", rapid_reviews=[])).then_recorded()
    given(*CONVENED).when(review("commissioned")).then_recorded("REV-RR")


def test_the_reviewer_is_independent():
    given(*BEGUN).when(review("reviewer-appointed", conflict_of_interest=True)).then_recorded("LCSPR-REVIEWER")
    given(*BEGUN).when(review("reviewer-appointed", independent=False)).then_recorded("LCSPR-REVIEWER")
    unsaid = review("reviewer-appointed", independent="not-stated", conflict_of_interest="not-stated")
    given(*BEGUN).when(unsaid).then_recorded()


def test_a_local_review_has_a_reviewer():
    given(*BEGUN).when(review("reported")).then_recorded("LCSPR-REVIEWER")
    given(*BEGUN).when(review("reported", retrospective=True)).then_recorded()
    thematic = review("commissioned", kind="thematic")
    given(*PARTNERSHIP, thematic).when(review("reported")).then_recorded()


def test_not_asking_a_family_has_its_reason():
    asked = {"who": "parent", "answer": "not-offered"}
    given(*BEGUN).when(post("review.family-engaged", "REV-1", asked, on="2020-02-01")).then_recorded("REV-FAMILY")
    taken = {"who": "friend", "answer": "taken-up"}
    given(*BEGUN).when(post("review.family-engaged", "REV-1", taken, on="2020-02-01")).then_recorded()


def test_pauses_and_resumptions_alternate():
    given(*BEGUN, review("paused")).when(review("paused", "2020-03-09")).then_refused("REV-PAUSE")
    given(*BEGUN).when(review("resumed")).then_refused("REV-PAUSE")
    given(*BEGUN, review("paused")).when(review("resumed", "2020-03-01")).then_refused("REV-PAUSE")
    unknown = review("paused", paused_on="not-stated", precision="unknown")
    given(*BEGUN, unknown).when(review("paused")).then_refused("REV-PAUSE")
    given(*BEGUN, unknown, review("resumed")).when(review("paused", "2020-08-01")).then_recorded()


def test_recommendations_are_numbered_once_and_declined_once():
    made = review("recommendation-made", number=2)
    given(*BEGUN, made).when(made).then_refused("REV-REC-NEW")
    given(*BEGUN).when(review("recommendation-declined")).then_refused("REV-REC")
    given(*BEGUN, made, review("recommendation-declined")).when(review("recommendation-declined")).then_refused(
        "REV-REC"
    )


def test_a_withdrawn_recommendation_can_be_made_again():
    world = given(*BEGUN, review("recommendation-made", number=2))
    withdrawn = {"position": world.world.position, "reason": "Recorded on the wrong review.", "decided_by": "LA"}
    world.when(post("review.withdrawn", "REV-1", withdrawn, on="2020-06-16")).then_recorded()
    world.when(review("recommendation-made", number=2)).then_recorded()


def test_a_report_is_endorsed_and_then_published():
    given(*BEGUN).when(review("endorsed")).then_recorded("REV-REPORTED")
    given(*BEGUN).when(review("endorsed", retrospective=True)).then_recorded()
    given(*REPORTED).when(review("published", **FULL)).then_recorded("REV-ENDORSED")
    given(*REPORTED).when(review("published", **FULL, retrospective=True)).then_recorded()
    given(*ENDORSED).when(review("published", **FULL)).then_recorded().then_state(lambda r: r.published == ("full",))


def test_publishing_less_than_the_full_report_has_its_reason():
    data = {"published_on": "2020-07-30", "form": "improvements-only"}
    bare = post("review.published", "REV-1", data, on="2020-07-30")
    given(*ENDORSED).when(bare).then_recorded("LCSPR-PUBLISH")
    given(*ENDORSED, review("publication-declined")).when(bare).then_recorded()


def test_it_is_published_once():
    full = review("published", **FULL)
    given(*ENDORSED, full).when(full).then_refused("REV-PUB-ONCE")
    given(*ENDORSED, full).when(review("published")).then_refused("REV-PUB-ONCE")
    given(*ENDORSED, full).when(review("publication-declined", "2020-08-01")).then_refused("REV-PUB-ONCE")
    given(*ENDORSED, review("published")).when(full).then_recorded()


@pytest.mark.parametrize("name", ["paused", "reported", "endorsed", "shared-with-panel", "published"])
def test_nothing_comes_before_the_decision(name):
    given(*BEGUN).when(review(name, "2020-01-15")).then_refused("REV-DAYS")
