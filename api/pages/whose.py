"""Whose ledger a page is of, as its opening entry says: told at the top of every page, since one service may hold several."""

from __future__ import annotations

from fastapi import Request

from api.asking import ledger_of
from ledger.domain.ledger_opening import LEDGER, REFERENCE
from ledger.reports.partnership import Partnership
from ledger.reports.written import partnership_of


def whose(request: Request) -> Partnership | None:
    """The partnership; None where the ledger was not opened for one. It is read again when the ledger's own record has grown."""
    state = request.app.state
    feed = getattr(state, "feed", None)
    if feed is None:
        return None
    last = feed.recorder.select_events(f"{LEDGER.name}/{REFERENCE}", desc=True, limit=1)
    position: int = last[0].id if last else 0
    kept: tuple[int, Partnership | None] = getattr(state, "whose", (0, None))
    if kept[0] != position:
        kept = state.whose = (position, partnership_of(ledger_of(request), position))
    return kept[1]
