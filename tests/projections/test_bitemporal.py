"""Rows as at any position and as of any day are what folding that much of the ledger gives, however they came about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from ledger.domain.general import Corrected, DuplicateOf, Withdrawn
from ledger.domain.history import Entry, effective, happened_by
from ledger.projections.columns import table_of
from ledger.projections.folding import Batch, Folding
from ledger.projections.home import open_engine, reading
from ledger.projections.projector import Projector
from ledger.projections.tables import Tables, held
from ledger.projections.timeline import intervals
from tests.projections.histories import FIRST_DAY, MOST_DAYS, PROJECTIONS, Entries, histories, naive

DAYS = [FIRST_DAY + timedelta(days=n) for n in range(-1, MOST_DAYS + 2)]


class Lists:
    """Tables that are lists: what batches change, applied one after another."""

    def __init__(self) -> None:
        self.rows: dict[str, list[list[Any]]] = {p.table: [] for p in PROJECTIONS}

    def write(self, batch: Batch) -> None:
        for table, changes in batch.items():
            rows = self.rows[table]
            for until, identity in changes.closed:
                open_now = [row for row in rows if row[0] == identity and row[3] is None]
                assert len(open_now) == 1, "exactly one held row has this identity"
                open_now[0][3] = until
            rows.extend([k.identity, k.interval, k.since, k.until] for k in changes.rows())
            open_now = [row[0] for row in rows if row[3] is None]
            assert len(open_now) == len(set(open_now)), "held rows differ in their identity"

    def asked(self, table: str, as_at: int, as_of: date | None) -> set[tuple[Any, ...]]:
        found = set()
        for identity, interval, since, until in self.rows[table]:
            of_day = interval.valid_until is None if as_of is None else holds_on(interval, as_of)
            if of_day and since <= as_at and (until is None or until > as_at):
                found.add((identity.reference, interval.key, *interval.fact))
        return found

    def everything(self) -> dict[str, set[tuple[Any, ...]]]:
        return {table: {tuple(row) for row in rows} for table, rows in self.rows.items()}


def holds_on(interval: Any, day: date) -> bool:
    return bool(interval.valid_from <= day and (interval.valid_until is None or day < interval.valid_until))


def fold(entries: Sequence[Entry], sizes: Sequence[int], remembered: int = 100) -> Lists:
    folding = Folding(Entries(entries), PROJECTIONS, remembered=remembered)
    lists, at, n = Lists(), 0, 0
    while at < len(entries):
        size = sizes[n % len(sizes)]
        lists.write(folding.take(entries[at : at + size]))
        at, n = at + size, n + 1
    return lists


@given(histories(), st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(0, 3))
def test_rows_as_at_and_as_of_are_what_a_naive_fold_of_that_much_gives(entries, sizes, remembered):
    lists = fold(entries, sizes, remembered)
    for projection in PROJECTIONS:
        for as_at in range(len(entries) + 1):
            for as_of in [None, *DAYS]:
                expected = naive(projection, entries, as_at, as_of)
                assert lists.asked(projection.table, as_at, as_of) == expected


@given(histories(), st.lists(st.integers(1, 7), min_size=1, max_size=5))
def test_taking_entries_in_passing_gives_the_rows_that_folding_anew_gives(entries, sizes):
    lists = fold(entries, sizes)
    for projection in PROJECTIONS:
        for as_at in range(len(entries) + 1):
            for reference in {e.reference for e in entries}:
                known = [e for e in entries[:as_at] if e.reference == reference]
                anew = intervals(projection, known)
                held_then = {
                    interval
                    for identity, interval, since, until in lists.rows[projection.table]
                    if identity.reference == reference and since <= as_at and (until is None or until > as_at)
                }
                assert held_then == anew


@given(histories(), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_batches_of_any_size_leave_the_same_rows(entries, sizes):
    assert fold(entries, sizes, remembered=1).everything() == fold(entries, [1000]).everything()


@given(histories())
def test_no_row_is_empty_and_no_two_hold_at_once(entries):
    for projection in PROJECTIONS:
        for reference in {e.reference for e in entries}:
            by_key: dict[str, list[Any]] = {}
            for interval in intervals(projection, [e for e in entries if e.reference == reference]):
                assert interval.valid_until is None or interval.valid_from < interval.valid_until
                by_key.setdefault(interval.key, []).append(interval)
            for own in by_key.values():
                own.sort(key=lambda interval: interval.valid_from)
                for earlier, later in pairwise(own):
                    assert earlier.valid_until is not None and earlier.valid_until <= later.valid_from


@given(histories())
def test_a_record_as_of_a_day_tells_what_had_happened_as_corrected_and_what_amends_that(entries):
    for reference in {e.reference for e in entries}:
        for as_at in range(len(entries) + 1):
            known = [e for e in entries[:as_at] if e.reference == reference]
            counted = {e.position: e.day for e in effective(known) if not isinstance(e.event, DuplicateOf)}
            for as_of in DAYS:
                shown = {e.position for e in happened_by(as_of, known)}
                assert counted.keys() & shown == {position for position, day in counted.items() if day <= as_of}
                for entry in known:
                    if isinstance(entry.event, Corrected | Withdrawn):
                        assert (entry.position in shown) is (entry.event.position in shown)


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Any:
    made = open_engine(database)
    yield made
    made.dispose()


def stored(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return {p.table: {tuple(row) for row in connection.execute(select(table_of(type(p))))} for p in PROJECTIONS}


EXAMPLES = 2


def drawn(seed: int) -> list[tuple[list[Entry], int, int]]:
    """Some long histories for the engines, drawn from the seed of the run."""
    import random

    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import seed as seeded

    found: list[tuple[list[Entry], int, int]] = []

    @seeded(seed)
    @settings(max_examples=60, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(histories(longest=40), st.integers(1, 20), st.integers(1, 20))
    def collect(entries, one, other):
        found.append((entries, one, other))

    collect()
    found.sort(key=lambda each: -len(each[0]))
    return random.Random(seed).sample(found[:20], EXAMPLES)


def test_the_tables_hold_what_a_naive_fold_gives_and_a_rebuild_gives_them_again(engine, seed):
    for entries, one, other in drawn(seed):
        projector = Projector(Entries(entries), engine, PROJECTIONS, batch=one)
        projector.rebuild()
        tables = Tables(engine)
        for projection in PROJECTIONS:
            table = table_of(type(projection))
            for as_at in range(0, len(entries) + 1, 3):
                for as_of in [None, *DAYS]:
                    rows = tables.rows(type(projection), as_at=as_at, as_of=as_of)
                    assert {(r.reference, r.key, r.row, r.first_entry, r.last_entry) for r in rows} == naive(
                        projection, entries, as_at, as_of
                    )
                    with reading(engine) as connection:
                        counted = connection.execute(select(table.c.reference).where(held(table, as_at, as_of))).all()
                    assert len(counted) == len(rows)
        before = stored(engine)
        Projector(Entries(entries), engine, PROJECTIONS, batch=other, remembered=1).rebuild()
        assert stored(engine) == before
