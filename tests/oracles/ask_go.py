"""Go's checksum database packages, as a judge nobody here wrote, of the notes, proofs and tiles made here; and the other way round.

They also follow the log of a running service, from its checkpoint to every entry. With Go's own Ed25519 the same judge checks what witnesses
sign, and walks a running witness through the table of C2SP tlog-witness.

`python -m tests.oracles.ask_go go run tests/oracles/main.go tests/oracles/witness.go`: the words after the module are how the judge is started. It needs the
Debian packages golang-go and golang-golang-x-mod-dev, so it stands apart from the tests that `run.py test` runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx2

import verify_ledger
import witness_ledger
from api.app import create_app
from api.demo_serving import served
from ledger.evidence.signing import Signing
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import VerifierKey
from ledger.log.note import Note
from ledger.log.proofs import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from ledger.log.tiles import Tile, tiles_of
from ledger.log.tree import Frontier, Growth, leaf_hashes
from ledger.log.verdict import Unknown, Unproved
from ledger.wiring import open_parts
from tests.ledger.posting import agency
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, WITNESSES, bodies
from tests.witness.running import made, serving

SIZES = 66
LONG = 70_000
SERVED = 1_000
Question = dict[str, Any]


def encoded(question: Question) -> str:
    """A question as a line: bytes in base64, as Go's encoding/json reads them."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return b64encode(value).decode()
        return [plain(item) for item in value] if isinstance(value, list | tuple) else value

    return json.dumps({name: plain(value) for name, value in question.items()})


def held(check: Callable[..., object], *arguments: Any) -> bool:
    """Whether a check went through."""
    try:
        check(*arguments)
    except (Unproved, verify_ledger.Broken, verify_ledger.CannotTell):
        return False
    return True


def proofs(draw: Random) -> list[tuple[Question, bool]]:
    """Every proof of every small size, and each of them damaged once; with what is said of it here."""
    whole = Frontier().grown(leaf_hashes(bodies(SIZES)))
    roots = [Frontier().grown(whole.made[0][:size]).after.root() for size in range(SIZES + 1)]
    asked = []
    for size in range(1, SIZES + 1):
        for index in range(size):
            path, leaf = inclusion_proof(whole.hash_at, index, size), whole.made[0][index]
            shown, was = consistency_proof(whole.hash_at, index + 1, size), roots[index + 1]
            for number, bad in ((index, path), damaged(draw, index, size, path)):
                here = held(check_inclusion, leaf, number, size, bad, roots[size])
                asked.append(
                    (
                        {
                            "Kind": "inclusion",
                            "Index": number,
                            "Size": size,
                            "Leaf": leaf,
                            "Root": roots[size],
                            "Path": bad,
                        },
                        here,
                    )
                )
            for old, bad in ((index + 1, shown), damaged(draw, index + 1, size + 1, shown)):
                if old > 0:
                    here = held(check_consistency, old, size, bad, was, roots[size])
                    asked.append(
                        (
                            {
                                "Kind": "consistency",
                                "Old": old,
                                "Size": size,
                                "Was": was,
                                "Root": roots[size],
                                "Path": bad,
                            },
                            here,
                        )
                    )
    return asked


def damaged(draw: Random, number: int, beyond: int, path: Sequence[bytes]) -> tuple[int, list[bytes]]:
    """Another number, or a path with a hash more, less, altered or moved."""
    hashes = list(path)
    match draw.randrange(5):
        case 0:
            number = draw.randrange(beyond)
        case 1:
            hashes.insert(draw.randrange(len(hashes) + 1), bytes(32))
        case 2 if hashes:
            del hashes[draw.randrange(len(hashes))]
        case 3 if hashes:
            hashes[draw.randrange(len(hashes))] = draw.randbytes(32)
        case _:
            draw.shuffle(hashes)
    return number, hashes


def notes(draw: Random) -> list[tuple[Question, bool]]:
    """Signed checkpoints, whole and with one byte altered. Only what is taken here must be taken there: Go reads base64 less strictly."""
    asked = []
    for size in range(300):
        note = Checkpoint(ORIGIN, size, draw.randbytes(32), ("an extension",) * (size % 2)).signed(
            draw.choice([[LOG], [NEXT, LOG]])
        )
        note = note.with_signatures(
            STRANGER.sign(note.text), *(w.cosign(note.text, size) for w in WITNESSES[: size % 4])
        )
        raw = note.to_bytes()
        at = draw.randrange(len(raw))
        for case in (raw, raw[:at] + draw.randbytes(1) + raw[at + 1 :]):
            taken = held(opened, case)
            question = {"Kind": "note", "Note": case, "Text": note.text, "Keys": [str(LOG.verifier)]}
            asked += [(question, True)] if taken else []
    return asked


def cosignatures(draw: Random) -> list[tuple[Question, bool]]:
    """Checkpoints that witnesses cosigned, by the service's own program and by theirs; and each with one byte altered, as we judge it."""
    asked: list[tuple[Question, bool]] = []
    for number in range(300):
        text = Checkpoint(ORIGIN, number, draw.randbytes(32), ("an extension",) * (number % 2)).text()
        secret = witness_ledger.SecretKey.parse(WITNESSES[0].secret_text())
        ours = Note(text, (WITNESSES[0].cosign(text, number << 20),)).to_bytes()
        theirs_ = f"{text}\n{secret.cosigned(text, number << 20)}".encode()
        assert ours == theirs_, "one key, one time, one text: one cosignature"
        with_log = Checkpoint.parse(text).signed([LOG]).with_signatures(WITNESSES[1].cosign(text, 1))
        at = draw.randrange(len(text.encode()) + 2, len(ours))
        altered = ours[:at] + bytes([ours[at] ^ 1 << draw.randrange(7)]) + ours[at + 1 :]
        for raw, key in ((ours, 0), (ours, 1), (with_log.to_bytes(), 1), (altered, 0)):
            question = {"Kind": "cosigned", "Note": raw, "Text": text, "Keys": [str(WITNESSES[key].verifier)]}
            asked.append((question, held(cosigned_by, raw, WITNESSES[key].verifier)))
    return asked


