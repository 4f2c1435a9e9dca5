#!/usr/bin/env python3
"""Be a witness of the safeguarding ledger: remember what it signed, and cosign only what continues it.

Two files for Python 3.9 or later, this one and verify_ledger.py beside it: no packages. Whoever runs the ledger has no part in it; the
key, the memory and the list of trusted ledgers are files of yours, in a folder of yours.

    python3 witness_ledger.py init NAME --log VKEY    make your key; prints the public key to hand to the others
    python3 witness_ledger.py pull URL                fetch the ledger's checkpoint, check it, cosign it, hand the cosignature back
    python3 witness_ledger.py serve                   or let the ledger bring its checkpoints (POST /add-checkpoint)
    python3 witness_ledger.py status                  what you have cosigned, and whether anything contradicted it
    python3 witness_ledger.py trust VKEY              accept a further key of a ledger, after a change of keys that you were told of

What a cosignature says: of all trees I was shown under this name, this is the largest, and it continues every one before it. Nobody
can then show you one history and somebody else another, go back to an older copy, or rewrite what was signed, without a contradiction
that you hold. It does not say that the entries are true. Exit codes: 0 fine, 1 a contradiction was found, 2 it could not be done.

Sources: c2sp.org/tlog-witness, /tlog-cosignature, /tlog-policy (the `log` lines of the list) and RFC 8032 section 5.1.6.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256, sha512
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import verify_ledger
from verify_ledger import WITNESS_KEY, Broken, CannotTell, Checkpoint, Key, Note

FINE, CONTRADICTED, UNABLE = 0, 1, 2
MOST_BYTES = 65_536
"""Of one request, and of one answer of the ledger."""
MOST_PROOF_LINES = 63
FORK, UNPROVED, SHORTER = "fork", "unproved", "shorter"
"""What is kept as evidence. Two signed trees of one size are a contradiction. A tree without a proof, or one shorter than before, is a
question: anybody can bring an old checkpoint or a wrong proof. It is one for the ledger when it does not go away.
"""
MOST_KEPT = 200
"""Files of a kind: more would be somebody filling the disk."""
PATIENCE = 20.0
"""Seconds to wait for the ledger, or for whoever talks to `serve`."""
EMPTY_ROOT = sha256(b"").digest()
DASH = "\u2014"


# --- Signing (RFC 8032, section 5.1.6) ------------------------------------------------------------------------------------------


def _times_base(scalar: int) -> bytes:
    """The base point times a secret number, encoded. A random multiple of the order is added first, which changes nothing but the bits
    that are walked through, and every bit costs the same two steps: how long it takes tells nothing about the secret.
    """
    walked = scalar + verify_ledger.ORDER * secrets.randbits(128)
    total, ahead = verify_ledger.NEUTRAL, verify_ledger._BASE
    for bit in range(383, -1, -1):
        both = verify_ledger._plus(total, ahead)
        total, ahead = (
            (both, verify_ledger._doubled(ahead)) if walked >> bit & 1 else (verify_ledger._doubled(total), both)
        )
    return verify_ledger._encoded(total)


def _halves(seed: bytes) -> tuple[int, bytes]:
    digest = sha512(seed).digest()
    number = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return number, digest[32:]


def ed25519_public(seed: bytes) -> bytes:
    """The public key (32 bytes) of a seed (32 bytes)."""
    return _times_base(_halves(seed)[0])


def ed25519_signed(seed: bytes, public: bytes, message: bytes) -> bytes:
    """The signature (64 bytes) over a message, checked before it is given away."""
    number, prefix = _halves(seed)
    r = int.from_bytes(sha512(prefix + message).digest(), "little") % verify_ledger.ORDER
    point = _times_base(r)
    k = int.from_bytes(sha512(point + public + message).digest(), "little") % verify_ledger.ORDER
    signature = point + ((r + k * number) % verify_ledger.ORDER).to_bytes(32, "little")
    if not verify_ledger.ed25519_fits(public, message, signature):
        raise CannotTell("this machine made a wrong signature; it was not given away")
    return signature


# --- What the owner keeps -------------------------------------------------------------------------------------------------------


class SecretKey(NamedTuple):
    """The witness's key: whoever has its seed can cosign in its name."""

    public: Key
    seed: bytes

    @classmethod
    def made(cls, name: str) -> SecretKey:
        """A fresh key under a name such as `witness.police.example`."""
        seed = secrets.token_bytes(32)
        key = cls(Key(name, WITNESS_KEY, ed25519_public(seed)), seed)
        if vkey(Key.parse(vkey(key.public))) != vkey(key.public):
            raise CannotTell("this name cannot stand in a key")
        return key

    @classmethod
    def parse(cls, text: str) -> SecretKey:
        """The key of its file, `PRIVATE+KEY+name+id+base64`."""
        parts = text.strip().split("+", 4)
        try:
            value = base64.b64decode(parts[4], validate=True)
        except (IndexError, ValueError):
            value = b""
        if parts[:2] != ["PRIVATE", "KEY"] or value[:1] != b"\x04" or len(value) != 33:
            raise CannotTell("the key file holds no private key of a witness")
        key = cls(Key(parts[2], WITNESS_KEY, ed25519_public(value[1:])), value[1:])
        if key.public.id.hex() != parts[3]:
            raise CannotTell("the key file is damaged")
        return key

    def text(self) -> str:
        """As `parse` reads it."""
        value = base64.b64encode(b"\x04" + self.seed).decode()
        return f"PRIVATE+KEY+{self.public.name}+{self.public.id.hex()}+{value}\n"

    def cosigned(self, text: str, now: int) -> str:
        """The signature line over a checkpoint's text at a time (seconds since 1970)."""
        message = f"cosignature/v1\ntime {now}\n{text}".encode()
        signature = ed25519_signed(self.seed, self.public.public, message)
        value = base64.b64encode(self.public.id + now.to_bytes(8, "big") + signature).decode()
        return f"{DASH} {self.public.name} {value}\n"


