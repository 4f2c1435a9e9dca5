"""`ledger entries`: the ledger itself, in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import opened, position_of
from ledger.cli.options import AsAt, Database, Json
from ledger.cli.output import entries_said, note, show, write_bytes

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.domain.history import Entry

PAGE_FOR_PEOPLE = 100
COLUMNS = ("position", "recorded (UTC)", "happened", "type", "record", "by", "what happened")


def entries(
    *,
    after: Annotated[int, typer.Option("--after", min=0, help="Only entries after this position.")] = 0,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="At most so many; a table shows 100 unless told.", show_default=False),
    ] = None,
    type: Annotated[
        str | None, typer.Option("--type", help="Only this event type, such as action.raised.", show_default=False)
    ] = None,
    database: Database = None,
    as_at: AsAt = None,
    as_json: Json = False,
) -> None:
    """What was recorded, in order; with --json the stored bytes of each entry, one on each line."""
    with told(), opened(database) as ledger:
        found = _found(ledger, after, position_of(ledger, as_at), type)
        if as_json:
            for entry in islice(found, limit):
                write_bytes(entry.body + b"\n")
            return
        page = list(islice(found, limit or PAGE_FOR_PEOPLE))
        show(entries_said(len(page)), COLUMNS, map(row_of, page), numbers=("position",))
        if next(found, None) is not None:
            note(f"There are more: --after {page[-1].position}")


def _found(ledger: Ledger, after: int, upto: int, type_: str | None) -> Iterator[Entry]:
    from ledger.domain.register import REGISTER, TYPE_PREFIX

    wanted = None if type_ is None else TYPE_PREFIX + type_.removeprefix(TYPE_PREFIX)
    if wanted is not None and wanted not in REGISTER:
        raise Stop(Code.USAGE, f"There is no event type {type_}; `ledger schema` lists them.")
    return (entry for entry in ledger.entries(after, upto=upto) if wanted is None or entry.kind.type == wanted)


def row_of(entry: Entry) -> tuple[object, ...]:
    """One entry as a row of a table; what happened is told without sealed words."""
    recorded = entry.recordedtime.strftime("%Y-%m-%d %H:%M")
    return (
        entry.position,
        recorded,
        entry.day,
        entry.kind.name,
        entry.originator_id,
        entry.recordedby,
        entry.event.sentence(),
    )
