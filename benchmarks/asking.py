"""What time travel costs: every list as at an earlier position beside now, and a decision's replay in a long ledger beside a short one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from benchmarks import lives
from benchmarks.homes import Homes, fill, opened
from benchmarks.measuring import Row, in_turn, row, timed
from benchmarks.programme import EVERYTHING, reports
from benchmarks.reading import parts_in
from ledger.projections.asking import Asking
from ledger.projections.decisions import Decisions
from ledger.projections.questions import QUESTIONS, Question
from ledger.projections.replay import replay
from ledger.wiring import Parts

LAST_DAY = lives.FIRST_DAY + timedelta(days=lives.DAYS)
PAGE = 100
LONG_ENOUGH = 0.2
"""Seconds that a turn takes at least: a page of a list of ten rows takes 3 ms, and whatever else the machine does shows in them."""
SHORT = 10_000
DECISIONS, ROUNDS = 40, 5


def lists(homes: Homes, database: str, engine: str, repeats: int) -> list[Row]:
    """j: one page of every list that holds anything, with its marks, as at half way over as at now; in processor time."""
    with parts_in(database) as parts:
        head, packs = parts.ledger.head().position, parts.ledger.packs()

        def page(question: Question, as_at: int) -> int:
            return question.answer(parts.tables, Asking(as_at, LAST_DAY, packs, limit=PAGE)).total

        def pages(question: Question, as_at: int, number: int) -> None:
            for _ in range(number):
                page(question, as_at)

        def time(question: Question, as_at: int) -> Callable[[], float]:
            number = max(1, int(LONG_ENOUGH * timed(partial(page, question, as_at), 1)))
            return lambda: 1 / timed(partial(pages, question, as_at, number), number, homes.busy)

        rows = []
        for question in QUESTIONS:
            if page(question, head):
                earlier, now = in_turn(repeats, time(question, head // 2), time(question, head))
                told = f"/{question.name} at {head:,} entries, as at half way : as at now"
                rows.append(row(told, engine, earlier, now, 2, unit="s", bound="at most"))
        return rows


def replays(homes: Homes, long: str, engine: str, repeats: int) -> list[Row]:
    """k: replaying decisions about incidents in a long ledger over the same in a short one, in processor time. `long` is the address of the long one."""
    short = homes.new(engine)
    with opened(short) as held:
        fill(held, lives.lives(SHORT, name="S", kinds=EVERYTHING, dated=reports()))
    with parts_in(long) as large, parts_in(short) as small:
        in_long, in_short = in_turn(repeats, _replaying(homes, large), _replaying(homes, small))
        told = f"replaying a decision at {large.ledger.head().position:,} entries : at {SHORT:,}"
    return [row(told, engine, in_long, in_short, 1.3, unit="s/decision", bound="at most")]


def _replaying(homes: Homes, parts: Parts) -> Callable[[], float]:
    """Seconds for each of some decisions, replayed up to its hash."""
    head = parts.ledger.head().position
    where = {"type": "incident.notification-decided"}
    found = parts.tables.rows(Decisions, as_at=head, where=where, limit=DECISIONS)
    positions = [held.row.entry for held in found]
    assert len(positions) == DECISIONS

    def work() -> None:
        for position in positions * ROUNDS:
            assert replay(parts.ledger, parts.tables, position, head).sha256

    return lambda: 1 / timed(work, DECISIONS * ROUNDS, homes.busy)
