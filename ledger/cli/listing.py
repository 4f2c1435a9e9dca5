"""`ledger actions`, `escalations`, `reviews` and `audits`: the tracked work, as held at a position and as of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import day_of, opened_parts, position_of
from ledger.cli.options import AsAt, AsOf, Database, Json
from ledger.cli.output import note, show, write_json

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.projections.asking import Answer, Asking
    from ledger.projections.tables import Tables

Item = dict[str, Any]
Columns = dict[str, Callable[[Item], Any]]
Question = Callable[["Tables", "Asking"], "Answer"]

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


def actions(
    *, where: Where = None, sort: Sort = None, limit: Limit = None,
    database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The action log: whose each action is, when it is due, how far it came, and whether it is overdue."""
    from ledger.projections.ask import actions as question

    _list(
        "Action log",
        question,
        ACTIONS,
        database=database,
        as_at=as_at,
        as_of=as_of,
        where=where,
        sort=sort,
        limit=limit,
        as_json=as_json,
    )


def escalations(
    *, where: Where = None, sort: Sort = None, limit: Limit = None,
    database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The escalation tracker: who disagrees with whom, at which stage, whether the answer is late, and the outcome."""
    from ledger.projections.ask import escalations as question

    _list(
        "Escalation tracker",
        question,
        ESCALATIONS,
        database=database,
        as_at=as_at,
        as_of=as_of,
        where=where,
        sort=sort,
        limit=limit,
        as_json=as_json,
    )


def reviews(
    *, where: Where = None, sort: Sort = None, limit: Limit = None,
    database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The review tracker: from each incident to notification, rapid review, practice review and publication, with the clocks."""
    from ledger.projections.review_tracker import review_tracker as question

    _list(
        "Review tracker",
        question,
        REVIEWS,
        database=database,
        as_at=as_at,
        as_of=as_of,
        where=where,
        sort=sort,
        limit=limit,
        as_json=as_json,
    )


def audits(
    *, where: Where = None, sort: Sort = None, limit: Limit = None,
    database: Database = None, as_at: AsAt = None, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The audit programme: what was planned, what was done, and what was found."""
    from ledger.projections.ask import audits as question

    _list(
        "Audit programme",
        question,
        AUDITS,
        database=database,
        as_at=as_at,
        as_of=as_of,
        where=where,
        sort=sort,
        limit=limit,
        as_json=as_json,
    )


def _list(
    title: str, question: Question, columns: Columns, *, database: str | None, as_at: str | None, as_of: str | None,
    where: Sequence[str] | None, sort: Sequence[str] | None, limit: int | None, as_json: bool,
) -> None:  # fmt: skip
    from ledger.projections.asking import Asking, UnknownField

    filters = _filters(where or ())
    with told(), opened_parts(database) as parts:
        position = position_of(parts.ledger, as_at)
        day = day_of(as_of) or _day_meant(parts.ledger, as_at)
        asking = Asking(position, day, parts.ledger.packs(), filters, sort or (), limit)
        try:
            answer = question(parts.tables, asking)
        except UnknownField as error:
            raise Stop(Code.USAGE, str(error)) from error
    if as_json:
        told_ = {"as_at": answer.as_at, "as_of": answer.as_of.isoformat(), "total": answer.total, "items": answer.items}
        write_json(told_)
    else:
        tell(title, columns, answer)


def tell(title: str, columns: Columns, answer: Answer) -> None:
    """The answer as a table."""
    heading = f"{title}: as at position {answer.as_at}, as of {answer.as_of}"
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


def _day_meant(ledger: Ledger, as_at: str | None) -> date:
    """Without --as-of: the day of --as-at where it is a day or an instant, else today."""
    from ledger.domain.calendar import london_day

    if as_at is None or as_at.isdecimal():
        return london_day(ledger.clock.now())
    try:
        return date.fromisoformat(as_at)
    except ValueError:
        return london_day(datetime.fromisoformat(as_at))


def _field(name: str) -> Callable[[Item], Any]:
    return lambda item: item[name]


def _words(name: str) -> Callable[[Item], Any]:
    """A field that holds a code, as words."""
    return lambda item: str(item[name] or "").replace("-", " ")


def _owner(item: Item) -> Any:
    return item["owner_agency"] or item["owner_group"] or "not-stated"


def _source(item: Item) -> str:
    if item["source_reference"] is None:
        return str(item["source_title"] or item["source_kind"])
    number = f" no. {item['source_number']}" if item["source_number"] is not None else ""
    return f"{item['source_record']}/{item['source_reference']}{number}"


def _overdue(item: Item) -> str:
    return f"yes, {item['days_over']} days" if item["overdue"] else ""


def _clock(item: Item | None) -> str:
    """`due 2024-05-13: met`; nothing where no clock runs."""
    if item is None:
        return ""
    return f"due {item['due']}: {item['state']}" if item["due"] else str(item["state"])


def _ended(item: Item) -> str:
    days = item["working_days_to_end"]
    return f"{item['ended_on']}" + (f" ({days} working days)" if days is not None else "") if item["ended_on"] else ""


def _notification(item: Item) -> str:
    found = item["notification"]
    if not found:
        return ""
    dissent = f", dissent: {', '.join(found['dissent'])}" if found["dissent"] else ""
    sent = (
        f"sent {found['sent_on']} ({_clock(found['clock'])})"
        if found["sent_on"]
        else str(found["decision"] or "undecided")
    )
    return sent + dissent


def _rapid(item: Item) -> list[str]:
    return [f"{each['reference']} ({_clock(each['clocks']['rapid_review'])})" for each in item["rapid_reviews"] or ()]


def _reviews(item: Item) -> list[str]:
    own = [item] if item["record"] == "review" else item["reviews"] or ()
    return [
        f"{each['reference']}: {each['kind']}, {each['state']}".replace("None, ", "") + _published(each) for each in own
    ]


def _published(review: Item) -> str:
    clock = _clock(review["clocks"]["publication"])
    return f" ({clock})" if clock else ""


ACTIONS: Columns = {
    "action": _field("reference"), "state": _field("state"), "owner": _owner, "overseen by": _field("lead_group"),
    "due": _field("due_on"), "put off": _field("times_rescheduled"), "overdue": _overdue,
    "own rating": _field("own_rating"), "closed": _field("closed_kind"), "source": _source,
}  # fmt: skip
ESCALATIONS: Columns = {
    "escalation": _field("reference"), "by": _field("by_agency"), "with": _field("with_agency"), "reason": _words("reason"),
    "raised": _field("raised_on"), "stage": _field("stage"), "answer": lambda item: _clock(item["clock"]),
    "lapsed": lambda item: "yes" if item["lapsed"] else "", "outcome": _words("outcome"), "ended": _ended,
}  # fmt: skip
REVIEWS: Columns = {
    "record": lambda item: f"{item['record']}/{item['reference']}", "stage": _field("stage"), "happened": _field("happened_on"),
    "known": _field("known_on"), "notification": _notification, "rapid reviews": _rapid, "reviews": _reviews,
}  # fmt: skip
AUDITS: Columns = {
    "audit": _field("reference"), "kind": _words("kind"), "topic": _words("topic"), "planned": _field("planned"),
    "state": _field("state"), "held": _field("held_on"), "cases": _field("cases_sampled"),
    "assurances": _field("assurances"), "gaps": _field("gaps"),
    "returns": lambda item: f"{item['returned']} of {item['asked']}" if item["asked"] is not None else "",
}  # fmt: skip
