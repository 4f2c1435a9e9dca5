"""Two commissioning groups become one and then an integrated board: figures follow, history keeps the old names."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from ledger.application import Batch
from ledger.clock import DemonstrationClock
from ledger.entry import parse
from ledger.figures import FIGURES
from ledger.figures.escalations import taking_part
from ledger.figures.period import Period
from ledger.figures.successions import OF_AGENCIES
from ledger.projections.partnership import Agencies
from ledger.wiring import open_parts
from tests.figures.telling import EXAMPLES, Told, on, raised
from tests.ledger.posting import BUSINESS_UNIT, VAULT

INVENTED = EXAMPLES / "invented-year"

WHOLE = Period(date(2019, 4, 1), date(2020, 3, 31))
BEFORE, BETWEEN = Period(date(2019, 4, 1), date(2019, 9, 30)), Period(date(2019, 4, 1), date(2019, 12, 31))


def registered(code):
    data = {"code": code, "name": f"Group {code}", "sector": "health", "standing": "statutory-partner"}
    return on("2019-04-01", "agency.registered", f"agency/{code}", data)


def succeeded(code, day, *others):
    data = {"successors": list(others), "succeeded_on": day}
    return on(day, "agency.succeeded", f"agency/{code}", data)


def owned(reference, code):
    return raised(reference, "2019-06-03", "2020-06-01", owner={"agency": code, "role": "lead"})


def by(found, dimension="owner"):
    return {part.code: part.value for part in found.by[dimension]}


@pytest.fixture
def merged(on_both):
    """VALE and MOOR become CCG in October, CCG becomes ICB in January; each owned an action in June."""
    on_both.tell(*map(registered, ("VALE", "MOOR", "CCG", "ICB")), owned("ACT-1", "VALE"), owned("ACT-2", "MOOR"))
    on_both.tell(
        succeeded("VALE", "2019-10-01", "CCG"),
        succeeded("MOOR", "2019-10-01", "CCG"),
        succeeded("CCG", "2020-01-01", "ICB"),
    )
    return on_both


def test_figures_follow_the_succession_as_at_the_day_asked_about(merged):
    assert by(merged.ask("FIG-ACT-RAISED", BEFORE)) == {"MOOR": 1, "VALE": 1}
    assert by(merged.ask("FIG-ACT-RAISED", BETWEEN)) == {"CCG": 2}
    assert by(merged.ask("FIG-ACT-RAISED", WHOLE)) == {"ICB": 2}
    assert merged.ask("FIG-ACT-RAISED", WHOLE).value == 2


def test_what_was_not_yet_recorded_is_not_followed(merged):
    assert by(merged.ask("FIG-ACT-RAISED", WHOLE, as_at=merged.head - 1)) == {"CCG": 2}
    assert by(merged.ask("FIG-ACT-RAISED", WHOLE, as_at=merged.head - 3)) == {"MOOR": 1, "VALE": 1}


def test_an_entry_keeps_the_old_name(merged):
    (first, *_) = merged.parts.ledger.record("action/ACT-1")
    assert first.event.owner.agency == "VALE"


def test_a_body_that_took_over_is_not_silent_where_the_old_one_spoke(merged):
    data = {
        "raised_on": "2019-07-01", "by_agency": "VALE", "with_agency": "LA", "subject_kind": "case",
        "level_of_need": "not-stated", "reason": "threshold", "entry_stage": 1, "narrative": "They disagree",
    }  # fmt: skip
    merged.tell(on("2019-07-01", "escalation.raised", "escalation/ESC-1", data))
    assert "ICB" not in by(merged.ask("FIG-ESC-ZERO", WHOLE), "agency")
    assert by(merged.ask("FIG-ESC", WHOLE), "by_agency") == {"ICB": 1}


def test_where_several_took_over_nobody_can_say_which(on_both):
    on_both.tell(*map(registered, ("OLD", "EAST", "WEST")), owned("ACT-1", "OLD"))
    on_both.tell(succeeded("OLD", "2019-10-01", "EAST", "WEST"))
    assert by(on_both.ask("FIG-ACT-RAISED", WHOLE)) == {"OLD": 1}


def test_no_breakdown_keeps_the_code_of_a_body_that_was_succeeded_and_no_total_moves(tmp_path):
    """One body takes over from every agency of the invented year on its last day."""
    lines = [json.loads(line) for line in (INVENTED / "script.ndjson").read_text(encoding="utf-8").splitlines()]
    clock = DemonstrationClock(datetime.fromisoformat(lines[0]["clock"]))
    parts = open_parts(str(tmp_path / "year.sqlite"), packs=INVENTED / "packs", clock=clock, vault=VAULT)
    parts.projector.prepare()
    try:
        for line in lines:
            clock.move_to(datetime.fromisoformat(line["clock"]))
            events = line.get("batch") or [line["post"]]
            source = events[0]["source"].removeprefix("/agencies/")
            principal = BUSINESS_UNIT if source == "/business-unit" else f"recorder@{source}"
            parts.ledger.write([Batch(tuple(map(parse, events)), principal)])
        year = Told(parts)
        year.tell(registered("ALL"))
        earlier = {each.id: each for each in year.report("2024-25").figures}
        standing = [held.reference for held in parts.tables.rows(Agencies, as_at=year.head) if taking_part(held.row)]
        last = "2025-03-31T00:00:00+01:00"
        year.tell(*(succeeded(code, "2025-03-31", "ALL") | {"time": last} for code in standing if code != "ALL"))
        found = {each.id: each for each in year.report("2024-25").figures}
    finally:
        parts.close()
    broken_down = 0
    for id_, each in found.items():
        assert id_ == "FIG-ESC-ZERO" or each.value == earlier[id_].value, id_
        for name in OF_AGENCIES & each.by.keys():
            assert not {part.code for part in each.by[name]} & set(standing) - {"ALL"}, (id_, name)
            broken_down += any(part.code == "ALL" for part in each.by[name])
    assert broken_down > 20


def test_every_dimension_that_holds_agencies_is_known_to_be_one():
    """A breakdown by agency that nobody told of successions would keep the old codes."""
    named = {name for each in FIGURES.values() for name in each.by if "agenc" in name or name in ("owner", "to")}
    assert named <= OF_AGENCIES
