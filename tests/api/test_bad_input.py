"""Whatever bad is posted gets its own problem, changes nothing and is not repeated."""

from __future__ import annotations

import json

import pytest

from api import posted as limits
from tests.api.test_events import BATCH, LINES, head, post
from tests.ledger.posting import agency, event

CANARY = "Canary Seven told us"
TYPE = "application/cloudevents+json"


def text(value, **replaced) -> bytes:
    """An event's JSON with `"<name>"` replaced by raw text that Python would not write."""
    raw = json.dumps(value)
    for name, instead in replaced.items():
        raw = raw.replace(f'"<{name}>"', instead)
    return raw.encode()


def report(**changes):
    data = {
        "agency": "LA", "happened_on": "2019-04-01", "known_on": "2019-04-02", "nature": "serious-harm", "how_many": 1,
        "children": [], "features": ["physical"], "looked_after": False, "care_leaver": False, "agencies_involved": ["LA"],
        "summary": CANARY,
    }  # fmt: skip
    return event("incident.reported", "incident/-", data | changes)


CLOSED = {"kind": "embedded", "closed_on": "2019-04-01", "by_group": "QAS", "reasons": CANARY}

BAD = {
    "unknown type": (text(report() | {"type": f"uk.safeguarding.{CANARY}"}), TYPE, 422, "not-an-event"),
    "unknown field": (text(report(remark=CANARY)), TYPE, 422, "not-an-event"),
    "unknown field with a private name": (text(report(**{CANARY: 1})), TYPE, 422, "not-an-event"),
    "unknown field that is a code of a map": (
        text(event("audit.reported", "audit/A", {"grades": {"canary": CANARY}})),
        TYPE,
        422,
        "not-an-event",
    ),
    "unknown attribute": (text(report() | {"remark": CANARY}), TYPE, 422, "not-an-event"),
    "unknown word": (text(report(nature=CANARY)), TYPE, 422, "not-an-event"),
    "wrong shape": (text(report(children={"first": CANARY})), TYPE, 422, "not-an-event"),
    "not an object": (text([CANARY]), TYPE, 422, "not-an-event"),
    "one where many belong": (text(report()), BATCH, 422, "not-an-event"),
    "null": (text(report(known_on=None)), TYPE, 422, "not-an-event"),
    "oversize event": (text(report(summary=CANARY * 20_000)), TYPE, 413, "too-large"),
    "oversize event in plain JSON": (text(report(summary=CANARY * 20_000)), "application/json", 413, "too-large"),
    "too many events": (text([report()] * (limits.MOST_ITEMS + 1)), BATCH, 413, "too-large"),
    "too long a text": (text(report(summary=CANARY * 1_000)), TYPE, 422, "not-an-event"),
    "broken JSON": (text(report())[:-20], TYPE, 422, "unreadable"),
    "text after the end": (text(report()) + CANARY.encode(), TYPE, 422, "unreadable"),
    "not UTF-8": (text(report()).replace(b"Canary", b"Canary \xff"), TYPE, 422, "unreadable"),
    "duplicate key": (text(report(how_many="<twice>"), twice='1, "how_many": 1'), TYPE, 422, "unreadable"),
    "NaN": (text(report(how_many="<nan>"), nan="NaN"), TYPE, 422, "unreadable"),
    "1e400": (text(report(how_many="<huge>"), huge="1e400"), TYPE, 422, "unreadable"),
    "a fraction": (text(report(how_many="<half>"), half="1.0"), TYPE, 422, "unreadable"),
    "an integer readers disagree on": (text(report(how_many="<big>"), big=str(2**53)), TYPE, 422, "unreadable"),
    "true for 1": (text(report(how_many=True)), TYPE, 422, "not-an-event"),
    "text for 1": (text(report(how_many="1")), TYPE, 422, "not-an-event"),
    "lone surrogate": (text(report(nature="<half>"), half='"\\ud800"'), TYPE, 422, "unreadable"),
    "too deep": (b"[" * 100_000, BATCH, 422, "unreadable"),
    "deep inside": (text(report(summary="<deep>"), deep="[" * 400 + "]" * 400), TYPE, 422, "not-an-event"),
    "a day that does not exist": (text(report(known_on="2019-02-30")), TYPE, 422, "not-an-event"),
    "an instant that does not exist": (text(report() | {"time": "2019-02-30T00:00:00Z"}), TYPE, 422, "not-an-event"),
    "a number for a day": (text(report(known_on=1554076800)), TYPE, 422, "not-an-event"),
    "a child's name": (text(report(children=[CANARY])), TYPE, 422, "not-an-event"),
    "a key reused": (text(report() | {"id": "used"}), TYPE, 409, "key-reused"),
    "a record never begun": (text(event("action.closed", "action/ACT-1", CLOSED)), TYPE, 409, "rule-broken"),
    "a rule broken": (text(report(known_on="2019-03-01")), TYPE, 409, "rule-broken"),
    "a version moved on": (text(report() | {"expectedversion": 3}), TYPE, 409, "version-moved-on"),
    "an unknown source": (text(report() | {"source": f"/agencies/{CANARY}"}), TYPE, 422, "not-an-event"),
    "minting for a later event": (text(event("action.closed", "action/-", CLOSED)), TYPE, 422, "not-an-event"),
    "an empty batch": (b" []", BATCH, 422, "empty-batch"),
    "empty lines": (b"\n \n", LINES, 422, "empty-batch"),
    "nothing": (b"", TYPE, 422, "unreadable"),
    "no content type": (text(report()), "", 415, "unsupported-content"),
    "a form": (text(report()), "application/x-www-form-urlencoded", 415, "unsupported-content"),
    "another charset": (text(report()), f"{TYPE}; charset=utf-16", 415, "unsupported-content"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(unchanged, name):
    post(unchanged, [agency("LA", id="first"), agency("LB", id="used")], BATCH)
    body, content_type, status, kind = BAD[name]
    answer = post(unchanged, body, content_type)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary" not in answer.text.lower()
    assert head(unchanged) == 2
    assert unchanged.get(f"/problems/{kind}").json()["status"] == status


def test_every_fault_is_named_where_it_stands(quick):
    bad = report(nature="odd", known_on="2019-02-30", hapened_on="x")
    del bad["data"]["agency"]
    faults = {fault["pointer"]: fault["message"] for fault in post(quick, bad).json()["faults"]}
    assert set(faults) == {"/data/nature", "/data/known_on", "/data", "/data/agency"}
    assert faults["/data"] == "1 field here is not known; did you mean `happened_on`?"
    assert faults["/data/agency"] == "this field is needed"


def test_a_batch_with_misshapen_events_names_those_that_break_a_rule_as_well(quick):
    problem = post(quick, [agency("LA"), agency("LA"), report(nature="odd"), agency("LB")], BATCH).json()
    assert problem["type"] == "/problems/batch-malformed"
    assert [(item["index"], item["problem"]["type"]) for item in problem["items"]] == [
        (1, "/problems/rule-broken"),
        (2, "/problems/not-an-event"),
    ]
    assert problem["detail"] == "2 of 4 events cannot be recorded, 1 for want of any event's shape."
    assert head(quick) == 0
    assert post(quick, agency("LA")).status_code == 201


def test_a_reused_key_names_both_hashes_and_where_it_stands(client):
    first = post(client, agency("LA", id="one")).json()
    other = post(client, agency("LB", id="two")).json()
    problem = post(client, agency("LC", id="one")).json()
    assert (problem["position"], problem["recorded"]) == (1, first["content"])
    assert problem["posted"] not in (first["content"], other["content"])
    assert head(client) == 2


def test_other_words_under_the_same_key_are_refused_without_their_hash(client):
    post(client, agency("LA"))
    first = report() | {"id": "words"}
    assert post(client, first).status_code == 201
    problem = post(client, {**first, "data": {**first["data"], "summary": "Other words"}}).json()
    assert (problem["type"], problem["position"]) == ("/problems/key-reused", 2)
    assert not {"recorded", "posted"} & set(problem)
    assert post(client, first).status_code == 200


def test_expected_and_actual_versions_are_told(client):
    post(client, agency("LA"))
    problem = post(client, agency("LA", expectedversion=5)).json()
    assert (problem["record"], problem["expected"], problem["actual"]) == ("agency/LA", 5, 1)


def test_a_body_longer_than_allowed_is_not_read_to_its_end(quick):
    answer = post(quick, b"[" + b" " * limits.MOST_BYTES, BATCH)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        (f"/{CANARY}", 404, "not-found"),
        ("/entries?limit=0", 422, "bad-query"),
        ("/entries?limit=1001", 422, "bad-query"),
        ("/entries?after=1.5", 422, "bad-query"),
        ("/entries?after=1&after=2", 422, "bad-query"),
        (f"/entries?after={CANARY}", 422, "bad-query"),
        (f"/entries?{CANARY}=1", 422, "bad-query"),
        ("/entries?type=uk.safeguarding.nothing", 422, "bad-query"),
        ("/entries/0", 404, "not-found"),
        (f"/entries/{CANARY}", 404, "not-found"),
        ("/entries/99999999999999999999", 404, "not-found"),
        (f"/records/{CANARY}/X", 404, "not-found"),
        ("/records/agency/X", 404, "not-found"),
        ("/records/agency/X?as_at=2019-02-30", 422, "bad-query"),
        (f"/records/agency/X?as_at={CANARY}", 422, "bad-query"),
        ("/incidents/X/history", 404, "not-found"),
        ("/rules/NONE", 404, "not-found"),
        ("/schemas/none", 404, "not-found"),
        ("/problems/none", 404, "not-found"),
        ("/records/agency/X?as_at=3", 404, "not-found"),
        ("/figures/FIG-RR?as_at=3", 404, "not-found"),
        ("/actions?as_at=3", 404, "not-found"),
        ("/rules?colour=blue", 422, "bad-query"),
    ],
)
def test_a_question_that_cannot_be_answered(unchanged, address, status, kind):
    answer = unchanged.get(address)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if kind == "bad-query":
        assert "Canary" not in answer.text


