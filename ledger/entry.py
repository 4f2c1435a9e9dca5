"""An entry: a CloudEvent plus the ledger's stamp, and its one byte form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from ledger import canonical, sealing
from ledger.clock import spelled
from ledger.domain.calendar import london_day
from ledger.domain.fields import WORDS, Instant, TimePrecision, written_as
from ledger.domain.general import AMENDING, Corrected
from ledger.domain.history import Entry
from ledger.domain.register import REGISTER, TYPE_PREFIX, Event, EventType, Path
from ledger.findings import alike, placed
from ledger.log import tree

MOST_BYTES = 65_535
"""Of one entry (C2SP tlog-tiles entry bundles give 16 bits to its length); larger things are files named by their hash."""
MINT = "-"
"""The reference a first event gives when the ledger is to mint one: `action/-`."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what was posted: where (JSON pointer into the event), and what; repeats nothing that was posted."""

    pointer: str
    message: str


class Malformed(ValueError):
    """What was posted has not the shape of any event the ledger records."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{f.pointer or '(event)'}: {f.message}" for f in faults))


Identifier = Annotated[
    str,
    written_as(
        r"^[!-~]+( [!-~]+)*$",
        "an id of at most 200 letters, digits and signs of ASCII, with single spaces between words",
        min_length=1,
        max_length=200,
    ),
]
Source = Annotated[
    str,
    written_as(r"^(/agencies/[A-Z0-9-]{1,40}|/business-unit)$", "/business-unit, or /agencies/ and an agency's code"),
]


class Attributes(BaseModel):
    """The CloudEvents 1.0 attributes of every event."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    specversion: Literal["1.0"]
    id: Identifier
    source: Source
    time: Instant
    timeprecision: TimePrecision = "instant"
    datacontenttype: Literal["application/json"] = "application/json"
    retrospective: bool = False


class Stamp(BaseModel):
    """What the ledger adds."""

    recordedtime: AwareDatetime
    recordversion: int
    recordedby: str
    regime: str | None = None
    departures: str | None = None


@cache
def posted_model(kind: EventType) -> type[BaseModel]:
    """The model of one event type as a partner posts it; its JSON schema is the type's public schema."""
    name = kind.record.name
    subject = rf"^{name}/([A-Z0-9-]{{1,40}})$"
    described = f"{name}/REFERENCE, or {name}/- to have one minted"
    fields: dict[str, Any] = {
        "type": (Literal[kind.type], ...),
        "subject": (Annotated[str, written_as(subject, described)], ...),
        "expectedversion": (Annotated[int, Field(ge=0, le=canonical.GREATEST_INTEGER)] | None, None),
        "data": (kind.event, ...),
    }
    return create_model(f"Posted {kind.name}", __base__=Attributes, **fields)


@cache
def stored_model(kind: EventType) -> type[BaseModel]:
    """The model of one event type as its bytes are read back; their spelling of `time` was looked at when they were posted."""
    fields: dict[str, Any] = {
        "type": (Literal[kind.type], ...),
        "subject": (str, ...),
        "time": (AwareDatetime, ...),
        "data": (kind.event, ...),
    }
    return create_model(f"Stored {kind.name}", __base__=(Attributes, Stamp), **fields)


@cache
def reading(model: type[BaseModel]) -> Callable[[bytes], Any]:
    """Reads a model from JSON, as its `model_validate_json` without what that does besides: a sixth of the time of the usual event."""
    return TypeAdapter(model).validator.validate_json


@dataclass(frozen=True)
class Submission:
    """One event as posted: checked for shape, not yet for rules."""

    kind: EventType
    attributes: Mapping[str, Any] = field(repr=False)
    """All that was posted, as JSON values, without `expectedversion`."""
    event: Event = field(repr=False)
    id: str
    source: str
    reference: str
    time: datetime
    timeprecision: str
    retrospective: bool
    expectedversion: int | None
    content: bytes
    """SHA-256 of the canonical bytes of `attributes` without the sealed words: 32 bytes."""
    words: Mapping[sealing.Place, str] = field(repr=False)

    @property
    def record(self) -> str:
        return self.kind.record.name


