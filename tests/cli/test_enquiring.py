"""ledger enquiries, over the invented year."""

from __future__ import annotations

from ledger.enquiries import ENQUIRIES

END = ("--as-of", "2025-06-30")


def test_machines_get_a_list_of_what_was_found_with_reasons_and_entries(ask):
    found = ask("enquiries", *END, "--json").json
    assert isinstance(found, list) and found
    for item in found:
        assert item["id"] in ENQUIRIES and item["reason"] and item["source"]
        assert item["entries"] or item["told"] == "cannot-tell"
    assert {"ENQ-ACT-DELAY", "ENQ-AUD-REPEAT", "ENQ-DEPARTURE"} <= {item["id"] for item in found}


def test_people_get_each_line_and_which_led_to_nothing(ask):
    told = ask("enquiries", *END)
    assert told.code == 0
    assert "Gaps that audits find again (ENQ-AUD-REPEAT): 1" in told.out
    assert all(id_ in told.out for id_ in ENQUIRIES)


def test_one_line_may_be_asked_for_as_at_any_position(ask):
    only = ("--where", "id=ENQ-AUD-REPEAT", "--json")
    assert [item["reference"] for item in ask("enquiries", *END, *only).json] == ["information-sharing-with-gps"]
    assert ask("enquiries", *END, *only, "--as-at", "10").json == []


def test_a_field_that_is_not_there_is_told(ask):
    assert ask("enquiries", "--where", "colour=red").code != 0


def test_nothing_is_said_of_lines_that_were_not_followed(ask):
    """That a line found nothing is told only where it was asked, of everything."""
    one = ask("enquiries", *END, "--where", "id=ENQ-COR-REFUSED").out
    assert "Nothing found by: Would be refused now (ENQ-COR-REFUSED)." in one
    assert "ENQ-LATE" not in one
    assert "Nothing found by" not in ask("enquiries", *END, "--where", "record=audit").out
    unknown = ask("enquiries", "--where", "id=ENQ-NONE")
    assert (unknown.code, "--where id= takes one of ENQ-" in unknown.err) == (2, True)
