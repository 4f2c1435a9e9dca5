"""Bringing each new checkpoint to the witnesses that can be reached, beside everything else: one thread for each, slower where it fails."""

from __future__ import annotations

import logging
from threading import Event, Thread

import httpx2

from ledger.clock import Clock
from ledger.evidence.witnessing import Contradicted, Cosignatures
from ledger.log.forms import from_decimal
from ledger.log.policy import Trusted
from ledger.log.verdict import Malformed, Unproved

PATIENCE = 10.0
"""Seconds that a witness has to answer."""
MOST_BYTES = 65_536
"""Of an answer."""
SLOWEST = 900.0
"""Seconds between two tries at a witness that fails."""
AFRESH = 3600
"""Seconds after which a witness is asked again though the ledger has not grown: its last word is then never older than about that."""
TRIES = 3
SIZE = "text/x.tlog.size"


class Unwilling(Exception):
    """A witness did not cosign; the sentence says how it answered."""


class Gatherer:
    """Asks until closed. `trouble` has, by the witness's name in the policy, what stands in the way at the moment."""

    def __init__(self, cosignatures: Cosignatures, clock: Clock, every: float) -> None:
        self._cosignatures, self._clock, self._every = cosignatures, clock, every
        self.trouble: dict[str, str] = {}
        self._stop = Event()
        self._threads = [
            Thread(target=self._ask_on, args=(name, witness, witness.url), name=f"witness {name}", daemon=True)
            for name, witness in cosignatures.policy.witnesses.items()
            if witness.url
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop after the question at hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self, name: str, witness: Trusted, url: str) -> None:
        pause = 0.0
        afresh = True  # whatever the ledger holds: it may have been put back to when a witness knew less
        with httpx2.Client(timeout=PATIENCE) as client:
            while not self._stop.wait(pause):
                trouble = self._tried(client, witness, url, afresh)
                afresh = afresh and trouble is not None
                if trouble is None:
                    self.trouble.pop(name, None)
                elif self.trouble.get(name) != trouble:
                    self.trouble[name] = trouble
                    logging.getLogger("uvicorn.error").warning("witness %s: %s", name, trouble)
                pause = self._every if trouble is None else min(max(2 * pause, self._every), SLOWEST)

    def _tried(self, client: httpx2.Client, witness: Trusted, url: str, afresh: bool) -> str | None:
        try:
            return self._asked(client, witness, url, afresh)
        except Contradicted as error:
            return f"CONTRADICTION: {error}."
        except Unproved as error:
            return f"Its answer cannot be used: {error}."
        except Unwilling as error:
            return str(error)
        except httpx2.HTTPError as error:
            return f"It cannot be reached ({type(error).__name__})."

    def _asked(self, client: httpx2.Client, witness: Trusted, url: str, afresh: bool) -> str | None:
        """Have it cosign the last checkpoint, if there is a new one, its word is old or it is asked afresh; what it has forgotten, if anything."""
        last = self._cosignatures.last(witness.key)
        known = old = 0 if last is None else last.size
        for _ in range(TRIES):
            asked = self._cosignatures.request(old)
            known_already = last is not None and not afresh and not self._is_old(last.cosigned)
            if asked is None or (known_already and asked.size == known):
                return None
            status, kind, body = _post(client, f"{url.rstrip('/')}/add-checkpoint", asked.body)
            if status == httpx2.codes.OK:
                self._cosignatures.take(f"{asked.text}\n".encode() + body)
                return (
                    None
                    if old >= known
                    else f"It had cosigned {known} entries and remembered {old}: its memory was lost or put back."
                )
            if status != httpx2.codes.CONFLICT or kind != SIZE or not body.endswith(b"\n"):
                raise Unwilling(f"It answers {status}.")
            old = from_decimal(body[:-1].decode("ascii", "replace"))
        raise Unwilling("It goes on naming another size than it knew a moment before.")

    def _is_old(self, cosigned: int | None) -> bool:
        return cosigned is None or self._clock.now().timestamp() - cosigned > AFRESH


def _post(client: httpx2.Client, url: str, body: bytes) -> tuple[int, str, bytes]:
    """Status, content type and body; Malformed where that is too long."""
    read = b""
    with client.stream("POST", url, content=body, headers={"content-type": "text/plain; charset=utf-8"}) as answer:
        for piece in answer.iter_bytes():
            read += piece
            if len(read) > MOST_BYTES:
                raise Malformed(f"more than {MOST_BYTES} bytes")
    return answer.status_code, answer.headers.get("content-type", ""), read
