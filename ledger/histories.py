"""The history of an incident: everything recorded of it and of the records that cite it, as at a position, without hindsight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.domain.history import Entry

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


def history(incident: str, links_to: LinksTo, records_of: RecordsOf) -> History:
    """The history of an incident (`incident/<reference>`); both questions are asked as at the position that is meant.

    Typed references are followed from the incident to the records that cite it, and on. Another incident that a shared record cites
    is named, and not followed; one that was found to repeat this one belongs to it.
    """
    joined = {incident: 0}
    frontier = [incident]
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


def _elsewhere(records: Mapping[str, Sequence[Entry]]) -> tuple[str, ...]:
    cited = {
        f"{record}/{reference}"
        for entries in records.values()
        for entry in entries
        for record, reference in entry.kind.references(entry.event)
        if record == INCIDENT
    }
    return tuple(sorted(cited - set(records)))