def vkey(key: Key) -> str:
    """The text of a public key, as others are given it."""
    return f"{key.name}+{key.id.hex()}+{base64.b64encode(bytes([key.kind]) + key.public).decode()}"


class Home:
    """The owner's folder: `key`, `logs` (a line `log VKEY` for each key of a ledger that is trusted), `memory.sqlite`, `evidence/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str) -> SecretKey:
        """A new folder with a new key. Nothing that is there is written over."""
        key = SecretKey.made(name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self.folder / "key").exists():
            raise CannotTell(f"{self.folder} has a witness already")
        _kept(
            self.folder / "logs", "# Each line: log VKEY. Got from somebody you trust, and not over this connection.\n"
        )
        (self.folder / "evidence").mkdir(exist_ok=True)
        with closing(sqlite3.connect(self.folder / "memory.sqlite")) as memory:
            memory.execute(
                "CREATE TABLE seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,"
                " note BLOB NOT NULL, cosigned INTEGER NOT NULL)"
            )
        _kept(self.folder / "key", key.text())
        return key

    def key(self) -> SecretKey:
        """The witness's key."""
        try:
            return SecretKey.parse((self.folder / "key").read_text("utf-8"))
        except OSError as error:
            raise CannotTell(f"{self.folder / 'key'}: {error.strerror}; `init NAME` makes a witness") from None

    def api_key(self) -> str | None:
        """What tells a ledger that asks for it who comes; the owner puts it into the file `api-key`, where there is one."""
        try:
            return (self.folder / "api-key").read_text("ascii").strip()
        except FileNotFoundError:
            return None
        except ValueError:
            raise CannotTell("the file api-key holds no key") from None

    def trusted(self) -> list[Key]:
        """The keys of the ledgers that are trusted; each ledger's name is its keys' name."""
        lines = [line.split() for line in (self.folder / "logs").read_text("utf-8").splitlines()]
        return [Key.parse(words[1]) for words in lines if words and words[0] == "log" and len(words) > 1]

    def trust(self, text: str) -> Key:
        """Write down a further key of a ledger."""
        key = Key.parse(text)
        if key.kind != verify_ledger.NOTE_KEY:
            raise CannotTell("this is the key of a witness, not of a ledger")
        if key not in self.trusted():
            _kept(self.folder / "logs", (self.folder / "logs").read_text("utf-8") + f"log {vkey(key)}\n")
        return key

    @contextmanager
    def memory(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the memory against every other process and thread: committed, and on the disk, when it is left."""
        where = f"{(self.folder / 'memory.sqlite').absolute().as_uri()}?mode=rw"  # one that is lost is never made anew by itself
        with closing(sqlite3.connect(where, uri=True, timeout=PATIENCE, isolation_level=None)) as memory:
            memory.execute("PRAGMA synchronous = EXTRA")
            memory.execute("BEGIN IMMEDIATE")
            yield memory
            memory.execute("COMMIT")

    def keep_evidence(self, name: str, what: str, *notes: bytes) -> None:
        """A file with both checkpoints, and a line for whoever watches; the same thing found again is kept and said once."""
        folder = self.folder / "evidence"
        file = folder / f"{name}.txt"
        kind = name.partition("-")[0]
        if file.exists() or len(list(folder.glob(f"{kind}-*.txt"))) >= MOST_KEPT:
            return
        parts = [f"{what}\n", *(note.decode("utf-8") for note in notes)]
        _kept(file, "\n----------------------------------------\n\n".join(parts))
        say(f"{'CONTRADICTION' if kind == FORK else 'QUESTION'}: {what} Kept in {file}.")

    def contradictions(self) -> list[Path]:
        """What proves by the ledger's own signatures that it told two histories."""
        return sorted((self.folder / "evidence").glob(f"{FORK}-*.txt"))

    def questions(self, since: float) -> list[Path]:
        """What was refused after a time and proves nothing yet: whoever asked may have asked wrongly."""
        files = (self.folder / "evidence").glob("*.txt")
        return sorted(f for f in files if not f.name.startswith(f"{FORK}-") and f.stat().st_mtime > since)


def _kept(file: Path, text: str) -> None:
    """Written whole or not at all, for its owner only, and on the disk before anything goes on."""
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n"
    ) as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    beside.replace(file)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(file.parent, os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)


