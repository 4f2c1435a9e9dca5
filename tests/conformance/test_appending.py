"""What one transaction at the head of the ledger sees, stores and refuses."""

from __future__ import annotations

import pytest
from eventsourcing.persistence import DataError, IntegrityError, ProgrammingError

from ledger.recorders.contract import Head, Key, KnownKey, LedgerRecorder, NewEntry, StoredEntry
from tests.conformance.making import NOON, append, at, entry, key_of, known, words


def test_a_new_ledger_is_empty(recorder):
    assert recorder.head() == Head(0, None)
    assert list(recorder.entries()) == []
    with recorder.appending() as held:
        assert held.head == Head(0, None)
        assert held.last_reference("action/ACT-") is None


def test_positions_begin_at_one_and_go_on(recorder):
    assert append(recorder, entry("case/A"), entry("case/A", 2)) == [1, 2]
    assert append(recorder, entry("case/B"), when=at(1)) == [3]
    assert recorder.head() == Head(3, at(1))


@pytest.mark.parametrize("size", [1, 2, 49, 50, 51, 2500])
def test_groups_of_every_size_are_stored_as_given(recorder, size):
    group = [entry(f"case/{number}", state=bytes([number % 256]) * (number % 97)) for number in range(size)]
    positions = append(recorder, *group)
    assert positions == list(range(1, size + 1))
    expected = [
        StoredEntry(position, str(made.originator_id), made.originator_version, made.topic, made.state)
        for position, made in zip(positions, group, strict=True)
    ]
    assert list(recorder.entries()) == expected
    assert [row.entry for row in recorder.rows(0, size)] == group


def test_several_appends_in_one_transaction_follow_each_other(recorder):
    with recorder.appending() as held:
        held.append([entry("case/A")], [words(1)], at(1))
        held.append([entry("case/B"), entry("case/C")], [words(3)], at(2))
        assert held.head == Head(0, None)
    assert [row.recordedtime for row in recorder.rows(0, 9)] == [at(1), at(2), at(2)]
    assert [kept.position for kept in recorder.words([1, 2, 3])] == [1, 3]


def test_nothing_is_seen_before_the_commit(recorder):
    with recorder.appending() as held:
        held.append([entry("case/A")], [words(1)], NOON)
        assert held.history(["case/A"]) == []
        assert held.words(1) == []
        assert recorder.head() == Head(0, None)
        assert recorder.record("case/A") == []
    assert recorder.head().position == 1


def test_an_exception_leaves_no_trace(recorder):
    append(recorder, entry("case/A"))

    def change_of_mind():
        with recorder.appending() as held:
            held.append([entry("case/B")], [words(2)], at(5))
            raise LookupError("a rule was broken")

    with pytest.raises(LookupError):
        change_of_mind()
    assert recorder.head() == Head(1, NOON)
    assert recorder.words([2]) == []
    assert append(recorder, entry("case/B")) == [2]


def test_a_transaction_without_entries_changes_nothing(recorder):
    with recorder.appending():
        pass
    with recorder.appending() as held:
        held.append([], (), at(9))
    assert recorder.head() == Head(0, None)


def test_what_is_known_is_read_at_the_head(recorder):
    first, second, other = entry("case/A", state=b"one"), entry("case/A", 2, state=b"two"), entry("case/B")
    append(recorder, first, other)
    append(recorder, second)
    with recorder.appending() as held:
        keys = [key_of(second), Key("urn:test", "never"), key_of(first), Key("urn:other", "case/A#1")]
        assert held.known_keys(keys) == {
            key_of(first): KnownKey(1, first.content or b""),
            key_of(second): KnownKey(3, second.content or b""),
        }
        assert held.known_keys([]) == {}
        assert [(row.position, row.state) for row in held.history(["case/B", "case/A", "case/C"])] == [
            (1, b"one"),
            (2, b"{}"),
            (3, b"two"),
        ]
        assert sorted(held.advanced_since(1)) == ["case/A", "case/B"]
        assert held.advanced_since(3) == []


def test_keys_may_hold_any_text(recorder):
    strange = [
        NewEntry("case/ä", 1, "t", b"", source, key, bytes(32))
        for source, key in [('"', "\\"), ("ü", "😀"), ("%s", "'; --"), ("a\nb", "\t"), ("1", "2"), ("null", "[]")]
    ]
    group = [NewEntry("case/ä", number, "t", b"", e.source, e.id, e.content) for number, e in enumerate(strange, 1)]
    append(recorder, *group)
    with recorder.appending() as held:
        assert {known: at.position for known, at in held.known_keys([key_of(e) for e in group]).items()} == {
            key_of(e): position for position, e in enumerate(group, 1)
        }
    assert known(recorder, Key("%s", "'; --")) == KnownKey(3, bytes(32))
    assert len(recorder.record("case/ä")) == len(group)


def test_entries_without_a_key_do_not_collide(recorder):
    append(recorder, NewEntry("case/A", 1, "t", b""), NewEntry("case/A", 2, "t", b""))
    assert [row.entry.source for row in recorder.rows(0, 9)] == [None, None]


