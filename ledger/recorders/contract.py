"""What every home for the entries promises, whichever engine keeps it.

The promise, shared by `ledger.recorders.sqlite` and `ledger.recorders.postgres` and shown by `tests/conformance`:

* positions run 1, 2, 3 ... without a gap, in the order of commit; nobody ever sees a position that a later commit fills;
* (source, id) is unique for ever;
* an entry, its key and its sealed words are committed together or not at all;
* recorded times never decrease along the positions;
* the RFC 9162 tree over the entries' bytes grows in the same commit, and where the ledger has a key that commit is signed;
* entries, nodes and signed checkpoints are never updated, deleted or truncated: triggers refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from eventsourcing.persistence import PersistenceError, StoredEvent

from ledger.log.note import Note
from ledger.log.tree import Frontier, Growth
from ledger.vault import LockedWords

SCHEMA_VERSION = 3
"""The version of the stored tables this program reads and writes. Another is refused."""
BROUGHT_OVER = 2
"""The version that `ledger upgrade` brings over."""


Signer = Callable[[Frontier], Note]
"""Gives the signed note over the tree that a commit ends with. It is asked once for each, while the head is held."""


class UnknownSchemaError(PersistenceError):
    """The database is not a ledger, or holds a ledger of a schema version this program does not know."""


def of_another_version(where: str, found: Any) -> UnknownSchemaError:
    """The error for the row that names the version of a ledger, which is not ours."""
    held = found[0] if found else "unknown"
    way = (
        "`ledger upgrade` brings it over, with the service stopped."
        if held == BROUGHT_OVER
        else "Use the program that wrote it, or restore a backup into a new database."
    )
    return UnknownSchemaError(
        f"{where} holds a ledger of schema version {held}; this program reads and writes version {SCHEMA_VERSION}. {way}"
    )


class Key(NamedTuple):
    """The sender's own identity of a submission: CloudEvents `source` and `id`."""

    source: str
    id: str


@dataclass(frozen=True)
class NewEntry(StoredEvent):
    """One entry about to be stored. `state` holds its exact bytes; they are never made again.

    `originator_id` is `<record>/<reference>`, `originator_version` counts 1, 2, 3 ... within it, `topic` is the event type.
    """

    source: str | None = None
    id: str | None = None
    content: bytes | None = None
    """SHA-256 of what was posted, without sealed words: 32 bytes."""


class StoredEntry(NamedTuple):
    """One entry as it stands in the ledger."""

    position: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes


class KnownKey(NamedTuple):
    """What the ledger holds under a key: where, and the hash of what was posted then."""

    position: int
    content: bytes


class Place(NamedTuple):
    """Where words are kept: the position of the entry, and a JSON pointer into its data."""

    position: int
    path: str


class Cosignature(NamedTuple):
    """What a witness signed over the checkpoint of `size` entries: `value` is the time (8 bytes, seconds since 1970) and the signature."""

    size: int
    name: str
    key_id: bytes
    value: bytes


class FullRow(NamedTuple):
    """Everything one position holds: what a backup carries."""

    position: int
    entry: NewEntry
    recordedtime: str
    words: tuple[LockedWords, ...]
    note: bytes | None = None
    """The checkpoint that was signed over this entry and those before it; None where the commit went on."""


class Head(NamedTuple):
    """The end of the ledger: the last position (0 when empty) and its recorded time (RFC 3339 UTC, microseconds) or None."""

    position: int
    recordedtime: str | None


class Signed(NamedTuple):
    """What one commit made of the log: how the tree grew, and the note signed over it (None where the ledger has no key).

    It holds all that the receipts of the commit's own entries need.
    """

    growth: Growth
    note: Note | None


class Appending(Protocol):
    """One transaction that holds the head of the ledger. Everything read through it is as of that head, whatever is staged meanwhile.

    The head is locked by the first thing asked of it. On PostgreSQL that first question travels with the lock, so a writer that
    asks for `known_keys` before `head` needs one round trip for both, and one more for everything it stages and the commit.
    """

    @property
    def head(self) -> Head:
        """The end of the ledger, locked: nobody else appends until this transaction ends."""

    @property
    def signed(self) -> Signed | None:
        """What the commit made of the log; None as long as it is not committed, and where nothing was staged."""

    def known_keys(self, keys: Sequence[Key]) -> Mapping[Key, KnownKey]:
        """Those of the keys that are recorded already."""

    def history(self, originator_ids: Sequence[str]) -> Sequence[StoredEntry]:
        """All entries of these records, in position order."""

    def advanced_since(self, position: int) -> Sequence[str]:
        """The distinct originator ids of entries after a position: what other processes wrote meanwhile."""

    def last_reference(self, prefix: str) -> str | None:
        """Of records begun (version 1) under `prefix` followed by one to eighteen digits and nothing else, the one with the greatest
        number; None if there is none. Quick however many there are.
        """

    def words(self, position: int) -> Sequence[LockedWords]:
        """The words kept for an entry, as they are locked."""

    def exchange(self, gone: Sequence[Place], words: Sequence[LockedWords]) -> None:
        """Delete the words kept at these places, at once, and keep others; what is kept is never changed in place."""

    def append(self, entries: Sequence[NewEntry], words: Sequence[LockedWords], recordedtime: str) -> None:
        """Stage entries for the positions head.position + 1, + 2 ... They are written on leaving `appending()`, in the same commit.

        May be called again: positions go on. Words name one of the positions staged in the same call; recordedtime is RFC 3339 UTC
        with microseconds and a Z. Raises at once DataError for a malformed time or a NUL in a text, and IntegrityError for a time
        earlier than the one before it or words without their entry. A version or key already taken is an IntegrityError on leaving.
        """