def say(text: str) -> None:
    """A line for the owner. Names come from outside: nothing in them may move a terminal's cursor."""
    print("".join(letter if letter.isprintable() else "?" for letter in text), file=sys.stderr, flush=True)


# --- Witnessing (C2SP tlog-witness, add-checkpoint) -----------------------------------------------------------------------------


class Answer(NamedTuple):
    """What add-checkpoint answers."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"


class Request(NamedTuple):
    """The body of add-checkpoint."""

    old: int
    proof: list[bytes]
    note: Note
    raw: bytes
    """The note's bytes."""
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Raises Broken for another form."""
        head, blank, raw = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Broken("the lines before the checkpoint are not ASCII") from None
        if not blank or not re.fullmatch(r"old (0|[1-9][0-9]{0,18})", first) or len(lines) > MOST_PROOF_LINES:
            raise Broken("a request has an old size, at most 63 lines of proof, an empty line and a checkpoint")
        proof = [verify_ledger._hash(line) for line in lines]
        note = Note.parse(raw)
        return cls(verify_ledger._number(first[4:]), proof, note, raw, Checkpoint.parse(note.text))


class Seen(NamedTuple):
    """The largest tree cosigned of a ledger."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""
    cosigned: int = 0


class Witness:
    """Takes checkpoints, and cosigns those that continue what it has seen."""

    def __init__(self, home: Home, clock: Callable[[], float]) -> None:
        self.home = home
        self.key = home.key()
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """What C2SP tlog-witness answers to these bytes, in the order it states its checks."""
        try:
            asked = Request.parse(body)
        except Broken as reason:
            return Answer(400, f"{reason}\n")
        keys = [key for key in self.home.trusted() if key.name == asked.checkpoint.origin]
        if not keys:
            return Answer(404, "this witness does not know a log of this origin\n")
        try:
            if not asked.note.signers(keys):
                return Answer(403, "no key that this witness trusts signed the checkpoint\n")
        except Broken as reason:
            return Answer(403, f"{reason}\n")
        if asked.old > asked.checkpoint.size:
            return Answer(400, "the old size is beyond the checkpoint's\n")
        return self._judged(asked)

    def _judged(self, asked: Request) -> Answer:
        """Checked and remembered in one transaction; cosigned only when that is on the disk."""
        new = asked.checkpoint
        with self.home.memory() as memory:
            seen = _seen(memory, new.origin)
            self._look_for_contradictions(asked, seen)
            if asked.old != seen.size:
                return Answer(409, f"{seen.size}\n", "text/x.tlog.size")
            if new.size == seen.size and new.root != seen.root:
                return Answer(409, "this witness cosigned another tree of this size\n")
            try:
                verify_ledger.verify_consistency(seen.size, new.size, asked.proof, seen.root, new.root)
            except Broken as reason:
                self._keep(
                    "unproved", f"A tree of {new.size} was not proved to continue the tree of {seen.size}.", asked, seen
                )
                return Answer(422, f"{reason}\n")
            now = max(int(self._clock()), seen.cosigned)
            row = (new.origin, new.size, new.root, asked.raw, now)
            memory.execute(
                "INSERT OR REPLACE INTO seen (origin, size, root, note, cosigned) VALUES (?, ?, ?, ?, ?)", row
            )
        return Answer(200, self.key.cosigned(asked.note.text, now))

    def _look_for_contradictions(self, asked: Request, seen: Seen) -> None:
        """What the ledger signed now against what it signed before, whoever brought it and however: its signature is the proof."""
        new = asked.checkpoint
        if new.size == seen.size and new.root != seen.root:
            self._keep(FORK, f"The ledger signed two different trees of {new.size} entries.", asked, seen)
        if new.size < seen.size:
            what = f"A tree of {new.size} entries was shown after one of {seen.size}: an old one, or the ledger lost its end."
            self.home.keep_evidence(f"{SHORTER}-than-{seen.size}", what, seen.note, asked.raw)
        try:
            mine = asked.note.signers([self.key.public])
        except Broken:
            mine = []
        if mine and new.size > seen.size:
            say(
                f"This witness cosigned {new.size} entries and remembers {seen.size}: its memory is an old copy. It catches up."
            )

    def _keep(self, kind: str, what: str, asked: Request, seen: Seen) -> None:
        name = f"{kind}-{sha256(asked.note.text.encode('utf-8')).hexdigest()[:16]}"
        self.home.keep_evidence(name, what, seen.note, asked.raw)

    def seen(self, origin: str) -> Seen:
        """What is remembered of a ledger."""
        with self.home.memory() as memory:
            return _seen(memory, origin)


