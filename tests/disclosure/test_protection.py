"""Small counts are hidden, and nobody can work them out: held against a reader who tries every table there could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.disclosure.cells import Again, Cell, Sum, Table
from ledger.disclosure.protection import Protection, Why, protect, symbol
from ledger.domain.conventions import DisclosureRule
from ledger.regimes import load_shelf

SHELF = load_shelf()
SMALL = {1, 2, 3, 4, 5}
MOST = 40
"""No count of these tests, and no count that their reader thinks of, is greater."""


def rule(id_: str) -> DisclosureRule:
    found = next(pack for pack in SHELF if pack.id == id_)
    assert isinstance(found, DisclosureRule)
    return found


DFE5, NHS8, ROUND5, NONE = (rule(id_) for id_ in ("dfe5", "nhs8", "round5", "none"))


def breakdown(name: str, parts: Sequence[int]) -> tuple[list[Cell], Sum]:
    cells = [Cell(f"{name}{n}", value) for n, value in enumerate(parts)]
    return cells, Sum("total", tuple(cell.id for cell in cells))


def table(*breakdowns: Sequence[int], guarded: bool = True, hidden: Iterable[str] = ()) -> Table:
    """A total broken down in one way or in several."""
    cells, sums = [Cell("total", sum(breakdowns[0]), guarded)], []
    for letter, parts in zip("abcd", breakdowns, strict=False):
        found, adding = breakdown(letter, parts)
        cells += [Cell(cell.id, cell.value, guarded) for cell in found]
        sums.append(adding)
    return Table.of(cells, sums, hidden=hidden)


def printed(of: Table, done: Protection) -> dict[str, str]:
    return {id_: done.shown(cell) for id_, cell in of.cells.items()}


def test_the_default_hides_a_second_cell_where_the_total_would_give_the_first_away():
    of = table([40, 23, 0, 4])
    done = protect(of, DFE5)
    assert printed(of, done) == {"total": "67", "a0": "40", "a1": "[c]", "a2": "0", "a3": "[c]"}
    assert done.hidden == {"a3": Why.SMALL, "a1": Why.COMPLEMENTARY}
    assert done.open == ()


def test_the_rule_of_hospital_statistics_rounds_what_it_does_not_hide():
    of = table([7, 8, 12, 0])
    shown = printed(of, protect(of, NHS8))
    assert [shown[f"a{n}"] for n in range(4)] == ["[*]", "10", "10", "0"]
    assert shown["total"] == "25"


def test_rounding_alone_hides_nothing_and_none_changes_nothing():
    of = table([1, 3, 12])
    assert printed(of, protect(of, ROUND5)) == {"total": "15", "a0": "0", "a1": "5", "a2": "10"}
    assert printed(of, protect(of, NONE)) == {"total": "16", "a0": "1", "a1": "3", "a2": "12"}


def test_what_is_neither_people_nor_incidents_is_shown_as_it_is():
    of = table([1, 2, 3], guarded=False)
    assert protect(of, DFE5).hidden == {}


def test_a_total_is_hidden_only_where_no_part_is_left():
    of = table([2, 0, 7])
    assert set(protect(of, DFE5).hidden) == {"a0", "a2"}
    of = table([1, 1, 1, 1, 1, 1])
    assert "total" in protect(of, DFE5).hidden, "a total of six in six parts tells each of them"


def test_two_breakdowns_of_one_total_do_not_give_each_other_away():
    of = table([3, 8], [1, 10])
    assert set(protect(of, DFE5).hidden) == {"a0", "a1", "b0", "b1"}, (
        "eleven in two parts may be one and ten, or five and six"
    )


def test_the_rest_beside_a_numerator_is_guarded_though_nobody_prints_it():
    of = Table.of(
        [Cell("base", 30), Cell("in-time", 28), Cell("rest", 2, printed=False)], [Sum("base", ("in-time", "rest"))]
    )
    assert protect(of, DFE5).hidden == {"in-time": Why.COMPLEMENTARY}


def test_a_small_movement_since_an_earlier_edition_is_hidden():
    of = Table.of([Cell("now", 11), Cell("before", 10, settled=True)], again=[Again("now", "before")])
    assert protect(of, DFE5).hidden == {"now": Why.DIFFERENCE}
    of = Table.of([Cell("now", 17), Cell("before", 10, settled=True)], again=[Again("now", "before")])
    assert protect(of, DFE5).hidden == {}


def test_what_an_earlier_edition_hid_and_has_not_moved_stays_hidden():
    of = Table.of([Cell("now", 8), Cell("before", 8, settled=True)], again=[Again("now", "before")], hidden=["before"])
    assert protect(of, DFE5).hidden == {"now": Why.DIFFERENCE}


def test_a_year_does_not_tell_what_happened_after_the_quarters_that_were_published():
    cells = [
        Cell("year", 31),
        Cell("q1", 10, settled=True),
        Cell("q2", 18, settled=True),
        Cell("since", 3, printed=False),
    ]
    of = Table.of(cells, [Sum("year", ("q1", "q2", "since"))])
    assert set(protect(of, DFE5).hidden) == {"year"}


def test_what_is_given_away_already_cannot_be_hidden_and_is_said():
    cells = [Cell("year", 31, settled=True), Cell("q1", 28, settled=True), Cell("rest", 3, printed=False)]
    assert protect(Table.of(cells, [Sum("year", ("q1", "rest"))]), DFE5).open == ("rest",)


def test_a_named_person_may_show_a_cell_and_the_rest_of_the_table_is_guarded_all_the_same():
    of = table([2, 3, 40])
    done = protect(of, DFE5, shown=["a0"])
    assert done.shown(of.cells["a0"]) == "2"
    assert set(done.hidden) == {"a1", "a2"}


def test_parts_that_do_not_add_up_are_an_error():
    with pytest.raises(ValueError, match="add up"):
        Table.of([Cell("total", 3), Cell("a", 1)], [Sum("total", ("a",))])
    with pytest.raises(ValueError, match="No cell is called b"):
        Table.of([Cell("total", 3)], [Sum("total", ("b",))])


counts = st.lists(st.integers(0, 9), min_size=1, max_size=4)


@given(counts, st.randoms(use_true_random=False))
def test_a_reader_who_tries_every_table_narrows_no_small_count(parts, random):
    second = list(parts)
    while len(second) > 1 and random.random() < 0.5:
        second.append(second.pop(0) + second.pop(0))
    of = table(parts, second)
    done = protect(of, DFE5)
    assert done.open == ()
    shown = printed(of, done)
    for id_, cell in of.cells.items():
        if 1 <= cell.value <= 5:
            assert possible(id_, of, blank(of)) & SMALL <= possible(id_, of, shown), (id_, shown)


@given(counts)
def test_no_more_is_hidden_than_is_needed_for_one_breakdown(parts):
    """Showing any one cell that was hidden for another's sake alone gives some small count away."""
    of = table(parts)
    done = protect(of, DFE5)
    small = [id_ for id_, cell in of.cells.items() if 1 <= cell.value <= 5]
    second = [id_ for id_, why in done.hidden.items() if why is Why.COMPLEMENTARY]
    if len(second) == 1:
        shown = printed(of, done) | {id_: str(of.cells[id_].value) for id_ in second}
        assert any(not possible(id_, of, blank(of)) & SMALL <= possible(id_, of, shown) for id_ in small)


