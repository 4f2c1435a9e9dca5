"""`ledger make-key`: the key that signs the log of a new ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.exits import Code, Stop
from ledger.cli.opening import settings
from ledger.cli.options import Json
from ledger.cli.output import say, write_json


def make_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make, which only you may read.")],
    origin: Annotated[
        str | None,
        typer.Option(
            "--origin",
            help="The log's name for good, as a web address without its scheme, such as example.org/partnership.",
            show_default="LEDGER_ORIGIN, or a name made up",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the key that signs a new ledger's log, and print its public half: hand that to everybody who is to check receipts."""
    from pydantic import TypeAdapter, ValidationError

    from ledger.domain.ledger_opening import Origin
    from ledger.signing import KeyFile, fresh_key

    try:
        name = settings().origin if origin is None else TypeAdapter(Origin).validate_python(origin)
    except ValidationError as error:
        raise Stop(Code.USAGE, f"--origin: {error.errors()[0]['msg']}.") from error
    key = fresh_key(name)
    try:
        KeyFile(file).write([key], anew=True)
    except FileExistsError as error:
        raise Stop(Code.USAGE, f"{file} exists already; a key is never overwritten.") from error
    except OSError as error:
        raise Stop(Code.USAGE, f"{file}: {error.strerror}") from error
    if as_json:
        write_json({"file": str(file), "origin": key.name, "key": str(key.verifier)})
    else:
        say(f"{file} holds the private key of the log {key.name}; name it in LEDGER_LOG_KEY_FILE. Its public half:")
        say(str(key.verifier))
