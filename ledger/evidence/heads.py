"""What is sealed of a ledger: each record's head, who cited it, and who sent entries for it, as sorted lines.

    head action/ACT-2019-014 3 77                       the record stood at version 3, which is the entry at position 77
    link review/REV-2018-002 action/ACT-2019-014 12     the action cites the review, since position 12
    sent /agencies/HEALTH action/ACT-2019-014 2         two entries of the action came from this source

A line that is not there says as much: no record, no citation, nothing sent. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ledger import sealing
from ledger.domain.general import AMENDING, Corrected, DuplicateOf
from ledger.domain.register import REGISTER, EventType, Path
from ledger.log.lines import Lines


class Heads:
    """Grows with the entries, in order. `position` is that of the last one taken."""

    def __init__(self) -> None:
        self.position = 0
        self._heads: dict[str, tuple[int, int]] = {}
        self._links: dict[tuple[str, str], int] = {}
        self._sent: dict[tuple[str, str], int] = {}

    def take(self, entries: Iterable[tuple[int, bytes]]) -> None:
        """Take further entries, as position and stored bytes."""
        for position, body in entries:
            entry = json.loads(body)
            record, source = entry["subject"], entry["source"]
            self._heads[record] = entry["recordversion"], position
            self._sent[source, record] = self._sent.get((source, record), 0) + 1
            for cited in cited_by(entry):
                self._links.setdefault((cited, record), position)
            self.position = position

    def lines(self) -> Lines:
        """Everything taken so far, in the order of its bytes."""
        heads = (f"head {record} {version} {position}" for record, (version, position) in self._heads.items())
        links = (f"link {cited} {citing} {position}" for (cited, citing), position in self._links.items())
        sent = (f"sent {source} {record} {number}" for (source, record), number in self._sent.items())
        return Lines(sorted(line.encode() for lines in (heads, links, sent) for line in lines))


def cited_by(entry: Any) -> Iterator[str]:
    """Every record (`<record>/<reference>`) that an entry, as JSON, cites: also what a correction says instead, and what is repeated."""
    kind = REGISTER.get(entry["type"])
    if kind is None:
        return
    if kind.event is DuplicateOf:
        yield f"{kind.record.name}/{entry['data']['duplicate_of']}"
    data = entry["data"]["changes"] if kind.event is Corrected else entry["data"]
    for path, record in _links(kind):
        for place in sealing.places(data, path):
            found = sealing.look(data, place)
            if isinstance(found, str) and found != "not-stated":
                yield f"{record}/{found}"


@cache
def _links(kind: EventType) -> tuple[tuple[Path, str], ...]:
    """Where an event of a type cites records; a correction wherever any event of its record does."""
    if kind.event is not Corrected:
        return kind.links
    own = (k for k in REGISTER.values() if k.record is kind.record and k.event not in AMENDING)
    return tuple({link for each in own for link in each.links})
