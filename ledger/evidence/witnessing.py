"""What witnesses signed over this ledger: checked before it is kept, and which checkpoint the policy holds to be agreed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Signature, VerifierKey
from ledger.log.nodes import Nodes
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.log.proofs import consistency_proof
from ledger.log.verdict import Unknown, Unproved, Wrong, sentence
from ledger.recorders.contract import Cosignature, Head

PAGE = 1000
"""Cosignatures read at a time."""
LAST_SECOND = 253_402_300_799
"""Of the year 9999, the last that can be told: a cosignature may claim any of 64 bits."""


class Kept(Protocol):
    """What this asks of a recorder (`LedgerRecorder`)."""

    def head(self) -> Head: ...
    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]: ...
    def checkpoint(self, size: int) -> bytes | None: ...
    def checkpoint_covering(self, position: int) -> bytes | None: ...
    def last_checkpoint(self) -> bytes | None: ...
    def cosign(self, cosignatures: Sequence[Cosignature]) -> None: ...
    def cosignatures(self, after: int, upto: int, limit: int) -> Sequence[Cosignature]: ...
    def last_cosignature(self, name: str, key_id: bytes) -> Cosignature | None: ...


class Contradicted(Unproved):
    """A witness that is trusted here signed another history than the one held here."""


class Last(NamedTuple):
    """The greatest size that a witness cosigned, and when it did so last (seconds since 1970)."""

    size: int
    cosigned: int


class Request(NamedTuple):
    """A checkpoint on its way to a witness: its size and text, and the body of C2SP add-checkpoint."""

    size: int
    text: str
    body: bytes


class Cosignatures:
    """The cosignatures kept beside a ledger, under a policy. Reads are safe from any thread, and so is `take`.

    `alarm` is told, in a sentence without its full stop, when a witness of the policy contradicts what is here.
    """

    def __init__(self, recorder: Kept, policy: Policy, alarm: Callable[[str], None] = lambda why: None) -> None:
        self._home, self._alarm = recorder, alarm
        self.policy = policy
        self._keys = {(key.name, key.key_id): key for key in policy.keys}
        self._agreed = 0

    def take(self, raw: bytes) -> int:
        """Keep what witnesses signed over a checkpoint of ours, a note whose lines are cosignatures; returns the checkpoint's size.

        Lines of unknown keys are ignored. Raises Malformed for another form, Wrong where a line does not fit, Unknown where no witness
        of the policy signed or nothing was signed here at that size, and Contradicted where it is another history's.
        """
        note = Note.parse(raw)
        stated = Checkpoint.parse(note.text)
        signers = note.signers(self._keys.values())
        if not signers:
            raise Unknown("no witness of the policy signed this")
        ours = self._home.checkpoint(stated.size)
        if ours is None:
            head = self._home.head().position
            if stated.size > head:
                raise self._contradicted(f"a witness cosigned {stated.size} entries; {head} are here")
            raise Unknown(f"no checkpoint of {stated.size} entries was signed here")
        if Note.parse(ours).text != note.text:
            raise self._contradicted(f"a witness cosigned another tree of {stated.size} entries than the one here")
        lines = [line for line in note.signatures if (line.name, line.key_id) in self._keys]
        if any(line.timestamp > LAST_SECOND for line in lines):
            raise Wrong("a witness cosigned at a time that no calendar has")
        self._home.cosign([_row(stated.size, line) for line in lines])
        return stated.size

    def note(self, size: int) -> Note | None:
        """The checkpoint of a size with all that witnesses of the policy signed over it; None where nothing was signed there."""
        signed = self._home.checkpoint(size)
        if signed is None:
            return None
        note = Note.parse(signed)
        lines = self._fitting(note.text, self._home.cosignatures(size - 1, size, PAGE))
        return note.with_signatures(*lines) if lines else note

    def latest(self) -> Note | None:
        """The checkpoint signed last, with what is cosigned of it so far."""
        signed = self._home.last_checkpoint()
        return None if signed is None else self.note(_size_of(signed))

    def covering(self, position: int) -> Note | None:
        """The first checkpoint that was signed over a position, with what is cosigned of it so far."""
        signed = self._home.checkpoint_covering(position)
        return None if signed is None else self.note(_size_of(signed))

    def agreed(self, position: int) -> Note | None:
        """The first checkpoint over a position that the policy holds to be agreed, with its cosignatures; None where none is yet."""
        return next((note for _, note in self._agreed_after(position - 1)), None)

    def agreed_size(self) -> int:
        """The greatest size that is agreed; 0 where none is. What was agreed once stays so: only what came since is looked at."""
        for size, _ in self._agreed_after(self._agreed):
            self._agreed = size
        return self._agreed

    def not_agreed(self, size: int) -> str:
        """Why so many entries are not agreed, for people: what is needed, and who lacks."""
        last = {name: self.last(witness.key) for name, witness in self.policy.witnesses.items()}
        lacking = [readable(name) for name, one in last.items() if one is None or one.size < size]
        who = (
            f"so far without {', '.join(lacking)}"
            if lacking
            else "and its witnesses cosigned no one checkpoint of as many"
        )
        return (
            f"The first {size} entries are not agreed: needed is {readable(self.policy.spoken())}, {who}. "
            f"Agreed are the first {self.agreed_size()}."
        )

    def last(self, key: VerifierKey) -> Last | None:
        """How far a witness has come; None where it never cosigned."""
        row = self._home.last_cosignature(key.name, key.key_id)
        return None if row is None else Last(row.size, Signature(row.name, row.key_id, row.value).timestamp)

    def request(self, old: int) -> Request | None:
        """How the last checkpoint is brought to a witness that knows a tree of `old` entries; None where nothing is signed.

        Raises Contradicted where the witness knows more than is here.
        """
        signed = self._home.last_checkpoint()
        if signed is None:
            return None
        text = Note.parse(signed).text
        size = Checkpoint.parse(text).size
        if old > size:
            raise self._contradicted(
                f"a witness cosigned {old} entries and {size} are here: the end of this ledger is gone"
            )
        proof = consistency_proof(Nodes(size, self._home.nodes).hash_at, old, size)
        lines = [f"old {old}", *(b64encode(item).decode() for item in proof), "", ""]
        return Request(size, text, "\n".join(lines).encode() + signed)

    def _contradicted(self, why: str) -> Contradicted:
        self._alarm(sentence(why).removesuffix("."))
        return Contradicted(why)

    def _agreed_after(self, after: int) -> Iterator[tuple[int, Note]]:
        upto = self._home.head().position
        while found := self._home.cosignatures(after, upto, PAGE):
            whole = [row for row in found if len(found) < PAGE or row.size != found[-1].size] or found
            for size, rows in groupby(whole, key=attrgetter("size")):
                claimed = {self._keys[row.name, row.key_id] for row in rows if (row.name, row.key_id) in self._keys}
                note = self.note(size) if self.policy.agreed(claimed) else None
                if note is not None and self.policy.agreed(note.signers(claimed)):
                    yield size, note
            after = whole[-1].size

    def _fitting(self, text: str, rows: Sequence[Cosignature]) -> list[Signature]:
        """As signature lines. They were checked when they were taken, and are again: one that does not fit makes the note false."""
        lines = [Signature(row.name, row.key_id, row.value) for row in rows if (row.name, row.key_id) in self._keys]
        return [line for line in lines if self._keys[line.name, line.key_id].verifies(text, line)]


def readable(name: str) -> str:
    """A name in a policy may be any octets."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _row(size: int, line: Signature) -> Cosignature:
    return Cosignature(size, line.name, line.key_id, line.value)


def _size_of(note: bytes) -> int:
    return Checkpoint.parse(Note.parse(note).text).size
