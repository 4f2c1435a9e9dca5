"""Whether a ledger holds everything it acknowledged exactly once, and nothing by halves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from ledger.entry import read_back
from ledger.recorders import open_recorder
from tests.durability.service import Post, Service

Key = tuple[str, str]


def keys(post: Post) -> list[Key]:
    return [(event["source"], event["id"]) for event in post.events]


def places(database: str) -> dict[Key, tuple[int, str]]:
    """Position and leaf hash of every key; fails where positions have a gap, a key stands twice, or words are missing."""
    recorder = open_recorder(database)
    try:
        entries = [read_back(stored.position, stored.state) for stored in recorder.entries()]
        assert [entry.position for entry in entries] == list(range(1, recorder.head().position + 1))
        counted = Counter((entry.source, entry.id) for entry in entries)
        assert not [key for key, times in counted.items() if times > 1]
        sealed = [entry.position for entry in entries if b'"sealed"' in entry.body]
        assert [kept.position for kept in recorder.words(sealed)] == sealed
    finally:
        recorder.close()
    return {(e.source, e.id): (e.position, hashlib.sha256(b"\0" + e.body).hexdigest()) for e in entries}


def assert_kept(posts: Sequence[Post], held: dict[Key, tuple[int, str]]) -> None:
    """Acknowledged posts are there as their receipts say; of the others each is there whole and in one piece, or not at all."""
    for post in posts:
        found = [held[key] for key in keys(post) if key in held]
        assert len(found) in (0, len(post.events)), keys(post)
        assert not found or [position for position, _ in found] == list(range(found[0][0], found[0][0] + len(found)))
        if post.receipts is not None:
            assert found == [(receipt["position"], receipt["leaf"]) for receipt in post.receipts]


def assert_whole(service: Service, database: str, posts: Sequence[Post]) -> None:
    """As the module says, of all that was ever posted; whoever got no answer posts again with the same keys and has one entry for each."""
    posted = {key for post in posts for key in keys(post)}
    held = places(database)
    assert held.keys() <= posted
    assert_kept(posts, held)
    connection = service.connect()
    for post in [post for post in posts if post.receipts is None]:
        assert post.send(connection) == (200 if keys(post)[0] in held else 201)
    for post in posts[-3:]:
        first = post.receipts
        assert post.send(connection) == 200
        assert post.receipts == first
    connection.close()
    after = places(database)
    assert_kept(posts, after)
    assert after.keys() == posted
