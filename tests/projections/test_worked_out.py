"""What a list works out for a position and a day is what somebody finds who reads the entries and lives through the days; on either engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledger.domain.clocks import state
from ledger.domain.general import Mark
from ledger.domain.history import Entry
from ledger.projections.asking import Asking
from ledger.projections.clocks import ATTENTION, clocks, running_clocks
from ledger.projections.marks import MARKS
from ledger.projections.questions import BY_NAME
from ledger.projections.review_tracker import EARLY
from ledger.projections.tables import Tables
from tests.projections.conftest import Year
from tests.projections.oracle import cases, programme, work
from tests.projections.oracle.world import Told, World

FIRST, DAYS = date(2024, 1, 1), 730
LAST = FIRST + timedelta(DAYS)
ORACLES: dict[str, Callable[[World], Told]] = {
    "actions": work.actions,
    "escalations": work.escalations,
    "audits": work.audits,
    "reviews": cases.reviews,
    "attendance": programme.attendance,
    "challenges": programme.challenges,
    "priorities": lambda world: programme.still_open(world, "priority"),
    "risks": lambda world: programme.still_open(world, "risk"),
    "task-groups": programme.task_groups,
}
RECORDS = {
    "actions": ("action",), "escalations": ("escalation",), "audits": ("audit",), "attendance": ("meeting",), "challenges": ("scrutiny",),
    "priorities": ("priority",), "risks": ("risk",), "task-groups": ("task-group",), "reviews": ("incident", "rapid-review", "review"),
}  # fmt: skip
MOMENTS = st.tuples(st.integers(0, 500), st.integers(0, 10**6))
"""A position, and a number that picks a day."""
END = (500, 2 * 546)


def states(clocks: dict[str, Any], *names: str) -> Any:
    found = tuple(None if (clock := clocks.get(name)) is None else clock["state"] for name in names)
    return found if len(names) > 1 else found[0]


def seen(item: dict[str, Any], name: str) -> Any:
    """What an item says under the name the oracle gives it."""
    match name:
        case "clock.state":
            return item["clock"]["state"]
        case "stages.state":
            return {each["stage"]: each["clock"]["state"] for each in item["stages"]}
        case "clocks.notification":
            return states(item["clocks"], "notification")
        case "rapid_reviews.clocks":
            return {e["reference"]: states(e["clocks"], "rapid_review", "panel_reply") for e in item["rapid_reviews"]}
        case "reviews.clocks":
            return {e["reference"]: states(e["clocks"], "publication", "advance_copy") for e in item["reviews"]}
        case "returns":
            graded = {g["body"]: (g["self_grades"], g["moderated_grades"]) for g in item["returns"]["grades"]}
            return item["returns"] | {"outstanding": sorted(item["returns"]["outstanding"]), "grades": graded}
        case "findings.scale_says":
            return {each["number"]: each["scale_says"] for each in item["findings"]}
        case _:
            return item[name]


def turning_days(entries: Iterable[Entry]) -> list[date]:
    """Every day that these entries name, and those before and after it: on them things fall due and run out."""
    named = {found for entry in entries for found in re.findall(rb'"(20[0-9]{2}-[0-9]{2}-[0-9]{2})[T"]', entry.body)}
    return sorted({date.fromisoformat(day.decode()) + timedelta(days=n) for day in named for n in (-1, 0, 1)})


def at(year: Year, moment: tuple[int, int], turning: Callable[[Entry], bool]) -> tuple[Asking, World]:
    """Half of the numbers pick a turning day of the entries that matter, half of them any day of two years."""
    half, odd = divmod(moment[1], 2)
    days = turning_days(filter(turning, year.entries))
    as_of = days[half % len(days)] if odd and days else FIRST + timedelta(days=half % DAYS)
    position = min(moment[0], year.head)
    return Asking(position, as_of, year.packs), World(year.entries, year.packs, position, as_of)


def of(*records: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.kind.record.name in records


quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", ORACLES)
@quickly
@given(moment=MOMENTS)
@example(moment=END)
def test_what_a_list_works_out_is_what_living_through_the_days_gives(
    asked: Tables, year: Year, name: str, moment: tuple[int, int]
) -> None:
    compare(asked, name, *at(year, moment, of(*RECORDS[name])))


@pytest.mark.parametrize("name", ORACLES)
def test_it_is_so_on_each_day_on_which_something_falls_due(asked: Tables, year: Year, name: str) -> None:
    for day in turning_days(filter(of(*RECORDS[name]), year.entries)):
        world = World(year.entries, year.packs, year.head, day)
        compare(asked, name, Asking(year.head, day, year.packs), world)


def compare(asked: Tables, name: str, asking: Asking, world: World) -> None:
    expected = ORACLES[name](world)
    items = {(i["record"], i["reference"], i["key"]): i for i in BY_NAME[name].answer(asked, asking).items}
    assert set(items) == set(expected)
    for key, fields in expected.items():
        assert {field: seen(items[key], field) for field in fields} == fields, key
    for item in items.values():
        assert {mark: item[mark] for mark in MARKS} == programme.marks(world, item)


@quickly
@given(moment=MOMENTS)
@example(moment=END)
def test_the_clocks_of_cases_stand_as_living_through_the_days_gives(
    asked: Tables, year: Year, moment: tuple[int, int]
) -> None:
    of_cases = RECORDS["reviews"]
    asking, world = at(year, moment, of(*of_cases))
    found = {
        (r.record, r.reference, r.key): state(r.clock, asking.as_of)
        for r in running_clocks(asked, asking)
        if r.record in of_cases
    }
    assert found == cases.clocks(world)


def compare_narrowed(asked: Tables, asking: Asking) -> None:
    """What is asked of the records that it may be is what all of them give."""
    whole = BY_NAME["reviews"].answer(asked, asking).items
    for stages in (["reported"], ["to-be-notified"], ["rapid-review"], sorted(EARLY), ["reported", "published"]):
        some = BY_NAME["reviews"].answer(asked, replace(asking, filters={"stage": stages})).items
        assert some == [item for item in whole if item["stage"] in stages], stages
    lapsed = BY_NAME["escalations"].answer(asked, replace(asking, filters={"lapsed": ["true"]})).items
    assert lapsed == [item for item in BY_NAME["escalations"].answer(asked, asking).items if item["lapsed"]]
    undone = {(i["record"], i["reference"], i["key"], i["state"]) for i in clocks(asked, asking).items}
    every = (
        (r.record, r.reference, r.key, state(r.clock, r.on or asking.as_of)) for r in running_clocks(asked, asking)
    )
    assert undone == {each for each in every if each[3] in ATTENTION}


@quickly
@given(moment=MOMENTS)
@example(moment=END)
def test_what_is_asked_of_some_records_is_what_all_of_them_give(
    asked: Tables, year: Year, moment: tuple[int, int]
) -> None:
    compare_narrowed(asked, at(year, moment, of())[0])


@quickly
@given(moment=MOMENTS)
@example(moment=END)
def test_every_observation_is_worked_out_from_its_two_numbers(
    asked: Tables, year: Year, moment: tuple[int, int]
) -> None:
    asking, _ = at(year, moment, of("dataset"))
    items = BY_NAME["indicators"].answer(asked, asking).items
    assert [item["computed"] for item in items] == [programme.computed(item) for item in items]


@pytest.mark.parametrize(
    "name", ["actions", "agencies", "audits", "engagement", "meetings", "reports", "risks", "training"]
)
@quickly
@given(moment=MOMENTS)
@example(moment=END)
def test_the_marks_of_an_item_are_those_of_its_record_and_entries(
    asked: Tables, year: Year, name: str, moment: tuple[int, int]
) -> None:
    asking, world = at(year, moment, lambda entry: isinstance(entry.event, Mark))
    for item in BY_NAME[name].answer(asked, asking).items:
        assert {mark: item[mark] for mark in MARKS} == programme.marks(world, item)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_filter_of_closed_choices_has_them_all(asked: Tables, year: Year, name: str) -> None:
    """What is true or false is asked for as such, and no state there is goes unnamed: else a filter would refuse what the list itself shows."""
    question = BY_NAME[name]

    def read(names: Iterable[str]) -> dict[str, list[Entry]]:
        return {each: [entry for entry in year.entries if entry.originator_id == each] for each in names}

    for item in question.answer(asked, Asking(year.head, LAST, year.packs, histories=read)).items:
        for field in question.plain:
            known = question.choices.get(field)
            if isinstance(item[field], bool):
                assert known is not None, field
            elif known is not None and item[field] is not None:
                assert item[field] in known, field
