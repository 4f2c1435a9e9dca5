"""How often one caller may ask: a bucket for each, which fills evenly and holds a minute's worth (GCRA, the leaky bucket as a meter)."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable
from functools import lru_cache

from api.problems import TOO_MANY, Problem

MINUTE = 60.0
MOST_CALLERS = 10_000
"""Of whom a bucket is kept before full ones are forgotten."""
OF_ONE_ADDRESS = 4
"""How many callers' worth one address may ask: several systems of a partner stand behind one."""
IPV6 = 6


class Limits:
    """`per_minute`: how often one speaker may ask; 0: as often as they like. Not shared between processes, and safe from any thread."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._now = per_minute, now
        self._empty_until: dict[str, float] = {}

    def of_address(self, host: str) -> None:
        """Count a request before anything of it is read; raises Problem."""
        if self._per_minute:
            self._take(f"address {_network(host)}", MINUTE / (self._per_minute * OF_ONE_ADDRESS))

    def of_speaker(self, subject: str) -> None:
        """Count a request of somebody who is known; raises Problem."""
        if self._per_minute:
            self._take(f"speaker {subject}", MINUTE / self._per_minute)

    def _take(self, caller: str, each: float) -> None:
        now = self._now()
        until = max(self._empty_until.get(caller, now), now) + each
        if until - now > MINUTE:
            wait = math.ceil(until - now - MINUTE)
            raise Problem(TOO_MANY, "Ask less often.", headers={"retry-after": str(wait)})
        if len(self._empty_until) >= MOST_CALLERS and caller not in self._empty_until:
            self._empty_until = {other: when for other, when in self._empty_until.items() if when > now}
        self._empty_until[caller] = until


@lru_cache(maxsize=1_000)
def _network(host: str) -> str:
    """One household or server has 2^64 addresses of IPv6, and so counts as one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64))) if address.version == IPV6 else host
