"""The service as each role meets it: every route, every kind of record, its own cases and those of others."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from api.access import need_of, routes_of
from ledger.access.policy import POLICY, Reach, Verb, may, may_post, reads
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Principal, Role
from ledger.domain.register import REGISTER
from tests.access.conftest import HIDDEN, OWN
from tests.api.story import action, incident, on, rapid_review
from tests.ledger.posting import event

PLACES = {
    "reference": "INC-HIDDEN", "position": "7", "record": "incident", "year": "2019-20", "id": "FIG-ACT-RAISED", "type": "uk.safeguarding.action.raised",
    "kind": "forbidden", "path": "0/000", "rest": "0/000", "level": "0", "period": "2019-20",
}  # fmt: skip


def verb_of(route):
    need = need_of(route)
    assert need is not None
    return need.verb


def paths(app, method="GET"):
    for route in routes_of(app):
        if method in (route.methods or ()):
            path = str(route.path).replace("{path:path}", "0/000")
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", PLACES.get(name, "0")).replace(
                    f"{{{name}:path}}", PLACES.get(name, "0")
                )
            yield route, path


REPORTS = [
    f"{page}/reports/{kind}{how}"
    for page in ("", "/pages")
    for kind in ("annual/2019-20", "quarterly/2019-20-Q3")
    for how in ("", "?format=html", "?format=csv", "?public=dfe5", "/publication", "/standing")
]
FIGURES = [
    "/figures/FIG-SIN?year=2019-20",
    "/figures/FIG-ESC?year=2019-20",
    "/pages/figures/FIG-ACT-RAISED?year=2019-20",
]


FORMS = ("application/json", "application/x-ndjson", "text/csv")


def answers(door, role, agency="HEALTH", forms=FORMS):
    """What anybody may ask for, at every address and in every form, with the address."""
    for path in [*(path for _, path in paths(door.client.app)), *REPORTS, *FIGURES]:
        for accept in forms:
            yield path, door.get(path, role, agency, headers={"accept": accept})


def test_nobody_unknown_is_answered(door):
    for route, path in paths(door.client.app):
        expected = verb_of(route) is None
        for headers in (
            {},
            {"authorization": "Bearer slk_nobody_x"},
            {"authorization": "Basic eDp5"},
            {"authorization": "Bearer a.b.c"},
        ):
            answer = door.client.get(path, headers=headers)
            assert (answer.status_code != 401) == expected, f"{path} {headers}"
            if not expected:
                assert answer.headers["www-authenticate"].startswith("Bearer")
    assert door.client.post("/events", content=b"{}").status_code == 401


@pytest.mark.parametrize("role", Role)
def test_each_role_is_answered_what_the_table_grants_and_nothing_else(door, role):
    for route, path in paths(door.client.app):
        verb = verb_of(route)
        answer = door.get(path, role, headers={"accept": "application/json"})
        assert answer.status_code < 500, f"{path}: {answer.text}"
        assert (answer.status_code == 403) == (verb is not None and not may(role, verb)), (
            f"{path}: {answer.status_code}"
        )


OF_OTHERS = {"HEALTH": HIDDEN, "POLICE": OWN, "IS": (*HIDDEN, *OWN)}
"""By agency, the records of cases in which it has no part."""


SPEAKERS = [
    (role, agency)
    for role in Role
    if reads(role, "incident") is not Reach.ALL
    for agency in (("HEALTH",) if role in OF_THE_BUSINESS_UNIT else OF_OTHERS)
]


@pytest.mark.parametrize(("role", "agency"), SPEAKERS)
def test_no_answer_names_a_case_of_others(door, role, agency):
    """But that an action of the partnership says by reference which review it comes from."""
    for path, answer in answers(door, role, agency, FORMS if agency == "HEALTH" else FORMS[:1]):
        if answer.status_code not in (403, 404):  # which may repeat what was asked
            named = {name for name in OF_OTHERS[agency] if name in answer.text}
            actions = path.removeprefix("/pages") in ("/actions", "/entries")
            assert named <= ({"REV-HIDDEN", "REV-OWN"} if actions else set()), f"{path}: {named}"


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.PARTNER_SUBMITTER])
def test_an_agency_sees_its_own_cases_and_what_follows_from_them(door, role):
    feed = door.get("/entries?limit=1000", role).text
    assert all(name in feed for name in OWN)
    assert "ACT-HIDDEN" in feed, "an action says how the partnership works; it is no case"
    assert [item["reference"] for item in door.get("/reviews", role).json()["items"]] == ["INC-OWN"]
    for path in ("/records/incident/INC-{}", "/incidents/INC-{}/history"):
        there, absent = door.get(path.format("HIDDEN"), role), door.get(path.format("NOWHERE"), role)
        assert door.get(path.format("OWN"), role).status_code == 200
        assert there.status_code == absent.status_code == 404
        assert there.text.replace("HIDDEN", "") == absent.text.replace("NOWHERE", "")


def test_the_scrutineer_sees_every_case(door):
    feed = door.get("/entries?limit=1000", Role.SCRUTINEER, "IS").text
    assert all(name in feed for name in (*OWN, *HIDDEN[:3]))


def stated(reference, **attributes):
    data = {"partner": "HEALTH", "sector": "health", "view": "notify", "reasons": "Words."}
    return event("incident.view-stated", f"incident/{reference}", data, **on("2019-12-20"), **attributes)


def test_an_agency_posts_only_as_itself(door):
    for source in ("/agencies/POLICE", "/business-unit"):
        answer = door.post(stated("INC-OWN", source=source), Role.PARTNER_SUBMITTER)
        assert answer.status_code == 403, answer.text
    answer = door.post(stated("INC-OWN", source="/agencies/HEALTH", id="own-view"), Role.PARTNER_SUBMITTER)
    assert answer.status_code == 201, answer.text
    entry = door.get(f"/entries/{answer.json()['position']}", Role.BUSINESS_UNIT).json()["entry"]
    assert entry["recordedby"] == "partner-submitter@HEALTH"


def test_a_case_of_others_is_answered_like_one_that_is_not_there(door):
    def told(reference):
        answer = door.post(stated(reference, source="/agencies/HEALTH"), Role.PARTNER_SUBMITTER)
        assert answer.status_code == 409
        return answer.text.replace(reference, "")

    assert told("INC-HIDDEN") == told("INC-NOWHERE")
    cites = rapid_review("RR-NEW", "INC-HIDDEN") | {"source": "/agencies/HEALTH", "id": "cites"}
    missing = rapid_review("RR-NEW", "INC-NOWHERE") | {"source": "/agencies/HEALTH", "id": "cites-nothing"}
    answers = [door.post(each, Role.PARTNER_SUBMITTER) for each in (cites, missing)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].text.replace("HIDDEN", "") == answers[1].text.replace("NOWHERE", "")


VECTORS = {
    name: data
    for path in Path(__file__).parent.with_name("vectors").glob("*.json")
    for name, data in json.loads(path.read_text()).items()
}


@pytest.mark.parametrize("role", Role)
def test_of_each_type_only_those_are_taken_that_the_table_grants(door, role):
    """What is taken may still break a rule: the records it speaks of are not there."""
    source = Principal(role, "HEALTH", "").source
    for name, data in VECTORS.items():
        posted = event(name, f"{name.partition('.')[0]}/X-1", data, source=source, **on("2019-12-20"))
        granted = any(fnmatchcase(name, pattern) for pattern in POLICY[role].posts)
        granted &= not name.endswith(".words-erased")  # a certificate, which the ledger alone writes
        answer = door.post(posted, role)
        assert (answer.status_code == 403) != granted, f"{name}: {answer.text}"


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.PARTNER_SUBMITTER, "action.assured"),
        (Role.PARTNER_SUBMITTER, "action.closed"),
        (Role.PARTNER_SUBMITTER, "scrutiny.judged"),
        (Role.SCRUTINEER, "action.raised"),
        (Role.QA_OFFICER, "policy.adopted"),
        (Role.CHAIR, "rapid-review.decided"),
        (Role.ADMINISTRATOR, "ledger.opened"),
    ],
)
def test_these_are_never_granted(role, name):
    principal = Principal(role, "HEALTH", "")
    assert name in VECTORS
    assert not may_post(principal, REGISTER[f"uk.safeguarding.{name}"], principal.source)


def test_in_a_batch_each_event_that_is_not_theirs_is_named(door):
    mine = incident("INC-MINE", source="/agencies/HEALTH", id="mine-in-a-batch")
    other = action("ACT-OTHER", "REV-OWN") | {"source": "/agencies/POLICE", "id": "not-mine"}
    answer = door.post([mine, other], Role.PARTNER_SUBMITTER)
    assert answer.status_code == 409
    assert [item["index"] for item in answer.json()["items"]] == [1]
    each = door.post([mine, other], Role.PARTNER_SUBMITTER, params={"atomic": "false"}).json()
    assert [item["status"] for item in each][1] == 403


def test_a_token_of_the_provider_opens_the_door(door):
    told = {"authorization": f"Bearer {door.provider.token(role='report-builder', agency='BU')}"}
    assert door.client.get("/figures", headers=told).status_code == 200
    assert door.client.get("/entries", headers=told).status_code == 403
    door.provider.rotate()
    door.provider.down = True
    stale = {"authorization": f"Bearer {door.provider.token()}"}
    assert door.client.get("/figures", headers=stale).status_code in (200, 401, 503)
    door.provider.down = False


def test_every_role_and_verb_stands_in_the_table():
    assert set(POLICY) == set(Role)
    assert all(any(may(role, verb) for role in Role) for verb in Verb)


def test_what_follows_in_a_batch_may_speak_of_the_case_it_begins(door):
    source = {"source": "/agencies/HEALTH"}
    begins = incident("INC-BATCH", id="batch-1") | source
    follows = [stated("INC-BATCH", id="batch-2") | source, rapid_review("RR-BATCH", "INC-BATCH") | source]
    answer = door.post([begins, *follows], Role.PARTNER_SUBMITTER)
    assert answer.status_code == 201, answer.text


def test_a_case_of_others_is_not_reached_by_pretending_to_begin_it(door):
    source = {"source": "/agencies/HEALTH"}
    pretends = incident("INC-HIDDEN", id="pretends") | source
    follows = stated("INC-HIDDEN", id="follows") | source
    each = door.post([pretends, follows], Role.PARTNER_SUBMITTER, params={"atomic": "false"}).json()
    assert [item["status"] for item in each] == [409, 409]
