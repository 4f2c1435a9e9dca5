#!/usr/bin/env python3
"""Check what the safeguarding ledger gave you, offline, trusting nobody who runs it.

One file for Python 3.9 or later: no packages, no network, nothing shared with the service's own program.

    python3 verify_ledger.py receipt FILE --key VKEY [--witness VKEY ... --quorum K] [--entry FILE]

FILE is a receipt (C2SP tlog-proof). VKEY is a public key as text, got from somebody you trust and not from the file.
The answer is also the exit code: 0 true, 1 false, 2 cannot be told (an unknown version, key or file).

Sources: RFC 9162 section 2.1 (tree and proofs), RFC 8032 section 5.1 (Ed25519), and c2sp.org/signed-note, /tlog-checkpoint,
/tlog-cosignature and /tlog-proof.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from typing import NamedTuple

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


# --- Words for the reader -------------------------------------------------------------------------------------------------------

VERDICTS = {TRUE: "TRUE", FALSE: "FALSE", CANNOT_TELL: "CANNOT TELL"}
MOST_READ = 4_000_000


def _shown(value: object) -> str:
    """A text from a file, in which nothing can steer the terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))


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


def _unproved(finding: Finding) -> list[str]:
    """What nobody may conclude from a receipt at this level."""
    gaps = {
        CHAIN: "that this ledger ever stated this root: no signature of a key you trust was found",
        SIGNED: "that others are shown the same ledger: nobody but its keeper vouches for it. Witnesses, or an older checkpoint, would",
        WITNESSED: "that the witnesses are independent of the ledger's keeper",
    }
    return [
        gaps[finding.level],
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


def _receipt(asked: argparse.Namespace) -> int:
    trust = Trust.of(asked.key, asked.witness, asked.quorum)
    finding = verify_receipt(_read(asked.file), trust, None if asked.entry is None else _read(asked.entry))
    print("\n".join(told_receipt(finding, trust)))
    return finding.code


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Check what the safeguarding ledger gave you, offline. Exit 0 true, 1 false, 2 cannot be told."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    receipt = commands.add_parser("receipt", help="a receipt for one entry (tlog-proof)")
    receipt.add_argument("file", metavar="FILE", help="the receipt")
    receipt.add_argument(
        "--key", metavar="VKEY", action="append", default=[], help="a public key of the log; may be repeated"
    )
    receipt.add_argument(
        "--witness", metavar="VKEY", action="append", default=[], help="a public key of a witness; may be repeated"
    )
    receipt.add_argument(
        "--quorum", metavar="K", type=int, default=0, help="how many of the witnesses must have cosigned"
    )
    receipt.add_argument(
        "--entry", metavar="FILE", help="the entry's exact bytes, where the receipt does not carry them"
    )
    receipt.set_defaults(run=_receipt)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = _asked(arguments)
    try:
        code: int = asked.run(asked)
    except CannotTell as reason:
        print(f"{VERDICTS[CANNOT_TELL]}: {_shown(reason)}")
        code = CANNOT_TELL
    return code


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a name that this terminal cannot show must not stop the answer
    sys.exit(main())
