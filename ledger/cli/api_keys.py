"""`ledger key`: API keys for partners' systems, made, listed, rotated and revoked by whoever holds the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import EPILOG, Code, Stop, told
from ledger.cli.opening import require_present, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import note, say, show, write_json

if TYPE_CHECKING:
    from ledger.access.keys import Key, Keys

key = typer.Typer(name="key", help="API keys for partners' systems.", epilog=EPILOG, no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `ledger key list` shows it.")]


@contextmanager
def _keys(database: str | None) -> Iterator[Keys]:
    from contextlib import closing

    from ledger.access.keys import Keys, NoSuchKey
    from ledger.clock import SystemClock

    where = url(settings(database))
    require_present(where)
    with told(), closing(Keys.open(where, SystemClock())) as keys:
        try:
            yield keys
        except NoSuchKey as error:
            raise Stop(Code.NOT_FOUND, str(error)) from error


@key.command("make", epilog=EPILOG)
def make(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Such as partner-submitter; docs/access has all.")],
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's code; BU for the business unit.")],
    label: Annotated[str, typer.Option("--label", help="What the key is for.")] = "",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it: once, and never again."""
    import re

    from ledger.access.principal import Role
    from ledger.domain.fields import REFERENCE_PATTERN

    if role not in set(Role):
        raise Stop(Code.USAGE, f"There is no role of that name; there are {', '.join(Role)}.")
    if not re.fullmatch(REFERENCE_PATTERN, agency):
        raise Stop(Code.USAGE, "An agency's code has capital letters, digits and hyphens, at most 40.")
    with _keys(database) as keys:
        _show(*keys.make(Role(role), agency, label), as_json=as_json)


@key.command("list", epilog=EPILOG)
def list_(database: Database = None, as_json: Json = False) -> None:
    """Every key there ever was: whose it is, when it was made, last used and ends. What it says is kept nowhere."""
    with _keys(database) as keys:
        found = [_told(each) for each in keys.all()]
    if as_json:
        write_json(found)
    else:
        columns = ("id", "role", "agency", "label", "made", "ends", "last_used")
        show("API keys", columns, [[each[name] for name in columns] for each in found])


@key.command("rotate", epilog=EPILOG)
def rotate(id: Id, database: Database = None, as_json: Json = False) -> None:
    """Make a new key for the same speaker; the old one works for seven days more."""
    with _keys(database) as keys:
        _show(*keys.rotate(id), as_json=as_json)


@key.command("revoke", epilog=EPILOG)
def revoke(id: Id, database: Database = None) -> None:
    """End a key at once."""
    with _keys(database) as keys:
        keys.revoke(id)
    say(f"The key {id} no longer works.")


def _told(each: Key) -> dict[str, str | None]:
    return {**vars(each), "role": each.role.value}


def _show(made: Key, text: str, *, as_json: bool) -> None:
    if as_json:
        write_json({**_told(made), "key": text})
        return
    say(text)
    note(
        f"The key {made.id} speaks for {made.agency} as {made.role.title}. It is shown this once: keep it where secrets are kept."
    )
