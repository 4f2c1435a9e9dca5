"""`ledger erase`: one person asks for words to be erased, another confirms it, and everybody who may sees what became of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import EPILOG, Code, Stop, told
from ledger.cli.opening import is_server, opened, require_present, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import note, say, show, write_json

if TYPE_CHECKING:
    from ledger.access.erasing import Asking, Askings
    from ledger.access.openings import Opener

erase = typer.Typer(
    name="erase", help="Lawful erasure of sealed words, by two people.", epilog=EPILOG, no_args_is_help=True
)
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Of a request; `ledger erase list` shows them.")]
NOT_KNOWN = "4294967295"
"""What Linux says of a process that no login began."""


@erase.command("request", epilog=EPILOG)
def request(
    record: Annotated[str, typer.Argument(metavar="RECORD/REF", help="Such as incident/INC-2024-002.")],
    *,
    ground: Annotated[str, typer.Option("--ground", help="A code, such as unlawful; another one shows the list.")],
    entry: Annotated[
        int | None, typer.Option("--entry", help="Only of the entry at this position.", show_default=False)
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", help="Only this field; may be repeated.", show_default=False)
    ] = None,
    following: Annotated[bool, typer.Option("--following", help="Also of every record that follows from it.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Ask for words to be erased. Nothing is, before another person confirms it."""
    from ledger.access.erasing import Scope, asked

    scope = Scope(record, entry, tuple(field or ()), following)
    with _told(), opened(database) as ledger, _askings(database) as askings:
        asking = asked(ledger, askings, person(), scope, ground)
    _tell(
        asking,
        f"Request {asking.number} waits for another person: ledger erase confirm {asking.number}",
        as_json=as_json,
    )


@erase.command("confirm", epilog=EPILOG)
def confirm(number: Number, database: Database = None, as_json: Json = False) -> None:
    """Confirm what another person asked for: the words and their salts are erased, and an entry certifies it."""
    from ledger.access.erasing import carry_out, confirmed, copies_of

    with _told(), opened(database, make=True) as ledger, _askings(database) as askings:
        asking = confirmed(ledger, askings, number, person())
        copies = [each.told() for each in copies_of(ledger, askings, asking)]
        asking = carry_out(ledger, askings, asking)
    positions = ", ".join(map(str, asking.certificates))
    _tell(asking, f"The words are erased; certified by entry {positions}.", as_json=as_json, copies=copies)


@erase.command("decline", epilog=EPILOG)
def decline(number: Number, database: Database = None, as_json: Json = False) -> None:
    """Answer a request with no, or take one's own back. It stays in the list."""
    from ledger.access.erasing import declined

    with _told(), _askings(database) as askings:
        asking = declined(askings, number, person())
    _tell(asking, f"Request {number} is declined; nothing was erased.", as_json=as_json)


@erase.command("list", epilog=EPILOG)
def list_(database: Database = None, as_json: Json = False) -> None:
    """Every request there ever was, who answered it, and the entries that certify what was erased."""
    with _told(), _askings(database) as askings:
        found = [each.told() for each in askings.all()]
    if as_json:
        write_json(found)
        return
    columns = ("number", "asked", "by", "ground", "state", "certificates")
    rows = [[each[name] for name in columns[:-1]] + [each["scope"]["record"], each["certificates"]] for each in found]
    show("Erasures", (*columns[:-1], "record", "certificates"), rows, numbers=("number",))


def person() -> Opener:
    """The user who logged in to this terminal, whoever they became since: the same person cannot come twice by `sudo`."""
    from ledger.access.openings import Opener

    try:
        login = Path("/proc/self/loginuid").read_text().strip()
    except OSError:
        login = NOT_KNOWN
    known = login if login not in ("", NOT_KNOWN) else os.environ.get("SUDO_UID", str(os.getuid()))
    return Opener(f"terminal:{known}")


def remember_copy(
    database: str | None, kind: str, place: Path, upto: int, positions: Collection[int] | None = None
) -> None:
    """Write down that a file holds words, so that an erasure can say where they still are; a ledger that may only be read keeps no list."""
    from ledger.recorders.sqlite_reading import can_write

    where = url(settings(database))
    if not is_server(where) and not can_write(where):
        note(f"This ledger may only be read here, so that {place} is not written down as a copy of its words.")
        return
    with _askings(database) as askings:
        askings.copies.add(kind, place, upto, positions)


@contextmanager
def _askings(database: str | None) -> Iterator[Askings]:
    from contextlib import closing

    from ledger.access.erasing import Askings
    from ledger.clock import SystemClock

    where = url(settings(database))
    require_present(where)
    with closing(Askings.open(where, SystemClock())) as askings:
        yield askings


@contextmanager
def _told() -> Iterator[None]:
    from ledger.access.erasing import NotErased

    with told():
        try:
            yield
        except NotErased as error:
            raise Stop(Code.REFUSED, str(error)) from error


def _tell(asking: Asking, sentence: str, *, as_json: bool, copies: list[dict[str, Any]] | None = None) -> None:
    if as_json:
        write_json(asking.told() | ({} if copies is None else {"copies": copies}))
        return
    say(sentence)
    for each in copies or ():
        note(f"Still in {'a' if each['there'] else 'what was a'} {each['kind']} of {each['made']}: {each['place']}")
