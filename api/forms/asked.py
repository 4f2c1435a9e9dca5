"""What a form asks of an event type, worked out from its class: every field becomes a question, whatever type it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ledger.domain.children import CHILD_PATTERN
from ledger.domain.fields import (
    NOT_STATED,
    PATTERNS,
    REFERENCE_PATTERN,
    WORDS,
    Code,
    Money,
    Refers,
    WordsMark,
)
from ledger.domain.labels import about, hints_of, text_of, title_of

LONG = 500
"""Characters from which on a line of text gets room for several."""


@dataclass(frozen=True)
class Line:
    """One line of text. `pattern`: what it must look like. `is_long`: it may be of several lines."""

    pattern: str | None = None
    most: int | None = None
    is_long: bool = False


@dataclass(frozen=True)
class Prose:
    """Free text, which the entry keeps only a commitment to. `logged`: marked †, so that every opening is logged."""

    logged: bool


@dataclass(frozen=True)
class Whole:
    """A whole number."""


@dataclass(frozen=True)
class Pounds:
    """An amount of money, asked in pounds."""


@dataclass(frozen=True)
class Exactly:
    """A decimal number that keeps its digits."""


@dataclass(frozen=True)
class ADay:
    """A day."""


@dataclass(frozen=True)
class Moment:
    """A point in time: a day and a time of day in London."""


@dataclass(frozen=True)
class When:
    """When something happened, as finely as it is known: a time of day, a day, a month or a year; or a best guess."""


@dataclass(frozen=True)
class Option:
    """One answer of a fixed list: its code on the form, what it is called, and the value it stands for."""

    code: str
    text: str
    value: Any


@dataclass(frozen=True)
class Choice:
    """One of a few."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Several:
    """Any of a few. `least`: how many there must be."""

    options: tuple[Option, ...]
    least: int = 0


@dataclass(frozen=True)
class Cited:
    """The reference of a record of a kind."""

    record: str


@dataclass(frozen=True)
class Child:
    """A child's reference."""


@dataclass(frozen=True)
class Part:
    """Fields that belong together."""

    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Branch:
    """One of the things that may stand in a place. `fixed`: what its fields say of themselves, unasked."""

    code: str
    text: str
    part: Part
    fixed: Mapping[str, str]


@dataclass(frozen=True)
class Either:
    """One of several kinds of part."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Many:
    """A list of what `item` asks. `least`: how many there must be."""

    item: Asked
    least: int


@dataclass(frozen=True)
class Pairs:
    """Names with a value each. `least`: how many there must be."""

    key: Asked
    value: Asked
    least: int


@dataclass(frozen=True)
class Changes:
    """New values for fields of another entry, which has to be known first."""


Answer = (
    Line | Prose | Whole | Pounds | Exactly | ADay | Moment | When | Choice | Several | Cited | Child | Part | Either | Many | Pairs | Changes
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One question: the field's name, what it is called, a hint, whether it must be answered, and how.

    `not_stated`: that the source leaves it open is an answer too.
    """

    name: str
    label: str
    hint: str
    needed: bool
    answer: Answer
    not_stated: bool = False

    @property
    def may_be_none(self) -> bool:
        """Whether that there are none is an answer, which has to be given."""
        return self.needed and isinstance(self.answer, Many | Several | Pairs) and self.answer.least == 0


@cache
def questions(model: type[BaseModel]) -> tuple[Asked, ...]:
    """What is asked for the fields of an event or a part, in their order; where it is taken from comes last."""
    named = sorted(model.model_fields.items(), key=lambda field: field[0] == "citation")
    return tuple(_asked(model, name, field) for name, field in named)


def changes_to(model: type[BaseModel]) -> tuple[Asked, ...]:
    """What is asked to correct an event of a class: each of its fields, none needed, and when it happened."""
    time = Asked("time", "When it happened, as the entry has it", "", False, Moment())
    return (*(replace(asked, needed=False) for asked in questions(model)), time)


def _asked(model: type[BaseModel], name: str, field: FieldInfo) -> Asked:
    answer, not_stated = _answer(field.annotation, field.metadata)
    needed = field.is_required() or _least(field.metadata) > 0
    return Asked(name, title_of(model, name), hints_of(model).get(name, ""), needed, answer, not_stated)