def parse(value: Any, raw: bytes | None = None) -> Submission:
    """A submission from one JSON value, and the bytes it was read from if it has bytes of its own; raises Malformed naming every faulty field."""
    if not isinstance(value, dict):
        raise Malformed(Fault("", "an event is a JSON object"))
    kind = REGISTER.get(value["type"]) if isinstance(value.get("type"), str) else None
    if kind is None:
        raise Malformed(Fault(*_no_type(value)))
    raw = canonical.write(value) if raw is None else raw
    if b"null" in raw:
        _refuse_nulls(value, "", known_names(kind))
    try:
        model = reading(posted_model(kind))(raw)
    except ValidationError as error:
        raise Malformed(*faults(error, value, kind)) from None
    attributes = value if model.expectedversion is None else {k: v for k, v in value.items() if k != "expectedversion"}
    words = {place: _text(value["data"], place) for place in word_places(kind, value["data"])}
    bare = attributes | {"data": sealing.replaced(value["data"], dict.fromkeys(words, True))} if words else attributes
    return Submission(
        kind=kind,
        attributes=attributes,
        event=model.data,
        id=model.id,
        source=model.source,
        reference=model.subject.rpartition("/")[2],
        time=model.time,
        timeprecision=model.timeprecision,
        retrospective=model.retrospective,
        expectedversion=model.expectedversion,
        content=hashlib.sha256(canonical.write(bare)).digest(),
        words=words,
    )


def _text(data: Any, place: sealing.Place) -> str:
    """The words at a place. Only the ledger seals: a commitment posted in their place would stand for words nobody has."""
    found = sealing.look(data, place)
    if not isinstance(found, str):
        raise Malformed(Fault(f"/data{sealing.pointer(place)}", "this should be text"))
    return found


def word_places(kind: EventType, data: Any) -> list[sealing.Place]:
    """Where an event's data holds free text, or the commitments in its place."""
    found = [place for path, _ in kind.words for place in sealing.places(data, path)]
    if kind.event is Corrected:
        for path in words_of_record(kind.record.name):
            found += [("changes", *place) for place in sealing.places(data["changes"], path)]
    return found


@cache
def words_of_record(record: str) -> frozenset[Path]:
    """Every path to free text in any event of a record: a correction may bring new words for any of them."""
    own = (k for k in REGISTER.values() if k.record.name == record and k.event not in AMENDING)
    return frozenset(path for kind in own for path, _ in kind.words)


def _no_type(value: dict[str, Any]) -> tuple[str, str]:
    """Where and why an event's type is none of ours."""
    if "type" not in value:
        return "/type", f"this field is needed; types begin {TYPE_PREFIX} and GET /schemas lists them"
    if meant := alike(str(value["type"]), REGISTER) or alike(f"{TYPE_PREFIX}{value['type']}", REGISTER):
        return "/type", f"unknown event type; did you mean `{meant}`?"
    return "/type", f"unknown event type; types begin {TYPE_PREFIX} and GET /schemas lists them"


def faults(error: ValidationError, value: Any, kind: EventType | None = None) -> list[Fault]:
    """pydantic's findings as faults: JSON pointers that lead into what was posted, messages that repeat none of it.

    `kind`: the type of the whole event; without it the value is a part of one.
    """
    known = known_names(kind)
    return [Fault(where, message) for where, message in placed(error, value, known).items()]


@cache
def known_names(kind: EventType | None) -> frozenset[str]:
    """The names of fields that an event of a type may have; a correction those of every event of its record. None: of all events."""
    kinds = [k for k in REGISTER.values() if kind in (None, k) or _may_correct(kind, k)]
    return frozenset(name for each in kinds for name in _names(posted_model(each)))


def _may_correct(correction: EventType | None, kind: EventType) -> bool:
    return correction is not None and correction.event is Corrected and correction.record is kind.record


