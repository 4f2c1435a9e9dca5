"""The vault: where sealed words and their salts are kept; an entry holds only commitments to them (`ledger.sealing`)."""

from __future__ import annotations

import secrets

SALT_BYTES = 32


def fresh_salt() -> bytes:
    """The one door for randomness that an entry depends on: 32 bytes from the operating system."""
    return secrets.token_bytes(SALT_BYTES)
