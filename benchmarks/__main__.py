"""`python run.py bench`: measures everything on both engines, prints a table and writes var/benchmarks.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import asking, lives, looking, posting, proving, reading, writing
from benchmarks.homes import ENGINES, Homes, fill, opened
from benchmarks.measuring import Row
from benchmarks.programme import EVERYTHING, reports
from ledger.garbage import look_seldom
from tests.postgres import EmbeddedPostgres

OUT = Path(__file__).parents[1] / "var" / "benchmarks.json"
DURABLE = "SQLite: write-ahead log, synchronous FULL. PostgreSQL: fsync, synchronous_commit and full_page_writes on. The same for both sides."


@dataclass(frozen=True)
class Sizes:
    """How much work one run does."""

    repeats: int
    posts: int
    batched: int
    records: int
    lines: int
    rebuilt: int
    long: int
    memory: tuple[int, int]
    actions: int


FULL = Sizes(5, 12_000, 10_000, 300, 20, 100_000, 1_000_000, (120_000, 360_000), 100_000)
QUICK = Sizes(3, 3_000, 3_000, 100, 4, 10_000, 100_000, (10_000, 40_000), 10_000)


def sections(homes: Homes, sizes: Sizes) -> dict[str, Callable[[str], list[Row]]]:
    """What is measured, by the letter it is asked for with."""
    s = sizes

    def long_ledger(engine: str) -> list[Row]:
        database = homes.new(engine)
        with opened(database) as held:
            print(f"  filling a ledger with {s.long:,} entries [{engine}]", file=sys.stderr, flush=True)
            fill(held, lives.lives(s.long, name="F", kinds=EVERYTHING, dated=reports()))
        appending = writing.growth(homes, database, engine, s.repeats, s.batched)
        told = [
            *appending,
            *proving.proofs(homes, database, engine, s.repeats),
            *reading.reports(homes, database, engine, s.repeats),
            *reading.formats(homes, database, engine, s.repeats),
        ]
        return [
            *told,
            *asking.lists(homes, database, engine, s.repeats),
            *asking.replays(homes, database, engine, s.repeats),
        ]

    return {
        "a": lambda engine: posting.singles(homes, engine, s.repeats, s.posts),
        "b": lambda engine: writing.batches(homes, engine, s.repeats, s.batched),
        "c": lambda engine: posting.long_batches(homes, engine, s.repeats, s.lines),
        "d": lambda engine: writing.long_records(homes, engine, s.repeats, s.records),
        "f": lambda engine: reading.rebuilds(homes, engine, s.repeats, s.rebuilt),
        "g": long_ledger,
        "m": lambda engine: proving.appending(homes, engine, s.repeats, s.batched),
        "i": lambda engine: reading.memory(homes, engine, s.memory),
        "p": lambda engine: looking.pages(homes, engine, s.repeats, s.actions, s.rebuilt),
        "v": lambda engine: reading.verification(homes, engine, s.repeats, s.rebuilt),
    }


def measured(sizes: Sizes, letters: str, engines: tuple[str, ...]) -> Iterator[Row]:
    """Every row asked for, one engine after the other for each."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, EmbeddedPostgres(durable=True) as server:
        homes = Homes(Path(folder), server)
        for letter, section in sections(homes, sizes).items():
            for engine in engines if letter in letters else ():
                homes.settle()
                yield from section(engine)


def table(rows: list[Row]) -> Table:
    """The rows for a person."""
    made = Table(title="Ratios, each taken in one run", caption=DURABLE)
    for heading in ("what : against what", "engine", "ours", "theirs", "", "ratio (spread)", "goal", ""):
        made.add_column(heading, overflow="fold")
    for r in rows:
        goal = "" if r.goal is None else f"{'≥' if r.bound == 'at least' else '≤'} {r.goal:g}"
        verdict = {True: "met", False: "missed", None: ""}[r.met]
        ratio = f"{r.ratio:.2f} ({r.spread[0]:.2f} to {r.spread[1]:.2f})"
        made.add_row(r.name, r.engine, f"{r.ours:,.4g}", f"{r.theirs:,.4g}", r.unit, ratio, goal, verdict)
    return made


def main() -> None:
    """Measure, print, write."""
    asked = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    asked.add_argument(
        "--quick", action="store_true", help="a few minutes; the long ledger has 100,000 entries, not a million"
    )
    asked.add_argument(
        "--only",
        default="abcdfgimpv",
        help="letters of the sections of benchmarks/README.md, such as bd; e is measured with d, h, j, k and n with g",
    )
    asked.add_argument("--engine", choices=ENGINES, help="one engine only")
    options = asked.parse_args()
    look_seldom()
    sizes = QUICK if options.quick else FULL
    rows = list(
        measured(
            sizes,
            options.only.replace("e", "d").translate(str.maketrans("hjkn", "gggg")),
            (options.engine,) if options.engine else ENGINES,
        )
    )
    Console(width=150).print(table(rows))
    OUT.parent.mkdir(exist_ok=True)
    told = {
        "sizes": asdict(sizes), "durability": DURABLE, "python": platform.python_version(), "cores": os.cpu_count(),
        "rows": [asdict(row) | {"met": row.met} for row in rows],
    }  # fmt: skip
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {OUT}")


if __name__ == "__main__":
    main()
