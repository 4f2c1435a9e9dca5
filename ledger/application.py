"""The ledger: the one place where entries are written, and from which they are read back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast, get_args

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    InterfaceError,
    Mapper,
    OperationalError,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from ledger import sealing
from ledger.clock import Clock, spelled
from ledger.desk import ITSELF, Desk, Screen
from ledger.domain.adoption import Packs, Shelf
from ledger.domain.claim import SealedHeads
from ledger.domain.history import Entry, Standing, effective, fold
from ledger.domain.packs import PackKind
from ledger.domain.policy import PolicyAdopted
from ledger.entry import Submission, leaf_hash, read_back
from ledger.evidence.erasures import Erasures
from ledger.evidence.heads import Heads
from ledger.evidence.high_water import Guard
from ledger.evidence.proving import Prover, receipts_of
from ledger.evidence.signing import Signing
from ledger.log.keys import VerifierKey
from ledger.log.lines import Lines
from ledger.log.proofs import Proof
from ledger.log.receipt import Receipt
from ledger.log.tiles import Tile
from ledger.mapping import EntryMapper, Home
from ledger.memory import Memory
from ledger.outcome import Outcome, Recorded
from ledger.recorders.contract import Head, Key, LedgerRecorder, StoredEntry
from ledger.vault import SealedWords, Vault, fresh_salt

PAGE = 1000
"""Entries read at a time where all are read."""
ATTEMPTS = 3
"""How often a group is offered again after the engine failed; the keys are looked up each time, so nothing is stored twice."""

Progress = Callable[[int, int], None]
"""Called with what is done and what there is."""

POLICIES = tuple(f"policy/{kind.upper()}" for kind in get_args(PackKind))
JUDGED_BY = (*POLICIES, ITSELF)
"""The records that every submission is judged by."""


@dataclass(frozen=True)
class Batch:
    """Submissions that one principal posted together. Atomic: all of them or none.

    `whole`: nothing else was posted with them. What is left of an atomic batch whose other items have no event's shape is
    judged all the same, so that its sender hears of everything at once, and is not recorded.
    `erases`: two people decided it (`ledger.access.erasing`); nobody who posts may say so.
    `screen`: what is hidden from whoever posts is refused to them inside the write (`ledger.access.screening`).
    """

    submissions: tuple[Submission, ...]
    recordedby: str
    atomic: bool = True
    whole: bool = True
    erases: bool = False
    screen: Screen | None = None


class Ledger(Application[str]):
    """Everything that was recorded, in one gapless order. Reads are safe from any thread; `write` is for one thread at a time."""

    name = "Ledger"

    def __init__(
        self,
        recorder: LedgerRecorder,
        *,
        shelf: Shelf,
        clock: Clock,
        vault: Vault,
        salt: sealing.Salts = fresh_salt,
        signing: Signing | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        self._home, self._signing, self._prover = recorder, signing, Prover(recorder)
        self.shelf, self.clock, self.vault, self._salt = shelf, clock, vault, salt
        self.erasures = erasures
        self._memory = Memory()
        self._packs: tuple[tuple[Standing, ...], Packs] | None = None
        self._heads, self._heads_turn = Heads(), threading.Lock()
        super().__init__()
        self.packs()
        self.guard = Guard(signing.mark if signing else None)
        if signing is not None:
            signing.begin(recorder.last_checkpoint())
            self.guard.begin(
                lambda: self.head().position, self.root, recorder.last_checkpoint(), signing.verifiers[0].name
            )

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        return Home(env, cast("ApplicationRecorder", self._home))

    def construct_mapper(self) -> Mapper[str]:
        return EntryMapper()

    # writing

    def write(self, batches: Sequence[Batch]) -> list[list[Outcome]]:
        """Commit batches together, each judged after those before it; one outcome per submission, in order.

        When this returns, what is Recorded is durable. Raises eventsourcing's OperationalError or InterfaceError when the engine keeps
        failing: then nothing is known of what is not Recorded, and posting it again with the same key is safe. ReadOnly where nothing
        may be recorded, since receipts may be out that this ledger does not hold.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._write_once(batches)
            except (OperationalError, InterfaceError):
                self._memory.clear()
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _write_once(self, batches: Sequence[Batch]) -> list[list[Outcome]]:
        submissions = [submission for batch in batches for submission in batch.submissions]
        with self._home.appending() as head:
            known = head.known_keys([Key(s.source, s.id) for s in submissions])  # asked first: the lock travels with it
            self.guard.check(head.head.position)
            self._catch_up(head.head.position, head.advanced_since)
            now = self._now(head.head)
            reach = head.head.position
            desk = Desk(
                head, self._memory, known=known, now=now, packs=self._packs_at, salt=self._salt, open_=self.vault.open,
                entry_at=self.entry_at,
                heads=lambda upto: self._sealed(upto) if upto <= reach else None,
            )  # fmt: skip
            desk.prepare(submissions, *JUDGED_BY)
            outcomes = [
                desk.take(b.submissions, b.recordedby, atomic=b.atomic, whole=b.whole, erases=b.erases, screen=b.screen)
                for b in batches
            ]
            if desk.rows:
                head.append(desk.rows, self.vault.lock(desk.words), spelled(now))
            if desk.gone:
                head.exchange(desk.gone, ())
            before = head.head.position
        self._memory.position = before + len(desk.rows)
        self._memory.keep(desk.remembered())
        if head.signed is not None and head.signed.note is not None:
            self.guard.signed(head.signed.growth.after.size, head.signed.note.to_bytes())
        return self._with_receipts(outcomes, receipts_of(head.signed, [row.state for row in desk.rows]))

    def _with_receipts(self, outcomes: list[list[Outcome]], fresh: Mapping[int, Receipt]) -> list[list[Outcome]]:
        """The outcomes with their proof: what was just committed has its own; what stood there before, the one it was first given."""
        if self._signing is None:
            return outcomes

        @cache
        def proof(position: int) -> Receipt | None:
            return fresh[position] if position in fresh else self.prove(position)

        return [
            [
                Recorded(o.entry, o.content, o.repeat, proof(o.entry.position), o.erased)
                if isinstance(o, Recorded)
                else o
                for o in each
            ]
            for each in outcomes
        ]

    def _now(self, head: Head) -> datetime:
        """The clock's time, or the last recorded time where the clock has gone back: recorded times never decrease."""
        now = self.clock.now()
        return now if head.recordedtime is None else max(now, datetime.fromisoformat(head.recordedtime))

    def _catch_up(self, position: int, advanced_since: Any) -> None:
        """Forget the records that another process advanced since this one last wrote."""
        if position > self._memory.position and len(self._memory):
            self._memory.forget(advanced_since(self._memory.position))
        elif position < self._memory.position:
            self._memory.clear()

    @property
    def last_written(self) -> int:
        """The last position this process has committed or caught up with."""
        return self._memory.position

    # packs

    def packs(self, *, as_at: int | None = None) -> Packs:
        """The packs this ledger has adopted, as at a position. Raises PacksRefused when one is missing or altered."""
        return self._packs_of(self.records(POLICIES, as_at).values())

    def _packs_at(self, desk: Desk) -> Packs:
        """The packs at the desk's place in the log; read anew only after a policy record has changed.

        Standings are compared, since versions alone may be those of a batch that was thrown away.
        """
        standings = tuple(desk.standing(name) for name in POLICIES)
        if self._packs is None or self._packs[0] != standings:
            self._packs = standings, self._packs_of(desk.history(name) for name in POLICIES)
        return self._packs[1]

    def _packs_of(self, histories: Iterable[Sequence[Entry]]) -> Packs:
        counted = [entry for entries in histories for entry in effective(entries)]
        return Packs(
            self.shelf, tuple(e.event.adoption(e.position) for e in counted if isinstance(e.event, PolicyAdopted))
        )

    # heads

    def heads(self, upto: int, progress: Progress = lambda done, total: None) -> Lines:
        """What every record held at a position, as `ledger.evidence.heads` spells it. Reads what came since it was last asked."""
        with self._heads_turn:
            if upto < self._heads.position:
                self._heads = Heads()
            while self._heads.position < upto:
                after = self._heads.position
                self._heads.take(self._home.bodies(after, min(PAGE, upto - after)))
                progress(self._heads.position, upto)
            return self._heads.lines()

    def _sealed(self, upto: int) -> SealedHeads:
        lines = self.heads(upto)
        return SealedHeads(lines.size, lines.root().hex())

    # reading

    def head(self) -> Head:
        """The last position and when it was recorded."""
        return self._home.head()

    def entry_at(self, position: int) -> Entry:
        """One entry; LookupError where there is none."""
        row = self._home.entry(position)
        if row is None:
            raise LookupError(f"there is no entry {position}")
        return _entry(row)

    def entries(self, after: int = 0, limit: int | None = None, *, upto: int | None = None) -> Iterator[Entry]:
        """Entries with after < position <= upto, in order, in bounded memory."""
        return map(_entry, self._home.entries(after, limit, upto=upto))

    def records(self, names: Sequence[str], upto: int | None = None) -> Mapping[str, Sequence[Entry]]:
        """All entries of these records (`<record>/<reference>`) up to a position."""
        return _by_record(self._home.records(names, upto=upto))

    def record(self, name: str, upto: int | None = None) -> Sequence[Entry]:
        """All entries of one record up to a position; empty where it was never begun by then."""
        return [_entry(row) for row in self._home.record(name, upto=upto)]

    def names(self, positions: Sequence[int]) -> Mapping[int, str]:
        """The record (`<record>/<reference>`) of each of these entries, by position."""
        return self._home.names(positions)

    def words(self, positions: Sequence[int]) -> Sequence[SealedWords]:
        """The words kept beside these entries, but for what was erased and is in a file that was put back. Raises VaultClosed where they do not open, VaultKeyUnusable without any key."""
        gone = {(each.position, each.path) for each in self.erasures.read()} if self.erasures else ()
        return self.vault.open(each for each in self._home.words(positions) if (each.position, each.path) not in gone)

    # the log

    def prove(self, position: int) -> Receipt | None:
        """The receipt of an entry as it was first signed; None where the ledger has no key. LookupError where there is no such entry."""
        return self._prover.receipt(position)

    def inclusion(self, index: int, size: int) -> Proof:
        """That entry `index` + 1 is one of the first `size`. LookupError where there are fewer, Malformed where the numbers do not fit."""
        return self._prover.inclusion(index, size)

    def consistency(self, old: int, new: int) -> Proof:
        """That the first `old` entries begin the first `new`. LookupError where there are fewer, Malformed where the numbers do not fit."""
        return self._prover.consistency(old, new)

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` entries. LookupError where there are fewer."""
        return self._prover.root(size)

    def tile(self, path: str) -> bytes:
        """What a C2SP tlog-tiles path such as `tile/0/000` leads to. Malformed for another path, LookupError beyond the ledger's end."""
        return self._prover.tile(Tile.parse(path))

    def checkpoint(self, size: int | None = None) -> bytes | None:
        """The note signed over the first `size` entries, or the one signed last; None where nothing was."""
        return self._home.last_checkpoint() if size is None else self._home.checkpoint(size)

    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The public keys of the log, the newest first: those that sign now. Empty where the ledger has no key."""
        return self._signing.verifiers if self._signing else ()

    def earlier_keys(self) -> tuple[str, ...]:
        """The public keys that took over from one another (`ledger.key-rotated`), the newest first."""
        own = fold(self.record(ITSELF)).state
        return tuple(reversed(own.keys)) if own else ()

    def every_key(self) -> list[VerifierKey]:
        """All public keys that sign or have signed this log."""
        return list(dict.fromkeys([*self.log_keys(), *map(VerifierKey.parse, self.earlier_keys())]))

    def leaf(self, index: int) -> str:
        """The leaf hash of entry `index` + 1, 64 hex digits; LookupError where there is none."""
        return leaf_hash(self.entry_at(index + 1).body)

    def position_at(self, instant: str) -> int:
        """The last position recorded at or before an instant (RFC 3339 UTC, microseconds)."""
        return self._home.position_at(instant)

    def close(self) -> None:
        super().close()
        self.guard.close()
        self._home.close()


def _entry(row: StoredEntry) -> Entry:
    return read_back(row.position, row.state)


def _by_record(rows: Sequence[StoredEntry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for row in rows:
        found.setdefault(row.originator_id, []).append(_entry(row))
    return found
