"""What figures of one asking share: the corrections behind entries, and what the datasets state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from ledger.figures.measures import NOT_STATED
from ledger.figures.period import Period
from ledger.figures.selection import Asked, within
from ledger.figures.stated import DISTANCE, Stated, in_order
from ledger.projections.amendments import Amendments
from ledger.projections.columns import table_of
from ledger.projections.indicators import Indicators, ObservationRow
from ledger.projections.tables import Held, held
from ledger.projections.wording import unpaired

_CORRECTIONS, _OBSERVATIONS = "corrections", "observations"


def with_corrections(asked: Asked, entries: Iterable[int]) -> tuple[int, ...]:
    """Entries, in order, and the corrections that shaped them (REP-LATE)."""
    if _CORRECTIONS not in asked.known:
        asked.known[_CORRECTIONS] = _read_corrections(asked)
    corrections: dict[int, list[int]] = asked.known[_CORRECTIONS]
    cited = set(entries)
    for position in cited & corrections.keys() if corrections else ():
        cited.update(corrections[position])
    return tuple(sorted(cited))


def observations_of(asked: Asked) -> list[Stated]:
    """Every observation up to the end of the period and back two years from its beginning, and those of no stated day."""
    if _OBSERVATIONS not in asked.known:
        asked.known[_OBSERVATIONS] = _read_observations(asked)
    found: list[Stated] = asked.known[_OBSERVATIONS]
    return found


def _read_corrections(asked: Asked) -> dict[int, list[int]]:
    table = table_of(Amendments)
    question = select(table.c.position, table.c.entry).where(held(table, asked.as_at), table.c.kind == "corrected")
    found: dict[int, list[int]] = {}
    for position, entry in asked.on.execute(question):
        found.setdefault(position, []).append(entry)
    return found


def _read_observations(asked: Asked) -> list[Stated]:
    c, near = table_of(Indicators).c, Period(asked.period.first - DISTANCE, asked.period.last)
    of_period = within(c.period_to, near)
    of_day = or_(within(c.snapshot_on, near), c.snapshot_on == NOT_STATED)
    rows = asked.tables.rows(
        Indicators, as_at=asked.as_at, as_of=asked.as_of, also=(or_(of_period, of_day),), on=asked.on
    )
    return in_order(_stated(row) for row in rows)


def _stated(found: Held[ObservationRow]) -> Stated:
    row = found.row
    day: date | str | None = row.snapshot_on
    return Stated(
        indicator=row.indicator, definition=row.definition, version=row.definition_version, unit=row.unit,
        kind=row.kind, measure=row.measure, value=row.value, numerator=row.numerator, denominator=row.denominator,
        base=row.base, base_unit=row.base_unit, per=row.per, printed=row.printed, approximate=row.approximate,
        dimensions=tuple(sorted(unpaired(row.dimensions).items())), citation=row.citation,
        source=row.document or row.source_agency or row.dataset, reference=found.reference,
        first=row.period_from, last=row.period_to, on=day,
        entries=tuple(sorted({found.first_entry, found.last_entry})),
    )  # fmt: skip
