"""The log as it is handed out: receipts, checkpoint, tiles, proofs and keys, each held against a verifier that shares no code with the ledger."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import verify_ledger
from api.app import create_app
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.log.proofs import check_consistency, check_inclusion
from ledger.log.tiles import from_bundle, tiles_of, to_hashes
from ledger.log.tree import Frontier, leaf_hashes
from ledger.wiring import open_parts
from tests.api.conftest import serving
from tests.api.story import tell
from tests.ledger.posting import agency
from tests.log.making import LOG, ORIGIN

KEY = str(LOG.verifier)
PROGRAM = Path(__file__).parents[2] / "verify_ledger.py"


def post(client, *events):
    """The receipts of one batch, as answered."""
    answer = client.post("/events", content=json.dumps(events).encode(), headers={"content-type": "application/json"})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def offline(raw, folder):
    """What the stand-alone program says of a receipt, in a process of its own that sees nothing of this project."""
    (folder / "receipt.tlog-proof").write_bytes(raw)
    command = [sys.executable, "-I", str(PROGRAM), "receipt", "receipt.tlog-proof", "--key", KEY]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def checkpoint(client):
    """The checkpoint served, signed by the log's key."""
    answer = client.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    note = Note.parse(answer.content)
    assert note.signers([LOG.verifier]) == {LOG.verifier}
    return Checkpoint.parse(note.text)


