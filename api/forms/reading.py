"""Answers into the JSON that a partner would post, and where on the form each place of it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, assert_never

from api.forms.asked import (
    TIDIED,
    ADay,
    Asked,
    Changes,
    Child,
    Choice,
    Cited,
    Either,
    Exactly,
    Line,
    Many,
    Moment,
    Option,
    Pairs,
    Part,
    Pounds,
    Prose,
    Several,
    When,
    Whole,
)
from api.forms.given import Given
from ledger.domain.calendar import LONDON
from ledger.domain.fields import MONTHS, NOT_STATED, REFERENCE_PATTERN


class _Absent:
    """Nothing was answered."""


ABSENT: Final = _Absent()
DATE_PARTS = ("day", "month", "year")
_POUNDS = re.compile(r"£?([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_DECIMAL = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,6})?")
_WHOLE = re.compile(r"-?[0-9]{1,16}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")


@dataclass
class Reading:
    """One form as it is read. `changes`: what may be changed of the entry that a correction is of, where that is known.

    `places`: JSON pointer -> path on the form, in the order of the page; `faults`: path -> what is wrong with what was typed there.
    """

    given: Given
    changes: tuple[Asked, ...] = ()
    places: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def fields(self, asked: tuple[Asked, ...], path: str, pointer: str) -> dict[str, Any]:
        """The answers to several questions, without those nobody gave."""
        found = {each.name: self.answer(each, f"{path}.{each.name}", f"{pointer}/{each.name}") for each in asked}
        return {name: value for name, value in found.items() if value is not ABSENT}

    def answer(self, asked: Asked, path: str, pointer: str) -> Any:
        """The answer to one question, or ABSENT."""
        self.places[pointer] = path
        found = self._read(asked, path, pointer)
        if asked.may_be_none and self.given.one(f"{path}:none") == "yes":
            if found is not ABSENT:
                self.faults[path] = f"{asked.label}: give them, or say that there are none, not both"
            found = {} if isinstance(asked.answer, Pairs) else []
        if not asked.not_stated or self.given.one(f"{path}:not-stated") != "yes":
            return found
        if found is not ABSENT:
            self.faults[path] = f"{asked.label}: give an answer, or say that it is not stated, not both"
        return NOT_STATED

    def _read(self, asked: Asked, path: str, pointer: str) -> Any:
        match asked.answer:
            case Prose():
                return self.given.raw(path) if self.given.one(path) else ABSENT
            case Line(is_long=True):
                return self.given.raw(path) or ABSENT
            case Line(pattern=pattern):
                return self._line(path, pattern)
            case Cited() | Child():
                return self._line(path, REFERENCE_PATTERN)
            case Whole() | Pounds() | Exactly():
                return self._number(asked, path)
            case ADay():
                return self._day(asked, path)
            case Moment():
                return self._moment(asked, path)
            case When():
                return ABSENT  # asked of the event itself, not of its data: `when`
            case Choice(options=options):
                return _chosen(options, self.given.one(path))
            case Several(options=options):
                return [_chosen(options, code) for code in self.given.all(path) if code] or ABSENT
            case Part(asked=parts):
                return self.fields(parts, path, pointer) or ({} if asked.needed else ABSENT)
            case Either():
                return self._either(asked, asked.answer, path, pointer)
            case Many(item=item):
                return self._rows(path, lambda row, at: self._row(item, row, f"{pointer}/{at}"))
            case Pairs():
                return self._pairs(asked.answer, path, pointer)
            case Changes():
                return self.fields(self.changes, path, pointer) or ABSENT
            case _:
                assert_never(asked.answer)

    def _line(self, path: str, pattern: str | None) -> Any:
        typed = self.given.one(path)
        return TIDIED.get(pattern or "", str)(typed) if typed else ABSENT

    def _number(self, asked: Asked, path: str) -> Any:
        typed = self.given.one(path).replace(",", "")
        if not typed:
            return ABSENT
        match asked.answer:
            case Exactly():
                if _DECIMAL.fullmatch(typed) is None:
                    self.faults[path] = f"{asked.label} should be a number, such as 12.5, with at most 6 decimal places"
                return typed
            case Pounds():
                if (found := _POUNDS.fullmatch(typed.replace(" ", ""))) is None:
                    self.faults[path] = f"{asked.label} should be an amount in pounds, such as 1,250.50"
                    return typed
                return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
            case _:
                return int(typed) if _WHOLE.fullmatch(typed) else typed

    def _day(self, asked: Asked, path: str) -> Any:
        parts = [self.given.one(f"{path}:{part}") for part in DATE_PARTS]
        if not any(parts):
            return ABSENT
        found = _date(*parts)
        if found is None:
            missing = [part for part, typed in zip(DATE_PARTS, parts, strict=True) if not typed]
            why = f"must include a {' and a '.join(missing)}" if missing else "must be a real date, such as 27 3 2024"
            self.faults[path] = (
                f"{asked.label} {why}" if not asked.label.endswith("?") else f"The date at “{asked.label}” {why}"
            )
            return "-"
        return found.isoformat()

    def _moment(self, asked: Asked, path: str) -> Any:
        """A day with a time of day in London, as RFC 3339."""
        day, typed = self._day(asked, path), self.given.one(f"{path}:clock")
        clock = _CLOCK.fullmatch(typed)
        if day is ABSENT and not typed:
            return ABSENT
        if typed and clock is None:
            self.faults[path] = "The time of day must be a real time, such as 14:05"
        elif day is ABSENT:
            self.faults[path] = "The time must include a day, a month and a year"
        if path in self.faults:
            return "-"
        at = time(int(clock[1]), int(clock[2])) if clock else time()
        return datetime.combine(date.fromisoformat(day), at, LONDON).isoformat()

    def when(self, path: str) -> tuple[str, str] | None:
        """When something happened, as RFC 3339 in London, and how finely that is known; None where nothing was typed."""
        day, month, year, clock = (self.given.one(f"{path}:{part}") for part in (*DATE_PARTS, "clock"))
        guess = self.given.one(f"{path}:guess") == "yes"
        if not any((day, month, year, clock)):
            return None
        finest = "instant" if clock else "day" if day else "month" if month else "year"
        begins, of_day = _date(day or "1", month or "1", year), _CLOCK.fullmatch(clock)
        if not year or (day and not month) or (clock and not day):
            self.faults[path] = "When it happened must include a year; a day needs its month, a time of day its day"
        elif begins is None or (clock and of_day is None):
            self.faults[path] = (
                "When it happened must be a real date, such as 27 3 2024, and a real time, such as 14:05"
            )
        if path in self.faults:
            return "-", finest
        at = time(int(of_day[1]), int(of_day[2])) if of_day else time()
        return datetime.combine(begins or date.min, at, LONDON).isoformat(), "unknown" if guess else finest

    def _either(self, asked: Asked, answer: Either, path: str, pointer: str) -> Any:
        code = self.given.one(f"{path}:is")
        if code == NOT_STATED and asked.not_stated:
            return NOT_STATED
        branch = next((each for each in answer.branches if each.code == code), None)
        if branch is None:
            return ABSENT
        found = {**branch.fixed, **self.fields(branch.part.asked, f"{path}.{code}", pointer)}
        for each in branch.part.asked:
            if each.needed and isinstance(each.answer, Choice) and each.name not in found:
                self.faults[f"{path}.{code}.{each.name}"] = (
                    f"Choose an answer: {each.label}"  # what tells the kinds apart
                )
        return found

    def _row(self, item: Asked, path: str, pointer: str) -> Any:
        found = self.answer(item, path, pointer)
        return ABSENT if found == {} else found

    def _rows(self, path: str, read: Callable[[str, int], Any]) -> Any:
        """The rows of a list that hold anything; a row left blank counts for nothing."""
        found: list[Any] = []
        for number in range(self.given.rows(path)):
            value = read(f"{path}.{number}", len(found))
            if value is not ABSENT:
                found.append(value)
        return found or ABSENT

    def _pairs(self, answer: Pairs, path: str, pointer: str) -> Any:
        found: dict[str, Any] = {}
        for number in range(self.given.rows(path)):
            row = f"{path}.{number}"
            key = self._read(answer.key, f"{row}.key", pointer)
            value = self._read(answer.value, f"{row}.value", pointer)
            if key is ABSENT and value is ABSENT:
                continue
            if key is ABSENT or value is ABSENT:
                self.faults[row] = "Give both the name and the value"
                continue
            if key in found:
                self.faults[row] = "Give each name once"
            self.places[f"{pointer}/{key}"] = row
            found[key] = value
        return found or ABSENT


def _chosen(options: tuple[Option, ...], code: str) -> Any:
    """The value of what was chosen; what is no option stays as it is, and is refused like anything posted."""
    return next((option.value for option in options if option.code == code), code) if code else ABSENT


def _date(day: str, month: str, year: str) -> date | None:
    """A day that exists; the month may be given by its name."""
    names: Mapping[str, int] = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
    number = month if month.isdecimal() else str(names.get(month[:3].lower(), ""))
    if not (day.isdecimal() and number.isdecimal() and re.fullmatch(r"(19|20)[0-9]{2}", year)):
        return None
    try:
        return date(int(year), int(number), int(day))
    except ValueError:
        return None
