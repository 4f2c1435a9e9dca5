"""ledger actions, escalations, reviews and audits, over the invented year."""

from __future__ import annotations

import pytest

from ledger.cli import lists
from ledger.projections.questions import BY_NAME

LISTS = (
    "actions", "escalations", "reviews", "audits", "clocks", "decisions", "groups", "attendance", "training", "finance", "indicators",
    "departures", "retention",
)  # fmt: skip
END = ("--as-of", "2025-06-30")


def test_every_list_that_is_asked_over_http_is_a_command_too():
    assert {listed.name for listed in lists.LISTS} == set(BY_NAME)


@pytest.mark.parametrize("word", LISTS)
def test_a_list_says_what_it_is_as_at_and_as_of_and_has_the_same_rows_for_people(ask, word):
    ended = ask(word, *END, "--json")
    told = ended.json
    assert (ended.code, told["as_of"]) == (0, "2025-06-30")
    assert list(told) == ["as_at", "as_of", "total", "items"]
    assert told["total"] == len(told["items"]) > 0
    table = ask(word, *END)
    assert table.code == 0
    assert all(item["reference"] in table.out for item in told["items"])


@pytest.mark.parametrize("word", LISTS)
def test_before_anything_was_recorded_a_list_is_empty(ask, word):
    assert ask(word, "--as-at", "0", *END, "--json").json["items"] == []


def test_an_action_is_open_then_and_closed_now(ask):
    one = ("--where", "reference=ACT-2024-001", "--json")
    (then,) = ask("actions", "--as-at", "2024-06-01", *one).json["items"]
    (now,) = ask("actions", *END, *one).json["items"]
    assert (then["state"], now["state"]) == ("accepted", "closed")


def test_overdue_is_worked_out_for_the_day(ask):
    forgotten = ("--where", "reference=ACT-2024-003", "--json")
    (in_time,) = ask("actions", "--as-of", "2024-09-30", *forgotten).json["items"]
    (late,) = ask("actions", *END, *forgotten).json["items"]
    assert (in_time["overdue"], late["overdue"], late["days_over"]) == (False, True, 273)
    assert "yes, 273 days" in ask("actions", *END).out


def test_filters_order_and_length(ask):
    told = ask(
        "actions", *END, "--where", "state=closed", "--where", "state=assured", "--sort", "-due_on", "--json"
    ).json
    days = [item["due_on"] for item in told["items"]]
    assert {item["state"] for item in told["items"]} == {"closed", "assured"}
    assert days == sorted(days, reverse=True)
    few = ask("actions", *END, "--limit", "2", "--json").json
    assert len(few["items"]) == 2 < few["total"]
    assert f"2 of {few['total']}." in ask("actions", *END, "--limit", "2").err


def test_what_is_asked_wrongly_is_bad_usage(ask):
    for wrong in (
        ("--where", "colour=red"),
        ("--where", "overdue=yes"),
        ("--where", "state=finished"),
        ("--where", "state"),
        ("--sort", "colour"),
        ("--as-of", "soon"),
        ("--as-at", "then"),
    ):
        ended = ask("actions", *wrong)
        assert (ended.code, ended.out) == (2, ""), wrong


def test_a_lapsed_escalation_is_marked(ask):
    lapsed = ask("escalations", *END, "--where", "lapsed=true", "--json").json["items"]
    assert [item["reference"] for item in lapsed] == ["ESC-2024-001"]
    line = next(line for line in ask("escalations", *END).out.splitlines() if "ESC-2024-001" in line)
    assert "yes" in line


def test_the_decision_is_replayed_without_hindsight(ask):
    replay = ask("history", "INC-2024-002", "--before", "77", "--and-after", "--json").json
    assert max(entry["position"] for entry in replay["entries"]) < 77
    assert min(entry["position"] for entry in replay["later"]) == 77
    assert "escalation" not in {entry["entry"]["subject"].partition("/")[0] for entry in replay["entries"]}


def test_a_decision_is_read_aloud_and_told_to_machines(ask):
    (first, *_) = ask("decisions", *END, "--where", "departures=CWAC-SIN-VOTE", "--json").json["items"]
    assert (first["entry"], first["dissent"]) == (77, ["NAICB", "NPOL"])
    told = ask("replay", "77", "--json").json
    assert [entry["position"] for entry in told["then"]["entries"]] == [72, 74, 75, 76]
    assert told["later"]["as_at"] == ask("decisions", *END, "--json").json["as_at"]
    aloud = " ".join(ask("replay", "77").out.split())
    assert "On 10 June 2024 this was decided in the incident INC-2024-002: “Decided not to notify”." in aloud
    assert told["sha256"] in aloud
    assert "which was against the decision" in aloud
    earlier = ask("replay", "77", "--as-at", "100", "--json").json
    assert (earlier["sha256"], earlier["later"]["as_at"]) == (told["sha256"], 100)


def test_what_is_no_decision_is_not_replayed(ask):
    for position, why in (("76", "incident.view-stated"), ("9999", "9999"), ("77", "77")):
        ended = ask("replay", position, *(("--as-at", "76") if position == "77" else ()))
        assert (ended.code, ended.out, why in ended.err) == (3, "", True)
