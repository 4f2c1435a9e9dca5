"""Reading what was recorded: the feed, one entry, one record, the history of an incident."""

from __future__ import annotations

import hashlib
import json
from typing import cast

import pytest

from api.feed import MOST_LOOKED_AT, Feed, Filter
from ledger.recorders.contract import LedgerRecorder
from tests.api.story import CASE, PARTNERS, action, incident, rapid_review, review, tell
from tests.ledger.posting import agency, event

NDJSON = {"accept": "application/x-ndjson"}


def positions(answer):
    return [entry["position"] for entry in answer.json()["entries"]]


def history(client, reference, head, **when):
    query = "&".join(f"{name}={value}" for name, value in {"at_least": head, **when}.items())
    return client.get(f"/incidents/{reference}/history?{query}")


def test_pages_of_the_feed_lead_through_every_entry_once(client):
    tell(client, *CASE)
    address, seen = "/entries?limit=3", []
    while address:
        answer = client.get(address)
        seen += positions(answer)
        address = answer.json().get("next")
        assert answer.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
    assert seen == list(range(1, len(CASE) + 1))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("record=agency", [1, 2, 3]),
        ("record=agency&reference=LA", [1]),
        ("subject=action/ACT-2", [10]),
        ("subject=action/ACT-2&record=agency", []),
        ("subject=action/ACT-2&reference=ACT-2", [10]),
        ("reference=INC-1", [5]),
        ("type=uk.safeguarding.incident.reported", [5, 6]),
        ("source=/agencies/LA", []),
        ("source=/business-unit&since=9", [9, 10]),
        ("since=2&until=3", [2, 3]),
        ("after=2&until=3", [3]),
        ("after=5&record=agency&reference=LA", []),
        ("after=99", []),
    ],
)
def test_the_feed_is_filtered(unchanged, query, wanted):
    if not positions(unchanged.get("/entries")):
        tell(unchanged, *CASE)
    answer = unchanged.get(f"/entries?{query}")
    assert positions(answer) == wanted
    assert "next" not in answer.json()
    lines = unchanged.get(f"/entries?{query}", headers=NDJSON).content.splitlines()
    assert [json.loads(line)["subject"] for line in lines] == [
        entry["entry"]["subject"] for entry in answer.json()["entries"]
    ]


def test_the_stored_bytes_are_streamed_as_they_are(client):
    tell(client, *CASE)
    lines = client.get("/entries", headers=NDJSON).content.splitlines()
    leaves = [hashlib.sha256(b"\x00" + line).hexdigest() for line in lines]
    assert leaves == [entry["leaf"] for entry in client.get("/entries").json()["entries"]]
    assert len(client.get("/entries?limit=2", headers=NDJSON).content.splitlines()) == 2


def test_one_entry_is_told_with_its_sentence(client):
    tell(client, *PARTNERS)
    told = client.get("/entries/2").json()
    assert told["entry"]["subject"] == "agency/HEALTH"
    assert told["sentence"] == "Agency HEALTH joined as relevant agency (HEALTH)"
    assert client.get("/entries/4").status_code == 404


def test_a_rare_filter_gives_short_pages_that_go_on():
    class Long:
        """A recorder of a long ledger in which nothing is wanted."""

        def entries(self, after, limit=None, *, upto):
            assert upto - after <= MOST_LOOKED_AT
            return iter(())

    feed = Feed.__new__(Feed)
    feed.recorder = cast("LedgerRecorder", Long())
    page = feed.page(Filter(type="rare"), 0, MOST_LOOKED_AT * 2, 10)
    assert (page.entries, page.looked_up_to, page.goes_on) == ([], MOST_LOOKED_AT, True)
    assert not feed.page(Filter(type="rare"), MOST_LOOKED_AT, MOST_LOOKED_AT * 2, 10).goes_on


def test_a_record_shows_what_counts_as_corrected_and_what_was_withdrawn(client):
    tell(client, *CASE)
    correction = {"position": 10, "changes": {"due_on": "2020-02-29"}, "reason": "A slip."}
    tell(client, event("action.corrected", "action/ACT-2", correction))
    told = client.get("/records/action/ACT-2").json()
    assert (told["version"], told["void"], [entry["counts"] for entry in told["entries"]]) == (2, False, [True, True])
    assert told["entries"][0]["entry"]["data"]["due_on"] == "2019-12-31"
    assert told["entries"][0]["as_corrected"]["data"]["due_on"] == "2020-02-29"
    assert told["entries"][0]["as_corrected"]["by"] == [11]
    tell(client, event("action.withdrawn", "action/ACT-2", {"position": 10, "reason": "Twice.", "decided_by": "LA"}))
    told = client.get("/records/action/ACT-2").json()
    assert (told["void"], told["entries"][0]["counts"]) == (True, False)
    earlier = client.get("/records/action/ACT-2?as_at=10").json()
    assert (earlier["version"], len(earlier["entries"]), "as_corrected" in earlier["entries"][0]) == (1, 1, False)
    assert client.get("/records/action/ACT-2?as_at=9").status_code == 404
    assert client.get("/records/action/ACT-2?as_at=2019-12-31").status_code == 404
    assert client.get("/records/action/ACT-2?as_at=2020-01-01").json()["version"] == 3


