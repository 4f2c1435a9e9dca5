"""`ledger vault` and `ledger upgrade`: the key that locks sealed words, and an older ledger whose words lay in clear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ledger.cli.exits import EPILOG, Code, Stop, told
from ledger.cli.opening import opened, require_present, require_writable, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import progress, say, write_json
from ledger.findings import counted

if TYPE_CHECKING:
    from ledger.recorders.contract import LedgerRecorder
    from ledger.vault import VaultKey, VaultKeyFile

vault = typer.Typer(name="vault", help="The key that locks sealed words.", epilog=EPILOG, no_args_is_help=True)


@vault.command("make-key", epilog=EPILOG)
def make_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make, which only you may read.")],
    as_json: Json = False,
) -> None:
    """Make the key that locks the words of a new ledger. Whoever loses it loses the words; keep a copy where backups are not."""
    from ledger.vault import VaultKey, VaultKeyFile

    key = VaultKey.fresh()
    try:
        VaultKeyFile(file).write([key], anew=True)
    except FileExistsError as error:
        raise Stop(Code.USAGE, f"{file} exists already; a key is never overwritten.") from error
    except OSError as error:
        raise Stop(Code.USAGE, f"{file}: {error.strerror}") from error
    _tell(key, f"{file} holds the vault's key; name it in LEDGER_VAULT_KEY_FILE.", as_json=as_json)


@vault.command("rotate-key", epilog=EPILOG)
def rotate_key(database: Database = None, as_json: Json = False) -> None:
    """Make a new key and lock every word with it while others go on; what was broken off is taken up again."""
    from ledger.rekeying import rotate

    with told(), opened(database, make=True) as ledger, progress("locking anew") as move:
        key = rotate(cast("LedgerRecorder", ledger.recorder), ledger.vault, _file(database), move)
    _tell(
        key,
        "Every word is locked with the new key. The old one still opens what backups hold; `ledger vault retire-key` removes it.",
        as_json=as_json,
    )


@vault.command("retire-key", epilog=EPILOG)
def retire_key(database: Database = None, as_json: Json = False) -> None:
    """Remove the old key, which locks nothing any more. Words in backups made before open with a copy of it alone."""
    from ledger.rekeying import retire

    with told(), opened(database, make=True) as ledger:
        key = retire(cast("LedgerRecorder", ledger.recorder), _file(database))
    _tell(key, "The old key is gone from the file. This one locks and opens now.", as_json=as_json)


def upgrade(database: Database = None, as_json: Json = False) -> None:
    """Bring a ledger of an earlier version over: lock its words, which lay in clear. Stop the service first, and keep a backup."""
    from ledger.recorders.upgrading import upgrade as bring_over
    from ledger.wiring import vault_of

    chosen = settings(database)
    where = url(chosen)
    require_present(where)
    require_writable(where)
    with told(), progress("locking words") as move:
        done = bring_over(where, vault_of(chosen, where), move)
    if as_json:
        write_json({"locked": done})
    else:
        say(
            f"Words in {counted(done, 'place')} are locked, and nothing is left of them in clear. Backups made before still hold them so."
        )


def _file(database: str | None) -> VaultKeyFile:
    """The file whose key is replaced; Stop where there is none."""
    from ledger.vault import VaultKeyFile
    from ledger.wiring import vault_key_beside

    chosen = settings(database)
    if chosen.vault_key is not None:
        raise Stop(
            Code.USAGE,
            "The key stands in LEDGER_VAULT_KEY: put it into a file, named in LEDGER_VAULT_KEY_FILE, to replace it.",
        )
    return VaultKeyFile(chosen.vault_key_file) if chosen.vault_key_file else vault_key_beside(url(chosen))


def _tell(key: VaultKey, sentence: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"key": key.id})
    else:
        say(sentence)
        say(f"Its id, which stands beside what it locks: {key.id}")
