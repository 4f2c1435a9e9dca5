"""The kinds of field an event may have: references, sealed words, days, codes, exact numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError

from ledger.domain.children import CHILD_PATTERN, is_child_reference
from ledger.domain.labels import label_of

PATTERNS: dict[str, str] = {}
"""What each pattern of a field means, in words: whoever posts something else is told these, never the pattern."""


def written_as(pattern: str, words: str, *, min_length: int | None = None, max_length: int | None = None) -> Any:
    """The constraint of a text field: a pattern, and the same in words, for the schema and for whoever posts something else."""
    PATTERNS[pattern] = words
    return Field(pattern=pattern, min_length=min_length, max_length=max_length, description=words)


REFERENCE_PATTERN = r"^[A-Z0-9-]{1,40}$"
MOST_WORDS = 4000
"""Characters of free text in one field: an entry records what happened; longer documents are files named by their hash."""

NOT_STATED: Literal["not-stated"] = "not-stated"
TimePrecision = Literal["instant", "day", "month", "year", "unknown"]
"""How finely `time` is known; where it is unknown, `time` is only the sender's best placing and clocks cannot tell."""

NotStated = Literal["not-stated"]
"""Stands for a fact the source leaves open; rules and clocks that need it answer 'cannot tell'."""


@dataclass(frozen=True)
class Refers:
    """Marks a field that holds the reference of a record: the ledger refuses one that was never begun, and histories follow it."""

    record: str


@dataclass(frozen=True)
class WordsMark:
    """Marks free text: it is replaced by a salted commitment in the entry and kept in the vault."""

    opening_is_logged: bool

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        note = "Free text; the entry keeps only a salted commitment to it."
        if self.opening_is_logged:
            note += " Every opening is logged."
        return {"type": "string", "minLength": 1, "maxLength": MOST_WORDS, "description": note}


class WORDS(BaseModel):
    """Words as an entry holds them: a commitment, SHA-256 over salt and text, 64 hex digits."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    sealed: str = Field(pattern=r"^[0-9a-f]{64}$")


_Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_WORDS)]
Words = Annotated[_Text | WORDS, WordsMark(opening_is_logged=False)]
LoggedWords = Annotated[_Text | WORDS, WordsMark(opening_is_logged=True)]
"""Free text marked † in the catalogue: every opening is logged."""


class Part(BaseModel):
    """A part of an event's data that has fields of its own: a seat, an observation."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", field_title_generator=label_of)


Reference = Annotated[
    str, written_as(REFERENCE_PATTERN, "a reference: capital letters, digits and hyphens, at most 40 of them")
]
AgencyCode = Annotated[Reference, Refers("agency")]
GroupCode = Annotated[Reference, Refers("group")]
IncidentReference = Annotated[Reference, Refers("incident")]
RapidReviewReference = Annotated[Reference, Refers("rapid-review")]
ReviewReference = Annotated[Reference, Refers("review")]
AuditReference = Annotated[Reference, Refers("audit")]
ActionReference = Annotated[Reference, Refers("action")]
EscalationReference = Annotated[Reference, Refers("escalation")]
MeetingReference = Annotated[Reference, Refers("meeting")]
ScrutinyReference = Annotated[Reference, Refers("scrutiny")]
InspectionReference = Annotated[Reference, Refers("inspection")]
PriorityReference = Annotated[Reference, Refers("priority")]
RiskReference = Annotated[Reference, Refers("risk")]

Code = Annotated[
    str,
    written_as(
        r"^[a-z0-9]+(-[a-z0-9]+)*$", "a code: small letters and digits, hyphens between them, at most 60", max_length=60
    ),
]
"""A code of a vocabulary the sender keeps: lower case, digits, hyphens."""

