"""The composition root: which parts a running ledger is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from ledger.application import Ledger
from ledger.clock import Clock, SystemClock
from ledger.domain.history import Entry
from ledger.evidence.erasures import Erasures, erase_again
from ledger.evidence.high_water import HighWater
from ledger.evidence.signing import KeyFile, KeyUnusable, Signing, read_keys
from ledger.log.policy import NOBODY, Policy
from ledger.log.verdict import Unproved
from ledger.projections.catalogue import projector
from ledger.projections.projector import Projector
from ledger.projections.tables import Tables
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from ledger.settings import Settings, is_server
from ledger.vault import Vault, VaultKeyFile, VaultKeyUnusable, read_vault_keys


class PolicyUnusable(ValueError):
    """The file that names the witnesses is none, or cannot be read; the sentence says why."""


@dataclass(frozen=True)
class Parts:
    """An open ledger, its read tables, and the projector that keeps them. `database`: where the tables stand, and the access log."""

    ledger: Ledger
    tables: Tables
    projector: Projector
    database: str

    def close(self) -> None:
        """Let go of files and connections; nothing else may use the parts any more."""
        self.tables.close()
        self.ledger.close()


class EntriesOf:
    """What the projector reads of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        return list(self._ledger.entries(after, limit))

    def records(self, originator_ids: Sequence[str], upto: int) -> Mapping[str, Sequence[Entry]]:
        return self._ledger.records(originator_ids, upto)

    def head(self) -> int:
        return self._ledger.head().position


def key_beside(database: str) -> KeyFile:
    """Where the key of a ledger in a SQLite file is kept, unless the settings name another place."""
    return KeyFile(Path(f"{database}.log-key"))


def vault_key_beside(database: str) -> VaultKeyFile:
    """Where the key of the vault of a ledger in a SQLite file is kept, unless the settings name another place."""
    return VaultKeyFile(Path(f"{database}.vault-key"))


def embedded_vault(database: str) -> Vault:
    """The vault with the key beside a SQLite file; it is made when such a ledger is first opened to be written to."""
    file = vault_key_beside(database)
    return Vault(file, made=file.make)


def vault_of(settings: Settings, database: str, *, needed: bool = True) -> Vault:
    """The vault as the settings have it; raises VaultKeyUnusable where they name no key that could be used.

    A ledger on a server needs one that is given to it; where that is not `needed`, what is read of it has no words.
    """
    if settings.vault_key is not None and settings.vault_key_file is not None:
        raise VaultKeyUnusable(
            "LEDGER_VAULT_KEY and LEDGER_VAULT_KEY_FILE are both given: only one of them can be meant."
        )
    if settings.vault_key is not None:
        keys = read_vault_keys(settings.vault_key.get_secret_value(), "LEDGER_VAULT_KEY")
        return Vault(lambda: keys)
    if settings.vault_key_file is not None:
        return Vault(VaultKeyFile(settings.vault_key_file))
    if is_server(database):
        return _none_given() if needed else SHUT
    return embedded_vault(database)


def _none_given() -> NoReturn:
    raise VaultKeyUnusable(
        "The words of a ledger on a server are locked with a key that is given to it, and neither LEDGER_VAULT_KEY_FILE nor "
        "LEDGER_VAULT_KEY names one. `ledger vault make-key FILE` makes it."
    )


SHUT = Vault(_none_given)
"""For whoever needs no words: nothing is locked, opened or asked of it."""


def erasures_of(settings: Settings, database: str) -> Erasures | None:
    """Where what was erased is kept apart from the ledger: where the settings say, or else beside a SQLite file."""
    if settings.erasures is not None:
        return Erasures(settings.erasures)
    return None if is_server(database) else erasures_beside(database)


def erasures_beside(database: str) -> Erasures:
    """What was erased of a ledger in a SQLite file, unless the settings name another place."""
    return Erasures(Path(f"{database}.erasures"))


def mark_of(settings: Settings, database: str) -> HighWater | None:
    """Where what was signed last is kept apart from the ledger: where the settings say, or else beside a key that is made there."""
    if settings.log_mark is not None:
        return HighWater(settings.log_mark)
    if settings.log_key or settings.log_key_file or is_server(database):
        return None
    return mark_beside(database)


def mark_beside(database: str) -> HighWater:
    """What was signed last with that key, unless the settings name another place."""
    return HighWater(Path(f"{database}.log-mark"))


