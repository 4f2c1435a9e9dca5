"""Re-checking what is stored, a page at a time: the tree against the bytes, columns and words against them, checkpoints against the tree."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from eventsourcing.persistence import IntegrityError

from ledger.domain.history import erased_by
from ledger.entry import read_back
from ledger.evidence.row_checks import UNKNOWN_KEY, UNKNOWN_TYPE, faults_of_row
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import VerifierKey
from ledger.log.nodes import root_at
from ledger.log.note import Note
from ledger.log.tree import STEP, Frontier, Growth, leaf_hashes
from ledger.log.verdict import Unproved
from ledger.recorders.contract import FullRow, Head, StoredEntry
from ledger.vault import Vault

PAGE = 500
"""Entries checked at a time: the most that is held in memory, and the longest a pause between two pages has to wait."""
MOST_REMEMBERED = 100_000
"""Records whose last version is remembered; of others it is looked up."""


class Stored(Protocol):
    """What a walk reads of a recorder (`LedgerRecorder`, and eventsourcing's `select_events`). Nothing of it writes or locks."""

    def head(self) -> Head: ...
    def frontier(self) -> Frontier: ...
    def rows(self, after: int, limit: int) -> Sequence[FullRow]: ...
    def bodies(self, after: int, limit: int) -> Sequence[tuple[int, bytes]]: ...
    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]: ...
    def checkpoint(self, size: int) -> bytes | None: ...
    def last_checkpoint(self) -> bytes | None: ...
    def certificates(self, after: int) -> Sequence[StoredEntry]: ...
    def record(self, originator_id: str, *, upto: int | None = None) -> Sequence[StoredEntry]: ...


class Part(StrEnum):
    """Which stored thing is not what it should be."""

    ENTRY = "entry"
    COLUMN = "columns and words"
    VERSION = "version"
    TREE = "tree"
    CHECKPOINT = "checkpoint"
    HEAD = "head"


@dataclass(frozen=True)
class Break:
    """One thing that is wrong: at which position (0: of no single entry), and what. Repeats nothing stored.

    `last`: where only a run of entries can be named, from `position` on, the last of them.
    `certain` is False where it may be right and this program cannot tell: an unknown type or key.
    """

    position: int
    part: Part
    what: str
    certain: bool = True
    last: int = 0

    def __str__(self) -> str:
        return f"position {self.position}: {self.what}" if self.position else self.what


@dataclass(frozen=True)
class Mark:
    """How far a walk has come, and all it needs to go on from there, in this process or another."""

    frontier: Frontier = field(default_factory=Frontier)
    recordedtime: str | None = None
    signed: int = 0
    """The last position at which a checkpoint fitted."""
    tree_broken: bool = False

    @property
    def position(self) -> int:
        return self.frontier.size


class _Page(NamedTuple):
    """A stretch of the ledger as stored, by position. `rows` are there in a thorough walk only."""

    bodies: dict[int, bytes]
    notes: dict[int, bytes]
    rows: Sequence[FullRow] = ()