def test_a_history_follows_references_from_an_incident_on(client):
    head = tell(client, *CASE)[-1]
    told = history(client, "INC-1", head).json()
    assert [record["record"] for record in told["records"]] == [
        "incident/INC-1", "rapid-review/RR-1", "review/REV-1", "action/ACT-1", "action/ACT-2",
    ]  # fmt: skip
    assert [entry["position"] for entry in told["entries"]] == [5, 7, 8, 9, 10]
    assert told["elsewhere"] == ["incident/INC-2"]


def test_a_history_before_a_position_holds_exactly_what_was_recorded_before_it(client):
    head = tell(client, *CASE)[-1]
    everything = [entry["position"] for entry in history(client, "INC-1", head).json()["entries"]]
    for before in range(6, head + 2):
        told = history(client, "INC-1", head, before=before).json()
        assert [entry["position"] for entry in told["entries"]] == [
            position for position in everything if position < before
        ]
        assert told["as_at"] == before - 1
    assert history(client, "INC-1", head, before=5).status_code == 404
    assert history(client, "INC-1", head, before=8, as_at=6).json()["as_at"] == 6
    assert history(client, "INC-1", head, before=7, as_at="2020-01-01").json()["as_at"] == 6


def test_a_link_begins_with_the_entry_that_made_it(client):
    tell(client, *CASE)
    tell(client, rapid_review("RR-2", "INC-2"), action("ACT-3", "REV-1", day="2019-12-17"))
    corrected = {"position": 11, "changes": {"incidents": ["INC-1", "INC-2"]}, "reason": "One was forgotten."}
    head = tell(client, event("rapid-review.corrected", "rapid-review/RR-2", corrected))[-1]
    joined = {record["record"]: record["joined"] for record in history(client, "INC-1", head).json()["records"]}
    assert (joined["rapid-review/RR-2"], joined["action/ACT-3"]) == (13, 12)
    before = history(client, "INC-1", head, before=13).json()
    assert "rapid-review/RR-2" not in [record["record"] for record in before["records"]]


def test_what_was_withdrawn_since_stays_in_a_replay_and_is_told_as_withdrawn(client):
    tell(client, *CASE)
    withdrawal = {"position": 9, "reason": "Not ours.", "decided_by": "LA"}
    head = tell(client, event("action.withdrawn", "action/ACT-1", withdrawal))[-1]
    now = history(client, "INC-1", head).json()
    assert {record["record"]: record["void"] for record in now["records"]}["action/ACT-1"] is True
    assert {entry["position"]: entry["counts"] for entry in now["entries"]}[9] is False
    then = history(client, "INC-1", head, before=head).json()
    assert {entry["position"]: entry["counts"] for entry in then["entries"]}[9] is True


def test_an_incident_reported_twice_has_one_history(client):
    tell(client, *CASE, incident("INC-3"))
    head = tell(client, event("incident.duplicate-of", "incident/INC-3", {"duplicate_of": "INC-1"}))[-1]
    told = history(client, "INC-1", head).json()
    assert {record["record"]: record.get("duplicate_of") for record in told["records"]}["incident/INC-3"] == "INC-1"
    assert 11 in [entry["position"] for entry in told["entries"]]


def test_another_case_is_no_part_of_it(client):
    head = tell(
        client, *CASE, incident("INC-7"), rapid_review("RR-7", "INC-7"), review("REV-7", "RR-7"), agency("OTHER")
    )[-1]
    assert [entry["position"] for entry in history(client, "INC-7", head).json()["entries"]] == [11, 12, 13]
    assert not {11, 12, 13, 14} & {entry["position"] for entry in history(client, "INC-1", head).json()["entries"]}


@pytest.mark.parametrize(
    "address",
    [
        "/entries",
        "/entries/1",
        "/records/agency/LA",
        "/agencies",
        "/figures",
        "/rules",
        "/docs",
        "/healthz",
        "/none",
        "/events",
    ],
)
def test_head_is_answered_like_get_without_a_body(unchanged, address):
    if not positions(unchanged.get("/entries")):
        tell(unchanged, *CASE)
    asked, head = unchanged.get(address), unchanged.head(address)
    assert (head.status_code, head.content) == (asked.status_code, b"")
    assert head.headers == asked.headers


