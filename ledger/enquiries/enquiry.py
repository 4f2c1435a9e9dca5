"""A line of enquiry: a question a scrutineer would put, the entries that raise it, and the register of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from inspect import cleandoc
from typing import Any, NamedTuple

from ledger.domain.conventions import DriftRule
from ledger.domain.fields import spoken
from ledger.figures.selection import Asked
from ledger.histories import RecordsOf
from ledger.projections.asking import no_histories
from ledger.projections.partnership import LedgerItself
from ledger.projections.tables import Held

_ID = re.compile(r"ENQ(-[A-Z0-9]+)+")


class CannotTell(Exception):
    """Why a line of enquiry cannot be followed: a pack it goes by was not in force."""


@dataclass(frozen=True)
class Looking(Asked):
    """One look at the ledger: as at a position, as of the day that ends `period`, by the packs of that position.

    `histories` reads whole records as at the position, for a line that has to judge entries anew.
    """

    histories: RecordsOf = no_histories

    @property
    def entered_afterwards(self) -> bool:
        """Whether the whole ledger was opened for history entered afterwards; it is opened after every day it tells of."""
        rows = self.tables.rows(LedgerItself, as_at=self.as_at, on=self.on)
        return any(held.row.retrospective for held in rows)

    @property
    def drift(self) -> DriftRule:
        """The drift rule in force on the day; CannotTell without one."""
        if (rule := self.packs.drift_rule(self.day)) is None:
            raise CannotTell(f"No rule on drift was in force on {spoken(self.day)}.")
        return rule


class Found(NamedTuple):
    """Something a line of enquiry leads to: a record, why, and the entries behind it. `key` tells two of one record apart."""

    record: str
    reference: str
    why: str
    entries: Sequence[int | None]
    key: str = ""


Finds = Callable[[Looking], Iterator[Found]]


@dataclass(frozen=True)
class Enquiry:
    """One line of enquiry. Its sentence says what it looks for; an id is never reused.

    `about_lateness`: it goes by what was not recorded in time, so that history entered afterwards is left out of it.
    `drift` is where in a drift rule the number stands that it goes by, `clocks` the kinds of clock it reads.
    """

    id: str
    title: str
    source: str
    sentence: str
    about_lateness: bool
    finds: Finds
    drift: str | None = None
    clocks: tuple[str, ...] = ()


REGISTERED: dict[str, Enquiry] = {}


def enquiry(
    id_: str,
    title: str,
    *,
    source: str,
    about_lateness: bool = False,
    drift: str | None = None,
    clocks: tuple[str, ...] = (),
) -> Callable[[Finds], Finds]:
    """Register what follows as a line of enquiry; its docstring is its sentence. ValueError if the id is taken or malformed."""

    def register(finds: Finds) -> Finds:
        if not _ID.fullmatch(id_) or id_ in REGISTERED:
            raise ValueError(f"{id_} is no enquiry's id, or another's.")
        if not finds.__doc__:
            raise ValueError(f"{id_} has no sentence.")
        sentence = " ".join(cleandoc(finds.__doc__).split())
        REGISTERED[id_] = Enquiry(id_, title, source, sentence, about_lateness, finds, drift, clocks)
        return finds

    return register


def of(held: Held[Any], why: str, *entries: int | None, key: str = "") -> Found:
    """What is found of one row's record."""
    return Found(held.record, held.reference, why, entries, key)


def days(earlier: date, later: date) -> str:
    """`1 day`, `12 days`: from one day to another."""
    n = (later - earlier).days
    return f"{n:,} day{'' if n == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def plain(code: str) -> str:
    """A code as words: `information-sharing-with-gps` is `information sharing with GPs`."""
    return " ".join({"gps": "GPs"}.get(word, word) for word in code.split("-"))