def _answer(annotation: Any, marks: list[Any]) -> tuple[Answer, bool]:
    """How a field is answered, and whether it may be not stated. Raises TypeError for a kind of field no form knows."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _answer(inner, [*_flat(more), *marks])
    if (words := next((mark for mark in marks if isinstance(mark, WordsMark)), None)) is not None:
        return Prose(words.opening_is_logged), False
    members = [each for each in _members(annotation) if each is not type(None)]
    if len(members) == 1:
        return _of_one(members[0], marks)
    if all(get_origin(each) is Literal or each is bool for each in members):
        return Choice(tuple(option for each in members for option in _options(each))), False
    others = [each for each in members if each != Literal[NOT_STATED]]
    if len(others) == 1:
        return _answer(others[0], marks)[0], True
    if not all(_is_part(each) for each in others):
        raise TypeError(f"no form asks for {annotation}")
    return Either(tuple(map(_branch, others))), len(others) < len(members)


def _members(annotation: Any) -> Iterator[Any]:
    """The members of a union, of a union within it too, or the type itself."""
    if get_origin(annotation) in (Union, UnionType):
        for each in get_args(annotation):
            yield from _members(each)
    else:
        yield annotation


def _of_one(annotation: Any, marks: list[Any]) -> tuple[Answer, bool]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    match annotation:
        case _ if origin is Annotated:
            return _answer(annotation, marks)
        case _ if origin is Literal or annotation is bool:
            return Choice(_options(annotation)), False
        case _ if origin is list:
            return _list(arguments[0], _least(marks)), False
        case _ if origin is dict and arguments[1] is Any:
            return Changes(), False
        case _ if origin is dict:
            key, value = (_answer(each, [])[0] for each in arguments)
            asked = Asked("key", "Name", "", True, key), Asked("value", "Value", "", True, value)
            return Pairs(*asked, _least(marks)), False
        case _ if _is_part(annotation):
            return Part(questions(annotation)), False
        case _:
            return _simple(annotation, marks), False


def _list(item: Any, least: int) -> Answer:
    answer, not_stated = _answer(item, [])
    if isinstance(answer, Choice):
        return Several(answer.options, least)
    return Many(Asked("", "", "", True, answer, not_stated), least)


def _simple(annotation: type, marks: list[Any]) -> Answer:
    pattern = next((found for mark in marks if (found := getattr(mark, "pattern", None))), None)
    most = next((found for mark in marks if (found := getattr(mark, "max_length", None))), None)
    cited = next((mark.record for mark in marks if isinstance(mark, Refers)), None)
    match annotation:
        case _ if cited is not None:
            return Cited(cited)
        case _ if annotation is str and pattern == CHILD_PATTERN:
            return Child()
        case _ if annotation is str:
            return Line(pattern, most, is_long=pattern is not None and re.search(pattern, "a\nb\n") is not None)
        case _ if annotation is int:
            return Pounds() if any(isinstance(mark, Money) for mark in marks) else Whole()
        case _ if annotation is Decimal:
            return Exactly()
        case _ if annotation is date:
            return ADay()
        case _ if annotation is datetime:
            return Moment()
        case _:
            raise TypeError(f"no form asks for {annotation}")


def _options(annotation: Any) -> tuple[Option, ...]:
    if annotation is bool:
        return Option("yes", "Yes", True), Option("no", "No", False)
    return tuple(Option(str(value), text_of(str(value)), value) for value in get_args(annotation))


def _branch(model: type[BaseModel]) -> Branch:
    """A part as one of several: known by what it alone says of its kind, or by its name."""
    kinds = [options.options for asked in questions(model) if isinstance(options := asked.answer, Choice)]
    fixed = {
        asked.name: asked.answer.options[0].value
        for asked in questions(model)
        if asked.needed and isinstance(asked.answer, Choice) and len(asked.answer.options) == 1
    }
    asked = tuple(each for each in questions(model) if each.name not in fixed)
    told = model.model_fields.get("kind")
    text = _spoken_list([option.text for option in kinds[0]]) if told is not None and kinds else about(model)
    code = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", model.__name__).lower()
    return Branch(code, text, Part(asked), fixed)


def _spoken_list(texts: list[str]) -> str:
    first, *rest = texts
    lower = [text if text[:2].isupper() else text[:1].lower() + text[1:] for text in rest]
    return first if not lower else f"{', '.join([first, *lower[:-1]])} or {lower[-1]}"


def _is_part(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not WORDS


def _flat(marks: list[Any]) -> Iterator[Any]:
    """Marks and constraints; those that pydantic's Field holds, taken out of it."""
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        else:
            yield mark


def _least(marks: list[Any]) -> int:
    return next((least for mark in _flat(marks) if (least := getattr(mark, "min_length", None)) is not None), 0)


CODE_PATTERN = next(mark.pattern for mark in _flat(list(get_args(Code)[1:])) if getattr(mark, "pattern", None))
TIDIED = {CODE_PATTERN: lambda typed: typed.lower().replace(" ", "-"), REFERENCE_PATTERN: str.upper}
"""What is done for whoever types a code or a reference as words: `Team manager` is team-manager, `inc-2024-001` INC-2024-001."""


def form_of(answer: Line) -> str:
    """What a line of text must look like, in words; "" where anything goes."""
    return PATTERNS.get(answer.pattern or "", "")
