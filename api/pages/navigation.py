"""What stands at the top of every page: the ways in, as far as whoever asks may go."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from ledger.access.policy import Verb, may


@dataclass(frozen=True)
class Way:
    """One way in: what it is called, where it leads, and what it takes. It is the current one of every address below its own."""

    text: str
    href: str
    verb: Verb


WAYS = (
    Way("Home", "/pages", Verb.ENTER),
)  # fmt: skip


def navigation(request: Request) -> list[dict[str, object]]:
    """For the service navigation of the Design System."""
    speaker, path = getattr(request.state, "speaker", None), request.url.path
    open_ = [way for way in WAYS if speaker is None or may(speaker.role, way.verb)]
    under = [way for way in open_ if path == way.href or path.startswith(f"{way.href}/")]
    nearest = max(under, key=lambda way: len(way.href), default=None)
    return [
        {
            "text": way.text,
            "href": way.href,
            "current": path == way.href,
            "active": way is nearest and way.href != "/pages",
        }
        for way in open_
    ]
