"""The options that commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="PATH-OR-URL",
        help="A SQLite file or postgresql:// address, instead of the one the settings name (LEDGER_DATABASE).",
        show_default=False,
    ),
]
AsAt = Annotated[
    str | None,
    typer.Option(
        "--as-at",
        metavar="WHEN",
        help="What the ledger held then: a position, a day (its end), or an instant such as 2020-03-31T12:00:00Z.",
        show_default=False,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DAY",
        help="What was true on that day by what is held; without it, the day of --as-at, or today; of a year not over, the day of the last entry.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Compact JSON on standard output and nothing else.")]
