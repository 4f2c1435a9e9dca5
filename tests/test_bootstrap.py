"""The first command needs only this checkout: its locks are whole, name no place, and its pip is the recorded one."""

from __future__ import annotations

import ast
import errno
import hashlib
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import run
from run import CHECKOUT, environment, fingerprint, require_python
from tests.postgres import EmbeddedPostgres

LOCKS = ["requirements.lock", "requirements-service.lock", "requirements-quality.lock"]
REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9-]+)(?:\[[a-z,]+\])?==(?P<version>[^ ;]+)(?P<rest>[^\n]*)", re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    return {found["name"]: found["version"] for found in REQUIREMENT.finditer(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_and_names_its_hashes(lock):
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert len(entries) > 10
    for entry in entries:
        assert REQUIREMENT.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock):
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted-host|^-i\b| @ ", text, re.MULTILINE)


@pytest.mark.parametrize("lock", ["requirements-service.lock", "requirements-quality.lock"])
def test_the_locks_agree_on_every_package_they_share(lock):
    everything, some = pinned("requirements.lock"), pinned(lock)
    shared = everything.keys() & some.keys()
    assert shared
    assert {name: everything[name] for name in shared} == {name: some[name] for name in shared}


def test_the_service_needs_nothing_that_the_tests_do_not_have():
    assert pinned("requirements-service.lock").keys() < pinned("requirements.lock").keys()


def test_every_locked_package_is_told_with_its_licence_and_no_other():
    rows = re.findall(
        r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \|$", (CHECKOUT / "THIRD-PARTY.md").read_text("utf-8"), re.MULTILINE
    )
    told = [name for name in rows if name not in {"package", "what"}]
    assert sorted(told) == sorted({name for lock in LOCKS for name in pinned(lock)})


def test_the_pip_kept_here_is_the_recorded_one():
    digest, name = (CHECKOUT / "bootstrap" / "pip.sha256").read_text(encoding="utf-8").split()
    assert hashlib.sha256((CHECKOUT / "bootstrap" / name).read_bytes()).hexdigest() == digest


def test_an_environment_made_from_the_same_lock_is_kept_as_it_is(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("", encoding="utf-8")
    python = tmp_path / "made" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (tmp_path / "made" / "made-from").write_text(fingerprint(lock), encoding="utf-8")
    assert environment(tmp_path / "made", lock) == python
    assert [path.name for path in (tmp_path / "made").iterdir() if path.name not in {"bin", "made-from"}] == []


def test_help_needs_no_environment_and_names_the_two_commands():
    shown = subprocess.run(
        [sys.executable, "-I", "-S", CHECKOUT / "run.py", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "run.py demo" in shown
    assert "run.py test" in shown


def test_an_old_python_can_read_the_first_command_and_is_told_what_is_needed(monkeypatch):
    ast.parse((CHECKOUT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"^Python 3\.11 or newer is needed; this is "):
        require_python()


@pytest.mark.parametrize("refused", ["environment", "execve"])
def test_an_environment_of_another_user_is_told_in_a_sentence(monkeypatch, tmp_path, refused):
    def no(*_):
        raise PermissionError(errno.EACCES, "Permission denied", ".venv/bin/python")

    monkeypatch.setattr(run, "environment", lambda *_: tmp_path / "python")
    monkeypatch.setattr(*((run, "environment") if refused == "environment" else (os, "execve")), no)
    monkeypatch.setattr(sys, "argv", ["run.py", "entries"])
    with pytest.raises(SystemExit, match=r"^\.venv/bin/python: Permission denied\. The folder \.venv belongs to"):
        run.start()


def test_any_other_trouble_of_the_first_command_keeps_its_traceback(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", ".venv")

    monkeypatch.setattr(run, "environment", full)
    monkeypatch.setattr(sys, "argv", ["run.py", "entries"])
    with pytest.raises(OSError, match="No space left"):
        run.start()


def test_each_postgres_database_is_new_and_empty(postgres_url, postgres):
    import psycopg

    other = postgres.create_database()
    with psycopg.connect(postgres_url) as one, psycopg.connect(other) as two:
        one.execute("CREATE TABLE mine (a int)")
        one.commit()
        found = two.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'mine'").fetchone()
    assert found == (0,)
    postgres.drop_database(other)


def test_a_durable_postgres_keeps_what_it_committed_when_it_is_killed():
    import psycopg

    with EmbeddedPostgres(durable=True) as server:
        url = server.create_database()
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            connection.execute("CREATE TABLE kept (a int)")
            connection.execute("INSERT INTO kept VALUES (1)")
            connection.commit()
            connection.execute("INSERT INTO kept VALUES (2)")
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        server.restart()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT a FROM kept").fetchall() == [(1,)]


def test_the_run_has_one_seed(request, seed):
    assert request.config.option.hypothesis_seed == str(seed)


@given(st.binary(min_size=1, max_size=64))
def test_the_fingerprint_of_an_environment_follows_its_lock(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("lock")
    one, two = folder / "one.lock", folder / "two.lock"
    one.write_bytes(content)
    two.write_bytes(content + b"\n")
    assert fingerprint(one) != fingerprint(two)
