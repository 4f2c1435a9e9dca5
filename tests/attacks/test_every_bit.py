"""Every single bit of every stored byte of a small ledger: whichever is flipped, it is found, and the entry it belongs to is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from ledger.evidence.verification import Break, Walk
from ledger.log.tree import STEP, Frontier
from ledger.recorders import open_recorder
from ledger.recorders.contract import FullRow, Head, StoredEntry
from tests.attacks.conftest import told
from tests.ledger.posting import VAULT
from tests.ledger.tampering import blob, owning
from tests.log.making import LOG

LINES = 14
SHARES = 10
"""Tests among which the bits are dealt, so that workers share them out."""
KEYS = [LOG.verifier]


class Copy:
    """What a recorder holds, in memory, with anything about it changed."""

    def __init__(self, database: str) -> None:
        with closing(open_recorder(database, read_only=True)) as held:
            self.end, self.tree = held.head(), held.frontier()
            self.stored = list(held.rows(0, self.end.position))
            self.kept = {
                level: list(held.nodes(level, 0, self.end.position >> level))
                for level in range(STEP, self.end.position.bit_length(), STEP)
            }

    def head(self) -> Head:
        return self.end

    def frontier(self) -> Frontier:
        return self.tree

    def rows(self, after: int, limit: int) -> list[FullRow]:
        return [row for row in self.stored if after < row.position <= after + limit]

    def bodies(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        return [(row.position, row.entry.state) for row in self.rows(after, limit)]

    def certificates(self, after: int) -> list[StoredEntry]:
        return []

    def nodes(self, level: int, start: int, stop: int) -> list[bytes]:
        return self.kept[level][start:stop]

    def checkpoint(self, size: int) -> bytes | None:
        return next((row.note for row in self.stored if row.position == size), None)

    def last_checkpoint(self) -> bytes | None:
        return next((row.note for row in reversed(self.stored) if row.note is not None), None)

    def record(self, originator_id: str, *, upto: int | None = None) -> list[StoredEntry]:
        return [
            StoredEntry(row.position, originator_id, row.entry.originator_version, row.entry.topic, row.entry.state)
            for row in self.stored
            if row.entry.originator_id == originator_id and (upto is None or row.position <= upto)
        ]


class Cell(NamedTuple):
    """One stored value: which position it belongs to (0: the head), how many bits it has, and how it is set to other bits."""

    position: int
    name: str
    value: bytes
    put: Callable[[Copy, bytes], None]

    @property
    def is_text(self) -> bool:
        return self.name.removeprefix("words ") in (
            "originator_id",
            "topic",
            "source",
            "id",
            "recordedtime",
            "path",
            "key",
        )


def is_text(raw: bytes) -> bool:
    return "\ufffd" not in raw.decode("utf-8", "replace") and b"\0" not in raw


def text_of(raw: bytes) -> str:
    return raw.decode()


def changed(name: str, raw: bytes, *, text: bool) -> dict[str, Any]:
    return {name: text_of(raw) if text else raw}


def cells(copy: Copy) -> Iterator[Cell]:
    """Every one there is."""
    for at, row in enumerate(copy.stored):
        for name in ("originator_id", "topic", "source", "id", "content", "state"):
            value = getattr(row.entry, name)
            octets = value if isinstance(value, bytes) else value.encode()

            def put(
                held: Copy, raw: bytes, at: int = at, name: str = name, text: bool = isinstance(value, str)
            ) -> None:
                row = held.stored[at]
                held.stored[at] = row._replace(entry=replace(row.entry, **changed(name, raw, text=text)))

            yield Cell(row.position, name, octets, put)
        yield Cell(row.position, "version", row.entry.originator_version.to_bytes(4, "big"), _version(at))
        yield Cell(row.position, "recordedtime", row.recordedtime.encode(), _field(at, "recordedtime", text_of))
        if row.note is not None:
            yield Cell(row.position, "note", row.note, _field(at, "note", bytes))
        for number, words in enumerate(row.words):
            for name in ("path", "key", "box"):
                value = getattr(words, name)
                octets = value if isinstance(value, bytes) else value.encode()
                yield Cell(row.position, f"words {name}", octets, _words(at, number, name, isinstance(value, str)))
    for level, hashes in copy.kept.items():
        for number, item in enumerate(hashes):
            yield Cell((number << level) + 1, f"node {level}", item, _node(level, number))
    for number, peak in enumerate(copy.tree.peaks):
        yield Cell(0, "peak", peak, _peak(number))


def _version(at: int) -> Callable[[Copy, bytes], None]:
    def put(held: Copy, raw: bytes) -> None:
        row = held.stored[at]
        held.stored[at] = row._replace(entry=replace(row.entry, originator_version=int.from_bytes(raw, "big")))

    return put


def _field(at: int, name: str, made: Callable[[bytes], Any]) -> Callable[[Copy, bytes], None]:
    def put(held: Copy, raw: bytes) -> None:
        held.stored[at] = held.stored[at]._replace(**{name: made(raw)})

    return put


def _words(at: int, number: int, name: str, text: bool) -> Callable[[Copy, bytes], None]:
    def put(held: Copy, raw: bytes) -> None:
        words = list(held.stored[at].words)
        words[number] = words[number]._replace(**changed(name, raw, text=text))
        held.stored[at] = held.stored[at]._replace(words=tuple(words))

    return put


def _node(level: int, number: int) -> Callable[[Copy, bytes], None]:
    def put(held: Copy, raw: bytes) -> None:
        held.kept[level][number] = raw

    return put


def _peak(number: int) -> Callable[[Copy, bytes], None]:
    def put(held: Copy, raw: bytes) -> None:
        peaks = (*held.tree.peaks[:number], raw, *held.tree.peaks[number + 1 :])
        held.tree = Frontier(held.tree.size, peaks)

    return put


def walked(copy: Copy) -> list[Break]:
    return list(Walk(copy, KEYS, vault=VAULT).to_the_end(copy.head().position))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return told(tmp_path_factory.mktemp("small") / "ledger.sqlite", lines=LINES)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_bit_can_be_flipped_unseen(small, seed, long, share):
    copy = Copy(str(small))
    assert walked(copy) == []
    every = [(cell, bit) for cell in cells(copy) for bit in range(8 * len(cell.value))]
    assert len(every) > 100_000
    ours = every[share::SHARES]
    for cell, bit in ours if long else Random(seed).sample(ours, 4_000 // SHARES):
        flipped = bytearray(cell.value)
        flipped[bit // 8] ^= 1 << bit % 8
        if cell.is_text and not is_text(bytes(flipped)):  # neither engine can read such a text back
            continue
        cell.put(copy, bytes(flipped))
        found = walked(copy)
        assert found, (cell.position, cell.name, bit)
        named = {each.position for each in found} | {
            at for each in found if each.last for at in range(each.position, each.last + 1)
        }
        assert cell.position in named, (cell.position, cell.name, bit, found)
        cell.put(copy, cell.value)
    assert walked(copy) == []


CELLS = [
    *(("entries", "position", name) for name in ("originator_id", "originator_version", "topic", "source", "id", "content", "recordedtime", "state")),
    *(("words", "box", name) for name in ("position", "path", "key", "box")),
    *(("nodes", "hash", name) for name in ("hash", "number")),
    *(("checkpoints", "size", name) for name in ("size", "note")),
    *(("head", "one", name) for name in ("position", "recordedtime", "frontier")),
]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_one_bit_of_each_column_in_the_database(held, verify, seed, cell):
    table, key, column = cell
    draw = Random(f"{seed} {table} {column}")
    with owning(held) as owner:
        rows = owner.run(f"SELECT {key}, {column} FROM {table} ORDER BY 1")
        which, value = draw.choice(rows)
        taken = {spelt(held) for _, held in rows if isinstance(held, str)}  # the engine itself refuses a second of some
        other = next(bits for bits in iter(lambda: flipped(owner, draw, value), None) if bits not in taken)
        where = blob(owner, bytes(which)) if isinstance(which, bytes) else which
        owner.run(f"UPDATE {table} SET {column} = {other} WHERE {key} = {where}")
    assert verify(held).code == 5, (which, value)


def spelt(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def flipped(owner: Any, draw: Random, value: Any) -> str:
    """A value with one bit of another kind, as SQL spells it; a text stays text, and a number does not become a small one that is taken."""
    if isinstance(value, int):
        return str(value ^ 1 << draw.randrange(8, 20))
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    while True:
        at = draw.randrange(len(raw))
        other = raw.copy()
        other[at] ^= 1 << draw.randrange(8)
        if isinstance(value, bytes):
            return blob(owner, bytes(other))
        try:
            text = bytes(other).decode()
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return spelt(text)
