"""The projector neither skips nor repeats: killed between or within batches, run twice at once, rebuilt beside what counts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ledger import beside
from ledger.domain.agency import AgencyRegistered, AgencyRenamed, AgencySucceeded
from ledger.domain.history import Entry
from ledger.projections import writing
from ledger.projections.columns import table_of
from ledger.projections.folding import CannotFold, NotUnderstood
from ledger.projections.home import open_engine, reading
from ledger.projections.projector import OtherShape, Projector, RebuildGaveWay
from ledger.projections.rows import Rows
from ledger.projections.tables import NoTables, Tables
from ledger.projections.writing import TablesDamaged
from tests.projections.histories import PROJECTIONS, AgencyNames, AgencyRow, Amendments, Entries, Successors, an_entry

START = datetime(2020, 1, 1, 12, tzinfo=UTC)


def agencies(count: int = 4, renamings: int = 5) -> list[Entry]:
    """Each agency registered, then all renamed in turn, a day apart; one renaming comes late."""
    entries: list[Entry] = []
    for n in range(count):
        event = AgencyRegistered(code=f"A-{n}", name="Ash", sector="health", standing="relevant-agency")
        entries.append(an_entry(len(entries) + 1, 1, f"A-{n}", ("registered", event), START))
    for turn in range(renamings):
        for n in range(count):
            day = START + timedelta(days=turn + 1 if turn != 3 else 1)
            renamed = AgencyRenamed(name=f"Name {turn}", renamed_on="not-stated")
            entries.append(an_entry(len(entries) + 1, turn + 2, f"A-{n}", ("renamed", renamed), day))
    return entries


class Killed(BaseException):
    """Stands for the end of the process."""


class Fragile(Entries):
    """A source whose reader is killed once it has asked so many times."""

    def __init__(self, entries: Sequence[Entry], asked: int) -> None:
        super().__init__(entries)
        self.left = asked

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return super().entries(after, limit)


@pytest.fixture
def engine(database: str) -> Any:
    made = open_engine(database)
    yield made
    made.dispose()


def everything(engine: Any) -> dict[str, list[str]]:
    with reading(engine) as connection:
        return {
            p.table: sorted(repr(tuple(row)) for row in connection.execute(select(table_of(type(p)))))
            for p in PROJECTIONS
        }


def built_anew(entries: Sequence[Entry], engine: Any) -> dict[str, list[str]]:
    Projector(Entries(entries), engine, PROJECTIONS).rebuild()
    return everything(engine)


def test_entries_are_taken_in_batches_and_only_once(engine):
    source = Entries(agencies())
    projector = Projector(source, engine, PROJECTIONS, batch=7)
    source.all, later = source.all[:10], source.all
    projector.prepare()
    assert Tables(engine).position() == 10
    assert projector.step() == 0
    source.all = later
    assert [projector.step(), projector.step(), projector.step()] == [7, 7, 0]
    state = Tables(engine).state()
    assert (state.position, state.trouble) == (24, None)
    assert everything(engine) == built_anew(later, engine)


def test_a_projector_killed_after_writing_and_before_the_commit_leaves_the_tables_as_they_were(engine, monkeypatch):
    source = Entries(agencies())
    source.all, later = source.all[:9], source.all
    projector = Projector(source, engine, PROJECTIONS, batch=4)
    projector.prepare()
    before = everything(engine)
    source.all = later

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(writing, "set_state", killed)
        with pytest.raises(Killed):
            projector.step()
    assert Tables(engine).position() == 9
    assert everything(engine) == before
    projector.catch_up()
    assert everything(engine) == built_anew(later, engine)


def test_a_projector_killed_anywhere_goes_on_where_it_stood(engine):
    entries = agencies()
    Projector(Entries([]), engine, PROJECTIONS).prepare()
    for asked in (1, 2, 0, 3):
        with pytest.raises(Killed):
            Projector(Fragile(entries, asked), engine, PROJECTIONS, batch=3).catch_up()
    assert Tables(engine).position() == 18
    Projector(Entries(entries), engine, PROJECTIONS, batch=3).catch_up()
    assert everything(engine) == built_anew(entries, engine)


def test_two_projectors_at_once_leave_what_one_would(engine):
    entries = agencies(count=10, renamings=6)
    Projector(Entries([]), engine, PROJECTIONS).prepare()
    projectors = [Projector(Entries(entries), engine, PROJECTIONS, batch=3) for _ in range(2)]
    threads = [threading.Thread(target=projector.catch_up) for projector in projectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Tables(engine).position() == len(entries)
    assert everything(engine) == built_anew(entries, engine)


def test_a_rebuild_killed_half_way_leaves_what_counts_and_the_next_one_begins_anew(engine):
    entries = agencies()
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    before, generation = everything(engine), Tables(engine).state().generation
    with pytest.raises(Killed):
        Projector(Fragile(entries, 3), engine, PROJECTIONS, batch=5).rebuild()
    assert everything(engine) == before
    assert Tables(engine).state().generation == generation
    told: list[tuple[int, int]] = []
    Projector(Entries(entries), engine, PROJECTIONS, batch=5).rebuild(lambda at, of: told.append((at, of)))
    assert told == [(5, 24), (10, 24), (15, 24), (20, 24), (24, 24)]
    assert everything(engine) == before
    with reading(engine) as connection:
        assert len(writing.generations(connection)) == 1
        assert len(writing._names(connection, "table")) == len(PROJECTIONS) + 1


def test_a_rebuild_gives_way_to_a_later_one(engine):
    entries = agencies()
    first = Fragile(entries, 100)
    projector = Projector(first, engine, PROJECTIONS, batch=5)

    def another_begins(at: int, _: int) -> None:
        if at == 10:
            Projector(Entries(entries), engine, PROJECTIONS).rebuild()

    with pytest.raises(RebuildGaveWay):
        projector.rebuild(another_begins)
    assert Tables(engine).position() == len(entries)


def test_two_processes_that_start_at_once_build_the_tables_once_and_both_go_on(engine):
    entries = agencies(count=20, renamings=6)
    begun = threading.Barrier(2)
    ended: list[int] = []

    def start() -> None:
        projector = Projector(Entries(entries), engine, PROJECTIONS, batch=4)
        begun.wait()
        projector.prepare()
        ended.append(projector.step())

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [0, 0]
    with reading(engine) as connection:
        assert [found.position for found in writing.generations(connection)] == [len(entries)]
    assert everything(engine) == built_anew(entries, engine)


def test_the_projector_of_another_process_follows_the_new_tables_after_a_rebuild(engine):
    entries = agencies()
    source = Entries(entries[:12])
    here = Projector(source, engine, PROJECTIONS, batch=5)
    here.prepare()
    Projector(Entries(entries[:12]), engine, PROJECTIONS).rebuild()
    source.all = entries
    here.catch_up()
    assert everything(engine) == built_anew(entries, engine)


def test_who_reads_while_tables_are_switched_sees_one_state_of_them(engine):
    entries = agencies()
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    tables = Tables(engine)
    rebuilt = threading.Thread(target=Projector(Entries(entries), engine, PROJECTIONS).rebuild)
    with tables.reading() as connection:
        assert len(tables.rows(AgencyNames, as_at=24, on=connection)) == 4
        rebuilt.start()
        rebuilt.join(0.3)
        assert rebuilt.is_alive() is (engine.dialect.name == "postgresql")
        assert len(tables.rows(AgencyNames, as_at=24, on=connection)) == 4
    rebuilt.join()
    assert tables.state().generation == 2
    assert len(tables.rows(AgencyNames, as_at=24)) == 4


class Renamed(AgencyNames):
    """The same question, answered anew."""

    version = 2


def test_tables_of_another_shape_are_built_anew_at_the_start_and_stop_older_programs(engine):
    entries = agencies()
    older = Projector(Entries(entries), engine, PROJECTIONS)
    older.prepare()
    generation = Tables(engine).state().generation
    newer = Projector(Entries(entries), engine, (Renamed(), Successors(), Amendments()))
    newer.prepare()
    assert Tables(engine).state().generation > generation
    with pytest.raises(OtherShape):
        older.step()
    assert newer.step() == 0


def test_tables_kept_in_a_way_no_longer_known_are_dropped_and_built_anew(engine):
    entries = agencies()
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    before = everything(engine)
    with beside.writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE projector_state")
        connection.exec_driver_sql("CREATE TABLE projector_state (generation bigint, position bigint)")
        connection.exec_driver_sql("INSERT INTO projector_state VALUES (1, 24)")
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    assert everything(engine) == before


@pytest.mark.parametrize("kept", [0, 5, 24])
def test_tables_left_over_from_another_ledger_are_built_anew(engine, kept):
    """A ledger restored to an earlier end, or made afresh under the same name, finds tables of entries it does not have."""
    entries = agencies()
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    other = [entry._replace(id=f"{entry.id}-again") for entry in entries[:kept]]
    for ledger in (entries[:kept], other):
        Projector(Entries(ledger), engine, PROJECTIONS).prepare()
        assert Tables(engine).position() == kept
        found = everything(engine)
        assert found == built_anew(ledger, engine)
    generation = Tables(engine).state().generation
    Projector(Entries(other), engine, PROJECTIONS).prepare()
    assert Tables(engine).state().generation == generation


class NoAgencies(AgencyNames):
    """A question about groups only."""

    records = ("group",)


def test_a_kind_of_record_that_nobody_claims_stops_the_projector_aloud(engine):
    source = Entries([])
    projector = Projector(source, engine, (NoAgencies(),))
    projector.prepare()
    source.all = agencies()
    with pytest.raises(NotUnderstood, match=r"Position 1 holds agency\.registered"):
        projector.step()
    state = Tables(engine).state()
    assert state.position == 0
    assert state.trouble is not None and "agency.registered" in state.trouble
    unneeded = Projector(source, engine, (NoAgencies(),), untold=frozenset({"agency"}))
    assert unneeded.step() == len(source.all)
    assert Tables(engine).state().trouble is None


class Failing(AgencyNames):
    """A question that a renamed agency is too much for."""

    def apply(self, rows: Rows[AgencyRow], entry: Entry) -> None:
        if isinstance(entry.event, AgencyRenamed):
            raise LookupError("agency.renamed")  # noqa: TRY004
        super().apply(rows, entry)


def test_a_projection_that_fails_stops_the_projector_before_its_entry(engine):
    source = Entries([])
    projector = Projector(source, engine, (Failing(),), batch=2)
    projector.prepare()
    source.all = agencies()
    with pytest.raises(CannotFold, match=r"Position 5 holds agency\.renamed, and folding it fails with LookupError"):
        projector.catch_up()
    assert Tables(engine).position() == 4


def test_tables_that_lack_a_row_are_found_out(engine):
    entries = agencies()
    source = Entries(entries[:6])
    projector = Projector(source, engine, PROJECTIONS)
    projector.prepare()
    with beside.writing(engine) as connection:
        name = f"test_agency_names_g{Tables(engine).state().generation}"
        connection.exec_driver_sql(f"DELETE FROM \"{name}\" WHERE reference = 'A-0'")
    source.all = entries
    with pytest.raises(TablesDamaged):
        projector.step()


def test_waiting_for_a_position_ends_when_it_is_there_or_the_time_is_over(engine):
    source = Entries(agencies())
    projector = Projector(source, engine, PROJECTIONS)
    tables = Tables(engine)
    assert tables.wait_for(0, 0)
    with pytest.raises(NoTables):
        tables.state()
    thread = threading.Thread(target=projector.prepare)
    thread.start()
    assert tables.wait_for(24, 30)
    thread.join()
    assert not tables.wait_for(25, 0.01)


def test_following_takes_what_is_recorded_until_it_is_told_to_stop(engine):
    entries = agencies()
    source = Entries(entries[:3])
    projector = Projector(source, engine, PROJECTIONS)
    projector.prepare()
    asked: list[int] = []

    def wait_beyond(position: int, _: float) -> bool:
        asked.append(position)
        source.all = entries[: position + 7]
        return True

    projector.follow(wait_beyond, lambda: Tables(engine).position() == 24)
    assert asked == [3, 10, 17, 24]


def test_rows_are_asked_by_column_order_and_page(engine):
    entries = agencies()
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    tables = Tables(engine)
    some = tables.rows(AgencyNames, as_at=24, where={"reference": ["A-3", "A-1"]}, order_by=("-reference",))
    assert [held.reference for held in some] == ["A-3", "A-1"]
    assert [h.reference for h in tables.rows(AgencyNames, as_at=24, limit=2, offset=1)] == ["A-1", "A-2"]
    assert tables.rows(AgencyNames, as_at=4, where={"name": "Ash", "left_on": None})[0].since == 1
    past = tables.ever(AgencyNames, as_at=24, where={"reference": "A-0"})
    assert [(h.valid_from, h.row.name) for h in past] == [
        (date(2020, 1, 1), "Ash"),
        (date(2020, 1, 2), "Name 3"),
        (date(2020, 1, 3), "Name 1"),
        (date(2020, 1, 4), "Name 2"),
        (date(2020, 1, 6), "Name 4"),
    ]
    with pytest.raises(KeyError):
        tables.rows(AgencyNames, as_at=24, where={"colour": "red"})


def test_what_is_told_before_a_row_is_there_is_applied_once_it_is(engine):
    """A succession dated before the registration shows on the row from the registration on."""
    registered = AgencyRegistered(code="A-0", name="Ash", sector="health", standing="relevant-agency")
    succeeded = AgencySucceeded(successors=["A-1"], succeeded_on="not-stated")
    entries = [
        an_entry(1, 1, "A-0", ("registered", registered), START),
        an_entry(2, 2, "A-0", ("succeeded", succeeded), START - timedelta(days=9)),
    ]
    Projector(Entries(entries), engine, PROJECTIONS).prepare()
    (row,) = Tables(engine).rows(AgencyNames, as_at=2, as_of=START.date())
    assert row.row.successors == ("A-1",)
    assert (row.first_entry, row.last_entry) == (1, 2)
    assert Tables(engine).rows(AgencyNames, as_at=2, as_of=START.date() - timedelta(days=1)) == []
