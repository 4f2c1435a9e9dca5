"""From a batch of entries to what changes in the tables: rows that are no longer held, and rows that are held from now on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from ledger.domain.general import AMENDING
from ledger.domain.history import Entry
from ledger.projections.rows import EVERY_RECORD, Interval, Projection
from ledger.projections.timeline import Folded, intervals

AT_ONCE = 200
"""Records whose histories are read together: enough to spare questions, few enough to keep memory flat."""
REMEMBERED = 2_000
"""Records remembered between batches."""


class Source(Protocol):
    """Where entries come from: the ledger, read back and validated."""

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries following position `after`, in order."""

    def records(self, originator_ids: Sequence[str], upto: int) -> Mapping[str, Sequence[Entry]]:
        """All entries of these records up to and including a position, in order; a record without any may be left out."""

    def head(self) -> int:
        """The last position recorded."""


class ProjectorStopped(Exception):
    """The projector cannot go on; nothing is skipped. The message says at which position and why."""


class NotUnderstood(ProjectorStopped):
    """An entry belongs to a kind of record that no projection understands."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(
            f"Position {entry.position} holds {entry.kind.name}, and no projection says what becomes of "
            f"{entry.kind.record.name} records. Nothing after it is shown until one does."
        )


class CannotFold(ProjectorStopped):
    """A projection fails on an entry: a defect of the projection, not of the entry."""

    def __init__(self, entry: Entry, error: Exception) -> None:
        super().__init__(
            f"Position {entry.position} holds {entry.kind.name}, and folding it fails with {type(error).__name__}. "
            "Nothing after it is shown until the projection is mended."
        )


class RowIdentity(NamedTuple):
    """What tells a held row from every other held row of its table."""

    record: str
    reference: str
    key: str
    valid_from: date


@dataclass(slots=True)
class Kept:
    """A row as its table keeps it; `until` is None while it is held."""

    identity: RowIdentity
    interval: Interval[Any]
    since: int
    until: int | None = None


@dataclass(slots=True)
class TableChanges:
    """One batch's changes to one table. A row opened and closed within the batch is only ever inserted closed."""

    opened: dict[RowIdentity, Kept] = field(default_factory=dict)
    passed: list[Kept] = field(default_factory=list)
    closed: list[tuple[int, RowIdentity]] = field(default_factory=list)

    def open(self, record: str, reference: str, interval: Interval[Any], position: int) -> None:
        """The row is held since the entry at this position."""
        identity = RowIdentity(record, reference, interval.key, interval.valid_from)
        self.opened[identity] = Kept(identity, interval, position)

    def close(self, record: str, reference: str, key: str, valid_from: date, position: int) -> None:
        """The row is held no longer, since the entry at this position."""
        identity = RowIdentity(record, reference, key, valid_from)
        kept = self.opened.pop(identity, None)
        if kept is None:
            self.closed.append((position, identity))
        elif kept.since < position:
            kept.until = position
            self.passed.append(kept)

    def rows(self) -> Iterable[Kept]:
        """Every row to insert."""
        yield from self.passed
        yield from self.opened.values()


Batch = dict[str, TableChanges]
"""Changes by table."""


