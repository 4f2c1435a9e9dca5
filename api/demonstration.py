"""The demonstration: two example years recorded through the service, and what the ledger answers about them."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from api.demo_recording import Answered, lines_of, record_script, record_year
from api.demo_telling import (
    tell_compared,
    tell_decision,
    tell_enquiries,
    tell_refused,
    tell_restated,
    tell_standing,
    tell_surprises,
    tell_work,
    write_compared,
    write_public,
    write_reports,
)
from ledger.cli.exits import Code, Stop, told
from ledger.cli.output import note, progress, say
from ledger.domain.calendar import london_day
from ledger.garbage import look_seldom
from ledger.reports.annual import report
from ledger.reports.comparison import UNEXPLAINED, compare, read_explanations, read_published
from ledger.wiring import Parts, key_beside, mark_beside, open_parts, vault_key_beside

CHECKOUT = Path(__file__).resolve().parents[1]
EXAMPLES = CHECKOUT / "examples"
REAL, REAL_YEAR = "cheshire-west-2019-20", "2019-20"
INVENTED, INVENTED_YEAR = "invented-year", "2024-25"
REFUSED_OF_REAL = {"cw-2019-20-0099": "TRN-SUM"}
"""The row of the real year that cannot be: 75 outcomes from 65 bookings (reference.md 8.5)."""
REPLAYED = "incident/INC-2024-002"
PUBLISHED, PUBLISHED_AS_AT = "2024-25-Q2", date(2024, 12, 31)
"""The quarter whose report is published as it stood on a day, so that what came later is explained entry by entry."""
KEPT = ("", "-wal", "-shm")
"""What SQLite adds to a file's name for the files beside it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Perform both years and return 0 only if every answer was the expected one and no difference is unexplained."""
    parser = argparse.ArgumentParser(prog="ledger demo", description=__doc__)
    parser.add_argument("--into", type=Path, default=CHECKOUT / "var" / "demo", help="the folder to write to")
    try:
        with told():
            return perform(parser.parse_args(arguments).into)
    except Stop as stop:
        note(str(stop))
        return int(stop.code)


def perform(into: Path) -> int:
    """Both years, into a folder."""
    if not EXAMPLES.is_dir():
        raise Stop(Code.NOT_FOUND, f"The examples are not here: there is no folder {EXAMPLES}.")
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(Code.USAGE, f"{into}: {error.strerror}") from error
    wrong = real_year(into)
    more, decision = invented_year(into)
    say_where(into, decision)
    if wrong + more:
        note(f"{wrong + more} answers or differences are not as they should be; they are listed above.")
    return Code.REFUSED if wrong + more else Code.FINE


def real_year(into: Path) -> int:
    """A year of a real partnership, from what it published; how many things were not as they should be."""
    folder, database = EXAMPLES / REAL, fresh(into / f"{REAL}.sqlite")
    say("1. Cheshire West and Chester, 2019-20: a real year, entered afterwards from two published documents")
    say()
    with progress("posting the real year") as move:
        answers = record_year(folder, database, REFUSED_OF_REAL, move)
    _say_recorded(answers)
    tell_refused(answers)
    with reading(database) as parts:
        made = report(parts.tables, parts.ledger.packs(), REAL_YEAR, parts.ledger.head().position)
        explanations = read_explanations(folder / "differences.toml")
        compared = compare(made, read_published(folder / "published.csv"), explanations)
        table = into / f"{REAL}.beside-published.csv"
        write_compared(compared, table)
        tell_compared(compared, explanations, _path(table))
        tell_enquiries(parts, made.period.last)
        write_reports(parts, REAL_YEAR, into / REAL)
    return tell_surprises(answers) + sum(each.explanation == UNEXPLAINED for each in compared)


def invented_year(into: Path) -> tuple[int, int]:
    """A year of a partnership that does not exist, from its script: how many answers were not as the script expects, and the
    position of the decision that was replayed.
    """
    folder, database = EXAMPLES / INVENTED, fresh(into / f"{INVENTED}.sqlite")
    last = lines_of(folder / "script.ndjson")[-1]["clock"]
    say("2. Northmere and Ashdale, 2024-25: an invented year, played from a script under the clock it declares")
    say()
    with progress("playing the invented year") as move:
        answers = record_script(folder, database, move, (PUBLISHED, PUBLISHED_AS_AT))
    _say_recorded(answers)
    tell_refused(answers)
    with reading(database, folder / "packs") as parts:
        tell_work(parts, london_day(datetime.fromisoformat(last)))
        tell_enquiries(parts, london_day(datetime.fromisoformat(last)))
        tell_restated(parts, PUBLISHED)
        decision = tell_decision(parts, REPLAYED)
        tell_standing(parts, INVENTED_YEAR)
        write_reports(parts, INVENTED_YEAR, into / INVENTED)
        write_public(parts, INVENTED_YEAR, into / INVENTED)
    return tell_surprises(answers), decision


def fresh(database: Path) -> Path:
    """The path of a ledger to be made, with what an earlier run left there taken away, its tables and its key too."""
    for stem in (database, database.with_name(f"{database.stem}.tables.sqlite")):
        for beside in KEPT:
            stem.with_name(stem.name + beside).unlink(missing_ok=True)
    key_beside(str(database)).path.unlink(missing_ok=True)
    vault_key_beside(str(database)).path.unlink(missing_ok=True)
    mark_beside(str(database)).path.unlink(missing_ok=True)
    return database


@contextmanager
def reading(database: Path, packs: Path | None = None) -> Iterator[Parts]:
    """A ledger with its tables up to date."""
    parts = open_parts(str(database), packs=packs)
    try:
        parts.projector.prepare()
        parts.projector.catch_up()
        yield parts
    finally:
        parts.close()


def say_where(into: Path, decision: int) -> None:
    """Where everything is, and how to go on."""
    real, invented = into / f"{REAL}.sqlite", into / f"{INVENTED}.sqlite"
    run = shlex.quote(_path(CHECKOUT / "run.py"))
    packs = f"LEDGER_PACKS={shlex.quote(_path(EXAMPLES / INVENTED / 'packs'))}"
    in_real, in_invented = (f"LEDGER_DATABASE={shlex.quote(_path(path))}" for path in (real, invented))
    say(f"Everything is in {_path(into)}: both ledgers, and of each the annual report as .json, .csv and .html;")
    say(f"{REAL}.beside-published.csv has the comparison above, {INVENTED}.public.pdf is what anybody may read.")
    say()
    say("Start the service on either, and read its documentation at http://127.0.0.1:8000/docs:")
    say(f"  {in_real} python3 {run} serve")
    say(f"  {in_invented} {packs} python3 {run} serve")
    say("Or ask from the command line, for example:")
    say(f"  {in_real} python3 {run} figure FIG-TRN --year {REAL_YEAR} --entries")
    say(f"  {in_invented} {packs} python3 {run} replay {decision}")
    say(f"  {in_invented} {packs} python3 {run} enquiries --as-of 2025-03-31")


def _path(path: Path) -> str:
    """A path as it is typed from where the reader stands."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _say_recorded(answers: Sequence[Answered]) -> None:
    recorded = sum(answer.events for answer in answers if answer.told == "recorded")
    say(f"{len(answers)} posts over HTTP; {recorded} entries recorded.")
    say()


if __name__ == "__main__":
    look_seldom()
    sys.exit(main())
