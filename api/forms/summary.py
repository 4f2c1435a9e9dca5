"""The answers of a form read back, a row for each: what was asked, what will stand in the ledger, and where it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from api.forms.asked import ADay, Asked, Changes, Choice, Either, Many, Moment, Pairs, Part, Pounds, Prose, Several
from api.forms.composing import DATA, REFERENCE, RETROSPECTIVE, WHEN, Composed
from ledger.domain.calendar import LONDON
from ledger.domain.fields import MONTHS, NOT_STATED, spoken
from ledger.domain.finance import to_the_penny
from ledger.domain.labels import text_of
from ledger.entry import MINT


@dataclass(frozen=True)
class Row:
    """One answer. `path`: the question on the form."""

    label: str
    text: str
    path: str
    is_long: bool = False


def summary(composed: Composed) -> Iterator[Row]:
    """Every answer, in the order of the form."""
    event = composed.event
    reference = str(event.get("subject", "")).partition("/")[2]
    yield Row(
        composed.form.about[0].label, "The ledger gives the next one" if reference == MINT else reference, REFERENCE
    )
    if composed.form.kind.happens is None or composed.reading.when(WHEN) is not None:
        yield Row("When it happened", when(event["time"], event["timeprecision"]), WHEN)
    yield from told(composed.form.data, event["data"], DATA, "", composed.form.changes)
    if event.get("retrospective"):
        yield Row("History entered afterwards", "Yes", RETROSPECTIVE)


def told(
    asked: tuple[Asked, ...], value: Mapping[str, Any], path: str, within: str, changes: tuple[Asked, ...] = ()
) -> Iterator[Row]:
    """The answers to several questions; `within` is what they belong to."""
    for each in asked:
        if each.name in value:
            label = f"{within}{each.label}"
            yield from _row(each, value[each.name], f"{path}.{each.name}", label, changes)


def _row(asked: Asked, value: Any, path: str, label: str, changes: tuple[Asked, ...]) -> Iterator[Row]:
    within = f"{label.removesuffix('?')}: "
    match asked.answer:
        case _ if value in ([], {}):
            yield Row(label, "None", path)
        case _ if value == NOT_STATED:
            yield Row(label, "Not stated", path)
        case Part(asked=parts):
            yield from told(parts, value, path, within)
        case Either(branches=branches):
            found = next(each for each in branches if _is_of(each, value))
            yield Row(label, found.text, path)
            yield from told(found.part.asked, value, f"{path}.{found.code}", within)
        case Many(item=item):
            for number, each in enumerate(value):
                yield from _row(item, each, f"{path}.{number}", f"{label.removesuffix('?')} {number + 1}", changes)
        case Pairs(value=value_asked):
            for number, (key, each) in enumerate(value.items()):
                yield from _row(value_asked, each, f"{path}.{number}", f"{within}{key}", changes)
        case Changes():
            yield from told(changes, value, path, within)
        case Prose():
            yield Row(label, value, path, is_long=True)
        case _:
            yield Row(label, said(asked, value), path)


def _is_of(branch: Any, value: Mapping[str, Any]) -> bool:
    """Whether a value was made by a branch: what it says of itself agrees, and it asks for everything there."""
    names = {each.name for each in branch.part.asked} | set(branch.fixed)
    kinds = next(
        (each.answer.options for each in branch.part.asked if each.name == "kind" and isinstance(each.answer, Choice)),
        None,
    )
    fits = kinds is None or value.get("kind") in {option.value for option in kinds}
    return fits and set(value) <= names and all(value.get(name) == said for name, said in branch.fixed.items())


def said(asked: Asked, value: Any) -> str:
    """A simple value in words."""
    match asked.answer, value:
        case _, None:
            return ""
        case _, "not-stated":
            return "Not stated"
        case Choice(options=options), _:
            return next((option.text for option in options if option.value == value), text_of(str(value)))
        case Several(options=options), _:
            return ", ".join(option.text for option in options if option.value in value)
        case Pounds(), int():
            return to_the_penny(value)
        case ADay(), str():
            return spoken(date.fromisoformat(value))
        case Moment(), str():
            return when(value, "instant")
        case _, int() | Decimal():
            return f"{value:,}"
        case _:
            return str(value)


def when(time: str, precision: str) -> str:
    """A point in time as finely as it is known, in London: `2 December 2019`, `December 2019`."""
    at = datetime.fromisoformat(time).astimezone(LONDON)
    match precision:
        case "instant":
            return f"{spoken(at.date())} at {at:%H:%M}"
        case "month":
            return f"{MONTHS[at.month - 1]} {at.year}"
        case "year":
            return str(at.year)
        case "unknown":
            return f"Not known; placed on {spoken(at.date())}"
        case _:
            return spoken(at.date())
