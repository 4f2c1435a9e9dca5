"""The read tables against a fresh fold of the same entries: whatever differs was changed by another hand, or folded wrongly."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, select

from ledger.domain.history import Entry
from ledger.projections.catalogue import PROJECTIONS, projector
from ledger.projections.columns import TIMES, table_of
from ledger.projections.folding import Source
from ledger.projections.home import open_engine, reading
from ledger.projections.projector import Progress
from ledger.projections.rows import Projection
from ledger.projections.tables import Tables
from ledger.projections.writing import generations

AT_A_TIME = 1_000
ORDER = ("record", "reference", "key", "valid_from", "since", "first_entry", "last_entry")


class _Upto:
    """A ledger as it stood at a position."""

    def __init__(self, source: Source, upto: int) -> None:
        self._source, self._upto = source, upto

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        """As Source's."""
        return self._source.entries(after, min(limit, self._upto - after)) if after < self._upto else []

    def records(self, originator_ids: Sequence[str], upto: int) -> Mapping[str, Sequence[Entry]]:
        """As Source's."""
        return self._source.records(originator_ids, upto)

    def head(self) -> int:
        """As Source's."""
        return self._upto


def differences(source: Source, tables: Tables, progress: Progress) -> Iterator[str]:
    """In each table the first row that is not what the entries say. The tables stand still meanwhile. Raises NoTables."""
    tables.state()
    with TemporaryDirectory(prefix="ledger-") as folder, tables.reading() as theirs:
        engine = open_engine(str(Path(folder) / "fresh.sqlite"))
        upto = next(found.position for found in generations(theirs) if found.live)
        try:
            projector(_Upto(source, upto), engine).rebuild(progress)
            with reading(engine) as ours:
                for projection in PROJECTIONS:
                    yield from _first_difference(projection, ours, theirs)
        finally:
            engine.dispose()


def _first_difference(projection: Projection[Any], ours: Connection, theirs: Connection) -> Iterator[str]:
    with closing(_rows(projection, ours)) as fresh_rows, closing(_rows(projection, theirs)) as kept_rows:
        for fresh, kept in zip_longest(fresh_rows, kept_rows):
            if fresh != kept:
                told = dict(zip(TIMES, kept or fresh or (), strict=False))
                where = f"{told['record']}/{told['reference']}, since position {told['since']}"
                yield f"the table {projection.table} is not what the entries say, from here on: {where}"
                return


def _rows(projection: Projection[Any], connection: Connection) -> Generator[tuple[Any, ...], None, None]:
    table = table_of(type(projection))
    question = select(table).order_by(*(table.c[name] for name in ORDER)).execution_options(yield_per=AT_A_TIME)
    with connection.execute(question) as found:
        yield from map(tuple, found)
