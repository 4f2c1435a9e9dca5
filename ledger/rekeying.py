"""Replacing the vault's key: the new one locks from now on, what the old one locked is locked anew, and later the old one goes."""

from __future__ import annotations

from ledger.application import Progress
from ledger.recorders.contract import LedgerRecorder, Place
from ledger.vault import Vault, VaultKey, VaultKeyFile, VaultKeyUnusable

AT_ONCE = 200
"""Words locked anew in one transaction: writers wait no longer than for a large batch."""


def rotate(home: LedgerRecorder, vault: Vault, file: VaultKeyFile, progress: Progress) -> VaultKey:
    """Let a new key take over from the one in the file, and lock every word with it; what was broken off goes on where it was.

    Others may read and record meanwhile, with the same file. Raises VaultKeyUnusable, and eventsourcing's errors.
    """
    keys = file()
    if len(keys) == 1:
        file.write([VaultKey.fresh(), *keys])
    new = file()[0]
    others = {key: number for key, number in home.vault_keys().items() if key != new.id}
    done, total = 0, sum(others.values())
    for key in others:
        while found := home.words_under(key, AT_ONCE):
            _locked_anew(home, vault, key, sorted({each.position for each in found}))
            done += len(found)
            progress(min(done, total), total)
    home.scrub()
    return new


def _locked_anew(home: LedgerRecorder, vault: Vault, key: str, positions: list[int]) -> None:
    """They are read again where nobody else writes: what was erased meanwhile stays so."""
    with home.appending() as held:
        words = [each for position in positions for each in held.words(position) if each.key == key]
        held.exchange([Place(each.position, each.path) for each in words], vault.lock(vault.open(words)))


def retire(home: LedgerRecorder, file: VaultKeyFile) -> VaultKey:
    """Let the old key go, once it locks nothing any more; what backups have under it opens with it alone. Raises VaultKeyUnusable."""
    keys = file()
    if len(keys) == 1:
        raise VaultKeyUnusable(f"{file.path} holds one key already.")
    if left := home.vault_keys().get(keys[1].id):
        raise VaultKeyUnusable(
            f"{left} words are still locked with the old key: begin again with `ledger vault rotate-key`."
        )
    file.write(keys[:1])
    return keys[0]
