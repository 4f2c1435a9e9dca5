"""Figures and reports for somebody who does not see every record: each number stands, and what would lead to a record they may not open is left out, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ledger.application import Ledger
from ledger.figures.answer import Answer
from ledger.reports.document import Document, Pass

Sees = Callable[[str], bool]


def figures_seen(ledger: Ledger, figures: Sequence[Answer], sees: Sees) -> tuple[Answer, ...]:
    """The figures with those of their entries that are of records somebody sees."""
    opens = _opened(ledger, (position for each in figures for position in each.cites), sees)
    return tuple(each.seen_by(sees, opens) for each in figures)


def report_figures_seen(ledger: Ledger, sees: Sees) -> Pass:
    """The figures of a report likewise."""
    return lambda made: replace(
        made, report=replace(made.report, figures=figures_seen(ledger, made.report.figures, sees))
    )


def parts_seen(ledger: Ledger, sees: Sees) -> Pass:
    """The parts of a report with the rows and entries of records that somebody sees."""

    def seen(made: Document) -> Document:
        parts = made.report.parts
        opens = _opened(ledger, (position for part in parts for position in part.entries), sees)
        return replace(made, report=replace(made.report, parts=tuple(part.seen_by(sees, opens) for part in parts)))

    return seen


def _opened(ledger: Ledger, cited: Iterable[int], sees: Sees) -> frozenset[int]:
    names = ledger.names(sorted(set(cited)))
    seen = {name: sees(name) for name in set(names.values())}
    return frozenset(position for position, name in names.items() if seen[name])
