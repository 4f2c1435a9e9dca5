"""The numbers of figures as cells, and what adds up among them: within a report, and between it and whatever was published before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ledger.disclosure.cells import Again, Cell, Sum
from ledger.disclosure.protection import is_small
from ledger.domain.conventions import DisclosureRule
from ledger.figures.answer import Answer
from ledger.figures.figure import Kind
from ledger.figures.measures import Side, Value

PEOPLE = frozenset({
    "attendances", "babies", "cases", "children", "episodes", "families", "individuals", "interviews", "parents",
    "people", "plans", "pupils", "young people",
})  # fmt: skip
"""Units that count people, or what each is of one person or family."""
INCIDENTS = frozenset({"contacts", "incidents", "notifications", "rapid reviews", "referrals", "reviews"})
"""Units that count incidents, or what each is of one incident."""
SIDES = ("numerator", "denominator")


def cell_id(figure: str, dimension: str = "", code: str = "") -> str:
    """What a number of a report is called: the figure, and the code of a breakdown."""
    return f"{figure}/{dimension}={code}" if dimension else figure


def side_id(figure: Answer, name: str) -> str:
    """What the numerator or denominator of a share is called."""
    return f"{figure.id} {name}"


def guards(unit: str, rule: DisclosureRule) -> bool:
    """Whether a rule protects what a unit counts (SDC-SCOPE)."""
    counted = unit.removeprefix("% of ").partition(" per ")[0].replace("-", " ")
    return ("people" in rule.protects and counted in PEOPLE) or ("incidents" in rule.protects and counted in INCIDENTS)


def is_ratio(unit: str) -> bool:
    """Whether a unit is that of a share or a rate, which is no count."""
    return unit.startswith("%") or " per " in unit


def tabled(figures: Sequence[Answer], rule: DisclosureRule, mark: str = "") -> tuple[list[Cell], list[Sum]]:
    """The counts of some figures as cells, and what adds up among them. `mark`: of an earlier edition."""
    cells: list[Cell] = []
    sums: list[Sum] = []
    for each in figures:
        found, adding = _cells(each, rule, mark)
        cells += found
        sums += adding
    return cells, [*sums, *_same(figures, mark)]


def _same(figures: Sequence[Answer], mark: str) -> Iterator[Sum]:
    """Numbers that are one and the same: the base of two shares, or a count that is a figure too."""
    first = {each.id: (each.id, count) for each in figures if (count := _whole(each)) is not None}
    for each in figures:
        for name, side in sides_of(each):
            id_, count = first.setdefault(side.id, (side_id(each, name), side.value))
            if count == side.value and id_ != side_id(each, name):
                yield Sum(mark + id_, (mark + side_id(each, name),))
    parts = {id_: count for each in figures if not sides_of(each) for id_, count in _counts(each).items()}
    for each in figures:
        for dimension, of in _sided(each):
            for code, counts in of:
                ids = _side_ids(mark + cell_id(each.id, dimension, code))
                for id_, count, (_, side) in zip(ids, counts, sides_of(each), strict=True):
                    other = cell_id(side.id, dimension, code)
                    if parts.get(other) == count:
                        yield Sum(mark + other, (id_,))


def _cells(each: Answer, rule: DisclosureRule, mark: str) -> tuple[list[Cell], list[Sum]]:
    settled = bool(mark)
    if sides_of(each):
        return _share(each, rule, mark)
    if is_ratio(each.unit):
        return [], []
    cells, sums = [], []
    guarded = guards(each.unit, rule)
    whole = _whole(each)
    if whole is not None:
        cells.append(Cell(mark + each.id, whole, guarded, settled=settled))
    for dimension, parts in each.by.items():
        counts = [(mark + cell_id(each.id, dimension, part.code), whole_number(part.value)) for part in parts]
        known = [(id_, count) for id_, count in counts if count is not None]
        cells += [Cell(id_, count, guarded, settled=settled) for id_, count in known]
        if whole is not None and len(known) == len(counts) and sum(count for _, count in known) == whole:
            sums.append(Sum(mark + each.id, tuple(id_ for id_, _ in known)))
    return cells, sums


def _share(each: Answer, rule: DisclosureRule, mark: str) -> tuple[list[Cell], list[Sum]]:
    """Numerator, denominator, and the rest between them, which nobody prints and everybody can work out; and those of each part, unless
    all parts of a dimension go because one is of few: then nobody prints them.
    """
    (_, some), (_, base) = sides_of(each)
    guarded = guards(some.unit, rule)
    wholes = [mark + side_id(each, name) for name in SIDES]
    cells, sums = _divided(
        wholes, f"{mark}{each.id} rest", (some.value, base.value), guarded=guarded, settled=bool(mark)
    )
    for dimension, parts in _sided(each):
        printed = not any(is_of_few(rule, *counts) for _, counts in parts)
        ids = [_side_ids(mark + cell_id(each.id, dimension, code)) for code, _ in parts]
        for names, (code, counts) in zip(ids, parts, strict=True):
            rest = f"{mark}{cell_id(each.id, dimension, code)} rest"
            found, adding = _divided(names, rest, counts, guarded=guarded, settled=bool(mark), printed=printed)
            cells += found
            sums += adding
        for n, (whole, side) in enumerate(zip(wholes, (some, base), strict=True)):
            if sum(counts[n] for _, counts in parts) == side.value:
                sums.append(Sum(whole, tuple(names[n] for names in ids)))
    return cells, sums


def _divided(
    ids: Sequence[str], rest: str, counts: Sequence[int], *, guarded: bool, settled: bool, printed: bool = True
) -> tuple[list[Cell], list[Sum]]:
    """A numerator and a denominator, with the rest between them where there is one."""
    some, base = counts
    cells = [Cell(id_, count, guarded, printed, settled) for id_, count in zip(ids, counts, strict=True)]
    if some > base:
        return cells, []
    return [*cells, Cell(rest, base - some, guarded, printed=False, settled=settled)], [Sum(ids[1], (ids[0], rest))]


def linked(
    figures: Sequence[Answer], earlier: Sequence[Sequence[Answer]], rule: DisclosureRule
) -> tuple[list[Again], list[Cell], list[Sum]]:
    """How this report hangs together with earlier ones: the same number told again, and a year that is its quarters and what came since."""
    marked = [(f"{n}:", of) for n, of in enumerate(earlier)]
    again: list[Again] = []
    latest: dict[str, dict[str, tuple[str, Answer]]] = {}
    for mark, figures_then in [*marked, ("", figures)]:
        for each in figures_then:
            latest.setdefault(each.id, {})[each.when] = (mark, each)
    for each in figures:
        for mark, figures_then in marked:
            for old in figures_then:
                if (old.id, old.when, old.version) == (each.id, each.when, each.version):
                    again += [Again(id_, mark + id_) for id_ in _counts(each).keys() & _counts(old).keys()]
    cells: list[Cell] = []
    sums: list[Sum] = []
    for of_one in latest.values():
        for outer in of_one.values():
            inner = [other for other in of_one.values() if _is_within(other[1], outer[1])]
            if inner and "" in {outer[0], *(mark for mark, _ in inner)}:
                found, adding = _nested(outer, inner, rule)
                cells += found
                sums += adding
    return sorted(again, key=lambda each: (each.cell, each.earlier)), cells, sums


def movements(again: Iterable[Again], cells: Iterable[Cell]) -> tuple[list[Cell], list[Sum]]:
    """Of each number told again: what it was, and what came since, which is none or more for a reader who takes it that nothing is taken back."""
    known = {each.id: each for each in cells}
    came, sums = [], []
    for cell, earlier in ((known[each.cell], known[each.earlier]) for each in again):
        if cell.value >= earlier.value:
            since = Cell(f"{cell.id} since {earlier.id}", cell.value - earlier.value, cell.guarded, printed=False)
            came.append(since)
            sums.append(Sum(cell.id, (earlier.id, since.id)))
    return came, sums


def _is_within(inner: Answer, outer: Answer) -> bool:
    """Whether one counts a part of the time of the other, under the same definition."""
    if inner.kind != Kind.FLOW or inner.version != outer.version or inner.period == outer.period:
        return False
    return outer.period.first <= inner.period.first and inner.period.last <= outer.period.last


def _nested(
    outer: tuple[str, Answer], inner: Sequence[tuple[str, Answer]], rule: DisclosureRule
) -> tuple[list[Cell], list[Sum]]:
    """Of each number of a year: its quarters, and the rest, which everybody can work out."""
    cells, sums = [], []
    mark, whole = outer
    guarded = guards(whole.unit if whole.numerator is None else whole.numerator.unit, rule)
    counted = [(of, _counts(each)) for of, each in inner]
    for id_, count in _counts(whole).items():
        parts = [(of + id_, counts[id_]) for of, counts in counted if id_ in counts]
        if parts and (rest := count - sum(part for _, part in parts)) >= 0:
            since = Cell(f"{mark}{id_} since", rest, guarded, printed=False)
            cells.append(since)
            sums.append(Sum(mark + id_, (*(part for part, _ in parts), since.id)))
    return cells, sums


def _counts(each: Answer) -> dict[str, int]:
    """Every count that a figure prints, by id."""
    if sides_of(each):
        told = {side_id(each, name): side.value for name, side in sides_of(each)}
        for dimension, parts in _sided(each):
            for code, counts in parts:
                told |= zip(_side_ids(cell_id(each.id, dimension, code)), counts, strict=True)
        return told
    if is_ratio(each.unit):
        return {}
    of_parts = {
        cell_id(each.id, name, part.code): whole_number(part.value) for name, of in each.by.items() for part in of
    }
    return {id_: count for id_, count in ({each.id: whole_number(each.value)} | of_parts).items() if count is not None}


def _sided(each: Answer) -> Iterator[tuple[str, list[tuple[str, tuple[int, int]]]]]:
    """The dimensions of a share in which each part has its two sides: the code, numerator and denominator of each part."""
    for dimension, parts in each.by.items() if sides_of(each) else ():
        found = [
            (part.code, (part.numerator, part.denominator))
            for part in parts
            if part.numerator is not None and part.denominator is not None
        ]
        if found and len(found) == len(parts):
            yield dimension, found


def _side_ids(id_: str) -> list[str]:
    """What the two sides of a part of a share are called."""
    return [f"{id_} {name}" for name in SIDES]


def sides_of(each: Answer) -> tuple[tuple[str, Side], ...]:
    """Numerator and denominator by name, of a figure that has both."""
    if each.numerator is None or each.denominator is None:
        return ()
    return (("numerator", each.numerator), ("denominator", each.denominator))


def _whole(each: Answer) -> int | None:
    """The count that a figure is, if it is one."""
    return None if sides_of(each) or is_ratio(each.unit) else whole_number(each.value)


def whole_number(value: Value) -> int | None:
    return int(value) if isinstance(value, int | Decimal) and value == int(value) and value >= 0 else None


def is_of_few(rule: DisclosureRule, some: int | None, base: int | None) -> bool:
    if some is None or base is None:
        return False
    return is_small(rule, some) or is_small(rule, base - some) or (0 < base < least_base(rule))


def least_base(rule: DisclosureRule) -> int:
    return 0 if rule.least_base is None else rule.least_base.value
