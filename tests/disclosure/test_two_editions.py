"""Two editions of a report, each protected: nobody who has both, adds up and knows that nothing is taken back works out what either withholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import ceil, floor, inf
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.disclosure.figures import Edition, Public, publish_under
from ledger.disclosure.protection import symbol
from ledger.domain.conventions import DisclosureRule
from ledger.figures.answer import RECORDS, Answer
from ledger.figures.figure import Kind
from ledger.figures.measures import Part, Side, per_cent
from ledger.figures.period import Period
from tests.disclosure.attacking import Attacker, Row
from tests.disclosure.test_protection import DFE5, NHS8

YEAR, FIRST = Period.year("2024-25"), Period.quarter("2024-25-Q1")
NATURES = ("abuse", "death", "neglect")


class Thing(NamedTuple):
    """One kind of incident that the figures tell apart: what happened, whether it was notified in time, whether the first edition had it."""

    nature: str
    in_time: bool
    is_early: bool

    @property
    def name(self) -> str:
        return "-".join(map(str, self))


Holds = Callable[[Thing], bool]
ALL = [Thing(nature, timely, early) for nature in NATURES for timely in (True, False) for early in (True, False)]


def made(counts: Mapping[Thing, int], period: Period, within: Holds) -> list[Answer]:
    """The figures of an edition: how many incidents, by nature; and the share that was notified in time, by nature."""

    def count(*also: Holds) -> int:
        return sum(n for thing, n in counts.items() if within(thing) and all(each(thing) for each in also))

    def of(nature: str) -> Holds:
        return lambda thing: thing.nature == nature

    natures = [each for each in NATURES if count(of(each))]
    total, timely = count(), count(in_time)
    whole = tuple(Part(each, count(of(each))) for each in natures)
    shares = [(each, count(of(each), in_time), count(of(each))) for each in natures]
    sided = tuple(Part(each, per_cent(some, base), some, base) for each, some, base in shares)
    return [
        answer("FIG-SIN", "children", period, total, parts=whole),
        answer(
            "FIG-SIN-5WD", "% of children", period, per_cent(timely, total), parts=sided,
            sides=(Side("FIG-SIN-5WD-1", "children", timely, ()), Side("FIG-SIN", "children", total, ())),
        ),
    ]  # fmt: skip


def in_time(thing: Thing) -> bool:
    return thing.in_time


def answer(id_, unit, period, value, *, parts, sides=(None, None)) -> Answer:
    return Answer(
        id_, "A figure", "Section", unit, Kind.FLOW, "Definition.", 1, "day", "None", period, 9, RECORDS, value, (), {"nature": parts}, *sides
    )  # fmt: skip


class Claim(NamedTuple):
    """A number of an edition: its id, what it counts, how it was shown, and whether it is a part of a share, of which also noughts are withheld."""

    id: str
    row: Row
    shown: object
    of_share: bool = False


def claims(public: Public, figures: Iterable[Answer], within: Holds) -> list[Claim]:
    """Every count of an edition, as it was printed."""
    sin, share = figures

    def row(*also: Holds) -> Row:
        return {each.name: 1 for each in ALL if within(each) and all(holds(each) for holds in also)}

    def of(nature: str) -> Holds:
        return lambda thing: thing.nature == nature

    found = [Claim(sin.id, row(), public.value(sin))]
    found += [Claim(f"{share.id} numerator", row(in_time), public.side(share, "numerator"))]
    found += [Claim(f"{share.id} denominator", row(), public.side(share, "denominator"))]
    for part in sin.by["nature"]:
        found.append(Claim(f"{sin.id} {part.code}", row(of(part.code)), public.part(sin, "nature", part)))
    for part in share.by["nature"]:
        for name, also in (("numerator", (in_time,)), ("denominator", ())):
            shown = public.part_side(share, "nature", part, name)
            found.append(Claim(f"{share.id} {part.code} {name}", row(of(part.code), *also), shown, of_share=True))
    return found


def heard(
    rule: DisclosureRule, told: Iterable[Claim], counts: Mapping[Thing, int]
) -> Iterator[tuple[Row, float, float]]:
    """What the signs and the printed numbers of an edition tell of its counts. A sign stands also for what has moved by a few, so it may be
    of more than a small count; a reader who takes it for one goes wrong, and is told nothing.
    """
    most = 0 if rule.hidden_up_to is None else rule.hidden_up_to.value
    half = 0 if rule.rounded_to is None else rule.rounded_to.value // 2
    for each in told:
        if each.shown == symbol(rule):
            is_any = rule.complementary or each.of_share or worth(counts, each.row) > most
            yield each.row, 0 if each.of_share else 1, inf if is_any else most
        elif isinstance(each.shown, int) and each.shown == 0 and most:
            yield each.row, 0, 0
        elif isinstance(each.shown, int):
            yield each.row, max(0, each.shown - half, most + 1 if half and most else 0), each.shown + half


counts = st.fixed_dictionaries({each: st.integers(0, 7) for each in ALL})


def worth(counts: Mapping[Thing, int], row: Row) -> int:
    return sum(counts[each] * row.get(each.name, 0) for each in ALL)


def early(thing: Thing) -> bool:
    return thing.is_early


def everything(thing: Thing) -> bool:
    return True


@pytest.mark.parametrize("rule", [DFE5, NHS8], ids=lambda rule: rule.id)
@pytest.mark.parametrize("period", [YEAR, FIRST], ids=["the year again", "a quarter, then the year"])
@settings(max_examples=15)
@given(counts=counts)
def test_nobody_works_out_what_two_editions_withhold(rule, period, counts):
    attack(rule, period, counts)


def attack(rule: DisclosureRule, period: Period, counts: Mapping[Thing, int]) -> None:
    figures = made(counts, period, early)
    first = publish_under(rule, figures)
    if first.open:
        return
    told = claims(first, figures, early)
    later = made(counts, YEAR, everything)
    second = publish_under(rule, later, [Edition(tuple(figures), first.withheld, rule)])
    if not second.open:
        told += claims(second, later, everything)
    for each in told:
        assert_explained(rule, each, worth(counts, each.row))
    attacker = Attacker(heard(rule, told, counts))
    small = 0 if rule.hidden_up_to is None else rule.hidden_up_to.value
    for id_, row in {tuple(sorted(row)): (id_, row) for id_, row in guarded(told)}.values():
        value = worth(counts, row)
        least, most = attacker.bounds(row)
        assert least <= value <= most, id_
        if 1 <= value <= small:
            assert ceil(least) < (most if most == inf else floor(most)), f"{id_} can only be {value}"


def guarded(told: Iterable[Claim]) -> Iterator[tuple[str, Row]]:
    """What must not be known where it is small: each number of an edition, the rest beside a numerator, and what came since the first edition."""
    for each in told:
        yield each.id, each.row
        yield f"{each.id}, since", {name: 1 for name in each.row if name.endswith("False")}
        if each.id.endswith("denominator"):
            yield f"{each.id}, late", {name: 1 for name in each.row if name.split("-")[1] == "False"}


def assert_explained(rule: DisclosureRule, each: Claim, value: int) -> None:
    """A sign stands for something, and no small count stands without one."""
    if each.shown == symbol(rule):
        assert value > 0 or each.of_share
    elif rule.hidden_up_to is not None:
        assert not 1 <= value <= rule.hidden_up_to.value, each
