"""Bringing a ledger of schema version 2 over, whose words lay in clear: they are locked, and nothing of them is left in the files."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from ledger.recorders import postgres_opening, sqlite_writing
from ledger.recorders.contract import BROUGHT_OVER, SCHEMA_VERSION, UnknownSchemaError, of_another_version
from ledger.vault import SealedWords, Vault

PAGE = 1_000
NEW_IN_3 = re.compile(r"^(CREATE (TABLE|INDEX|TRIGGER)|ALTER TABLE) (words|entries_erasing)", re.MULTILINE)
_NEXT = "SELECT position, path, salt, text FROM words_in_clear WHERE (position, path) > ({0}, {0}) ORDER BY position, path LIMIT {1}"

Progress = Callable[[int, int], None]
Run = Callable[..., Sequence[Any]]
"""Carries out a statement, with `?` for its parameters, and gives its rows."""


def upgrade(database: str, vault: Vault, progress: Progress) -> int:
    """Lock all words of a ledger of version 2 in one transaction, and say how many; 0 where that was done before.

    Nobody else may use the ledger meanwhile. After a crash it is as before, or done but for traces in the files: begin again.
    Raises UnknownSchemaError for another version, VaultKeyUnusable, and eventsourcing's errors.
    """
    if database.startswith(("postgresql://", "postgres://")):
        return _postgres(database, vault, progress)
    return _sqlite(Path(database), vault, progress)


def _sqlite(path: Path, vault: Vault, progress: Progress) -> int:
    with (
        sqlite_writing.translated(),
        sqlite_writing.telling_what_is_no_ledger(path),
        closing(sqlite_writing.opened(path)) as connection,
    ):

        def run(statement: str, *parameters: Any) -> Sequence[Any]:
            return connection.execute(statement, parameters).fetchall()

        run("BEGIN IMMEDIATE")
        try:
            version = run("SELECT schema_version FROM head")
        except sqlite3.OperationalError as error:
            raise UnknownSchemaError(f"{path} is not a ledger: {error}.") from error
        done = 0
        if _is_old(version, str(path)):
            run("ALTER TABLE words RENAME TO words_in_clear")
            for trigger in ("words_are_not_updated", "words_are_not_replaced"):
                run(f"DROP TRIGGER {trigger}")
            done = _brought_over(run, "sqlite.sql", vault, progress)
        run("COMMIT")
        run("VACUUM")
        run("PRAGMA wal_checkpoint(TRUNCATE)")
        return done


def _postgres(url: str, vault: Vault, progress: Progress) -> int:
    with postgres_opening.translated(), psycopg.connect(url) as connection:

        def run(statement: str, *parameters: Any) -> Sequence[Any]:
            cursor = connection.execute(statement.replace("?", "%s"), parameters)
            return cursor.fetchall() if cursor.description else []

        try:
            version = run("SELECT schema_version FROM head FOR UPDATE")
        except psycopg.ProgrammingError as error:
            raise UnknownSchemaError(
                f"{connection.info.dbname} is not a ledger: {error.diag.message_primary}."
            ) from error
        if not _is_old(version, f"The database {connection.info.dbname}"):
            return 0
        run("ALTER TABLE words RENAME TO words_in_clear")
        run("ALTER INDEX words_pkey RENAME TO words_in_clear_pkey")
        return _brought_over(run, "postgres.sql", vault, progress)


def _is_old(found: Sequence[Any], where: str) -> bool:
    row = found[0] if found else None
    if row is None or row[0] not in (BROUGHT_OVER, SCHEMA_VERSION):
        raise of_another_version(where, row)
    return bool(row[0] == BROUGHT_OVER)


def _brought_over(run: Run, schema: str, vault: Vault, progress: Progress) -> int:
    for statement in _new(schema):
        run(statement)
    ((total,),) = run("SELECT count(*) FROM words_in_clear")
    vault.begin(())
    done, last = 0, (0, "")
    while rows := run(_NEXT.format("?", PAGE), *last):
        for locked in vault.lock(SealedWords(row[0], row[1], bytes(row[2]), row[3]) for row in rows):
            run("INSERT INTO words (position, path, key, box) VALUES (?, ?, ?, ?)", *locked)
        done, last = done + len(rows), (rows[-1][0], rows[-1][1])
        progress(done, total)
    run("DROP TABLE words_in_clear")
    run("UPDATE head SET schema_version = ?", SCHEMA_VERSION)
    return done


def _new(schema: str) -> Iterator[str]:
    """The statements of a schema that make what version 2 did not have."""
    text = Path(__file__).with_name(schema).read_text("utf-8")
    return (statement for statement in text.split(";\n\n") if NEW_IN_3.search(statement))