class LedgerRecorder(Protocol):
    """What the ledger asks of a recorder beyond eventsourcing's ApplicationRecorder."""

    def appending(self) -> AbstractContextManager[Appending]:
        """Lock the head row; write what was staged and commit on leaving, roll back on an exception. Writers queue here.

        Raises on leaving, and then nothing is stored: IntegrityError, where a version or a key is taken already, and whatever the
        signer raises.
        Raises OperationalError or InterfaceError where the engine fails. At commit it may then not be known whether the commit
        happened: whoever called looks the keys up (`known_keys`) before answering. All from eventsourcing.persistence.
        ProgrammingError when one thread opens it twice, which would wait on itself for ever.
        """

    def head(self) -> Head:
        """The end of the ledger as committed now."""

    def entries(self, after: int = 0, limit: int | None = None, *, upto: int | None = None) -> Iterator[StoredEntry]:
        """Entries with after < position <= upto in position order, streamed in bounded memory.

        Without `upto`, up to the head as it is when the first entry is asked for: a stream ends, however busy the writers are.
        """

    def bodies(self, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Position and bytes of up to limit entries after a position: the quickest read there is."""

    def entry(self, position: int) -> StoredEntry | None:
        """One entry, or None."""

    def record(self, originator_id: str, *, upto: int | None = None) -> Sequence[StoredEntry]:
        """All entries of one record up to a position, in order."""

    def records(self, originator_ids: Sequence[str], *, upto: int | None = None) -> Sequence[StoredEntry]:
        """All entries of several records up to a position, in position order."""

    def names(self, positions: Sequence[int]) -> Mapping[int, str]:
        """The record of each of these entries, by position."""

    def words(self, positions: Sequence[int]) -> Sequence[LockedWords]:
        """The words kept for these entries, as they are locked."""

    def words_under(self, key: str, limit: int) -> Sequence[LockedWords]:
        """Some words that a key of the vault locked, by its id."""

    def certificates(self, after: int) -> Sequence[StoredEntry]:
        """The entries after a position that certify an erasure (`<record>.words-erased`)."""

    def vault_keys(self) -> Mapping[str, int]:
        """The ids of the keys that lock what is kept here, each with how many words."""

    def position_at(self, instant: str) -> int:
        """The last position recorded at or before an instant (RFC 3339 UTC, microseconds); 0 if none. Recorded times never decrease."""

    def frontier(self) -> Frontier:
        """The tree over all entries, as committed now: its size is the last position."""

    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Hashes of the complete subtrees start to stop - 1 of a level that is 0 or a multiple of `ledger.log.tree.STEP`, in order.

        Fewer where they are not held. Leaves (level 0) are hashed anew from the entries. Fits `ledger.log.nodes.Nodes`.
        """

    def checkpoint(self, size: int) -> bytes | None:
        """The note signed over the first `size` entries; None where no commit ended there."""

    def checkpoint_covering(self, position: int) -> bytes | None:
        """The first note that was signed over an entry: the one its receipt carries; None where there is none."""

    def last_checkpoint(self) -> bytes | None:
        """The note signed last."""

    def cosign(self, cosignatures: Sequence[Cosignature]) -> None:
        """Keep cosignatures that were checked; of one key's over one size the newest. Waits for no writer of entries longer than a commit."""

    def cosignatures(self, after: int, upto: int, limit: int) -> Sequence[Cosignature]:
        """Those over checkpoints with after < size <= upto, by size and name; at most `limit` of them."""

    def last_cosignature(self, name: str, key_id: bytes) -> Cosignature | None:
        """The one that a key gave over the greatest size; None where it never cosigned."""

    def audit(self) -> str | None:
        """What the self-audit last kept of itself; None where it never ran."""

    def keep_audit(self, state: str) -> None:
        """Keep what the self-audit says of itself, in place of what it said before."""

    def scrub(self) -> None:
        """Have nothing of words that were deleted left in the files, as far as the engine can be told; others may have to wait for it."""

    def risk(self) -> str | None:
        """A sentence on what a power cut could take of what was committed, by the engine's present settings; None if nothing."""

    def wait_beyond(self, position: int, timeout: float) -> bool:
        """True as soon as the head is beyond a position, False when timeout seconds have passed."""

    def rows(self, after: int, limit: int) -> Sequence[FullRow]:
        """Whole rows, words included, for copying a ledger to another home."""

    def load(self, rows: Sequence[FullRow]) -> None:
        """Store rows copied from another home, as they are, after the present head, in one commit; the tree is made anew.

        Raises IntegrityError for a gap, a time that goes back, or a version or key already taken.
        """

    def close(self) -> None:
        """Let go of files and connections."""
