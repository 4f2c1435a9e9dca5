"""The answer of a figure: its value and its working, from the ledger's records or, where it has none, from a dataset that states it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.domain.adoption import Packs
from ledger.domain.register import RECORDS as RECORDS_BY_NAME
from ledger.figures.figure import Figure, Kind, stated_by
from ledger.figures.measures import Measure, Measured, Part, Side, Value
from ledger.figures.period import NotAPeriod, Period
from ledger.figures.selection import Asked, count_ahead
from ledger.figures.sources import observations_of, with_corrections
from ledger.figures.stated import Stated, length
from ledger.projections.tables import Tables

RECORDS, DATASET, NOTHING = "records", "dataset", "nothing"
_STATING = "stating"


@dataclass(frozen=True)
class Comparator:
    """Another value put beside a figure's; `why_not` says why the two may not be compared (FIG-RULE)."""

    stated: Stated
    entries: tuple[int, ...]
    why_not: str = ""
    difference: Value = None

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        o = self.stated
        return {
            "value": spelled(o.worth),
            "printed": spelled(o.shown),
            "unit": o.unit_said,
            "when": o.when,
            "dimensions": dict(o.dimensions),
            "definition": o.definition,
            "version": o.version,
            "not_comparable": bool(self.why_not),
            "why": self.why_not or None,
            "difference": spelled(self.difference),
            "source": o.source,
            "citation": o.citation,
            "entries": list(self.entries),
        }


@dataclass(frozen=True)
class Answer:
    """A figure's value with everything it takes to check it (FIG-RULE)."""

    id: str
    caption: str
    section: str
    unit: str
    kind: Kind
    definition: str
    version: int
    counts_by: str
    rounding: str
    period: Period
    as_at: int
    basis: str
    value: Value
    entries: tuple[int, ...]
    by: Mapping[str, tuple[Part, ...]]
    numerator: Side | None
    denominator: Side | None
    note: str = ""
    printed: Value = None
    source: str | None = None
    comparators: tuple[Comparator, ...] = ()
    kept_back: int = 0
    """Entries it also rests on, which whoever asks may not open."""
    so_far: date | None = None
    """The day up to which the period is told, if not to its end."""

    @property
    def cites(self) -> set[int]:
        """Every entry it points to."""
        return {*self.entries, *(position for other in self.comparators for position in other.entries)}

    def seen_by(self, sees: Callable[[str], bool], opens: Container[int]) -> Answer:
        """The same numbers for somebody who sees only some records, and of the entries those they open. Parts that are single records go with them."""

        def opened(entries: Iterable[int]) -> tuple[int, ...]:
            return tuple(position for position in entries if position in opens)

        def side(given: Side | None) -> Side | None:
            return None if given is None else replace(given, entries=opened(given.entries))

        entries = opened(self.entries)
        by = {
            name: tuple(part for part in parts if name not in RECORDS_BY_NAME or sees(f"{name}/{part.code}"))
            for name, parts in self.by.items()
        }
        return replace(
            self, entries=entries, by=by, kept_back=len(self.entries) - len(entries), numerator=side(self.numerator),
            denominator=side(self.denominator), comparators=tuple(replace(c, entries=opened(c.entries)) for c in self.comparators),
        )  # fmt: skip

    @property
    def when(self) -> str:
        """The period of a flow, the day of a snapshot."""
        return self.period.name if self.kind == Kind.FLOW else (self.so_far or self.period.last).isoformat()

    def wire(self) -> dict[str, Any]:
        """As JSON: numbers that may have a fraction are strings, so that they keep their digits; null is 'cannot tell'."""
        kept_back = {"entries_kept_back": self.kept_back} if self.kept_back else {}
        return kept_back | {
            "id": self.id,
            "caption": self.caption,
            "value": spelled(self.value),
            "unit": self.unit,
            "kind": str(self.kind),
            "by": {name: [_part(part) for part in parts] for name, parts in self.by.items()},
            "numerator": _side(self.numerator),
            "denominator": _side(self.denominator),
            "definition": self.definition,
            "version": self.version,
            "entries": list(self.entries),
            "section": self.section,
            "when": self.when,
            "counts_by": self.counts_by,
            "rounding": self.rounding,
            "basis": self.basis,
            "printed": spelled(self.printed),
            "source": self.source,
            "note": self.note or None,
            "comparators": [comparator.wire() for comparator in self.comparators],
            "as_at": self.as_at,
        }


def answer(figure: Figure, asked: Asked) -> Answer:
    """A figure's answer. Records count where any bears on it; else a dataset that states the figure answers for them."""
    return _answer(figure, asked, figure.working(asked))


def answer_each(figures: Sequence[Figure], asked: Asked) -> list[Answer]:
    """The answers of several figures; what they count in one table is counted in one pass over it."""
    workings = [(figure, figure.working(asked)) for figure in figures]
    count_ahead(asked, (wanted for figure, measure in workings for wanted in measure.selections(figure.by)))
    return [_answer(figure, asked, measure) for figure, measure in workings]


def _answer(figure: Figure, asked: Asked, measure: Measure) -> Answer:
    measured = measure.measured(asked, figure.by)
    stated = stating(figure, asked)
    own = figure.stated_as.dimensions
    wholes = [o for o in stated if set(o.dimensions) <= own]
    of_period = [o for o in stated if o.is_of(asked.period) and o.kind == figure.kind]
    if not measured.answered and of_period:
        return _from_dataset(figure, asked, of_period, wholes)
    return _from_records(figure, asked, measured, wholes)


