"""The ledger checks itself: pass after pass over everything stored, at a bounded pace, beside whoever writes and reads."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from time import monotonic
from typing import Any, Protocol

from eventsourcing.persistence import PersistenceError

from ledger.clock import Clock, spelled
from ledger.evidence.verification import Break, Mark, Stored, Walk
from ledger.log.keys import VerifierKey
from ledger.log.tree import Frontier
from ledger.log.verdict import Unproved
from ledger.vault import Vault

PAGE = 100
"""Entries checked between two pauses: few, so that nobody else waits."""
SHORTEST, LONGEST = 0.02, 30.0
"""Seconds of a pause."""
BETWEEN = 60.0
"""Seconds between two passes: a short ledger is not read without end."""
MOST_BREAKS = 100
"""Breaks that are remembered: whoever has more needs no longer list."""
KEEP_EVERY = 20
"""Pages after which what is known is written down; a restart goes on from there."""


class Audited(Stored, Protocol):
    """What the self-audit reads of a recorder, and where it keeps what it knows (`LedgerRecorder`)."""

    def audit(self) -> str | None: ...
    def keep_audit(self, state: str) -> None: ...


@dataclass(frozen=True)
class Known:
    """A break: what it is, when it was found first, and when last (instants as the ledger spells them), and in which pass that was."""

    broken: Break
    first: str
    last: str
    seen: int


@dataclass(frozen=True)
class State:
    """How far the present pass has come and when it began; when the last whole one began (`since`) and ended, and over how many entries;
    and all that was ever found.
    """

    mark: Mark = field(default_factory=Mark)
    upto: int = 0
    began: str | None = None
    since: str | None = None
    finished: str | None = None
    entries: int = 0
    passes: int = 0
    found: tuple[Known, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing wrong has been seen since the last whole pass began; what was mended stays in the list."""
        return not any(known.broken.certain and known.seen >= self.passes - 1 for known in self.found)

    def with_breaks(self, breaks: Iterable[Break], now: str) -> State:
        """The state once these were seen."""
        known = {each.broken: each for each in self.found}
        for broken in breaks:
            before = known.get(broken)
            if before is not None or len(known) < MOST_BREAKS:
                known[broken] = Known(broken, before.first if before else now, now, self.passes)
        return replace(self, found=tuple(known.values()))


class SelfAudit:
    """Walks on until closed, in a thread of its own, which works a `share` of the time (0 to 1) and rests otherwise.

    `keys` tells the log's keys. It asks questions as any reader does, so that no writer waits for it. What it finds is logged, kept
    with the ledger, and stays known after it was mended.
    """

    def __init__(
        self,
        stored: Audited,
        keys: Callable[[], Iterable[VerifierKey]],
        clock: Clock,
        *,
        vault: Vault | None = None,
        share: float,
        between: float = BETWEEN,
    ) -> None:
        self._stored, self._keys, self._clock, self._vault = stored, keys, clock, vault
        self._share, self._between = share, between
        self.state = State()
        self.trouble: str | None = None
        self._stop = Event()
        self._thread = Thread(target=self._run, name="self-audit", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the page at hand, and write down how far it came."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begun = False
        while not self._stop.is_set():
            try:
                if not begun:
                    self.state, begun = _read(self._stored.audit()), True
                self._pass()
                self.trouble = None
            except PersistenceError:
                self.trouble = "The database does not answer the self-audit; it asks again."
            self._stop.wait(self._between)

    def _pass(self) -> None:
        """From where the last one was broken off, or from the beginning, to where the ledger ended when this one began."""
        if self.state.began is None:
            self.state = replace(self.state, mark=Mark(), upto=self._stored.head().position, began=self._now())
        walk = Walk(self._stored, self._keys(), vault=self._vault, mark=self.state.mark)
        pages = 0
        while walk.mark.position < self.state.upto:
            started = monotonic()
            self._told(walk, walk.page(self.state.upto, PAGE))
            pages += 1
            if pages % KEEP_EVERY == 0:
                self._keep()
            worked = monotonic() - started
            if self._stop.wait(min(max(worked * (1 / self._share - 1), SHORTEST), LONGEST)):
                self._keep()
                return
        self._told(walk, walk.at_the_head())
        done = self.state
        self.state = replace(
            done, began=None, since=done.began, finished=self._now(), entries=done.upto, passes=done.passes + 1
        )
        self._keep()

    def _told(self, walk: Walk, breaks: list[Break]) -> None:
        now = self._now()
        known = {each.broken for each in self.state.found}
        for broken in breaks:
            if broken not in known:
                logging.getLogger("uvicorn.error").error("self-audit: %s", broken)
        self.state = replace(self.state.with_breaks(breaks, now), mark=walk.mark)
        if breaks:
            self._keep()

    def _keep(self) -> None:
        self._stored.keep_audit(_written(self.state))

    def _now(self) -> str:
        return spelled(self._clock.now())


def _written(state: State) -> str:
    def plain(value: Any) -> Any:
        return value.to_bytes().hex() if isinstance(value, Frontier) else vars(value)

    return json.dumps(state, default=plain)


def _read(text: str | None) -> State:
    """The state as it was written; a fresh one where there is none, or somebody else wrote something there."""
    if text is None:
        return State()
    try:
        told = json.loads(text)
        mark = Mark(**told["mark"] | {"frontier": Frontier.from_bytes(bytes.fromhex(told["mark"]["frontier"]))})
        found = tuple(Known(**each | {"broken": Break(**each["broken"])}) for each in told["found"])
        return State(**told | {"mark": mark, "found": found})
    except (ValueError, TypeError, LookupError, Unproved):
        return State()