def embedded(database: str, origin: str | None = None, mark: HighWater | None = None) -> Signing:
    """Signing with the key beside a SQLite file; it is made when such a ledger is first opened to be written to."""
    file = key_beside(database)
    return Signing(file, made=partial(file.make, origin), origin=origin, mark=mark or mark_beside(database))


def signing_of(settings: Settings, database: str) -> Signing:
    """Signing as the settings have it; raises KeyUnusable where they name no key that could be used."""
    if settings.log_key is not None and settings.log_key_file is not None:
        raise KeyUnusable("LEDGER_LOG_KEY and LEDGER_LOG_KEY_FILE are both given: only one of them can be meant.")
    mark = mark_of(settings, database)
    if settings.log_key is not None:
        keys = read_keys(settings.log_key.get_secret_value(), "LEDGER_LOG_KEY")
        return Signing(lambda: keys, origin=settings.origin, mark=mark)
    if settings.log_key_file is not None:
        return Signing(KeyFile(settings.log_key_file), origin=settings.origin, mark=mark)
    if is_server(database):
        raise KeyUnusable(
            "A ledger on a server is signed with a key that is given to it, and neither LEDGER_LOG_KEY_FILE nor LEDGER_LOG_KEY "
            "names one. `ledger make-key FILE` makes the key of a new ledger."
        )
    return embedded(database, settings.origin, mark)


def policy_of(settings: Settings) -> Policy:
    """Which witnesses the settings name; raises PolicyUnusable where their file is no policy."""
    if settings.witness_policy is None:
        return NOBODY
    try:
        policy = Policy.parse(settings.witness_policy.read_bytes())
    except OSError as error:
        raise PolicyUnusable(f"LEDGER_WITNESS_POLICY, {settings.witness_policy}: {error.strerror}.") from error
    except Unproved as error:
        raise PolicyUnusable(f"LEDGER_WITNESS_POLICY, {settings.witness_policy}: {error}.") from error
    for name, witness in policy.witnesses.items():
        if witness.url is not None and not witness.url.startswith(("http://", "https://")):
            raise PolicyUnusable(
                f"LEDGER_WITNESS_POLICY: the address of witness {name!a} begins with https:// or http://."
            )
    return policy


def open_ledger(
    database: str,
    *,
    clock: Clock | None = None,
    packs: Path | None = None,
    read_only: bool = False,
    signing: Signing | None = None,
    vault: Vault | None = None,
    erasures: Erasures | None = None,
) -> Ledger:
    """The ledger in a database (a SQLite path or a PostgreSQL URL), made if it is not there; a `read_only` file is not.

    `signing` signs every commit; without it nothing is signed, which is for reading and for tests.
    `vault` locks and opens sealed words; without it that of a SQLite ledger has its key beside it, and another stays shut.
    `erasures`: what was erased, of which nothing is left after an older copy was put back; without it that beside a SQLite file.
    Raises PacksRefused when an adopted pack is missing or altered, PackUnreadable when a pack's file is not one, KeyUnusable when
    the key is not this log's, VaultKeyUnusable when that of its words is not, MarkUnusable when its high-water mark is not one or not to be written.
    """
    if not read_only and not is_server(database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    recorder = open_recorder(database, read_only=read_only, sign=signing.sign if signing else None)
    if erasures is None and not is_server(database):
        erasures = erasures_beside(database)
    vault = vault or (SHUT if is_server(database) else embedded_vault(database))
    try:
        if not read_only and vault is not SHUT:
            vault.begin(recorder.vault_keys())
            erase_again(recorder, erasures)
        shelf, clock = load_shelf(packs), clock or SystemClock()
        return Ledger(recorder, shelf=shelf, clock=clock, vault=vault, signing=signing, erasures=erasures)
    except BaseException:
        recorder.close()
        raise


def open_parts(
    database: str,
    *,
    clock: Clock | None = None,
    packs: Path | None = None,
    signing: Signing | None = None,
    vault: Vault | None = None,
    erasures: Erasures | None = None,
) -> Parts:
    """The ledger in a database with its read tables, which are built by the projector: call `prepare()`, then `catch_up()`."""
    return parts_of(
        open_ledger(database, clock=clock, packs=packs, signing=signing, vault=vault, erasures=erasures), database
    )


def parts_of(ledger: Ledger, database: str) -> Parts:
    """An open ledger with its read tables, which stand where those of this database do; that may be another than the ledger's."""
    tables = Tables.open(database)
    return Parts(ledger, tables, projector(EntriesOf(ledger), tables.engine), database)