def test_a_receipt_is_proved_offline_and_carries_the_entry(client, tmp_path):
    (receipt,) = post(client, agency("LA"))
    told = offline(receipt["proof"].encode(), tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert verify_ledger.verify_receipt(receipt["proof"].encode(), verify_ledger.Trust.of([KEY], [], 0)).code == 0
    damaged = receipt["proof"].encode().replace(b"index 0", b"index 1")
    assert offline(damaged, tmp_path).returncode == 1


def test_a_receipt_says_the_same_as_text_and_as_json(client):
    tell(client, agency("A"), agency("B"))
    for receipt in post(client, *(agency(f"C{n}") for n in range(5))):
        assert receipt["index"] == receipt["position"] - 1
        assert receipt["size"] == 7
        path = [bytes.fromhex(item) for item in receipt["inclusion"]]
        leaf, root = bytes.fromhex(receipt["leaf"]), bytes.fromhex(receipt["root"])
        check_inclusion(leaf, receipt["index"], receipt["size"], path, root)
        found = verify_ledger.verify_checkpoint(receipt["checkpoint"].encode(), [verify_ledger.Key.parse(KEY)])
        assert (found.size, found.root) == (receipt["size"], root)
        assert receipt["proof"].endswith(receipt["checkpoint"])
        given = client.get(f"/entries/{receipt['position']}/receipt")
        assert given.headers["content-type"] == "text/plain; charset=utf-8"
        assert given.text == receipt["proof"]


def test_a_repeat_is_answered_with_the_receipt_as_first_signed(database):
    posted = agency("LA")
    with serving(database) as client:
        first = client.post("/events", json=posted)
        tell(client, agency("B"))
        again = client.post("/events", json=posted)
        assert (first.status_code, again.status_code) == (201, 200)
    with serving(database) as client:
        later = client.post("/events", json=posted)
    assert first.content == again.content == later.content


def test_a_storm_of_one_key_is_one_receipt_byte_for_byte(client, long):
    posted, storm = agency("LA"), 1_000 if long else 200
    with ThreadPoolExecutor(32) as senders:
        answers = list(senders.map(lambda _: client.post("/events", json=posted), range(storm)))
    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert len({answer.content for answer in answers}) == 1
    assert checkpoint(client).size == 1


def test_a_follower_reads_the_whole_log_from_its_tiles(client):
    for number in range(3):
        tell(client, *(agency(f"A{number}-{n}") for n in range(200)))
    stated = checkpoint(client)
    assert (stated.origin, stated.size) == (ORIGIN, 600)
    hashes: dict[int | None, list[bytes]] = {}
    bodies: list[bytes] = []
    for tile in tiles_of(stated.size):
        answer = client.get(f"/log/{tile.path}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        hashes.setdefault(tile.level, []).extend(to_hashes(answer.content, tile.width))
        if tile.level == 0:
            bundle = client.get("/log/" + tile.path.replace("tile/0/", "tile/entries/"))
            assert bundle.headers["content-type"] == "application/octet-stream"
            bodies += from_bundle(bundle.content, tile.width)
    assert leaf_hashes(bodies) == hashes[0]
    assert Frontier().grown(hashes[0]).after.root() == stated.root
    assert Frontier().grown(hashes[0]).made[8] == hashes[1]
    lines = client.get("/entries", headers={"accept": "application/x-ndjson"}).content.splitlines()
    assert bodies == lines


@pytest.mark.parametrize(
    "path",
    ["tile/0/000", "tile/0/000.p/4", "tile/0/001.p/1", "tile/1/000.p/1", "tile/64/000", "tile/0/0", "tile/0/x000/000",
     "tile/00/000.p/1", "tile/entries/000", "tile/entries/000.p/0", "tile/data/000.p/1", "tile/0/000.p/256", "tile/0"],
)  # fmt: skip
def test_what_is_no_tile_of_the_log_is_not_found(quick, path):
    tell(quick, *(agency(f"A{n}") for n in range(3)))
    answer = quick.get(f"/log/{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert quick.get("/log/tile/0/000.p/3").status_code == quick.get("/log/tile/entries/000.p/2").status_code == 200


def test_proofs_of_any_two_sizes_are_served(client):
    for number in range(9):
        tell(client, agency(f"A{number}"))
    leaves = leaf_hashes(client.get("/entries", headers={"accept": "application/x-ndjson"}).content.splitlines())
    roots = [Frontier().grown(leaves[:size]).after.root() for size in range(10)]
    for size in range(1, 10):
        for index in range(size):
            told = client.get(f"/log/proof/inclusion?index={index}&size={size}").json()
            assert told == client.get(f"/log/proof/inclusion?position={index + 1}&size={size}").json()
            path = [bytes.fromhex(item) for item in told["inclusion"]]
            check_inclusion(bytes.fromhex(told["leaf"]), index, size, path, roots[size])
            shown = client.get(f"/log/proof/consistency?old={index}&new={size}").json()
            proof = [bytes.fromhex(item) for item in shown["consistency"]]
            check_consistency(index, size, proof, roots[index], roots[size])
            assert Checkpoint.parse(Note.parse(shown["checkpoint"].encode()).text).root == roots[size]
    assert client.get("/log/proof/inclusion?index=0").json()["size"] == 9
    assert client.get("/log/proof/consistency?old=3").json()["new"] == 9


def test_what_no_proof_can_be_of_is_told(quick):
    tell(quick, agency("A"), agency("B"))
    for query, status in {
        "inclusion?index=2": 404, "inclusion?index=0&size=3": 404, "inclusion?index=0&size=0": 404, "inclusion": 422,
        "inclusion?index=0&position=1": 422, "inclusion?position=0": 422, "inclusion?index=-1": 422,
        "consistency?old=3": 404, "consistency?old=2&new=1": 404, "consistency?old=1&new=3": 404, "consistency": 422,
    }.items():  # fmt: skip
        assert quick.get(f"/log/proof/{query}").status_code == status, query


def test_nothing_is_signed_before_the_first_entry(quick):
    for path in ("/log/checkpoint", "/entries/1/receipt", "/log/tile/0/000.p/1"):
        assert quick.get(path).status_code == 404


def test_the_keys_are_shown_and_no_private_one(quick):
    tell(quick, agency("A"))
    assert quick.get("/log/keys").json() == {"origin": ORIGIN, "keys": [{"key": KEY, "signs": True}]}
    secret = LOG.secret_text().rpartition("+")[2]
    assert all(secret not in quick.get(path).text for path in ("/log/keys", "/log/checkpoint", "/status"))


def test_a_ledger_without_a_key_hands_out_hashes_alone(tmp_path):

    app = create_app(lambda: open_parts(str(tmp_path / "ledger.sqlite")))
    with TestClient(app, base_url="http://localhost") as client:
        (receipt,) = post(client, agency("A"))
        assert "proof" not in receipt
        assert client.get("/entries/1/receipt").status_code == client.get("/log/checkpoint").status_code == 404
        assert client.get("/log/keys").json() == {"keys": []}
        assert client.get("/log/proof/inclusion?index=0").json()["inclusion"] == []