def cosigned_by(raw: bytes, key: VerifierKey) -> None:
    """Raises unless a witness cosigned the note, for both verifiers."""
    if not Note.parse(raw).signers([key]):
        raise Unknown("not cosigned")
    verify_ledger.verify_note(raw, [verify_ledger.Key.parse(str(key))])


@contextmanager
def witness(folder: Path) -> Iterator[list[tuple[Question, bool]]]:
    """A running witness that remembers nothing yet, and one that has seen something, which the table is not true of."""
    key = made(folder / "witness")
    with serving(folder / "witness", key) as running:
        asked: Question = {"Kind": "witness", "Name": running.url, "Keys": [str(key)], "Secret": LOG.secret_text()}
        yield [(asked, True), (asked, False)]


def opened(raw: bytes) -> None:
    """Raises unless the log's key signed the note, for both verifiers."""
    verify_ledger.verify_note(raw, [verify_ledger.Key.parse(str(LOG.verifier))])
    assert Note.parse(raw).signers([LOG.verifier])


def tiles(folder: Path, draw: Random) -> list[tuple[Question, bool]]:
    """A log of 70,000 entries as tiles in a folder, read and proved by Go alone."""
    whole = Frontier().grown(leaf_hashes(b"%d" % number for number in range(LONG)))
    for tile in tiles_of(LONG):
        place = folder / tile.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"".join(whole.made[tile.node_level][tile.start : tile.stop]))
    indexes = [0, 255, 256, 65_535, 65_536, LONG - 1, *(draw.randrange(LONG) for _ in range(50))]
    named = [Tile(0, index, width) for index in (0, 999, 1000, 1_234_067, 10**9) for width in (256, 255, 1)]
    return [(at(whole, folder, index, index), True) for index in indexes] + [
        (at(whole, folder, 7, 8), False),
        *(({"Kind": "path", "Name": tile.path, "Index": tile.index}, True) for tile in named),
    ]


@contextmanager
def service(folder: Path) -> Iterator[list[tuple[Question, bool]]]:
    """A running service, whose whole log Go follows with nothing but an address and a key; under another key it follows nothing."""
    app = create_app(partial(open_parts, str(folder / "ledger.sqlite"), signing=Signing(lambda: (LOG,))))
    with served(app) as address, httpx2.Client(base_url=address, timeout=60) as client:
        for start in range(0, SERVED, 97):
            batch = [agency(f"A{number}") for number in range(start, min(start + 97, SERVED))]
            client.post("/events", json=batch).raise_for_status()
        asked: Question = {"Kind": "served", "Name": f"{address}/log", "Size": SERVED, "Keys": [str(LOG.verifier)]}
        yield [
            (asked, True),
            (asked | {"Keys": [str(NEXT.verifier)]}, False),
            (asked | {"Size": SERVED + 1}, False),
            (asked | {"Name": f"{address}/entries"}, False),
        ]


def at(whole: Growth, folder: Path, index: int, leaf: int) -> Question:
    """Whether a leaf stands at an index of the log in a folder."""
    leaves, root = whole.made[0], whole.after.root()
    return {"Kind": "tiles", "Tiles": str(folder), "Index": index, "Size": LONG, "Leaf": leaves[leaf], "Root": root}


def theirs(line: str) -> bool:
    """Whether a sample that Go made is taken here, by both verifiers."""
    told = json.loads(line)
    root, path = b64decode(told["Root"]), [b64decode(item) for item in told["Path"] or ()]
    match told["Kind"]:
        case "inclusion":
            proof = (b64decode(told["Leaf"]), told["Index"], told["Size"], path, root)
            return held(check_inclusion, *proof) and held(verify_ledger.verify_inclusion, *proof)
        case "consistency":
            between = (told["Old"], told["Size"], path, b64decode(told["Was"]), root)
            return held(check_consistency, *between) and held(verify_ledger.verify_consistency, *between)
        case _:
            raw, keys = b64decode(told["Note"]), told["Keys"]
            signers = Note.parse(raw).signers(map(VerifierKey.parse, keys))
            checkpoint = verify_ledger.verify_checkpoint(raw, map(verify_ledger.Key.parse, keys))
            assert Note.parse(raw).to_bytes() == raw
            return len(signers) == len(keys) and (checkpoint.size, checkpoint.root) == (told["Size"], root)


def main(command: Sequence[str]) -> None:
    """Ask and answer; ends with an error where the two sides differ in anything."""
    draw = Random(20_240_601)
    with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as handed_out, witness(Path(folder)) as met:
        asked = [*proofs(draw), *notes(draw), *cosignatures(draw), *tiles(Path(folder), draw), *handed_out, *met]
        lines = "\n".join(encoded(question) for question, _ in asked)
        told = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    differ = [(q, here, there) for (q, here), there in zip(asked, told, strict=True) if here is not (there == "yes")]
    samples = subprocess.run([*command, "make"], capture_output=True, text=True, check=True).stdout.splitlines()
    refused = [line for line in samples if not theirs(line)]
    taken = sum(here for _, here in asked)
    print(f"Go's sumdb: {len(asked)} of ours judged, {taken} of them good; {len(samples)} of theirs judged")
    if differ or refused or not samples:
        sys.exit(
            f"{len(differ)} of ours and {len(refused)} of theirs are judged otherwise, such as {[*differ, *refused][:3]}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
