"""Which arrangements did the partners publish, and what was changed in them by when?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.arrangements import ArrangementsAmended, ArrangementsPublished
from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition of the arrangements and its latest amendment."""

    edition: str
    guidance: str
    partners: tuple[str, ...]
    link: str | None
    published_on: DayOrNotStated
    in_effect_by: DayOrNotStated | None
    amendments: int = 0
    amended_on: DayOrNotStated | None = None
    areas: tuple[str, ...] = ()
    amendment_in_effect_by: DayOrNotStated | None = None
    amended_entry: int | None = None
    retrospective: bool = False


class Editions(Projection[EditionRow]):
    """Which arrangements are published, under which guidance, and what was changed in them last?"""

    table = "arrangements"
    records = ("arrangements",)
    row = EditionRow

    def apply(self, rows: Rows[EditionRow], entry: Entry) -> None:
        match entry.event:
            case ArrangementsPublished() as made:
                row = EditionRow(
                    made.edition, made.guidance, tuple(made.partners), made.link, made.published_on, made.in_effect_by,
                    retrospective=entry.retrospective,
                )  # fmt: skip
                rows.open(row)
            case ArrangementsAmended() as changed:
                rows.change(lambda row: _amended(row, changed, entry.position))
            case _:
                pass


def _amended(row: EditionRow, event: ArrangementsAmended, position: int) -> EditionRow:
    return replace(
        row,
        amendments=row.amendments + 1,
        amended_on=event.amended_on,
        areas=tuple(event.areas),
        amendment_in_effect_by=event.in_effect_by,
        amended_entry=position,
    )
