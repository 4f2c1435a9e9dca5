"""What the ledger answers to one submission."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from ledger.domain.claim import Broken
from ledger.domain.history import Entry
from ledger.entry import Fault, Submission, faults
from ledger.log.receipt import Receipt


@dataclass(frozen=True)
class Recorded:
    """It stands in the ledger. `repeat`: it stood there already, so this is the first answer again.

    `receipt` is what proves it, as it was first signed; None where the ledger has no key.
    `erased`: of a repeat, the positions of the certificates that its words, or some of them, were erased since.
    """

    entry: Entry
    content: bytes
    repeat: bool = False
    receipt: Receipt | None = None
    erased: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Rules are broken; nothing was changed."""

    broken: tuple[Broken, ...]


@dataclass(frozen=True)
class KeyReused:
    """(source, id) stands for other content; both SHA-256 hashes, or None where only sealed words differ."""

    position: int
    recorded: bytes | None
    posted: bytes | None


@dataclass(frozen=True)
class Outrun:
    """The record is not at the version the sender expected."""

    subject: str
    expected: int
    actual: int


@dataclass(frozen=True)
class Unfit:
    """The shape is wrong in a way that only the record it speaks of could show."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class NotReached:
    """Nothing is wrong with it, but its batch was refused as a whole. `departures`: the rules it would have been flagged by."""

    departures: tuple[str, ...] = ()


Outcome = Recorded | Refused | KeyReused | Outrun | Unfit | NotReached


def stands(outcome: Outcome) -> bool:
    """Whether it is in the ledger."""
    return isinstance(outcome, Recorded)


def unfit(error: ValidationError, correction: Submission) -> Unfit:
    """What of a correction's new values does not fit the event that it corrects."""
    found = faults(error, correction.attributes["data"]["changes"])
    return Unfit(tuple(Fault(f"/data/changes{each.pointer}", each.message) for each in found))
