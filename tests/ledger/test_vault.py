"""Words at rest: what the database holds opens with the vault's key alone, whatever becomes of key, database or backup."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from pydantic import SecretStr

from ledger.application import Ledger
from ledger.evidence.verification import Walk
from ledger.outcome import KeyReused
from ledger.recorders.contract import SCHEMA_VERSION, LedgerRecorder, UnknownSchemaError
from ledger.recorders.copying import backup
from ledger.recorders.upgrading import upgrade
from ledger.rekeying import retire, rotate
from ledger.settings import Settings
from ledger.vault import (
    SealedWords,
    Vault,
    VaultBroken,
    VaultClosed,
    VaultKey,
    VaultKeyFile,
    VaultKeyUnusable,
    read_vault_keys,
)
from ledger.wiring import open_ledger, vault_of
from tests.conformance.making import raw
from tests.ledger.posting import VAULT, agency, clock_at_noon, event, recorded, write
from tests.ledger.tampering import owning

IN_THE_OPEN = "Words that lay in clear once, and so in the log of the server."
SECRET = "The neighbour was told on Friday, and said nothing."
OTHER = VaultKey.fresh()


def home(ledger: Ledger) -> LedgerRecorder:
    return cast("LedgerRecorder", ledger.recorder)


def nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


def hold(number: int, words: str = SECRET) -> dict[str, Any]:
    return event(
        "agency.hold-placed", "agency/LA", {"authority": f"Inquiry {number}", "held_because": f"{words} {number}"}
    )


def opened(database: str, vault: Vault = VAULT) -> Ledger:
    return open_ledger(database, clock=clock_at_noon(), vault=vault)


@pytest.fixture
def ledger(database) -> Iterator[Ledger]:
    held = opened(database)
    write(held, agency("LA"), hold(1), hold(2), hold(3))
    yield held
    held.close()


def said(ledger: Ledger) -> list[str]:
    return [each.text for each in ledger.words(list(range(1, ledger.head().position + 1)))]


SAID = [f"{SECRET} {number}" for number in (1, 2, 3)]


def files_of(database: str) -> Iterator[bytes]:
    """The bytes of every file the engine keeps, the write-ahead log included."""
    if database.startswith("postgresql://"):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            ((folder,),) = connection.execute("SHOW data_directory").fetchall()
    else:
        folder = Path(database).parent
    yield from (path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


def test_no_file_of_the_engine_holds_words_or_salts(ledger, database):
    assert said(ledger) == SAID
    searched = [SECRET.encode(), *(each.salt for each in ledger.words([2, 3, 4]))]
    for octets in files_of(database):
        assert not any(each in octets for each in searched)


def test_a_backup_without_the_key_holds_no_words_and_with_it_all(ledger, tmp_path):
    copy = tmp_path / "backup.sqlite"
    backup(home(ledger), copy, nothing)
    assert SECRET.encode() not in copy.read_bytes()
    with closing(open_ledger(str(copy), read_only=True, vault=VAULT)) as kept:
        assert said(kept) == SAID
    with (
        closing(open_ledger(str(copy), read_only=True, vault=Vault(lambda: (OTHER,)))) as kept,
        pytest.raises(VaultClosed),
    ):
        said(kept)


def test_a_wrong_key_is_told_before_anything_is_recorded(ledger, database):
    (used,) = home(ledger).vault_keys()
    with pytest.raises(VaultKeyUnusable, match=rf"locked with the vault key {used}.*Nothing is lost"):
        opened(database, Vault(lambda: (OTHER,)))
    assert said(ledger) == SAID


def test_a_row_opens_nowhere_but_in_its_place():
    (locked,) = VAULT.lock([SealedWords(7, "/summary", bytes(32), SECRET)])
    assert VAULT.open([locked]) == [SealedWords(7, "/summary", bytes(32), SECRET)]
    moved = [
        locked._replace(position=8),
        locked._replace(path="/rationale"),
        locked._replace(box=locked.box[:-1] + b"x"),
    ]
    for wrong in (*moved, locked._replace(box=b"")):
        with pytest.raises(VaultBroken):
            VAULT.open([wrong])


def test_the_same_words_are_never_locked_alike():
    boxes = {VAULT.lock([SealedWords(7, "/summary", bytes(32), "yes")])[0].box for _ in range(100)}
    assert len(boxes) == 100


def test_a_key_is_read_as_it_is_spelled_and_no_other_way():
    assert read_vault_keys(f"{OTHER.spelled()}\n", "x") == (OTHER,)
    slip = OTHER.spelled().replace(OTHER.id, VaultKey.fresh().id)
    for wrong in ("", "VAULT+KEY", "VAULT+KEY+x+eA==", slip, OTHER.spelled()[:-4], f"{OTHER.spelled()}\n" * 2):
        with pytest.raises(VaultKeyUnusable) as told:
            read_vault_keys(wrong, "The place")
        assert OTHER.spelled().rpartition("+")[2] not in str(told.value)
    assert repr(OTHER.secret) not in repr(OTHER)


def test_a_sqlite_ledger_has_its_key_made_beside_it_for_one_user_alone(tmp_path):
    database = str(tmp_path / "ledger.sqlite")
    with closing(open_ledger(database, clock=clock_at_noon())) as ledger:
        write(ledger, agency("LA"), hold(1))
    file = tmp_path / "ledger.sqlite.vault-key"
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(open_ledger(database, read_only=True)) as ledger:
        assert said(ledger) == SAID[:1]
    file.rename(tmp_path / "elsewhere")
    with pytest.raises(VaultKeyUnusable, match="cannot be read"):
        open_ledger(database)
    assert not file.exists(), "no key is made where words are locked with another"


def test_a_ledger_on_a_server_is_given_its_key():
    server = "postgresql://nobody@127.0.0.1/none"
    with pytest.raises(VaultKeyUnusable, match="LEDGER_VAULT_KEY_FILE"):
        vault_of(Settings(database=server), server)
    given = Settings(vault_key=SecretStr(OTHER.spelled()))
    assert vault_of(given, server).newest == OTHER.id
    both = Settings(vault_key=SecretStr(OTHER.spelled()), vault_key_file=Path("key"))
    with pytest.raises(VaultKeyUnusable, match="both given"):
        vault_of(both, server)


@pytest.fixture
def file(tmp_path) -> VaultKeyFile:
    made = VaultKeyFile(tmp_path / "vault-key")
    made.make()
    return made


def test_a_new_key_takes_over_while_others_record(database, file):
    with closing(opened(database, Vault(file))) as running, closing(opened(database, Vault(file))) as rotating:
        write(running, agency("LA"), hold(1))
        (old,) = file()

        def meanwhile(done: int, total: int) -> None:
            write(running, hold(2))

        new = rotate(home(rotating), rotating.vault, file, meanwhile)
        assert file() == (new, old)
        assert set(home(running).vault_keys()) == {new.id}
        assert retire(home(rotating), file) == new
        assert said(running) == SAID[:2]
        write(running, hold(3))
        assert said(running) == SAID
        assert not list(Walk(home(running), vault=running.vault).to_the_end(running.head().position))


def test_a_takeover_broken_off_goes_on_and_the_old_key_stays_till_then(database, file, monkeypatch):
    monkeypatch.setattr("ledger.rekeying.AT_ONCE", 1)
    with closing(opened(database, Vault(file))) as ledger:
        write(ledger, agency("LA"), hold(1), hold(2), hold(3))

        def broken(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rotate(home(ledger), ledger.vault, file, broken)
        new, old = file()
        assert home(ledger).vault_keys() == {new.id: 1, old.id: 2}
        with pytest.raises(VaultKeyUnusable, match="2 words are still locked"):
            retire(home(ledger), file)
        assert said(ledger) == SAID
        assert rotate(home(ledger), ledger.vault, file, nothing) == new
        assert home(ledger).vault_keys() == {new.id: 3}
        assert said(ledger) == SAID


def test_what_a_retired_key_locked_opens_from_no_file_any_more(ledger, database, tmp_path, file):
    """Whatever of the old rows is left in a server's log, or in a backup, is shut once the old key is gone everywhere."""
    copy = tmp_path / "copy.sqlite"
    file.write([OTHER])
    other = str(tmp_path / "other.sqlite")
    with closing(opened(other, Vault(file))) as held:
        write(held, agency("LA"), hold(1))
        backup(home(held), copy, nothing)
        rotate(home(held), held.vault, file, nothing)
        retire(home(held), file)
    with closing(open_ledger(str(copy), read_only=True, vault=Vault(file))) as kept, pytest.raises(VaultClosed):
        said(kept)


