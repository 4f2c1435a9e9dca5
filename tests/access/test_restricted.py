"""A restricted record is read by the business unit, the chair and the scrutineer; for everybody else it is not there."""

from __future__ import annotations

import pytest

from ledger.access.policy import Verb, may, passes_restriction
from ledger.access.principal import Role
from tests.access.test_service import answers
from tests.api.story import on
from tests.ledger.posting import event

RESTRICTED = ("review/REV-OWN", "action/ACT-HIDDEN")
READERS = [role for role in Role if may(role, Verb.READ) and not passes_restriction(role)]


def mark(name, what, data, day="2019-12-21"):
    return event(f"{name.partition('/')[0]}.{what}", name, data, **on(day), id=f"{what}-{name}-{day}")


def recorded(door, *events):
    answer = door.post(list(events), Role.BUSINESS_UNIT)
    assert answer.status_code == 201, answer.text
    last = answer.json()[-1]["position"]
    door.get(f"/agencies?at_least={last}", Role.BUSINESS_UNIT).raise_for_status()


@pytest.fixture(scope="module")
def restricted(door):
    """The service, once two records in it are restricted, and a third was for ten days."""
    over = {"ground": "accuracy-contested", "until": "2019-12-31"}
    recorded(
        door,
        *(mark(name, "restricted", {"ground": "accuracy-contested"}) for name in RESTRICTED),
        mark("incident/INC-OWN", "restricted", over),
    )
    return door


@pytest.mark.parametrize("role", READERS)
def test_no_answer_names_it(restricted, role):
    """But an action says by reference which review it comes from."""
    for path, answer in answers(restricted, role):
        if answer.status_code not in (403, 404):
            named = {name for name in ("REV-OWN", "ACT-HIDDEN") if name in answer.text}
            known = {"REV-OWN"} if path.removeprefix("/pages") in ("/actions", "/entries") else set()
            assert named <= known, f"{path}: {named}"


@pytest.mark.parametrize("role", [role for role in READERS if may(role, Verb.SCRUTINISE)])
def test_a_line_of_enquiry_that_cannot_tell_says_so_also_to_them(restricted, role):
    told = restricted.get("/enquiries?limit=1000", role).json()["items"]
    assert {item["told"] for item in told if item["record"] == "enquiry"} == {"cannot-tell"}
    assert not {"REV-OWN", "ACT-HIDDEN"} & {item["reference"] for item in told}


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("name", RESTRICTED)
def test_it_is_answered_like_a_record_that_is_not_there(restricted, role, name):
    record, _, reference = name.partition("/")
    for query in ("", "?as_at=10"):
        answers = [restricted.get(f"/records/{record}/{each}{query}", role) for each in (reference, "NOWHERE")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(reference, "") == answers[1].text.replace("NOWHERE", "")


def test_it_is_counted_in_no_list_and_shown_in_no_history_and_no_decision(restricted):
    def seen(role):
        actions = restricted.get("/actions?limit=1", role).json()
        history = restricted.get("/incidents/INC-OWN/history", role).json()
        decisions = restricted.get("/decisions", role).json()["items"]
        told = [restricted.get(f"/decisions/{item['key']}", role).status_code for item in decisions]
        return actions["total"], {each["record"] for each in history["records"]}, set(told), len(told)

    total, records, replayed, decided = seen(Role.CHAIR)
    assert total == 2 and "review/REV-OWN" in records and replayed == {200}
    fewer, fewer_records, also_replayed, fewer_decided = seen(Role.LEAD_PARTNER)
    assert fewer == 1 and records - fewer_records == {"review/REV-OWN"}
    assert also_replayed <= {200} and fewer_decided < decided


@pytest.mark.parametrize("role", [Role.BUSINESS_UNIT, Role.CHAIR, Role.SCRUTINEER])
def test_three_roles_go_on_reading_it(restricted, role):
    for name in RESTRICTED:
        assert restricted.get(f"/records/{name}", role).json()["restricted"]["ground"] == "accuracy-contested"


def figure(door, role, id="FIG-ACT-RAISED"):
    (found,) = door.get(f"/figures/{id}?year=2019-20", role).json()["figures"]
    return found


def report(door, role, kind="annual/2019-20"):
    answer = door.get(f"/reports/{kind}", role)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.LEAD_PARTNER, Role.REPORT_BUILDER])
def test_a_figure_counts_it_and_says_how_many_entries_may_not_be_opened(restricted, role):
    whole, seen = figure(restricted, Role.CHAIR), figure(restricted, role)
    assert "entries_kept_back" not in whole
    assert (seen["value"], seen["by"]) == (whole["value"], whole["by"])
    (hidden,) = set(whole["entries"]) - set(seen["entries"])
    assert (seen["entries_kept_back"], restricted.get(f"/entries/{hidden}", role).status_code in (403, 404)) == (
        1,
        True,
    )
    page = restricted.get("/pages/figures/FIG-ACT-RAISED?year=2019-20", role).text
    assert "1 entry behind this number is of records you may not open." in page


@pytest.mark.parametrize("role", [Role.LEAD_PARTNER, Role.QA_OFFICER, Role.REPORT_BUILDER])
def test_a_report_leaves_its_row_out_and_says_so(restricted, role):
    whole, seen = report(restricted, Role.SCRUTINEER), report(restricted, role)
    assert [each["value"] for each in seen["figures"]] == [each["value"] for each in whole["figures"]]

    def reviews(told):
        (part,) = [each for each in told["parts"] if each["id"] == "PART-REVIEWS"]
        return {row["reference"] for row in part["rows"]}, part["note"]

    rows, note = reviews(whole)
    fewer, said = reviews(seen)
    assert "REV-OWN" in rows - fewer and note is None
    assert (
        said == f"Left out, since you may not open the records they tell of: {len(rows - fewer)} of {len(rows)} rows."
    )
    html = restricted.get("/reports/annual/2019-20?format=html", role).text
    assert said in html and "that you may not open" in html


def test_whoever_takes_evidence_away_reads_what_is_restricted():
    """So a bundle never leaves an entry out of what a figure rests on."""
    assert {role for role in Role if may(role, Verb.EXPORT)} <= {role for role in Role if passes_restriction(role)}


def test_nothing_is_posted_to_it_by_who_does_not_read_it(restricted):
    def told(reference):
        data = {"progress": "Words."}
        posted = event("action.accepted", f"action/{reference}", data, **on("2019-12-22"), source="/agencies/HEALTH")
        return restricted.post(posted, Role.PARTNER_SUBMITTER).text.replace(reference, "")

    assert told("ACT-HIDDEN") == told("ACT-NOWHERE")


def test_a_restriction_that_ended_withholds_nothing(restricted):
    assert restricted.get("/records/incident/INC-OWN", Role.LEAD_PARTNER).status_code == 200
    recorded(restricted, *(mark(name, "unrestricted", {}, "2019-12-22") for name in RESTRICTED))
    for name in RESTRICTED:
        assert restricted.get(f"/records/{name}", Role.LEAD_PARTNER).status_code == 200
