"""A report's figures under a disclosure rule, beside every edition published before: what the public may read of each number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.disclosure.cells import Cell, Table
from ledger.disclosure.protection import Protection, is_small, protect, rounded, symbol, told
from ledger.disclosure.tabling import (
    SIDES,
    cell_id,
    guards,
    is_of_few,
    is_ratio,
    least_base,
    linked,
    movements,
    side_id,
    sides_of,
    tabled,
    whole_number,
)
from ledger.domain.conventions import DisclosureRule
from ledger.figures.answer import Answer
from ledger.figures.measures import Part, Side, Value, per_cent

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
        side = dict(sides_of(figure)).get(name)
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
        count = None if is_ratio(unit) else whole_number(value * _sign(value))
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
        count = None if is_ratio(figure.unit) else whole_number(value)
        return symbol(self.rule) if count is None else rounded(self.rule, Cell(id_, count))


def publish_under(
    rule: DisclosureRule, figures: Sequence[Answer], earlier: Iterable[Edition] = (), shown: Collection[str] = ()
) -> Public:
    """A report under a rule, beside every earlier edition of what it counts. `shown`: ids a named person decided to show all the same."""
    editions = list(earlier)
    cells, sums = tabled(figures, rule)
    hidden: list[str] = []
    for n, edition in enumerate(editions):
        mark = f"{n}:"
        old_cells, old_sums = tabled(edition.figures, edition.rule or rule, mark)
        told_of = {mark + id_ for id_ in _with_sides(edition.withheld)}
        cells += [_as_told(each, edition.rule, told_of) for each in old_cells]
        sums += old_sums
        hidden += [*told_of, *(each.id for each in old_cells if edition.rule is not None and not each.printed)]
    again, nested_cells, nested = linked(figures, [edition.figures for edition in editions], rule)
    moved_cells, moved = movements(again, cells)
    table = Table.of([*cells, *nested_cells, *moved_cells], [*sums, *nested, *moved], again, hidden)

    def withheld_by(decided: Collection[str]) -> tuple[Protection, frozenset[str]]:
        shown = _with_sides(decided)
        done = protect(table, rule, [*shown, *(f"{n}:{id_}" for n in range(len(editions)) for id_ in shown)])
        return done, frozenset({*map(_whole_of, done.hidden), *_shares(figures, rule, done)} - set(decided))

    done, withheld = withheld_by(shown)
    released = withheld_by(())[1] & set(shown) if shown else frozenset()
    return Public(rule, done, withheld, released)


def _as_told(cell: Cell, rule: DisclosureRule | None, withheld: Collection[str]) -> Cell:
    """A cell of an earlier edition, with what that told of it."""
    if rule is None:
        return cell
    found = told(rule, cell, is_hidden=cell.id in withheld)
    return replace(cell, told=(found.least, found.most))


def _with_sides(ids: Iterable[str]) -> list[str]:
    """Ids of numbers, and of the two sides of those that are a part of a share, which are shown or not as that is."""
    return [each for id_ in ids for each in (id_, *(f"{id_} {side}" for side in SIDES if "/" in id_))]


def _whole_of(id_: str) -> str:
    """What a number goes by in a report: the sides of a part of a share by the part."""
    return id_.rpartition(" ")[0] if "/" in id_ and id_.endswith(SIDES) else id_


def _shares(figures: Sequence[Answer], rule: DisclosureRule, done: Protection) -> Iterator[str]:
    """Shares and middle values that would tell what is hidden: a side of theirs is hidden or small, or they are of too few."""
    counted = {each.id: whole_number(each.value) for each in figures}
    for each in figures:
        if not guards(each.unit, rule) and each.id not in OF_FEW:
            continue
        if sides := sides_of(each):
            (_, some), (_, base) = sides
            if any(side_id(each, name) in done.hidden for name, _ in sides) or is_of_few(rule, some.value, base.value):
                yield each.id
        for dimension, parts in each.by.items():
            if any(is_of_few(rule, part.numerator, part.denominator) for part in parts):
                yield from (cell_id(each.id, dimension, part.code) for part in parts)
        if (among := OF_FEW.get(each.id)) is not None and rule.hidden_up_to is not None:
            yield from (
                cell_id(each.id, dimension, part.code) for dimension, parts in each.by.items() for part in parts
            )
            if (counted.get(among) or 0) < least_base(rule):
                yield each.id


def _sign(value: int | Decimal) -> int:
    return -1 if value < 0 else 1
