"""The annual figures as one document: every figure of the catalogue for a reporting year, as at a position of the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.domain.adoption import Packs
from ledger.figures import answers
from ledger.figures.answer import Answer, asking
from ledger.figures.period import Period
from ledger.projections.tables import Tables
from ledger.reports.partnership import Partnership
from ledger.reports.parts import Part, parts


@dataclass(frozen=True)
class Report:
    """The figures of a period in the order of their sections; the same entries, packs and year give the same report.

    `partnership`: whose they are; None before the ledger was opened for one. `as_of`: the day up to which the year is told, if
    not to its end.
    """

    period: Period
    as_at: int
    figures: tuple[Answer, ...]
    partnership: Partnership | None = None
    as_of: date | None = None
    kind: str = "annual"
    parts: tuple[Part, ...] = ()

    @property
    def sections(self) -> dict[str, list[Answer]]:
        """The figures by section, in order."""
        found: dict[str, list[Answer]] = {}
        for each in self.figures:
            found.setdefault(each.section, []).append(each)
        return found

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **self._head(),
            "parts": [part.wire() for part in self.parts],
            "figures": [each.wire() for each in self.figures],
        }

    def _head(self) -> dict[str, Any]:
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        whose = self.partnership
        return {
            "as_at": self.as_at,
            "period": self.period.name,
            "from": first,
            "to": last,
            "partnership": whose and whose.name,
            "notice": whose and whose.notice,
            "demonstration": whose and whose.demonstration,
            "retrospective": whose and whose.retrospective,
        } | ({} if self.as_of is None else {"as_of": self.as_of.isoformat()})


def report(
    tables: Tables,
    packs: Packs,
    period: str,
    as_at: int,
    partnership: Partnership | None = None,
    *,
    as_of: date | None = None,
    kind: str = "annual",
) -> Report:
    """The figures of a reporting year such as `2019-20`, or where `kind` is quarterly of a quarter such as `2019-20-Q1`.

    `packs` and `partnership` are those as at the position.

    The tables must have come as far as `as_at`. `as_of`: of the year so far, up to this day. Raises NotAPeriod.
    """
    days = Period.year(period) if kind == "annual" else Period.quarter(period)
    with asking(tables, packs, days, as_at, as_of) as asked:
        return Report(days, as_at, tuple(answers(asked)), partnership, as_of, kind, parts(kind, asked))


def to_json(made: Report) -> str:
    """One line per figure, so that two reports can be compared line by line."""
    head = json.dumps(made._head(), separators=(",", ":"))[:-1]  # noqa: SLF001 - the same module
    lines = ",\n".join(json.dumps(each.wire(), ensure_ascii=False, separators=(",", ":")) for each in made.figures)
    told = json.dumps([part.wire() for part in made.parts], ensure_ascii=False, separators=(",", ":"))
    return f'{head},"parts":{told},"figures":[\n{lines}\n]}}\n'
