"""How far is each serious incident on its way to a published review, and were the clocks kept?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy import or_

from ledger.domain.adoption import Packs
from ledger.domain.clocks import Clock, advance_copy_7wd, lcspr_6m, panel_reply, rapid_review_15wd, sin_5wd
from ledger.domain.fields import DayOrNotStated, known_day
from ledger.projections.action_log import ActionLog, overdue
from ledger.projections.asking import (
    MANY,
    Answer,
    Asking,
    Item,
    answered,
    fields_of,
    identity,
    plain,
    rows_as_of,
    told,
    told_clock,
)
from ledger.projections.columns import table_of
from ledger.projections.incidents import IncidentRow, Incidents, views
from ledger.projections.links import links_to
from ledger.projections.practice_reviews import PracticeReviews, Recommendations, ReviewRow
from ledger.projections.rapid_reviews import RapidReviewRow, RapidReviews
from ledger.projections.tables import Held, Tables

STATUTORY = ("lcspr", "joint", "thematic")
"""Kinds of review that the six months run for."""
FIELDS = (*fields_of(Incidents), "kind", "state", "stage")
"""What the tracker may be filtered by and ordered by; `kind` and `state` are those of a review without an incident."""
EARLY = {"reported": None, "to-be-notified": "notify", "rapid-review": None}
"""Stages that few incidents stand at for long: what was decided about notifying at each of the first two, before any rapid review."""
_BLANK: Item = dict.fromkeys(FIELDS)


def notification_clock(row: IncidentRow, packs: Packs) -> Clock | None:
    """WT-SIN-5WD; None where it was decided not to notify."""
    if row.notified_on is None and row.decision == "do-not-notify":
        return None
    return sin_5wd(packs, row.known_on, row.notified_on)


def rapid_review_clock(incident: IncidentRow, review: RapidReviewRow | None, packs: Packs) -> Clock | None:
    """WT-RR-15WD, from the notification of one incident; None while nothing was notified, or once that was retracted."""
    if incident.notified_on is None or (incident.retracted_on is not None and review is None):
        return None
    return rapid_review_15wd(packs, incident.notified_on, review.first_submitted_on if review else None)


def panel_reply_clock(row: RapidReviewRow, packs: Packs) -> Clock | None:
    """RR-PANEL-REPLY; None before the rapid review was sent."""
    return None if row.submitted_on is None else panel_reply(packs, row.submitted_on, row.replied_on)


def publication_clock(row: ReviewRow, packs: Packs) -> Clock | None:
    """LCSPR-6M; None of a review that the guidance sets no time for, or that never began."""
    if row.kind not in STATUTORY or row.state == "not-progressed":
        return None
    return lcspr_6m(packs, row.decided_on, row.published_on)


def advance_copy_clock(row: ReviewRow, packs: Packs) -> Clock | None:
    """LCSPR-7WD, counted back from publication; None before it."""
    if row.kind not in STATUTORY or row.published_on is None:
        return None
    return advance_copy_7wd(packs, row.published_on, row.sent_to_panel_on)


@dataclass(frozen=True)
class _Chain:
    """Everything the tracker shows, found once, and what leads from one to the next."""

    asking: Asking
    packs: Packs
    incidents: Sequence[Held[IncidentRow]]
    reviews: Sequence[Held[ReviewRow]]
    rapid_by_incident: Mapping[str, Sequence[Held[RapidReviewRow]]]
    reviews_by_cited: Mapping[tuple[str, str], Sequence[Held[ReviewRow]]]

    @property
    def on(self) -> date:
        return self.asking.as_of

    def rapid_of(self, incident: str) -> Sequence[Held[RapidReviewRow]]:
        return self.rapid_by_incident.get(incident, ())

    def reviews_of(self, incident: str, rapid: Iterable[Held[RapidReviewRow]]) -> list[Held[ReviewRow]]:
        """Reviews that cite the incident, or a rapid review of it, each once."""
        ways = [("incident", incident), *(("rapid-review", held.reference) for held in rapid)]
        found = {review.reference: review for way in ways for review in self.reviews_by_cited.get(way, ())}
        return [found[reference] for reference in sorted(found)]

    def clock(self, clock: Clock | None) -> Item | None:
        return None if clock is None else told_clock(clock, self.on)


def review_tracker(tables: Tables, asking: Asking) -> Answer:
    """One item for each incident: `notification`, its `rapid_reviews` and its `reviews`, each with `clocks`; `stage` says how
    far it came. A review that leads back to no incident is an item of its own, with `record` review.
    """
    chain = _found(tables, asking)
    full: dict[str, Callable[[Mapping[str, list[Item]]], Item]] = {}
    shown: dict[str, list[str]] = {}
    items: list[Item] = []
    reached: set[str] = set()
    for incident in chain.incidents:
        rapid = chain.rapid_of(incident.reference)
        reviews = chain.reviews_of(incident.reference, rapid)
        reached |= {held.reference for held in reviews}
        items.append(told(incident) | {"kind": None, "state": None, "stage": _stage(incident.row, rapid, reviews)})
        full[identity(items[-1])] = partial(_of_incident, chain, incident, rapid, reviews)
        shown[identity(items[-1])] = [held.reference for held in reviews]
    for review in chain.reviews:
        if review.reference not in reached:
            items.append(_BLANK | told(review) | {"stage": _stage_of(review.row)})
            full[identity(items[-1])] = partial(_alone, chain, review)
            shown[identity(items[-1])] = [review.reference]
    answer = answered(items, asking, FIELDS)
    names = [identity(item) for item in answer.items]
    recommended = _recommended(tables, asking, {reference for name in names for reference in shown[name]})
    return replace(
        answer, items=[item | full[name](recommended) for item, name in zip(answer.items, names, strict=True)]
    )


def _found(tables: Tables, asking: Asking) -> _Chain:
    begun = _begun(tables, asking)
    rapid = rows_as_of(tables, RapidReviews, asking, _citing(tables, asking, "incident", begun, "rapid-review"))
    looked = None if begun is None else {held.reference for held in rapid}
    ways = [_citing(tables, asking, *way, "review") for way in (("incident", begun), ("rapid-review", looked))]
    reviews = rows_as_of(tables, PracticeReviews, asking, None if begun is None else set().union(*filter(None, ways)))
    by_incident: defaultdict[str, list[Held[RapidReviewRow]]] = defaultdict(list)
    for each in rapid:
        for incident in each.row.incidents:
            by_incident[incident].append(each)
    by_cited: defaultdict[tuple[str, str], list[Held[ReviewRow]]] = defaultdict(list)
    for review in reviews:
        for incident in review.row.incidents:
            by_cited["incident", incident].append(review)
        for reference in review.row.rapid_reviews:
            by_cited["rapid-review", reference].append(review)
    incidents = rows_as_of(tables, Incidents, asking, begun)
    return _Chain(asking, asking.packs_then, incidents, reviews, by_incident, by_cited)


def _begun(tables: Tables, asking: Asking) -> set[str] | None:
    """The incidents among which those are that came no further than is asked; None of all, where their own rows do not tell."""
    wanted = asking.filters.get("stage", ())
    stages = {wanted} if isinstance(wanted, str) else set(wanted)
    if not stages or not stages.issubset(EARLY):
        return None
    c, rapid = table_of(Incidents).c, table_of(RapidReviews).c
    found: set[str] = set()
    if undecided := stages - {"rapid-review"}:
        decisions = [
            c.decision.is_(None) if EARLY[stage] is None else c.decision == EARLY[stage] for stage in undecided
        ]
        not_yet = [c.notified_on.is_(None), c.retracted_on.is_(None), or_(*decisions)]
        found |= {held.reference for held in rows_as_of(tables, Incidents, asking, also=not_yet)}
    if "rapid-review" in stages:
        at_work = [rapid.submitted_on.is_(None), rapid.outcome.is_(None)]
        found |= {
            each for held in rows_as_of(tables, RapidReviews, asking, also=at_work) for each in held.row.incidents
        }
    return found if len(found) <= MANY else None


def _citing(
    tables: Tables, asking: Asking, cited: str, references: Iterable[str] | None, record: str
) -> set[str] | None:
    """The records of a kind among which those are that cite any of these; None of all."""
    if references is None:
        return None
    links = links_to(tables, [f"{cited}/{each}" for each in references], asking.as_at)
    return {link.citing.partition("/")[2] for link in links if link.citing.startswith(f"{record}/")}


def _recommended(tables: Tables, asking: Asking, reviews: set[str]) -> Mapping[str, list[Item]]:
    """The recommendations of these reviews, by number, with the actions that answer them."""
    actions: defaultdict[tuple[str | None, int | None], list[Item]] = defaultdict(list)
    columns, few = table_of(ActionLog).c, len(reviews) <= MANY
    answering = [columns.source_record == "review", *([columns.source_reference.in_(sorted(reviews))] if few else [])]
    for found in rows_as_of(tables, ActionLog, asking, also=answering) if reviews else ():
        row = found.row
        actions[row.source_reference, row.source_number].append(
            {"reference": found.reference, "state": row.state, "overdue": overdue(row, asking.as_of)}
        )
    recommendations: defaultdict[str, list[Item]] = defaultdict(list)
    for made in rows_as_of(tables, Recommendations, asking, reviews):
        item = told(made) | {"actions": actions[made.reference, made.row.number]}
        item["answered"] = bool(item["actions"]) or made.row.declined_on is not None
        recommendations[made.reference].append(item)
    for own in recommendations.values():
        own.sort(key=lambda item: item["number"])
    return recommendations


def _of_incident(
    chain: _Chain,
    incident: Held[IncidentRow],
    rapid: Sequence[Held[RapidReviewRow]],
    reviews: Sequence[Held[ReviewRow]],
    recommended: Mapping[str, list[Item]],
) -> Item:
    row, packs = incident.row, chain.packs
    notification = {
        "decision": row.decision,
        "basis": row.basis,
        "dissent": list(row.dissent),
        "views": views(row),
        "sent_on": plain(row.notified_on),
        "stands": row.notification_stands,
        "clock": chain.clock(notification_clock(row, packs)),
    }
    clocks = {"notification": notification["clock"]}
    if not rapid:
        clocks["rapid_review"] = chain.clock(rapid_review_clock(row, None, packs))
    return {
        "notification": notification,
        "clocks": clocks,
        "rapid_reviews": [_rapid(chain, row, held) for held in rapid],
        "reviews": [_review(chain, held, recommended) for held in reviews],
    }


def _alone(chain: _Chain, review: Held[ReviewRow], recommended: Mapping[str, list[Item]]) -> Item:
    return {"notification": None, "rapid_reviews": [], "reviews": []} | _review(chain, review, recommended)


def _rapid(chain: _Chain, incident: IncidentRow, held: Held[RapidReviewRow]) -> Item:
    return told(held) | {
        "clocks": {
            "rapid_review": chain.clock(rapid_review_clock(incident, held.row, chain.packs)),
            "panel_reply": chain.clock(panel_reply_clock(held.row, chain.packs)),
        }
    }


def _review(chain: _Chain, held: Held[ReviewRow], recommended: Mapping[str, list[Item]]) -> Item:
    row = held.row
    return told(held) | {
        "clocks": {
            "publication": chain.clock(publication_clock(row, chain.packs)),
            "advance_copy": chain.clock(advance_copy_clock(row, chain.packs)),
        },
        "paused": row.paused_on is not None,
        "days_running": days_running(row, chain.on),
        "days_paused": days_paused(row, chain.on),
        "recommendations": recommended.get(held.reference, []),
    }


def days_running(row: ReviewRow, on: date) -> int | None:
    """Days from the decision to publication, or to the day asked about; pauses included, since they stop no clock."""
    return _days(row.decided_on, _end(row, on))


def days_paused(row: ReviewRow, on: date) -> int | None:
    """Days of that time the review was paused; None where a day of a pause is not stated. They explain, and are not taken off."""
    if row.paused_on is None or row.days_paused is None:
        return row.days_paused
    going_on = _days(row.paused_on, _end(row, on))
    return None if going_on is None else row.days_paused + going_on


def _end(row: ReviewRow, on: date) -> DayOrNotStated:
    return on if row.published_on is None else row.published_on


def _days(start: DayOrNotStated, end: DayOrNotStated) -> int | None:
    first, last = known_day(start), known_day(end)
    return None if first is None or last is None else (last - first).days


def _stage(row: IncidentRow, rapid: Sequence[Held[RapidReviewRow]], reviews: Sequence[Held[ReviewRow]]) -> str:
    under_way = [held.row for held in reviews if held.row.state != "not-progressed"]
    if under_way:
        return "published" if all(each.published_on is not None for each in under_way) else "review"
    if rapid:
        last = rapid[-1].row
        if last.submitted_on is not None:
            return "rapid-review-sent"
        return "rapid-review" if last.outcome is None else "rapid-review-decided"
    if row.retracted_on is not None:
        return "notification-retracted"
    if row.notified_on is not None:
        return "notified"
    return {None: "reported", "notify": "to-be-notified"}.get(row.decision, "not-notified")


def _stage_of(row: ReviewRow) -> str:
    if row.state == "not-progressed":
        return "not-progressed"
    return "review" if row.published_on is None else "published"
