"""The tables of the invented year hold what its entries say, at any position and for any day, and as its domain folds it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select

from ledger.domain.history import fold
from ledger.domain.register import RECORDS
from ledger.projections.action_log import ActionLog
from ledger.projections.catalogue import PROJECTIONS, UNTOLD
from ledger.projections.columns import table_of
from ledger.projections.escalation_tracker import EscalationTracker
from ledger.projections.home import reading
from ledger.projections.incidents import Incidents
from ledger.projections.practice_reviews import PracticeReviews
from ledger.projections.projector import Projector
from ledger.projections.rapid_reviews import RapidReviews
from ledger.projections.rows import EVERY_RECORD
from tests.projections.histories import Entries, naive_of


def test_every_kind_of_record_is_told_by_a_projection_or_needs_none():
    told = {name for p in PROJECTIONS if p.records != EVERY_RECORD for name in p.records}
    assert told | UNTOLD == set(RECORDS)
    assert not told & UNTOLD


def test_every_projection_asks_a_question_and_has_a_table_of_its_own():
    assert len({p.table for p in PROJECTIONS}) == len(PROJECTIONS)
    for projection in PROJECTIONS:
        assert "?" in (type(projection).__doc__ or "")
        assert type(projection).row.__doc__ or type(projection).__module__.endswith("links")


def test_rows_as_at_and_as_of_are_what_a_naive_fold_gives(tables, year, seed):
    random = Random(seed)
    days = sorted({entry.day for entry in year.entries})
    for _ in range(4):
        as_at = random.randrange(year.head + 1)
        as_of = random.choice([None, *days]) if random.random() < 0.8 else days[0] - timedelta(days=1)
        expected = naive_of(PROJECTIONS, year.entries, as_at, as_of)
        for projection in PROJECTIONS:
            rows = tables.rows(type(projection), as_at=as_at, as_of=as_of)
            found = {(r.record, r.reference, r.key, r.row, r.first_entry, r.last_entry) for r in rows}
            assert len(found) == len(rows)
            assert found == expected[projection.table], (projection.table, as_at, as_of)


def test_a_rebuild_in_other_batches_gives_the_same_rows(tables, year):
    def stored():
        with reading(tables.engine) as connection:
            return {p.table: {tuple(row) for row in connection.execute(select(table_of(type(p))))} for p in PROJECTIONS}

    before = stored()
    empty = {table for table, rows in before.items() if not rows}
    assert empty == {"published_reports"}, "a script cannot publish: it does not know the figures beforehand"
    Projector(Entries(year.entries), tables.engine, PROJECTIONS, batch=37, remembered=5).rebuild()
    assert stored() == before


def states(year, record):
    """What the domain makes of each record of a kind that counts, as at the end."""
    names = {e.reference for e in year.entries if e.kind.record.name == record}
    folded = {name: fold([e for e in year.entries if e.originator_id == f"{record}/{name}"]) for name in names}
    return {name: standing.state for name, standing in folded.items() if standing.counts}


def test_the_rows_at_last_agree_with_the_domain_about_how_records_stand(tables, year):
    def rows(projection):
        return {held.reference: held.row for held in tables.rows(projection, as_at=year.head)}

    actions = rows(ActionLog)
    assert {name: row.state for name, row in actions.items()} == {n: s.stage for n, s in states(year, "action").items()}
    assert {name: (row.due_on, row.original_due_on, row.times_reopened) for name, row in actions.items()} == {
        n: (s.due_on, s.original_due_on, s.reopened) for n, s in states(year, "action").items()
    }
    assert {name: (row.stage, row.outcome, row.settled) for name, row in rows(EscalationTracker).items()} == {
        n: (s.stage, s.outcome, s.settled) for n, s in states(year, "escalation").items()
    }
    assert {name: (row.known_on, row.notified_on, row.dissent) for name, row in rows(Incidents).items()} == {
        n: (s.known_on, s.notified_on, s.decision.dissent if s.decision else ())
        for n, s in states(year, "incident").items()
    }
    assert {name: (row.outcome, row.submitted_on, row.replied_on) for name, row in rows(RapidReviews).items()} == {
        n: (s.outcome, s.submitted_on, s.replied_on) for n, s in states(year, "rapid-review").items()
    }
    assert {name: (row.kind, row.recommendations, row.declined) for name, row in rows(PracticeReviews).items()} == {
        n: (s.kind, len(s.recommendations), len(s.declined)) for n, s in states(year, "review").items()
    }
