"""A case on its pages: the timeline, one record, one entry down to its bytes, and each decision without hindsight."""

from __future__ import annotations

import json
import re

import pytest

from ledger.access.principal import Role
from tests.access.signing_in import posted
from tests.web.reading import said


def test_a_case_is_told_in_the_order_it_happened_or_was_recorded(year):
    happened = year.get("/pages/incidents/INC-2024-002/history")
    recorded = year.get("/pages/incidents/INC-2024-002/history?order=recorded")
    days = [each.attrib["datetime"] for each in happened.all("time")]
    assert days == sorted(days)
    numbers = [
        int(each.attrib["id"].removeprefix("entry-"))
        for each in recorded.all("div")
        if each.get("id", "").startswith("entry-")
    ]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(days)
    assert re.search(r"Corrected by entry \d+", happened.main)
    assert "Text: " in happened.main


def test_without_hindsight_a_case_ends_before_the_decision(year):
    page = year.get("/pages/incidents/INC-2024-002/history?before=77&order=recorded")
    assert "Without hindsight" in page.main
    numbers = [
        int(each.attrib["id"].removeprefix("entry-"))
        for each in page.all("div")
        if each.get("id", "").startswith("entry-")
    ]
    assert numbers
    assert max(numbers) < 77
    assert "Corrected" not in page.main


def test_a_decision_shows_what_came_later_only_when_asked(year):
    without = year.get("/pages/decisions/77")
    assert "Without hindsight" in without.main
    assert "What came later" not in [said(each) for each in without.all("h2")]
    assert "escalated with NALA" not in without.main
    with_ = year.get("/pages/decisions/77?later=shown")
    assert "What came later" in [said(each) for each in with_.all("h2")]
    assert "escalated with NALA" in with_.main
    assert (
        "357af6b5c603c578294d7bc2bb45e4854dc69d141d36c87a982e00c56479677c" in without.main
        or json.loads(year.client.get("/decisions/77").text)["sha256"] in without.main
    )


def test_one_steps_from_decision_to_decision(year):
    seen = [77]
    for _ in range(3):
        links = [
            href
            for href in year.get(f"/pages/decisions/{seen[-1]}").links
            if re.fullmatch(r"/pages/decisions/[0-9]+", href)
        ]
        seen.append(max(int(href.rpartition("/")[2]) for href in links))
    assert seen == sorted(set(seen))


def test_an_entry_opens_to_its_sentence_its_facts_its_bytes_and_its_proof(case):
    page = case.get("/pages/entries/5")
    told = case.client.get("/entries/5").json()
    assert told["sentence"].replace("'", "’") in page.main
    assert said(page.one("pre")) == case.client.get(
        "/entries/5", headers={"accept": "application/json"}
    ).text.partition('"entry":')[2].removesuffix("}")
    assert told["leaf"] in page.main
    assert "/entries/5/receipt" in page.links
    assert "Sealed. Every opening is logged." in page.main
    assert "Words that are sealed." not in page.text
    assert "/pages/records/incident/INC-1" in page.links


def test_a_record_is_shown_as_it_stood(case):
    now = case.get("/pages/records/incident/INC-1")
    assert "/pages/incidents/INC-1/history" in now.links
    then = case.get("/pages/records/incident/INC-1?as_at=5")
    assert "1 entry of this record" in then.main
    case.get("/pages/records/incident/INC-1?as_at=4", status=404)


@pytest.mark.parametrize(
    "address",
    ["/pages/entries/99999", "/pages/decisions/1", "/pages/incidents/INC-404/history", "/pages/records/action/NONE"],
)
def test_what_is_not_there_is_said_on_a_page(case, address):
    assert case.get(address, status=404).h1 == "Page not found"


def test_rows_of_lists_lead_to_their_records(year):
    assert "/pages/records/action/ACT-2024-001" in year.get("/pages/actions").links
    assert "/pages/incidents/INC-2024-002/history" in year.get("/pages/reviews").links
    assert any(href.startswith("/pages/decisions/") for href in year.get("/pages/decisions").links)


def test_sealed_words_are_opened_for_a_purpose_and_only_once_that_is_written_down(as_role):
    reader = as_role(Role.BUSINESS_UNIT, "BU")
    page = reader.get("/pages/entries/72")
    assert "Open the sealed words" in page.main
    answer = posted(reader.client, "/pages/entries/72", "/pages/entries/72/openings", purpose="scrutiny")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "stands in the access log" in answer.text
    wrong = posted(reader.client, "/pages/entries/72", "/pages/entries/72/openings", purpose="curiosity")
    assert wrong.status_code == 422
    assert "curiosity" not in wrong.text


def test_who_may_not_open_is_not_asked_for_a_purpose(as_role):
    reader = as_role(Role.PARTNER_READER, "NALA")
    assert "Open the sealed words" not in reader.get("/pages/entries/72").main
    refused = posted(reader.client, "/pages/entries/72", "/pages/entries/72/openings", purpose="scrutiny")
    assert refused.status_code == 403


def test_an_entry_is_shown_as_it_counted_at_a_moment(year):
    """What corrects it later is not told, nor is what came after it offered."""
    told = [
        each
        for each in year.client.get("/entries", params={"limit": 500}).json()["entries"]
        if each["entry"]["type"].endswith(".corrected")
    ]
    by = told[0]["position"]
    corrected = int(told[0]["entry"]["data"]["position"])
    assert f"Corrected by entry {by}" in year.get(f"/pages/entries/{corrected}").main
    page = year.get(f"/pages/entries/{corrected}", params={"as_at": str(by - 1)})
    assert "Corrected by" not in page.main
    assert "You are looking at the ledger as it stood" in page.main
    assert (
        f"/pages/entries/{by}?as_at={by}"
        not in year.get(f"/pages/entries/{by - 1}", params={"as_at": str(by - 1)}).links
    )
    year.get(f"/pages/entries/{by}", params={"as_at": str(by - 1)}, status=404)


def test_from_a_decision_each_entry_is_opened_as_it_counted_then(year):
    then, later = year.get("/pages/decisions/77").links, year.get("/pages/decisions/77?later=shown").links
    assert {f"/pages/entries/{position}?as_at=77" for position in (72, 74, 75, 76, 77)} <= set(then)
    assert not [each for each in then if each.startswith("/pages/entries/") and not each.endswith("?as_at=77")]
    assert "/pages/entries/84" in later
    assert "Corrected by entry 356" in year.get("/pages/entries/72").main
    assert "Corrected by" not in year.get("/pages/entries/72?as_at=77").main


def test_a_seal_is_not_late_for_bearing_the_time_of_what_it_seals(year):
    told = year.client.get("/records/ledger/LEDGER").json()["entries"]
    seal = next(each for each in told if each["entry"]["type"].endswith("heads-sealed"))
    assert seal["entry"]["time"][:10] < seal["entry"]["recordedtime"][:10]
    assert seal["recorded_late"] is None
    assert "later" not in year.get("/pages/records/ledger/LEDGER").main
