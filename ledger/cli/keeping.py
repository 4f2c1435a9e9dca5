"""`ledger backup`, `ledger restore` and `ledger rebuild`: copies that are compared, and tables built anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.erasing import remember_copy
from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import is_server, require_present, require_writable, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import entries_said, note, progress, say, write_json
from ledger.findings import counted


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The backup to write: a new SQLite file, complete by itself.")
    ],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Write every entry, key and sealed word into a new file while others go on recording, and compare the two."""
    from contextlib import closing

    from ledger.recorders import open_recorder
    from ledger.recorders.copying import backup as write_backup

    where = url(settings(database))
    require_present(where)
    if not file.absolute().parent.is_dir():
        raise Stop(Code.NOT_FOUND, f"There is no folder {file.parent}.")
    with told(), closing(open_recorder(where, read_only=True)) as source, progress("writing and comparing") as move:
        upto = write_backup(source, file, move)
        remember_copy(database, "backup", file, upto)
    _tell(file, upto, f"{entries_said(upto)} in {file}, compared byte for byte.", as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that `ledger backup` wrote.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Carry a backup into the ledger of the settings, which must be empty, and compare the two."""
    from contextlib import closing

    from ledger.evidence.erasures import erase_again
    from ledger.recorders import open_recorder
    from ledger.recorders.copying import restore as read_backup
    from ledger.wiring import erasures_of

    if not file.is_file():
        raise Stop(Code.NOT_FOUND, f"There is no file {file}.")
    where = url(settings(database))
    with told():
        open_recorder(str(file.absolute()), read_only=True).close()  # what is no backup leaves no empty ledger behind
    require_writable(where)
    if not is_server(where):
        Path(where).parent.mkdir(parents=True, exist_ok=True)
    with told(), closing(open_recorder(where)) as target, progress("restoring and comparing") as move:
        upto = read_backup(file, target, move)
        again = erase_again(target, erasures_of(settings(database), where))
    if again:
        note(f"Words in {counted(again, 'place')} had been erased since, and are erased again.")
    _tell(file, upto, f"{entries_said(upto)} restored from {file}, and compared byte for byte.", as_json=as_json)


def rebuild(database: Database = None, as_json: Json = False) -> None:
    """Build all read tables from nothing beside those in use, then switch to them; the service may go on meanwhile."""
    from ledger.cli.opening import opened
    from ledger.wiring import parts_of

    where = url(settings(database))
    require_writable(where)
    with told(), opened(database) as ledger:
        parts = parts_of(ledger, where)
        try:
            with progress("rebuilding") as move:
                parts.projector.rebuild(move)
            reached = parts.tables.state()
        finally:
            parts.tables.close()
    if as_json:
        write_json({"position": reached.position, "generation": reached.generation})
    else:
        say(f"The tables were built anew from {entries_said(reached.position)} and are in use.")


def _tell(file: Path, upto: int, sentence: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"file": str(file), "position": upto, "verified": True})
    else:
        say(sentence)