def _seen(memory: sqlite3.Connection, origin: str) -> Seen:
    row = memory.execute("SELECT size, root, note, cosigned FROM seen WHERE origin = ?", (origin,)).fetchone()
    return Seen(*row) if row else Seen()


# --- serve: the ledger comes to the witness -------------------------------------------------------------------------------------


class Door(BaseHTTPRequestHandler):
    """POST /add-checkpoint, and GET / for whoever looks whether it lives."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = PATIENCE
    server: Served

    def do_POST(self) -> None:
        lengths = self.headers.get_all("Content-Length", [])
        length = lengths[0] if len(lengths) == 1 and "Transfer-Encoding" not in self.headers else ""
        if not re.fullmatch(
            r"[0-9]{1,9}", length
        ):  # one length, or a proxy before it may see another request than this
            self._answer(Answer(411, "how long is the request?\n"), last=True)
        elif int(length) > MOST_BYTES:
            self._answer(Answer(413, f"a request has at most {MOST_BYTES} bytes\n"), last=True)
        else:
            self._answer(self._asked(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        self._answer(Answer(200, f"{vkey(self.server.witness.key.public)}\n"))

    def _asked(self, body: bytes) -> Answer:
        if not self.path.rstrip("/").endswith("/add-checkpoint"):
            return Answer(404, "POST /add-checkpoint\n")
        try:
            return self.server.witness.add_checkpoint(body)
        except (OSError, sqlite3.Error, CannotTell) as error:
            say(f"The witness's own files cannot be used: {error}")
            return Answer(500, "this witness cannot cosign now\n")

    def _answer(self, answer: Answer, *, last: bool = False) -> None:
        body = answer.body.encode("utf-8")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        if last:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """What matters is said by the witness."""


class Served(ThreadingHTTPServer):
    """A server that holds the witness."""

    daemon_threads = True

    def __init__(self, witness: Witness, address: tuple[str, int]) -> None:
        self.witness = witness
        super().__init__(address, Door)


# --- pull: the witness goes to the ledger ---------------------------------------------------------------------------------------


class _Straight(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else than it was told to, and so never shows the API key to a stranger."""

    def redirect_request(self, *_: object) -> None:
        return None


