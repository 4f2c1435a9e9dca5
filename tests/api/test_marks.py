"""What is set beside a record is shown wherever the record is: statements, a restriction, a hold."""

from __future__ import annotations

import pytest

from tests.api.story import CASE, incident, on, tell
from tests.ledger.posting import event

STATEMENT = {"position": 9, "statement": "We were never asked.", "whose": "agency", "agency": "HEALTH"}
MARKS = (
    event("action.statement-added", "action/ACT-1", STATEMENT, **on("2019-12-21")),
    event(
        "action.restricted", "action/ACT-1", {"ground": "accuracy-contested", "until": "2019-12-31"}, **on("2019-12-21")
    ),
    event("incident.hold-placed", "incident/INC-1", {"authority": "Inquiry"}, **on("2019-12-21")),
)


@pytest.fixture
def told(client):
    """A service that holds one case and what is set beside it; ACT-1 was raised at position 9."""
    head = tell(client, *CASE, *MARKS)[-1]
    client.get(f"/agencies?at_least={head}")
    return client


def test_every_list_shows_the_marks(told):
    items = told.get("/actions?as_of=2019-12-31").json()["items"]
    assert {i["reference"]: (i["restricted"], i["statements"]) for i in items} == {
        "ACT-1": (True, [11]),
        "ACT-2": (False, []),
    }
    assert "restricted,statements,recorded_late" in told.get("/actions?format=csv").text.splitlines()[0]


def test_a_restriction_ends_after_its_last_day_and_begins_with_its_first(told):
    for day, restricted in (("2019-12-20", False), ("2019-12-21", True), ("2019-12-31", True), ("2020-01-01", False)):
        items = told.get(f"/actions?as_of={day}&reference=ACT-1").json()["items"]
        assert [item["restricted"] for item in items] == [restricted], day
    assert [i["statements"] for i in told.get("/actions?as_at=10&reference=ACT-1").json()["items"]] == [[]]


def test_a_record_shows_what_stands_beside_each_entry(told):
    record = told.get("/records/action/ACT-1").json()
    assert record["restricted"] == {"ground": "accuracy-contested", "position": 12, "until": "2019-12-31"}
    (beside,) = record["entries"][0]["statements"]
    assert (beside["position"], beside["whose"], beside["agency"]) == (11, "agency", "HEALTH")
    assert "statements" not in record["entries"][1]
    assert told.get("/records/incident/INC-1").json()["holds"] == [{"position": 13, "authority": "Inquiry"}]


def test_a_history_and_a_single_entry_show_it_too(told):
    history = told.get("/incidents/INC-1/history").json()
    assert [e["statements"][0]["position"] for e in history["entries"] if "statements" in e] == [11]
    assert [r["record"] for r in history["records"] if "holds" in r] == ["incident/INC-1"]
    assert [each["position"] for each in told.get("/entries/9").json()["statements"]] == [11]
    assert "statements" not in told.get("/entries/10").json()


def test_the_words_of_a_statement_are_sealed_also_where_it_is_corrected(told):
    better = {"position": 11, "changes": {"statement": "We were asked too late."}, "reason": "Said wrongly."}
    (position,) = tell(told, event("action.corrected", "action/ACT-1", better, **on("2019-12-22")))
    for at in (11, position):
        assert "asked" not in told.get(f"/entries/{at}").text


def test_lists_of_their_own(told):
    assert [i["record"] for i in told.get("/holds").json()["items"]] == ["incident"]
    assert [i["position"] for i in told.get("/statements").json()["items"]] == [9]
    assert [i["ground"] for i in told.get("/restrictions").json()["items"]] == ["accuracy-contested"]


def test_every_list_says_by_how_many_days_the_latest_entry_behind_an_item_came_late(told):
    """All of it is recorded on 1 January 2020; CASE raises the actions on 20 December."""

    def late(asked):
        return {item["reference"]: item["recorded_late"] for item in told.get(asked).json()["items"]}

    assert late("/actions") == {"ACT-1": 12, "ACT-2": 12}
    assert late("/reviews")["INC-1"] == 31
    done = {"completed_on": "2019-12-27", "evidence": [{"kind": "policy-artefact"}]}
    head = tell(
        told,
        event("action.completed", "action/ACT-1", done, **on("2019-12-27")),
        incident("INC-9", known_on="2019-12-28"),
        event("agency.registered", "agency/FIRE", {"code": "FIRE", "name": "Fire", "sector": "other", "standing": "relevant-agency"},
              time="2019-04-01T00:00:00+01:00", retrospective=True),
    )[-1]  # fmt: skip
    assert late(f"/actions?at_least={head}") == {"ACT-1": 12, "ACT-2": 12}
    assert late("/reviews")["INC-9"] == 4, "from the day it became known"
    assert late("/agencies")["FIRE"] is None, "entered afterwards: nobody's delay"
