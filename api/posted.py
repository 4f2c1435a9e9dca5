"""What a body holds: one event or a batch, by its content type; each read strictly and checked for shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from api.problems import EMPTY_BATCH, NOT_AN_EVENT, TOO_LARGE, UNREADABLE, UNSUPPORTED, Problem, told_faults
from ledger.canonical import Unreadable, read
from ledger.entry import Fault, Malformed, Submission, parse

MOST_BYTES_OF_ONE = 256 * 1024
MOST_BYTES = 16 * 1024 * 1024
MOST_ITEMS = 2_000

ONE = "application/cloudevents+json"
PLAIN = "application/json"
BATCH = "application/cloudevents-batch+json"
LINES = ("application/x-ndjson", "application/jsonl")
CONTENT_TYPES = (ONE, PLAIN, BATCH, *LINES)

Item = Submission | Problem


@dataclass(frozen=True)
class Posted:
    """What was posted, in order; what is wrong with an item stands in its place."""

    items: Sequence[Item]
    is_batch: bool


def content_type(headers: Mapping[bytes, bytes]) -> str:
    """The content type without parameters; raises Problem for one that holds no events."""
    named, _, parameters = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
    named, parameters = named.strip(), parameters.replace(" ", "").replace('"', "")
    if (
        named not in CONTENT_TYPES
        or parameters not in ("", "charset=utf-8")
        or headers.get(b"content-encoding", b"identity") != b"identity"
    ):
        raise Problem(
            UNSUPPORTED,
            "Post events as JSON; the problem's type lists the content types.",
            headers={"accept-post": ", ".join(CONTENT_TYPES)},
        )
    return named


def most_bytes(kind: str, headers: Mapping[bytes, bytes]) -> int:
    """How long a body of a content type may be."""
    return MOST_BYTES_OF_ONE if kind == ONE or (kind == PLAIN and b"ce-specversion" in headers) else MOST_BYTES


def posted(kind: str, headers: Mapping[bytes, bytes], body: bytes) -> Posted:
    """What a body holds; raises Problem where it cannot be told apart into items at all."""
    if kind in LINES:
        return _batch([_line(line) for line in body.split(b"\n") if line.strip()])
    value = _value(body)
    if isinstance(value, Problem):
        raise value
    if kind == PLAIN and b"ce-specversion" in headers:
        return Posted((_item(_attributes(headers) | {"data": value}),), is_batch=False)
    if kind == BATCH or (kind == PLAIN and isinstance(value, list)):
        if not isinstance(value, list):
            raise Problem(
                NOT_AN_EVENT, "A batch is a JSON array of events.", told_faults([Fault("", "a batch is an array")])
            )
        return _batch([_item(item) for item in _few(value)])
    if len(body) > MOST_BYTES_OF_ONE:
        raise Problem(TOO_LARGE, f"One event may have {MOST_BYTES_OF_ONE} bytes.")
    return Posted((_item(value, body),), is_batch=False)


def _few(items: list[Any]) -> list[Any]:
    if len(items) > MOST_ITEMS:
        raise Problem(TOO_LARGE, f"A batch may have {MOST_ITEMS} events.")
    return items


def _batch(items: list[Item]) -> Posted:
    if not items:
        raise Problem(EMPTY_BATCH, "The batch holds no event.")
    return Posted(_few(items), is_batch=True)


def _value(raw: bytes) -> Any:
    """The JSON value, or the problem."""
    try:
        return read(raw)
    except Unreadable as unreadable:
        return Problem(UNREADABLE, f"{unreadable}.")


def _line(line: bytes) -> Item:
    value = _value(line)
    return value if isinstance(value, Problem) else _item(value, line)


def _item(value: Any, raw: bytes | None = None) -> Item:
    try:
        return parse(value, raw)
    except Malformed as malformed:
        return Problem(NOT_AN_EVENT, "The faults say which fields.", told_faults(malformed.faults))


def _attributes(headers: Mapping[bytes, bytes]) -> dict[str, Any]:
    """CloudEvents binary mode: attributes in headers, percent-encoded, each a string unless its type says otherwise."""
    found: dict[str, Any] = {}
    for name, value in headers.items():
        if name.startswith(b"ce-"):
            found[name[3:].decode("latin-1")] = unquote(value.decode("latin-1"), errors="replace")
    if found.get("retrospective") in ("true", "false"):
        found["retrospective"] = found["retrospective"] == "true"
    if found.get("expectedversion", "").isdecimal() and len(found["expectedversion"]) < 16:  # noqa: PLR2004 - below 2^53
        found["expectedversion"] = int(found["expectedversion"])
    return found
