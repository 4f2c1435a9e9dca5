"""Two commissioning groups become one and then an integrated board: figures follow, history keeps the old names."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.figures.period import Period
from tests.figures.telling import on, raised

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
