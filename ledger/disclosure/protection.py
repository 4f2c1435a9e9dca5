"""Hiding: first what the rule hides by itself, then as little else as keeps a reader from working that out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from ledger.disclosure.cells import Cell, Table
from ledger.disclosure.reader import Range, around, known
from ledger.domain.conventions import DisclosureRule

CONFIDENTIAL = "c"
"""What stands for a number under a rule that has no symbol, since it only rounds, where there is nothing to round."""


class Why(StrEnum):
    """Why a cell is hidden."""

    SMALL = "small"
    """It is a small count itself."""
    DIFFERENCE = "difference"
    """Beside an earlier publication it would tell a small count."""
    COMPLEMENTARY = "complementary"
    """With it a reader could work out another that is hidden."""


@dataclass(frozen=True)
class Protection:
    """What is done to a publication under a rule: which cells are hidden and why; `open`: those that a reader can yet narrow down further
    than the rule allows, whatever is hidden now. Nothing may be published while any is, unless a named person answers for it.
    """

    rule: DisclosureRule
    hidden: dict[str, Why]
    open: tuple[str, ...] = ()

    def shown(self, cell: Cell) -> str:
        """A cell as it is printed."""
        if cell.id in self.hidden:
            return symbol(self.rule)
        return str(rounded(self.rule, cell))


def protect(table: Table, rule: DisclosureRule, shown: Collection[str] = ()) -> Protection:
    """Apply a rule to a publication. `shown`: cells that a named person decided to show whatever the rule says."""
    hidden: dict[str, Why] = {}
    for cell in table.cells.values():
        if cell.printed and not cell.settled and cell.id not in shown and (why := _why(table, rule, cell)):
            hidden[cell.id] = why
    if rule.hidden_up_to is None:
        return Protection(rule, hidden)
    guarded = [
        cell for cell in table.cells.values() if cell.id not in shown and _is_to_guard(table, rule, cell, hidden)
    ]
    blank = known(table, {cell.id: _blank(rule, cell) for cell in table.cells.values()})
    while True:
        ranges = known(table, {cell.id: _told(table, rule, cell, hidden) for cell in table.cells.values()})
        exposed = [cell for cell in guarded if not _is_safe(rule, cell, ranges[cell.id], blank[cell.id])]
        further = next(
            (id_ for each in exposed if (id_ := _next(table, rule, {*hidden, *table.hidden}, each, shown))), None
        )
        if further is None:
            return Protection(rule, hidden, tuple(cell.id for cell in exposed))
        hidden[further] = Why.COMPLEMENTARY


def symbol(rule: DisclosureRule) -> str:
    """What stands where a number is hidden, in brackets as in government spreadsheets: `[c]`."""
    return f"[{rule.symbol or CONFIDENTIAL}]"


def rounded(rule: DisclosureRule, cell: Cell) -> int:
    """A count as it is printed where it is not hidden."""
    if rule.rounded_to is None or not cell.guarded:
        return cell.value
    to = rule.rounded_to.value
    return (2 * cell.value + to) // (2 * to) * to


def told(rule: DisclosureRule, cell: Cell, *, is_hidden: bool) -> Range:
    """What a reader of a publication under a rule is told of one cell. What is hidden is not nought, which would be shown; under a rule
    that hides nothing for another's sake it is small, or has moved by a few.
    """
    if not cell.printed:
        return Range(0, inf)
    if is_hidden:
        return Range(1, inf if rule.complementary or cell.value > most_hidden(rule) else most_hidden(rule))
    if rule.rounded_to is None or not cell.guarded or cell.value == 0:
        return Range(cell.value, cell.value)
    printed, half = rounded(rule, cell), rule.rounded_to.value // 2
    return Range(max(printed - half, most_hidden(rule) + 1), printed + half)


def most_hidden(rule: DisclosureRule) -> int:
    """The greatest count that is hidden for itself; 0 where none is."""
    return 0 if rule.hidden_up_to is None else rule.hidden_up_to.value


def is_small(rule: DisclosureRule, count: int) -> bool:
    return 1 <= count <= most_hidden(rule)


def _why(table: Table, rule: DisclosureRule, cell: Cell) -> Why | None:
    if not cell.guarded:
        return None
    if is_small(rule, cell.value):
        return Why.SMALL
    for each in table.again:
        if each.cell == cell.id:
            moved = abs(cell.value - table.cells[each.earlier].value)
            if is_small(rule, moved) or (moved == 0 and each.earlier in table.hidden):
                return Why.DIFFERENCE
    return None


def _is_to_guard(table: Table, rule: DisclosureRule, cell: Cell, hidden: dict[str, Why]) -> bool:
    """Small counts, printed or not, this time's or an earlier one's; and what is hidden because of a difference."""
    if not cell.guarded or (cell.settled and cell.id not in table.hidden):
        return False
    return is_small(rule, cell.value) or hidden.get(cell.id) is Why.DIFFERENCE


def _is_safe(rule: DisclosureRule, cell: Cell, found: Range, blank: Range) -> bool:
    """Whether all that the rule hides stays possible: of a small count whatever a reader would think possible of a table that shows
    nothing but its noughts, of another as wide a range as that of a small count.
    """
    most = most_hidden(rule)
    if is_small(rule, cell.value):
        return found.holds(max(1, blank.least), min(most, blank.most))
    return found.width >= most - 1


def _blank(rule: DisclosureRule, cell: Cell) -> Range:
    """What a cell tells where everything but nought is hidden, as far as the rule hides it."""
    if not cell.printed:
        return Range(0, inf)
    if cell.value == 0:
        return Range(0, 0)
    if rule.complementary:
        return Range(1, inf)
    return Range(1, most_hidden(rule)) if is_small(rule, cell.value) else Range(most_hidden(rule) + 1, inf)


def _told(table: Table, rule: DisclosureRule, cell: Cell, hidden: Collection[str]) -> Range:
    """What one cell says for itself."""
    if cell.told is not None:
        return Range(*cell.told)
    if cell.id in table.hidden:
        return told(rule, cell, is_hidden=True)
    return (
        Range(cell.value, cell.value)
        if cell.settled and cell.printed
        else told(rule, cell, is_hidden=cell.id in hidden)
    )


def _next(
    table: Table, rule: DisclosureRule, hidden: Collection[str], exposed: Cell, shown: Collection[str]
) -> str | None:
    """What else to hide: of the cells that bear on an exposed one the smallest, and a total only where no part is left."""
    if not rule.complementary:
        return None
    wholes = {each.whole for each in table.sums}
    open_ = {cell.id for cell in table.cells.values() if not cell.printed or cell.id in hidden}
    near = (table.cells[id_] for id_ in around(table, exposed.id, open_) if id_ not in open_ and id_ not in shown)
    hideable = [cell for cell in near if cell.value > 0 and not cell.settled]
    return min(hideable, key=lambda cell: (cell.id in wholes, cell.value, cell.id)).id if hideable else None
