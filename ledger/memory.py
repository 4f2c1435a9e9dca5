"""What the writer remembers of the log: the standing of records, and nothing that could not be folded from it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from ledger.domain.history import Standing

MOST_RECORDS = 200_000


class Memory:
    """Standings of records as at one position. Bounded: the least recently used are forgotten and folded again when asked for."""

    def __init__(self, most: int = MOST_RECORDS) -> None:
        self.position = 0
        self._most = most
        self._standings: OrderedDict[str, Standing] = OrderedDict()

    def __len__(self) -> int:
        return len(self._standings)

    def get(self, originator_id: str) -> Standing | None:
        """The standing of a record, or None where it is not remembered."""
        found = self._standings.get(originator_id)
        if found is not None:
            self._standings.move_to_end(originator_id)
        return found

    def keep(self, standings: Iterable[tuple[str, Standing]]) -> None:
        """Remember standings that were just read through `get`, or made: those are the most recently used."""
        self._standings.update(standings)
        while len(self._standings) > self._most:
            self._standings.popitem(last=False)

    def forget(self, originator_ids: Iterable[str]) -> None:
        for originator_id in originator_ids:
            self._standings.pop(originator_id, None)

    def clear(self) -> None:
        """Forget everything, as after an error that leaves it unknown what was committed."""
        self.position = 0
        self._standings.clear()