@given(counts)
def test_protection_is_the_same_each_time(parts):
    assert protect(table(parts), DFE5) == protect(table(parts), DFE5)


def blank(of: Table) -> dict[str, str]:
    """The same table with nothing in it but its noughts."""
    return {id_: symbol(DFE5) if cell.value else "0" for id_, cell in of.cells.items()}


def possible(id_: str, of: Table, shown: dict[str, str]) -> set[int]:
    """Every count that a cell could be, in any table that prints the same: by trying, with no thought for ranges."""
    found: set[int] = set()
    hidden = symbol(DFE5)
    for total in range(1, MOST) if shown["total"] == hidden else [int(shown["total"])]:
        ways = [_reachable([_choices(shown[part], hidden) for part in each.parts], total) for each in of.sums]
        if not all(ways):
            continue
        if id_ == "total":
            found.add(total)
        for each in of.sums:
            if id_ in each.parts:
                others = [_choices(shown[part], hidden) for part in each.parts if part != id_]
                found |= {value for value in _choices(shown[id_], hidden) if _reachable(others, total - value)}
    return found


def _choices(text: str, hidden: str) -> range:
    return range(1, MOST) if text == hidden else range(int(text), int(text) + 1)


def _reachable(choices: list[range], total: int) -> bool:
    sums = {0}
    for each in choices:
        sums = {more for so_far in sums for more in range(so_far + each.start, min(so_far + each.stop, total + 1))}
    return total in sums
