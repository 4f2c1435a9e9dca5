#!/usr/bin/env python3
"""Check what the safeguarding ledger gave you, offline, trusting nobody who runs it.

One file for Python 3.9 or later: no packages, no network, nothing shared with the service's own program.

    python3 verify_ledger.py receipt FILE --key VKEY [--witness VKEY ... --quorum K] [--entry FILE]
    python3 verify_ledger.py bundle FOLDER-OR-ZIP --key VKEY [...] [--older FILE ...]
    python3 verify_ledger.py report FILE --bundle FOLDER-OR-ZIP --key VKEY [...]

A receipt is for one entry (C2SP tlog-proof), a bundle holds the entries of a record, an incident, a period or a whole ledger
(docs/bundle.md), a report states figures with the entries they rest on. --older names receipts or checkpoints kept from earlier, which the
ledger must still agree with: so a ledger that its keeper rewrote is found out. VKEY is a public key as text, or a file that holds it, got from
somebody you trust and not from the file. The answer is also the exit code: 0 true, 1 false, 2 cannot be told (an unknown version,
key or file).

Sources: RFC 9162 section 2.1 (tree and proofs), RFC 8032 section 5.1 (Ed25519), and c2sp.org/signed-note, /tlog-checkpoint,
/tlog-cosignature and /tlog-proof. How to read this file: each part stands on those above it, and `main` is at the end.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import io
import json
import os
import re
import stat
import sys
import zipfile
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256, sha512
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

TRUE, FALSE, CANNOT_TELL = 0, 1, 2
NONE, CHAIN, SIGNED, WITNESSED = range(4)
"""Levels of assurance; each has what those before it have."""


class Broken(Exception):
    """It is false: it does not have its form, or does not fit what it claims."""


class CannotTell(Exception):
    """It may be true: a version, key or file is missing or not known to this program."""


# --- Ed25519 (RFC 8032, section 5.1) --------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
SMALL_ORDER_Y = frozenset(
    int(y, 16) % P
    for y in (
        "0",
        "1",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
        "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
        "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
    )
)
Point = tuple[int, int, int, int]
"""X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""
NEUTRAL: Point = (0, 1, 1, 0)


def _plus(one: Point, other: Point) -> Point:
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * D * t1 % P * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _doubled(point: Point) -> Point:
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    h = a + b
    e = h - (x + y) * (x + y) % P
    g = a - b
    f = 2 * z * z % P + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(encoded: bytes) -> Point | None:
    """The point of 32 bytes, or None where there is none on the curve."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y % P, 1, x * y % P


def _encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return ((y * inverse % P) | (x * inverse % P & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def ed25519_fits(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64-byte signature is the public key's (32 bytes) over the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, s = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= ORDER:
        return False
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = key
    minus_key = (-x % P, y, z, -t % P)
    terms = (NEUTRAL, _BASE, minus_key, _plus(_BASE, minus_key))
    total = NEUTRAL
    for bit in range(252, -1, -1):
        total = _doubled(total)
        term = (s >> bit & 1) | (h >> bit & 1) << 1
        if term:
            total = _plus(total, terms[term])
    return _encoded(total) == signature[:32]


# --- The tree (RFC 9162, section 2.1) -------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry's exact bytes as a leaf."""
    return sha256(b"\x00" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _expect_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(item) != 32 for item in hashes):
        raise Broken("a hash does not have 32 bytes")


def path_length(index: int, size: int) -> int:
    """How many hashes lead from a leaf to the root of a tree."""
    length, last = 0, size - 1
    while last > 0:
        length += index % 2 == 1 or index < last
        index, last = index // 2, last // 2
    return length


def verify_path_form(index: int, size: int, path: Sequence[bytes]) -> None:
    """Raises Broken where the tree has no such leaf, or its path has another length."""
    if not 0 <= index < size:
        raise Broken(f"the tree of {size} entries has no entry with index {index}")
    if len(path) != path_length(index, size):
        raise Broken(
            f"the path from index {index} in a tree of {size} has {path_length(index, size)} hashes, not {len(path)}"
        )
    _expect_hashes(path)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162, section 2.1.3.2. Raises Broken unless the path leads from the leaf's hash to the root."""
    verify_path_form(index, size, path)
    _expect_hashes((leaf, root))
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if fn % 2 == 1 or fn == sn:
            r = _node(p, r)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _node(r, p)
        fn, sn = fn >> 1, sn >> 1
    if r != root:
        raise Broken(
            "the path does not lead from this entry to the root that was signed: the entry, its place or the path was altered"
        )


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """RFC 9162, section 2.1.4.2. Raises Broken unless the tree of `old` leaves begins the tree of `new`."""
    if not 0 <= old <= new:
        raise Broken(f"a tree of {old} entries cannot begin one of {new}")
    _expect_hashes((*proof, old_root, new_root))
    if old in (0, new):
        if proof or old_root != (new_root if old == new else sha256(b"").digest()):
            raise Broken(f"the root stated for {old} entries is not theirs")
        return
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    steps = list(proof) if fn else [old_root, *proof]
    expected = path_length(fn, sn + 1) + 1
    if len(steps) != expected:
        raise Broken(f"the proof from {old} to {new} entries has another length")
    fr = sr = steps[0]
    for c in steps[1:]:
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if fr != old_root:
        raise Broken(f"the proof does not lead to the root of {old} entries")
    if sr != new_root:
        raise Broken(f"the proof does not lead to the root of {new} entries")


class Tree:
    """A tree that grows leaf by leaf and keeps only the roots of its complete subtrees, widest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf's hash."""
        size = self.size
        while size & 1:
            leaf, size = _node(self._peaks.pop(), leaf), size >> 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root so far (RFC 9162, section 2.1.1)."""
        if not self._peaks:
            return sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = _node(peak, root)
        return root


# --- Texts: keys, notes, checkpoints, receipts (C2SP) ---------------------------------------------------------------------------

NOTE_KEY, WITNESS_KEY = 0x01, 0x04
GREATEST = 2**63 - 1
LONGEST_NOTE, MOST_SIGNATURES = 1_000_000, 100
RECEIPT = "c2sp.org/tlog-proof@v1"
LONGEST_RECEIPT, LONGEST_PATH = 2_000_000, 63


def _unbase64(text: str) -> bytes:
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Broken("a part that should be base64 is not") from None
    if base64.b64encode(value).decode("ascii") != text:
        raise Broken("a part in base64 is not spelt in the standard way")
    return value


def _number(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) > GREATEST:
        raise Broken("a number is not spelt as a plain decimal number below 2 to the power of 63")
    return int(text)


def _hash(text: str) -> bytes:
    value = _unbase64(text)
    _expect_hashes((value,))
    return value


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("the text is not UTF-8") from None
    if any(letter < " " and letter != "\n" for letter in text):
        raise Broken("the text holds a control character")
    return text


def _is_name(name: str) -> bool:
    return name != "" and "+" not in name and not any(letter.isspace() for letter in name)


class Key(NamedTuple):
    """A public key of the log (NOTE_KEY) or of a witness (WITNESS_KEY)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that, with the name, say which key signed."""
        return sha256(self.name.encode("utf-8") + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def label(self) -> str:
        """Name and id, for a reader."""
        return f"{self.name}+{self.id.hex()}"

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key of a vkey text. Raises CannotTell where it is none, or of a kind not known here."""
        try:
            name, key_id, encoded = _text(text.encode("utf-8", "surrogatepass")).split("+", 2)
            value = _unbase64(encoded)
        except (Broken, ValueError):
            raise CannotTell("a public key reads name+id+base64, and this text does not") from None
        if value[:1] not in (b"\x01", b"\x04"):
            raise CannotTell("the public key is of a kind not known to this program")
        key = cls(name, value[0], value[1:])
        y = int.from_bytes(key.public, "little") & ((1 << 255) - 1)
        if not _is_name(name) or len(key.public) != 32 or y >= P or y in SMALL_ORDER_Y:
            raise CannotTell("the public key is damaged, or too weak to prove anything")
        if key.id.hex() != key_id:
            raise CannotTell("the public key is damaged: its id does not fit")
        return key

    def fits(self, text: str, value: bytes) -> bool:
        """Whether the value is this key's signature of a note's text."""
        message = text.encode("utf-8")
        if self.kind == WITNESS_KEY:
            stated, value = int.from_bytes(value[:8], "big"), value[8:]
            if stated > GREATEST:
                return False
            message = f"cosignature/v1\ntime {stated}\n".encode() + message
        return ed25519_fits(self.public, message, value)