@pytest.mark.parametrize("among", [0, 60])
@pytest.mark.parametrize(
    "again",
    [entry("case/A", key="another"), entry("case/B", key="case/A#1")],
    ids=["the version is taken", "the key is taken"],
)
def test_a_conflict_refuses_the_whole_group(recorder, again, among):
    append(recorder, entry("case/A"))
    company = [entry(f"case/X{number}") for number in range(among)]
    with pytest.raises(IntegrityError):
        append(recorder, *company, again, when=at(1))
    assert recorder.head() == Head(1, NOON)
    assert append(recorder, *company, entry("case/A", 2)) == list(range(2, among + 3))


def test_a_conflict_inside_one_group_refuses_it(recorder):
    with pytest.raises(IntegrityError):
        append(recorder, entry("case/A"), entry("case/A", key="another"))
    with pytest.raises(IntegrityError):
        append(recorder, entry("case/A"), entry("case/B", key="case/A#1"))
    assert recorder.head() == Head(0, None)


def test_recorded_time_never_goes_back(recorder):
    append(recorder, entry("case/A"), when=at(5))
    with pytest.raises(IntegrityError, match="before"):
        append(recorder, entry("case/B"), when=at(4))
    append(recorder, entry("case/B"), when=at(5))
    assert recorder.head() == Head(2, at(5))


@pytest.mark.parametrize(
    "time", ["2026-01-05T12:00:00Z", "2026-01-05T12:00:00.000000+00:00", "2026-01-05 12:00:00.000000Z", "", NOON + "\n"]
)
def test_a_time_in_another_form_is_refused(recorder, time):
    with pytest.raises(DataError):
        append(recorder, entry("case/A"), when=time)
    with pytest.raises(DataError):
        recorder.position_at(time)
    assert recorder.head() == Head(0, None)


@pytest.mark.parametrize(
    "bad",
    [
        NewEntry("case/\x00", 1, "t", b"", "s", "1", bytes(32)),
        NewEntry("case/A", 1, "t\x00", b"", "s", "1", bytes(32)),
        NewEntry("case/A", 1, "t", b"", "s\x00", "1", bytes(32)),
        NewEntry("case/A", 1, "t", b"", "s", "1\x00", bytes(32)),
    ],
    ids=["record", "topic", "source", "id"],
)
def test_a_nul_is_refused_on_both_engines_alike(recorder, bad):
    with pytest.raises(DataError, match="NUL"):
        append(recorder, bad)
    assert recorder.head() == Head(0, None)


def test_words_need_their_entry_in_the_same_append(recorder):
    append(recorder, entry("case/A"))
    for position in (1, 3):
        with pytest.raises(IntegrityError), recorder.appending() as held:
            held.append([entry("case/B")], [words(position)], NOON)
    assert recorder.head().position == 1
    assert recorder.words([1, 2, 3]) == []


def test_words_are_kept_beside_their_entry(recorder):
    kept = [words(1, "/a", "one"), words(1, "/b", "zwei\n✓"), words(2, "/a", "")]
    with recorder.appending() as held:
        held.append([entry("case/A"), entry("case/B")], kept, NOON)
    assert recorder.words([2, 1]) == kept
    with recorder.appending() as held:
        assert held.words(1) == kept[:2]
    assert [row.words for row in recorder.rows(0, 9)] == [tuple(kept[:2]), tuple(kept[2:])]


def test_two_words_under_one_path_refuse_the_entry(recorder):
    with pytest.raises(IntegrityError), recorder.appending() as held:
        held.append([entry("case/A")], [words(1), words(1)], NOON)
    assert recorder.head() == Head(0, None)


def test_the_last_reference_is_the_greatest_number(recorder: LedgerRecorder):
    names = [
        "ACT-0009",
        "ACT-0999",
        "ACT-10000",
        "ACT-1001",
        "ACT-99999x",
        "ACT-",
        "ACT-9/1",
        "ACU-777777",
        "AC-888888",
    ]
    append(
        recorder, *(entry(f"action/{name}") for name in names), entry("incident/ACT-55555"), entry("action/ACT-0009", 2)
    )
    with recorder.appending() as held:
        assert held.last_reference("action/ACT-") == "action/ACT-10000"
        assert held.last_reference("action/ACT-1") == "action/ACT-1001"
        assert held.last_reference("action/ACT-00") == "action/ACT-0009"
        assert held.last_reference("audit/AUD-") is None
    append(recorder, entry("action/ACT-10001"))
    with recorder.appending() as held:
        assert held.last_reference("action/ACT-") == "action/ACT-10001"


def test_one_thread_cannot_wait_on_itself(recorder):
    with recorder.appending() as held:
        assert held.head.position == 0
        with pytest.raises(ProgrammingError), recorder.appending():
            pass
        held.append([entry("case/A")], (), NOON)
    assert append(recorder, entry("case/B")) == [2]
