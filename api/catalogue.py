"""GET /schemas, /rules and /problems: what may be posted, what must hold, and what can go wrong."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import needs
from api.answers import json_answer
from api.asking import Nothing, ledger_of
from api.contract import OPEN, TEXT, YES, json_content, many, ref, responses, shape
from api.problems import KINDS, NOT_FOUND, Kind, Problem
from ledger.domain.register import REGISTER, EventType
from ledger.entry import posted_model
from ledger.rulebook import rule_book

router = APIRouter(tags=["what holds"], dependencies=[needs(None)])
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPE_SHAPE = shape({"type": TEXT, "schema": TEXT, "record": TEXT, "begins": YES, "tells": TEXT})
KIND_SHAPE = shape({"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "meaning": TEXT})


@cache
def schema_of(type_: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one event type as it is posted."""
    schema = posted_model(REGISTER[type_]).model_json_schema()
    return {"$schema": DIALECT, "$id": f"/schemas/{type_}", **schema, "title": type_}


def told_type(kind: EventType) -> dict[str, Any]:
    """One event type, in a line."""
    tells = " ".join((kind.event.__doc__ or "").split())
    return {
        "type": kind.type,
        "schema": f"/schemas/{kind.type}",
        "record": kind.record.name,
        "begins": kind.begins,
        "tells": tells,
    }


def told_kind(kind: Kind) -> dict[str, Any]:
    """One kind of problem."""
    return {"type": kind.type, "title": kind.title, "status": kind.status, "meaning": kind.meaning}


@router.get(
    "/schemas", summary="Event types", responses=responses(422, ok=json_content(shape({"types": many(TYPE_SHAPE)})))
)
def schemas(_: Annotated[Nothing, Query()]) -> Response:
    """Every event type that may be posted."""
    return json_answer({"types": [told_type(kind) for kind in REGISTER.values()]})


@router.get(
    "/schemas/{type}",
    summary="The schema of an event type",
    responses=responses(404, 422, ok={"application/schema+json": {"schema": OPEN}}),
)
def schema(type: Annotated[str, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The JSON Schema of one event type as it is posted."""
    if type not in REGISTER:
        raise Problem(NOT_FOUND, "No such event type; GET /schemas lists them.")
    found = json_answer(schema_of(type))
    found.headers["content-type"] = "application/schema+json"
    return found


@router.get(
    "/rules", summary="Rules", responses=responses(422, ok=json_content(shape({"rules": many(ref("RuleInFull"))})))
)
def rules(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Every rule: what must hold, whose rule it is and how sure that is, whether breaking it is refused or recorded as a
    departure, or whether it sets a clock or a line of enquiry, the packs it goes by, and the line where it stands.
    """
    return json_answer({"rules": rule_book(ledger_of(request).shelf)})


@router.get(
    "/rules/{id}",
    summary="One rule",
    responses=responses(404, 422, ok=json_content(shape({"rules": many(ref("RuleInFull"))}))),
)
def rule(request: Request, id: Annotated[str, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The rule under one id; some are checked by several claims."""
    found = [row for row in rule_book(ledger_of(request).shelf) if row["id"] == id]
    if not found:
        raise Problem(NOT_FOUND, "No such rule; GET /rules lists them.")
    return json_answer({"rules": found})


@router.get(
    "/problems",
    summary="Kinds of problem",
    responses=responses(422, ok=json_content(shape({"problems": many(KIND_SHAPE)}))),
)
def problems(_: Annotated[Nothing, Query()]) -> Response:
    """Every kind of problem: what it means, and what to do about it."""
    return json_answer({"problems": [told_kind(kind) for kind in KINDS.values()]})


@router.get(
    "/problems/{kind}", summary="What a problem means", responses=responses(404, 422, ok=json_content(KIND_SHAPE))
)
def problem(kind: Annotated[str, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """What a kind of problem means, and what to do about it."""
    if kind not in KINDS:
        raise Problem(NOT_FOUND, "No such kind of problem; GET /problems lists them.")
    return json_answer(told_kind(KINDS[kind]))
