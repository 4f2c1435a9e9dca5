"""What the list of retention says is what somebody finds who reads each record's entries: at any position, as of any day, on either engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledger.domain.adoption import Adoption, Packs
from ledger.domain.general import (
    AMENDING,
    DuplicateOf,
    HoldLifted,
    HoldPlaced,
    Mark,
    RetentionSet,
    WordsErased,
)
from ledger.domain.history import Entry, effective
from ledger.domain.register import REGISTER, TYPE_PREFIX, Event
from ledger.domain.risk import RiskClosed, RiskIdentified, RiskRescored
from ledger.projections.amendments import Amendments
from ledger.projections.asking import Asking, Item
from ledger.projections.home import open_engine
from ledger.projections.marks import Holds
from ledger.projections.projector import Projector
from ledger.projections.retention import LastEvents, Retentions, retention
from ledger.projections.tables import Tables
from ledger.regimes import load_shelf
from tests.projections.histories import (
    FIRST_DAY,
    MOST_DAYS,
    Entries,
    an_entry,
    corrections,
    instant,
    withdrawn,
)

SHELF = load_shelf()
PACK = SHELF.packs["proposed-retention", 1]
PACKS = Packs(SHELF, (Adoption("retention", PACK.id, 1, PACK.sha256, date(2019, 3, 31), 2),))
"""In force from the third day, and known from the second position on."""
TABLES = (LastEvents(), Retentions(), Holds(), Amendments())
CODES = ("RSK-1", "RSK-2")
EVERY = ("no-period", "not-begun", "running", "due", "review-due", "held", "erased")
IDENTIFIED = RiskIdentified.model_validate({
    "title": "Staffing", "description": "Few.", "likelihood": 3, "impact": 3, "owner": {"agency": "LA", "role": "head-of-service"},
    "identified_on": "not-stated",
})  # fmt: skip
PERSON = {"by": "business-unit@BU", "person": "01" * 32}
ERASED = WordsErased.model_validate({
    "ground": "retention-ended", "erased": [{"position": 1, "path": "/description", "commitment": "ab" * 32}], "requested_by": PERSON,
    "confirmed_by": PERSON,
})  # fmt: skip
OTHERWISE_ERASED = ERASED.model_copy(update={"ground": "unlawful"})
DAYS = st.integers(0, MOST_DAYS)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Entries of two risks in any order of days: kept in another class, until a day, held, erased, withdrawn, repeated, corrected."""
    entries: list[Entry] = []
    for position in range(1, draw(st.integers(1, 16)) + 1):
        reference = draw(st.sampled_from(CODES))
        own = [entry for entry in entries if entry.reference == reference]
        name, event = ("identified", IDENTIFIED) if not own else draw(later(own))
        made = an_entry(position, len(own) + 1, reference, ("registered", event), instant(draw(DAYS), "within"))
        kind = REGISTER[f"{TYPE_PREFIX}risk.{name}"]
        precision = draw(st.sampled_from(("day", "day", "month", "year")))
        entries.append(made._replace(kind=kind, timeprecision=precision))
    return entries


def later(own: list[Entry]) -> st.SearchStrategy[tuple[str, Event]]:
    originals = [entry for entry in own if not isinstance(entry.event, AMENDING)]
    position = st.sampled_from(own).map(lambda entry: entry.position)
    rescored = RiskRescored(likelihood=2, impact=2, rescored_on="not-stated", reasons="Better.")
    closed = RiskClosed(outcome="accepted", by_group="EXEC", reasons="Done.", closed_on="not-stated")
    code, until = st.sampled_from((None, "case", "governance", "no-such")), st.none() | DAYS.map(day)
    return st.one_of(
        st.just(("rescored", rescored)),
        st.just(("closed", closed)),
        st.builds(lambda code, day: ("retention-set", RetentionSet(retention_class=code, review_on=day)), code, until),
        st.builds(lambda code, day: ("retention-set", RetentionSet(retention_class=code, review_on=day)), code, until),
        st.just(("hold-placed", HoldPlaced(authority="Inquiry"))),
        position.map(lambda at: ("hold-lifted", HoldLifted(hold=at))),
        st.sampled_from((ERASED, OTHERWISE_ERASED)).map(lambda event: ("words-erased", event)),
        st.sampled_from(originals).flatmap(corrections),
        st.sampled_from(originals).map(lambda entry: ("withdrawn", withdrawn(entry.position))),
        st.sampled_from(CODES).map(lambda other: ("duplicate-of", DuplicateOf(duplicate_of=other))),
    )


