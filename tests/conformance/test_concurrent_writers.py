"""However many write at once: positions are dense, in the order of commit, and no follower passes one that is filled later."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.recorders.contract import Key
from tests.conformance.making import append, assert_whole, entry, raw, words
from tests.conformance.writing import write

WRITING = Path(__file__).with_name("writing.py")
ROOT = WRITING.parents[2]


def start(database, name, groups, seed):
    command = [sys.executable, "-W", "error", str(WRITING), database, name, str(groups), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)})


def acknowledged(lines):
    """reference -> (first position, size)."""
    told = (line.split() for line in lines)
    return {reference: (int(first), int(size)) for reference, first, size in told}


def assert_acknowledged(recorder, groups):
    """Each acknowledged group is there once, where it was said to be; nothing else is."""
    assert sorted(assert_whole(recorder)) == sorted(groups)
    for reference, (first, size) in groups.items():
        assert [held.position for held in recorder.record(reference)] == list(range(first, first + size))


@contextmanager
def followed(recorder):
    """Somebody who follows by every way there is, as fast as they can, and notes what they saw in which order."""
    seen: dict[str, list[int]] = {"entries": [], "notifications": [], "bodies": []}
    done = threading.Event()

    def follow(way, read):
        passed = 0
        while not done.is_set() or passed < recorder.head().position:
            seen[way].extend(read(passed))
            passed = seen[way][-1] if seen[way] else 0

    ways = {
        "entries": lambda after: [held.position for held in recorder.entries(after)],
        "notifications": lambda after: [
            n.id for n in recorder.select_notifications(after, 7, inclusive_of_start=False)
        ],
        "bodies": lambda after: [position for position, _ in recorder.bodies(after, 11)],
    }
    followers = [threading.Thread(target=follow, args=way) for way in ways.items()]
    for follower in followers:
        follower.start()
    try:
        yield seen
    finally:
        done.set()
        for follower in followers:
            follower.join(60)
    for way, positions in seen.items():
        assert positions == list(range(1, recorder.head().position + 1)), way


def test_threads_of_one_process(database, recorder, opening, seed):
    told = {}

    def say(reference, first, size):
        told[reference] = (first, size)

    with followed(recorder):
        writers = [
            threading.Thread(target=write, args=(database, f"t{number}", 15, seed + number, say)) for number in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(120)
    assert len(told) == 60
    assert_acknowledged(recorder, told)


def test_threads_that_share_one_recorder_take_turns(recorder):
    told = {}

    def work(name):
        for number in range(20):
            made = entry(f"case/{name}-{number}")
            told[made.originator_id] = append(recorder, made)[0]

    workers = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(told.values()) == list(range(1, 121))
    assert {held.originator_id: held.position for held in recorder.entries()} == told


def test_several_processes(database, recorder, seed):
    with followed(recorder):
        writers = [start(database, f"p{number}", 25, seed + number) for number in range(3)]
        told = acknowledged([line for writer in writers for line in writer.communicate(timeout=120)[0].splitlines()])
        assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(told) == 75
    assert_acknowledged(recorder, told)


@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK"])
def test_others_wait_for_an_open_commit_and_followers_never_pass_it(database, recorder, opening, ending):
    append(recorder, entry("case/first"))
    others = [opening(database) for _ in range(3)]
    told = {}

    def work(number):
        told[number] = append(others[number], entry(f"case/other-{number}"), entry(f"case/other-{number}", 2))

    with followed(recorder) as seen, raw(database) as slow:
        slow.begin_holding_head()
        slow.insert(2, "case/slow", 1, "urn:slow", "1")
        slow.insert(3, "case/slow", 2, "urn:slow", "2")
        slow.move_head()
        workers = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for worker in workers:
            worker.start()
        time.sleep(0.3)  # time enough for a writer that does not wait, or a follower that looks too far, to do so
        assert told == {}
        assert {tuple(positions) for positions in seen.values()} == {(1,)}
        slow.run(ending)
        for worker in workers:
            worker.join(60)
    first = 4 if ending == "COMMIT" else 2
    assert sorted(position for positions in told.values() for position in positions) == list(range(first, first + 6))
    assert [held.originator_id for held in recorder.entries(1, first - 2)] == ["case/slow"] * (first - 2)


def test_a_writer_sees_what_others_wrote_while_it_waited(database, recorder, opening):
    other = opening(database)
    answers = []

    def work():
        with recorder.appending() as held:
            known = held.known_keys([Key("urn:slow", "1")])
            answers.append((set(known), held.head.position, sorted(held.advanced_since(0))))

    append(other, entry("case/first"))
    with raw(database) as slow:
        slow.begin_holding_head()
        slow.insert(2, "case/slow", 1, "urn:slow", "1")
        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(0.1)  # not needed for the outcome: it makes the wait likely
        slow.move_head()
        slow.run("COMMIT")
        worker.join(60)
    assert answers == [({Key("urn:slow", "1")}, 2, ["case/first", "case/slow"])]


def test_killed_writers_leave_nothing_half_written(database, recorder, seed):
    told: dict[str, tuple[int, int]] = {}
    for life in range(3):
        writer = start(database, f"k{life}", 100_000, seed + life)
        lines = [writer.stdout.readline() for _ in range(10 + 7 * life)]
        writer.kill()
        rest, _ = writer.communicate(timeout=60)
        told |= acknowledged(lines + [line for line in rest.splitlines(keepends=True) if line.endswith("\n")])
    stored = assert_whole(recorder)
    assert set(told) <= set(stored)
    # The last group of each life may have been committed just before it could be told.
    assert len(stored) <= len(told) + 3
    for reference, (first, size) in told.items():
        assert [held.position for held in recorder.record(reference)] == list(range(first, first + size))
    with recorder.appending() as held:
        after = held.head.position + 1
        held.append([entry("case/after")], [words(after)], "2026-02-01T00:00:00.000000Z")
    assert recorder.head().position == after
