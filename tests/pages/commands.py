"""docs/commands/: every command, by what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from ledger.cli.commands import app
from tests.pages.markdown import page, table

ABOUT = (
    "`python3 run.py COMMAND --help` tells the options of each. Those that read take `--as-at` and `--as-of`, and `--json` for programs. "
    "[Running it](../operations.md) says what the exit codes mean."
)


def pages() -> dict[str, str]:
    group: Any = typer.main.get_command(app)
    return {"README.md": page("# Commands", ABOUT, table(("command", "what it does"), _rows(group)))}


def _rows(group: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _rows(command, f"{before}{name} ")
            continue
        arguments = [
            (each.metavar or each.name.upper()) for each in command.params if each.param_type_name == "argument"
        ]
        yield f"`{' '.join((before + name, *arguments))}`", command.help.split("\n\n")[0]