Title = Annotated[
    str, written_as(r"^[^\x00-\x1f<>]{1,120}$", "one line of at most 120 characters, without angle brackets")
]
"""A short public name (of an agency, a group, a course), never of a person; it stands in clear."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Number = Annotated[int, Field(ge=1, le=9999)]
"""A number in a list: recommendation 3, stage 2."""


@dataclass(frozen=True)
class Money:
    """Marks an amount of money: posted in pence, asked of people in pounds."""


Pence = Annotated[int, Field(ge=0, le=10**13, description="an amount of money, in pence"), Money()]
"""Money, in pence; never a float."""
Sha256 = Annotated[str, written_as(r"^[0-9a-f]{64}$", "a SHA-256: 64 hexadecimal digits in small letters")]
PackReference = Annotated[
    str,
    written_as(r"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,3}$", "a pack at a version, such as wt18@1", max_length=65),
]
"""A pack at a version, as entries and clocks cite it: `wt18@1`."""
SignedNote = Annotated[
    str,
    written_as(
        r"^[^\x00-\x09\x0b-\x1f\x7f]+\n$", "a signed note: lines of text, the last of them ended", max_length=8000
    ),
]
"""A C2SP signed note, such as a checkpoint: what it says is its signers' word."""


def _consecutive(year: str) -> str:
    if (int(year[2:4]) + 1) % 100 != int(year[5:7]):
        raise PydanticCustomError("year", "this should be a reporting year, such as 2019-20")
    return year


Year = Annotated[
    str,
    written_as(r"^(19|20)[0-9]{2}-[0-9]{2}$", "a reporting year, such as 2019-20"),
    AfterValidator(_consecutive),
]
"""A reporting year, 1 April to 31 March: `2019-20` (GEN-PERIOD)."""

ReportPeriod = Annotated[
    str,
    written_as(r"^(19|20)[0-9]{2}-[0-9]{2}(-Q[1-4])?$", "a reporting year or a quarter of one, such as 2019-20-Q3"),
    AfterValidator(_consecutive),
]
"""A reporting year, or a quarter of it: `2019-20-Q1` is April to June 2019."""


_DECIMAL = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,6})?")


def _decimal_text(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("decimal_text", 'this should be a decimal number in a string, such as "12.5"')


Exact = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=20, decimal_places=6),
    BeforeValidator(_decimal_text, json_schema_input_type=str),
]
"""A decimal number, posted as a string so that it keeps its exact digits."""


def day_text(pattern: str, code: str, span: str) -> BeforeValidator:
    """Reads a day of certain years, as YYYY-MM-DD; pydantic alone would read "1554076800" as one."""
    form = re.compile(pattern)

    def read(value: object) -> object:
        if isinstance(value, str) and form.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        elif isinstance(value, date):
            return value
        raise PydanticCustomError(code, f"this should be a day that exists, as YYYY-MM-DD, from {span}")

    return BeforeValidator(read)


Day = Annotated[
    date,
    day_text("(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", "day", "1900 to 2099"),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
]
"""A day in Europe/London, posted as YYYY-MM-DD."""

FarDay = Annotated[
    date,
    day_text("(20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", "far_day", "2000 to 2199"),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
]
"""A day that may lie a lifetime ahead, posted as YYYY-MM-DD."""

DayOrNotStated = Day | NotStated

_TIME = re.compile(
    r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _instant(value: object) -> object:
    """pydantic alone would read "1554076800", and years that have no day in London."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    elif isinstance(value, datetime):
        return value
    raise PydanticCustomError(
        "instant", "this should be an RFC 3339 timestamp such as 2019-12-02T00:00:00Z, from 1900 to 2099"
    )


Instant = Annotated[AwareDatetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A point in time with its offset from UTC, posted as RFC 3339."""


def known_day(value: date | str | None) -> date | None:
    """The day, or None where it is absent or not stated."""
    return value if isinstance(value, date) else None


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""In English, whatever the machine's language."""


def spoken(day: date | str | None) -> str:
    """A day as people say it, `2 December 2019`; "a day not stated" where nobody gives it."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if isinstance(day, date) else "a day not stated"


def worded(code: str) -> str:
    """A code as words."""
    return code.replace("-", " ")


def _child_checked(value: str) -> str:
    if not is_child_reference(value):
        raise PydanticCustomError("child_reference", "this should be a child's reference made by this ledger")
    return value


ChildReference = Annotated[
    str, written_as(CHILD_PATTERN, "a child's reference made by this ledger"), AfterValidator(_child_checked)
]
"""An opaque reference from `POST /children`; its check character keeps out what was typed in its place."""

YesNo = bool | NotStated
