"""Which key signs the log: made once, kept from others' eyes, never exchanged unseen, and none by accident."""

from __future__ import annotations

import threading

import pytest
from pydantic import SecretStr

from ledger.evidence.signing import KeyFile, KeyUnusable, Signing, fresh_key, read_keys
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Kind, SigningKey
from ledger.log.note import Note
from ledger.log.tree import Frontier
from ledger.settings import Settings
from ledger.wiring import embedded, key_beside, open_ledger, signing_of
from tests.ledger.posting import VAULT, agency, clock_at_noon, write
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, seed_of

EMPTY = Frontier()


def opened(database, signing):
    return open_ledger(database, clock=clock_at_noon(), signing=signing, vault=VAULT)


def signers(note, *keys):
    return Note.parse(note).signers([key.verifier for key in keys])


@pytest.fixture
def file(tmp_path):
    return KeyFile(tmp_path / "key")


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "ledger.sqlite")


def test_an_embedded_ledger_makes_its_key_once_for_its_user_alone(database):
    for number in range(2):
        ledger = opened(database, embedded(database))
        write(ledger, agency(f"A{number}"))
        assert len(ledger.log_keys()) == 1
        ledger.close()
    path = key_beside(database).path
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(found.name for found in path.parent.iterdir() if "key" in found.name) == [path.name]
    (key,) = key_beside(database)()
    assert key.name.startswith("ledger.localhost/")


def test_a_key_is_named_as_the_settings_say_and_otherwise_by_a_name_of_its_own(file):
    assert fresh_key(ORIGIN).name == ORIGIN
    assert len({fresh_key(None).name for _ in range(5)}) == 5
    with pytest.raises(KeyUnusable, match=f"LEDGER_ORIGIN is other.example; the key is one of {ORIGIN}"):
        Signing(lambda: (LOG,), origin="other.example").begin(None)


def test_many_who_open_a_new_ledger_at_once_make_one_key(file):
    workers = [threading.Thread(target=file.make, args=(None,)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(file()) == 1
    assert list(file.path.parent.iterdir()) == [file.path]


def test_a_signed_ledger_whose_key_is_gone_is_not_written_to(database):
    ledger = opened(database, embedded(database))
    write(ledger, agency("A"))
    ledger.close()
    key_beside(database).path.unlink()
    with pytest.raises(KeyUnusable, match="cannot be read: No such file"):
        opened(database, embedded(database))
    assert not key_beside(database).path.exists()
    open_ledger(database, read_only=True, vault=VAULT).close()


def test_another_key_is_refused_and_told_by_name(database):
    ledger = opened(database, Signing(lambda: (LOG,)))
    write(ledger, agency("A"))
    ledger.close()
    with pytest.raises(KeyUnusable, match=f"log is {ORIGIN}; the key is one of stranger.example"):
        opened(database, Signing(lambda: (STRANGER,)))
    with pytest.raises(KeyUnusable, match=f"The key given for {ORIGIN} did not sign its last checkpoint, of 1 entries"):
        opened(database, Signing(lambda: (NEXT,)))
    opened(database, Signing(lambda: (NEXT, LOG))).close()


def test_a_key_takes_over_while_the_ledger_is_open(database, file):
    file.write([LOG])
    ledger = opened(database, Signing(file))
    for number, keys in enumerate(([LOG], [NEXT, LOG], [NEXT])):
        file.write(keys)
        write(ledger, agency(f"A{number}"))
        assert signers(ledger.checkpoint(), LOG, NEXT) == {key.verifier for key in keys}
        assert ledger.log_keys() == tuple(key.verifier for key in keys)
    ledger.close()
    opened(database, Signing(file)).close()


def test_a_key_exchanged_at_one_stroke_signs_nothing(database, file):
    file.write([LOG])
    ledger = opened(database, Signing(file))
    write(ledger, agency("A"))
    before = ledger.checkpoint()
    file.write([NEXT])
    with pytest.raises(KeyUnusable, match="was exchanged while the ledger was open"):
        write(ledger, agency("B"))
    assert ledger.head().position == 1
    file.write([NEXT, LOG])
    write(ledger, agency("B"))
    assert ledger.checkpoint() != before
    ledger.close()


WITNESS = SigningKey(ORIGIN, seed_of("witness"), Kind.COSIGNATURE)
UNUSABLE = {
    "": "holds 0 keys",
    "not a key": "a private key reads",
    LOG.secret_text()[:-5]: "base64",
    LOG.secret_text().replace(ORIGIN, "other.example"): "key id",
    "\n".join([LOG.secret_text()] * 2): "holds 2 keys",
    "\n".join(SigningKey(ORIGIN, seed_of(word)).secret_text() for word in "abc"): "holds 3 keys",
    f"{LOG.secret_text()}\n{STRANGER.secret_text()}": "sign for one log",
    WITNESS.secret_text(): "do not sign for one log",
}


@pytest.mark.parametrize("text", UNUSABLE)
def test_a_text_that_holds_no_usable_key_is_refused_without_being_shown(text):
    with pytest.raises(KeyUnusable, match=UNUSABLE[text]) as error:
        read_keys(text, "LEDGER_LOG_KEY")
    told = f"{error.value!s} {error.value!r} {error.value.__cause__}"
    assert not any(part in told for part in text.split("+") if len(part) > 20)


def test_a_server_is_given_its_key_and_makes_none(tmp_path):
    server = "postgresql://ledger@127.0.0.1/ledger"
    with pytest.raises(KeyUnusable, match="LEDGER_LOG_KEY_FILE"):
        signing_of(Settings(database=server), server)
    missing = Settings(database=server, log_key_file=tmp_path / "no-such-key")
    with pytest.raises(KeyUnusable, match="no-such-key"):
        signing_of(missing, server).begin(None)
    assert list(tmp_path.iterdir()) == []


def test_keys_come_from_the_environment_or_a_file_and_never_both(tmp_path, file, monkeypatch):
    file.write([LOG])
    for name, value in (("LEDGER_LOG_KEY", LOG.secret_text()), ("LEDGER_LOG_KEY_FILE", str(file.path))):
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            settings = Settings()
            assert LOG.secret_text() not in repr(settings)
            signing = signing_of(settings, "postgresql://ledger@127.0.0.1/ledger")
            signing.begin(None)
            assert Checkpoint.parse(signing.sign(EMPTY).text).origin == ORIGIN
            assert signing.verifiers == (LOG.verifier,)
            assert LOG.secret_text() not in repr(signing)
    both = Settings(log_key=SecretStr(LOG.secret_text()), log_key_file=file.path)
    with pytest.raises(KeyUnusable, match="both given"):
        signing_of(both, str(tmp_path / "ledger.sqlite"))


def test_an_open_file_that_cannot_be_read_any_more_signs_nothing(database, file):
    file.write([LOG])
    ledger = opened(database, Signing(file))
    file.path.write_bytes(b"\xff")
    with pytest.raises(KeyUnusable, match="not a text"):
        write(ledger, agency("A"))
    assert ledger.head().position == 0
    ledger.close()