def _fetched(address: str, api_key: str | None, body: bytes | None = None) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise CannotTell("an address begins with https:// or http://")
    headers = {"Content-Type": "text/plain; charset=utf-8"} if body else {}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - the scheme was looked at
    try:
        with urllib.request.build_opener(_Straight).open(request, timeout=PATIENCE) as answer:
            raw: bytes = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise CannotTell(f"{address} answers {error.code}") from None
    except (OSError, ValueError) as error:
        raise CannotTell(f"{address} cannot be reached: {error}") from None
    if len(raw) > MOST_BYTES:
        raise CannotTell(f"{address} answers with more than {MOST_BYTES} bytes")
    return raw


def _proof(answer: bytes) -> list[str]:
    """The lines of a proof that the ledger gives as JSON, its hashes in hex."""
    try:
        return [base64.b64encode(bytes.fromhex(item)).decode() for item in json.loads(answer)["consistency"]]
    except (ValueError, TypeError, LookupError):
        raise CannotTell("the ledger gives no proof that can be read") from None


def pull(witness: Witness, url: str) -> int:
    """Fetch the ledger's checkpoint, treat it as if it had been brought, and hand the cosignature back. Returns the exit code."""
    url = url.rstrip("/")
    api_key = witness.home.api_key()
    raw = _fetched(f"{url}/log/checkpoint", api_key)
    try:
        note = Note.parse(raw)
        new = Checkpoint.parse(note.text)
    except Broken as reason:
        raise CannotTell(f"{url} gives no checkpoint: {reason}") from None
    seen = witness.seen(new.origin)
    lines = [f"old {min(seen.size, new.size)}"]
    if 0 < seen.size < new.size:
        lines += _proof(_fetched(f"{url}/log/proof/consistency?old={seen.size}&new={new.size}", api_key))
    asked = "\n".join([*lines, "", ""]).encode() + raw
    answer = witness.add_checkpoint(asked)
    if answer.status == 200:
        try:
            _fetched(f"{url}/log/cosignatures", api_key, f"{note.text}\n{answer.body}".encode())
        except CannotTell as reason:
            say(
                f"{_entries(new.size)} of {new.origin} {'was checked and is' if new.size == 1 else 'were checked and are'} "
                f"remembered; the cosignature was not taken ({reason})."
            )
            say("Does the policy of whoever runs the ledger name this witness?")
            return UNABLE
        say(f"Cosigned {_entries(new.size)} of {new.origin}.")
        return FINE
    say(f"Not cosigned ({answer.status}): {answer.body.strip()}")
    return CONTRADICTED if answer.status in (409, 422) else UNABLE


