"""POST /events: events in, receipts out. A plain ASGI application, since every entry of the ledger passes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from eventsourcing.persistence import InterfaceError, OperationalError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from api.access import Access, Speaker, recordedby
from api.answers import SECURITY
from api.posted import Item, content_type, most_bytes, posted
from api.problems import (
    BAD_QUERY,
    PROBLEM_JSON,
    READ_ONLY,
    SEVERAL_SOURCES,
    TOO_LARGE,
    UNAVAILABLE,
    Problem,
    plain,
)
from api.receipts import problem_of, receipt_body, refused_batch
from ledger import canonical
from ledger.application import Batch
from ledger.entry import Submission
from ledger.evidence.high_water import ReadOnly
from ledger.outcome import Outcome, Recorded
from ledger.writer import Answer, Closed, Writer

PATH = "/events"
Headers = tuple[tuple[bytes, bytes], ...]
JSON: Headers = ((b"content-type", b"application/json"), *SECURITY)
PROBLEM: Headers = ((b"content-type", PROBLEM_JSON.encode()), *SECURITY)
LONG = 64 * 1024
"""Bytes of a body from which on reading it takes longer than others should wait."""
STATUS = {True: 200, False: 201}
"""By whether it is a repeat."""


class Intake:
    """Takes what is posted and answers once it is committed."""

    def __init__(self, access: Access) -> None:
        self.writer: Writer | None = None
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, ASGI."""
        try:
            status, headers, body = await self._answer(scope, receive)
        except Problem as problem:
            extra = tuple((name.encode(), value.encode()) for name, value in problem.headers.items())
            status, headers, body = problem.kind.status, PROBLEM + extra, problem.body(PATH)
        except ClientDisconnect:
            return
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Headers, bytes]:
        headers = dict(scope["headers"])
        speaker = await self._access.admitted_to_post(headers.get(b"authorization"))
        atomic = _atomic(scope["query_string"]) if scope["query_string"] else True
        kind = content_type(headers)
        body = await _body(receive, headers, most_bytes(kind, headers))
        # A long body is read in a thread, so that others are answered meanwhile.
        found = (
            await asyncio.to_thread(posted, kind, headers, body) if len(body) > LONG else posted(kind, headers, body)
        )
        items = self._access.admissible(speaker, found.items)
        if found.is_batch:
            return await (self._all_or_none(items, speaker) if atomic else self._each(items, speaker))
        if isinstance(item := items[0], Problem):
            raise item
        return _single((await self._record((item,), speaker))[0])

    async def taken(self, submission: Submission, speaker: Speaker, *, record: bool = True) -> Outcome:
        """What becomes of one event of a page; raises Problem. Without `record` it is only judged, and a NotReached says that nothing is wrong."""
        if isinstance(item := self._access.admissible(speaker, (submission,))[0], Problem):
            raise item
        return (await self._record((item,), speaker, whole=record))[0]

    async def _all_or_none(self, items: Sequence[Item], speaker: Speaker) -> tuple[int, Headers, bytes]:
        answers = await self._answers(items, speaker, atomic=True)
        recorded = [answer for answer in answers if isinstance(answer, Recorded)]
        if len(recorded) < len(answers):
            raise refused_batch(answers)
        repeats = all(answer.repeat for answer in recorded)
        return STATUS[repeats], JSON, b"[" + b",".join(map(receipt_body, recorded)) + b"]"

    async def _each(self, items: Sequence[Item], speaker: Speaker) -> tuple[int, Headers, bytes]:
        answers = await self._answers(items, speaker, atomic=False)
        return 200, JSON, b"[" + b",".join(map(_told, answers)) + b"]"

    async def _answers(self, items: Sequence[Item], speaker: Speaker, *, atomic: bool) -> list[Outcome | Problem]:
        """What became of each item, in order: of one that has no event's shape, its problem; raises Problem."""
        submissions = [item for item in items if isinstance(item, Submission)]
        whole = len(submissions) == len(items)
        outcomes = iter(await self._record(submissions, speaker, atomic=atomic, whole=whole) if submissions else ())
        return [item if isinstance(item, Problem) else next(outcomes) for item in items]

    async def _record(
        self, submissions: Sequence[Submission], speaker: Speaker, *, atomic: bool = True, whole: bool = True
    ) -> list[Outcome]:
        """The outcomes, in order, once they are durable; raises Problem."""
        source = submissions[0].source
        if any(other.source != source for other in submissions):
            raise Problem(SEVERAL_SOURCES, "The events name more than one source.")
        screen = None if speaker is None else await asyncio.to_thread(self._access.screen, speaker)
        future: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()

        def settle(answer: Answer) -> None:
            if future.done():
                return
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        try:
            if self.writer is None:
                raise Closed("the ledger is not open")
            batch = Batch(tuple(submissions), recordedby(speaker, source), atomic, whole, screen=screen)
            self.writer.offer(batch, settle)
            return await future
        except ReadOnly as error:
            raise Problem(READ_ONLY, str(error)) from None
        except (OperationalError, InterfaceError, Closed):
            raise Problem(
                UNAVAILABLE, "Post it again with the same source and id.", headers={"retry-after": "1"}
            ) from None


def _single(outcome: Outcome) -> tuple[int, Headers, bytes]:
    problem = problem_of(outcome)
    if problem is not None:
        raise problem
    assert isinstance(outcome, Recorded)
    location = (b"location", b"/entries/%d" % outcome.entry.position)
    return STATUS[outcome.repeat], (*JSON, location), receipt_body(outcome)


def _told(answer: Outcome | Problem) -> bytes:
    """One item of the answer to ?atomic=false."""
    if isinstance(answer, Recorded):
        return b'{"receipt":%b,"status":%d}' % (receipt_body(answer), STATUS[answer.repeat])
    problem = answer if isinstance(answer, Problem) else problem_of(answer)
    assert problem is not None, "an item of a batch that is not atomic is reached"
    return canonical.write({"problem": problem.document(), "status": problem.kind.status})


async def _body(receive: Receive, headers: Mapping[bytes, bytes], most: int) -> bytes:
    """The whole body; raises Problem as soon as it is longer than allowed."""
    told = headers.get(b"content-length", b"")
    chunks: list[bytes] = []
    read, length = 0, int(told) if told.isdigit() else 0
    while length <= most:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        read += len(chunks[-1])
        length = max(length, read)
    raise Problem(TOO_LARGE, f"A body of this content type may have {most} bytes.", headers={"connection": "close"})


def _atomic(query: bytes) -> bool:
    """What ?atomic= says; raises Problem for anything else in the query."""
    asked = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for name, value in asked:
        if name != "atomic" or value not in ("true", "false") or len(asked) > 1:
            fault = "this address takes atomic, once, which is true or false"
            named = {"parameter": name} if plain(name) else {}
            raise Problem(
                BAD_QUERY,
                "POST /events takes ?atomic=true or ?atomic=false.",
                {"faults": [{**named, "message": fault}]},
            )
    return all(value == "true" for _, value in asked)