class Walk:
    """One pass over the stored entries, in pages; each page tells what is wrong in it. What breaks the tree is told once, where it begins.

    `thorough`: columns, versions, words and every checkpoint; without, the bytes against the tree and the last checkpoint, which is the
    quickest. `keys`: those of the log; with them the checkpoints' signatures are checked too.
    `vault`: opens the words; without it they are not held against their commitments.
    """

    def __init__(
        self,
        stored: Stored,
        keys: Iterable[VerifierKey] = (),
        *,
        vault: Vault | None = None,
        thorough: bool = True,
        mark: Mark | None = None,
    ) -> None:
        self._stored = stored
        self._vault = vault
        self._erased = _erased(stored) if thorough else {}
        self._keys = tuple(keys)
        self._thorough = thorough
        self._versions: dict[str, int] = {}
        self.mark = mark or Mark()

    def to_the_end(self, upto: int) -> Iterator[Break]:
        """Everything wrong up to a position, then at the head if that is where it ends."""
        while self.mark.position < upto:
            yield from self.page(upto)
        yield from self.at_the_head()

    def page(self, upto: int, limit: int = PAGE) -> list[Break]:
        """What is wrong in the next page, which ends at `upto` at the latest; the mark moves behind it."""
        after = self.mark.position
        stop = min(after + limit, upto)
        page = self._read(after, stop - after)
        missing = [at for at in range(after + 1, stop + 1) if at not in page.bodies]
        if missing:
            self._note(tree_broken=True)
        found = [Break(at, Part.ENTRY, "there is no entry") for at in missing]
        found += self._rows(page.rows)
        growth = self.mark.frontier.grown(leaf_hashes(page.bodies.get(at, b"") for at in range(after + 1, stop + 1)))
        for size, note in page.notes.items():
            found += self._checkpoint(size, note, growth)
        found += self._nodes(growth)
        self._note(frontier=growth.after)
        return sorted(found, key=lambda each: (max(each.position, each.last), each.position))

    def at_the_head(self) -> list[Break]:
        """Whether the ledger ends where its head says; nothing where the walk has not come to the end, or the ledger grew meanwhile."""
        more = self._stored.bodies(self.mark.position, 1)
        signed = self._stored.last_checkpoint()
        try:
            frontier = self._stored.frontier()
        except IntegrityError as error:
            frontier, found = None, [Break(0, Part.HEAD, str(error))]
        else:
            found = []
        head = self._stored.head()
        if head.position != self.mark.position:
            return found
        found += () if signed is None else self._last_checkpoint(signed)
        if more:
            found.append(Break(head.position + 1, Part.HEAD, "there is an entry beyond the end that the head names"))
        if frontier is not None and not self.mark.tree_broken and frontier != self.mark.frontier:
            found.append(Break(0, Part.HEAD, "the tree that the head holds is not that of the entries"))
        if self._thorough and head.recordedtime != self.mark.recordedtime:
            found.append(Break(0, Part.HEAD, "the head does not name the time of the last entry"))
        return found

    def _note(self, **changes: Any) -> None:
        self.mark = replace(self.mark, **changes)

    def _read(self, after: int, limit: int) -> _Page:
        if not self._thorough:
            return _Page(dict(self._stored.bodies(after, limit)), {})
        rows = self._stored.rows(after, limit)
        notes = {row.position: row.note for row in rows if row.note is not None}
        return _Page({row.position: row.entry.state for row in rows}, notes, rows)

    def _rows(self, rows: Iterable[FullRow]) -> Iterator[Break]:
        last = self.mark.recordedtime
        for row in rows:
            for what in faults_of_row(row, self._vault, self._erased.get(row.position, ())):
                yield Break(row.position, Part.COLUMN, what, certain=what not in (UNKNOWN_TYPE, UNKNOWN_KEY))
            if last is not None and row.recordedtime < last:
                yield Break(row.position, Part.COLUMN, "it was recorded before the entry that precedes it")
            last = row.recordedtime
            yield from self._version(row)
        self._note(recordedtime=last)

    def _version(self, row: FullRow) -> Iterator[Break]:
        name, version = str(row.entry.originator_id), row.entry.originator_version
        last = self._versions.get(name)
        if last is None:
            last = 0 if version == 1 else len(self._stored.record(name, upto=row.position - 1))
        if version != last + 1:
            yield Break(row.position, Part.VERSION, f"it has version {version} of its record, and {last + 1} is due")
        if len(self._versions) >= MOST_REMEMBERED:
            self._versions.clear()
        self._versions[name] = version

    def _checkpoint(self, size: int, raw: bytes, growth: Growth) -> Iterator[Break]:
        """A checkpoint against its keys and the entries; in a tree that is broken already against its keys alone."""
        said = yield from self._signed(size, raw)
        if said is None:
            return
        if said.size != size:
            yield Break(size, Part.CHECKPOINT, f"the checkpoint kept with it is of {said.size} entries")
        elif not self.mark.tree_broken and said.root != root_at(growth.hash_at, size):
            first = self.mark.signed + 1
            which = f"entry {size}" if first == size else f"one of the entries {first} to {size}"
            yield Break(first, Part.TREE, f"{which} is not what was signed when it was recorded", last=size)
            self._note(tree_broken=True)
        else:
            self._note(signed=size)

    def _last_checkpoint(self, raw: bytes) -> Iterator[Break]:
        """The one signed last. A thorough walk has met it already, unless it is of more entries than are here."""
        position, tree = self.mark.position, self.mark.frontier
        met = self._thorough and self.mark.signed == position and raw == self._stored.checkpoint(position)
        said = None if met else (yield from self._signed(0, raw))
        if said is None:
            return
        if raw != self._stored.checkpoint(said.size):
            yield Break(
                0, Part.CHECKPOINT, "the checkpoint kept last is kept for another number of entries than its own"
            )
        if said.size > position:
            yield Break(0, Part.HEAD, f"{said.size} entries were signed, and {position} are here: the end is gone")
        elif said.size < position:
            what = "it and all that follows it were never signed, as every commit before was"
            yield Break(said.size + 1, Part.CHECKPOINT, what, last=position)
        elif said.size == position and not self.mark.tree_broken and said.root != tree.root():
            yield Break(0, Part.TREE, "the entries are not those that were signed last")

    def _signed(self, position: int, raw: bytes) -> Generator[Break, None, Checkpoint | None]:
        try:
            note = Note.parse(raw)
            said = Checkpoint.parse(note.text)
            signers = note.signers(self._keys)
        except Unproved as error:
            yield Break(position, Part.CHECKPOINT, f"the checkpoint kept here is damaged: {error}")
            return None
        if self._keys and not signers:
            yield Break(position, Part.CHECKPOINT, "the checkpoint is under a key that is not known", certain=False)
        return said

    def _nodes(self, growth: Growth) -> Iterator[Break]:
        """Kept hashes against those of the entries. In a broken tree the lowest level still tells where; those above only repeat it."""
        for level in range(STEP, len(growth.made), STEP):
            made, first = growth.made[level], growth.before.size >> level
            kept = self._stored.nodes(level, first, first + len(made))
            if len(kept) != len(made):
                yield Break((first << level) + 1, Part.TREE, f"of {len(made)} hashes from here on {len(kept)} are kept")
                return
            for index, (ours, theirs) in enumerate(zip(made, kept, strict=True), first):
                if ours != theirs:
                    begin, end = (index << level) + 1, index + 1 << level
                    yield Break(
                        begin, Part.TREE, f"the hash kept for the entries {begin} to {end} is not theirs", last=end
                    )
                    self._note(tree_broken=True)
            if self.mark.tree_broken:
                return


def _erased(stored: Stored) -> dict[int, set[str]]:
    """By position, the places whose words are certified to be gone. A certificate that cannot be read says nothing; the walk names it."""
    found: dict[int, set[str]] = {}
    for row in stored.certificates(0):
        try:
            places = erased_by(read_back(row.position, row.state))
        except ValueError:
            continue
        for position, path in places:
            found.setdefault(position, set()).add(path)
    return found
