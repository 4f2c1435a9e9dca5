"""Carrying a whole ledger to another home, and proving that the copy says the same: backup and restore."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from eventsourcing.persistence import PersistenceError, ProgrammingError

from ledger.log.note import MOST_SIGNATURES
from ledger.log.tree import Frontier, Growth, leaf_hashes
from ledger.recorders.contract import FullRow, Head, LedgerRecorder
from ledger.recorders.sqlite import SQLiteRecorder

PAGE = 1000
"""Rows carried at a time: the most that is held in memory."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all; `backup` and `restore` go through them twice, to carry and to verify."""


@dataclass(frozen=True)
class Difference:
    """The first thing in which a copy is not what it was copied from; position 0 where it concerns no single entry."""

    position: int
    what: str

    def __str__(self) -> str:
        """For people: without any stored text."""
        return f"position {self.position}: {self.what}" if self.position else self.what


class CopyDiffersError(PersistenceError):
    """A copy was made and does not say the same; `difference` tells where."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(f"The copy is not the same as the original. First difference: {difference}.")
        self.difference = difference


def copy_ledger(source: LedgerRecorder, target: LedgerRecorder, progress: Progress) -> int:
    """Carry all rows to an empty ledger on either engine and return the last position carried.

    Others may write to the source meanwhile: what is carried is the source as it stood at the start. A copy that is broken off
    leaves a shorter ledger behind, which is not continued: begin again with an empty one. Raises ProgrammingError if the target
    holds an entry already.
    """
    if target.head().position:
        raise ProgrammingError("The ledger to copy into is not empty.")
    upto = source.head().position
    progress(0, upto)
    for after in range(0, upto, PAGE):
        rows = source.rows(after, min(PAGE, upto - after))
        target.load(rows)
        progress(after + len(rows), upto)
    _carry_cosignatures(source, target, upto)
    return upto


def compare(
    source: LedgerRecorder, target: LedgerRecorder, progress: Progress, *, upto: int | None = None
) -> Difference | None:
    """The first difference between a ledger and its copy, or None if every byte, key, time, word and checkpoint agrees, and the
    copy keeps the tree over its entries.

    `upto` says how far the source was copied, where it has grown since; the target must end exactly there.
    """
    end = source.head().position if upto is None else upto
    recordedtime: str | None = None
    tree = Frontier()
    for after in range(0, end, PAGE):
        limit = min(PAGE, end - after)
        ours, theirs = source.rows(after, limit), target.rows(after, limit)
        if ours != theirs or len(ours) != limit:
            return _first_difference(after + 1, ours, theirs)
        growth = tree.grown(leaf_hashes(row.entry.state for row in ours))
        if not _holds(target, growth):
            return Difference(after + 1, "from here on the copy holds other nodes of the tree")
        recordedtime, tree = ours[-1].recordedtime, growth.after
        progress(after + limit, end)
    if target.rows(end, 1):
        return Difference(end + 1, "the copy holds an entry too many")
    if target.head() != Head(end, recordedtime):
        return Difference(0, "the head of the copy does not name its last entry")
    if target.frontier() != tree:
        return Difference(0, "the head of the copy does not hold the tree over its entries")
    return None


def _carry_cosignatures(source: LedgerRecorder, target: LedgerRecorder, upto: int) -> None:
    """What witnesses signed over what was carried: no entry holds it, so that nothing could make it again."""
    for after in range(0, upto, PAGE):
        target.cosign(source.cosignatures(after, min(after + PAGE, upto), PAGE * MOST_SIGNATURES))


def backup(source: LedgerRecorder, path: str | Path, progress: Progress) -> int:
    """Write a ledger into a new SQLite file while others go on writing, verify it, and return its last position.

    The file bears its name only when it is whole and verified; before that `.partial` is added. Raises ProgrammingError if the
    path exists, CopyDiffersError if the verification fails.
    """
    whole = Path(path)
    partial = whole.with_name(whole.name + ".partial")
    if whole.exists() or partial.exists():
        raise ProgrammingError(f"{whole if whole.exists() else partial} exists already.")
    with closing(SQLiteRecorder(partial)) as target:
        upto = copy_ledger(source, target, progress)
        _verified(compare(source, target, progress, upto=upto))
    partial.rename(whole)
    _keep_name(whole.parent)
    return upto


def restore(path: str | Path, target: LedgerRecorder, progress: Progress) -> int:
    """Carry a backup into an empty ledger on either engine, verify it, and return its last position.

    Raises ProgrammingError if there is no such file or the ledger is not empty, CopyDiffersError if the verification fails.
    """
    if not Path(path).is_file():
        raise ProgrammingError(f"{path} is not a file.")
    with closing(SQLiteRecorder(path, read_only=True)) as source:
        upto = copy_ledger(source, target, progress)
        _verified(compare(source, target, progress, upto=upto))
    return upto


def _verified(difference: Difference | None) -> None:
    if difference is not None:
        raise CopyDiffersError(difference)


def _first_difference(first: int, ours: Sequence[FullRow], theirs: Sequence[FullRow]) -> Difference:
    for expected, (one, other) in enumerate(zip(ours, theirs, strict=False), first):
        if one.position != expected or other.position != expected:
            missing = "original" if one.position != expected else "copy"
            return Difference(expected, f"the {missing} does not hold it")
        if one != other:
            return Difference(expected, f"{', '.join(_differing(one, other))} differ")
    shorter = "copy" if len(theirs) <= len(ours) else "original"
    return Difference(first + min(len(ours), len(theirs)), f"the {shorter} does not hold it")


def _differing(one: FullRow, other: FullRow) -> list[str]:
    fields = one.entry.__dataclass_fields__
    names = [name for name in fields if getattr(one.entry, name) != getattr(other.entry, name)]
    return names + [name for name in ("recordedtime", "words", "note") if getattr(one, name) != getattr(other, name)]


def _holds(copy: LedgerRecorder, growth: Growth) -> bool:
    """Whether a copy keeps the nodes that these entries completed."""
    for level, completed in groupby(growth.stored(), key=attrgetter("level")):
        nodes = list(completed)
        if list(copy.nodes(level, nodes[0].index, nodes[-1].index + 1)) != [node.hash for node in nodes]:
            return False
    return True


def _keep_name(folder: Path) -> None:
    # A new name survives a power cut only when its folder has been written too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
