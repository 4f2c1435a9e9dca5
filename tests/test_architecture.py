"""House rules that a program can check: what every event, rule and module must have."""

from __future__ import annotations

import ast
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import ledger.domain  # noqa: F401 - fills the register
from api.access import need_of, routes_of
from api.app import create_app
from ledger.domain.adoption import PACK_CLASSES
from ledger.domain.clocks import CLOCKS
from ledger.domain.fields import Day, FarDay
from ledger.domain.general import AMENDING
from ledger.domain.register import RECORDS, REGISTER, RULES, Event
from ledger.enquiries import ENQUIRIES
from ledger.entry import posted_model, words_of_record
from ledger.reference import reference
from ledger.regimes import load_shelf
from ledger.rulebook import rule_book
from ledger.wiring import open_parts

HERE = Path(__file__).parent
SOURCES = sorted(p for room in ("ledger", "api") for p in (HERE.parent / room).rglob("*.py"))
DAY_CHECKS = {get_args(Day)[1], get_args(FarDay)[1]}


def models_within(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> set[type[BaseModel]]:
    seen = set() if seen is None else seen
    if model in seen:
        return seen
    seen.add(model)
    pending = [info.annotation for info in model.model_fields.values()]
    while pending:
        annotation = pending.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            models_within(annotation, seen)
        pending.extend(get_args(annotation))
    return seen


def bare_dates(annotation: object, metadata: tuple[object, ...]) -> bool:
    """Whether a day may enter unchecked: pydantic alone reads "1554076800" as one."""
    if annotation in (date, datetime):
        return DAY_CHECKS.isdisjoint(metadata)
    arguments = get_args(annotation)
    if arguments and hasattr(annotation, "__metadata__"):
        return bare_dates(arguments[0], metadata + annotation.__metadata__)
    return any(bare_dates(argument, ()) for argument in arguments)


EVENTS = sorted({kind.event for kind in REGISTER.values()}, key=lambda event: event.__name__)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_says_what_it_is_and_how_it_is_told(event):
    assert (event.__doc__ or "").strip(), "an event's docstring says what happened"
    assert event.sentence is not Event.sentence, "an event tells itself in a sentence"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_no_day_enters_unchecked(event):
    for model in models_within(event):
        for name, info in model.model_fields.items():
            assert not bare_dates(info.annotation, tuple(info.metadata)), f"{model.__name__}.{name}: use fields.Day"


def test_every_record_has_a_fold_and_a_way_to_begin():
    for record in RECORDS.values():
        assert record.evolve.__name__ != "_no_fold", record
        assert any(kind.begins for kind in REGISTER.values() if kind.record is record), record


def test_a_field_of_a_record_is_free_text_in_all_its_events_or_in_none():
    """A correction's new words are found by field name, before it is known which event it corrects."""
    for record in RECORDS.values():
        sealed = words_of_record(record.name)
        for kind in REGISTER.values():
            if kind.record is record and kind.event not in AMENDING:
                plain = {(name,) for name in kind.event.model_fields} - {path for path, _ in kind.words}
                assert not plain & sealed, f"{kind.type}: {plain & sealed}"


def test_every_type_has_a_public_schema():
    for kind in REGISTER.values():
        schema = posted_model(kind).model_json_schema()
        assert schema["additionalProperties"] is False


def test_every_rule_is_seen_to_fire_in_a_test():
    told = "\n".join(path.read_text() for path in HERE.rglob("test_*.py"))
    missing = [id_ for id_ in RULES if f'"{id_}"' not in told and f"'{id_}'" not in told]
    assert missing == []


BOOK = rule_book(load_shelf())


@pytest.mark.parametrize("row", BOOK, ids=lambda row: f"{row['id']} {row['name']}")
def test_every_rule_says_whose_it_is_how_sure_that_is_and_where_it_stands(row):
    told = ("id", "name", "sentence", "effect", "source", "confidence", "file", "line")
    assert [name for name in told if not row[name]] == []
    assert row["effect"] == "enquiry" or row["id"] in reference(), "docs/domain/reference.md has a row for every rule"
    for pack in row["packs"]:
        assert pack["source"] and pack["confidence"] in {"confirmed", "partly-confirmed", "unconfirmed"}


def test_the_rule_book_leaves_no_rule_no_clock_and_no_line_of_enquiry_out():
    assert len(BOOK) == sum(map(len, RULES.values())) + len(CLOCKS) + len(ENQUIRIES)
    assert {row["id"] for row in BOOK} == {*RULES, *(kind.rule for kind in CLOCKS.values()), *ENQUIRIES}


def test_a_rule_that_goes_by_a_pack_says_which_kind():
    doors = {kind.replace("-", "_"): kind for kind in PACK_CLASSES} | {"audit_scales": "audit-scale"}
    for rule in (rule for found in RULES.values() for rule in found):
        names: Any = rule.check
        asked = {
            doors[name] for name in names.__code__.co_names if name in doors and "packs" in names.__code__.co_names
        }
        assert asked == ({rule.pack} - {None}), rule.name
    assert {row["pack"] for row in BOOK if row["effect"] == "enquiry"} <= {None, *PACK_CLASSES}


def test_the_image_has_what_the_rule_book_reads():
    assert "COPY docs/domain/reference.md docs/domain/reference.md" in (HERE.parent / "Dockerfile").read_text()
    assert "!docs/domain/reference.md" in (HERE.parent / ".dockerignore").read_text()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(HERE.parent)))
def test_a_module_opens_with_a_sentence(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "a module opens with one sentence"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(HERE.parent)))
def test_nobody_catches_everything(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            name = ast.unparse(node.type) if node.type else "everything"
            passes_on = any(isinstance(step, ast.Raise) and step.exc is None for step in ast.walk(node))
            waived = (
                path.name == "writer.py" and name == "BaseException"
            )  # it passes the error on to every waiting sender
            assert passes_on or waived or name not in ("everything", "Exception", "BaseException"), (
                f"{path}:{node.lineno}"
            )


def test_every_route_says_what_it_needs():
    """A route that says nothing answers nobody: `api.access.needs`."""
    routes = list(routes_of(create_app(partial(open_parts, ""))))
    assert "/entries/{position}" in {route.path for route in routes}, "the walk finds what routers hold"
    assert [route.path for route in routes if need_of(route) is None] == []
