"""The heads are sealed once a day while the service runs, on the first look after a day that recorded something."""

from __future__ import annotations

import asyncio
import logging

from eventsourcing.persistence import PersistenceError

from ledger.application import Ledger
from ledger.seals import is_due, seal
from ledger.writer import Closed, Writer

LOOK_EVERY = 600.0
"""Seconds between looks. What is due, the entries say."""


async def seal_daily(ledger: Ledger, writer: Writer) -> None:
    """Look now and then until cancelled; a look that fails is told in the log, and the next one tries again."""
    while True:
        try:
            await asyncio.to_thread(seal_if_due, ledger, writer)
        except (PersistenceError, Closed) as error:
            logging.getLogger("uvicorn.error").warning("The heads could not be sealed: %s", error)
        await asyncio.sleep(LOOK_EVERY)


def seal_if_due(ledger: Ledger, writer: Writer) -> bool:
    """Seal the heads if a day has passed since an entry that is not sealed; whether it was due."""
    if not is_due(ledger, ledger.clock.now()) or (batch := seal(ledger)) is None:
        return False
    writer.submit(batch).result()
    return True
