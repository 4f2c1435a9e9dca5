"""The oracle of the cases: how far each incident came, and how every clock of it and of its reviews stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.domain.test_clock_oracle import months_on
from tests.projections.oracle.world import Told, World, backward, forward, last

STATUTORY = ("lcspr", "joint", "thematic")
Case = tuple[str, Sequence[Any]]


def reviews(world: World) -> Told:
    """Each incident with its stage, and each review that leads back to none."""
    found: Told = {}
    reached: set[str] = set()
    for reference, told in world.of("incident"):
        rapid = rapid_of(world, reference)
        own = _reviews_of(world, {reference}, {name for name, _ in rapid})
        reached |= {name for name, _ in own}
        found["incident", reference, ""] = {
            "stage": _stage(told, rapid, own),
            "clocks.notification": notification(world, told),
            "rapid_reviews.clocks": {name: (rapid_review(world, told, each), reply(world, each)) for name, each in rapid},
            "reviews.clocks": {name: (publication(world, each), advance(world, each)) for name, each in own},
        }  # fmt: skip
    for reference, told in world.of("review"):
        if reference not in reached:
            found["review", reference, ""] = {"stage": _of_review(told)}
    return found


def rapid_of(world: World, incident: str) -> list[Case]:
    found = ((name, told) for name, told in world.of("rapid-review") if incident in told[0].event.incidents)
    return sorted(found, key=lambda case: case[0])


def _reviews_of(world: World, incidents: set[str], rapid: set[str]) -> list[Case]:
    found = [
        (name, told)
        for name, told in world.of("review")
        if incidents & {*told[0].event.incidents} or rapid & {*getattr(told[0].event, "rapid_reviews", ())}
    ]
    return sorted(found, key=lambda case: case[0])


def _stage(incident: Sequence[Any], rapid: Sequence[Case], reviews: Sequence[Case]) -> str:
    stages = [stage for _, told in reviews if (stage := _of_review(told)) != "not-progressed"]
    if stages:
        return "published" if {*stages} == {"published"} else "review"
    if rapid:
        told = rapid[-1][1]
        if last(told, "submitted"):
            return "rapid-review-sent"
        return "rapid-review-decided" if last(told, "decided") else "rapid-review"
    told_last = last(incident, "notified", "notification-retracted")
    if told_last is not None:
        return "notified" if hasattr(told_last, "sent_on") else "notification-retracted"
    decided = last(incident, "notification-decided")
    return "reported" if decided is None else "to-be-notified" if decided.decision == "notify" else "not-notified"


def _of_review(told: Sequence[Any]) -> str:
    if getattr(told[0].event, "outcome", None) == "not-progressed":
        return "not-progressed"
    return "published" if last(told, "published") else "review"


def notification(world: World, told: Sequence[Any]) -> str | None:
    sent, decided = last(told, "notified"), last(told, "notification-decided")
    if sent is None and decided is not None and decided.decision == "do-not-notify":
        return None
    return world.regime(told[0].event.known_on, sent.sent_on if sent else None, "notify_within_wd", forward)


def rapid_review(world: World, incident: Sequence[Any], rapid: Sequence[Any] | None) -> str | None:
    sent = last(incident, "notified")
    gone = hasattr(last(incident, "notified", "notification-retracted"), "decided_by")
    if sent is None or (gone and rapid is None):
        return None
    first = next((e.event.sent_on for e in rapid or () if e.kind.name == "rapid-review.submitted"), None)
    return world.regime(sent.sent_on, first, "rapid_review_within_wd", forward)


def reply(world: World, rapid: Sequence[Any]) -> str | None:
    sent, replied = last(rapid, "submitted"), last(rapid, "panel-replied")
    if sent is None:
        return None
    return world.regime(sent.sent_on, replied.replied_on if replied else None, "panel_reply_wd", forward)


def publication(world: World, told: Sequence[Any]) -> str | None:
    began, out = told[0].event, last(told, "published")
    if getattr(began, "kind", None) not in STATUTORY:
        return None
    return world.regime(began.decided_on, out.published_on if out else None, "lcspr_months", months_on)


def advance(world: World, told: Sequence[Any]) -> str | None:
    out, sent = last(told, "published"), last(told, "shared-with-panel")
    if getattr(told[0].event, "kind", None) not in STATUTORY or out is None:
        return None
    return world.regime(out.published_on, sent.sent_on if sent else None, "advance_copy_wd", backward)


def clocks(world: World) -> dict[tuple[str, str, str], str]:
    """Every clock of a case by record, reference and key: its state."""
    return {key: state for key, state in _clocks(world) if state is not None}


def _clocks(world: World) -> Iterator[tuple[Any, str | None]]:
    for reference, told in world.of("incident"):
        yield ("incident", reference, "notification"), notification(world, told)
        rapid = rapid_of(world, reference)
        for name, each in rapid:
            yield ("rapid-review", name, f"rapid-review/{reference}"), rapid_review(world, told, each)
        if not rapid:
            yield ("incident", reference, "rapid-review"), rapid_review(world, told, None)
    for reference, told in world.of("rapid-review"):
        yield ("rapid-review", reference, "panel-reply"), reply(world, told)
    for reference, told in world.of("review"):
        yield ("review", reference, "publication"), publication(world, told)
        yield ("review", reference, "advance-copy"), advance(world, told)
