"""A storm of retries under one key leaves one entry, and the key stands for ever: no restart and no year makes it free again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ledger.clock import DemonstrationClock
from ledger.outcome import KeyReused
from ledger.wiring import open_ledger
from ledger.writer import Writer
from tests.ledger.posting import NOON, VAULT, agency, batch, recorded

STORM = 1_000
THREADS = 32


def test_a_thousand_posts_of_one_key_are_one_entry_also_a_year_later(database):
    posted, other = agency("LA", id="one"), agency("OTHER", id="one")
    ledger = open_ledger(database, clock=DemonstrationClock(NOON), vault=VAULT)
    writer = Writer(ledger)
    with ThreadPoolExecutor(THREADS) as senders:
        answers = list(senders.map(lambda _: writer.submit(batch(posted)).result()[0], range(STORM)))
        assert isinstance(writer.submit(batch(other)).result()[0], KeyReused)
    writer.close()
    assert [recorded(answer).repeat for answer in answers].count(False) == 1
    assert {recorded(answer).entry.body for answer in answers} == {ledger.entry_at(1).body}
    assert ledger.head().position == 1
    ledger.close()

    later = open_ledger(database, clock=DemonstrationClock(NOON + timedelta(days=366)), vault=VAULT)
    again, reused = later.write([batch(posted), batch(other)])
    assert recorded(again[0]).repeat
    assert recorded(again[0]).entry.body == recorded(answers[0]).entry.body
    assert isinstance(reused[0], KeyReused)
    assert later.head().position == 1
    later.close()
