"""Which pack is in force on a day, and what is found missing or altered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.domain.adoption import Adoption, Packs, PacksRefused, Shelf, check
from ledger.domain.packs import NotificationVote, Regime
from ledger.regimes import load_shelf

SHELF = load_shelf()
WT18 = SHELF.packs["wt18", 1]
assert isinstance(WT18, Regime)
WT18_2 = WT18.model_copy(update={"version": 2, "sha256": "2" * 64})
TWO = Shelf.of([*SHELF, WT18_2])


def adopted(version: int, from_date: date, position: int) -> Adoption:
    sha256 = {1: WT18.sha256, 2: WT18_2.sha256}[version]
    return Adoption("regime", "wt18", version, sha256, from_date, position)


def test_a_pack_holds_from_its_day_until_the_next_one_s():
    packs = Packs(TWO, (adopted(2, date(2020, 4, 1), 9), adopted(1, date(2018, 7, 4), 2)))
    assert packs.in_force("regime", date(2018, 7, 3)) is None
    assert packs.in_force("regime", date(2018, 7, 4)) == WT18
    assert packs.in_force("regime", date(2020, 3, 31)) == WT18
    assert packs.in_force("regime", date(2020, 4, 1)) == WT18_2
    assert packs.in_force("calendar", date(2020, 4, 1)) is None


def test_of_two_adopted_from_one_day_the_later_entry_wins():
    day = date(2019, 4, 1)
    packs = Packs(TWO, (adopted(2, day, 5), adopted(1, day, 7)))
    assert packs.in_force("regime", day) == WT18
    assert packs.as_at(6).in_force("regime", day) == WT18_2
    assert packs.as_at(5).in_force("regime", day) == WT18_2
    assert packs.as_at(4).in_force("regime", day) is None


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.dates(date(2018, 1, 1), date(2018, 1, 9))), max_size=6))
def test_the_order_in_which_adoptions_are_given_does_not_matter(drawn):
    adoptions = [adopted(version, day, position) for position, (version, day) in enumerate(drawn, start=1)]
    on = date(2018, 1, 5)
    in_time = [a for a in adoptions if a.from_date <= on]
    expected = max(in_time, key=lambda a: (a.from_date, a.position), default=None)
    for given_order in (adoptions, adoptions[::-1]):
        found = Packs(TWO, tuple(given_order)).in_force("regime", on)
        assert (found.version if found else None) == (expected.version if expected else None)


def test_a_missing_pack_is_named():
    gone = Adoption("regime", "wt23", 1, "a" * 64, date(2023, 12, 15), 40)
    [problem] = check(SHELF, [adopted(1, date(2018, 7, 4), 2), gone])
    assert problem.what == "missing"
    assert str(problem) == "The pack wt23@1, adopted at position 40, is missing."
    with pytest.raises(PacksRefused, match="wt23@1"):
        Packs(SHELF, (gone,))


def test_an_altered_pack_is_found():
    other = replace(adopted(1, date(2018, 7, 4), 2), sha256="b" * 64)
    [problem] = check(SHELF, [other])
    assert problem.what == "altered"
    assert WT18.sha256 in str(problem)
    assert "b" * 64 in str(problem)


def test_a_pack_adopted_as_another_kind_is_found():
    [problem] = check(SHELF, [replace(adopted(1, date(2018, 7, 4), 2), kind="calendar")])
    assert problem.what == "other-kind"


def test_every_problem_is_listed():
    gone = Adoption("regime", "wt23", 1, "a" * 64, date(2023, 12, 15), 40)
    with pytest.raises(PacksRefused) as refused:
        Packs(SHELF).adopting(gone).adopting(replace(gone, version=2))
    assert len(refused.value.problems) == 1
    with pytest.raises(PacksRefused) as refused:
        Packs(SHELF, (gone, replace(gone, version=2)))
    assert [p.adoption.reference for p in refused.value.problems] == ["wt23@1", "wt23@2"]


def test_two_packs_may_not_bear_one_name():
    with pytest.raises(ValueError, match="wt18@1"):
        Shelf.of([WT18, WT18])


def test_a_pack_cannot_be_changed():
    with pytest.raises(ValidationError):
        WT18.version = 3


def vote() -> NotificationVote:
    pack = SHELF.get("cwac-notification-vote", 1)
    assert isinstance(pack, NotificationVote)
    return pack


@pytest.mark.parametrize(
    ("authority", "health", "police", "expected"),
    [
        (False, True, True, True),
        (False, True, False, False),
        (False, False, True, False),
        (True, False, False, True),
        (True, True, True, True),
        (False, False, False, False),
        (True, None, None, True),
        (False, True, None, None),
        (False, False, None, False),
        (None, False, True, None),
        (None, True, True, True),
        (None, None, None, None),
    ],
)
def test_the_authority_alone_or_both_others_are_enough_to_notify(authority, health, police, expected):
    stated = {"local-authority": authority, "health": health, "police": police}
    assert vote().verdict({code: view for code, view in stated.items() if view is not None}) is expected


def test_a_vote_may_not_count_those_who_have_none():
    data = vote().model_dump() | {"notify_if_all_of": [["education"]]}
    with pytest.raises(ValidationError, match="education"):
        NotificationVote.model_validate(data)
