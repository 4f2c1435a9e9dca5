"""`ledger replay`: a decision, and what was known when it was taken."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import opened_parts, position_of
from ledger.cli.options import AsAt, Database, Json
from ledger.cli.output import say, write_json

if TYPE_CHECKING:
    from ledger.projections.replay import Replay

WIDTH = 100
"""Characters of a line of sentences."""


def replay(
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=1, help="Of a decision; `ledger decisions` lists them.")
    ],
    *,
    database: Database = None,
    as_at: AsAt = None,
    as_json: Json = False,
) -> None:
    """One decision as it stood when it was taken, without hindsight; and only then what came later, up to --as-at."""
    from ledger.projections.aloud import wire
    from ledger.projections.replay import NotADecision
    from ledger.projections.replay import replay as replayed

    with told(), opened_parts(database) as parts:
        upto = position_of(parts.ledger, as_at)
        try:
            found = replayed(parts.ledger, parts.tables, position, upto)
        except NotADecision as none:
            raise Stop(Code.NOT_FOUND, f"{none} `ledger decisions` lists them.") from none
    if as_json:
        write_json(wire(found))
    else:
        read_aloud(found)


def read_aloud(found: Replay) -> None:
    """The replay in sentences, each on lines of its own."""
    from ledger.projections.aloud import aloud

    for part in aloud(found):
        say(part.heading)
        for sentence in part.sentences:
            for line in textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    "):
                say(line)
        say()
