"""The history of an incident: everything recorded of it and of the records that cite it, as at a position, without hindsight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.domain.general import DuplicateOf
from ledger.domain.history import Entry, effective

INCIDENT = "incident"
FOLLOWED = (
    INCIDENT,
    "rapid-review",
    "review",
    "audit",
    "action",
    "escalation",
    "scrutiny",
    "inspection",
    "priority",
    "risk",
)
"""Kinds of record that a history follows on from: what cites them belongs to it. A meeting that cites one is shown, and leads no further."""


class Link(NamedTuple):
    """A record cites another since a position; both are named `<record>/<reference>`."""

    citing: str
    cited: str
    position: int


LinksTo = Callable[[Iterable[str]], Sequence[Link]]
RecordsOf = Callable[[Sequence[str]], Mapping[str, Sequence[Entry]]]


@dataclass(frozen=True)
class History:
    """`joined` says by which position each record belongs to the history; `elsewhere` names incidents that share a record with it."""

    records: Mapping[str, Sequence[Entry]]
    joined: Mapping[str, int]
    elsewhere: tuple[str, ...]

    @property
    def entries(self) -> list[Entry]:
        """All entries, in order of position."""
        return sorted(
            (entry for entries in self.records.values() for entry in entries), key=lambda entry: entry.position
        )

    def seen_by(self, sees: Callable[[str], bool]) -> History:
        """What of it somebody sees who sees these records."""
        return History(
            {name: entries for name, entries in self.records.items() if sees(name)},
            {name: position for name, position in self.joined.items() if sees(name)},
            tuple(filter(sees, self.elsewhere)),
        )


def history(begin: Iterable[str], links_to: LinksTo, records_of: RecordsOf) -> History:
    """The history of an incident, or of several records (`incident/<reference>`); both questions are asked as at the position
    that is meant.

    Typed references are followed from these to the records that cite it, and on. Another incident that a shared record cites
    is named, and not followed; one that was found to repeat this one belongs to it.
    """
    joined = dict.fromkeys(begin, 0)
    frontier = list(joined)
    while frontier:
        found: dict[str, int] = {}
        for link in links_to(frontier):
            if link.citing not in joined:
                found[link.citing] = min(link.position, found.get(link.citing, link.position))
        joined |= found
        frontier = [name for name in found if name.partition("/")[0] in FOLLOWED]
    records = records_of(list(joined))
    began = {name: entries[0].position for name, entries in records.items() if entries}
    joined = {name: joined[name] or began[name] for name in sorted(began, key=began.__getitem__)}
    return History(records, joined, _elsewhere(records))


def leads_back_to(decided: Entry, records_of: RecordsOf) -> tuple[str, ...]:
    """The incidents that an entry's record leads back to by what it cites, at whatever remove; without any, the records it ends at.

    The references are those of entries before it and its own; `records_of` is asked as at the position before it.
    """
    cited = {decided.originator_id: _cited([decided])}
    frontier = [decided.originator_id]
    while frontier:
        found = records_of(frontier)
        for name in frontier:
            cited[name] = cited.get(name, set()) | _cited(found.get(name, ()))
        frontier = sorted(set().union(*(cited[name] for name in frontier)) - cited.keys())
    incidents = [name for name in cited if name.startswith(f"{INCIDENT}/")]
    return tuple(sorted(incidents or (name for name, onward in cited.items() if not onward)))


def _cited(entries: Sequence[Entry]) -> set[str]:
    """What entries cite, as they were and as they were corrected, of the kinds that a history follows."""
    found: set[str] = set()
    for entry in (*entries, *effective(entries)):
        found |= {f"{record}/{other}" for record, other in entry.kind.references(entry.event) if record in FOLLOWED}
        if isinstance(entry.event, DuplicateOf):
            found.add(f"{entry.kind.record.name}/{entry.event.duplicate_of}")
    return found - {entry.originator_id for entry in entries}


def _elsewhere(records: Mapping[str, Sequence[Entry]]) -> tuple[str, ...]:
    cited = {
        f"{record}/{reference}"
        for entries in records.values()
        for entry in entries
        for record, reference in entry.kind.references(entry.event)
        if record == INCIDENT
    }
    return tuple(sorted(cited - set(records)))
