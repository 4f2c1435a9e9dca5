"""Which pack is in force on a day, and what is found missing or altered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.domain.adoption import Adoption, Packs, PacksRefused, Shelf, check
from ledger.domain.packs import NotificationVote, Pack, Regime
from ledger.regimes import SHIPPED, load_shelf

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
    gone = Adoption("regime", "wt99", 1, "a" * 64, date(2023, 12, 15), 40)
    [problem] = check(SHELF, [adopted(1, date(2018, 7, 4), 2), gone])
    assert problem.what == "missing"
    assert str(problem) == "The pack wt99@1, adopted at position 40, is missing."
    with pytest.raises(PacksRefused, match="wt99@1"):
        Packs(SHELF, (gone,))


def test_an_altered_pack_is_found():
    other = replace(adopted(1, date(2018, 7, 4), 2), sha256="b" * 64)
    [problem] = check(SHELF, [other])
    assert problem.what == "altered"
    assert WT18.sha256 in str(problem)
    assert "b" * 64 in str(problem)


def adopting(pack: Pack, sha256: str) -> Adoption:
    return Adoption(pack.kind, pack.id, pack.version, sha256, date(2019, 4, 1), 3)


@pytest.mark.parametrize("name", sorted(SHELF.packs), ids=lambda name: name[0])
def test_no_pack_of_any_kind_may_be_altered_or_missing(name):
    pack = SHELF.packs[name]
    assert Packs(SHELF, (adopting(pack, pack.sha256),)).in_force(pack.kind, date(2019, 4, 1)) == pack
    for shelf, sha256 in [(SHELF, "b" * 64), (Shelf.of(other for other in SHELF if other != pack), pack.sha256)]:
        with pytest.raises(PacksRefused, match=pack.reference):
            Packs(shelf, (adopting(pack, sha256),))


@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.dates(date(2018, 1, 1), date(2018, 3, 1))), max_size=6),
    st.sampled_from([1, 2]),
    st.dates(date(2018, 1, 1), date(2018, 3, 1)),
)
def test_a_pack_adopted_later_changes_nothing_before_its_day(drawn, version, new_from):
    adoptions = [adopted(each, day, position) for position, (each, day) in enumerate(drawn, start=1)]
    before = Packs(TWO, tuple(adoptions))
    after = before.adopting(adopted(version, new_from, 99))
    for on in (date(2018, 1, 1) + timedelta(days=n) for n in range(62)):
        if on < new_from:
            assert after.in_force("regime", on) == before.in_force("regime", on)
        assert after.as_at(98).in_force("regime", on) == before.in_force("regime", on)


def test_what_a_ledger_adopted_can_be_carried_away_byte_for_byte():
    unverified, calendar = SHELF.packs["wt26-unverified", 1], SHELF.packs["england-and-wales", 1]
    adoptions = (adopting(unverified, unverified.sha256), adopting(calendar, calendar.sha256))
    files = Packs(SHELF, adoptions).files()
    assert {reference: sorted(bound) for reference, bound in files.items()} == {
        "england-and-wales@1": ["england-and-wales-bank-holidays.json", "england-and-wales@1.toml"],
        "wt26-unverified@1": ["wt23@1.toml", "wt26-unverified@1.toml"],
    }
    for bound in files.values():
        for name, octets in bound.items():
            assert octets == (SHIPPED / name).read_bytes()
    assert Packs(SHELF, adoptions).as_at(2).files() == {}


def test_a_pack_adopted_as_another_kind_is_found():
    [problem] = check(SHELF, [replace(adopted(1, date(2018, 7, 4), 2), kind="calendar")])
    assert problem.what == "other-kind"


def test_every_problem_is_listed():
    gone = Adoption("regime", "wt99", 1, "a" * 64, date(2023, 12, 15), 40)
    with pytest.raises(PacksRefused) as refused:
        Packs(SHELF).adopting(gone).adopting(replace(gone, version=2))
    assert len(refused.value.problems) == 1
    with pytest.raises(PacksRefused) as refused:
        Packs(SHELF, (gone, replace(gone, version=2)))
    assert [p.adoption.reference for p in refused.value.problems] == ["wt99@1", "wt99@2"]


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
