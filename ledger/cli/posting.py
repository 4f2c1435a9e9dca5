"""`ledger post`: events from a file into the ledger, or to a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import api_key, opened, opened_to_judge
from ledger.cli.options import Database, Json
from ledger.cli.output import progress

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.cli.answers import Answer
    from ledger.cli.files import Piece
    from ledger.entry import Submission

AT_ONCE = 1_000
"""Events in one commit where each stands alone."""
BUSINESS_UNIT = "business-unit@BU"

T = TypeVar("T")


def post(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="One CloudEvent, a JSON array, or one on each line; - for standard input."),
    ],
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="URL", help="Post to a running service over HTTP instead.", show_default=False),
    ] = None,
    atomic: Annotated[
        bool, typer.Option("--atomic/--no-atomic", help="All events of the file or none; or each by itself.")
    ] = True,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="ROLE@AGENCY", help="Who records: whoever holds the database speaks as the business unit."
        ),
    ] = BUSINESS_UNIT,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Record events, and print their receipts or, by line, why they were refused."""
    from ledger.cli.answers import Answers, tell
    from ledger.cli.files import pieces

    if to is not None and (database is not None or by != BUSINESS_UNIT):
        raise Stop(Code.USAGE, "--to posts to a service, which has its own database and knows who posts.")
    found = pieces(file)
    with told():
        given = _over_http(to, found, atomic=atomic) if to is not None else straight(database, found, by, atomic=atomic)
    answers = Answers(given)
    tell(answers, as_json=as_json)
    if answers.code:
        raise typer.Exit(answers.code)


def _over_http(address: str, found: Sequence[Piece], *, atomic: bool) -> list[Answer]:
    from ledger.cli.over_http import post_to

    return post_to(address, found, atomic=atomic, key=api_key())


def straight(database: str | None, found: Sequence[Piece], by: str, *, atomic: bool) -> list[Answer]:
    answers: dict[int, Answer] = {}
    submissions: list[tuple[int, Submission]] = []
    for piece in found:
        read = _shaped(piece)
        if isinstance(read, tuple):
            submissions.append(read)
        else:
            answers[piece.place] = read
    if submissions:
        whole = not answers
        with opened(database, make=True) if whole or not atomic else opened_to_judge(database) as ledger:
            answers |= _written(ledger, submissions, by, atomic=atomic, whole=whole)
    return [answers[piece.place] for piece in found]


def _shaped(piece: Piece) -> tuple[int, Submission] | Answer:
    """The submission of an item, with its place; or the answer to one that is none."""
    from ledger.cli.answers import malformed, unreadable
    from ledger.entry import Malformed, parse

    if piece.unreadable is not None:
        return unreadable(piece.place, piece.unreadable)
    try:
        return piece.place, parse(piece.value)
    except Malformed as error:
        return malformed(piece.place, error.faults)


def _written(
    ledger: Ledger, submissions: Sequence[tuple[int, Submission]], by: str, *, atomic: bool, whole: bool
) -> dict[int, Answer]:
    from ledger.application import Batch
    from ledger.cli.answers import answer_of

    answers: dict[int, Answer] = {}
    with progress("recording") as move:
        for group in _groups(submissions, len(submissions) if atomic else AT_ONCE):
            outcomes = ledger.write([Batch(tuple(submission for _, submission in group), by, atomic, whole)])[0]
            answers |= {place: answer_of(place, outcome) for (place, _), outcome in zip(group, outcomes, strict=True)}
            move(len(answers), len(submissions))
    return answers


def _groups(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