class Note(NamedTuple):
    """A text, and its signatures as (name, key id, value)."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]

    @classmethod
    def parse(cls, raw: bytes) -> Note:
        """Raises Broken where the bytes are no signed note."""
        if len(raw) > LONGEST_NOTE:
            raise Broken("the note is too long")
        whole = _text(raw)
        blank = whole.rfind("\n\n")
        if blank < 0 or not whole.endswith("\n") or blank + 2 == len(whole):
            raise Broken("the note has no signatures")
        lines = whole[blank + 2 : -1].split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise Broken("the note has too many signatures")
        return cls(whole[: blank + 1], [cls._signature(line) for line in lines])

    @staticmethod
    def _signature(line: str) -> tuple[str, bytes, bytes]:
        parts = line.split(" ", 2)
        if len(parts) != 3 or parts[0] != "\u2014" or not _is_name(parts[1]):
            raise Broken("a signature line is damaged")
        value = _unbase64(parts[2])
        if len(value) < 5:
            raise Broken("a signature is too short")
        return parts[1], value[:4], value[4:]

    def signers(self, keys: Iterable[Key]) -> list[Key]:
        """Which of the keys signed. Raises Broken where a line claims one of them and does not fit; ignores lines of others."""
        known = {(key.name, key.id): key for key in keys}
        found = {}
        for name, key_id, value in self.signatures:
            key = known.get((name, key_id))
            if key is not None:
                if not key.fits(self.text, value):
                    raise Broken(
                        f"the signature under {key.label} does not fit: the checkpoint or the signature was altered"
                    )
                found[key] = True
        return list(found)


def verify_note(raw: bytes, keys: Iterable[Key]) -> tuple[str, list[Key]]:
    """The text of a signed note and which of the keys signed it. Raises Broken, or CannotTell where none of them did."""
    note = Note.parse(raw)
    signers = note.signers(keys)
    if not signers:
        raise CannotTell("no key that you trust signed this")
    return note.text, signers


class Checkpoint(NamedTuple):
    """What a log states of itself at a size."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Raises Broken where the text of a note is no checkpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] != "" or "" in lines[:-1]:
            raise Broken("a checkpoint has an origin, a size and a root, each a line")
        return cls(lines[0], _number(lines[1]), _hash(lines[2]))


