"""What a mapping says of one value: text with columns in braces, as `{Due date|date?not-stated}`.

A column stands for its cell's value; filters after `|` read it, in order; `?` says that it may be empty, and what then stands for it
(nothing: then the field is left out). A template of one column alone keeps the value's kind, so that a number stays a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.spreadsheets.sheet import Cell, Value

COLUMN = re.compile(r"\{(?P<column>[^{}|?]+)(?P<filters>(?:\|[a-z][a-z0-9_-]*)*)(?P<may>\?(?P<otherwise>[^{}]*))?\}")
AN_EXAMPLE = date(2025, 12, 31)
ABSENT = object()
"""The value of a field that is left out."""
YES_NO = {"yes": True, "no": False, "true": True, "false": False}
Words = Mapping[str, Mapping[str, str]]
"""Word lists by name: what a cell says, and the code it stands for. Case and spaces around do not matter."""


@dataclass(frozen=True)
class Trouble(Exception):
    """A cell that does not give what the mapping asks of it. What it says is not repeated."""

    cell: Cell
    column: str
    message: str


@dataclass(frozen=True)
class Reading:
    """How cells are read: the ways dates are written as text, and the mapping's word lists."""

    dates: Sequence[str]
    words: Words

    def filter(self, name: str) -> Callable[[Value], Any] | None:
        """A filter by name: one of ours, or a word list."""
        if name in self.words:
            return lambda value: self._word(name, value)
        ours: dict[str, Callable[[Value], Any]] = {
            "date": self._date, "number": _number, "decimal": _decimal, "code": _code, "lines": _lines, "text": _text,
            "words": _words, "yes-no": _yes_no, "pairs": _pairs,
        }  # fmt: skip
        return ours.get(name)

    def _word(self, name: str, value: Value) -> str:
        said = " ".join(_text(value).split()).casefold()
        for word, code in self.words[name].items():
            if " ".join(word.split()).casefold() == said:
                return code
        raise ValueError(f"this is not a word of [words.{name}] in the mapping")

    def _date(self, value: Value) -> str:
        match value:
            case datetime():
                return value.date().isoformat()
            case date():
                return value.isoformat()
            case str():
                for form in self.dates:
                    try:
                        return datetime.strptime(value.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone
                    except ValueError:
                        continue
            case _:
                pass
        ways = ", ".join(AN_EXAMPLE.strftime(form) for form in self.dates)
        raise ValueError(f"this is not a date written in a way that the mapping's `dates` list: {ways}")


FILTERS = ("code", "date", "decimal", "lines", "number", "pairs", "text", "words", "yes-no")


def columns_of(template: Any) -> Iterator[str]:
    """Every column that a template names."""
    for each in _texts(template):
        yield from (found["column"].strip() for found in COLUMN.finditer(each))


def filters_of(template: Any) -> Iterator[str]:
    """Every filter that a template names."""
    for each in _texts(template):
        for found in COLUMN.finditer(each):
            yield from found["filters"].split("|")[1:]


def is_broken(template: Any) -> bool:
    """Whether a brace stands in it that begins or ends no column."""
    return any("{" in rest or "}" in rest for rest in (COLUMN.sub("", each) for each in _texts(template)))


def filled(template: str, cells: Mapping[str, Cell], reading: Reading) -> Any:
    """The value of a template in a row: ABSENT where it is to be left out. Raises Trouble."""
    whole = COLUMN.fullmatch(template)
    if whole is not None:
        return _value(whole, cells, reading)
    pieces: list[str] = []
    end = 0
    for found in COLUMN.finditer(template):
        value = _value(found, cells, reading)
        if value is ABSENT:
            return ABSENT
        pieces += [template[end : found.start()], str(value)]
        end = found.end()
    return "".join([*pieces, template[end:]])


def _value(found: re.Match[str], cells: Mapping[str, Cell], reading: Reading) -> Any:
    column = found["column"].strip()
    cell = cells[column]
    if cell.trouble:
        raise Trouble(cell, column, cell.trouble)
    if cell.is_empty:
        if found["may"] is None:
            raise Trouble(cell, column, "this is empty, and the mapping needs it")
        return found["otherwise"] or ABSENT
    names = found["filters"].split("|")[1:]
    value: Any = cell.value if names else _plain(cell.value)
    try:
        for name in names:
            reader = reading.filter(name)
            assert reader is not None, "the mapping was checked when it was read"
            value = reader(value)
    except ValueError as error:
        raise Trouble(cell, column, str(error)) from None
    return value


def _plain(value: Any) -> Any:
    """A cell's own value as JSON has it."""
    match value:
        case bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() else f"{Decimal(repr(value)):f}"
        case datetime() | date():
            return (value.date() if isinstance(value, datetime) else value).isoformat()
        case _:
            return str(value).strip()


def _text(value: Value) -> str:
    return str(_plain(value))


def _number(value: Value) -> int:
    said = _text(value).replace(",", "")
    if re.fullmatch(r"-?[0-9]{1,15}", said) is None:
        raise ValueError("this is not a whole number")
    return int(said)


def _decimal(value: Value) -> str:
    said = _text(value).replace(",", "").removeprefix("£").removesuffix("%").strip()
    try:
        number = Decimal(said)
    except InvalidOperation:
        raise ValueError("this is not a number") from None
    if not number.is_finite():
        raise ValueError("this is not a number")
    return f"{number:f}"


def _code(value: Value) -> str:
    """Letters, digits and hyphens, in capitals: `Act 2019/014` is `ACT-2019-014`."""
    found = re.sub(r"[^A-Z0-9]+", "-", _text(value).upper()).strip("-")
    if not found:
        raise ValueError("this has no letter or digit to make a code of")
    return found


def _lines(value: Value) -> list[str]:
    """A list: what stands on lines of its own, or between semicolons."""
    return [piece.strip() for piece in re.split(r"[;\n]", _text(value)) if piece.strip()]


def _words(value: Value) -> str:
    """Text as it stands, with the spaces around it."""
    return value if isinstance(value, str) else _text(value)


def _yes_no(value: Value) -> bool:
    said = _text(value).casefold()
    if said not in YES_NO:
        raise ValueError("this is neither yes nor no")
    return YES_NO[said]


def _pairs(value: Value) -> dict[str, str]:
    """`name=value`, one on each line."""
    found = [line.partition("=") for line in _lines(value)]
    if any(not (equals and name.strip() and each.strip()) for name, equals, each in found):
        raise ValueError("this is not name=value on each line")
    names = [name.strip() for name, _, _ in found]
    if len(set(names)) < len(names):
        raise ValueError("this names something twice")
    return {name.strip(): each.strip() for name, _, each in found}


def _texts(template: Any) -> Iterator[str]:
    match template:
        case str():
            yield template
        case list():
            for each in template:
                yield from _texts(each)
        case dict():
            for each in template.values():
                yield from _texts(each)
        case _:
            pass
