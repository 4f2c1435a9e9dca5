"""Events out of a file: one CloudEvent, a JSON array of them, or one on each line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.canonical import Unreadable, read
from ledger.cli.exits import Code, Stop

LINES = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class Piece:
    """One item of a file: where it stands (line, or number in the array, from 1), and its JSON value or why it has none."""

    place: int
    value: Any = None
    unreadable: str | None = None


def octets_of(file: str) -> bytes:
    """The file's bytes, or standard input's for `-`; Stop where it cannot be read."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError as error:
        raise Stop(Code.NOT_FOUND, f"There is no file {file}.") from error
    except OSError as error:
        raise Stop(Code.USAGE, f"{file}: {error.strerror}") from error


def pieces(file: str) -> list[Piece]:
    """Every item of the file, in order; Stop where it holds none, or cannot be told apart into items."""
    octets = octets_of(file)
    found = _by_line(octets) if _one_on_each_line(file, octets) else _whole(octets)
    if not found:
        raise Stop(Code.USAGE, f"{file} holds no event.")
    return found


def _one_on_each_line(file: str, octets: bytes) -> bool:
    """By the file's name; failing that, when more follows a first line that is an object by itself."""
    if file.endswith(LINES):
        return True
    lines = [line for line in octets.split(b"\n") if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith(b"{"):  # noqa: PLR2004 - one line is one value
        return False
    try:
        read(lines[0])
    except Unreadable:
        return False
    return True


def _by_line(octets: bytes) -> list[Piece]:
    return [_piece(number, line) for number, line in enumerate(octets.split(b"\n"), 1) if line.strip()]


def _piece(place: int, raw: bytes) -> Piece:
    try:
        return Piece(place, read(raw))
    except Unreadable as unreadable:
        return Piece(place, unreadable=str(unreadable))


def _whole(octets: bytes) -> list[Piece]:
    if not octets.strip():
        return []
    whole = _piece(1, octets)
    if whole.unreadable is not None:
        raise Stop(Code.USAGE, f"{whole.unreadable[:1].upper()}{whole.unreadable[1:]}.")
    if isinstance(whole.value, list):
        return [Piece(number, item) for number, item in enumerate(whole.value, 1)]
    return [whole]
