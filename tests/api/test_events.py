"""Posting events: receipts, repeats, batches, content types."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from cloudevents.core.bindings.http import to_structured_event  # an oracle of what other people's software sends
from cloudevents.core.v1.event import CloudEvent

from tests.ledger.posting import agency, event

LINES = "application/x-ndjson"
BATCH = "application/cloudevents-batch+json"


def head(client):
    return client.get("/status").json()["head"]


def post(client, body, content_type="application/cloudevents+json", query="", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/events{query}", content=raw, headers={"content-type": content_type, **headers})


def lines(*events) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def test_a_receipt_says_where_the_event_stands(client):
    answer = post(client, agency("LA", id="first"))
    assert answer.status_code == 201
    assert answer.headers["location"] == "/entries/1"
    receipt = answer.json()
    stored = client.get("/entries", headers={"accept": LINES}).content.removesuffix(b"\n")
    assert receipt["leaf"] == hashlib.sha256(b"\x00" + stored).hexdigest()
    assert {name: receipt[name] for name in ("position", "record", "recordversion", "source", "id", "departures")} == {
        "position": 1, "record": "agency/LA", "recordversion": 1, "source": "/business-unit", "id": "first", "departures": [],
    }  # fmt: skip
    assert receipt["recordedtime"] == "2020-01-01T12:00:00.000000Z"


def test_a_repeat_is_answered_with_the_same_bytes(client):
    posted = agency("LA")
    first = post(client, posted)
    post(client, agency("LB"))
    again = post(client, dict(reversed(posted.items())) | {"expectedversion": 0})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert head(client) == 2


def test_a_departure_is_told_with_its_rule_and_source(quick):
    for code in ("LA", "HEALTH"):
        post(quick, agency(code))
    incident = {
        "agency": "HEALTH", "happened_on": "2019-04-01", "known_on": "2019-04-02", "nature": "serious-harm", "how_many": 1,
        "children": [], "features": ["physical"], "looked_after": False, "care_leaver": False,
        "agencies_involved": ["HEALTH"], "summary": "Words.",
    }  # fmt: skip
    assert post(quick, event("incident.reported", "incident/INC-1", incident)).status_code == 201
    convened = {
        "incidents": ["INC-1"],
        "members": [{"agency": "LA", "role": "head-of-service"}],
        "chair_role": "independent-chair",
    }
    receipt = post(quick, event("rapid-review.convened", "rapid-review/-", convened)).json()
    assert receipt["record"] == "rapid-review/RR-2019-001"
    assert [departure["rule"] for departure in receipt["departures"]] == ["SIN-ORDER"]
    assert all(departure["sentence"] and departure["source"] for departure in receipt["departures"])


@pytest.mark.parametrize("content_type", ["application/json", BATCH, LINES, "application/jsonl; charset=utf-8"])
def test_a_batch_is_answered_in_order(client, content_type):
    posted = [agency("LA"), agency("LB"), agency("LC")]
    body = json.dumps(posted).encode() if "jsonl" not in content_type and content_type != LINES else lines(*posted)
    answer = post(client, body, content_type)
    assert answer.status_code == 201
    assert [(receipt["position"], receipt["record"]) for receipt in answer.json()] == [
        (1, "agency/LA"), (2, "agency/LB"), (3, "agency/LC"),
    ]  # fmt: skip
    again = post(client, body, content_type)
    assert again.status_code == 200
    assert again.content == answer.content


def test_a_batch_is_all_or_none_and_names_every_failing_number(client):
    post(client, agency("LA"))
    answer = post(client, [agency("LB"), agency("LA"), agency("LC"), agency("LB", expectedversion=7)], BATCH)
    assert answer.status_code == 409
    assert [(item["index"], item["problem"]["type"]) for item in answer.json()["items"]] == [
        (1, "/problems/rule-broken"),
        (3, "/problems/version-moved-on"),
    ]
    assert head(client) == 1


def test_a_batch_with_a_misshapen_event_names_every_one_and_records_none(client):
    broken = {key: value for key, value in agency("LB").items() if key != "time"}
    answer = post(client, lines(agency("LA"), broken) + b"{nothing\n", LINES)
    assert answer.status_code == 422
    assert [(item["index"], item["problem"]["type"]) for item in answer.json()["items"]] == [
        (1, "/problems/not-an-event"),
        (2, "/problems/unreadable"),
    ]
    assert head(client) == 0


def test_without_atomic_each_item_has_its_own_status(client):
    first = agency("LA")
    post(client, first)
    answer = post(client, lines(agency("LB"), first, agency("LA")) + b"{nothing\n", LINES, "?atomic=false")
    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()] == [201, 200, 409, 422]
    assert [("receipt" in item, "problem" in item) for item in answer.json()] == [(True, False)] * 2 + [
        (False, True)
    ] * 2
    assert head(client) == 2


def test_a_batch_comes_from_one_source(quick):
    answer = post(quick, [agency("LA"), agency("LB", source="/agencies/LA")], BATCH)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/several-sources")
    assert head(quick) == 0


def test_who_posted_is_recorded_by_source(quick):
    post(quick, agency("LA"))
    renamed = event(
        "agency.renamed", "agency/LA", {"name": "Another Name", "renamed_on": "2019-04-01"}, source="/agencies/LA"
    )
    answer = post(quick, renamed)
    assert answer.status_code == 201, answer.text
    recorded = [told["entry"]["recordedby"] for told in quick.get("/entries").json()["entries"]]
    assert recorded == ["business-unit@BU", "partner-submitter@LA"]


def test_binary_mode_is_the_same_event(quick):
    posted = agency("LA", id="binary", retrospective=True)
    data = posted.pop("data")
    headers = {f"ce-{name}": str(value).lower() if value is True else value for name, value in posted.items()}
    binary = post(quick, data, "application/json", **headers)
    assert binary.status_code == 201, binary.text
    structured = post(quick, posted | {"data": data})
    assert (structured.status_code, structured.content) == (200, binary.content)


def test_messages_of_the_cloudevents_sdk_are_taken(quick):
    posted = agency("LA")
    data = posted.pop("data")
    message = to_structured_event(CloudEvent(posted | {"time": datetime.fromisoformat(posted["time"])}, data))
    answer = quick.post("/events", content=message.body, headers=dict(message.headers))
    assert answer.status_code == 201, answer.text


def test_fifty_retries_at_once_are_one_entry_and_one_receipt(client):
    posted = agency("LA")
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: post(client, posted), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert head(client) == 1


def test_children_have_opaque_references(quick):
    made = quick.post("/children?count=50").json()["children"]
    assert len(set(made)) == 50
    assert quick.post("/children?count=51").status_code == 422
