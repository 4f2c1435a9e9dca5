"""API keys: shown once, kept as a hash, rotated and revoked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger.access.drafts import Drafts
from ledger.access.home import access_file
from ledger.access.keys import OVERLAP, Keys, NoSuchKey
from ledger.access.openings import AccessLog
from ledger.access.principal import Principal, Role
from ledger.access.sessions import Sessions
from tests.ledger.posting import VAULT, clock_at_noon


@pytest.fixture
def clock():
    return clock_at_noon()


@pytest.fixture
def keys(database, clock):
    with closing(Keys.open(database, clock)) as found:
        yield found


def test_a_key_speaks_for_whom_it_was_made(keys):
    key, text = keys.make(Role.PARTNER_SUBMITTER, "POLICE", "case system")
    assert keys.principal(text) == Principal(Role.PARTNER_SUBMITTER, "POLICE", f"key:{key.id}")
    assert keys.principal(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert keys.principal("slk_000000000000_x") is None


def test_what_a_key_says_is_kept_nowhere(tmp_path, clock):
    with closing(Keys.open(str(tmp_path / "ledger.sqlite"), clock)) as keys:
        _, text = keys.make(Role.SCRUTINEER, "IS", "")
        assert keys.principal(text) is not None
    secret = text.rpartition("_")[2].encode()
    for path in tmp_path.iterdir():
        assert secret not in path.read_bytes()
    assert access_file(tmp_path / "ledger.sqlite").stat().st_mode & 0o077 == 0


def test_a_rotated_key_works_a_while_beside_the_new_one(keys, clock):
    old, old_text = keys.make(Role.CHAIR, "LA", "")
    _, new_text = keys.rotate(old.id)
    assert keys.principal(old_text)
    clock.move_to(clock.now() + OVERLAP)
    assert keys.principal(old_text) is None
    assert keys.principal(new_text).role is Role.CHAIR


def test_a_revoked_key_ends_at_once(keys):
    key, text = keys.make(Role.WITNESS, "POLICE", "")
    keys.revoke(key.id)
    assert keys.principal(text) is None
    for spent in (key.id, "none"):
        with pytest.raises(NoSuchKey):
            keys.revoke(spent)
        with pytest.raises(NoSuchKey):
            keys.rotate(spent)


def test_the_list_says_when_a_key_was_last_used(keys, clock):
    _, text = keys.make(Role.PARTNER_READER, "LA", "laptop")
    assert keys.all()[0].last_used is None
    keys.principal(text)
    first = keys.all()[0].last_used
    clock.move_to(clock.now() + timedelta(seconds=30))
    keys.principal(text)
    assert keys.all()[0].last_used == first
    clock.move_to(clock.now() + timedelta(seconds=30))
    keys.principal(text)
    assert keys.all()[0].last_used > first


def test_two_make_their_tables_in_one_file_at_one_moment(database):
    """A key is made by the command line while the service starts."""
    opened: list[Any] = [
        Keys.open,
        partial(Sessions.open, vouched_by=""),
        partial(Drafts.open, vault=VAULT),
        AccessLog.open,
    ] * 3
    with ThreadPoolExecutor(len(opened)) as pool:
        for found in [pool.submit(each, database, clock_at_noon()) for each in opened]:
            found.result().close()
