"""Sorted lines under one root: what begins with a prefix is shown whole, and nothing else can be shown in its place."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from ledger.log.lines import Lines, Run, check_run
from ledger.log.verdict import Malformed, Unproved

NAMES = [f"head action/ACT-{n} {n % 3 + 1} {n}".encode() for n in range(40)]


def some(draw: Random, size: int) -> Lines:
    return Lines(sorted(draw.sample(NAMES, size)))


def shows(run: Run, held: Lines) -> bool:
    try:
        check_run(run, held.size, held.root())
    except Unproved:
        return False
    return True


@pytest.mark.parametrize("size", range(18))
def test_what_is_there_and_what_is_not_is_shown(size, seed):
    held = some(Random(f"{seed} {size}"), size)
    for prefix in [*(name[: len(name) - cut] for name in NAMES for cut in (0, 2, 4)), b"", b"a", b"z", b"head "]:
        run = held.run(prefix)
        check_run(run, held.size, held.root())
        assert list(run.lines) == held.beginning(prefix) == [line for line in held._lines if line.startswith(prefix)]


def test_nothing_can_be_left_out_or_put_in(seed):
    draw = Random(seed)
    for _ in range(300):
        held = some(draw, draw.randrange(1, 17))
        prefix = draw.choice(NAMES)[: draw.choice([11, 15, 17])]
        run = held.run(prefix)
        at = draw.randrange(len(run.placed))
        without = replace(run, placed=run.placed[:at] + run.placed[at + 1 :])
        if shows(without, held):
            assert set(run.lines) <= set(without.lines), (prefix, at)
        other = replace(run.placed[at], line=draw.choice(NAMES) + b"0")
        assert not shows(replace(run, placed=(*run.placed[:at], other, *run.placed[at + 1 :])), held)
        moved = replace(run.placed[at], index=run.placed[at].index + 1)
        assert not shows(replace(run, placed=(*run.placed[:at], moved, *run.placed[at + 1 :])), held)


def test_the_ends_are_shown_to_be_ends():
    held = Lines([b"a 1", b"b 1", b"b 2", b"c 1"])
    run = held.run(b"b ")
    assert [each.index for each in run.placed] == [0, 1, 2, 3]
    for placed in (run.placed[1:], run.placed[:-1], run.placed[:2], ()):
        assert not shows(Run(b"b ", placed), held)
    assert shows(Run(b"a ", run.placed[:2]), held)
    assert not shows(Run(b"a ", run.placed[:1]), held)
    assert not shows(Run(b"", ()), held)
    assert shows(Run(b"x", ()), Lines([]))


def test_lines_stand_in_order_and_once():
    with pytest.raises(Malformed):
        Lines([b"b", b"a"])
    with pytest.raises(Malformed):
        Lines([b"a", b"a"])
