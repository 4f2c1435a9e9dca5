"""Which records an event cites, wherever it names them: what is hidden from its sender may not be cited by any of these ways."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.general import Corrected, DuplicateOf
from ledger.domain.history import Entry, corrected, effective
from ledger.domain.register import Event, EventType


class NotThere(LookupError):
    """What a correction corrects is no entry of its record."""


def cited_by(kind: EventType, event: Event, entries: Sequence[Entry]) -> frozenset[str]:
    """The records (`<record>/<reference>`) that an event cites, by a typed reference, as what it repeats, or in a corrected value.

    `entries` are those of its own record. Raises NotThere, and pydantic's ValidationError where new values do not fit.
    """
    match event:
        case DuplicateOf(duplicate_of=other):
            return frozenset({f"{kind.record.name}/{other}"})
        case Corrected(position=position, changes=changes):
            return _cited_as_corrected(position, changes, entries)
        case _:
            return frozenset(f"{record}/{reference}" for record, reference in kind.references(event))


def _cited_as_corrected(position: int, changes: dict[str, object], entries: Sequence[Entry]) -> frozenset[str]:
    """What was cited all along is no news, and stays citable."""
    original = next((entry for entry in entries if entry.position == position), None)
    if original is None:
        raise NotThere
    if isinstance(original.event, Corrected):
        return frozenset()  # a correction is not corrected: the rules refuse it
    standing = next((entry for entry in effective(entries) if entry.position == position), original)
    anew = corrected(standing, changes)
    return cited_by(anew.kind, anew.event, ()) - cited_by(standing.kind, standing.event, ())