def _names(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            yield name
            yield from _names(info.annotation)
    else:
        for argument in get_args(annotation):
            yield from _names(argument)


def _refuse_nulls(value: Any, where: str, known: Collection[str]) -> None:
    match value:
        case None:
            raise Malformed(Fault(where, "null says nothing; leave the field out"))
        case dict():
            for name, item in value.items():
                _refuse_nulls(item, f"{where}/{name}" if name in known else where, known)
        case list():
            for number, item in enumerate(value):
                _refuse_nulls(item, f"{where}/{number}", known)
        case _:
            pass


class Stamped(NamedTuple):
    """An entry's exact bytes and the words sealed beside it."""

    body: bytes
    event: Event
    words: tuple[tuple[str, bytes, str], ...]
    """(JSON pointer, salt, text)."""
    regime: str | None
    retrospective: bool
    departures: tuple[str, ...]


def stamp(
    submission: Submission,
    *,
    reference: str,
    version: int,
    recordedtime: datetime,
    recordedby: str,
    regime: str | None,
    retrospective: bool,
    departures: tuple[str, ...],
    salt: sealing.Salts,
) -> Stamped:
    """The bytes of an entry, made once; raises Malformed where they are too many."""
    data, event = submission.attributes["data"], submission.event
    sealed: list[tuple[str, bytes, str]] = []
    if submission.words:
        changes: dict[sealing.Place, dict[str, str]] = {}
        for place, text in submission.words.items():
            grain = salt()
            changes[place] = {"sealed": sealing.commitment(grain, text)}
            sealed.append((sealing.pointer(place), grain, text))
        data = sealing.replaced(data, changes)
        event = sealing.replaced(event, {place: _as_held(event, place, seal) for place, seal in changes.items()})
    stamped = dict(submission.attributes)
    stamped |= {
        "data": data,
        "subject": f"{submission.record}/{reference}",
        "recordedtime": spelled(recordedtime),
        "recordversion": version,
        "recordedby": recordedby,
    }
    if regime is not None:
        stamped["regime"] = regime
    if retrospective:
        stamped["retrospective"] = True
    if departures:
        stamped["departures"] = " ".join(departures)
    body = canonical.write(stamped)
    if len(body) > MOST_BYTES:
        raise Malformed(Fault("", f"the entry would have {len(body)} bytes; the most is {MOST_BYTES}"))
    return Stamped(body, event, tuple(sealed), regime, retrospective, departures)


def _as_held(event: Event, place: sealing.Place, seal: dict[str, str]) -> object:
    """What an event holds in the place of words; a correction holds its changes as JSON values."""
    return seal if isinstance(event, Corrected) and place[0] == "changes" else WORDS(sealed=seal["sealed"])


def read_back(position: int, body: bytes) -> Entry:
    """An entry from its stored bytes, validated; raises ValueError (pydantic's) if they are not an entry's."""
    kind = _kind_of(body)
    model = reading(stored_model(kind))(body)
    return Entry(
        position=position,
        kind=kind,
        reference=model.subject.rpartition("/")[2],
        version=model.recordversion,
        event=model.data,
        time=model.time,
        day=london_day(model.time),
        timeprecision=model.timeprecision,
        id=model.id,
        source=model.source,
        recordedtime=model.recordedtime,
        recordedby=model.recordedby,
        regime=model.regime,
        retrospective=model.retrospective,
        departures=tuple(model.departures.split()) if model.departures else (),
        body=body,
    )


_TYPE, _END = b',"type":"', b'"}'


def _kind_of(body: bytes) -> EventType:
    """`type` is the last key in order, so it closes the bytes."""
    named = body[body.rfind(_TYPE) + len(_TYPE) : -len(_END)]
    kind = REGISTER.get(named.decode("ascii", "replace"))
    if kind is None:
        raise UnknownType(
            "an entry of a type this program does not know: it was written by a later version, or altered"
        )
    return kind


class UnknownType(ValueError):
    """An entry cannot be read back by this program."""


def leaf_hash(body: bytes) -> str:
    """The hash of the entry as a leaf of the log, 64 hex digits."""
    return tree.leaf_hash(body).hex()
