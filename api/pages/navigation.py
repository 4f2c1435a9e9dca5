"""What stands at the top of every page: the ways in, as far as whoever asks may go."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from api.pages.links import kept
from api.sessions import known
from ledger.access.policy import Verb, may
from ledger.access.principal import Principal
from ledger.projections.questions import BY_NAME


@dataclass(frozen=True)
class Way:
    """One way in: what it is called, where it leads, and what it takes. It is the current one of every address below its own, or below
    one of `others`. Whoever may do `unless` finds it on another page.
    """

    text: str
    href: str
    verb: Verb
    others: tuple[str, ...] = ()
    unless: Verb | None = None


OF_LISTS = tuple(
    f"/pages/{name}" for name in (*BY_NAME, "enquiries", "records", "incidents", "entries") if name != "reports"
)
"""Below the lists; what is published of reports stands on a page of their own."""
WAYS = (
    Way("Home", "/pages", Verb.ENTER),
    Way("Actions", "/pages/actions", Verb.READ),
    Way("All lists", "/pages/lists", Verb.READ, OF_LISTS),
    Way("Record", "/pages/record", Verb.POST),
    Way("Figures and reports", "/pages/figures", Verb.COUNT, ("/pages/reports",)),
    Way("Evidence", "/pages/log", Verb.PROVE, ("/pages/access-log",)),
    Way("Access log", "/pages/access-log", Verb.AUDIT, unless=Verb.PROVE),
    Way("Rules", "/pages/rules", Verb.ENTER),
)  # fmt: skip
"""At most seven for any role: a scrutineer looks for lists, figures and proof, an agency for its actions and what to record."""


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
    open_ = [
        way
        for way in WAYS
        if permitted(request, way.verb) and not (way.unless is not None and permitted(request, way.unless))
    ]
    under = [(len(top), way) for way in open_ for top in (way.href, *way.others) if f"{path}/".startswith(f"{top}/")]
    nearest = max(under, key=lambda found: found[0], default=(0, None))[1]
    return [
        {
            "text": way.text,
            "href": kept(request, way.href),
            "current": path == way.href,
            "active": way is nearest and way.href != "/pages",
        }
        for way in open_
    ]
