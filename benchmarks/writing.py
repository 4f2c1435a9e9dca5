"""What it costs to record: batches, commands on a record, and appending to a long ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from benchmarks import lives
from benchmarks.bare import OnlyStored
from benchmarks.homes import BY, Homes, batch, fill, opened, raw, record
from benchmarks.measuring import Rates, Row, both_rows, in_turn, row, timed, timed_both
from benchmarks.theirs import Action, Actions, actions_in, made
from ledger import canonical
from ledger.application import Batch, Ledger
from ledger.domain.history import fold
from ledger.entry import parse
from ledger.outcome import Recorded
from ledger.writer import Writer

SIZE = 100
LENGTH = 40
"""Events of the record that a command is given for."""
SHORT = 10_000
"""Entries of the ledger that a long one is compared with."""
SIDE_BY_SIDE = 16
"""Senders at once, as a service has."""


def batches(homes: Homes, engine: str, repeats: int, events: int) -> list[Row]:
    """b: batches of 100 from posted bytes through the full rules, and their save of 100 events, making its events included."""
    theirs = actions_in(homes.new(engine))
    runs = count()

    def save() -> Rates:
        told = list(lives.lives(events, seed=next(runs)))
        return timed_both(lambda: [theirs.save(*made(told[n : n + SIZE], 10)) for n in range(0, events, SIZE)], events)

    def posted(write: Callable[[Sequence[Batch]], object]) -> Rates:
        number = next(runs)
        bodies = raw(lives.lives(events, seed=number, name=f"B{number}-"))
        return timed_both(lambda: [write([batch(bodies[n : n + SIZE])]) for n in range(0, events, SIZE)], events)

    with opened(homes.new(engine)) as ours, closing(OnlyStored(homes.new(engine))) as bare:
        mine, other, most = in_turn(repeats, lambda: posted(ours.write), save, lambda: posted(bare.write))
    theirs.close()
    goal, told = 0.5 if engine == "SQLite" else 1.0, "their save of 100 events"
    return [
        *both_rows(f"batches of 100, all rules : {told}", engine, mine, other, goal, unit="events/s"),
        *both_rows(f"batches of 100, only stored : {told}", engine, most, other, None, unit="events/s"),
    ]


def long_records(homes: Homes, engine: str, repeats: int, records: int) -> list[Row]:
    """d, e: one command on a record of 40 events, and reading such a record back into its state."""
    with (
        closing(actions_in(homes.new(engine))) as theirs,
        opened(homes.new(engine)) as ours,
        closing(OnlyStored(homes.new(engine))) as bare,
    ):
        actions = list(made([event for n in range(records) for event in lives.action_of(LENGTH, f"L{n}")], LENGTH))
        for number, action in enumerate(actions):
            theirs.save(action)
            record(ours, raw(lives.action_of(LENGTH, f"L{number}")))
        ids = [action.id for action in actions]
        return [
            *_replays(engine, repeats, ours, theirs, ids),
            *_commands(engine, repeats, ours, theirs, ids, bare=bare),
        ]


def _replays(engine: str, repeats: int, ours: Ledger, theirs: Actions, ids: Sequence[UUID]) -> list[Row]:
    names = [f"action/ACT-L{number}" for number in range(len(ids))]
    mine, other = in_turn(
        repeats,
        lambda: timed_both(lambda: [fold(ours.record(name)) for name in names], len(names)),
        lambda: timed_both(lambda: [_read(theirs, id_) for id_ in ids], len(ids)),
    )
    told = f"replaying a record of {LENGTH} events : their repository.get"
    return both_rows(told, engine, mine, other, 1.5, unit="records/s")


def _commands(
    engine: str, repeats: int, ours: Ledger, theirs: Actions, ids: Sequence[UUID], *, bare: OnlyStored
) -> list[Row]:
    runs = count()

    def rate(threads: int, do: Callable[[Any], object], things: Sequence[Any]) -> Rates:
        with ThreadPoolExecutor(threads) as pool:
            return timed_both(lambda: list(pool.map(do, things)), len(things))

    def notes() -> list[bytes]:
        return list(_notes(len(ids), next(runs)))

    def one_by_one(write: Callable[[bytes], object]) -> Rates:
        bodies = notes()
        return timed_both(lambda: list(map(write, bodies)), len(bodies))

    get_and_save = partial(_get_and_save, theirs)

    def side_by_side() -> Rates:
        writer = Writer(ours)
        try:
            return rate(SIDE_BY_SIDE, lambda body: post(writer, body), notes())
        finally:
            writer.close()

    alone = in_turn(
        repeats,
        lambda: one_by_one(lambda body: record(ours, [body])),
        lambda: timed_both(lambda: list(map(get_and_save, ids)), len(ids)),
        lambda: one_by_one(lambda body: bare.write([batch([body])])),
    )
    together = in_turn(repeats, side_by_side, lambda: rate(SIDE_BY_SIDE, get_and_save, ids))
    told = f"a command on a record of {LENGTH} events : their get and save"
    return [
        *both_rows(f"{told}, {SIDE_BY_SIDE} senders at once", engine, together[0], together[1], 5, unit="commands/s"),
        *both_rows(f"{told}, one after the other", engine, alone[0], alone[1], 5, unit="commands/s"),
        *both_rows(f"{told}, one after the other, only stored", engine, alone[2], alone[1], None, unit="commands/s"),
    ]


def post(writer: Writer, body: bytes) -> None:
    """One event from posted bytes, durable when this returns."""
    outcomes = writer.submit(Batch((parse(canonical.read(body), body),), BY)).result()
    assert all(isinstance(outcome, Recorded) for outcome in outcomes), outcomes


def _read(theirs: Actions, id_: UUID) -> Action:
    found: Action = theirs.repository.get(id_)
    return found


def _get_and_save(theirs: Actions, id_: UUID) -> None:
    action = _read(theirs, id_)
    note = {"note": lives.SENTENCE, "own_rating": "amber"}
    action.advance(lives.SOURCE, "2019-12-02", "uk.safeguarding.action.progressed", note)
    theirs.save(action)


def _notes(records: int, run: int) -> Iterator[bytes]:
    for n in range(records):
        *_, last = lives.action_of(LENGTH, f"L{n}")
        yield from raw([last | {"id": f"{last['id']}-more-{run}"}])


def growth(homes: Homes, long: str, engine: str, repeats: int, events: int) -> list[Row]:
    """g: the time to append to a long ledger over that to append to a short one. `long` is the address of the long one."""
    runs = count()
    with opened(homes.new(engine)) as small, opened(long) as large:
        fill(small, lives.lives(SHORT, name="S"))

        def append(to: Ledger) -> float:
            number = next(runs)
            bodies = raw(lives.lives(events, seed=number, name=f"G{number}-"))
            return 1 / timed(lambda: [record(to, bodies[n : n + SIZE]) for n in range(0, events, SIZE)], events)

        mine, other = in_turn(repeats, lambda: append(large), lambda: append(small))
        told = f"appending at {large.head().position:,} entries : at {SHORT:,}"
    return [row(told, engine, mine, other, 1.3, unit="s/entry", bound="at most")]
