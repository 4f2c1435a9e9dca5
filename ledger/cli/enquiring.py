"""`ledger enquiries`: where a scrutineer should look, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledger.cli.listing import Where, answered
from ledger.cli.options import AsAt, AsOf, Database, Json
from ledger.cli.output import entries_said, say, show, write_json

if TYPE_CHECKING:
    from ledger.projections.asking import Answer

MOST = 12
"""Records told to people under one line; machines get them all."""
COLUMNS = ("record", "why", "entries")


def enquiries(
    *, where: Where = None, database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Lines of enquiry: what drifts, what was done and never judged, what came late, what may not be compared."""
    from ledger.enquiries import QUESTION

    answer = answered(QUESTION, database=database, as_at=as_at, as_of=as_of, where=where)
    if as_json:
        write_json(answer.items)
    else:
        tell(answer, most=MOST, quiet=_quiet(where or ()))


def _quiet(where: Sequence[str]) -> Sequence[str] | None:
    """Of which lines it may be said that they found nothing: all, or those asked for by id; none where only some records were asked about."""
    named = [each.partition("=")[2] for each in where if each.startswith("id=")]
    return (named or None) if len(named) == len(where) else ()


def tell(answer: Answer, *, most: int, quiet: Sequence[str] | None = None) -> None:
    """Line by line, at most so many records of each; then, of all or of those in `quiet`, the lines that lead to nothing."""
    from ledger.enquiries import ENQUIRIES

    say(f"Lines of enquiry: as at position {answer.as_at}, as of {answer.as_of}")
    say()
    nothing = []
    for line in ENQUIRIES.values():
        found = [item for item in answer.items if item["id"] == line.id]
        if not found:
            if quiet is None or line.id in quiet:
                nothing.append(line)
            continue
        rows = [(f"{i['record']}/{i['reference']}", i["reason"], _entries(i["entries"])) for i in found[:most]]
        show(f"{line.title} ({line.id}): {len(found)}", COLUMNS, rows)
        if len(found) > most:
            say(f"  and {len(found) - most} more")
            say()
    if nothing:
        say(f"Nothing found by: {'; '.join(f'{line.title} ({line.id})' for line in nothing)}.")
        say()


def _entries(positions: list[int]) -> str:
    from ledger.reports.spoken import spoken_ranges

    return spoken_ranges(positions, 4) if positions else entries_said(0)
