"""Sealing: free text in an event's data is found, replaced by a salted commitment, and handed over to the vault. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ledger.domain.register import Path

Salts = Callable[[], bytes]
"""Gives 32 fresh random bytes."""


def commitment(salt: bytes, text: str) -> str:
    """SHA-256 over salt and text, 64 hex digits: holds the words fixed without telling them."""
    return hashlib.sha256(salt + text.encode("utf-8")).hexdigest()


Place = tuple[str | int, ...]
"""Where words stand in an event's data: `("positions", 0, "reasons")`."""


def places(data: Any, path: Path, so_far: Place = ()) -> Iterator[Place]:
    """Where a path of the register leads in posted data, whatever stands there; absent branches lead nowhere."""
    if not path:
        yield so_far
        return
    step, rest = path[0], path[1:]
    if step == "*":
        if isinstance(data, list):
            for number, item in enumerate(data):
                yield from places(item, rest, (*so_far, number))
    elif isinstance(data, dict) and step in data:
        yield from places(data[step], rest, (*so_far, step))


def pointer(place: Place) -> str:
    """A place as a JSON pointer (RFC 6901) into data; member names here need no escape."""
    return "".join(f"/{step}" for step in place)


def look(data: Any, place: Place) -> Any:
    """What stands at a place."""
    for step in place:
        data = data[step]
    return data


def replaced(data: Any, changes: Mapping[Place, Any]) -> Any:
    """A copy of data (JSON values, or an event and its parts) with what stands at some places replaced; shares all that does not change."""
    if () in changes:
        return changes[()]
    by_step: dict[Any, dict[Place, Any]] = {}
    for place, value in changes.items():
        by_step.setdefault(place[0], {})[place[1:]] = value
    match data:
        case dict():
            return data | {name: replaced(data[name], inner) for name, inner in by_step.items()}
        case BaseModel():
            return data.model_copy(
                update={name: replaced(getattr(data, name), inner) for name, inner in by_step.items()}
            )
        case _:
            return [replaced(item, by_step[number]) if number in by_step else item for number, item in enumerate(data)]
