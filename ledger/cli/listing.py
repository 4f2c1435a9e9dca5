"""`ledger actions`, `escalations`, `risks` and the other lists: a row each, as held at a position and as of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.lists import Columns, Item, Listed
from ledger.cli.opening import moment_of, opened_parts
from ledger.cli.options import AsAt, AsOf, Database, Json
from ledger.cli.output import note, show, write_json

if TYPE_CHECKING:
    from ledger.projections.asking import Answer
    from ledger.projections.questions import Question

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FIELD=VALUE",
        help="Only those; may be given again. The fields are those of --json.",
        show_default=False,
    ),
]
Sort = Annotated[
    list[str] | None,
    typer.Option("--sort", metavar="FIELD", help="In this order; -FIELD for the other way round.", show_default=False),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.", show_default=False)]


def command(listed: Listed) -> Callable[..., None]:
    """The command that asks for a list and tells it."""

    def asks(
        *, where: Where = None, sort: Sort = None, limit: Limit = None,
        database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False,
    ) -> None:  # fmt: skip
        from ledger.projections.questions import BY_NAME

        answer = answered(
            BY_NAME[listed.name], database=database, as_at=as_at, as_of=as_of,
            where=where, sort=sort or listed.order, limit=limit,
        )  # fmt: skip
        if as_json:
            on = answer.as_of.isoformat()
            write_json({"as_at": answer.as_at, "as_of": on, "total": answer.total, "items": answer.items})
        else:
            tell(listed.title, listed.columns, answer)

    asks.__doc__ = listed.help
    return asks


def answered(
    question: Question, *, database: str | None, as_at: str | None, as_of: str | None,
    where: Sequence[str] | None = None, sort: Sequence[str] | None = None, limit: int | None = None,
) -> Answer:  # fmt: skip
    """The answer to a question; Stop for a field it does not have, or a value that the field cannot have."""
    from ledger.projections.asking import Asking, UnknownField

    filters = _filters(where or ())
    for name, values in filters.items():
        among = question.choices.get(name, values)
        if not set(values).issubset(among):
            raise Stop(Code.USAGE, f"--where {name}= takes one of {', '.join(among)}.")
    with told(), opened_parts(database) as parts:
        ledger, when = parts.ledger, moment_of(parts.ledger, as_at, as_of)
        asking = Asking(
            when.as_at, when.as_of, ledger.packs(), filters, sort or (), limit,
            histories=lambda names: ledger.records(names, when.as_at),
        )  # fmt: skip
        try:
            return question.answer(parts.tables, asking)
        except UnknownField as error:
            raise Stop(Code.USAGE, str(error)) from error


def tell(title: str, columns: Columns, answer: Answer) -> None:
    """The answer as a table."""
    heading = f"{title}: as at position {answer.as_at}, as of {answer.as_of}"
    if any(map(_marks, answer.items)):
        columns = columns | {"marks": _marks}
    show(heading, list(columns), ([cell(item) for cell in columns.values()] for item in answer.items))
    if len(answer.items) < answer.total:
        note(f"{len(answer.items)} of {answer.total}.")


def _filters(where: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in where:
        name, equals, value = each.partition("=")
        if not equals:
            raise Stop(Code.USAGE, "--where takes FIELD=VALUE.")
        found.setdefault(name, []).append(value)
    return found


def _marks(item: Item) -> list[str]:
    """What stands beside a record: that it is restricted, statements by their positions, and how late it was recorded."""
    said = [f"statement at {position}" for position in item.get("statements", ())]
    if days := item.get("recorded_late"):
        said.append(f"recorded {days:,} day{'' if days == 1 else 's'} late")
    return (["restricted"] if item.get("restricted") else []) + said
