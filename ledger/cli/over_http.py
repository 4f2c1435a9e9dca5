"""Posting the events of a file to a running service, and reading its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import httpx2

from ledger import canonical
from ledger.cli.answers import Answer, held_back, unreadable
from ledger.cli.exits import Code, Stop
from ledger.cli.files import Piece
from ledger.cli.output import progress

AT_ONCE = 1_000
PATIENCE = 60.0
"""Seconds to wait for an answer."""
_REFUSED = {404: Code.NOT_FOUND, 409: Code.REFUSED, 422: Code.USAGE}


def post_to(address: str, found: Sequence[Piece], *, atomic: bool, key: str | None = None) -> list[Answer]:
    """The service's answer to each item; Stop where it cannot be reached, or answers as no ledger does.

    What could not be read is posted too, as null: so the service refuses a file that is all or nothing, and judges the rest of it.
    """
    unread = {piece.place: unreadable(piece.place, piece.unreadable) for piece in found if piece.unreadable is not None}
    answers: dict[int, Answer] = {}
    with service(address, key) as client, progress("posting") as move:
        for batch in [found] if atomic else _batches(found):
            answers |= {answer.place: answer for answer in _answered(client, batch, atomic=atomic)}
            move(len(answers), len(found))
    return [unread.get(piece.place) or answers[piece.place] for piece in found]


@contextmanager
def service(address: str, key: str | None) -> Iterator[httpx2.Client]:
    """A running service, to be asked by whoever holds the key; Stop where it cannot be reached."""
    try:
        with httpx2.Client(base_url=address, timeout=PATIENCE, headers=_headers(key)) as client:
            yield client
    except httpx2.InvalidURL as error:
        raise Stop(Code.USAGE, f"--to takes an address such as http://127.0.0.1:8000: {error}") from error
    except httpx2.UnsupportedProtocol as error:
        raise Stop(Code.USAGE, "--to takes an address such as http://127.0.0.1:8000.") from error
    except httpx2.TransportError as error:
        raise Stop(Code.DATABASE, f"The service at {address} cannot be reached: {error}") from error


def got(client: httpx2.Client, path: str, **asked: str | int | None) -> bytes:
    """What the service gives there; Stop with its own words where it refuses."""
    response = client.get(path, params={name: value for name, value in asked.items() if value is not None})
    if response.is_success:
        return response.content
    told = response.json() if response.headers.get("content-type", "").startswith("application/problem+json") else {}
    code = _REFUSED.get(response.status_code, Code.DATABASE)
    raise Stop(
        code,
        f"The service answered {response.status_code}: {told.get('detail') or told.get('title') or 'not as a ledger does'}",
    )


def _headers(key: str | None) -> dict[str, str]:
    return {} if key is None else {"authorization": f"Bearer {key}"}


def _batches(items: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """In order, each of one source, as the service takes them."""
    for _, run in groupby(
        items, key=lambda piece: piece.value.get("source") if isinstance(piece.value, dict) else None
    ):
        alike = list(run)
        for start in range(0, len(alike), AT_ONCE):
            yield alike[start : start + AT_ONCE]


def _answered(client: httpx2.Client, batch: Sequence[Piece], *, atomic: bool) -> list[Answer]:
    body = b"\n".join(canonical.write(piece.value) for piece in batch)
    response = client.post(
        "/events",
        params={"atomic": "true" if atomic else "false"},
        content=body,
        headers={"content-type": "application/x-ndjson"},
    )
    try:
        answer = response.json()
    except ValueError:
        raise Stop(Code.DATABASE, f"The service answered {response.status_code}, and not in JSON.") from None
    if response.is_success and atomic:
        return [
            Answer(p.place, receipt=each, repeat=response.status_code == httpx2.codes.OK)
            for p, each in zip(batch, answer, strict=True)
        ]
    if response.is_success:
        return [_each(piece.place, item) for piece, item in zip(batch, answer, strict=True)]
    if response.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        raise Stop(
            Code.DATABASE,
            f"The service answered {response.status_code}: {answer.get('title')}. {answer.get('detail', '')}",
        )
    return _refused(batch, answer)


def _each(place: int, item: Mapping[str, Any]) -> Answer:
    """One item of an answer to ?atomic=false."""
    if "receipt" in item:
        return Answer(place, receipt=item["receipt"], repeat=item["status"] == httpx2.codes.OK)
    return _problem(place, item["problem"])


def _refused(batch: Sequence[Piece], problem: Mapping[str, Any]) -> list[Answer]:
    """A batch refused as a whole: the items named have their own problems; where none is named, the problem is of all."""
    if "items" not in problem:
        return [_problem(piece.place, problem) for piece in batch]
    named = {item["index"]: item["problem"] for item in problem["items"]}
    return [
        _problem(piece.place, named[number]) if number in named else held_back(piece.place)
        for number, piece in enumerate(batch)
    ]


def _problem(place: int, problem: Mapping[str, Any]) -> Answer:
    code = Code.REFUSED if problem.get("status") == httpx2.codes.CONFLICT else Code.USAGE
    return Answer(place, code, problem=problem)
