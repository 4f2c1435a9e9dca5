"""Restatement: a published report beside what the ledger says now, and which entries moved each figure (REP-LATE)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.history import Entry
from ledger.domain.report import ReportPublished
from ledger.figures.answer import Answer, spelled
from ledger.figures.measures import Value
from ledger.projections.tables import Tables
from ledger.reports.kinds import make

Answers = dict[str, Answer]
DEFINITION, NOT_REPRODUCED = "definition-changed", "not-reproduced"
AMENDING = {"corrected": "corrected", "withdrawn": "withdrawn", "duplicate-of": "found-to-repeat-another"}
RECORDED = "recorded-since"


@dataclass(frozen=True)
class Movement:
    """One step of a figure from what was published to what it is now. `entry` is None where no entry of the ledger made it, or
    none that whoever asks may see.

    `cause`: recorded-since, corrected, withdrawn, found-to-repeat-another; definition-changed where this program counts under
    another version; not-reproduced where the ledger as at that position does not give the number published.
    """

    cause: str
    before: Value
    after: Value
    difference: Value
    entry: Entry | None = None

    def wire(self) -> dict[str, Any]:
        """As JSON; `days_late` are calendar days from what the entry tells to its being recorded."""
        told = {"cause": self.cause, "before": spelled(self.before), "after": spelled(self.after)}
        told["difference"] = spelled(self.difference)
        return told | {"position": None} if self.entry is None else told | _told(self.entry)


@dataclass
class Restated:
    """One figure of a published report. The differences of its movements add up to `now` less `published`, where both are told."""

    id: str
    caption: str
    published: Value
    published_version: int
    now: Value = None
    version: int | None = None
    movements: list[Movement] = field(default_factory=list)
    _told: Value = None

    def move(self, cause: str, before: Value, after: Value, entry: Entry | None = None) -> None:
        """Add a step. It is measured from the last number told, so that a figure that could not be told meanwhile loses nothing."""
        told = before if before is not None else self._told
        difference = None if told is None or after is None else _plain(Decimal(after) - Decimal(told))
        self._told = after if after is not None else told
        self.movements.append(Movement(cause, before, after, difference, entry))

    def seen_by(self, sees: Callable[[str], bool]) -> Restated:
        """The same steps, without the entries of records that somebody does not see."""
        steps = [
            step if step.entry is None or sees(step.entry.originator_id) else replace(step, entry=None)
            for step in self.movements
        ]
        return replace(self, movements=steps)

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        known = self.published is not None and self.now is not None
        difference = _plain(Decimal(self.now or 0) - Decimal(self.published or 0)) if known else None
        return {
            "id": self.id,
            "caption": self.caption,
            "published": spelled(self.published),
            "now": spelled(self.now),
            "difference": spelled(difference),
            "published_version": self.published_version,
            "version": self.version,
            "movements": [movement.wire() for movement in self.movements],
        }


@dataclass(frozen=True)
class Restatement:
    """A published edition beside the ledger as at a position. `appeared` names figures that were not in it."""

    edition: ReportPublished
    published_entry: int
    as_at: int
    figures: tuple[Restated, ...]
    appeared: tuple[str, ...]

    def seen_by(self, sees: Callable[[str], bool]) -> Restatement:
        """The same numbers, without the entries of records that somebody does not see."""
        return replace(self, figures=tuple(figure.seen_by(sees) for figure in self.figures))

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        told = self.edition
        return {
            "kind": told.kind,
            "period": told.period,
            "edition": told.edition,
            "published_on": told.published_on.isoformat(),
            "published_entry": self.published_entry,
            "published_as_at": told.as_at,
            **({} if told.as_of is None else {"as_of": told.as_of.isoformat()}),
            "as_at": self.as_at,
            "moved": sum(bool(figure.movements) for figure in self.figures),
            "figures": [figure.wire() for figure in self.figures],
            "appeared": list(self.appeared),
        }


class MadeElsewhere(LookupError):
    """The edition was made without this ledger."""


def restatement(ledger: Ledger, tables: Tables, published: tuple[int, ReportPublished], as_at: int) -> Restatement:
    """An edition, with the position of its entry, beside the ledger as at a position that the tables have come to; both are of the
    period as far as the edition told of it.

    Costs a report for each entry that moved anything, times the logarithm of those between; what moved and moved back
    altogether is not told. Raises MadeElsewhere.
    """
    position, edition = published
    if not isinstance(edition.as_at, int):
        raise MadeElsewhere("That edition was made without this ledger: nothing of it can be worked out again.")

    def answers(at: int) -> Answers:
        return {
            each.id: each
            for each in make(ledger, tables, edition.kind, edition.period, at, as_of=edition.as_of).figures
        }

    then, now = answers(edition.as_at), answers(as_at)
    figures = {each.id: _of_edition(each.id, each.value, each.version, then.get(each.id)) for each in edition.figures}
    for at, before, after in _steps(answers, (edition.as_at, then), (as_at, now)):
        entry = ledger.entry_at(at)
        for id_, figure in figures.items():
            was, became = _value(before, id_), _value(after, id_)
            if was != became:
                figure.move(_cause(entry), was, became, entry)
    for id_, figure in figures.items():
        found = now.get(id_) or then.get(id_)
        figure.now, figure.version = _value(now, id_), found.version if found else None
    appeared = tuple(id_ for id_ in now if id_ not in figures)
    return Restatement(edition, position, as_at, tuple(figures.values()), appeared)


def _of_edition(id_: str, published: Decimal | None, version: int, then: Answer | None) -> Restated:
    value = None if published is None else _plain(published)
    figure = Restated(id_, then.caption if then else id_, value, version)
    reproduced = then.value if then else None
    if reproduced != value:
        same = then is not None and then.version == version
        figure.move(NOT_REPRODUCED if same else DEFINITION, value, reproduced)
    return figure


Place = tuple[int, Answers]


def _steps(answers: Callable[[int], Answers], low: Place, high: Place) -> Iterator[tuple[int, Answers, Answers]]:
    """Each position after the first at which a figure's value changes, in order, with the answers before and after it."""
    (first, before), (last, after) = low, high
    if first >= last or _values(before) == _values(after):
        return
    if last == first + 1:
        yield last, before, after
        return
    middle = (first + last) // 2
    between = middle, answers(middle)
    yield from _steps(answers, low, between)
    yield from _steps(answers, between, high)


def _values(found: Answers) -> dict[str, Value]:
    return {id_: each.value for id_, each in found.items()}


def _value(found: Answers, id_: str) -> Value:
    return found[id_].value if id_ in found else None


def _cause(entry: Entry) -> str:
    return AMENDING.get(entry.kind.name.partition(".")[2], RECORDED)


def _told(entry: Entry) -> dict[str, Any]:
    recorded_on = london_day(entry.recordedtime)
    return {
        "position": entry.position,
        "type": entry.kind.name,
        "record": entry.originator_id,
        "sentence": entry.event.sentence(),
        "happened_on": entry.day.isoformat(),
        "recorded_on": recorded_on.isoformat(),
        "days_late": (recorded_on - entry.day).days,
        "recordedby": entry.recordedby,
    }


def _plain(value: Decimal) -> Value:
    """A whole number as an integer, else the exact decimal."""
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else value
