"""What was known when something was decided, what was already true and not yet recorded, and what came after?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from ledger import canonical
from ledger.application import Ledger
from ledger.domain.decisions import already_happened, decided, decided_on, is_against, stated
from ledger.domain.fields import known_day
from ledger.domain.general import Corrected, DuplicateOf, Withdrawn
from ledger.domain.history import Entry, effective
from ledger.domain.packs import Pack
from ledger.entry import leaf_hash
from ledger.histories import History, history, leads_back_to
from ledger.projections.asking import Asking, Item, plain, told_clock
from ledger.projections.clocks import Running, running_clocks
from ledger.projections.links import links_to
from ledger.projections.tables import Tables

OF_A_CLOCK = ("rule", "state", "started", "due", "met_on", "left", "unit", "pack", "calendar")
"""Of a clock what the hash covers: facts, and no wording of this program."""


class NotADecision(LookupError):
    """The position holds an entry that decides nothing, or, as at the position asked about, no entry."""


class Later(NamedTuple):
    """An entry of the case that was recorded after the decision. `counts`: it was not withdrawn since; `amends`: the position it amends."""

    entry: Entry
    counts: bool
    amends: int | None = None


@dataclass(frozen=True)
class Replay:
    """One decision: everything up to the entry before it, and apart from that what came later, up to `as_at`.

    `before` is the history of the `cases` it belongs to, as at the position before. `packs` and `clocks` are those of the
    day it was taken, by what was recorded then. Later entries: `known_later` tell what had happened already, `amended` change
    what was relied on (or the decision), `after` is the rest.
    """

    decision: Entry
    cases: tuple[str, ...]
    before: History
    stands: Mapping[str, str]
    packs: tuple[Pack, ...]
    clocks: tuple[Running, ...]
    as_at: int
    known_later: tuple[Later, ...]
    amended: tuple[Later, ...]
    after: tuple[Later, ...]

    @property
    def names(self) -> set[str]:
        """The records (`<record>/<reference>`) that `then` tells of."""
        return {*self.cases, *self.before.records, self.decision.originator_id}

    def seen_by(self, sees: Callable[[str], bool]) -> Replay:
        """What of what came later somebody is told who sees these records."""
        parts = (self.known_later, self.amended, self.after)
        known_later, amended, after = (
            tuple(later for later in part if sees(later.entry.originator_id)) for part in parts
        )
        return replace(self, known_later=known_later, amended=amended, after=after)

    @property
    def on(self) -> date:
        """The day it was taken; where the event does not state it, the day by which its sender places it."""
        return known_day(decided_on(self.decision)) or self.decision.day

    @property
    def relied_on(self) -> list[Entry]:
        """What was recorded before it, in order of position."""
        return self.before.entries

    def then(self) -> Item:
        """The decision and all that was known, as JSON values that no later entry can change: what the hash covers."""
        counted = {entry.position for own in self.before.records.values() for entry in effective(own)}
        return {
            "decision": _decision(self.decision),
            "cases": list(self.cases),
            "entries": [_known(entry, counted) for entry in self.relied_on],
            "positions": [
                {"agency": agency, "position": said, "against": is_against(decided(self.decision), said)}
                for agency, said in sorted(self.stands.items())
            ],
            "clocks": [self._clock(running) for running in self.clocks],
            "packs": [{"kind": pack.kind, "pack": pack.reference, "sha256": pack.sha256} for pack in self.packs],
        }

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical bytes (RFC 8785) of `then()`, 64 hex digits."""
        return hashlib.sha256(canonical.write(self.then())).hexdigest()

    def later(self) -> Item:
        """What came after it, as JSON values: this grows."""
        return {
            "as_at": self.as_at,
            "recorded_later": [_later(each) for each in self.known_later],
            "amended": [_later(each) for each in self.amended],
            "after": [_later(each) for each in self.after],
        }

    def told_on(self, running: Running) -> date:
        """The day a clock is told for: that of the decision, or an earlier one after which nothing was owed any more."""
        return self.on if running.on is None else min(self.on, running.on)

    def _clock(self, running: Running) -> Item:
        told = told_clock(running.clock, self.told_on(running))
        return {"record": f"{running.record}/{running.reference}", "clock": running.key} | {
            name: told[name] for name in OF_A_CLOCK
        }


