"""ledger report and ledger figure: the figures of the invented year, and how they are written."""

from __future__ import annotations

import csv
import json

import pytest

MEMBERS = [
    "id", "caption", "value", "unit", "kind", "by", "numerator", "denominator", "definition", "version", "entries",
]  # fmt: skip


def test_a_report_for_machines_has_its_agreed_shape(ask):
    ended = ask("report", "annual", "2024-25", "--json")
    told = ended.json
    assert (ended.code, told["period"]) == (0, "2024-25")
    assert {"as_at", "period", "figures"} <= set(told)
    assert (told["demonstration"], told["retrospective"]) == (True, False)
    assert told["notice"].startswith("This partnership does not exist")
    assert len(told["figures"]) > 40
    for figure in told["figures"]:
        assert [name for name in figure if name in MEMBERS] == MEMBERS
        assert all(isinstance(position, int) and position <= told["as_at"] for position in figure["entries"])


def test_the_same_report_is_the_same_bytes(ask):
    arguments = ("report", "annual", "2024-25", "--as-at", "300", "--json")
    assert ask(*arguments).out == ask(*arguments).out


def test_an_earlier_position_gives_the_report_of_then(ask):
    def notified(when):
        figures = ask("report", "annual", "2024-25", "--as-at", when, "--json").json["figures"]
        return next(figure for figure in figures if figure["id"] == "FIG-SIN")["value"]

    assert notified("2024-05-01") == 1
    assert notified("2025-06-30") > 1


@pytest.mark.parametrize(("format_", "begins"), [("json", '{"as_at"'), ("csv", "figure,"), ("html", "<!DOCTYPE html>")])
def test_a_report_is_written_as_a_document(ask, tmp_path, format_, begins):
    printed = ask("report", "annual", "2024-25", "--format", format_)
    filed = ask("report", "annual", "2024-25", "--format", format_, "--out", tmp_path / "report")
    assert (printed.code, filed.code, filed.out) == (0, 0, "")
    assert printed.out.startswith(begins)
    assert (tmp_path / "report").read_bytes() == printed.out.encode()


def test_the_documents_say_the_same(ask):
    report = json.loads(ask("report", "annual", "2024-25", "--format", "json").out)
    rows = list(csv.DictReader(ask("report", "annual", "2024-25", "--format", "csv").out.splitlines()))
    page = ask("report", "annual", "2024-25", "--format", "html").out
    whole = {row["figure"]: row["value"] for row in rows if not row["dimension"]}
    for figure in report["figures"]:
        assert whole[figure["id"]] == ("" if figure["value"] is None else str(figure["value"]))
        assert figure["id"] in page
    assert "Northmere and Ashdale" in page


def test_people_read_a_table_for_each_section(ask):
    out = ask("report", "annual", "2024-25").out
    assert "Figures of 2024-25" in out
    assert out.index("A demonstration") < out.index("This partnership does not exist") < out.index("FIG-")
    assert "FIG-SIN-5WD" in out


def test_a_figure_shows_its_working(ask):
    told = ask("figure", "FIG-SIN-5WD", "--year", "2024-25", "--json").json
    (figure,) = told["figures"]
    assert figure["denominator"]["value"] >= figure["numerator"]["value"] > 0
    out = ask("figure", "FIG-SIN-5WD", "--year", "2024-25", "--entries").out
    assert all(name in out for name in ("definition:", "numerator:", "denominator:"))
    assert "INC-2024-001" in out


def test_a_figure_on_a_day(ask):
    def overdue(day):
        (figure,) = ask("figure", "FIG-ACT-OVERDUE", "--on", day, "--json").json["figures"]
        return figure["value"]

    assert overdue("2024-06-01") == 0
    assert overdue("2025-06-30") > 0
    assert ask("figure", "FIG-ACT-OVERDUE").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("report", "annual", "2024"), 2),
        (("report", "annual", "2024-26"), 2),
        (("report", "annual", "2024-25", "--json", "--format", "csv"), 2),
        (("report", "annual", "2024-25", "--out", "report.txt"), 2),
        (("report", "annual", "2024-25", "--format", "csv", "--out", "none/report.csv"), 2),
        (("report", "annual", "2024-25", "--format", "docx"), 2),
        (("report", "monthly"), 2),
        (("figure", "FIG-NONE", "--year", "2024-25"), 3),
        (("figure", "FIG-SIN", "--year", "2024-25", "--on", "2024-05-01"), 2),
        (("figure", "FIG-SIN", "--on", "never"), 2),
    ],
)
def test_what_cannot_be_reported_is_told(ask, arguments, code):
    ended = ask(*arguments)
    assert ended.code == code
    assert "Traceback" not in ended.err


def test_a_year_that_is_yet_to_begin_has_no_report(ask):
    ended = ask("report", "annual", "2099-00")
    assert (ended.code, ended.out) == (2, "")
    assert "2099-00 begins on 1 April 2099: there is nothing to report of it yet." in ended.err


def test_the_year_so_far_is_told_up_to_the_last_entry_by_every_command(ask):
    """Not up to its last day, which is to come, nor to today, so that the same position gives the same bytes on every day."""
    told = ask("report", "annual", "2025-26", "--json").json
    assert told["as_of"] == "2025-06-27"
    reported = {each["id"]: each["value"] for each in told["figures"]}
    for id_ in ("FIG-LCSPR-AGE", "FIG-ACT-OVERDUE", "FIG-ACT-RAISED"):
        found = ask("figure", id_, "--year", "2025-26", "--json").json
        assert (found["as_of"], found["figures"][0]["value"]) == ("2025-06-27", reported[id_])
    at = str(told["as_at"])
    assert ask("report", "annual", "2025-26", "--as-at", at, "--json").json == told
    assert ask("report", "annual", "2025-26", "--as-of", "2026-03-31", "--json").json["figures"] != told["figures"]
    assert ask("report", "quarterly", "2025-26-Q1", "--as-at", "2025-06-26", "--json").json["as_of"] == "2025-06-26"