def stating(figure: Figure, asked: Asked) -> list[Stated]:
    """The observations that state a figure, of whatever period; those of all are sorted out once for one asking."""
    if _STATING not in asked.known:
        found: dict[str, list[Stated]] = {}
        for o in observations_of(asked):
            for each in stated_by(o.indicator, o.definition, o.dimensions):
                found.setdefault(each.id, []).append(o)
        asked.known[_STATING] = found
    stated: dict[str, list[Stated]] = asked.known[_STATING]
    return stated.get(figure.id, [])


@contextmanager
def asking(tables: Tables, packs: Packs, period: Period, as_at: int, as_of: date | None = None) -> Iterator[Asked]:
    """Ask several figures of one state of the tables; `as_of` as in Asked. NotAPeriod where that day is before the period."""
    if as_of is not None and as_of < period.first:
        raise NotAPeriod(f"The period begins on {period.first}, after the day asked about, {as_of}.")
    with tables.reading() as connection:
        yield Asked(period, as_at, packs, tables, connection, as_of)


def spelled(value: Value | date) -> int | str | None:
    """A value as JSON keeps it exactly."""
    match value:
        case None | int():
            return value
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _from_records(figure: Figure, asked: Asked, measured: Measured, wholes: list[Stated]) -> Answer:
    comparators = tuple(_beside(figure, asked, measured.value, o) for o in wholes)
    note = measured.note
    if not measured.answered and not note:
        note = "The ledger holds no record of it."
    return Answer(
        figure.id, figure.caption, figure.section, figure.unit, figure.kind, figure.definition, figure.version,
        figure.counts_by, figure.rounding, asked.period, asked.as_at, RECORDS if measured.answered else NOTHING,
        measured.value, with_corrections(asked, measured.entries), measured.by,
        _cited(asked, measured.numerator), _cited(asked, measured.denominator), note=note,
        comparators=comparators, so_far=asked.so_far,
    )  # fmt: skip


def _cited(asked: Asked, side: Side | None) -> Side | None:
    return None if side is None else replace(side, entries=with_corrections(asked, side.entries))


def _beside(figure: Figure, asked: Asked, value: Value, stated: Stated) -> Comparator:
    why = ""
    if stated.version != figure.version:
        why = f"It was counted under version {stated.version} of the definition."
    elif stated.days != (length(asked.period.first, asked.day) if figure.kind is Kind.FLOW else 0):
        why = "It is of another length of time."
    worth = stated.worth
    difference = value - worth if not why and value is not None and worth is not None else None
    return Comparator(stated, with_corrections(asked, stated.entries), why, difference)


def _from_dataset(figure: Figure, asked: Asked, of_period: list[Stated], wholes: list[Stated]) -> Answer:
    totals = [o for o in of_period if o in wholes]
    parts = [o for o in of_period if o not in wholes]
    first = (totals or parts)[0]
    cited = with_corrections(asked, {position for o in (*totals[:1], *parts) for position in o.entries})
    note = "The ledger holds no record of its own; this is what the dataset states."
    value, printed, numerator, denominator = first.worth, first.shown, *sides_of(first, cited)
    if not totals:
        note = "The ledger holds no record of its own, and the dataset states parts without a total."
        value = printed = numerator = denominator = None
    return Answer(
        figure.id, figure.caption, figure.section, figure.unit, figure.kind, figure.definition, figure.version,
        figure.counts_by, figure.rounding, asked.period, asked.as_at, DATASET, value, cited, parts_of(parts),
        numerator, denominator, note=note, printed=printed, source=first.cited,
        comparators=tuple(_beside(figure, asked, value, other) for other in wholes if other is not first),
        so_far=asked.so_far,
    )  # fmt: skip


def sides_of(stated: Stated, entries: tuple[int, ...]) -> tuple[Side | None, Side | None]:
    """Numerator and denominator as a dataset gives them."""
    own, base = stated.indicator.upper(), (stated.base or stated.indicator + "-base").upper()
    numerator = None if stated.numerator is None else Side(own, stated.unit, stated.numerator, entries)
    base_unit = stated.base_unit or stated.unit
    denominator = None if stated.denominator is None else Side(base, base_unit, stated.denominator, entries)
    return numerator, denominator


def parts_of(observations: list[Stated]) -> dict[str, tuple[Part, ...]]:
    """Observations of one definition that differ in their dimensions, as a breakdown."""
    by: dict[str, dict[str, Part]] = {}
    for o in observations:
        name, code = (" and ".join(said) for said in zip(*o.dimensions, strict=True))
        by.setdefault(name, {}).setdefault(code, Part(code, o.worth, o.numerator, o.denominator))
    return {name: tuple(by[name][code] for code in sorted(by[name])) for name in sorted(by)}


def _part(part: Part) -> dict[str, Any]:
    return {
        "code": part.code,
        "value": spelled(part.value),
        "numerator": part.numerator,
        "denominator": part.denominator,
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    return None if side is None else {
        "id": side.id, "value": side.value, "unit": side.unit, "entries": list(side.entries)
    }  # fmt: skip
