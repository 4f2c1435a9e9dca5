"""GET /docs and /openapi.json: the contract for machines, and the same in one page for people, without a script or a foreign address."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.access import needs
from api.answers import accepts, json_answer
from api.asking import Nothing
from api.catalogue import schema_of, told_type
from api.contract import OPEN, TEXT, json_content, openapi, responses
from api.problems import KINDS
from ledger.domain.register import RECORDS, REGISTER, RULES, EventType
from ledger.domain.standing import STANDING_RULES
from ledger.receipts import told_rule

router = APIRouter(tags=["running it"], dependencies=[needs(None)])
PAGES = Path(__file__).parent / "pages"


@router.get("/", include_in_schema=False)
async def front_page(request: Request) -> Response:
    """Whoever opens the address of the service in a browser finds its pages, a program its documentation."""
    return RedirectResponse("/docs" if accepts(request, "text/html") is None else "/pages", 303)


@router.get("/openapi.json", summary="This contract", responses=responses(422, ok=json_content(OPEN)))
async def openapi_json(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The contract of this service, OpenAPI 3.1."""
    return json_answer(openapi(request.app))


@router.get("/docs", summary="Documentation", responses=responses(422, ok={"text/html": {"schema": TEXT}}))
def docs(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Every address, event type, rule and problem, in one page."""
    style = _style()
    page = _template().render(
        style=style,
        front_door=request.app.state.front_door,
        about=request.app.description,
        addresses=list(_addresses(openapi(request.app))),
        records=[(record, list(map(_told_type, _types_of(name)))) for name, record in RECORDS.items()],
        standing=[told_rule(rule) for rule in STANDING_RULES],
        rules=[told_rule(rule) for found in RULES.values() for rule in found],
        problems=list(KINDS.values()),
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return Response(page, 200, {"content-security-policy": policy}, "text/html")


@cache
def _style() -> str:
    return (PAGES / "guide.css").read_text(encoding="utf-8").strip()


@cache
def _template() -> Any:
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.filters["spoken"] = _spoken
    return pages.get_template("guide.html")


def _addresses(contract: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation.get("description", ""),
                "parameters": [_parameter(parameter) for parameter in operation.get("parameters", [])],
            }


def _parameter(parameter: dict[str, Any]) -> tuple[str, str]:
    described = parameter.get("description") or parameter["schema"].get("description")
    return f"{parameter['name']} ({parameter['in']})", described or f"{_holds({}, parameter['schema'])}."


def _spoken(text: str) -> Markup:
    """Text for a page: what stands between backticks is code, and nothing else is markup."""
    parts = text.split("`")
    told = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup("").join(told)


def _types_of(record: str) -> list[EventType]:
    return [kind for kind in REGISTER.values() if kind.record.name == record]


def _told_type(kind: EventType) -> dict[str, Any]:
    data = schema_of(kind.type)
    fields = _fields(data, data["properties"]["data"])
    return {**told_type(kind), "fields": fields, "rules": [rule.id for rule in kind.event.rules]}


def _fields(schema: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an event's data, each with whether it must be there and what may stand in it."""
    found = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    required = found.get("required", [])
    return [
        {"name": name, "required": name in required, "holds": _holds(schema, field)}
        for name, field in found.get("properties", {}).items()
    ]


def _holds(schema: dict[str, Any], field: dict[str, Any]) -> str:
    """A field's schema in words."""
    match field:
        case {"$ref": str(name)}:
            return _holds(schema, schema["$defs"][name.rpartition("/")[2]])
        case {"anyOf": options} | {"oneOf": options}:
            return " or ".join(
                dict.fromkeys(_holds(schema, option) for option in options if option != {"type": "null"})
            )
        case {"const": value}:
            return str(value)
        case {"enum": values}:
            return ", ".join(map(str, values))
        case {"type": "array", "items": items}:
            return f"a list of: {_holds(schema, items)}"
        case {"type": "array"}:
            return "a list"
        case {"type": "object", "properties": properties}:
            return f"an object with {', '.join(properties)}"
        case {"description": str(words)}:
            return words
        case {"format": "date"}:
            return "a day, YYYY-MM-DD"
        case {"type": str(kind)}:
            return {
                "string": "text",
                "integer": "a whole number",
                "boolean": "true or false",
                "object": "an object",
            }.get(kind, kind)
        case _:
            return "any value"
