"""Carrying entries back: a ledger that lost its end takes it, byte for byte, from bundles and receipts that others kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from eventsourcing.persistence import PersistenceError

from ledger.bundles.checking import check_bundle
from ledger.bundles.files import MOST_ENTRY, Files, read_json
from ledger.bundles.shapes import ProofLine, WordLine, shaped
from ledger.clock import spelled
from ledger.entry import read_back
from ledger.evidence.erasures import Erased, certified
from ledger.evidence.proving import Prover, stated
from ledger.evidence.row_checks import contents, sealed_at
from ledger.log.forms import from_base64
from ledger.log.keys import VerifierKey
from ledger.log.note import Note
from ledger.log.receipt import VERSION, Receipt, Trust, check
from ledger.log.tree import leaf_hash
from ledger.log.verdict import Unproved
from ledger.recorders.contract import FullRow, LedgerRecorder, NewEntry
from ledger.vault import SealedWords, Vault

MOST_NAMED = 5
"""Runs of missing entries that are told."""


class NotCarried(PersistenceError):
    """What was given does not lead to what was signed: nothing was changed. The sentence says why."""


@dataclass
class Brought:
    """What was found in the files given, of the entries after a position."""

    after: int
    bodies: dict[int, bytes] = field(default_factory=dict)
    words: dict[int, dict[str, SealedWords]] = field(default_factory=dict)
    notes: dict[int, tuple[str, Note]] = field(default_factory=dict)
    """By size: which file a checkpoint came from, and the note with all its signatures."""

    def take_note(self, where: str, note: Note) -> None:
        """Raise NotCarried where another file tells of another tree of that size."""
        size = stated(note).size
        name, known = self.notes.setdefault(size, (where, note))
        if stated(known).root != stated(note).root:
            raise NotCarried(f"{name} and {where} hold two trees of {size} entries: one of them is another history's.")
        self.notes[size] = name, known.with_signatures(*note.signatures)

    def take(self, position: int, body: bytes) -> None:
        """An entry, if it is one of those that may be missing; that it is the one signed shows at the end, for all of them at once."""
        if position > self.after:
            self.bodies[position] = body


@dataclass(frozen=True)
class Plan:
    """What would be carried back: whole rows, the notes with their cosignatures, how many sealed texts nobody brought, and how many of
    them were erased, so that they are not wanted.
    """

    rows: tuple[FullRow, ...]
    notes: tuple[Note, ...]
    wordless: int
    erased: int


def planned(
    stored: LedgerRecorder,
    files: Iterable[Path],
    keys: Sequence[VerifierKey],
    vault: Vault,
    erased: Iterable[Erased] = (),
) -> Plan:
    """What these files hold of the entries that a ledger lacks, checked against the greatest tree that its keys signed.

    A file is a bundle (folder or zip), a receipt or a checkpoint, such as the high-water mark. Words that were `erased`, or that a
    certificate among the entries brought says were, stay out and are not missed, whoever has them still. Raises NotCarried where a file is not
    what it should be, where an entry is missing still, or where the tree does not come to each root that was signed.
    """
    head = stored.head()
    brought = Brought(head.position)
    for path in files:
        _read(path, Trust(tuple(keys)), brought)
    target = max(brought.notes, default=0)
    if target <= head.position:
        raise NotCarried(f"The ledger holds {head.position} entries, and nothing given was signed over more.")
    if gaps := list(_runs(at for at in range(head.position + 1, target + 1) if at not in brought.bodies)):
        more = f" and {len(gaps) - MOST_NAMED} more runs" if len(gaps) > MOST_NAMED else ""
        raise NotCarried(f"{target} entries were signed. Nothing given holds {', '.join(gaps[:MOST_NAMED])}{more}.")
    _expect_roots(stored, brought, target)
    gone = _forget(brought, erased)
    rows = tuple(_row(brought, position, keys, vault) for position in range(head.position + 1, target + 1))
    notes = tuple(note for size, (_, note) in sorted(brought.notes.items()) if size > head.position)
    return Plan(rows, notes, sum(len(sealed_at(row.entry.state)) - len(row.words) for row in rows) - gone, gone)


def carry_back(stored: LedgerRecorder, plan: Plan, cosign: Callable[[bytes], int]) -> None:
    """Append what was planned, in one commit, then the cosignatures that come with it; what the policy does not know or take is left out.

    Raises eventsourcing's IntegrityError where somebody recorded meanwhile.
    """
    stored.load(plan.rows)
    for note in plan.notes:
        with suppress(Unproved):
            cosign(note.to_bytes())


def _read(path: Path, trust: Trust, brought: Brought) -> None:
    try:
        if path.is_dir() or zipfile.is_zipfile(path):
            _read_bundle(path, trust, brought)
        else:
            _read_text(path, trust, brought)
    except OSError as error:
        raise NotCarried(f"{path}: {error.strerror}.") from error
    except Unproved as error:
        raise NotCarried(f"{path}: {error}.") from error


def _read_text(path: Path, trust: Trust, brought: Brought) -> None:
    raw = path.read_bytes()
    if raw.startswith(VERSION.encode()):
        found = check(raw, trust)
        if found.code:
            raise NotCarried(f"{path}: {(found.false + found.untold)[0]}.")
        receipt = Receipt.parse(raw)
        brought.take_note(str(path), receipt.checkpoint)
        if receipt.extra is not None:
            brought.take(receipt.index + 1, receipt.extra)
        return
    note = Note.parse(raw)
    if not any(key.name == stated(note).origin for key in note.signers(trust.log)):
        raise NotCarried(f"{path}: no key of this log signed it.")
    brought.take_note(str(path), note)


def _read_bundle(path: Path, trust: Trust, brought: Brought) -> None:
    found = check_bundle(path, trust)
    if found.code:
        raise NotCarried(f"{path}: {(found.false + found.untold)[0]}.")
    with closing(Files(path)) as files:
        brought.take_note(str(path), Note.parse(files.whole("checkpoint")))
        for position, body in zip(_positions(files), files.lines("entries.ndjson", MOST_ENTRY), strict=False):
            brought.take(position, body)
        for line in files.lines("words.ndjson") if "words.ndjson" in files.names else ():
            word = shaped(WordLine, read_json(line))
            if word.position > brought.after:
                kept = SealedWords(word.position, word.path, from_base64(word.salt), word.text)
                brought.words.setdefault(word.position, {})[word.path] = kept


def _positions(files: Files) -> Iterator[int]:
    if "proofs.ndjson" not in files.names:
        yield from range(1, stated(Note.parse(files.whole("checkpoint"))).size + 1)
        return
    for line in files.lines("proofs.ndjson"):
        yield shaped(ProofLine, read_json(line)).position


def _expect_roots(stored: LedgerRecorder, brought: Brought, target: int) -> None:
    """Every tree that was signed is one of this ledger with what is carried back to it."""
    tree, prover = stored.frontier(), Prover(stored)
    for size, (where, note) in sorted(brought.notes.items()):
        if size > tree.size:
            tree = tree.grown([leaf_hash(brought.bodies[at]) for at in range(tree.size + 1, size + 1)]).after
        if (tree.root() if size == tree.size else prover.root(size)) != stated(note).root:
            raise NotCarried(f"{where}: the first {size} entries come to another root than the one that was signed.")


def _forget(brought: Brought, erased: Iterable[Erased]) -> int:
    """Leave out the words that were erased, and say of how many places: an entry is the one that was meant where it holds the same commitment."""
    known = {(each.position, each.path): each.commitment for each in (*erased, *certified(brought.bodies.items()))}
    gone = 0
    for (position, path), commitment in known.items():
        body = brought.bodies.get(position)
        if body is not None and sealed_at(body).get(path) == commitment:
            gone += 1
            brought.words.get(position, {}).pop(path, None)
    return gone


def _row(brought: Brought, position: int, keys: Sequence[VerifierKey], vault: Vault) -> FullRow:
    body = brought.bodies[position]
    entry = read_back(position, body)
    row = NewEntry(entry.originator_id, entry.version, entry.kind.type, body, entry.source, entry.id, contents(body)[0])
    words = tuple(vault.lock(word for _, word in sorted(brought.words.get(position, {}).items())))
    note = brought.notes[position][1] if position in brought.notes else None
    return FullRow(position, row, spelled(entry.recordedtime), words, None if note is None else _by_the_log(note, keys))


def _by_the_log(note: Note, keys: Sequence[VerifierKey]) -> bytes:
    """A checkpoint as the ledger keeps it: without what others signed beneath it."""
    ours = {(key.name, key.key_id) for key in note.signers(keys)}
    return Note(note.text, tuple(s for s in note.signatures if (s.name, s.key_id) in ours)).to_bytes()


def _runs(positions: Iterable[int]) -> Iterator[str]:
    first = last = 0
    for position in positions:
        if first and position == last + 1:
            last = position
            continue
        if first:
            yield _run(first, last)
        first = last = position
    if first:
        yield _run(first, last)


def _run(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"the entries {first} to {last}"