def test_the_unknown_parameter_is_named(quick):
    assert quick.get("/rules?colour=blue").json()["faults"] == [
        {"parameter": "colour", "message": "not a parameter of this address"}
    ]
    assert post(quick, agency("LA"), query="?atomic=maybe").status_code == 422
    assert post(quick, agency("LA"), query="?quiet=true").json()["faults"][0]["parameter"] == "quiet"


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/none", "No such address; GET /docs lists them."),
        (
            "/reports/annual/2019",
            "The period in this address should be a reporting year or a quarter of one, such as 2019-20-Q3.",
        ),
        ("/entries/first", "The position in this address should be a whole number from 0."),
        ("/records/nothing/X", "The record in this address should be a kind of record this ledger keeps."),
        (
            "/incidents/inc-1/history",
            "The reference in this address should be a reference: capital letters, digits and hyphens, at most 40 of them.",
        ),
        ("/actions?as_at=1", "The ledger ends at position 0."),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence_that_fits(quick, address, detail):
    answer = quick.get(address)
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/entries?limit=0", "this should be at least 1"),
        ("/entries?after=x", "this should be a whole number from 0"),
        ("/entries?subject=x", "this should be a record and its reference, such as action/ACT-1"),
        (
            "/actions?sort=x",
            "this should be fields of this list, divided by commas, each with - before it for the other way round",
        ),
        ("/actions?format=xml", "this should be 'json' or 'csv'"),
        ("/actions?x=1", "not a parameter of this address"),
    ],
)
def test_a_question_is_refused_in_plain_words(quick, address, message):
    (fault,) = quick.get(address).json()["faults"]
    assert fault["message"] == message


def test_a_method_that_is_not_taken(quick):
    for method, address, allowed in (("GET", "/events", "POST"), ("DELETE", "/entries/1", "GET, HEAD")):
        answer = quick.request(method, address)
        assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
        assert answer.headers["allow"] == allowed


def test_another_sites_name_is_turned_away(quick):
    answer = quick.get("/healthz", headers={"host": "other.example"})
    assert (answer.status_code, answer.json()["type"]) == (421, "/problems/misdirected")