def replay(ledger: Ledger, tables: Tables, position: int, as_at: int) -> Replay:
    """The decision at a position, replayed; `as_at` says up to where later entries are told. Raises NotADecision.

    The tables must have come as far as `as_at`, which is not before the position. Nothing else is read: no clock, no settings.
    """
    decision = _decision_at(ledger, position, as_at)
    then = position - 1
    cases = leads_back_to(decision, lambda names: ledger.records(names, then))
    begin = dict.fromkeys((*cases, decision.originator_id))
    before, now = (_history(ledger, tables, begin, upto) for upto in (then, as_at))
    packs, on = ledger.packs(as_at=then), known_day(decided_on(decision)) or decision.day
    own = before.records.get(decision.originator_id, ())
    known_later, amended, after = _sorted(decision, now, before)
    return Replay(
        decision=decision,
        cases=cases,
        before=before,
        stands=stated(effective(own)) | decision.event.stands(),
        packs=packs.all_in_force(on),
        clocks=tuple(sorted(running_clocks(tables, Asking(then, on, packs), before.records), key=_order)),
        as_at=as_at,
        known_later=known_later,
        amended=amended,
        after=after,
    )


def _order(running: Running) -> tuple[str, str, str]:
    return running.record, running.reference, running.key


def _decision_at(ledger: Ledger, position: int, as_at: int) -> Entry:
    if not 1 <= position <= as_at:
        raise NotADecision(f"Nothing is recorded at position {position} by position {as_at}.")
    found = ledger.entry_at(position)
    if not found.kind.decides:
        raise NotADecision(f"Position {position} holds {found.kind.name}, which decides nothing.")
    return found


def _history(ledger: Ledger, tables: Tables, begin: Iterable[str], upto: int) -> History:
    return history(begin, lambda cited: links_to(tables, cited, upto), lambda names: ledger.records(names, upto))


def _sorted(decision: Entry, now: History, before: History) -> tuple[tuple[Later, ...], ...]:
    """Later entries of the case: those that tell what had happened already, those that amend what was relied on, and the others."""
    counted = {entry.position: entry for own in now.records.values() for entry in effective(own)}
    relied_on = {entry.position for entry in before.entries} | {decision.position}
    known_later, amended, after = [], [], []
    for entry in now.entries:
        if entry.position <= decision.position:
            continue
        amends, as_it_counts = _amends(entry), counted.get(entry.position)
        told = Later(as_it_counts or entry, as_it_counts is not None or amends is not None, amends)
        if amends in relied_on or (isinstance(entry.event, DuplicateOf) and entry.originator_id in before.records):
            amended.append(told)
        elif already_happened(told.entry, decision):
            known_later.append(told)
        else:
            after.append(told)
    return tuple(known_later), tuple(amended), tuple(after)


def _amends(entry: Entry) -> int | None:
    match entry.event:
        case Corrected(position=position) | Withdrawn(position=position):
            return position
        case _:
            return None


def _decision(entry: Entry) -> Item:
    return {
        "position": entry.position,
        "leaf": leaf_hash(entry.body),
        "type": entry.kind.name,
        "record": entry.originator_id,
        "decided": decided(entry),
        "decided_on": plain(decided_on(entry)),
        "regime": entry.regime,
        "departures": list(entry.departures),
    }


def _known(entry: Entry, counted: set[int]) -> Item:
    counts = entry.position in counted or isinstance(entry.event, Corrected | Withdrawn)
    told: Item = {
        "position": entry.position,
        "leaf": leaf_hash(entry.body),
        "record": entry.originator_id,
        "counts": counts,
    }
    return told | ({"departures": list(entry.departures)} if entry.departures else {})


def _later(each: Later) -> Item:
    entry = each.entry
    told: Item = {
        "position": entry.position,
        "leaf": leaf_hash(entry.body),
        "record": entry.originator_id,
        "happened": entry.day.isoformat(),
        "recorded_late": entry.recorded_late,
        "counts": each.counts,
        "sentence": entry.event.sentence(),
    }
    return told | ({} if each.amends is None else {"amends": each.amends})
