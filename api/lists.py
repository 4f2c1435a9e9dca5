"""GET /actions, /escalations, /reviews and the other questions: filtered, sorted, in pages, as JSON or CSV, as at and as of."""

from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field, create_model
from starlette.responses import Response

from api.access import needs, sight_of
from api.answers import accepts, csv_answer, json_answer, link_header, next_link
from api.asking import InTime, ledger_of
from api.contract import CSV, DAY, OPEN, TEXT, WHOLE, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.access.wordings import UNSAID, Asker, worded
from ledger.domain.fields import written_as
from ledger.enquiries import QUESTION as ENQUIRIES
from ledger.projections.asking import Answer, Asking, UnknownPlace
from ledger.projections.questions import BY_NAME, QUESTIONS, Question

router = APIRouter(tags=["what is asked"], dependencies=[needs(Verb.READ)])
LIMIT = 100
MOST = 1_000

Value = Annotated[str, Field(max_length=200), written_as(r"^[^\x00-\x1f]*$", "one line of at most 200 characters")]


ANSWER = shape({"as_at": WHOLE, "as_of": DAY, "total": WHOLE, "items": many(OPEN)}, {"next": TEXT})


_SORT = "Fields, divided by commas, each with - before it for the other way round."
_ONLY = "Only items with this value; given again, with either."


class Listed(InTime):
    """What every list takes beside its own fields."""

    sort: Annotated[str | None, Field(description=_SORT)] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="At most so many on a page.")] = LIMIT
    after: Annotated[Value | None, Field(description="The `next` of an earlier page.")] = None
    format: Annotated[
        Literal["json", "csv"] | None, Field(description="Without it, by the Accept header, else JSON.")
    ] = None


ACROSS = (ENQUIRIES, BY_NAME["retention"])
"""Lists that look across all cases, for those who oversee them."""
CONTROL = frozenset(Listed.model_fields)


@cache
def asked_of(question: Question) -> type[Listed]:
    """The parameters of one list: a filter for each plain field, which may be given several times."""
    if clash := CONTROL.intersection(question.plain):
        raise TypeError(f"/{question.name} has a field called {min(clash)}, which is a parameter of every list")
    ways = "|".join(question.plain)
    order = "fields of this list, divided by commas, each with - before it for the other way round"
    sort = Annotated[str, written_as(rf"^-?({ways})(,-?({ways}))*$", order, max_length=1000)] | None
    of_choices = {name: Literal[values] for name, values in question.choices.items()}
    filters: dict[str, Any] = {
        name: (list[of_choices.get(name, Value)], Field(default=[], max_length=50, description=_ONLY))  # type: ignore[misc]
        for name in question.plain
    }
    return create_model(
        f"Asked of {question.name}", __base__=Listed, sort=(sort, Field(default=None, description=_SORT)), **filters
    )


def _route(question: Question) -> None:
    model = asked_of(question)

    def answer(request: Request, asked: Annotated[model, Query()]) -> Response:  # type: ignore[valid-type]
        return _answer(question, request, asked)

    answer.takes_several = frozenset(question.plain)  # type: ignore[attr-defined]
    router.add_api_route(
        f"/{question.name}",
        answer,
        name=question.name,
        summary=question.name.capitalize(),
        description=" ".join((question.asks.__doc__ or "").split()),
        responses=responses(404, 422, ok={**json_content(ANSWER), **CSV}),
        dependencies=[needs(Verb.SCRUTINISE)] if question in ACROSS else [],
    )


def asking_for(question: Question, request: Request, asked: Any) -> Asking:
    """What is asked of the tables: what the query says, and what whoever asks sees."""
    ledger = ledger_of(request)
    filters = {name: values for name in question.plain if (values := getattr(asked, name))}
    when, sight = moment_of(request, asked), sight_of(request)
    return Asking(
        as_at=when.as_at,
        as_of=when.as_of,
        packs=ledger.packs(),
        filters=filters,
        sort=asked.sort.split(",") if asked.sort else (),
        limit=asked.limit,
        after=asked.after,
        histories=lambda names: ledger.records(names, when.as_at),
        sees=None if sight is None else sight.sees,
        seen=None if sight is None else sight.seen,
    )


def answered(question: Question, request: Request, asking: Asking) -> Answer:
    """The answer with what is said, in ordinary words, of its items and their parts, as far as whoever asks reads it."""
    tables = request.app.state.parts.tables
    found = question.answer(tables, asking)
    if question.words is None:
        return found
    asker = Asker(request.state.speaker, found.as_at, found.as_of)
    items = worded(ledger_of(request), tables, found.items, asker)
    return replace(
        found,
        items=[item if "words" in item else item | UNSAID for item in items] if question.words == "items" else items,
    )


def _answer(question: Question, request: Request, asked: Any) -> Response:
    asking = asking_for(question, request, asked)
    try:
        found = answered(question, request, asking)
    except UnknownPlace as unknown:
        raise Problem(NOT_FOUND, str(unknown)) from None
    following = _following(request, asking, found)
    headers = {"as-at": str(found.as_at), "as-of": found.as_of.isoformat()} | (
        link_header(following) if following else {}
    )
    if asked.format == "csv" or (
        asked.format is None and accepts(request, "application/json", "text/csv") == "text/csv"
    ):
        return csv_answer(question.columns, found.items, headers)
    told = {"as_at": found.as_at, "as_of": found.as_of.isoformat(), "total": found.total, "items": found.items}
    return json_answer(told | ({"next": following} if following else {}), headers=headers)


def _following(request: Request, asking: Asking, found: Answer) -> str | None:
    """The next page of the same answer: at the same position and day, whatever is recorded meanwhile."""
    if found.next is None:
        return None
    return next_link(request, after=found.next, as_at=found.as_at, as_of=found.as_of.isoformat())


for _question in (*QUESTIONS, ENQUIRIES):
    _route(_question)
