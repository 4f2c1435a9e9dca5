"""What one transaction is about to store: every check that does not need the database, and the rows in their column order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eventsourcing.persistence import DataError, IntegrityError, StoredEvent

from ledger.log.tree import Frontier, Growth, leaf_hashes
from ledger.log.verdict import Malformed
from ledger.recorders.contract import FullRow, Head, NewEntry, Signed, Signer
from ledger.vault import LockedWords

Row = tuple[int, str, int, str, str | None, str | None, bytes | None, str, bytes]
"""position, originator_id, originator_version, topic, source, id, content, recordedtime, state: the column order of both schemas."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def instant(text: str) -> str:
    """The same text, if it is `YYYY-MM-DDThh:mm:ss.ffffffZ`; DataError otherwise. Only this form sorts as text in order of time."""
    if _INSTANT.fullmatch(text) is None:
        raise DataError(f"Not an instant in UTC with microseconds: {text!r}")
    return text


def as_new_entry(event: StoredEvent) -> NewEntry:
    """An event from eventsourcing's own save, which has no key; a NewEntry as it is."""
    if isinstance(event, NewEntry):
        return event
    return NewEntry(str(event.originator_id), event.originator_version, event.topic, event.state)


def node_rows(growth: Growth) -> list[tuple[int, int, bytes]]:
    """level, number, hash of the nodes an append completed: the column order of both schemas."""
    return [(node.level, node.index, node.hash) for node in growth.stored()]


class Staged:
    """Rows for the positions after a head, the words kept beside them, and what they make of the tree.

    `frontier` is the head's, as stored; raises IntegrityError where it is not that of so many entries.
    """

    def __init__(self, head: Head, frontier: bytes, sign: Signer | None = None) -> None:
        self.head = head
        self.end = head
        self.rows: list[Row] = []
        self.words: list[LockedWords] = []
        self.notes: list[tuple[int, bytes]] = []
        self._before = frontier_of(frontier, head.position)
        self._sign = sign

    def append(self, entries: Sequence[NewEntry], words: Sequence[LockedWords], recordedtime: str) -> None:
        """Stage entries for the next positions. Raises as `Appending.append`, and then stages none of them."""
        first = self.end.position + 1
        rows = [_row(position, entry, recordedtime) for position, entry in enumerate(entries, first)]
        last = self.end.position + len(rows)
        for held in words:
            if not first <= held.position <= last:
                raise IntegrityError(
                    f"Words at position {held.position}, which is not among the entries stored with them."
                )
        self._take(rows, words)

    def load(self, rows: Sequence[FullRow]) -> None:
        """Stage rows as they stood elsewhere. Raises as `LedgerRecorder.load`, and then stages none of them."""
        for expected, row in enumerate(rows, self.end.position + 1):
            if row.position != expected:
                raise IntegrityError(f"Position {expected} comes next, not {row.position}.")
            if any(held.position != row.position for held in row.words):
                raise IntegrityError(f"The words beside position {row.position} name another position.")
        self._take(
            [_row(row.position, row.entry, row.recordedtime) for row in rows],
            [held for row in rows for held in row.words],
        )
        self.notes += [(row.position, row.note) for row in rows if row.note is not None]
        self._sign = None  # what was signed elsewhere is carried, and nothing signed over it

    def finished(self) -> Signed:
        """What all that was staged makes of the log; nothing is staged after it."""
        growth = self._before.grown(leaf_hashes(row[8] for row in self.rows))
        note = None if self._sign is None else self._sign(growth.after)
        if note is not None:
            self.notes.append((growth.after.size, note.to_bytes()))
        return Signed(growth, note)

    def _take(self, rows: Sequence[Row], words: Sequence[LockedWords]) -> None:
        previous = self.end.recordedtime
        for row in rows:
            if previous is not None and row[7] < previous:
                raise IntegrityError(f"Position {row[0]} would be recorded at {row[7]}, before {previous}.")
            if row[7] != previous:
                previous = instant(row[7])
            _without_nul((row[1], row[3], row[4], row[5]))
        for held in words:
            _without_nul((held.path, held.key))
        self.rows.extend(rows)
        self.words.extend(words)
        if rows:
            self.end = Head(rows[-1][0], rows[-1][7])


def frontier_of(raw: bytes, position: int) -> Frontier:
    """The tree that a head holds; IntegrityError where it is not one of so many entries."""
    try:
        found = Frontier.from_bytes(raw)
    except Malformed as error:
        raise IntegrityError(f"The head of the ledger holds no tree: {error}.") from error
    if found.size != position:
        raise IntegrityError(
            f"The head of the ledger names position {position}, and its tree holds {found.size} entries."
        )
    return found


def _row(position: int, entry: NewEntry, recordedtime: str) -> Row:
    return (
        position,
        str(entry.originator_id),
        entry.originator_version,
        entry.topic,
        entry.source,
        entry.id,
        entry.content,
        recordedtime,
        entry.state,
    )


def _without_nul(texts: Iterable[str | None]) -> None:
    # PostgreSQL cannot hold U+0000 in text; SQLite can. The same ledger must be possible in both.
    for text in texts:
        if text is not None and "\x00" in text:
            raise DataError("Text with a NUL character cannot be stored.")
