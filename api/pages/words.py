"""How values are said on a page: days as people say them, codes as words, yes and no, and nothing as a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ledger.domain.calendar import LONDON
from ledger.domain.fields import NOT_STATED, spoken
from ledger.domain.labels import text_of

_STRAIGHT = re.compile(r"[\"']")
_OPENING = re.compile(r'(^|[\s(\[])"')
OF_PROBLEMS = {
    401: ("You are not signed in", "Your session may have ended. Nothing was done with what you sent; what you saved as a draft before is kept."),
    403: ("You may not see this page", "Your role does not include it. Whoever runs the ledger for your partnership can tell you who may."),
    404: ("Page not found", "If you typed the address, check it. If you followed a link, what it leads to may not be yours to see."),
    422: ("We could not read what you asked for", "Go back and check what you entered."),
    500: ("Sorry, there is a problem with the service", "It has been written down for whoever runs the ledger. Nothing you sent was lost by asking again."),
    503: ("The ledger is catching up", "Try again in a moment."),
}  # fmt: skip
"""Status -> the title of the page that tells it, and what to do."""


def day(value: str | date | None) -> str:
    """`2 December 2019`, from a day or from text as JSON has it."""
    if value is None:
        return ""
    if value == NOT_STATED:
        return "Not stated"
    return spoken(date.fromisoformat(value) if isinstance(value, str) else value)


def instant(value: str | datetime) -> str:
    """`2 December 2019 at 14:05`, in London."""
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(LONDON)
    return f"{spoken(at.date())} at {at:%H:%M}"


def code(value: str | None) -> str:
    """A code as words with a capital: `in-progress` is `In progress`."""
    if value is None:
        return ""
    return text_of(value)


def happened(type_: str | None) -> str:
    """What an event of a type does to a record, without the record's name, which stands beside it: `action.raised` is `Raised`."""
    return code(type_.partition(".")[2]) if type_ else ""


def recorder(told: str) -> str:
    """Who recorded, as an entry has it: `business-unit@BU` is `Business unit, BU`."""
    role, _, agency = told.partition("@")
    return f"{code(role)}, {agency}" if agency else told


def codes(values: Iterable[str]) -> str:
    """Several as one phrase: `Neglect, information sharing with GPs`."""
    return phrases(*map(text_of, values))


def phrases(*parts: str) -> str:
    """Several as one: `Published, due 10 November 2024, met 3 February 2025`. Names and abbreviations keep their capitals."""
    first, *more = [part for part in parts if part] or [""]
    return ", ".join(
        [first, *(part[:1].lower() + part[1:] if part.partition(" ")[0][1:].islower() else part for part in more)]
    )


def said(value: Any) -> str:
    """Any plain value of an answer, in words."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(said, value))
        case _:
            return str(value)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 action`, `1,204 actions`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, most: int) -> str:
    """Text on one line, cut after a whole word where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def curly(text: str) -> str:
    """Prose with the quotation marks of print; what is shown as it was recorded, byte for byte, does not pass here."""
    return _OPENING.sub("\\1“", text).replace('"', "”").replace("'", "’") if _STRAIGHT.search(text) else text


def curled(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same of a list that a component shows."""
    return [{**item, "text": curly(item["text"])} for item in items]


FILTERS = {
    "day": day,
    "instant": instant,
    "code": code,
    "said": said,
    "counted": counted,
    "curly": curly,
    "curled": curled,
}
