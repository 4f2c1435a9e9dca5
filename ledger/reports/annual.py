"""A report: every figure of the catalogue for a year or a quarter, as at a position of the ledger, and the parts beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.domain.adoption import Packs
from ledger.figures import answers
from ledger.figures.answer import Answer, asking
from ledger.figures.period import Period
from ledger.figures.selection import Asked
from ledger.projections.columns import table_of
from ledger.projections.partnership import Agencies, Groups
from ledger.projections.priorities import Priorities
from ledger.projections.tables import Tables
from ledger.reports.partnership import Partnership
from ledger.reports.parts import Part, parts


@dataclass(frozen=True)
class Written:
    """What people wrote for a section of a report, in Markdown, by entry `position`."""

    section: str
    text: str
    position: int


@dataclass(frozen=True)
class Report:
    """The figures of a period in the order of their sections; the same entries, packs and year give the same report.

    `partnership`: whose they are; None before the ledger was opened for one. `as_of`: the day up to which the year is told, if
    not to its end. `names`: what agencies, groups and priorities are called, by code. `held_at`: when the ledger recorded
    the last entry it is made of.
    """

    period: Period
    as_at: int
    figures: tuple[Answer, ...]
    partnership: Partnership | None = None
    as_of: date | None = None
    kind: str = "annual"
    parts: tuple[Part, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    narrative: tuple[Written, ...] = ()
    held_at: datetime | None = None

    @property
    def sections(self) -> dict[str, list[Answer]]:
        """The figures by section, in order."""
        found: dict[str, list[Answer]] = {}
        for each in self.figures:
            found.setdefault(each.section, []).append(each)
        return found


def report(
    tables: Tables,
    packs: Packs,
    period: str,
    as_at: int,
    partnership: Partnership | None = None,
    *,
    as_of: date | None = None,
    kind: str = "annual",
    narrative: tuple[Written, ...] = (),
    held_at: datetime | None = None,
) -> Report:
    """The figures of a reporting year such as `2019-20`, or where `kind` is quarterly of a quarter such as `2019-20-Q1`.

    `packs` and `partnership` are those as at the position.

    The tables must have come as far as `as_at`. `as_of`: of the year so far, up to this day. Raises NotAPeriod.
    """
    days = Period.reported(kind, period)
    with asking(tables, packs, days, as_at, as_of) as asked:
        told = tuple(answers(asked))
        return Report(days, as_at, told, partnership, as_of, kind, parts(kind, asked), names(asked), narrative, held_at)


def names(asked: Asked) -> dict[str, str]:
    """What the codes of agencies and groups, and the references of priorities, stand for."""
    found = {each.reference: each.row.name for each in asked.held(Agencies)}
    found |= {each.reference: each.row.name for each in asked.held(Groups)}
    priorities = table_of(Priorities).c
    return found | dict(asked.some(Priorities, (priorities.reference, priorities.title)))
