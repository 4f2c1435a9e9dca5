"""The annual figures as CSV: one row for each figure and for each code of its breakdowns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from ledger.figures.answer import Answer, spelled
from ledger.figures.measures import Part, Side
from ledger.reports.annual import Report

COLUMNS = (
    "figure", "caption", "dimension", "code", "value", "unit", "kind", "when", "numerator", "denominator", "printed",
    "basis", "definition_version", "as_at", "entries", "note",
)  # fmt: skip
_MEANT_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(made: Report) -> str:
    """RFC 4180 text with a head row. Text that a spreadsheet would take for a formula is preceded by an apostrophe.

    Of a period so far, a last column `as_of` has the day up to which it is told.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    so_far = [] if made.as_of is None else [made.as_of.isoformat()]
    writer.writerow((*COLUMNS, *("as_of" for _ in so_far)))
    for each in made.figures:
        writer.writerows([*row, *so_far] for row in _rows(each))
    return text.getvalue()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_MEANT_AS_FORMULA) else text


def ranges(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Positions in order, as runs without a gap: first and last."""
    start = last = None
    for position in positions:
        if start is None or last is None:
            start = last = position
        elif position == last + 1:
            last = position
        else:
            yield start, last
            start = last = position
    if start is not None and last is not None:
        yield start, last


def spoken_ranges(positions: Sequence[int], most: int | None = None) -> str:
    """`1-5 9`; beyond so many runs, how many positions more there are."""
    shown, named = [], 0
    for n, (first, last) in enumerate(ranges(positions)):
        if most is not None and n == most:
            shown.append(f"and {len(positions) - named} more")
            break
        shown.append(str(first) if first == last else f"{first}-{last}")
        named += last - first + 1
    return " ".join(shown)


def _rows(each: Answer) -> Iterator[list[str]]:
    whole = Part("", each.value, _number_of(each.numerator), _number_of(each.denominator))
    yield [
        *_row(each, "", whole),
        _text(spelled(each.printed)),
        *_end(each),
        spoken_ranges(each.entries),
        guarded(each.note),
    ]
    for name, parts in each.by.items():
        for part in parts:
            yield [*_row(each, name, part), "", *_end(each), "", ""]


def _row(each: Answer, dimension: str, part: Part) -> list[str]:
    named = [each.id, guarded(each.caption), guarded(dimension), guarded(part.code)]
    sides = [_text(part.numerator), _text(part.denominator)]
    return [*named, _text(spelled(part.value)), guarded(each.unit), str(each.kind), each.when, *sides]


def _end(each: Answer) -> list[str]:
    return [each.basis, str(each.version), str(each.as_at)]


def _number_of(side: Side | None) -> int | None:
    return None if side is None else side.value


def _text(number: int | str | None) -> str:
    return "" if number is None else str(number)
