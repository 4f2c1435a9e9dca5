"""The file of partnerships: each has its own settings, and nothing of another or of the environment."""

from __future__ import annotations

import pytest

from ledger.partnerships import PartnershipsUnreadable, chosen_of, read_partnerships, why_not_host
from ledger.settings import Settings

TWO = '["north.example"]\ndatabase = "north.sqlite"\n["south.example"]\ndatabase = "south.sqlite"\norigin = "south.example/log"\n'


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "partnerships.toml").write_text(text)
        return tmp_path / "partnerships.toml"

    return write


def test_each_has_what_the_file_says_of_it_and_nothing_of_the_environment(file, tmp_path, monkeypatch):
    monkeypatch.setenv("LEDGER_LOG_KEY_FILE", "/of/the/service")
    monkeypatch.setenv("LEDGER_ORIGIN", "elsewhere.example/log")
    north, south = read_partnerships(file(TWO)).values()
    assert (north.database, south.database) == (str(tmp_path / "north.sqlite"), str(tmp_path / "south.sqlite"))
    assert (north.log_key_file, north.origin, south.origin) == (None, None, "south.example/log")
    assert north.names == {"north.example"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no partnership"),
        ("[", "not TOML"),
        ('["North.example"]\ndatabase = "a"', "table named for its host"),
        ('["north.example"]\norigin = "x"', "database is needed"),
        ('["north.example"]\ndatabase = "a"\nport = 1', "port is a setting of the service"),
        ('["north.example"]\ndatabase = "a"\ndatabse = "b"', "databse"),
        ('["a.example"]\ndatabase = "x"\n["b.example"]\ndatabase = "./x"', "name the same database"),
        ('["a.example"]\ndatabase = "x"\nlog_key_file = "k"\n["b.example"]\ndatabase = "y"\nlog_key_file = "k"', "log_key_file"),
        ('["a.example"]\ndatabase = "x"\nvault_key = "k"\n["b.example"]\ndatabase = "y"\nvault_key = "k"', "vault_key"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_named(file, text, why):
    with pytest.raises(PartnershipsUnreadable, match=why):
        read_partnerships(file(text))


def test_one_that_asks_nobody_who_they_are_is_not_served_to_others(file):
    found = read_partnerships(file(TWO))
    assert why_not_host(Settings(host="127.0.0.1"), found) is None
    assert "north.example" in (why_not_host(Settings(host="0.0.0.0"), found) or "")


def test_a_command_is_about_one_of_them(file):
    service = Settings(partnerships=file(TWO))
    with pytest.raises(PartnershipsUnreadable, match=r"north\.example, south\.example"):
        chosen_of(service)
    with pytest.raises(PartnershipsUnreadable, match=r"has north\.example, south\.example"):
        chosen_of(service.model_copy(update={"partnership": "west.example"}))
    assert chosen_of(service.model_copy(update={"partnership": "south.example"})).origin == "south.example/log"
