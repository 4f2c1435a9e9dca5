"""Drafts are their author's alone, locked, few, and go by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from ledger.access.drafts import LASTS, MOST, Drafts, NoSuchDraft
from ledger.access.principal import Principal, Role
from ledger.vault import Vault, VaultKey
from tests.ledger.posting import NOON, clock_at_noon

HEALTH = Principal(Role.PARTNER_SUBMITTER, "HEALTH", "key:1")
TYPED = '{"data.summary": ["Words that nobody has sealed"]}'
KEY = VaultKey.fresh()


def opened(path, clock, *keys):
    return Drafts(create_engine(f"sqlite:///{path}"), clock, Vault(lambda: keys or (KEY,)))


@pytest.fixture
def clock():
    return clock_at_noon()


@pytest.fixture
def drafts(tmp_path, clock):
    found = opened(tmp_path / "drafts.sqlite", clock)
    yield found
    found.close()


def test_a_draft_is_kept_changed_and_deleted_on_both_engines(database, clock):
    drafts = Drafts.open(database, clock, Vault(lambda: (KEY,)))
    drafts.keep(HEALTH, "a", "incident.reported", "{}")
    drafts.keep(HEALTH, "a", "incident.reported", TYPED)
    assert [each.fields for each in drafts.all(HEALTH)] == [TYPED]
    drafts.saw(HEALTH, "a", "incident/INC-1", 3)
    assert (drafts.one(HEALTH, "a").record, drafts.one(HEALTH, "a").version) == ("incident/INC-1", 3)
    drafts.delete(HEALTH, "a")
    assert drafts.all(HEALTH) == []
    drafts.close()


@pytest.mark.parametrize(
    "other",
    [
        Principal(Role.PARTNER_SUBMITTER, "HEALTH", "key:2"),
        Principal(Role.PARTNER_SUBMITTER, "POLICE", "key:1"),
        Principal(Role.BUSINESS_UNIT, "BU", "key:1"),
    ],
)
def test_nobody_else_reads_changes_or_deletes_it(drafts, other):
    drafts.keep(HEALTH, "a", "incident.reported", TYPED)
    assert drafts.all(other) == []
    with pytest.raises(NoSuchDraft):
        drafts.one(other, "a")
    with pytest.raises(NoSuchDraft):
        drafts.keep(other, "a", "incident.reported", "{}")
    drafts.delete(other, "a")
    drafts.recorded(other, "a", 1)
    assert drafts.one(HEALTH, "a").fields == TYPED


def test_what_was_typed_is_nowhere_in_the_database_in_clear(drafts, tmp_path):
    drafts.keep(HEALTH, "a", "incident.reported", TYPED)
    drafts.close()
    assert all(b"nobody has sealed" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_draft_whose_key_is_gone_has_gone(drafts, tmp_path, clock):
    drafts.keep(HEALTH, "a", "incident.reported", TYPED)
    later = opened(tmp_path / "drafts.sqlite", clock, VaultKey.fresh())
    assert later.all(HEALTH) == []
    with pytest.raises(NoSuchDraft):
        later.one(HEALTH, "a")
    later.close()


def test_those_that_name_a_record_are_forgotten_whosever_they_are(drafts):
    typed = {
        "begun": '{"reference": ["inc-1"]}',
        "cites": '{"data.source.reference": ["INC-1"]}',
        "tells": '{"data.text": ["As in INC-1."]}',
        "another": '{"reference": ["INC-11"], "data.text": ["RR-INC-1 and INC-1-2"]}',
    }
    for name, fields in typed.items():
        drafts.keep(HEALTH, name, "incident.reported", fields)
    police = Principal(Role.PARTNER_SUBMITTER, "POLICE", "key:1")
    drafts.keep(police, "theirs", "incident.view-stated", "{}")
    drafts.saw(police, "theirs", "incident/INC-1", 3)
    drafts.keep(HEALTH, "recorded", "incident.reported", typed["begun"])
    drafts.recorded(HEALTH, "recorded", 7)
    assert drafts.forget(["incident/INC-1"]) == 4
    assert [each.id for each in drafts.all(HEALTH)] == ["another"]
    assert drafts.all(police) == []
    assert drafts.one(HEALTH, "recorded").position == 7
    assert drafts.forget([]) == 0


def test_a_draft_goes_after_its_time_and_the_oldest_goes_for_a_new_one(drafts, clock):
    drafts.keep(HEALTH, "old", "incident.reported", TYPED)
    clock.move_to(NOON + LASTS)
    drafts.keep(HEALTH, "new", "incident.reported", TYPED)
    assert [each.id for each in drafts.all(HEALTH)] == ["new", "old"]
    clock.move_to(NOON + LASTS + timedelta(seconds=1))
    assert [each.id for each in drafts.all(HEALTH)] == ["new"]
    clock.move_to(NOON + LASTS + timedelta(seconds=2))
    for number in range(MOST):
        drafts.keep(HEALTH, f"{number}", "incident.reported", TYPED)
    assert len(drafts.all(HEALTH)) == MOST
    assert "new" not in {each.id for each in drafts.all(HEALTH)}


def test_of_one_that_was_recorded_only_the_entry_is_known(drafts):
    drafts.keep(HEALTH, "a", "incident.reported", TYPED)
    drafts.recorded(HEALTH, "a", 7)
    found = drafts.one(HEALTH, "a")
    assert (found.fields, found.position) == ("{}", 7)
    assert drafts.all(HEALTH) == []
    with pytest.raises(NoSuchDraft):
        drafts.keep(HEALTH, "a", "incident.reported", TYPED)
