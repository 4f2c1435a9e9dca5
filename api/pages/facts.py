"""The facts of an entry as rows of words: each field with its value, where it stands, and what of it is sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.pages.words import code, day
from ledger.domain.fields import worded
from ledger.domain.labels import capital
from ledger.domain.register import RECORDS

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SEALED = "sealed"


@dataclass(frozen=True)
class Fact:
    """One field: what it is called, what it says, where its value leads, and where it stands in the data, if it holds sealed words."""

    name: str
    value: str = ""
    href: str = ""
    sealed_at: str = ""


def facts(data: Any, name: str = "", pointer: str = "") -> Iterator[Fact]:
    """Every value of an event's data, in its order."""
    match data:
        case {"sealed": str()} if len(data) == 1:
            yield Fact(name, sealed_at=pointer)
        case dict():
            for key, value in data.items():
                yield from facts(value, f"{name}: {_field(key)}" if name else capital(_field(key)), f"{pointer}/{key}")
        case list() if all(isinstance(each, str | int) for each in data):
            yield Fact(name, ", ".join(map(_said, data)) or "None")
        case list():
            for n, value in enumerate(data, 1):
                yield from facts(value, f"{name} {n}", f"{pointer}/{n - 1}")
        case _:
            yield Fact(name, _said(data), _leads_to(pointer, data))


def field_at(pointer: str) -> str:
    """What a field is called, by where it stands."""
    return capital(": ".join(_field(step) for step in pointer.split("/")[1:] if not step.isdecimal()))


def of_record(name: str) -> str:
    """Where a record's page is: of `action/ACT-1`."""
    return f"/pages/records/{name}"


def _leads_to(pointer: str, value: Any) -> str:
    """The page of a record that a field cites by its reference."""
    field = pointer.rpartition("/")[2].replace("_", "-")
    return of_record(f"{field}/{value}") if field in RECORDS and isinstance(value, str) else ""


def _said(value: Any) -> str:
    match value:
        case None:
            return "Nothing"
        case bool():
            return "Yes" if value else "No"
        case str() if _DAY.fullmatch(value):
            return day(value)
        case str() if _CODE.fullmatch(value):
            return code(value)
        case _:
            return str(value)


def _field(name: str) -> str:
    return worded(name.replace("_", "-"))
