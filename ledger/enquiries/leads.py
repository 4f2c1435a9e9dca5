"""How many places each line of enquiry leads to: counted alone, where nobody asks for the places themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.enquiries import ENQUIRIES
from ledger.enquiries.enquiry import CannotTell, Enquiry, Looking
from ledger.figures.period import Period
from ledger.projections.asking import Asking
from ledger.projections.tables import Tables

MOMENTS = 16
"""Of which the numbers are remembered."""


class Leads:
    """The numbers of one ledger. What it held as at a position never changes, so that they are worked out once for a moment."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._known: dict[tuple[int, date], Mapping[str, int]] = {}

    def of(self, asking: Asking) -> Mapping[str, int]:
        """Places by the id of the line, of those that lead somewhere; as whoever asks sees the records."""
        if asking.sees is not None:
            return leads(self._tables, asking)
        moment = asking.as_at, asking.as_of
        if moment not in self._known:
            found = leads(self._tables, asking)
            if len(self._known) >= MOMENTS:
                self._known = {}
            self._known[moment] = found
        return self._known[moment]


def leads(tables: Tables, asking: Asking) -> Mapping[str, int]:
    """The same, worked out anew."""
    with tables.reading() as on:
        looking = Looking(
            Period.day(asking.as_of), asking.as_at, asking.packs_then, tables, on, histories=asking.histories
        )
        numbers = {line.id: _number(line, looking, asking) for line in ENQUIRIES.values()}
    return {id_: number for id_, number in numbers.items() if number}


def _number(line: Enquiry, looking: Looking, asking: Asking) -> int:
    number = 0
    try:
        for found in line.finds(looking):
            number += asking.sees is None or asking.sees(f"{found.record}/{found.reference}")
    except CannotTell:
        pass
    return number
