"""Opening the ledger of the settings for one command, and closing it again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ledger.cli.exits import Code, Stop

HOME = Path(__file__).resolve().parents[2]
"""Where the program's packages are."""

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.projections.as_at import Moment
    from ledger.reports.brand import Brand
    from ledger.settings import Settings
    from ledger.wiring import Parts


def settings(database: str | None = None) -> Settings:
    """The settings of the environment, with another database where one is named; Stop for a setting that is none."""
    from pydantic import ValidationError

    from ledger.partnerships import PartnershipsUnreadable, chosen_of
    from ledger.settings import Settings

    try:
        chosen = Settings() if database is None else Settings(database=database, partnerships=None)
        return chosen_of(chosen)
    except (PartnershipsUnreadable, OSError) as error:
        raise Stop(Code.USAGE, str(error)) from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"LEDGER_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in faults)
        raise Stop(Code.USAGE, told) from error


def api_key() -> str | None:
    """The key that a service is asked with, None where the settings name none."""
    key = settings().api_key
    return None if key is None else key.get_secret_value()


def brand() -> Brand:
    """How reports look, by the settings; Stop where the file they name cannot be used."""
    from ledger.reports.brand import NotABrand, read_brand

    try:
        return read_brand(settings().brand)
    except NotABrand as error:
        raise Stop(Code.USAGE, f"LEDGER_BRAND: {error}") from error


def url(chosen: Settings) -> str:
    """Where the ledger is, with the password put in; Stop where the password's file cannot be read, or for an unknown kind of database."""
    if "://" in chosen.database and not is_server(chosen.database):
        raise Stop(
            Code.USAGE, "LEDGER_DATABASE: a path of a SQLite file, or an address that begins with postgresql://."
        )
    try:
        return chosen.database_url
    except OSError as error:
        raise Stop(Code.USAGE, f"LEDGER_DATABASE_PASSWORD_FILE: {error.strerror}") from error


def is_server(database: str) -> bool:
    return database.startswith(("postgresql://", "postgres://"))


def require_present(database: str) -> None:
    """A command that only reads does not make a ledger; Stop where there is no such file."""
    if not is_server(database) and not Path(database).is_file():
        raise Stop(Code.DATABASE, f"There is no ledger at {database}.")


def require_writable(database: str) -> None:
    """Stop in one line where a command that writes meets a file, already there, that it may only read."""
    from ledger.recorders.sqlite_reading import can_write

    if not is_server(database) and Path(database).is_file() and not can_write(database):
        raise Stop(
            Code.DATABASE, f"{database} and its folder may only be read here; this command needs to write to both."
        )


@contextmanager
def opened(database: str | None, *, make: bool = False, sign: bool = True) -> Iterator[Ledger]:
    """The ledger of the settings, to be read; with `make`, to be written, and made where there is none. Stop where it cannot be opened.

    Without `sign` nothing can be signed, and no key is needed.
    """
    from ledger.wiring import erasures_of, open_ledger, signing_of, vault_of

    chosen = settings(database)
    where = url(chosen)
    if make:
        require_writable(where)
    else:
        require_present(where)
    try:
        signing = signing_of(chosen, where) if make and sign else None
        vault = vault_of(chosen, where, needed=make)
        ledger = open_ledger(
            where,
            packs=chosen.packs,
            read_only=not make,
            signing=signing,
            vault=vault,
            erasures=erasures_of(chosen, where),
        )
    except OSError as error:
        raise Stop(Code.DATABASE, f"{where}: {error.strerror}") from error
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def opened_to_judge(database: str | None) -> Iterator[Ledger]:
    """The ledger of the settings, for what is judged and not recorded: where there is none yet, an empty one that is gone afterwards."""
    where = url(settings(database))
    if is_server(where) or Path(where).is_file():
        with opened(database, make=True) as ledger:
            yield ledger
        return
    with (
        TemporaryDirectory(prefix="ledger-") as folder,
        opened(str(Path(folder) / "empty.sqlite"), make=True) as ledger,
    ):
        yield ledger


@contextmanager
def opened_parts(database: str | None) -> Iterator[Parts]:
    """The ledger of the settings with its read tables, which hold everything recorded so far."""
    from ledger.cli.output import progress
    from ledger.wiring import parts_of

    with opened(database) as ledger, place_of_tables(url(settings(database))) as place:
        parts = parts_of(ledger, place)
        try:
            if parts.tables.position() < ledger.head().position:
                with progress("bringing the tables up to date") as move:
                    parts.projector.prepare(move)
                    parts.projector.catch_up(move)
            else:
                parts.projector.prepare()
            yield parts
        finally:
            parts.tables.close()


@contextmanager
def place_of_tables(database: str) -> Iterator[str]:
    """The database whose tables are asked: the ledger's own, or for a file that may only be read one in a folder removed afterwards."""
    from ledger.cli.output import note
    from ledger.projections.home import tables_file
    from ledger.recorders.sqlite_reading import can_write

    if is_server(database):
        yield database
        return
    tables = tables_file(Path(database))
    if can_write(database) and (can_write(tables) or not tables.exists()):
        yield database
        return
    note("The tables beside this ledger may not be written here: they are built for this command alone.")
    with TemporaryDirectory(prefix="ledger-") as folder:
        yield str(Path(folder) / Path(database).name)


def moment_of(ledger: Ledger, as_at: str | None, as_of: str | None = None) -> Moment:
    """When `--as-at` and `--as-of` mean; NotAPlaceInTime or NotYet where they mean no moment there was, Stop for a day that is none."""
    from ledger.projections.as_at import moment

    return moment(ledger, as_at, day_of(as_of))


def position_of(ledger: Ledger, as_at: str | None) -> int:
    """The position that `--as-at` means, as `moment_of` has it."""
    return moment_of(ledger, as_at).as_at


def day_of(text: str | None, option: str = "--as-of") -> date | None:
    """A day as an option gives it; Stop where it is none."""
    from ledger.projections.as_at import NotAPlaceInTime, read_day

    try:
        return None if text is None else read_day(text)
    except NotAPlaceInTime as error:
        raise Stop(Code.USAGE, f"{option} takes a day such as 2020-03-31, from 1900 to 2199.") from error


def become(module: str, environment: dict[str, str], *arguments: str) -> None:
    """Turn this process into another of the program's parts, which takes its signals and gives its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-P", "-m", module, *arguments]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": str(HOME), **environment})  # noqa: S606 - no shell
