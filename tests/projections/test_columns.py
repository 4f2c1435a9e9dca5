"""A row comes back from its table as it went in, whatever kinds of value it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal

import pytest

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.projections.catalogue import PROJECTIONS
from ledger.projections.columns import kind_of, row_kinds, table_of
from ledger.projections.home import open_engine
from ledger.projections.projector import Projector
from ledger.projections.rows import Projection, Rows
from ledger.projections.tables import Tables
from ledger.projections.writing import fingerprint
from tests.projections.histories import Entries, an_entry


@dataclass(frozen=True, slots=True)
class OfEveryKind:
    text: str
    number: int
    yes: bool
    day: date
    told_day: DayOrNotStated
    instant: datetime
    exact: Decimal
    several: tuple[str, ...]
    word: Literal["a", "b"]
    no_text: str | None
    no_number: int | None
    no_yes: bool | None
    no_day: date | None
    no_told_day: DayOrNotStated | None
    no_instant: datetime | None
    no_exact: Decimal | None
    no_several: tuple[str, ...] | None


class EveryKind(Projection[OfEveryKind]):
    """Is every kind of value kept exactly?"""

    table = "test_every_kind"
    records = ("agency",)
    row = OfEveryKind
    given: list[OfEveryKind]

    def apply(self, rows: Rows[OfEveryKind], entry: Entry) -> None:
        for n, row in enumerate(self.given):
            rows.open(row, key=f"{n:03}")


def test_every_kind_of_value_is_kept_exactly(database):
    days = [date(1, 1, 1), date(2020, 2, 29), date(9999, 12, 31)]
    instants = [datetime(2020, 3, 29, 1, 30, 0, 1, UTC), datetime(2020, 6, 1, tzinfo=timezone(timedelta(hours=-5)))]
    told_days: list[DayOrNotStated] = ["not-stated", days[1], days[2]]
    texts = ["", "a\tb\\c\n\"'", "ünï€😀", "not-stated"]
    rows = [
        OfEveryKind(
            text, 2**53, bool(n), day, told, instant, Decimal("10.500000"), (text, "x,y"), "a",
            *((text, n, True, day, told, instant, Decimal("-0.000001"), ()) if n else (None,) * 8),
        )
        for n, (text, day, told, instant) in enumerate(
            zip(texts[:3], days, told_days, [*instants, instants[0]], strict=True)
        )
    ]  # fmt: skip
    projection = EveryKind()
    projection.given = rows
    told = ("registered", first_event())
    entry = an_entry(1, 1, "A-1", told, datetime(2020, 1, 1, tzinfo=UTC))
    engine = open_engine(database)
    Projector(Entries([entry]), engine, (projection,)).rebuild()
    found = Tables(engine).rows(EveryKind, as_at=1)
    assert [held.row for held in found] == rows
    assert [str(held.row.exact) for held in found] == ["10.500000"] * 3
    assert Tables(engine).rows(EveryKind, as_at=1, where={"told_day": "not-stated"})[0].row == rows[0]
    assert len(Tables(engine).rows(EveryKind, as_at=1, also=[table_of(EveryKind).c.told_day < days[2]])) == 1
    engine.dispose()


def first_event() -> Any:
    from ledger.domain.agency import AgencyRegistered

    return AgencyRegistered(code="A-1", name="Ash", sector="health", standing="lay")


@pytest.mark.parametrize("annotation", [float, list[str], dict[str, str], str | int, tuple[int, ...], bytes])
def test_a_row_has_no_field_that_no_column_can_hold(annotation):
    with pytest.raises(TypeError, match="no column can hold"):
        kind_of(annotation)


@dataclass(frozen=True)
class Clashing:
    since: int


def test_a_row_has_no_field_named_like_a_time():
    with pytest.raises(TypeError, match="may not have a field called since"):
        row_kinds(Clashing)


@dataclass(frozen=True, slots=True)
class OneField:
    name: str


class Another(EveryKind):
    """Is it another shape?"""

    row = OneField  # type: ignore[assignment]


class Later(EveryKind):
    """Is it a later version?"""

    version = 2


def test_the_fingerprint_tells_shapes_and_versions_apart():
    prints = [fingerprint(p) for p in ([EveryKind()], [Another()], [Later()], [], list(PROJECTIONS))]
    assert len(set(prints)) == len(prints)
    assert fingerprint([EveryKind()]) == prints[0]
