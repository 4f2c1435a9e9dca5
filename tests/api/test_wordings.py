"""Lists say what each action, finding and recommendation is about, in the words it was recorded in, to whoever reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from ledger.access.erasing import Askings, Scope, asked, carry_out, confirmed
from ledger.access.in_full import in_full
from ledger.access.openings import Opener
from ledger.access.principal import Principal, Role
from ledger.access.wordings import Asker, worded
from ledger.application import Ledger
from ledger.evidence.erasures import Erasures
from tests.api.story import CASE, action, on, tell
from tests.ledger.posting import clock_at_noon, event

FORMULA = '=HYPERLINK("http://elsewhere.example")'
TOLD = (
    event("review.recommendation-made", "review/REV-1", {"number": 1, "text": "Ask the school."}, **on("2019-12-18")),
    event("audit.held", "audit/AUD-1", {"kind": "deep-dive", "topic": "neglect", "held_on": "2019-12-01", "cases_sampled": 3}, **on("2019-12-01")),
    event("audit.finding-recorded", "audit/AUD-1", {"number": 1, "kind": "gap", "text": "No chronology.", "agencies": ["LA"]}, **on("2019-12-20")),
    event("scrutiny.undertaken", "scrutiny/SCR-1", {"area": "timeliness", "method": "interviews", "by": "independent-scrutineer", "undertaken_on": "2019-12-20"}, **on("2019-12-20")),
    event("scrutiny.challenged", "scrutiny/SCR-1", {"number": 1, "to_group": "QAS", "challenge": "Why so late?", "challenged_on": "2019-12-21"}, **on("2019-12-21")),
    event("scrutiny.recommended", "scrutiny/SCR-1", {"number": 1, "text": "Meet sooner.", "recommended_on": "2019-12-21"}, **on("2019-12-21")),
)  # fmt: skip
CORRECTED = {"position": 10, "changes": {"text": "Tell all family doctors."}, "reason": "Not some of them."}


@pytest.fixture
def told(client):
    """A service that holds one case, a finding, a challenge and recommendations; ACT-2 stands at position 10, its corrected words at 17."""
    wrong = event("action.corrected", "action/ACT-2", CORRECTED, **on("2019-12-22"))
    head = tell(client, *CASE, *TOLD, wrong)[-1]
    client.get(f"/agencies?at_least={head}").raise_for_status()
    return client


def in_full_of(client, path="/pages/actions/in-full/csv"):
    """Reference -> what has to be done, and what is left out, of each action in full."""
    rows = csv.DictReader(io.StringIO(client.get(path).text))
    return {row["Action"]: (row["What has to be done"], row["Left out"]) for row in rows if row["Step"] == "raised"}


def said(client, path):
    """Reference -> the words of each item."""
    return {i["reference"]: (i["words"], i["words_are"]) for i in client.get(path).json()["items"]}


def test_an_action_says_what_has_to_be_done_as_it_was_worded_then(told):
    assert said(told, "/actions") == {
        "ACT-1": ("Tell family doctors.", "kept"),
        "ACT-2": ("Tell all family doctors.", "kept"),
    }
    assert said(told, "/actions?as_at=16")["ACT-2"] == ("Tell family doctors.", "kept")
    assert "Tell all family doctors." in told.get("/pages/actions").text
    assert in_full_of(told)["ACT-2"] == ("Tell all family doctors.", "")
    assert in_full_of(told, "/pages/actions/in-full/csv?as_at=16")["ACT-2"] == ("Tell family doctors.", "")


def test_the_words_of_parts_stand_with_their_part_and_no_other(told):
    (review,) = [each for item in told.get("/reviews").json()["items"][:1] for each in item["reviews"]]
    assert [each["words"] for each in review["recommendations"]] == ["Ask the school."]
    (audit,) = told.get("/audits").json()["items"]
    assert "words" not in audit
    assert [each["words"] for each in audit["findings"]] == ["No chronology."]
    (scrutiny,) = told.get("/scrutiny").json()["items"]
    assert [each["words"] for each in scrutiny["put"]] == ["Why so late?"]
    assert [each["words"] for each in scrutiny["recommended"]] == ["Meet sooner."]
    for page, words in (("reviews", "Ask the school."), ("audits", "No chronology."), ("challenges", "Why so late?")):
        assert words in told.get(f"/pages/{page}").text, page


def test_what_is_closed_stays_closed(told):
    for path in ("/reviews", "/pages/reviews", "/pages/incidents/INC-1/history"):
        assert "Words that are sealed." not in told.get(path).text


def test_a_list_asks_the_vault_once(told, monkeypatch):
    asked_for = []
    words = Ledger.words

    def counting(ledger: Ledger, positions: Sequence[int]):
        asked_for.append(positions)
        return words(ledger, positions)

    monkeypatch.setattr(Ledger, "words", counting)
    told.get("/actions")
    assert len(asked_for) == 1
    told.get("/pages/incidents/INC-1/history")
    assert len(asked_for) == 2


def test_no_download_brings_a_formula_along(told):
    raised = action("ACT-3", "REV-1")
    raised["data"]["text"] = FORMULA
    head = tell(told, raised)[-1]
    for path in (f"/actions?format=csv&at_least={head}", "/pages/actions/download/csv"):
        rows = {row["reference"]: row for row in csv.DictReader(io.StringIO(told.get(path).text))}
        assert rows["ACT-3"]["words"] == f"'{FORMULA}", path
    assert {item["words"] for item in told.get("/pages/actions/download/json").json()["items"]} >= {FORMULA}
    assert in_full_of(told)["ACT-3"] == (f"'{FORMULA}", "")


def test_words_that_were_erased_are_said_to_be(told, database, tmp_path):
    ledger, askings = told.app.state.parts.ledger, Askings.open(database, clock_at_noon())
    ledger.erasures = Erasures(tmp_path / "erased")
    ann, ben = Opener("oidc:ann", "business-unit", "BU"), Opener("oidc:ben", "delegated-partner", "LA")
    number = asked(ledger, askings, ann, Scope("action/ACT-2"), "unlawful").number
    carry_out(ledger, askings, confirmed(ledger, askings, number, ben))
    askings.close()
    for moment in ("", "?as_at=10"):
        assert said(told, f"/actions{moment}")["ACT-2"] == (None, "erased")
    assert "Its words were erased" in told.get("/pages/actions").text
    assert in_full_of(told)["ACT-2"] == ("", "What has to be done: erased")
    assert "These words were erased" in told.get("/pages/incidents/INC-1/history").text


def test_a_restriction_counts_before_the_tables_have_come_to_it(told, monkeypatch):
    head = tell(told, event("action.restricted", "action/ACT-1", {"ground": "accuracy-contested"}, **on("2019-12-22")))[
        -1
    ]
    parts = told.app.state.parts
    parts.tables.wait_for(head, 30)
    items = told.get(f"/actions?as_at={head - 1}").json()["items"]
    monkeypatch.setattr(parts.tables, "position", lambda: head - 1)

    def read_by(role):
        asker = Asker(Principal(role, "HEALTH", "somebody"), head - 1, clock_at_noon().now().date())
        return {i["reference"]: (i["words"], i["words_are"]) for i in worded(parts.ledger, parts.tables, items, asker)}

    def in_full_for(role):
        asker = Asker(Principal(role, "HEALTH", "somebody"), head - 1, clock_at_noon().now().date())
        table = in_full(parts.ledger, parts.tables, "actions", ["ACT-1"], asker)
        return {row[table.heads.index("What has to be done")] for row in table.rows if row[0] == "ACT-1"} - {None}

    assert read_by(Role.PARTNER_READER)["ACT-1"] == (None, "restricted")
    assert in_full_for(Role.PARTNER_READER) == set()
    assert in_full_for(Role.CHAIR) == {"Tell family doctors."}
    assert read_by(Role.PARTNER_READER)["ACT-2"][1] == "kept"
    assert read_by(Role.CHAIR)["ACT-1"] == ("Tell family doctors.", "kept")
