"""What a command prints: tables and notes for people, compact JSON for machines, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

WIDTH_OF_A_FILE = 160
"""Columns where nobody has a terminal."""


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
    several lines may be held `apart`.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=int(apart))
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in numbers else "left"
        table.add_column(column, justify=justify, overflow="fold", max_width=(narrow or {}).get(column))
    for row in rows:
        table.add_row(*(Text(spoken(cell)) for cell in row))
    if title:
        say(title)
    console().print(table)


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
