"""`ledger spreadsheet`: records in full as XLSX or CSV, each entry on a row with its words, as another ledger imports them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import brand, moment_of, opened_parts
from ledger.cli.options import AsAt, AsOf, Database
from ledger.cli.output import note, say
from ledger.findings import counted

FORMATS = (".csv", ".xlsx")


def spreadsheet(
    list_: Annotated[Literal["actions", "training", "meetings"], typer.Argument(metavar="LIST", help="actions, training or meetings.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file that ends in .xlsx or .csv.")],
    *,
    database: Database = None,
    as_at: AsAt = None,
    as_of: AsOf = None,
) -> None:  # fmt: skip
    """Write a list in full, notes, reasons and every step included, as a spreadsheet that another ledger can import."""
    from ledger.access.in_full import LEFT_OUT, OF_LIST, in_full
    from ledger.access.wordings import Asker
    from ledger.projections.asking import Asking
    from ledger.projections.questions import BY_NAME
    from ledger.spreadsheets.book import TooLong, to_csv, to_xlsx

    if out.suffix.lower() not in FORMATS:
        raise Stop(Code.USAGE, f"--out takes a file that ends in {' or '.join(FORMATS)}.")
    if out.exists():
        raise Stop(Code.USAGE, f"{out} exists already.")
    with told(), opened_parts(database) as parts:
        when = moment_of(parts.ledger, as_at, as_of)
        found = BY_NAME[list_].answer(parts.tables, Asking(when.as_at, when.as_of, parts.ledger.packs()))
        references = [item["reference"] for item in found.items]
        table = in_full(parts.ledger, parts.tables, list_, references, Asker(None, when.as_at, when.as_of))
    try:
        octets = to_csv(table) if out.suffix.lower() == ".csv" else to_xlsx(table, brand().colour)
        out.write_bytes(octets)
    except (TooLong, OSError) as error:
        raise Stop(Code.USAGE, str(error)) from error
    say(f"{out}: {counted(found.total, 'record')} in {counted(len(table.rows), 'row')}, as at entry {when.as_at}.")
    at = list(table.heads).index(LEFT_OUT)
    if lacking := sum(bool(row[at]) for row in table.rows):
        note(
            f"{counted(lacking, 'row')} told without some words; the column {LEFT_OUT} says which, and an import refuses them."
        )
    note(f"Not in this file: {table.about['Not in this sheet']}")
    note(f"To read it into another ledger: ledger import {OF_LIST[list_]} {out}")
