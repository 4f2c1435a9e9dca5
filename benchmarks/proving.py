"""What the log costs: appending with tree, checkpoint and receipt, and making an inclusion proof in a long ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from random import Random
from unittest.mock import patch

from benchmarks import lives
from benchmarks.homes import Homes, fill, opened, raw, record
from benchmarks.measuring import Rates, Row, both_rows, in_turn, row, timed, timed_both
from benchmarks.writing import SHORT, SIZE
from ledger import canonical
from ledger.application import Ledger
from ledger.log.tree import Frontier
from ledger.outcome import Recorded
from ledger.receipts import receipt
from ledger.recorders import staging
from ledger.recorders.contract import Signed

PROOFS = 2_000


class _NoGrowth:
    """Takes the place of a tree's growth where none is kept."""

    after = before = Frontier()

    def stored(self) -> tuple[()]:
        return ()


@contextmanager
def without_a_log() -> Iterator[None]:
    """No leaf is hashed, no node stored, nothing signed: entries alone, as a table of events has them."""
    nothing = Signed(_NoGrowth(), None)  # type: ignore[arg-type]
    with (
        patch.object(staging.Staged, "finished", lambda staged: nothing),
        patch.object(staging, "frontier_of", lambda found, position: None),
    ):
        yield


def appending(homes: Homes, engine: str, repeats: int, events: int) -> list[Row]:
    """m: batches and single posts up to the receipt's bytes, in a ledger with a signed log and in one without any."""
    runs = count()
    with opened(homes.new(engine)) as logged, opened(homes.new(engine), signed=False) as bare:

        def post(to: Ledger, size: int, amount: int) -> Rates:
            number = next(runs)
            bodies = raw(lives.lives(amount, seed=number, name=f"M{number}-"))
            return timed_both(lambda: [_answered(to, bodies[n : n + size]) for n in range(0, amount, size)], amount)

        def unlogged(size: int, amount: int) -> Rates:
            with without_a_log():
                return post(bare, size, amount)

        found: list[Row] = []
        for size, amount in ((SIZE, events), (1, events // 10)):
            mine, other = in_turn(repeats, lambda: post(logged, size, amount), lambda: unlogged(size, amount))  # noqa: B023 - asked at once
            told = f"tree, checkpoint and receipt, batches of {size} : none of them"
            found += both_rows(told, engine, mine, other, 0.85, unit="events/s")
        return found


def _answered(held: Ledger, bodies: list[bytes]) -> None:
    for outcome in record(held, bodies):
        assert isinstance(outcome, Recorded)
        canonical.write(receipt(outcome))


def proofs(homes: Homes, long: str, engine: str, repeats: int) -> list[Row]:
    """n: the processor time, the server's included, to make an inclusion proof in a long ledger over that in a short one. `long` is the long one's address."""
    with opened(homes.new(engine)) as small, opened(long) as large:
        fill(small, lives.lives(SHORT, name="S"))
        draw = Random(20_240_601)

        def prove(held: Ledger) -> float:
            size = held.head().position
            indexes = [draw.randrange(size) for _ in range(PROOFS)]
            return 1 / timed(lambda: [held.inclusion(index, size) for index in indexes], PROOFS, homes.busy)

        mine, other = in_turn(repeats, lambda: prove(large), lambda: prove(small))
        told = f"an inclusion proof at {large.head().position:,} entries : at {SHORT:,}"
    return [row(told, engine, mine, other, 2, unit="s/proof", bound="at most")]
