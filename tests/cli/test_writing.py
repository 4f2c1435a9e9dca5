"""From a written section to the Panel: a report's whole way, by command; a text is looked at before it is recorded and after."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ledger.clock import SystemClock
from ledger.domain.calendar import london_day, start_of_day
from tests.api.conftest import listening
from tests.ledger.posting import event

SECTORS = {"LA": "local-authority", "POLICE": "police", "HEALTH": "health"}
PARTNERS = [
    event(
        "agency.registered",
        f"agency/{code}",
        {"code": code, "name": f"Agency {code}", "sector": sector, "standing": "statutory-partner"},
    )
    for code, sector in SECTORS.items()
]
REPORT = ("annual", "2019-20")
TEXT = "## The year\n\nWe notified {{FIG-SIN}} incidents.\n"


def today() -> str:
    """The day it is at this step: the program publishes on its own clock's day, and a run may go on past midnight."""
    return london_day(SystemClock().now()).isoformat()


def this_morning() -> str:
    """The midnight that begins today, as an event says it whose time is exact to the day."""
    return start_of_day(date.fromisoformat(today())).isoformat()


def of_report(name: str, source: str = "/business-unit", **data: Any) -> dict[str, Any]:
    return event(f"report.{name}", "report/ANNUAL-2019-20", data, source=source, time=this_morning())


def posted(run, tmp_path, what: Any, *more: str) -> None:
    (tmp_path / "post.json").write_text(json.dumps(what))
    done = run("post", "post.json", *more)
    assert done.code == 0, done.out + done.err


def steps(run) -> dict[str, str]:
    return {each["name"]: each["done"] for each in run("report", "standing", *REPORT, "--json").json["steps"]}


def test_a_report_goes_its_whole_way_by_command(run, tmp_path):
    posted(run, tmp_path, PARTNERS)
    (tmp_path / "foreword.md").write_text(TEXT)
    written = run("report", "section", *REPORT, "foreword", "foreword.md", "--json").json
    assert (written["text"], written["findings"]) == (TEXT, [])
    assert run("report", "section", *REPORT, "foreword").out == TEXT
    assert "stands there already" in run("report", "section", *REPORT, "foreword", "foreword.md").out
    assert steps(run)["written"] == "done"
    posted(run, tmp_path, of_report("drafted", kind="annual", period="2019-20", draft=1, as_at=4, drafted_on=today()))
    for who in ("LA", "POLICE", "HEALTH"):
        assert steps(run)["signed-off"] == "to-do"
        signed = of_report("signed-off", f"/agencies/{who}", agency=who, draft=1, signed_on=today())
        posted(run, tmp_path, signed, "--by", f"lead-partner@{who}")
    refused = run("publish", *REPORT, "--out", "files")
    assert (refused.code, "cleared these sections" in refused.err, (tmp_path / "files").exists()) == (1, True, False)
    cleared = of_report(
        "section-cleared", "/agencies/POLICE", section="foreword", sha256=written["sha256"], by="lead-partner", agency="POLICE",
        cleared_on=today(),
    )  # fmt: skip
    posted(run, tmp_path, cleared, "--by", "lead-partner@POLICE")
    assert run("publish", *REPORT, "--out", "files").code == 0
    assert (tmp_path / "files" / "public" / "annual-2019-20.pdf").read_bytes()[:5] == b"%PDF-"
    assert steps(run) == dict.fromkeys(("written", "drafted", "signed-off", "cleared", "published"), "done") | {
        "sent": "to-do"
    }
    posted(run, tmp_path, of_report("circulated", to=["national-panel", "foundations"], circulated_on=today()))
    assert set(steps(run).values()) == {"done"}
    told = run("report", "standing", *REPORT).out
    assert "cleared by the lead partner of POLICE" in told and "dfe5@1" in told


def test_a_text_is_looked_at_without_being_recorded(run, tmp_path):
    posted(run, tmp_path, PARTNERS)
    (tmp_path / "text.md").write_text("Three children died. {{FIG-NOWHERE}}")
    looked = run("report", "section", *REPORT, "foreword", "text.md", "--check")
    assert looked.code == 0
    assert "Look at: Three children: a small count" in looked.out and "FIG-NOWHERE" in looked.out
    assert len(run("entries", "--json").out.splitlines()) == 3
    recorded = run("report", "section", *REPORT, "foreword", "text.md")
    assert "Recorded as entry 4" in recorded.out and "Look at: Three children" in recorded.out


def test_a_section_that_nobody_wrote_or_that_is_none(run, tmp_path):
    posted(run, tmp_path, PARTNERS)
    assert run("report", "section", *REPORT, "foreword").code == 3
    assert run("report", "section", *REPORT, "nowhere").code == 2
    assert run("report", "section", "annual", "2019-21", "foreword").code == 2
    assert run("report", "standing", *REPORT, "--public", "none").code == 2


def test_a_section_is_written_over_http(run, tmp_path):
    (tmp_path / "foreword.md").write_text(TEXT)
    (tmp_path / "post.json").write_text(json.dumps(PARTNERS))
    with listening(str(tmp_path / "served.sqlite")) as address:
        to = ("--to", address)
        assert run("post", "post.json", *to).code == 0
        done = run("report", "section", *REPORT, "foreword", "foreword.md", *to, "--json", "--on", "2020-01-01")
        assert done.code == 0, done.err
        assert done.json["entry"] == 4
        assert run("report", "section", *REPORT, "foreword", *to).out == TEXT
        assert run("report", "standing", *REPORT, *to, "--json").json["steps"][0]["done"] == "done"
