"""What each route answers, for OpenAPI: bodies, problems, and the event types as the schemas of POST /events."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api import posted
from api.problems import KINDS, PROBLEM_JSON
from ledger.domain.register import REGISTER
from ledger.entry import posted_model

Schema = dict[str, Any]
REF = "#/components/schemas/"


def ref(name: str) -> Schema:
    return {"$ref": REF + name}


def shape(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
YES: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
OPEN: Schema = {"type": "object"}

PROBLEM = {
    "type": "object",
    "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "instance": TEXT},
    "required": ["type", "title", "status", "detail"],
}
RECEIPT = shape(
    {
        "position": WHOLE, "type": TEXT, "record": TEXT, "recordversion": WHOLE, "recordedtime": INSTANT, "source": TEXT,
        "id": TEXT, "content": HASH, "leaf": HASH,
        "departures": many(shape({"rule": TEXT, "sentence": TEXT, "source": TEXT})),
    },
    {"index": WHOLE, "size": WHOLE, "root": HASH, "inclusion": many(HASH), "checkpoint": TEXT, "proof": TEXT},
)  # fmt: skip
STATEMENT = shape({"position": WHOLE, "sentence": TEXT, "whose": TEXT}, {"agency": TEXT})
TOLD_ENTRY = shape({"position": WHOLE, "leaf": HASH, "sentence": TEXT, "entry": OPEN}, {"statements": many(STATEMENT)})
ITEM = shape({"status": {"type": "integer"}}, {"receipt": ref("Receipt"), "problem": ref("Problem")})
RULE = shape({"id": TEXT, "name": TEXT, "sentence": TEXT, "source": TEXT, "effect": {"enum": ["refuse", "flag"]}})
OR_NULL = {"type": ["string", "null"]}
SURE = {"enum": ["confirmed", "partly-confirmed", "unconfirmed", "by-design"]}
PACK_OF_RULE = shape({"pack": TEXT, "says": OR_NULL, "source": TEXT, "confidence": SURE})
RULE_IN_FULL = shape(
    {
        **RULE["properties"], "effect": {"enum": ["refuse", "flag", "clock", "enquiry"]}, "confidence": SURE, "pack": OR_NULL,
        "packs": {"type": "array", "items": PACK_OF_RULE}, "file": TEXT, "line": {"type": "integer"},
    }
)  # fmt: skip
SCHEMAS = {
    "Problem": PROBLEM, "Receipt": RECEIPT, "Entry": TOLD_ENTRY, "BatchItem": ITEM, "Rule": RULE, "RuleInFull": RULE_IN_FULL,
}  # fmt: skip


def json_content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


ENTRIES = json_content(shape({"entries": many(ref("Entry")), "looked_up_to": WHOLE}, {"next": TEXT}))
ENTRY = json_content(ref("Entry"))
PROOF = {"text/plain; charset=utf-8": {"schema": TEXT}}
NDJSON = {"application/x-ndjson": {"schema": TEXT}}
SSE = {"text/event-stream": {"schema": TEXT}}
CSV = {"text/csv": {"schema": TEXT}}


def responses(*statuses: int, ok: Schema | None = None, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: what it answers when all is well, and its problems; 503 belongs to all that ask the database."""
    found: dict[int | str, dict[str, Any]] = {status: {"description": "As asked", "content": ok or {}}}
    for failing in (*statuses, 503):
        titles = dict.fromkeys(kind.title for kind in KINDS.values() if kind.status == failing)
        found[failing] = {"description": "; or ".join(titles), "content": {PROBLEM_JSON: {"schema": ref("Problem")}}}
    return found


@cache
def _event_schemas() -> tuple[dict[str, str], Schema]:
    """The component name of every event type, and all components."""
    models = {kind.type: posted_model(kind) for kind in REGISTER.values()}
    named, definitions = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template=REF + "{model}"
    )
    names = {type_: named[model, "validation"]["$ref"].removeprefix(REF) for type_, model in models.items()}
    return names, definitions["$defs"]


def _post_events(names: dict[str, str]) -> Schema:
    event = {
        "oneOf": [ref(name) for name in names.values()],
        "discriminator": {"propertyName": "type", "mapping": {type_: REF + name for type_, name in names.items()}},
    }
    batch = {"type": "array", "items": ref("Event"), "minItems": 1, "maxItems": posted.MOST_ITEMS}
    answers = responses(
        409, 413, 415, 422, ok=json_content({"oneOf": [ref("Receipt"), many(ref("Receipt")), many(ref("BatchItem"))]})
    )
    answers[200]["description"] = (
        "All of it stood in the ledger already, and this is the first answer again; or ?atomic=false: a status for each item"
    )
    answers[201] = {
        "description": "Recorded, and durable: the receipt, or a batch's receipts in order",
        "headers": {"Location": {"schema": TEXT, "description": "Of a single event: /entries/{position}"}},
        "content": json_content({"oneOf": [ref("Receipt"), many(ref("Receipt"))]}),
    }
    return {
        "event": event,
        "operation": {
            "summary": "Post events",
            "tags": ["the ledger"],
            "operationId": "post_events",
            "description": "One event or a batch. A batch is all or none, unless ?atomic=false. Posting the same source and id again is safe.",
            "parameters": [{"name": "atomic", "in": "query", "schema": {"type": "boolean", "default": True}}],
            "requestBody": {
                "required": True,
                "content": {
                    posted.ONE: {"schema": ref("Event")},
                    posted.PLAIN: {"schema": {"anyOf": [ref("Event"), batch]}},
                    posted.BATCH: {"schema": batch},
                    **{lines: {"schema": TEXT} for lines in posted.LINES},
                },
            },
            "responses": {
                str(status): answer for status, answer in sorted(answers.items(), key=lambda pair: str(pair[0]))
            },
        },
    }


def _without_null(schema: Schema) -> Schema:
    """A parameter is left out, or has a value: an address cannot say null."""
    options: list[Schema] = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    match options:
        case []:
            return rest
        case [one]:
            return one | rest
        case _:
            return {"anyOf": options} | rest


def openapi(app: FastAPI) -> Schema:
    """The whole contract, OpenAPI 3.1; made when it is first asked for."""
    if app.openapi_schema is None:
        app.openapi_schema = _made(app)
    found: Schema = app.openapi_schema
    return found


def _made(app: FastAPI) -> Schema:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    names, components = _event_schemas()
    events = _post_events(names)
    document["paths"]["/events"] = {"post": events["operation"]}
    document.setdefault("components", {}).setdefault("schemas", {}).update(
        {**SCHEMAS, **components, "Event": events["event"]}
    )
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document