@pytest.mark.parametrize("media_type", ["text/event-stream", "application/x-ndjson"])
def test_head_of_a_stream_ends(quick, media_type):
    tell(quick, *PARTNERS)
    head = quick.head("/entries", headers={"accept": media_type})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith(media_type)
    assert "content-length" not in head.headers


def test_a_moment_that_has_not_come_is_not_answered(quick):
    head = tell(quick, *CASE)[-1]
    for as_at in ("2020-01-01", "2020-01-01T12:00:00Z", head):
        assert quick.get(f"/records/agency/LA?as_at={as_at}").json()["as_at"] == head
    for as_at in ("2020-01-02", "2031-01-01T00:00:00Z", head + 1):
        for address in (
            "/records/agency/LA",
            "/actions",
            "/incidents/INC-1/history",
            "/entries",
            "/decisions/8",
            "/figures/FIG-SIN",
        ):
            answer = quick.get(f"{address}?as_at={as_at}")
            assert (answer.status_code, f"position {head}" in answer.json()["detail"]) == (404, True), address


def test_records_and_histories_as_of_a_day_tell_only_what_had_happened_by_then(client):
    tell(client, *CASE)
    moved = {"position": 9, "changes": {"time": "2019-12-10T00:00:00Z"}, "reason": "A slip."}
    head = tell(client, event("action.corrected", "action/ACT-1", moved))[-1]

    def shown(as_of, **more):
        return [entry["position"] for entry in history(client, "INC-1", head, as_of=as_of, **more).json()["entries"]]

    assert shown("2019-12-04") == [5]
    assert shown("2019-12-10") == [5, 7, 9, 11]
    assert shown("2019-12-10", as_at=head - 1) == [5, 7]
    assert shown("2019-12-20") == shown("2020-01-01") == [5, 7, 8, 9, 10, 11]
    told = client.get("/records/action/ACT-1?as_of=2019-12-09").json()
    assert (told["entries"], told["as_of"], told["version"]) == ([], "2019-12-09", 2)
    assert [e["position"] for e in client.get("/records/action/ACT-1?as_of=2019-12-10").json()["entries"]] == [9, 11]


def test_an_entry_says_by_how_many_days_it_was_recorded_late(client):
    told_late = {"retrospective": True}
    head = tell(client, *CASE, incident("INC-8") | {"time": "2019-12-01T00:00:00Z"}, incident("INC-9") | told_late)[-1]
    days = {entry["record"]: entry["recorded_late"] for entry in history(client, "INC-1", head).json()["entries"]}
    assert (days["incident/INC-1"], days["review/REV-1"]) == (31, 16)
    (late,) = client.get("/records/incident/INC-9").json()["entries"]
    assert late["recorded_late"] is None


def test_a_decision_is_replayed_with_a_hash_that_later_entries_leave_alone(client):
    (*_, decided) = tell(
        client, *CASE, event("incident.notification-decided", "incident/INC-1", {"decision": "notify"})
    )
    first = client.get(f"/decisions/{decided}").json()
    assert [entry["position"] for entry in first["then"]["entries"]] == [5, 7, 8, 9, 10]
    assert first["then"]["decision"]["leaf"] == client.get(f"/entries/{decided}").json()["leaf"]
    assert first["aloud"][0]["heading"] == "The decision"
    withdrawal = {"position": 9, "reason": "Not ours.", "decided_by": "LA"}
    head = tell(client, event("action.withdrawn", "action/ACT-1", withdrawal))[-1]
    now = client.get(f"/decisions/{decided}?at_least={head}").json()
    assert (now["sha256"], now["then"]) == (first["sha256"], first["then"])
    assert [(each["position"], each["amends"]) for each in now["later"]["amended"]] == [(head, 9)]
    assert client.get(f"/decisions/{decided}?as_at={decided}").json()["later"] == first["later"]
    listed = client.get("/decisions?type=incident.notification-decided").json()["items"]
    assert [(item["entry"], item["decision"]) for item in listed] == [(decided, "notify")]


@pytest.mark.parametrize(
    ("place", "status"), [("/1", 404), ("/99", 404), ("/8?as_at=7", 404), ("/x", 404), ("/8?before=3", 422)]
)
def test_only_a_decision_is_replayed(quick, place, status):
    head = tell(quick, *CASE)[-1]
    assert quick.get(f"/decisions/8?at_least={head}").status_code == 200  # the review was commissioned there
    assert quick.get(f"/decisions{place}").status_code == status
