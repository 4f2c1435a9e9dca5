"""The packs of rules in a bundle: which files carry them, and whether they are those that the ledger adopted, each bound by hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from ledger.bundles.files import Files
from ledger.bundles.shapes import Envelope
from ledger.domain.adoption import Packs
from ledger.log.verdict import Wrong

ADOPTED, AMENDED = "uk.safeguarding.policy.adopted", "uk.safeguarding.policy.corrected"
OWN = "toml"
CARRIED = re.compile(r"packs/([a-z0-9-]{1,60}@[0-9]{1,4})\.([^/\\\x00-\x1f]{1,120})")
"""`packs/wt18@1.toml` is a pack's own file, `packs/england-and-wales@1.NAME` one that it binds."""


def carried(packs: Packs) -> Iterator[tuple[str, bytes]]:
    """The files of every pack adopted, by their names in a bundle."""
    for reference, files in packs.files().items():
        for name, octets in files.items():
            yield f"packs/{reference}.{OWN if name == f'{reference}.toml' else name}", octets


class Adopted:
    """Holds each pack in a bundle against the entries that adopted it. Grows with the packs in the bundle, whatever the entries say."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._of: dict[str, dict[str, bytes]] = {}
        self._told: dict[str, bool] = {}
        self._amended = False
        for name in sorted(files.names):
            if found := CARRIED.fullmatch(name):
                self._of.setdefault(found[1], {})[found[2]] = files.whole(name)

    def take(self, entry: Envelope) -> None:
        """An entry of the bundle, in its turn."""
        self._amended = self._amended or entry.type == AMENDED
        reference = f"{entry.data.get('pack')}@{entry.data.get('version')}"
        if entry.type == ADOPTED and reference in self._of:
            same = entry.data.get("sha256") == _sha256(self._of[reference].get(OWN, b""))
            self._told[reference] = same or self._told.get(reference, False)

    def false(self) -> Iterator[Wrong]:
        """What is not as the entries say. A pack that no entry of the bundle adopted is nobody's claim."""
        for reference, files in self._of.items():
            if not (self._told.get(reference, True) or self._amended):
                yield Wrong(f"packs/{reference}.{OWN} is not the pack that was adopted")
            yield from _unbound(reference, files)


def _unbound(reference: str, files: Mapping[str, bytes]) -> Iterator[Wrong]:
    """Files whose hash stands in no file of the pack that is bound itself, from its own onwards."""
    bound, waiting = {OWN}, set(files) - {OWN}
    while found := {
        name for name in waiting if any(_sha256(files[name]).encode() in files.get(by, b"") for by in bound)
    }:
        bound, waiting = bound | found, waiting - found
    for name in sorted(waiting):
        yield Wrong(f"packs/{reference}.{name} is bound by no pack")


def _sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
