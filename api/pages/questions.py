"""The questions that pages ask: the same that programs ask, with what a form leaves empty left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.asking import InTime
from api.lists import asked_of, asking_for
from api.pages.cells import Names
from api.pages.links import TIMES
from api.pages.words import curly
from api.problems import Problem, question_problem
from api.waiting import moment_of
from ledger.projections.as_at import Moment
from ledger.projections.asking import Asking
from ledger.projections.partnership import Agencies, Groups
from ledger.projections.questions import Question
from ledger.projections.tables import Tables

M = TypeVar("M", bound=BaseModel)


def asked(question: Question, given: Iterable[tuple[str, str]]) -> Any:
    """The query as the route for programs takes it; raises Problem for what it does not take."""
    told: dict[str, Any] = {}
    for name, value in given:
        if name in question.plain:
            told.setdefault(name, []).append(value)
        else:
            told[name] = value
    try:
        return asked_of(question).model_validate(told)
    except ValidationError as error:
        raise _of(error) from None


def number_of(request: Request, question: Question, filters: Mapping[str, Sequence[str]]) -> int:
    """How many items a question has at the moment of the page."""
    return question.asks(request.app.state.parts.tables, replace(asking_at(request, question, filters), limit=1)).total


def asking_at(request: Request, question: Question, filters: Mapping[str, Sequence[str]] | None = None) -> Asking:
    """What is asked at the moment of the page, by whoever asks for the page."""
    given = [(name, value) for name, values in (filters or {}).items() for value in values]
    return asking_for(question, request, asked(question, [*given, *_times(request)]))


def place_of(request: Request) -> Moment:
    """The moment of a page that takes no other parameter; raises Problem."""
    return moment_of(request, filled(request, InTime))


def filled(request: Request, model: type[M]) -> M:
    """The query of a page as its model has it, with what a form leaves empty left out; raises Problem."""
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _of(error) from None


def names_at(tables: Tables, as_at: int, as_of: date) -> Names:
    """What agencies and groups are called then."""
    agencies = tables.rows(Agencies, as_at=as_at, as_of=as_of)
    groups = tables.rows(Groups, as_at=as_at, as_of=as_of)
    return Names(
        {each.reference: curly(each.row.name) for each in agencies},
        {each.reference: curly(each.row.name) for each in groups},
    )


def _times(request: Request) -> list[tuple[str, str]]:
    return [(name, value.strip()) for name in TIMES if (value := request.query_params.get(name, "")).strip()]


def _of(error: ValidationError) -> Problem:
    return question_problem([each | {"loc": ("query", *each["loc"])} for each in error.errors()])
