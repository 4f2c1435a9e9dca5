"""What a command prints: tables and notes for people, compact JSON for machines, progress on standard error."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

WIDTH_OF_A_FILE = 160
"""Columns where nobody has a terminal."""

EASY_TO_READ, MOST_LINES = 30, 6
"""A column narrower than so many characters is no place for a text of more than so many lines."""


def console(*, stderr: bool = False) -> Any:
    """A rich console on the present standard output or error."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDTH_OF_A_FILE, highlight=False, markup=False)


def write_json(value: Any) -> None:
    """One compact line of JSON, in UTF-8 whatever the terminal speaks; the same value always gives the same bytes."""
    write_bytes(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n")


def write_bytes(octets: bytes) -> None:
    """Exact bytes to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()


def say(text: str = "") -> None:
    """A line for people."""
    console().print(text, soft_wrap=True)


def note(text: str) -> None:
    """A line for people beside the answer: on standard error."""
    console(stderr=True).print(text, soft_wrap=True)


def show(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    numbers: Sequence[str] = (),
    narrow: Mapping[str, int] | None = None,
    apart: bool = False,
) -> None:
    """A table for people. Columns named in `numbers` stand to the right, those in `narrow` have at most so many characters; rows of
    several lines may be held `apart`. Where a terminal is too narrow to keep every reference and date in one piece, each row is
    told below the one before, line by line.
    """
    cells = [[spoken(cell) for cell in row] for row in rows]
    if title:
        say(title)
    room = console().width - 2 * len(columns)
    widths = fitted(columns, cells, narrow or {}, room)
    if not cells:
        say("  none")
    elif widths is None:
        _stacked(columns, cells)
    else:
        _table(columns, cells, widths, numbers, apart=apart)


def fitted(
    columns: Sequence[str], rows: Sequence[Sequence[str]], narrow: Mapping[str, int], room: int
) -> list[int] | None:
    """Widths in characters that fill at most `room`, break no word and cramp no text, taken from the widest; none without room."""
    told = [[column, *(row[at] for row in rows)] for at, column in enumerate(columns)]
    words = [max(len(word) for cell in cells for word in [*cell.split(), ""]) for cells in told]
    lines = [max(len(line) for cell in cells for line in [*cell.splitlines(), ""]) for cells in told]
    limits = [narrow.get(column, room) for column in columns]
    least = [min(word, limit) for word, limit in zip(words, limits, strict=True)]
    widths = [max(1, min(line, limit)) for line, limit in zip(lines, limits, strict=True)]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        at = max(range(len(widths)), key=lambda at: (widths[at] > least[at], widths[at]))
        widths[at] -= 1
    cramped = any(
        width < EASY_TO_READ and max(map(len, cells)) > MOST_LINES * width
        for width, cells in zip(widths, told, strict=True)
    )
    return None if cramped else widths


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], numbers: Sequence[str], *, apart: bool
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, leading=int(apart))
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column in numbers else "left"
        table.add_column(column, justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table)


def _stacked(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    margin = max(map(len, columns)) + 4
    for row in rows:
        say()
        for column, cell in zip(columns, row, strict=True):
            lines = textwrap.wrap(cell, max(20, console().width - margin), break_on_hyphens=False)
            for at, line in enumerate(lines):
                say(f"  {column if at == 0 else '':<{margin - 4}}  {line}")
    say()


def entries_said(count: int) -> str:
    """How many entries, for people."""
    return f"{count} {'entry' if count == 1 else 'entries'}"


def spoken(value: Any) -> str:
    """A cell for people."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(spoken, value))
        case _:
            return str(value)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, moved by calling it with what is done and what there is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)

        def move(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield move
