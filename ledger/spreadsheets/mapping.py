"""A mapping: which cells of a spreadsheet become which events. A TOML file that a person writes once for each kind of sheet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ledger.domain.claim import BUSINESS_UNIT
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.spreadsheets.sheet import Row
from ledger.spreadsheets.template import FILTERS, columns_of, filters_of, is_broken

EACH, ITEM = "each", "item"
ROWS = "rows"
"""The only name in a value that is a list with an item from each row of an event: `{ rows = { seat = "{Seat}" } }`."""
THIS, CODE = "{*", "{@}"
"""In the item of a value made of several columns: the column's cell, and what the mapping calls the column."""
Conditions = dict[str, Annotated[list[str], Field(min_length=1)]]
"""Columns with the words that a cell may say, whatever their case; `""` is an empty cell, `*` anything that is not."""


SHIPPED = Path(__file__).parent / "shipped"


class MappingUnreadable(ValueError):
    """The mapping's file cannot be used; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Making(_Part):
    """One event that a row may give. `only` and `unless` say of which rows; all columns they name have to agree.

    `precision` says how finely the day is known.
    """

    type: str
    subject: str
    on: str
    precision: str = "day"
    source: str = BUSINESS_UNIT
    only: Conditions = {}
    unless: Conditions = {}
    data: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_a_type(self) -> Self:
        if TYPE_PREFIX + self.type not in REGISTER:
            raise ValueError(f"type: the ledger knows no {self.type}")
        return self

    def is_of(self, row: Row) -> bool:
        return holds(self.only, row) and not (self.unless and holds(self.unless, row))

    @property
    def templates(self) -> list[Any]:
        """Every template, those of several columns written out."""
        return [self.subject, self.on, self.precision, self.source, *(written_out(each) for each in self.data.values())]

    @property
    def told_once(self) -> list[Any]:
        """The templates that every row of an event fills alike, or leaves empty after the first."""
        own = (each for each in self.data.values() if item_of_rows(each) is None)
        return [self.subject, self.on, self.precision, self.source, *map(written_out, own)]


class SheetMapping(_Part):
    """The whole file. `head`: the row that names the columns. `ignored`: columns that nothing is made of. `skip`: rows that give nothing.

    `together`: rows that say the same in these columns make one event. `refuse`: columns that say what a row lacks; one that says anything is
    refused. `whole`: the column that names the record; of a record of which something is refused nothing is recorded. `leaves_out` tells
    people what such a sheet never holds. `record`: the kind of record whose sheets of this sort a ledger gives out itself.
    """

    title: str
    record: str | None = None
    together: list[str] = []
    refuse: list[str] = []
    whole: str | None = None
    leaves_out: str = ""
    sheet: str | None = None
    head: Annotated[int, Field(ge=1, le=1000)] = 1
    dates: list[str] = ["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"]
    ignored: list[str] = []
    skip: Conditions = {}
    words: dict[str, dict[str, str]] = {}
    event: Annotated[list[Making], Field(min_length=1)]

    @model_validator(mode="after")
    def _templates_can_be_read(self) -> Self:
        if own := sorted(set(FILTERS) & set(self.words)):
            raise ValueError(f"words: {own[0]} is the name of a filter")
        for n, making in enumerate(self.event, 1):
            if any(item_of_rows(each) for each in making.data.values()) and not self.together:
                raise ValueError(
                    f"event {n} ({making.type}): `rows` needs `together`, which says what rows belong together"
                )
            for template in making.templates:
                if is_broken(template):
                    raise ValueError(f"event {n} ({making.type}): a brace begins or ends no column")
                for name in filters_of(template):
                    if name not in FILTERS and name not in self.words:
                        raise ValueError(f"event {n} ({making.type}): there is no filter and no [words.{name}]")
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the mapping makes something of, or asks about."""
        named = {*self.skip, *self.together, *self.refuse, *([self.whole] if self.whole else [])}
        for making in self.event:
            named |= {*making.only, *making.unless, *columns_of(making.templates)}
        return frozenset(named)


@dataclass(frozen=True)
class Amiss:
    """What of a sheet's head does not fit a mapping."""

    missing: tuple[str, ...]
    unmentioned: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unmentioned)


def shipped() -> Mapping[str, Path]:
    """The mappings for what a ledger gives out itself, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def read_mapping(path: Path) -> SheetMapping:
    """Raises MappingUnreadable, OSError."""
    try:
        return SheetMapping.model_validate(tomllib.loads(path.read_bytes().decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingUnreadable(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'mapping'}: {each['msg']}" for each in faults)
        raise MappingUnreadable(f"{path}: {told}") from error


def amiss(mapping: SheetMapping, columns: tuple[str, ...]) -> Amiss:
    """Columns that the mapping needs and the sheet has not, and those the sheet has and the mapping says nothing of."""
    missing = sorted((mapping.columns | set(mapping.ignored)) - set(columns))
    return Amiss(tuple(missing), tuple(name for name in columns if name not in mapping.columns | set(mapping.ignored)))


def holds(conditions: Mapping[str, list[str]], row: Row) -> bool:
    """Whether every column says one of its words."""
    return all(_says(row, column, words) for column, words in conditions.items())


def written_out(value: Any) -> Any:
    """A value with each `{ each = …, item = … }` written as the list it stands for."""
    match value:
        case {"each": dict() as columns, "item": item} if len(value) == len((EACH, ITEM)):
            return [put(item, column, code) for column, code in columns.items()]
        case dict():
            return {name: written_out(each) for name, each in value.items()}
        case list():
            return [written_out(each) for each in value]
        case _:
            return value


def item_of_rows(value: Any) -> dict[str, Any] | None:
    """What each row of an event adds to a value that is a list; None of any other value."""
    match value:
        case {"rows": dict() as item} if len(value) == 1:
            return item
        case _:
            return None


def may_be_left_out(item: Any) -> bool:
    """Whether an item of several columns is left out where its column's cell is empty: `{*|words?}`."""
    match item:
        case str():
            return any(piece.split("}")[0].endswith("?") for piece in item.split(THIS)[1:])
        case dict():
            return any(map(may_be_left_out, item.values()))
        case _:
            return False


def put(item: Any, column: str, code: str) -> Any:
    match item:
        case str():
            return item.replace(CODE, code).replace(THIS, "{" + column)
        case dict():
            return {name: put(each, column, code) for name, each in item.items()}
        case list():
            return [put(each, column, code) for each in item]
        case _:
            return item


def _says(row: Row, column: str, words: list[str]) -> bool:
    cell = row.cells[column]
    if cell.is_empty:
        return "" in words
    said = str(cell.value).strip().casefold()
    return "*" in words or said in {word.casefold() for word in words}