class Folding:
    """Takes entries in order of position and says what each batch changes.

    It remembers how records stand, so that an entry in time order costs one step; a late, correcting or withdrawing
    entry folds its own record anew, before and after, and the difference is what changed. What is remembered is only
    ever a memory of the source: where it does not fit the next entry it is read again.
    """

    def __init__(
        self,
        source: Source,
        projections: Sequence[Projection[Any]],
        untold: frozenset[str] = frozenset(),
        remembered: int = REMEMBERED,
    ) -> None:
        self._source, self._remembered = source, remembered
        self._all = tuple(projections)
        told = untold.union(*(p.records for p in projections if not p.tells_of_corrections)).difference(EVERY_RECORD)
        self._telling = {name: _asked_of(name, projections, tells_of_corrections=False) for name in told}
        self._amended = {name: _asked_of(name, projections, tells_of_corrections=True) for name in told}
        self._known: OrderedDict[str, Folded] = OrderedDict()
        self._histories: dict[str, list[Entry]] = {}

    def forget(self) -> None:
        """Remember nothing: after a batch that was not written, or one that somebody else wrote."""
        self._known.clear()
        self._histories.clear()

    def take(self, entries: Sequence[Entry]) -> Batch:
        """What these entries change. Raises NotUnderstood or CannotFold; then call `forget`."""
        batch = {projection.table: TableChanges() for projection in self._all}
        for entry in entries:
            if entry.kind.record.name not in self._telling:
                raise NotUnderstood(entry)
        if entries:
            self._recall(entries)
        for entry in entries:
            try:
                self._take(entry, batch)
            except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise CannotFold(entry, error) from error
        self._histories.clear()
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return batch

    def _recall(self, entries: Sequence[Entry]) -> None:
        """Read what this batch needs to know of its records' past, some records at a time."""
        before = entries[0].position - 1
        amended, wanted = set(), {}
        for entry in entries:
            name = entry.originator_id
            if isinstance(entry.event, AMENDING):
                amended.add(name)
            if name not in wanted:
                known = self._known.get(name)
                wanted[name] = entry.version > 1 and (known is None or known.version != entry.version - 1)
        missing = [name for name, is_missing in wanted.items() if is_missing or name in amended]
        for start in range(0, len(missing), AT_ONCE):
            self._read(missing[start : start + AT_ONCE], before, amended)

    def _read(self, names: Sequence[str], upto: int, amended: set[str]) -> None:
        histories = self._source.records(names, upto)
        for name in names:
            history = list(histories.get(name, ()))
            if history:
                self._known[name] = Folded.of(self._telling[history[0].kind.record.name], history)
            if name in amended:
                self._histories[name] = history

    def _take(self, entry: Entry, batch: Batch) -> None:
        name = entry.originator_id
        projections = self._telling[entry.kind.record.name]
        folded = self._known.get(name)
        if folded is None:
            folded = self._known[name] = Folded.new(projections)
        else:
            self._known.move_to_end(name)
        if folded.version != entry.version - 1:
            raise ValueError("the record's versions have a gap")
        if folded.takes(entry):
            self._step(folded, projections, entry, batch)
            if name in self._histories:
                self._histories[name].append(entry)
        else:
            self._refold(name, entry, batch)

    def _step(self, folded: Folded, projections: Sequence[Projection[Any]], entry: Entry, batch: Batch) -> None:
        record, reference, position, day = entry.kind.record.name, entry.reference, entry.position, entry.day
        for projection, rows in zip(projections, folded.rows, strict=True):
            table = batch[projection.table]
            for key, old, old_from, new in rows.advance(projection, entry):
                if old is not None and old_from is not None:
                    table.close(record, reference, key, old_from, position)
                    if old_from < day:
                        table.open(record, reference, Interval(key, old_from, day, old), position)
                if new is not None:
                    table.open(record, reference, Interval(key, day, None, new), position)
        folded.version, folded.day = entry.version, day

    def _refold(self, name: str, entry: Entry, batch: Batch) -> None:
        record, reference, position = entry.kind.record.name, entry.reference, entry.position
        if name not in self._histories:
            self._histories[name] = list(self._source.records([name], position - 1).get(name, ()))
        before = self._histories[name]
        after = [*before, entry]
        self._histories[name] = after
        for projection in (*self._telling[record], *self._amended[record]):
            was, now = intervals(projection, before), intervals(projection, after)
            table = batch[projection.table]
            for gone in was - now:
                table.close(record, reference, gone.key, gone.valid_from, position)
            for new in now - was:
                table.open(record, reference, new, position)
        self._known[name] = Folded.of(self._telling[record], after)


def _asked_of(
    record: str, projections: Iterable[Projection[Any]], *, tells_of_corrections: bool
) -> tuple[Projection[Any], ...]:
    return tuple(
        projection
        for projection in projections
        if projection.tells_of_corrections is tells_of_corrections
        and (record in projection.records or projection.records == EVERY_RECORD)
    )