def expected(entries: Sequence[Entry], as_at: int, on: date) -> dict[str, tuple[Any, ...]]:
    """By reference: state, class, the day it is due, the entry that says so, whether it is held. Told from the entries alone."""
    found: dict[str, tuple[Any, ...]] = {}
    for reference in CODES:
        known = [entry for entry in entries[:as_at] if entry.reference == reference]
        counted = sorted((e for e in effective(known) if e.day <= on), key=lambda e: (e.day, e.position))
        things = [e for e in effective(known) if not isinstance(e.event, Mark)]
        is_void = not things or any(isinstance(e.event, DuplicateOf) for e in things)
        if is_void:
            last = [(e.day, e.position) for e in known if isinstance(e.event, AMENDING) and e.day <= on]
        else:
            last = [(e.day, e.position) for e in counted if not isinstance(e.event, Mark)]
        if not last:
            continue
        began, position = max(last)
        code = until = by = erased = None
        held: set[int] = set()
        for entry in counted:
            match entry.event:
                case RetentionSet() as said:
                    code, until = said.retention_class or code, said.review_on or until
                    by = entry.position if said.review_on else by
                case HoldPlaced():
                    held.add(entry.position)
                case HoldLifted(hold=hold):
                    held.discard(hold)
                case WordsErased(ground="retention-ended"):
                    erased = max(entry.position, erased or 0)
                case _:
                    pass
        in_force = as_at >= 2 and on >= date(2019, 3, 31)
        named = code or ("governance" if in_force else None)
        years = 10 if in_force and named == "governance" else None
        if until is not None:
            due, entry_, over = until, by, "review-due"
        elif years:
            due, entry_, over = date(began.year + years, 12, 31), position, "due"
        else:
            waits = in_force and named == "case"
            found[reference] = ("not-begun" if waits else "no-period", named, None, None, bool(held))
            continue
        state = "running" if due > on else "held" if held else over
        recorded = [e.position for e in counted if not isinstance(e.event, Mark)] if not is_void else [0]
        if erased is not None and erased > max(recorded):
            state = "erased"
        found[reference] = (state, named, due.isoformat(), entry_, bool(held))
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = open_engine(str(tmp_path / "ledger.sqlite"))
        yield made
    else:
        server = request.getfixturevalue("postgres")
        url = server.create_database()
        made = open_engine(url)
        yield made
    made.dispose()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=histories(), data=st.data())
def test_the_list_says_what_the_entries_say(engine: Engine, entries: list[Entry], data: st.DataObject) -> None:
    projector = Projector(Entries(entries), engine, TABLES, batch=3)
    projector.rebuild()
    tables = Tables(engine)
    for _ in range(4):
        as_at = data.draw(st.integers(0, len(entries)))
        on = data.draw(DAYS.map(day) | st.sampled_from((date(2029, 12, 30), date(2029, 12, 31))))
        asking = Asking(as_at, on, PACKS, {"state": EVERY}, histories=partial(records, entries[:as_at]))
        answer = retention(tables, asking)
        assert {item["reference"]: told(item) for item in answer.items} == expected(entries, as_at, on)
        watched = retention(tables, Asking(as_at, on, PACKS))
        assert [each["state"] for each in watched.items] == [
            each["state"] for each in answer.items if each["state"] not in ("running", "erased")
        ]


def records(entries: Sequence[Entry], names: Sequence[str]) -> dict[str, list[Entry]]:
    return {name: [entry for entry in entries if entry.originator_id == name] for name in names}


def told(item: Item) -> tuple[Any, ...]:
    return item["state"], item["retention_class"], item["due_on"], item["entry"], item["held"]
