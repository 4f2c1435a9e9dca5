"""Reading: ranges, records, instants, waiting, and streams that end."""

from __future__ import annotations

import hashlib
import threading

import pytest
from eventsourcing.persistence import PersistenceError

from ledger.recorders import open_recorder
from ledger.recorders.contract import Key, KnownKey
from tests.conformance.making import NOON, append, at, entry, key_of, known


def positions(found):
    return [held.position for held in found]


@pytest.fixture
def ten(recorder):
    """Ten entries of three records, one a second from second 1 on."""
    for number in range(1, 11):
        append(recorder, entry(f"case/{number % 3}", number // 3 + 1, state=str(number).encode()), when=at(number))
    return recorder


def test_entries_of_a_range(ten):
    assert positions(ten.entries()) == list(range(1, 11))
    assert positions(ten.entries(4)) == [5, 6, 7, 8, 9, 10]
    assert positions(ten.entries(4, 2)) == [5, 6]
    assert positions(ten.entries(4, 5, upto=6)) == [5, 6]
    assert positions(ten.entries(upto=0)) == []
    assert positions(ten.entries(10)) == []
    assert positions(ten.entries(8, upto=99)) == [9, 10]


def test_a_stream_longer_than_a_page_is_whole_and_ends_at_the_head_it_began_with(recorder):
    append(recorder, *(entry(f"case/{number}") for number in range(2345)))
    stream = recorder.entries()
    assert next(stream).position == 1
    append(recorder, entry("case/later"))
    assert positions(stream) == list(range(2, 2346))


def test_bodies_are_positions_and_bytes(ten):
    assert list(ten.bodies(0, 3)) == [(1, b"1"), (2, b"2"), (3, b"3")]
    assert list(ten.bodies(8, 100)) == [(9, b"9"), (10, b"10")]
    assert list(ten.bodies(10, 5)) == []


def test_one_entry_and_one_key(ten):
    assert ten.entry(3).state == b"3"
    assert ten.entry(0) is None
    assert ten.entry(11) is None
    assert known(ten, key_of(entry("case/0", 2))) == KnownKey(3, hashlib.sha256(b"3").digest())
    assert known(ten, Key("urn:test", "case/0")) is None


def test_records_up_to_a_position(ten):
    assert positions(ten.record("case/1")) == [1, 4, 7, 10]
    assert positions(ten.record("case/1", upto=7)) == [1, 4, 7]
    assert positions(ten.records(["case/2", "case/1", "case/9"], upto=5)) == [1, 2, 4, 5]
    assert positions(ten.records([])) == []


def test_entries_are_told_by_the_record_they_are_of(ten):
    whole = {entry.position: entry.originator_id for entry in ten.entries()}
    assert ten.names([9, 2, 99]) == {9: whole[9], 2: whole[2]}
    assert ten.names([]) == {}


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 9])
def test_the_position_at_an_instant(recorder, length):
    seconds = [10 * number for number in range(1, length + 1)]
    for second in seconds:
        append(recorder, entry(f"case/{second}"), entry(f"case/{second}b"), when=at(second))
    for second in range(0, 10 * length + 20, 5):
        assert recorder.position_at(at(second)) == 2 * sum(one <= second for one in seconds), second


def test_the_position_at_an_instant_between_microseconds(recorder):
    append(recorder, entry("case/A"), when="2026-01-05T12:00:00.000009Z")
    assert recorder.position_at("2026-01-05T12:00:00.000008Z") == 0
    assert recorder.position_at("2026-01-05T12:00:00.000009Z") == 1
    assert recorder.position_at("9999-12-31T23:59:59.999999Z") == 1


def test_waiting_ends_with_the_next_entry(database, recorder, opening):
    append(recorder, entry("case/A"))
    assert recorder.wait_beyond(0, 0)
    assert not recorder.wait_beyond(1, 0)
    assert not recorder.wait_beyond(1, 0.02)
    for writer in (recorder, opening(database)):
        end = recorder.head().position
        answers: list[bool] = []
        waiting = threading.Thread(target=lambda end=end, told=answers: told.append(recorder.wait_beyond(end, 60)))
        waiting.start()
        append(writer, entry(f"case/{end}"))
        waiting.join(30)
        assert answers == [True]


def test_a_subscription_passes_over_other_topics_and_goes_on(recorder):
    clocked = {"recordedtime": NOON}
    recorder.insert_events([entry("case/A"), entry("case/B")], **clocked)
    seen = []
    with recorder.subscribe(gt=1, topics=["uk.example.noted.v1"]) as subscription:
        seen.append(next(subscription).id)
        recorder.insert_events([entry("case/C")], **clocked)
        seen.append(next(subscription).id)
    assert seen == [2, 3]
    assert list(subscription) == []
    with recorder.subscribe(topics=["uk.example.other.v1"]) as other:
        stopping = threading.Timer(0.2, other.stop)
        stopping.start()
        assert list(other) == []
        stopping.join()


def test_many_threads_read_while_one_writes(recorder):
    done = threading.Event()
    wrong = []

    def read():
        seen = 0
        while not done.is_set() or seen < recorder.head().position:
            for held in recorder.entries(seen):
                if held.position != seen + 1:
                    wrong.append((seen, held.position))
                seen = held.position

    readers = [threading.Thread(target=read) for _ in range(12)]
    for reader in readers:
        reader.start()
    for number in range(60):
        append(recorder, *(entry(f"case/{number}", version) for version in range(1, 6)))
    done.set()
    for reader in readers:
        reader.join(60)
        assert not reader.is_alive()
    assert wrong == []


def test_a_closed_recorder_says_so(database):
    recorder = open_recorder(database)
    append(recorder, entry("case/A"))
    recorder.close()
    with pytest.raises(PersistenceError):
        recorder.head()