def verify_checkpoint(raw: bytes, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint of a signed note. Raises Broken, or CannotTell where no key given signed it."""
    text, signers = verify_note(raw, keys)
    checkpoint = Checkpoint.parse(text)
    if any(key.name != checkpoint.origin for key in signers):
        raise Broken("the checkpoint is of another log than the key that signed it")
    return checkpoint


@dataclass(frozen=True)
class Receipt:
    """An entry's place, its path to a checkpoint's root, the checkpoint, and the entry's bytes where the receipt carries them."""

    index: int
    path: list[bytes]
    note: Note
    checkpoint: Checkpoint
    entry: bytes | None

    @classmethod
    def parse(cls, raw: bytes) -> Receipt:
        """Raises CannotTell for another version, Broken for another form."""
        if raw[: len(RECEIPT) + 1] != f"{RECEIPT}\n".encode("ascii"):
            raise CannotTell(f"this is no receipt of the version known to this program, {RECEIPT}")
        if len(raw) > LONGEST_RECEIPT:
            raise Broken("the receipt is too long")
        end = raw.find(b"\n\n")
        if end < 0:
            raise Broken("the receipt has no checkpoint")
        lines = _text(raw[:end]).split("\n")[1:]
        entry = None
        if lines and lines[0].startswith("extra "):
            entry = _unbase64(lines.pop(0)[len("extra ") :])
            if entry == b"":
                raise Broken("the receipt carries an empty entry")
        if not lines or not lines[0].startswith("index "):
            raise Broken("the receipt does not tell the entry's index")
        index, path = _number(lines[0][len("index ") :]), [_hash(line) for line in lines[1:]]
        if len(path) > LONGEST_PATH:
            raise Broken("the receipt's path is too long")
        note = Note.parse(raw[end + 2 :])
        return cls(index, path, note, Checkpoint.parse(note.text), entry)


# --- What is proved -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    """What you trust beforehand: keys of the log, keys of witnesses, and how many witnesses you ask for."""

    log: tuple[Key, ...] = ()
    witnesses: tuple[Key, ...] = ()
    quorum: int = 0

    @classmethod
    def of(cls, log: Sequence[str], witnesses: Sequence[str], quorum: int) -> Trust:
        """From vkey texts. Raises CannotTell where a key is of the wrong kind, or would count twice."""
        trust = cls(_distinct(map(Key.parse, log)), _distinct(map(Key.parse, witnesses)), quorum)
        if any(key.kind != NOTE_KEY for key in trust.log) or len({key.name for key in trust.log}) > 1:
            raise CannotTell("--key takes keys of the log, all of one name; a witness's key goes with --witness")
        if any(key.kind != WITNESS_KEY for key in trust.witnesses):
            raise CannotTell("--witness takes keys of witnesses; the log's own goes with --key")
        everybody = [key.public for key in trust.log + trust.witnesses]
        if len(set(everybody)) != len(everybody):
            raise CannotTell("one public key was given under two names, and its signature would count twice")
        if not 0 <= quorum <= len(trust.witnesses):
            raise CannotTell("--quorum asks for more witnesses than were given")
        return trust


def _distinct(keys: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(keys))


@dataclass(frozen=True)
class Finding:
    """What checking came to. Anything false outweighs whatever cannot be told, and that outweighs the rest."""

    false: tuple[str, ...]
    untold: tuple[str, ...]
    level: int
    witnesses: tuple[Key, ...]
    receipt: Receipt | None = None
    entry: bytes | None = None

    @property
    def code(self) -> int:
        """TRUE, FALSE or CANNOT_TELL."""
        return FALSE if self.false else CANNOT_TELL if self.untold else TRUE


class _Notes:
    """Collects what steps find, so that an unknown part never hides a false one after it."""

    def __init__(self) -> None:
        self.false: list[str] = []
        self.untold: list[str] = []

    def held(self, step: Callable[[], None]) -> bool:
        """Whether the step went through."""
        try:
            step()
        except Broken as found:
            self.false.append(str(found))
        except CannotTell as found:
            self.untold.append(str(found))
        else:
            return True
        return False


def verify_receipt(raw: bytes, trust: Trust, entry: bytes | None = None) -> Finding:
    """What a receipt proves to somebody with this trust. `entry` is needed where the receipt does not carry the entry's bytes."""
    notes = _Notes()
    try:
        receipt = Receipt.parse(raw)
    except Broken as found:
        return Finding((str(found),), (), NONE, ())
    except CannotTell as found:
        return Finding((), (str(found),), NONE, ())
    body = receipt.entry if entry is None else entry
    witnesses: list[Key] = []
    signed = notes.held(lambda: _signed(receipt, trust))
    notes.held(lambda: _witnessed(receipt, trust, witnesses))
    chained = notes.held(lambda: _chained(receipt, body))
    level = NONE
    if chained and not notes.false:
        level = CHAIN if not signed else WITNESSED if witnesses else SIGNED
    seen = tuple(witnesses) if level == WITNESSED else ()
    return Finding(tuple(notes.false), tuple(notes.untold), level, seen, receipt, body)


def _signed(receipt: Receipt, trust: Trust) -> None:
    signers = receipt.note.signers(trust.log)
    if not signers:
        raise CannotTell("no key of the log that you trust signed the receipt's checkpoint")
    if any(key.name != receipt.checkpoint.origin for key in signers):
        raise Broken("the checkpoint is of another log than the key that signed it")


def _witnessed(receipt: Receipt, trust: Trust, seen: list[Key]) -> None:
    seen += receipt.note.signers(trust.witnesses)
    if len(seen) < trust.quorum:
        raise CannotTell(f"{len(seen)} of the witnesses you trust cosigned, and you ask for {trust.quorum}")


def _chained(receipt: Receipt, body: bytes | None) -> None:
    checkpoint = receipt.checkpoint
    if body is None:
        verify_path_form(receipt.index, checkpoint.size, receipt.path)
        raise CannotTell("the receipt does not carry the entry: give its bytes with --entry")
    if receipt.entry not in (None, body):
        raise Broken("the receipt carries another entry than the one given")
    verify_inclusion(leaf_hash(body), receipt.index, checkpoint.size, receipt.path, checkpoint.root)


# --- The files of a bundle ------------------------------------------------------------------------------------------------------

BUNDLE, BUNDLE_VERSION = "safeguarding-ledger-bundle", 1
FILES = (
    "bundle.json",
    "checkpoint",
    "entries.ndjson",
    "leaves",
    "proofs.ndjson",
    "runs.ndjson",
    "words.ndjson",
    "witnessed",
    "consistency",
)
UNREAD = ("README.txt", "index.html", "keys.txt", "verify_ledger.py")
PUBLISHED = "uk.safeguarding.report.published"
SEALED, BY_SEAL = "uk.safeguarding.ledger.heads-sealed", ("record", "incident", "silence")
FIGURES = re.compile(r"figures/[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.json")
ADOPTED, AMENDED = "uk.safeguarding.policy.adopted", "uk.safeguarding.policy.corrected"
PACKS = re.compile(r"packs/([a-z0-9-]{1,60}@[0-9]{1,4})\.([^/\\\x00-\x1f]{1,120})")
"""A pack of rules: `packs/wt18@1.toml` is its own file, `packs/england-and-wales@1.NAME` one whose hash stands in it."""
FOLDERS = ("figures", "packs")
LONGEST_ENTRY, LONGEST_LINE, LONGEST_FILE = 65_535, 4_000_000, 64_000_000
MOST_FILES = 1_000
MOST_UNPACKED = 250
"""Times its packed size: what claims to unpack to more is not opened."""


class Files:
    """A bundle's files, in a folder or a zip. Nothing is unpacked or written, and only names known here are ever opened."""

    def __init__(self, name: str) -> None:
        self._folder = Path(name)
        self._zip = None if self._folder.is_dir() else _opened_zip(name)
        self.names = sorted(islice(self._members(), MOST_FILES + 1))
        if len(self.names) > MOST_FILES:
            raise CannotTell(f"the bundle holds more than {MOST_FILES} files")
        self.strange = [
            n for n in self.names if not (n in FILES + UNREAD or FIGURES.fullmatch(n) or PACKS.fullmatch(n))
        ]

    def _members(self) -> list[str]:
        if self._zip is not None:
            names = [info.filename for info in self._zip.infolist() if not info.filename.endswith("/")]
            if len(set(names)) != len(names):
                raise Broken("the zip holds two files of one name")
            return names
        own = [path for path in map(self._folder.joinpath, FOLDERS) if path.is_dir() and not path.is_symlink()]
        names = [path.name for path in self._folder.iterdir() if path not in own]
        return names + [f"{folder.name}/{path.name}" for folder in own for path in folder.iterdir()]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def open(self, name: str) -> io.BufferedReader:
        """A file to be read from its beginning. Raises CannotTell where it is not there or cannot be read."""
        if name not in self.names:
            raise CannotTell(f"the bundle does not hold {name}")
        if self._zip is None:
            path = self._folder / name
            if not stat.S_ISREG(path.lstat().st_mode):
                raise CannotTell(f"{name} is no plain file")
            return path.open("rb")
        info = self._zip.getinfo(name)
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CannotTell(f"{name} is packed in a way not known to this program")
        if info.file_size > MOST_UNPACKED * info.compress_size + 1_000_000:
            raise CannotTell(
                f"{name} would unpack to more than {MOST_UNPACKED} times its packed size; it is not opened"
            )
        return io.BufferedReader(self._zip.open(info))  # type: ignore[arg-type]

    def whole(self, name: str) -> bytes:
        """A file of moderate length. Raises Broken where it is too long."""
        with _reading(name), self.open(name) as file:
            raw = file.read(LONGEST_FILE + 1)
        if len(raw) > LONGEST_FILE:
            raise Broken(f"{name} is too long")
        return raw

    def lines(self, name: str, longest: int = LONGEST_LINE) -> Iterator[bytes]:
        """Its lines one after another, without their ends. Raises Broken for one that is too long, empty or has no end."""
        with _reading(name), self.open(name) as file:
            while line := file.readline(longest + 2):
                if not line.endswith(b"\n") or line == b"\n":
                    raise Broken(f"{name} has a line that is empty, too long or cut short")
                yield line[:-1]

    def hashes(self, name: str) -> Iterator[bytes]:
        """32 bytes after another."""
        with _reading(name), self.open(name) as file:
            while item := file.read(32):
                _expect_hashes((item,))
                yield item


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Raises Broken for what goes wrong while a file is read."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise Broken(f"{name} cannot be read: the file is damaged") from None
    except OSError as error:
        raise CannotTell(f"{name} cannot be read: {error.strerror}") from None


def _opened_zip(name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(name)
    except FileNotFoundError:
        raise CannotTell(f"there is no {name}") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise CannotTell(f"{name} is neither a folder nor a zip that can be read") from None


def _json(raw: bytes, what: str) -> Any:
    """The one JSON value of these bytes. Raises Broken where they are none, or have two meanings."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError
        return made

    def refused(name: str) -> Any:
        raise ValueError

    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=members, parse_constant=refused)
    except (ValueError, RecursionError):
        raise Broken(f"{what} is not JSON with one meaning") from None


def _member(value: Any, name: str, kind: type, what: str) -> Any:
    """What an object holds under a name. Raises Broken where it is not there, or of another kind."""
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise Broken(f"{what} has no {name}, or one of another kind")
    return found


def _hashes(value: Any, what: str) -> list[bytes]:
    """A path as JSON spells it."""
    path = _member(value, "path", list, what)
    if len(path) > LONGEST_PATH or not all(isinstance(item, str) for item in path):
        raise Broken(f"{what} has a path that is none")
    return [_hash(item) for item in path]


# --- An entry ---------------------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """What the envelope of an entry says, and its data."""

    record: str
    version: int
    type: str
    source: str
    recorded: str
    data: Any


INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def read_entry(body: bytes) -> Entry:
    """The entry of its exact bytes. Raises Broken where they are none, CannotTell for a later form."""
    if len(body) > LONGEST_ENTRY:
        raise Broken("it has more bytes than an entry may have")
    value = _json(body, "it")
    if _member(value, "specversion", str, "it") != "1.0":
        raise CannotTell("it is an entry of a version not known to this program")
    names = ("subject", "recordversion", "type", "source", "recordedtime", "data")
    kinds = {"recordversion": int, "data": dict}
    entry = Entry(*(_member(value, name, kinds.get(name, str), "it") for name in names))
    if (
        not re.fullmatch(r"[a-z-]+/[A-Z0-9-]+", entry.record)
        or entry.version < 1
        or not INSTANT.fullmatch(entry.recorded)
    ):
        raise Broken("its record, version or recorded time has not the ledger's form")
    return entry


def commitments(data: Any) -> Iterator[tuple[str, str]]:
    """Every sealed place in an entry's data, as JSON pointer and hash. However deep it is nested, nothing here goes down with it."""
    ahead = [("", data)]
    while ahead:
        place, value = ahead.pop()
        if isinstance(value, dict) and set(value) == {"sealed"} and isinstance(value["sealed"], str):
            yield place, value["sealed"]
        elif isinstance(value, dict):
            ahead += [(f"{place}/{name}", item) for name, item in value.items()]
        elif isinstance(value, list):
            ahead += [(f"{place}/{number}", item) for number, item in enumerate(value)]


# --- A bundle ---------------------------------------------------------------------------------------------------------------------

FOLLOWED = (
    "incident", "rapid-review", "review", "audit", "action", "escalation", "scrutiny", "inspection", "priority", "risk"
)  # fmt: skip
"""What cites a record of these kinds belongs to the same case."""
MOST_TOLD = 10


class _Findings(_Notes):
    """What was found, in the order of the entries; the first is the one to look at. Only so many are kept."""

    more = 0

    def say(self, told: str) -> None:
        """Something false."""
        if len(self.false) < MOST_TOLD:
            self.false.append(told)
        else:
            self.more += 1

    def about(self, position: int, step: Callable[[], None]) -> bool:
        """Whether a step on one entry went through."""
        try:
            step()
        except Broken as found:
            self.say(f"entry {position}: {found}")
        except CannotTell as found:
            self.untold.append(f"entry {position}: {found}")
        else:
            return True
        return False


@dataclass
class Held:
    """What going through a bundle's entries once leaves; grows with the records, and by 8 bytes an entry."""

    heads: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By record: the last version seen and its position."""
    positions: Any = field(default_factory=lambda: array("Q"))
    wrong: set[int] = field(default_factory=set)
    first: tuple[int, str] | None = None
    last: tuple[int, str] | None = None
    seal: Entry | None = None
    seal_at: int = 0
    disclosed: int = 0

    def __contains__(self, position: object) -> bool:
        at = bisect_left(self.positions, position)
        return at < len(self.positions) and self.positions[at] == position


@dataclass(frozen=True)
class BundleFinding:
    """What checking a bundle came to. `complete` says what was shown to be complete, or silent; None where nothing was."""

    false: tuple[str, ...]
    more: int
    untold: tuple[str, ...]
    level: int
    witnesses: tuple[Key, ...]
    checkpoint: Checkpoint | None = None
    entries: int = 0
    disclosed: int = 0
    figures: int = 0
    complete: str | None = None
    upto: int = 0
    """How many entries the witnesses cosigned: all that the checkpoint speaks of, or fewer."""
    seal: int = 0
    """The entry that shows completeness, where one does."""
    published: tuple[str, ...] = ()
    """Of each report given: how it was published, and who agreed to that."""
    packs: int = 0
    """Packs of rules that lie in the bundle, and of which the entry that adopted each is there too."""
    unadopted: int = 0
    """Those of which it is not."""

    @property
    def code(self) -> int:
        """TRUE, FALSE or CANNOT_TELL."""
        return FALSE if self.false else CANNOT_TELL if self.untold else TRUE


class Bundle:
    """One bundle being checked: each step adds to `notes`, and none stops those after it."""

    def __init__(self, files: Files, trust: Trust, older: Sequence[tuple[str, bytes]] = ()) -> None:
        self.files, self.trust, self.older = files, trust, older
        self.kept: dict[int, list[tuple[str, Checkpoint]]] = {}
        self.notes = _Findings()
        self.held = Held()
        self.about: dict[str, Any] = {}
        self.scope: dict[str, Any] = {}
        self.checkpoint: Checkpoint | None = None
        self.witnesses: list[Key] = []
        self.upto = 0
        self.complete: str | None = None
        self.figures = 0
        self.asked: frozenset[str] = frozenset()
        self.publications: dict[str, tuple[int, dict[str, Any]]] = {}
        self.told: list[str] = []
        self.packs: dict[str, dict[str, bytes]] = {}
        self.adopted: dict[str, bool] = {}
        self.readopted = False

    def verify(self, reports: Sequence[tuple[str, bytes]]) -> BundleFinding:
        """All of it, and reports that lie beside it."""
        notes, self.asked = self.notes, frozenset(sha256(raw).hexdigest() for _, raw in reports)
        for name in self.files.strange:
            notes.untold.append(f"the bundle holds {name}, which is no part of a bundle; it was not opened")
        for label, raw in self.older:
            notes.held(lambda label=label, raw=raw: self._keep(label, raw))  # type: ignore[misc]
        told = notes.held(self._manifest)
        signed = notes.held(self._signed)
        notes.held(self._witnessed)
        notes.held(self._carried)
        chained = notes.held(self._entries)
        if chained:
            self._adoptions()
        reached = chained and notes.held(self._within)
        if chained or notes.false:  # where the entries could not be gone through, nothing more can be told
            notes.held(self._words)
            if told:
                notes.held(self._completeness)
        notes.held(self._agree)
        inside = (name for name in self.files.names if FIGURES.fullmatch(name))
        for label, given in (*((name, None) for name in inside), *reports):
            notes.held(lambda label=label, given=given: self.report(given or self.files.whole(label), label))  # type: ignore[misc]
        for label, raw in reports:
            notes.held(lambda label=label, raw=raw: self._published(label, raw))  # type: ignore[misc]
        level = NONE
        if chained and not notes.false:
            level = CHAIN if not signed else WITNESSED if self.witnesses and reached and not self._beyond() else SIGNED
        seen = tuple(self.witnesses) if level >= SIGNED else ()
        return BundleFinding(
            tuple(notes.false), notes.more, tuple(notes.untold), level, seen, self.checkpoint, len(self.held.positions),
            self.held.disclosed, self.figures, None if notes.false else self.complete, self.upto,
            self.held.seal_at if self.scope.get("kind") in BY_SEAL else 0, tuple(self.told),
            len(self.adopted), len(self.packs) - len(self.adopted),
        )  # fmt: skip

    def _manifest(self) -> None:
        about = _json(self.files.whole("bundle.json"), "bundle.json")
        if _member(about, "format", str, "bundle.json") != BUNDLE:
            raise CannotTell("bundle.json is not of a bundle of this ledger")
        self.about = about
        self.scope = _member(about, "scope", dict, "bundle.json")
        _member(self.scope, "kind", str, "the scope")
        if _member(about, "version", int, "bundle.json") != BUNDLE_VERSION:
            self.notes.untold.append(
                f"the bundle is of a version not known to this program, which knows {BUNDLE_VERSION}"
            )

    def _signed(self) -> None:
        note = Note.parse(self.files.whole("checkpoint"))
        self.checkpoint = Checkpoint.parse(note.text)
        signers = note.signers(self.trust.log)
        if not signers:
            raise CannotTell("no key of the log that you trust signed the bundle's checkpoint")
        if any(key.name != self.checkpoint.origin for key in signers):
            raise Broken("the checkpoint is of another log than the key that signed it")

    def _keep(self, label: str, raw: bytes) -> None:
        """A checkpoint kept from earlier, alone or in a receipt; it counts only if the log signed it."""
        note = Receipt.parse(raw).note if raw.startswith(RECEIPT.encode()) else Note.parse(raw)
        if not note.signers(self.trust.log):
            raise CannotTell(f"{label}: no key of the log that you trust signed it")
        checkpoint = Checkpoint.parse(note.text)
        self.kept.setdefault(checkpoint.size, []).append((label, checkpoint))

    def _agree(self) -> None:
        """What was not met on the way through the entries: a checkpoint of as many, or of more, or one that only all entries could tell of."""
        if self.checkpoint is None:
            return
        for size, kept in self.kept.items():
            for label, older in kept:
                if size > self.checkpoint.size:
                    self.notes.untold.append(f"{label} is of {size} entries, and the bundle's checkpoint of fewer")
                elif size == self.checkpoint.size:
                    self._same(label, older, self.checkpoint.root)
                elif self.scope.get("kind") != "all":
                    self.notes.untold.append(
                        f"{label}: only a bundle of every entry shows that the ledger still agrees with it"
                    )

    def _same(self, label: str, older: Checkpoint, root: bytes) -> None:
        if older.root != root:
            self.notes.say(
                f"{label}: the ledger signed other entries then: the first {older.size} were rewritten since"
            )

    def _witnessed(self) -> None:
        """Who cosigned the bundle's checkpoint; where those are too few, who cosigned the earlier one that lies beside it."""
        if self.checkpoint is None:
            raise CannotTell("without a checkpoint there is nothing that witnesses could have cosigned")
        self.witnesses = Note.parse(self.files.whole("checkpoint")).signers(self.trust.witnesses)
        self.upto = self.checkpoint.size
        if "witnessed" in self.files:
            size, signers = self._earlier(self.checkpoint)
            if len(self.witnesses) < max(self.trust.quorum, 1) <= len(signers):
                self.witnesses, self.upto = signers, size
        if len(self.witnesses) < self.trust.quorum:
            raise CannotTell(
                f"{len(self.witnesses)} of the witnesses you trust cosigned, and you ask for {self.trust.quorum}"
            )

    def _earlier(self, checkpoint: Checkpoint) -> tuple[int, list[Key]]:
        """The size of the tree that was cosigned, and by whom; it is shown to begin the bundle's own."""
        note = Note.parse(self.files.whole("witnessed"))
        earlier = Checkpoint.parse(note.text)
        if earlier.origin != checkpoint.origin:
            raise Broken("what was witnessed is another log")
        note.signers(self.trust.log)
        signers = note.signers(self.trust.witnesses)
        proof = [_hash(_text(line)) for line in islice(self.files.lines("consistency"), 2 * LONGEST_PATH)]
        verify_consistency(earlier.size, checkpoint.size, proof, earlier.root, checkpoint.root)
        return earlier.size, signers

    def _beyond(self) -> int:
        """The last entry here, if the witnesses cosigned fewer. The one that the export itself sealed with counts where nothing else is shown."""
        seal, alone = self.held.seal, self.scope.get("kind") == "silence"
        own = self.held.seal_at if seal is not None and seal.type == SEALED and not alone else 0
        last = next((position for position in reversed(self.held.positions) if position != own), 0)
        return last if last > self.upto else 0

    def _within(self) -> None:
        """Whoever asks for a quorum asks it for every entry here."""
        last = self._beyond()
        if self.trust.quorum and self.witnesses and last:
            raise CannotTell(f"the witnesses you trust cosigned {self.upto} entries, and entry {last} comes after")

    # entries

    def _entries(self) -> None:
        if self.checkpoint is None:
            raise CannotTell("without a checkpoint nothing says what the entries should be")
        if self.scope.get("kind") == "all":
            self._whole(self.checkpoint)
        else:
            self._some(self.checkpoint)

    def _whole(self, checkpoint: Checkpoint) -> None:
        """Every entry there is. The leaves beside them, if they lead to the root themselves, say which entry is the first wrong one."""
        named = self._leaves_are_true(checkpoint)
        tree = Tree()
        leaves = self.files.hashes("leaves") if named else iter(())
        for position, (body, leaf) in enumerate(
            zip_longest(self.files.lines("entries.ndjson", LONGEST_ENTRY), leaves), 1
        ):
            if named:
                self._expect(position, body, leaf)
            if body is not None:
                tree.add(leaf_hash(body))
                self._take(position, body)
            for label, older in self.kept.get(position, ()) if position < checkpoint.size else ():
                self._same(label, older, tree.root())
        if (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
            raise Broken(f"these are not the {checkpoint.size} entries that the checkpoint speaks of")

    def _leaves_are_true(self, checkpoint: Checkpoint) -> bool:
        tree = Tree()
        try:
            for leaf in islice(self.files.hashes("leaves"), checkpoint.size + 1):
                tree.add(leaf)
        except (Broken, CannotTell):
            return False
        return (tree.size, tree.root()) == (checkpoint.size, checkpoint.root)

    def _expect(self, position: int, body: bytes | None, leaf: bytes | None) -> None:
        if body is None or leaf is None or leaf_hash(body) != leaf:
            self.held.wrong.add(position)
            what = (
                "is missing"
                if body is None
                else "was never recorded"
                if leaf is None
                else "is not the one that was recorded"
            )
            self.notes.say(f"entry {position}: it {what}")

    def _some(self, checkpoint: Checkpoint) -> None:
        """Entries of which each has its path to the root."""
        last = 0
        proofs, bodies = self.files.lines("proofs.ndjson"), self.files.lines("entries.ndjson", LONGEST_ENTRY)
        for body, proof in zip_longest(bodies, proofs):
            if body is None or proof is None:
                raise Broken("there are not as many entries as proofs")
            value = _json(proof, "a proof")
            position = _member(value, "position", int, "a proof")
            if not last < position < 2**63:
                raise Broken(f"the proof of entry {position} stands out of order")
            last = position

            def included(value: Any = value, body: bytes = body, position: int = position) -> None:
                path = _hashes(value, "its proof")
                verify_inclusion(leaf_hash(body), position - 1, checkpoint.size, path, checkpoint.root)

            if not self.notes.about(position, included):
                self.held.wrong.add(position)
            self._take(position, body)

    def _take(self, position: int, body: bytes) -> None:
        """The entry in its place: its record's next version, recorded no earlier than the one before it."""
        held = self.held
        held.positions.append(position)

        def taken() -> None:
            entry = read_entry(body)
            version, _ = held.heads.get(entry.record, (0, 0))
            if position == self.about.get("seal"):
                held.seal, held.seal_at = entry, position
            before, held.last = held.last, (position, entry.recorded)
            if self.asked and entry.type == PUBLISHED:
                self._remember(position, entry.data)
            self.readopted = self.readopted or entry.type == AMENDED
            if entry.type == ADOPTED and isinstance(entry.data, dict):
                self._adopts(entry.data)
            held.first = held.first or held.last
            if not (position == self.about.get("seal") and self.scope.get("kind") not in ("all", "period")):
                held.heads[entry.record] = entry.version, position
                if (
                    "kind" in self.scope
                    and entry.version != version + 1
                    and not (version == 0 and self.scope.get("kind") == "period")
                ):
                    raise Broken(
                        f"incomplete: {entry.record}, version {version + 1}; next comes version {entry.version}"
                    )
            if before is not None and entry.recorded < before[1]:
                raise Broken("it was recorded before the entry that comes before it")

        if not self.notes.about(position, taken):
            held.wrong.add(position)

    # packs

    def _carried(self) -> None:
        """The packs that lie in the bundle, by name, each with its files."""
        for name in self.files.names:
            found = PACKS.fullmatch(name)
            if found:
                self.packs.setdefault(found[1], {})[found[2]] = self.files.whole(name)

    def _adopts(self, data: dict[str, Any]) -> None:
        """An entry that adopted a pack by its hash; of those that lie here it is remembered whether any says this one."""
        name = f"{data.get('pack')}@{data.get('version')}"
        if name in self.packs:
            own = self.packs[name].get("toml", b"")
            self.adopted[name] = self.adopted.get(name, False) or data.get("sha256") == sha256(own).hexdigest()

    def _adoptions(self) -> None:
        """Each pack is the one that was adopted, where the entry that says so is here, and holds the hashes of the files that go with it."""
        for name, files in sorted(self.packs.items()):
            if not (self.adopted.get(name, True) or self.readopted):
                self.notes.say(f"packs/{name}.toml is not the pack that was adopted")
            bound, waiting = {"toml"}, set(files) - {"toml"}
            while waiting:
                more = {
                    each for each in waiting
                    if any(sha256(files[each]).hexdigest().encode() in files.get(by, b"") for by in bound)
                }  # fmt: skip
                if not more:
                    break
                bound, waiting = bound | more, waiting - more
            for each in sorted(waiting):
                self.notes.say(f"packs/{name}.{each} is bound by no pack")

    # words

    def _words(self) -> None:
        """Disclosed words, in the order of the entries, against the hashes that the entries hold in their place."""
        if "words.ndjson" not in self.files:
            return
        bodies = enumerate(self.files.lines("entries.ndjson", LONGEST_ENTRY))
        at, sealed = 0, dict[str, str]()
        for line in self.files.lines("words.ndjson"):
            value = _json(line, "a line of words")
            position, path = _member(value, "position", int, "a word"), _member(value, "path", str, "a word")
            while at < position:
                number, body = next(bodies, (0, b""))
                if not body:
                    raise Broken(f"words are disclosed for entry {position}, which the bundle does not hold")
                at = self.held.positions[number] if number < len(self.held.positions) else 0
                if at == position:
                    sealed = _sealed_in(body)
            if at != position:
                raise Broken(
                    f"words are disclosed for entry {position}, which the bundle does not hold, or out of order"
                )
            salt, text = _unbase64(_member(value, "salt", str, "a word")), _member(value, "text", str, "a word")
            self.held.disclosed += 1
            if sealed.get(path) != sha256(salt + text.encode("utf-8", "surrogatepass")).hexdigest():
                self.notes.say(f"entry {position}: the words disclosed at {path} are not those that were sealed")

    # completeness

    def _completeness(self) -> None:
        kind = self.scope["kind"]
        if kind == "all":
            self.complete = "every entry of the ledger up to the checkpoint"
        elif kind == "period":
            self._period()
        elif kind in ("record", "incident", "silence"):
            self._case(kind)
        else:
            raise CannotTell("the bundle's scope is of a kind not known to this program")

    def _period(self) -> None:
        """Entries without a gap, one beyond either end, unless the ledger ends there."""
        since, before = (_member(self.scope, name, str, "the scope") for name in ("since", "before"))
        positions, held = self.held.positions, self.held
        size = self.checkpoint.size if self.checkpoint is not None else 0
        for position in range(positions[0], positions[-1]) if positions else ():
            if position not in held:
                raise Broken(f"incomplete: entry {position}")
        if not positions or held.first is None or held.last is None:
            if size:
                raise Broken("incomplete: the bundle shows no entry, and the ledger has some")
        elif (held.first[0] > 1 and held.first[1] >= since) or (held.last[0] < size and held.last[1] < before):
            beyond = held.first[0] - 1 if held.first[0] > 1 and held.first[1] >= since else held.last[0] + 1
            raise Broken(f"incomplete: entry {beyond}")
        self.complete = f"every entry recorded from {since} to before {before}"

    def _case(self, kind: str) -> None:
        """Every record of the case, every version of each; or that nobody of an agency sent anything for any of them."""
        root = _member(self.scope, "record", str, "the scope")
        if self.held.seal is None:
            raise CannotTell("the bundle holds no entry that sealed the heads, so nothing shows that it is complete")
        runs = self._runs(self.held.seal)
        case = _closure(root, runs, follow=kind != "record")
        upto = f"as the ledger stood at position {self.held.seal.data.get('upto')}, sealed at {self.held.seal.recorded}"
        if kind == "silence":
            source = _member(self.scope, "source", str, "the scope")
            if not _run(runs, f"head agency/{source[len('/agencies/') :]} "):
                raise Broken(f"{source} is no agency of this ledger")
            for record in case:
                said = _run(runs, f"sent {source} {record} ")
                if said:
                    raise Broken(f"{source} was not silent: {said[0]}")
            if self.held.heads:
                raise Broken("the bundle holds entries, and should show that there are none")
            self.complete = f"{source} had recorded nothing on {root} or what belongs to it, {upto}"
            return
        for record, (version, position) in case.items():
            seen, at = self.held.heads.get(record, (0, 0))
            if seen < version:
                self.notes.say(f"incomplete: {record}, version {seen + 1}")
            elif (seen, at) != (version, position):
                self.notes.say(
                    f"{record} has version {seen} at position {at}, and was sealed as {version} at {position}"
                )
        for record in self.held.heads:
            if record not in case:
                self.notes.say(f"{record} does not belong to the case")
        self.complete = f"every entry of {root}{'' if kind == 'record' else ' and of what belongs to it'}, {upto}"

    def _runs(self, seal: Entry) -> dict[str, list[str]]:
        """By prefix, every line that was sealed under it."""
        if seal.type != SEALED:
            raise Broken("the entry said to seal the heads does something else")
        size, root = _member(seal.data, "lines", int, "the seal"), _member(seal.data, "root", str, "the seal")
        if not re.fullmatch(r"[0-9a-f]{64}", root):
            raise Broken("the seal states no root")
        found = {}
        for line in self.files.lines("runs.ndjson"):
            value = _json(line, "a run")
            prefix = _member(value, "prefix", str, "a run")
            try:
                found[prefix] = verify_run(prefix, _member(value, "lines", list, "a run"), size, bytes.fromhex(root))
            except Broken as reason:
                raise Broken(f"what was sealed under {prefix.strip()!r}: {reason}") from None
        return found

    # figures

    def report(self, raw: bytes, name: str) -> None:
        """Each figure of a report: the entries it lists are here and whole, and its numbers come to what it says."""
        report = _json(raw, name)
        figures = _member(report, "figures", list, name)
        for figure in figures:
            self.figures += 1
            told = str(figure.get("id", "?")) if isinstance(figure, dict) else "?"
            try:
                self._figure(figure)
            except Broken as found:
                self.notes.say(f"{name}, figure {told}: {found}")
            except CannotTell as found:
                self.notes.untold.append(f"{name}, figure {told}: {found}")
            except (AttributeError, TypeError, ArithmeticError):
                self.notes.say(f"{name}, figure {told}: it has not the form of a figure")

    def _remember(self, position: int, data: dict[str, Any]) -> None:
        """Where a report that was asked about was published, if this is the entry that names its bytes: in full, or as the public's copy."""
        public = data.get("public")
        named_files = (data.get("files"), public.get("files") if isinstance(public, dict) else None)
        for file in (file for files in named_files if isinstance(files, list) for file in files):
            named = file.get("sha256") if isinstance(file, dict) else None
            if isinstance(named, str) and named in self.asked:
                self.publications[named] = (
                    position,
                    {name: data.get(name) for name in ("edition", "as_at", "checkpoint")},
                )

    def _published(self, label: str, raw: bytes) -> None:
        """How a report was published, and whether witnesses agreed to what it rests on: to a final one a quorum did."""
        position, data = self.publications.get(sha256(raw).hexdigest(), (0, {}))
        if not position:
            self.told.append("not shown: no entry here names this file")
            return
        as_at, under = _member(data, "as_at", int, label), data["checkpoint"]
        where = f"by entry {position}, as at {as_at}"
        if not isinstance(under, dict) or "note" not in under:
            self.told.append(f"{where}, under no checkpoint")
            return
        note = Note.parse(_member(under, "note", str, label).encode("utf-8", "surrogatepass"))
        checkpoint = Checkpoint.parse(note.text)
        if not note.signers(self.trust.log):
            raise CannotTell(f"{label}: no key that you trust signed the checkpoint it was published under")
        if not as_at <= checkpoint.size < position:
            raise Broken(
                f"{label} was published as at {as_at} by entry {position}, under a checkpoint of {checkpoint.size}"
            )
        if self.scope.get("kind") == "all":
            self._expect_roots(
                label, {as_at: _member(under, "root", str, label), checkpoint.size: checkpoint.root.hex()}
            )
        seen, n = len(note.signers(self.trust.witnesses)), len(self.trust.witnesses)
        claimed = (
            "the ledger says that they agreed"
            if under.get("agreed") is True
            else "the ledger does not say that they agreed"
        )
        self.told.append(f"{where}, under a checkpoint that {seen} of {n} witnesses cosigned; {claimed}")
        if seen < self.trust.quorum:
            raise CannotTell(
                f"{label} was published with {seen} of the witnesses you trust, and you ask for {self.trust.quorum}"
            )

    def _expect_roots(self, label: str, roots: dict[int, str]) -> None:
        tree = Tree()
        for body in islice(self.files.lines("entries.ndjson", LONGEST_ENTRY), max(roots)):
            tree.add(leaf_hash(body))
            if tree.size in roots and tree.root().hex() != roots[tree.size]:
                raise Broken(f"{label} was published under another root than that of the first {tree.size} entries")

    def _figure(self, figure: Any) -> None:
        as_at = _member(figure, "as_at", int, "it")
        sides = [figure.get(name) for name in ("numerator", "denominator")]
        rests = [_positions(side) for side in sides if side is not None]
        listed = _positions(figure)
        if any(not listed.issuperset(side) for side in rests) or (len(rests) == 2 and listed != rests[0] | rests[1]):
            raise Broken("its two sides list other entries than it lists itself")
        for position in sorted(listed):
            if position in self.held.wrong:
                raise Broken(f"it rests on entry {position}, which is wrong")
            if not 0 < position <= as_at:
                raise Broken(f"it is as at {as_at} and lists entry {position}")
            if position not in self.held:
                raise CannotTell(f"it rests on entry {position}, which the bundle does not hold")
        _check_numbers(figure, sides)


def verify_run(prefix: str, placed: list[Any], size: int, root: bytes) -> list[str]:
    """Every line under the root that begins with a prefix: they follow one another, and their neighbours begin otherwise. Raises Broken."""
    if not placed and (size or root != sha256(b"").digest()):
        raise Broken("no neighbours are shown")
    found: list[str] = []
    start = prefix.encode("utf-8", "surrogatepass")
    before: tuple[int, bytes] | None = None
    for number, value in enumerate(placed):
        index, line = (
            _member(value, "index", int, "a line"),
            _member(value, "line", str, "a line").encode("utf-8", "surrogatepass"),
        )
        verify_inclusion(leaf_hash(line), index, size, _hashes(value, "a line"), root)
        if before is not None and (index != before[0] + 1 or line <= before[1]):
            raise Broken("lines are missing between those shown")
        before = index, line
        begins = line.startswith(start)
        if begins:
            found.append(line.decode("utf-8", "replace"))
        if number == 0 and index > 0 and line >= start:
            raise Broken("lines are missing before those shown")
        if number == len(placed) - 1 and index + 1 < size and (begins or line <= start):
            raise Broken("lines are missing after those shown")
    return found


def _sealed_in(body: bytes) -> dict[str, str]:
    try:
        return dict(commitments(read_entry(body).data))
    except (Broken, CannotTell):
        return {}


def _run(runs: dict[str, list[str]], prefix: str) -> list[str]:
    if prefix not in runs:
        raise Broken(f"incomplete: nothing shows what was sealed under {prefix.strip()!r}")
    return runs[prefix]


def _closure(root: str, runs: dict[str, list[str]], *, follow: bool) -> dict[str, tuple[int, int]]:
    """The records of a case with version and position of their heads, going from what is cited to what cites it."""
    found: dict[str, tuple[int, int]] = {}
    ahead = [root]
    while ahead:
        record = ahead.pop()
        if record in found:
            continue
        heads = _run(runs, f"head {record} ")
        if len(heads) != 1:
            raise Broken(f"the ledger held no record {record}")
        _, _, version, position = heads[0].split(" ")
        found[record] = _number(version), _number(position)
        if follow and record.partition("/")[0] in FOLLOWED:
            ahead += [line.split(" ")[2] for line in _run(runs, f"link {record} ")]
    return found


def _positions(value: Any) -> set[int]:
    entries = _member(value, "entries", list, "it")
    if not all(isinstance(position, int) and not isinstance(position, bool) for position in entries):
        raise Broken("it lists an entry that is none")
    return set(entries)


def _check_numbers(figure: dict[str, Any], sides: list[Any]) -> None:
    """What can be worked out without knowing what is counted: shares from their two sides, and nothing from nothing."""
    value, entries = figure.get("value"), figure["entries"]
    if figure.get("basis") != "records":
        return
    if not entries and value not in (None, 0, "0", "0.00"):
        raise Broken("it has a value and rests on no entry")
    if sides[0] is not None and sides[1] is not None:
        _check_share(value, *(_member(side, "value", int, "a side of it") for side in sides))
        for parts in (figure.get("by") or {}).values():
            for part in parts:
                if part.get("numerator") is not None and part.get("denominator") is not None:
                    _check_share(part.get("value"), part["numerator"], part["denominator"])


def _check_share(value: Any, part: int, whole: int) -> None:
    expected = None
    if whole:
        expected = str((Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))
    if value != expected:
        raise Broken(f"{part} of {whole} is {expected} per cent, and it says {value}")


def verify_bundle(
    name: str, trust: Trust, reports: Sequence[tuple[str, bytes]] = (), older: Sequence[tuple[str, bytes]] = ()
) -> BundleFinding:
    """What a bundle, a folder or a zip, proves to somebody with this trust.

    `reports` are checked against its entries too, and `older` receipts and checkpoints against its tree.
    """
    try:
        bundle = Bundle(Files(name), trust, older)
    except Broken as reason:
        return BundleFinding((str(reason),), 0, (), NONE, ())
    return bundle.verify(reports)


# --- Words for the reader -------------------------------------------------------------------------------------------------------

VERDICTS = {TRUE: "TRUE", FALSE: "FALSE", CANNOT_TELL: "CANNOT TELL"}
MOST_READ = 4_000_000
MOST_SHOWN = 400


def _shown(value: object) -> str:
    """A text from a file, in which nothing can steer the terminal or fill it."""
    text = str(value)
    if len(text) > MOST_SHOWN:
        text = f"{text[:MOST_SHOWN]}..."
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _told_entry(body: bytes) -> list[str]:
    """What the entry says of itself; the verdict does not lean on it."""
    try:
        told = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    named = (
        ("record", "subject"),
        ("event", "type"),
        ("recorded", "recordedtime"),
        ("by", "recordedby"),
        ("sender's id", "id"),
    )
    return [f"  {label:<12}{_shown(told[name])}" for label, name in named if name in told]


def _assurance(finding: Finding, trust: Trust) -> str:
    if finding.level == WITNESSED:
        return f"witnessed, {len(finding.witnesses)} of {len(trust.witnesses)}"
    return ("none", "chain", "signed")[finding.level]


GAPS = {
    CHAIN: "that this ledger ever stated this root: no signature of a key you trust was found",
    SIGNED: "that others are shown the same ledger: nobody but its keeper vouches for it. Witnesses, or an older checkpoint, would",
    WITNESSED: "that the witnesses are independent of the ledger's keeper",
}


def _unproved(finding: Finding) -> list[str]:
    """What nobody may conclude from a receipt at this level."""
    return [
        GAPS[finding.level],
        "that the record or the ledger is complete: a receipt speaks of one entry",
        "that what the entry says is so: only that it was recorded in these words, in this place",
        "when it was recorded: the time is the ledger's own statement",
        "what sealed words say: the entry holds their fingerprints",
    ]


def told_receipt(finding: Finding, trust: Trust) -> list[str]:
    """The lines printed for a receipt."""
    lines = [f"{VERDICTS[finding.code]}: {VERDICT_OF_RECEIPT[finding.code]}"]
    lines += [f"  false: {_shown(reason)}" for reason in finding.false]
    lines += [f"  cannot tell: {_shown(reason)}" for reason in finding.untold]
    if finding.false or finding.receipt is None:
        return lines
    checkpoint = finding.receipt.checkpoint
    lines += [
        f"  {'ledger':<12}{_shown(checkpoint.origin)}",
        f"  {'position':<12}{finding.receipt.index + 1} of {checkpoint.size}",
        f"  {'root':<12}{checkpoint.root.hex()}",
    ]
    if finding.entry is not None:
        lines += [f"  {'leaf':<12}{leaf_hash(finding.entry).hex()}", *_told_entry(finding.entry)]
    lines.append(f"  {'assurance':<12}{_assurance(finding, trust)} (levels: chain, signed, witnessed, complete)")
    lines += [f"  {'cosigned by':<12}{_shown(key.label)}" for key in finding.witnesses]
    if finding.level > NONE:
        lines += ["This does not prove:", *(f"  - {gap}" for gap in _unproved(finding))]
    return lines


def told_bundle(finding: BundleFinding, trust: Trust) -> list[str]:
    """The lines printed for a bundle."""
    lines = [f"{VERDICTS[finding.code]}: {VERDICT_OF_BUNDLE[finding.code]}"]
    lines += [f"  false: {_shown(reason)}" for reason in finding.false]
    lines += [f"  false: and {finding.more} more" for _ in range(finding.more > 0)]
    lines += [f"  cannot tell: {_shown(reason)}" for reason in finding.untold]
    if finding.false or finding.checkpoint is None:
        return lines
    lines += [
        f"  {'ledger':<12}{_shown(finding.checkpoint.origin)}",
        f"  {'checkpoint':<12}{_counted(finding.checkpoint.size, 'entry', 'entries')}, root {finding.checkpoint.root.hex()}",
        f"  {'entries':<12}{finding.entries} shown, words of {_counted(finding.disclosed, 'place', 'places')} disclosed, {_counted(finding.figures, 'figure', 'figures')}",
        f"  {'complete':<12}{_shown(finding.complete or 'not shown')}",
        f"  {'assurance':<12}{_level(finding, trust)} (levels: chain, signed, witnessed, complete)",
    ]
    lines += [f"  {'cosigned by':<12}{_shown(key.label)}" for key in finding.witnesses]
    lines += [f"  {'published':<12}{_shown(how)}" for how in finding.published]
    lines += [f"  {'packs':<12}{finding.packs} of rules, each as it was adopted" for _ in range(finding.packs > 0)]
    if finding.level > NONE:
        lines += ["This does not prove:", *(f"  - {gap}" for gap in _unproved_by_bundle(finding))]
    return lines


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _level(finding: BundleFinding, trust: Trust) -> str:
    size = 0 if finding.checkpoint is None else finding.checkpoint.size
    some = f", the first {finding.upto} of {size} entries" if finding.upto < size else ""
    seen = f"witnessed, {len(finding.witnesses)} of {len(trust.witnesses)}{some}"
    level = ("none", "chain", "signed", seen)[finding.level]
    if finding.level == SIGNED and finding.witnesses:
        level += f" ({seen})"
    if finding.complete is None or finding.level < SIGNED:
        return level
    return level + (
        ", complete as signed alone" if finding.level == WITNESSED and finding.seal > finding.upto else ", complete"
    )


def _unproved_by_bundle(finding: BundleFinding) -> list[str]:
    some = finding.witnesses and finding.checkpoint is not None and finding.upto < finding.checkpoint.size
    gaps = [
        GAPS[finding.level],
        *([f"that others are shown the same entries after {finding.upto}: the witnesses saw no more"] if some else []),
        "that what the entries say is so: only that it was recorded in these words, in this order",
        "when it was recorded: the times are the ledger's own statement",
        "what sealed words say, where they were not disclosed",
    ]
    if finding.complete is None:
        gaps.insert(1, "that nothing was left out")
    elif "sealed at" in finding.complete:
        gaps.insert(
            1, "that the heads were sealed as they were: whoever holds every entry can work that out (`ledger verify`)"
        )
    if finding.figures:
        gaps.append(
            "that a figure counts the right things: only that the entries it lists are there, and that its shares add up"
        )
    if finding.unadopted:
        gaps.append(
            f"that {finding.unadopted} packs of rules are as they were adopted: the entries that say so are not here"
        )
    return [
        *gaps,
        "that index.html and the other papers in the bundle are right: they are for reading, and were not looked at",
    ]


VERDICT_OF_BUNDLE = {
    TRUE: "every entry here stands in the ledger, in its place, as the signed checkpoint says.",
    FALSE: "the bundle does not prove what it claims.",
    CANNOT_TELL: "nothing false was found, and something is missing.",
}
VERDICT_OF_RECEIPT = {
    TRUE: "the entry stands in the ledger at this position, as the signed checkpoint says.",
    FALSE: "the receipt does not prove what it claims.",
    CANNOT_TELL: "nothing false was found, and something is missing.",
}


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_READ + 1)
    except OSError as error:
        raise CannotTell(f"{name}: {error.strerror}") from None


def _trust(asked: argparse.Namespace) -> Trust:
    log, witnesses = ([key for text in texts for key in _keys(text)] for texts in (asked.key, asked.witness))
    return Trust.of(log, witnesses, asked.quorum)


def _keys(text: str) -> list[str]:
    """A key as it stands, or those of a file: one on each line."""
    if "+" in text:
        return [text]
    lines = _read(text).decode("utf-8", "replace").splitlines()
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]


def _say(lines: Iterable[str]) -> None:
    """Print an answer. Whoever reads it through a pipe may stop before its end, as `head` does; the exit code tells it all the same."""
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _receipt(asked: argparse.Namespace) -> int:
    trust = _trust(asked)
    finding = verify_receipt(_read(asked.file), trust, None if asked.entry is None else _read(asked.entry))
    _say(told_receipt(finding, trust))
    return finding.code


def _bundle(asked: argparse.Namespace) -> int:
    trust = _trust(asked)
    reports, older = ([(Path(name).name, _read(name)) for name in names] for names in (asked.report, asked.older))
    finding = verify_bundle(asked.bundle, trust, reports, older)
    _say(told_bundle(finding, trust))
    return finding.code


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Check what the safeguarding ledger gave you, offline. Exit 0 true, 1 false, 2 cannot be told."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    receipt = commands.add_parser("receipt", help="a receipt for one entry (tlog-proof)")
    receipt.add_argument("file", metavar="FILE", help="the receipt")
    receipt.add_argument(
        "--entry", metavar="FILE", help="the entry's exact bytes, where the receipt does not carry them"
    )
    receipt.set_defaults(run=_receipt)
    bundle = commands.add_parser("bundle", help="an evidence bundle, or a whole ledger as exported")
    bundle.add_argument("bundle", metavar="FOLDER-OR-ZIP", help="the bundle")
    bundle.add_argument(
        "--older",
        metavar="FILE",
        action="append",
        default=[],
        help="a receipt or checkpoint kept from earlier; may be repeated",
    )
    bundle.set_defaults(run=_bundle, report=[])
    report = commands.add_parser("report", help="a report's figures against the entries of a bundle")
    report.add_argument("report", metavar="FILE", nargs=1, help="the report, as JSON")
    report.add_argument("--bundle", metavar="FOLDER-OR-ZIP", required=True, help="the bundle that holds its entries")
    report.set_defaults(run=_bundle, older=[])
    key, witness = (
        "a public key of the log, or a file of them; may be repeated",
        "a public key of a witness; may be repeated",
    )
    for each in (receipt, bundle, report):
        each.add_argument("--key", metavar="VKEY", action="append", default=[], help=key)
        each.add_argument("--witness", metavar="VKEY", action="append", default=[], help=witness)
        each.add_argument(
            "--quorum", metavar="K", type=int, default=0, help="how many of the witnesses must have cosigned"
        )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = _asked(arguments)
    try:
        code: int = asked.run(asked)
    except CannotTell as reason:
        _say([f"{VERDICTS[CANNOT_TELL]}: {_shown(reason)}"])
        code = CANNOT_TELL
    return code


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a name that this terminal cannot show must not stop the answer
    sys.exit(main())