# --- The command line -----------------------------------------------------------------------------------------------------------


def _init(asked: argparse.Namespace, home: Home) -> int:
    for text in asked.log:
        Key.parse(text)
    key = home.make(asked.name)
    for text in asked.log:
        home.trust(text)
    print(vkey(key.public))
    say(f"The key is in {home.folder}. Give the line above to whoever runs the ledger, and to whoever relies on you.")
    return FINE


def _trust(asked: argparse.Namespace, home: Home) -> int:
    say(f"Trusted from now on: {home.trust(asked.key).label}")
    return FINE


def _serve(asked: argparse.Namespace, home: Home) -> int:
    host, _, port = asked.listen.rpartition(":")
    with Served(Witness(home, time.time), (host.strip("[]"), int(port))) as server:  # noqa: TID251 - the one clock here
        say(f"{server.witness.key.public.label} listens on {host}:{server.server_address[1]}")
        server.serve_forever()
    return FINE


def _pull(asked: argparse.Namespace, home: Home) -> int:
    witness = Witness(home, time.time)  # noqa: TID251 - the one clock here
    while asked.every:
        try:
            pull(witness, asked.url)
        except CannotTell as reason:
            say(str(reason))
        time.sleep(asked.every)
    return pull(witness, asked.url)


def _entries(number: int) -> str:
    """`1 entry`, `12 entries`."""
    return f"{number} {'entry' if number == 1 else 'entries'}"


def _status(asked: argparse.Namespace, home: Home) -> int:
    print(vkey(home.key().public))
    with home.memory() as memory:
        rows = memory.execute("SELECT origin, size, cosigned FROM seen ORDER BY origin").fetchall()
    for origin, size, cosigned in rows:
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(cosigned))
        print(f"{origin}: {_entries(size)} cosigned, last on {when}")
    contradictions, questions = home.contradictions(), home.questions(max((row[2] for row in rows), default=0))
    for file in contradictions:
        print(f"CONTRADICTION: {file}")
    for file in questions:
        print(f"QUESTION, and nothing was cosigned since: {file}")
    return CONTRADICTED if contradictions or questions else FINE


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="witness_ledger.py",
        description="Be a witness of the safeguarding ledger. Exit 0 fine, 1 a contradiction was found, 2 it could not be done.",
    )
    parser.add_argument("--home", metavar="FOLDER", default="witness", help="your folder (./witness)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="make a key, and print its public half")
    init.add_argument("name", metavar="NAME", help="such as witness.police.example: letters, digits, dots")
    init.add_argument("--log", metavar="VKEY", action="append", default=[], help="a public key of the ledger")
    init.set_defaults(run=_init)
    trust = commands.add_parser("trust", help="accept a further key of a ledger")
    trust.add_argument("key", metavar="VKEY")
    trust.set_defaults(run=_trust)
    pulling = commands.add_parser("pull", help="fetch, check, cosign and hand back, once or again and again")
    pulling.add_argument("url", metavar="URL", help="where the ledger is")
    pulling.add_argument("--every", metavar="SECONDS", type=int, default=0, help="go on, with so long a pause")
    pulling.set_defaults(run=_pull)
    serving = commands.add_parser("serve", help="let the ledger bring its checkpoints")
    serving.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8100")
    serving.set_defaults(run=_serve)
    commands.add_parser("status", help="what was cosigned, and what contradicted it").set_defaults(run=_status)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = _asked(arguments)
    try:
        code: int = asked.run(asked, Home(Path(asked.home)))
    except (CannotTell, Broken) as reason:
        say(str(reason))
        return UNABLE
    except (OSError, sqlite3.Error) as error:
        say(f"The witness's own files cannot be used: {error}")
        return UNABLE
    except KeyboardInterrupt:
        return FINE
    return code


if __name__ == "__main__":
    sys.exit(main())
