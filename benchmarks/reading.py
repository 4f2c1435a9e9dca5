"""What it costs to read: building the tables anew, the annual report, and how much memory that takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from benchmarks import lives
from benchmarks.homes import VAULT, Homes, fill, opened
from benchmarks.measuring import Row, in_turn, row, timed
from benchmarks.their_view import run
from benchmarks.theirs import actions_in, made
from ledger.enquiries import enquiries
from ledger.evidence.verification import Walk
from ledger.projections.asking import Asking
from ledger.recorders import open_recorder
from ledger.recorders.contract import LedgerRecorder
from ledger.reports.annual import Report, report
from ledger.reports.as_json import to_json
from ledger.reports.outline import outlined
from ledger.reports.written import Format, written
from ledger.wiring import Parts, open_parts

CHECKOUT = Path(__file__).parents[1]
YEAR = "2019-20"
LAST_DAY = lives.FIRST_DAY + timedelta(days=lives.DAYS // 2)
"""Half way through the ten years: many actions are then open, and many are late."""
PAGE = 5_000
SHORT = 1_000
"""Entries of a short ledger."""
THEIR_BATCH = 100
"""Events in one of their saves; a thousand fill the socket both ways, and the save waits for ever."""


@contextmanager
def parts_in(database: str) -> Iterator[Parts]:
    """The open parts of a ledger, its tables caught up."""
    parts = open_parts(database, vault=VAULT)
    try:
        parts.projector.prepare()
        parts.projector.catch_up()
        yield parts
    finally:
        parts.close()


def rebuilds(homes: Homes, engine: str, repeats: int, events: int) -> list[Row]:
    """f: building all tables from nothing, beside their ProjectionRunner and beside only reading, decoding and validating."""
    database = homes.new(engine)
    with opened(database) as ours:
        fill(ours, lives.lives(events, name="R"))
    with parts_in(database) as parts:
        whole = parts.ledger.head().position

        def read_only() -> None:
            for _ in parts.ledger.entries():
                pass

        mine, decoding = in_turn(
            repeats, lambda: timed(parts.projector.rebuild, whole), lambda: timed(read_only, whole)
        )
        rows = [
            row(
                "rebuilding all tables : reading and validating the entries",
                engine,
                mine,
                decoding,
                0.1,
                unit="entries/s",
            )
        ]
        if engine == "PostgreSQL":
            rebuilding, running = in_turn(
                repeats,
                lambda: timed(parts.projector.rebuild, whole),
                lambda: their_rate(homes, events // 5),  # a rate, so that the slower side need not take all of them
            )
            told = "rebuilding all tables : their ProjectionRunner into one table"
            rows.append(row(told, engine, rebuilding, running, 10, unit="entries/s"))
    return rows


def their_rate(homes: Homes, events: int) -> float:
    """Events a second of a ProjectionRunner over an application that holds so many."""
    database = homes.new("PostgreSQL")
    with closing(actions_in(database)) as theirs:
        told = list(lives.lives(events, name="T"))
        for start in range(0, events, THEIR_BATCH):
            theirs.save(*made(told[start : start + THEIR_BATCH], 10))
    return timed(partial(run, database, events), events)


def bare_scan(recorder: LedgerRecorder) -> None:
    """Position and bytes of every entry into Python."""
    after = 0
    while page := recorder.bodies(after, PAGE):
        after = page[-1][0]


def reports(homes: Homes, database: str, engine: str, repeats: int) -> list[Row]:
    """h: the annual report over two bare scans, and the report as at half way over the report as at the end; in processor time."""
    with parts_in(database) as parts, closing(open_recorder(database)) as recorder:
        head = recorder.head().position

        def told(as_at: int) -> None:
            to_json(outlined(report(parts.tables, parts.ledger.packs(as_at=as_at), YEAR, as_at)))

        def two_scans() -> None:
            bare_scan(recorder)
            bare_scan(recorder)

        def looked() -> None:
            asking = Asking(head, LAST_DAY, parts.ledger.packs(), histories=parts.ledger.records)
            enquiries(parts.tables, asking)

        def seconds(work: Callable[[], object]) -> Callable[[], float]:
            return lambda: 1 / timed(work, 1, homes.busy)

        looking, four = in_turn(repeats, seconds(looked), seconds(lambda: (two_scans(), two_scans())))
        now, scans, earlier, early = in_turn(
            repeats,
            seconds(partial(told, head)),
            seconds(two_scans),
            seconds(partial(told, head // 2)),
            seconds(partial(told, head // 10)),
        )
    name = f"the annual report at {head:,} entries"
    every = f"all lines of enquiry at {head:,} entries : four bare scans"
    return [
        row(every, engine, looking, four, 1, unit="s", bound="at most"),
        row(f"{name} : two bare scans", engine, now, scans, 1, unit="s", bound="at most"),
        row(f"{name}, as at half way : as at now", engine, earlier, now, 2, unit="s", bound="at most"),
        row(f"{name}, as at a tenth : as at now", engine, early, now, 2, unit="s", bound="at most"),
    ]


def formats(homes: Homes, database: str, engine: str, repeats: int) -> list[Row]:
    """h: the yearly report in every format, over its figures alone and the same report of a short ledger; in processor time."""
    short = homes.new(engine)
    with opened(short) as ours:
        fill(ours, lives.lives(SHORT, name="S"))
    with parts_in(database) as long, parts_in(short) as little:

        def figures(parts: Parts) -> Report:
            head = parts.ledger.head().position
            return report(parts.tables, parts.ledger.packs(as_at=head), YEAR, head)

        def every_format(parts: Parts) -> None:
            document = outlined(figures(parts))
            for each in Format:
                written(document, each)

        whole, alone, shortly = in_turn(
            repeats,
            lambda: 1 / timed(partial(every_format, long), 1, homes.busy),
            lambda: 1 / timed(partial(figures, long), 1, homes.busy),
            lambda: 1 / timed(partial(every_format, little), 1, homes.busy),
        )
        head = long.ledger.head().position
    name = f"the yearly report in all formats at {head:,} entries : its figures alone, and all formats at {SHORT:,}"
    both = [one + other for one, other in zip(alone, shortly, strict=True)]
    return [row(name, engine, whole, both, 3, unit="s", bound="at most")]


def memory(homes: Homes, engine: str, sizes: tuple[int, int]) -> list[Row]:
    """i: the most memory a process holds that rebuilds, or exports, a long ledger, over that of a short one."""
    rows = []
    databases = [homes.new(engine) for _ in sizes]
    for size, database in zip(sizes, databases, strict=True):
        with opened(database) as ours:
            fill(ours, lives.lives(size, name="M"))
    for work in ("rebuild", "export"):
        short, long = (peak(work, database) for database in databases)
        told = f"peak memory of {work} at {sizes[1]:,} entries : at {sizes[0]:,}"
        rows.append(row(told, engine, [long], [short], 1.2, unit="MiB", bound="at most"))
    return rows


def peak(work: str, database: str) -> float:
    """MiB at most held by a process of its own that does one thing and ends."""
    command = [sys.executable, "-m", "benchmarks.memory", work, database]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
    return int(done.stdout) / 1024


def verification(homes: Homes, engine: str, repeats: int, events: int) -> list[Row]:
    """v: working the whole ledger out again, at hash level and with every column, version and word, beside a bare SHA-256 of each entry."""
    database = homes.new(engine)
    with opened(database) as ours:
        fill(ours, lives.lives(events, name="V"))
    with closing(open_recorder(database)) as stored:
        whole = stored.head().position

        def bare() -> None:
            for after in range(0, whole, 1_000):
                for _, body in stored.bodies(after, 1_000):
                    sha256(body).digest()

        def walk(*, thorough: bool) -> None:
            assert list(Walk(stored, vault=VAULT, thorough=thorough).to_the_end(whole)) == []

        quick, full, hashing = in_turn(
            repeats,
            lambda: timed(lambda: walk(thorough=False), whole),
            lambda: timed(lambda: walk(thorough=True), whole),
            lambda: timed(bare, whole),
        )
    return [
        row(
            "verifying the bytes against the tree : SHA-256 of each entry",
            engine,
            quick,
            hashing,
            0.25,
            unit="entries/s",
        ),
        row("verifying everything : SHA-256 of each entry", engine, full, hashing, 0.12, unit="entries/s"),
    ]
