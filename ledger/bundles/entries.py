"""What the check of a bundle reads of an entry's bytes: its envelope, and the commitments that it holds in the place of words."""

from __future__ import annotations

from typing import Any

from ledger.bundles.files import read_json
from ledger.bundles.shapes import Envelope, shaped
from ledger.log.verdict import Malformed, Unknown, Unproved


def envelope(body: bytes) -> Envelope:
    """What an entry says of itself. Malformed where it is none, Unknown for a later form."""
    told = read_json(body)
    version = told.get("specversion") if isinstance(told, dict) else None
    if not isinstance(version, str):
        raise Malformed("not an entry")
    if version != "1.0":
        raise Unknown("an entry of a version not known here")
    return shaped(Envelope, told)


def sealed_in(body: bytes) -> dict[str, str]:
    """The commitments in an entry by their JSON pointers; none where it cannot be read."""
    try:
        ahead: list[tuple[str, Any]] = [("", envelope(body).data)]
    except Unproved:
        return {}
    found: dict[str, str] = {}
    while ahead:
        place, value = ahead.pop()
        match value:
            case {"sealed": str(seal)} if len(value) == 1:
                found[place] = seal
            case dict():
                ahead += ((f"{place}/{name}", item) for name, item in value.items())
            case list():
                ahead += ((f"{place}/{number}", item) for number, item in enumerate(value))
            case _:
                pass
    return found
