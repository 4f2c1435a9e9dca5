"""`ledger make-key`, `rotate-key` and `retire-key`: the key that signs the log, and the one that takes over from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import opened, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import say, write_json

if TYPE_CHECKING:
    from ledger.evidence.signing import KeyFile
    from ledger.log.keys import SigningKey


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
    from ledger.evidence.signing import KeyFile, fresh_key

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


def rotate_key(database: Database = None, as_json: Json = False) -> None:
    """Make a new key, let both sign, and record that it takes over; a running service signs with both from its next commit on."""
    from ledger.cli.answers import answer_of
    from ledger.outcome import stands
    from ledger.rotation import rotate

    with told(), opened(database, make=True) as ledger:
        key, outcome = rotate(ledger, _file(database))
    if outcome is not None and not stands(outcome):
        problem = answer_of(1, outcome).problem or {}
        raise Stop(
            Code.REFUSED,
            f"{problem.get('title')}: the ledger must be opened (ledger.opened), and name its keys in turn.",
        )
    _tell(
        key,
        "Both keys sign now. Hand out the new public half, and end the takeover by `ledger retire-key`:",
        as_json=as_json,
    )


def retire_key(database: Database = None, as_json: Json = False) -> None:
    """End a takeover: the old key is removed, and the new one signs alone. Receipts signed with the old one go on verifying with it."""
    from ledger.rotation import retire

    with told(), opened(database, make=True) as ledger:
        key = retire(ledger, _file(database))
    _tell(key, "The old key is gone from the file; keep its public half. This one signs now:", as_json=as_json)


def _file(database: str | None) -> KeyFile:
    """The file whose key is replaced; Stop where there is none."""
    from ledger.evidence.signing import KeyFile
    from ledger.wiring import key_beside

    chosen = settings(database)
    if chosen.log_key is not None:
        raise Stop(
            Code.USAGE,
            "The key stands in LEDGER_LOG_KEY: put it into a file, named in LEDGER_LOG_KEY_FILE, to replace it.",
        )
    return KeyFile(chosen.log_key_file) if chosen.log_key_file else key_beside(url(chosen))


def _tell(key: SigningKey, sentence: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"origin": key.name, "key": str(key.verifier)})
    else:
        say(sentence)
        say(str(key.verifier))
