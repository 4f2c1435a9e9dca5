"""A form of one event type: what is asked, the event that the answers make, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.forms.asked import Asked, Changes, Choice, Cited, Either, Line, Option, Several, When, changes_to, questions
from api.forms.given import Given
from api.forms.reading import Reading
from api.forms.walking import walked
from ledger.access.principal import BUSINESS_UNIT_SOURCE
from ledger.domain.calendar import start_of_day
from ledger.domain.fields import REFERENCE_PATTERN, spoken
from ledger.domain.labels import title_of
from ledger.domain.register import Event, EventType
from ledger.entry import MINT, Fault, Malformed, Submission, parse

DATA = "data"
REFERENCE, WHEN, RETROSPECTIVE = "reference", "time", "retrospective"
_OR_NOT_STATED = re.compile(r",? or ['’]not-stated['’]")
_YES = (Option("yes", "Yes, this is history entered afterwards", True),)
_ENVELOPE = {"/subject": REFERENCE, "/time": WHEN, "/timeprecision": WHEN, "/retrospective": RETROSPECTIVE}


@dataclass(frozen=True)
class Form:
    """A form. `source`: for whom its event is recorded. `of`: the class of the entry that a correction corrects, once its number is known."""

    kind: EventType
    source: str
    of: type[Event] | None = None

    @property
    def about(self) -> tuple[Asked, ...]:
        """What is asked of every event before its own questions: of which record it is, and when it happened, if it has no day for that."""
        return (self._reference,) if self.kind.happens else (self._reference, self._when)

    @property
    def after(self) -> tuple[Asked, ...]:
        """What is asked of every event after them."""
        asked = (self._when,) if self.kind.happens else ()
        if self.source != BUSINESS_UNIT_SOURCE:
            return asked
        hint = "Only for what is taken from a document of the past: it then does not count as recorded late."
        return (*asked, Asked(RETROSPECTIVE, "Is this history entered afterwards?", hint, False, Several(_YES)))

    @property
    def data(self) -> tuple[Asked, ...]:
        """What is asked of what happened."""
        return questions(self.kind.event)

    @property
    def changes(self) -> tuple[Asked, ...]:
        """What a correction may change."""
        return changes_to(self.of) if self.of is not None else ()

    @property
    def corrects(self) -> bool:
        """Whether it changes another entry, which has to be known before everything can be asked."""
        return any(isinstance(asked.answer, Changes) for asked in self.data)

    @property
    def _reference(self) -> Asked:
        record = self.kind.record
        what = f"Which {record.title.lower()} is it about?"
        if not self.kind.begins:
            return Asked(
                REFERENCE, what, f"Its reference, such as {record.prefix}-2024-001.", True, Line(REFERENCE_PATTERN)
            )
        hint = "A reference you choose: capital letters, digits and hyphens."
        if not record.only:
            hint += f" Leave it empty and the ledger gives the next one, such as {record.prefix}-2024-001."
        return Asked(REFERENCE, f"Reference of the {record.title.lower()}", hint, record.only, Line(REFERENCE_PATTERN))

    @property
    def _when(self) -> Asked:
        rough = "A month and a year, or a year alone, will do if that is all that is known. A time of day, such as 14:05, may be left out."
        if self.kind.happens is None:
            return Asked(
                WHEN, "When was it corrected?" if self.corrects else "When did it happen?", rough, True, When()
            )
        inside = title_of(self.kind.event, self.kind.happens)
        hint = f"Only if “{inside}” is not stated, or if you know the time of day. {rough}"
        return Asked(WHEN, "When was it, as far as you can say?", hint, False, When())

    def walked(self, given: Given) -> Iterator[tuple[str, Asked]]:
        """Every question it shows for what was answered so far, with its path."""
        yield from ((asked.name, asked) for asked in self.about)
        yield from walked(self.data, given, DATA, self.changes)
        yield from ((asked.name, asked) for asked in self.after)

    def composed(self, given: Given, id: str, expectedversion: int | None = None) -> Composed:
        """The event as the answers have it."""
        reading = Reading(given, self.changes)
        reference = given.one(REFERENCE).upper() or (MINT if self.kind.begins and not self.kind.record.only else "")
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": id,
            "source": self.source,
            "type": self.kind.type,
        }
        reading.places |= _ENVELOPE
        if reference:
            event["subject"] = f"{self.kind.record.name}/{reference}"
        data = event["data"] = reading.fields(self.data, DATA, f"/{DATA}")
        if (when := self._happened(reading, data)) is not None:
            event["time"], event["timeprecision"] = when
        if given.one(RETROSPECTIVE) == "yes":
            event["retrospective"] = True
        if expectedversion is not None and reference not in ("", MINT):
            event["expectedversion"] = expectedversion
        return Composed(self, event, reading)

    def _happened(self, reading: Reading, data: Mapping[str, Any]) -> tuple[str, str] | None:
        """When it happened: as said, or on the day that the data gives for it."""
        said = reading.when(WHEN)
        day = data.get(self.kind.happens or "")
        if said is None and isinstance(day, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            return start_of_day(date.fromisoformat(day)).isoformat(), "day"
        return said


@dataclass(frozen=True)
class Composed:
    """An event as a form's answers make it, not yet looked at."""

    form: Form
    event: dict[str, Any]
    reading: Reading

    def submission(self) -> Submission | dict[str, str]:
        """The event, of the right shape; or what is wrong, by path on the form, in the order of the page."""
        try:
            found = parse(self.event)
        except Malformed as malformed:
            return self.told(malformed.faults)
        return self.told(()) if self.reading.faults else found

    def told(self, faults: Iterable[Fault]) -> dict[str, str]:
        """What is wrong, by path on the form. Of a place the form did not ask for, its nearest part speaks, if nothing within it does."""
        found = dict(self.reading.faults)
        elsewhere: list[tuple[str, str]] = []
        for fault in faults:
            path = self.reading.places.get(fault.pointer)
            if path is None or self.reading.given.one(f"{path}:is"):
                elsewhere.append((path or self._nearest(fault.pointer), fault.message))
            else:
                found.setdefault(path, self._message(path, fault.message))
        if self.kind_happens in found or self.kind_happens in self.reading.faults:
            found.pop(WHEN, None)  # it follows from the day that is wrong
        for path, message in elsewhere:
            if not any(each == path or each.startswith(f"{path}.") for each in found):
                found[path] = self._message(path, message)
        order = {path: number for number, (path, _) in enumerate(self.form.walked(self.reading.given))}
        return dict(sorted(found.items(), key=lambda each: order.get(each[0], len(order))))

    @property
    def kind_happens(self) -> str:
        """The path of the field that says when it happened."""
        return f"{DATA}.{self.form.kind.happens}"

    def _nearest(self, pointer: str) -> str:
        while pointer and pointer not in self.reading.places:
            pointer = pointer.rpartition("/")[0]
        return self.reading.places.get(pointer, DATA)

    def _message(self, path: str, message: str) -> str:
        """A finding as an error message of a form: what is to be done, or what the answer should be."""
        asked = self.asked(path)
        if message == NEEDED:
            return _wanted(asked) if asked is not None else "Answer this question"
        if path == REFERENCE:
            return "A reference has only capital letters, digits and hyphens, at most 40 of them"
        label = (asked.label if asked is not None else "") or "This answer"
        called = f"“{label}”" if label.endswith("?") else label
        message = _OR_NOT_STATED.sub("", message)  # which is an answer of its own in a form
        return called + message.removeprefix("this") if message.startswith("this ") else f"{called}: {message}"

    def asked(self, path: str) -> Asked | None:
        """The question at a path."""
        return next((asked for at, asked in self.form.walked(self.reading.given) if at == path), None)

    def plainly(self, why: str) -> str:
        """Why a rule is broken, with fields called what the form calls them."""
        names = {each.name: each.label for each in self.form.data} | {"time": "When it happened"}
        called = re.sub(
            r"\b(?:data\.)?([a-z]+(?:_[a-z]+)*)(?= is \d| is at| lies| falls)",
            lambda found: f"“{names[found[1]]}”" if found[1] in names else found[0],
            why,
        )
        return re.sub(
            r"\b(?:19|20)\d{2}-[01]\d-[0-3]\d\b(?!T)", lambda found: spoken(date.fromisoformat(found[0])), called
        )

    def places_of(self, why: str) -> list[str]:
        """The questions that a broken rule speaks of: by the name of a field, or by the record it does not know."""
        named = {name: f"{DATA}.{name}" for name in self.form.kind.event.model_fields} | {
            "time": WHEN,
            "timeprecision": WHEN,
        }
        found = [
            path
            for name, path in named.items()
            if re.search(rf"(?<![\w/-])(data\.)?{name}(?= is\b| lies| counts)", why)
        ]
        if found:
            return found
        for path, asked in self.form.walked(self.reading.given):
            if isinstance(asked.answer, Cited):
                code = self.reading.given.one(path).upper()
                if code and (
                    f"{asked.answer.record}/{code}" in why or re.search(rf"(?<![\w/-]){re.escape(code)}(?![\w-])", why)
                ):
                    found.append(path)
        subject = str(self.event.get("subject", ""))
        return found or ([REFERENCE] if subject and subject in why else [])


NEEDED = "this field is needed"


def _wanted(asked: Asked) -> str:
    """What to do where an answer is missing."""
    label = asked.label.removesuffix("?")
    match asked.answer:
        case Choice() | Several() | Either():
            return (
                f"Choose an answer: {label}"
                if not asked.label.endswith("?")
                else f"Answer the question “{asked.label}”"
            )
        case Changes():
            return "Give at least one new value. Where nothing is asked here yet, give the number of the entry first"
        case _ if asked.label.endswith("?"):
            return f"Answer the question “{asked.label}”"
        case _:
            return f"Enter {label[:1].lower() + label[1:]}"