IN_CLEAR = {
    True: "CREATE TABLE words (position INTEGER NOT NULL, path TEXT NOT NULL, salt BLOB NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (position, path)) STRICT, WITHOUT ROWID",
    False: "CREATE TABLE words (position bigint NOT NULL, path text NOT NULL, salt bytea NOT NULL, text text NOT NULL,"
    " PRIMARY KEY (position, path))",
}


def put_back_to_version_2(database: str, words: Sequence[SealedWords]) -> None:
    """The ledger as an earlier version of this program kept it: words in clear, under triggers of the same names."""
    with owning(database) as held:
        held.run("DROP TABLE words")
        held.run("DROP INDEX entries_erasing")
        held.run(IN_CLEAR[held.is_sqlite])
        for each in words:
            salt = f"x'{each.salt.hex()}'" if held.is_sqlite else f"'\\x{each.salt.hex()}'"
            held.run(f"INSERT INTO words VALUES ({each.position}, '{each.path}', {salt}, '{each.text}')")
        if held.is_sqlite:
            for name, when in (("updated", "UPDATE"), ("replaced", "INSERT")):
                held.run(
                    f"CREATE TRIGGER words_are_not_{name} BEFORE {when} ON words BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
        else:
            held.run(
                "CREATE TRIGGER words_are_not_changed BEFORE UPDATE OR TRUNCATE ON words"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        held.run("UPDATE head SET schema_version = 2")


def test_a_ledger_whose_words_lay_in_clear_is_brought_over(database):
    with closing(opened(database)) as ledger:
        write(ledger, agency("LA"), *(hold(number, IN_THE_OPEN) for number in (1, 2, 3)))
        words = ledger.words([2, 3, 4])
    put_back_to_version_2(database, words)
    with pytest.raises(UnknownSchemaError, match=r"version 2.*`ledger upgrade` brings it over"):
        opened(database)
    told = []
    assert upgrade(database, VAULT, lambda done, total: told.append((done, total))) == 3
    assert told == [(3, 3)]
    with closing(opened(database)) as ledger:
        assert ledger.words([2, 3, 4]) == words
        assert not list(Walk(home(ledger), vault=VAULT).to_the_end(4))
        with raw(database) as held:
            assert held.run("SELECT schema_version FROM head") == [(SCHEMA_VERSION,)]
    if not database.startswith("postgresql://"):
        assert not any(IN_THE_OPEN.encode() in octets or words[0].salt in octets for octets in files_of(database))
    assert upgrade(database, VAULT, nothing) == 0


def test_a_brought_over_ledger_is_like_one_made_anew(database):
    """The same tables, indexes and triggers, so that nothing is less guarded."""
    with closing(opened(database)) as ledger:
        write(ledger, agency("LA"), hold(1, IN_THE_OPEN))
        words = ledger.words([2])
    before = schema_of(database)
    put_back_to_version_2(database, words)
    assert schema_of(database) != before
    upgrade(database, VAULT, nothing)
    assert schema_of(database) == before


def schema_of(database: str) -> list[str]:
    """All that the database knows of the words' table."""
    with raw(database) as held:
        if held.is_sqlite:
            found = held.run(
                "SELECT type, name FROM sqlite_master WHERE tbl_name = 'words' AND name NOT LIKE 'sqlite_%'"
            )
        else:
            found = held.run(
                "SELECT tgname::text, tgenabled::text, '' FROM pg_trigger WHERE tgrelid = 'words'::regclass"
                " UNION SELECT indexname::text, indexdef, '' FROM pg_indexes WHERE tablename = 'words'"
                " UNION SELECT column_name, data_type, collation_name FROM information_schema.columns WHERE table_name = 'words'"
            )
        return sorted(map(repr, found))


def test_a_repeat_is_compared_with_what_the_vault_opens(ledger):
    posted = hold(4)
    first = recorded(write(ledger, posted)[0])
    again = recorded(write(ledger, posted)[0])
    assert (again.repeat, again.entry.position) == (True, first.entry.position)
    other = {**posted, "data": {**posted["data"], "held_because": "Other words"}}
    (refused,) = write(ledger, other)
    assert isinstance(refused, KeyReused)
    assert (refused.recorded, refused.posted) == (None, None), (
        "nothing that words could be guessed from is told, or kept"
    )
    assert first.content == again.content
