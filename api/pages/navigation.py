"""What stands at the top of every page: the ways in, as far as whoever asks may go."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from api.pages.links import kept
from api.sessions import known
from ledger.access.policy import Verb, may
from ledger.access.principal import Principal


@dataclass(frozen=True)
class Way:
    """One way in: what it is called, where it leads, and what it takes. It is the current one of every address below its own."""

    text: str
    href: str
    verb: Verb


WAYS = (
    Way("Home", "/pages", Verb.ENTER),
    Way("Actions", "/pages/actions", Verb.READ),
    Way("Escalations", "/pages/escalations", Verb.READ),
    Way("Reviews", "/pages/reviews", Verb.READ),
    Way("Record", "/pages/record", Verb.POST),
    Way("All lists", "/pages/lists", Verb.READ),
    Way("Figures", "/pages/figures", Verb.COUNT),
    Way("Reports", "/pages/reports", Verb.COUNT),
    Way("Evidence", "/pages/log", Verb.PROVE),
    Way("Access log", "/pages/access-log", Verb.AUDIT),
    Way("Rules", "/pages/rules", Verb.ENTER),
)  # fmt: skip


def permitted(request: Request, verb: Verb) -> bool:
    """Whether whoever asks for a page may do a thing; of somebody who was turned away, what they may do all the same."""
    speaker: Principal | None = getattr(request.state, "speaker", None) or known(request)
    if speaker is None:
        in_development: bool = request.app.state.access.in_development
        return in_development
    return may(speaker.role, verb)


def navigation(request: Request) -> list[dict[str, object]]:
    """For the service navigation of the Design System."""
    path = request.url.path
    open_ = [way for way in WAYS if permitted(request, way.verb)]
    under = [way for way in open_ if path == way.href or path.startswith(f"{way.href}/")]
    nearest = max(under, key=lambda way: len(way.href), default=None)
    return [
        {
            "text": way.text,
            "href": kept(request, way.href),
            "current": path == way.href,
            "active": way is nearest and way.href != "/pages",
        }
        for way in open_
    ]
