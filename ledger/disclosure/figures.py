"""A report's figures under a disclosure rule: which of their numbers are people or incidents, how they add up, and what earlier editions told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.disclosure.cells import Again, Cell, Sum, Table
from ledger.disclosure.protection import Protection, is_small, protect, rounded, symbol, told
from ledger.domain.conventions import DisclosureRule
from ledger.figures.answer import Answer
from ledger.figures.figure import Kind
from ledger.figures.measures import Part, Side, Value, per_cent

PEOPLE = frozenset({
    "attendances", "babies", "cases", "children", "episodes", "families", "individuals", "interviews", "parents",
    "people", "plans", "pupils", "young people",
})  # fmt: skip
"""Units that count people, or what each is of one person or family."""
INCIDENTS = frozenset({"contacts", "incidents", "notifications", "rapid reviews", "referrals", "reviews"})
"""Units that count incidents, or what each is of one incident."""
OF_FEW = {"FIG-LCSPR-AGE": "FIG-LCSPR-OPEN"}
"""Middle values, and the figure that counts what they are the middle of: of few they describe single cases."""


@dataclass(frozen=True)
class Edition:
    """What was published before: its figures as they were worked out then, the ids of those it withheld, and the rule it did so under;
    without a rule it was published in full.
    """

    figures: tuple[Answer, ...]
    withheld: frozenset[str] = frozenset()
    rule: DisclosureRule | None = None


@dataclass(frozen=True)
class Public:
    """A report's figures as the public may read them. `withheld`: ids of every number that is not shown, as `FIG-SIN/nature=abuse`;
    `released`: of those that would not be, had nobody decided otherwise.
    """

    rule: DisclosureRule
    protection: Protection
    withheld: frozenset[str]
    released: frozenset[str] = frozenset()

    @property
    def why(self) -> dict[str, str]:
        """Why each number is withheld, in order: `small`, `difference`, `complementary`; `share` of one that is."""
        return {id_: str(self.protection.hidden.get(id_, "share")) for id_ in sorted(self.withheld)}

    @property
    def open(self) -> tuple[str, ...]:
        """Numbers that can be worked out all the same, this report's or an earlier edition's."""
        return self.protection.open

    def value(self, figure: Answer) -> Value | str:
        """A figure's value: as it is, rounded, or the rule's symbol."""
        return self._shown(figure, figure.id, figure.value, figure.numerator, figure.denominator)

    def part(self, figure: Answer, dimension: str, part: Part) -> Value | str:
        """The value of one code of a breakdown, likewise."""
        return self._shown(
            figure, cell_id(figure.id, dimension, part.code), part.value, part.numerator, part.denominator
        )

    def side(self, figure: Answer, name: str) -> int | str | None:
        """Its numerator or denominator, likewise."""
        side = dict(_sides(figure)).get(name)
        return None if side is None else self._count(side_id(figure, name), side.value, side.unit)

    def part_side(self, figure: Answer, dimension: str, part: Part, name: str) -> int | str | None:
        """The numerator or denominator of one code of a breakdown, likewise."""
        count = part.numerator if name == "numerator" else part.denominator
        side = figure.numerator if name == "numerator" else figure.denominator
        unit = figure.unit if side is None else side.unit
        return None if count is None else self._count(cell_id(figure.id, dimension, part.code), count, unit)

    def alone(self, value: Value, unit: str) -> Value | str:
        """A number that stands for itself, in a record or in what others state: of people or incidents hidden where it is small, a count
        as it is rounded, and no exact share where counts are rounded.
        """
        if value is None or not guards(unit, self.rule):
            return value
        count = None if _is_ratio(unit) else _count(value * _sign(value))
        if count is None:
            return value if self.rule.rounded_to is None else symbol(self.rule)
        return symbol(self.rule) if is_small(self.rule, count) else rounded(self.rule, Cell("", count)) * _sign(value)

    def _count(self, id_: str, count: int, unit: str) -> int | str:
        if id_ in self.withheld:
            return symbol(self.rule)
        return rounded(self.rule, Cell(id_, count, guards(unit, self.rule)))

    def _shown(
        self, figure: Answer, id_: str, value: Value, numerator: Side | int | None, denominator: Side | int | None
    ) -> Value | str:
        if id_ in self.withheld:
            return symbol(self.rule)
        if value is None or self.rule.rounded_to is None or not guards(figure.unit, self.rule):
            return value
        some, base = (side.value if isinstance(side, Side) else side for side in (numerator, denominator))
        if some is not None and base is not None and figure.unit.startswith("%"):
            return per_cent(*(rounded(self.rule, Cell(id_, count)) for count in (some, base)))
        count = None if _is_ratio(figure.unit) else _count(value)
        return symbol(self.rule) if count is None else rounded(self.rule, Cell(id_, count))


def publish_under(
    rule: DisclosureRule, figures: Sequence[Answer], earlier: Iterable[Edition] = (), shown: Collection[str] = ()
) -> Public:
    """A report under a rule, beside every earlier edition of what it counts. `shown`: ids a named person decided to show all the same."""
    editions = list(earlier)
    cells, sums = _tabled(figures, rule)
    hidden: list[str] = []
    for n, edition in enumerate(editions):
        mark = f"{n}:"
        old_cells, old_sums = _tabled(edition.figures, edition.rule or rule, mark)
        told_of = {mark + id_ for id_ in edition.withheld}
        cells += [_as_told(each, edition.rule, told_of) for each in old_cells]
        sums += old_sums
        hidden += told_of
    again, nested_cells, nested = _linked(figures, editions, rule)
    table = Table.of([*cells, *nested_cells], [*sums, *nested], again, hidden)

    def withheld_by(decided: Collection[str]) -> tuple[Protection, frozenset[str]]:
        done = protect(table, rule, [*decided, *(f"{n}:{id_}" for n in range(len(editions)) for id_ in decided)])
        return done, frozenset({*done.hidden, *_shares(figures, rule, done)} - set(decided))

    done, withheld = withheld_by(shown)
    released = withheld_by(())[1] & set(shown) if shown else frozenset()
    return Public(rule, done, withheld, released)


def _as_told(cell: Cell, rule: DisclosureRule | None, withheld: Collection[str]) -> Cell:
    """A cell of an earlier edition, with what that told of it."""
    if rule is None:
        return cell
    found = told(rule, cell, is_hidden=cell.id in withheld)
    return replace(cell, told=(found.least, found.most))


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


def _is_ratio(unit: str) -> bool:
    """Whether a unit is that of a share or a rate, which is no count."""
    return unit.startswith("%") or " per " in unit


def _tabled(figures: Sequence[Answer], rule: DisclosureRule, mark: str = "") -> tuple[list[Cell], list[Sum]]:
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
        for name, side in _sides(each):
            id_, count = first.setdefault(side.id, (side_id(each, name), side.value))
            if count == side.value and id_ != side_id(each, name):
                yield Sum(mark + id_, (mark + side_id(each, name),))


def _cells(each: Answer, rule: DisclosureRule, mark: str) -> tuple[list[Cell], list[Sum]]:
    settled = bool(mark)
    if _sides(each):
        return _share(each, rule, mark)
    if _is_ratio(each.unit):
        return [], []
    cells, sums = [], []
    guarded = guards(each.unit, rule)
    whole = _whole(each)
    if whole is not None:
        cells.append(Cell(mark + each.id, whole, guarded, settled=settled))
    for dimension, parts in each.by.items():
        counts = [(mark + cell_id(each.id, dimension, part.code), _count(part.value)) for part in parts]
        known = [(id_, count) for id_, count in counts if count is not None]
        cells += [Cell(id_, count, guarded, settled=settled) for id_, count in known]
        if whole is not None and len(known) == len(counts) and sum(count for _, count in known) == whole:
            sums.append(Sum(mark + each.id, tuple(id_ for id_, _ in known)))
    return cells, sums


def _linked(
    figures: Sequence[Answer], editions: Sequence[Edition], rule: DisclosureRule
) -> tuple[list[Again], list[Cell], list[Sum]]:
    """How this report hangs together with earlier ones: the same number told again, and a year that is its quarters and what came since."""
    marked = [(f"{n}:", edition.figures) for n, edition in enumerate(editions)]
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
    if _sides(each):
        return {side_id(each, name): side.value for name, side in _sides(each)}
    parts = {cell_id(each.id, name, part.code): _count(part.value) for name, parts in each.by.items() for part in parts}
    return {id_: count for id_, count in ({each.id: _count(each.value)} | parts).items() if count is not None}


def _share(each: Answer, rule: DisclosureRule, mark: str) -> tuple[list[Cell], list[Sum]]:
    """Numerator, denominator, and the rest between them, which nobody prints and everybody can work out."""
    settled = bool(mark)
    (_, some), (_, base) = _sides(each)
    some_id, base_id = (mark + side_id(each, name) for name, _ in _sides(each))
    guarded = guards(some.unit, rule)
    cells = [Cell(id_, side.value, guarded, settled=settled) for id_, side in ((some_id, some), (base_id, base))]
    if some.value > base.value:
        return cells, []
    rest = Cell(f"{mark}{each.id} rest", base.value - some.value, guarded, printed=False, settled=settled)
    return [*cells, rest], [Sum(base_id, (some_id, rest.id))]


def _shares(figures: Sequence[Answer], rule: DisclosureRule, done: Protection) -> Iterator[str]:
    """Shares and middle values that would tell what is hidden: a side of theirs is hidden or small, or they are of too few."""
    counted = {each.id: _count(each.value) for each in figures}
    for each in figures:
        if not guards(each.unit, rule) and each.id not in OF_FEW:
            continue
        if sides := _sides(each):
            (_, some), (_, base) = sides
            if any(side_id(each, name) in done.hidden for name, _ in sides) or _is_of_few(rule, some.value, base.value):
                yield each.id
        for dimension, parts in each.by.items():
            if any(_is_of_few(rule, part.numerator, part.denominator) for part in parts):
                yield from (cell_id(each.id, dimension, part.code) for part in parts)
        if (among := OF_FEW.get(each.id)) is not None and rule.hidden_up_to is not None:
            yield from (
                cell_id(each.id, dimension, part.code) for dimension, parts in each.by.items() for part in parts
            )
            if (counted.get(among) or 0) < _least_base(rule):
                yield each.id


def _is_of_few(rule: DisclosureRule, some: int | None, base: int | None) -> bool:
    if some is None or base is None:
        return False
    return is_small(rule, some) or is_small(rule, base - some) or (0 < base < _least_base(rule))


def _least_base(rule: DisclosureRule) -> int:
    return 0 if rule.least_base is None else rule.least_base.value


def _sides(each: Answer) -> tuple[tuple[str, Side], ...]:
    """Numerator and denominator by name, of a figure that has both."""
    if each.numerator is None or each.denominator is None:
        return ()
    return (("numerator", each.numerator), ("denominator", each.denominator))


def _whole(each: Answer) -> int | None:
    """The count that a figure is, if it is one."""
    return None if _sides(each) or _is_ratio(each.unit) else _count(each.value)


def _sign(value: int | Decimal) -> int:
    return -1 if value < 0 else 1


def _count(value: Value) -> int | None:
    return int(value) if isinstance(value, int | Decimal) and value == int(value) and value >= 0 else None
