"""An invented partnership's events, the same for the same seed: lives of actions, incidents and courses that run side by side."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.domain.children import child_reference
from ledger.regimes import load_shelf
from tests.log.making import ORIGIN

Posted = dict[str, Any]
Life = Iterator[Posted]
Story = list[tuple[str, int, dict[str, Any]]]
"""What happens to one record: what, how many days after the life began, and its fields."""

SOURCE = "/business-unit"
FIRST_DAY = date(2015, 4, 1)
DAYS = 3_650
"""The lives begin evenly over ten years, so that one reporting year holds about a tenth of them."""
SIDE_BY_SIDE = 300
"""Lives that run at once, as in a partnership that has many things in hand."""
AGENCIES = {
    "LA": "local-authority", "POLICE": "police", "HEALTH": "health", "SCHOOLS": "education", "PROBATION": "justice",
    "HOUSING": "other", "YOUTH": "local-authority", "HOSPITAL": "health", "FIRE": "other", "VOLUNTARY": "voluntary",
}  # fmt: skip
PARTNERS = ("LA", "POLICE", "HEALTH")
SENTENCE = (
    "The agencies agreed how this is done, who does it and how the partnership is told; it comes back to the group."
)


FIRST = "first"
"""As the position that an event names: that of its record's first entry."""


def posted(name: str, subject: str, key: str, day: date, data: dict[str, Any]) -> Posted:
    """One event as a partner posts it."""
    return {
        "specversion": "1.0",
        "id": key,
        "source": SOURCE,
        "type": f"uk.safeguarding.{name}",
        "subject": subject,
        "time": f"{day}T12:00:00Z",
        "data": data,
    }


def opening() -> list[Posted]:
    """What every ledger here begins with: itself, the agencies, the groups and the packs."""
    opened = {
        "origin": ORIGIN,
        "partnership": "Invented",
        "demonstration": True,
        "retrospective": True,
    }
    events = [
        posted("ledger.opened", "ledger/LEDGER", "opened", FIRST_DAY, opened | {"notice": "Nothing here happened"})
    ]
    for code, sector in AGENCIES.items():
        standing = "statutory-partner" if code in PARTNERS else "relevant-agency"
        data: dict[str, Any] = {
            "code": code,
            "name": f"Invented {code.title()}",
            "sector": sector,
            "standing": standing,
        }
        events.append(posted("agency.registered", f"agency/{code}", f"agency-{code}", FIRST_DAY, data))
    seats = [{"seat": code.lower(), "title": code.title(), "agency": code} for code in PARTNERS]
    for code in ("EXEC", "QAS"):
        data = {"name": f"Group {code}", "chair_role": "independent-chair", "members": seats,
                "meeting_frequency": "quarterly", "established_on": str(FIRST_DAY)}  # fmt: skip
        events.append(posted("group.established", f"group/{code}", f"group-{code}", FIRST_DAY, data))
    for pack in load_shelf():
        data = {
            "kind": pack.kind,
            "pack": pack.id,
            "version": pack.version,
            "sha256": pack.sha256,
            "from_date": str(FIRST_DAY),
        }
        events.append(posted("policy.adopted", f"policy/{pack.kind.upper()}", f"policy-{pack.id}", FIRST_DAY, data))
    return events


def lives(
    count: int,
    seed: int = 1,
    name: str = "",
    kinds: Sequence[Callable[..., Life]] | None = None,
    dated: Sequence[Posted] = (),
) -> Iterator[Posted]:
    """So many events, in an order in which each may be recorded; `name` keeps the references of two runs apart.

    `dated`: some of them are these, which are in the order of their days and come each on its day, whatever else is in hand.
    """
    draw = random.Random(seed)
    kinds = kinds or KINDS
    running: list[Life] = []
    first: dict[str, int] = {}
    begun, given, before, waiting = 0, 0, len(opening()), list(reversed(dated))
    while given < count:
        day = FIRST_DAY + timedelta(days=given * DAYS // count)
        if len(running) < SIDE_BY_SIDE:
            running.append(kinds[begun % len(kinds)](f"{name}{begun}", day, draw))
            begun += 1
        if waiting and waiting[-1]["time"] < str(day):
            event: Posted | None = waiting.pop()
        else:
            place = draw.randrange(len(running))
            event = next(running[place], None)
        if event is None:
            running[place] = running[-1]
            running.pop()
        else:
            given += 1
            position = first.setdefault(event["subject"], before + given)
            if event["data"].get("position") == FIRST:
                event["data"]["position"] = position
            yield event


def told_as(record: str, reference: str, day: date, story: Story, key: str = "") -> Life:
    """A story of one record, as posted; `key` keeps apart the ids of two stories of one record."""
    for step, (name, later, data) in enumerate(story):
        yield posted(
            f"{record}.{name}", f"{record}/{reference}", f"{reference}-{key}{step}", day + timedelta(days=later), data
        )


def action_of(length: int, reference: str) -> Life:
    """One action that is raised, accepted, and then noted on until it has so many events."""
    life = _action(reference, FIRST_DAY, random.Random(reference), notes=length - 2)
    for _, event in zip(range(length), life, strict=False):
        yield event


def evidence(draw: random.Random, kind: str) -> dict[str, str]:
    return {
        "kind": kind,
        "link": f"https://files.example.org/evidence/{draw.getrandbits(40)}",
        "sha256": f"{draw.getrandbits(256):064x}",
    }


def _action(number: str, day: date, draw: random.Random, notes: int = 2) -> Life:
    agency = draw.choice(list(AGENCIES))
    owner = {"agency": agency, "role": "designated-lead"}
    source = {"kind": "inspection", "title": "Joint inspection of the arrangements", "number": draw.randint(1, 20)}
    raised = {"source": source, "text": SENTENCE, "owner": owner, "lead_group": "QAS", "due_on": str(day + timedelta(days=120)),
              "success_measure": SENTENCE, "baseline": "41.5", "citation": "Joint inspection, recommendation, page 12"}  # fmt: skip
    story: Story = [("raised", 0, raised), ("accepted", 2, {"by": owner})]
    for step in range(notes):
        rated = {
            "note": f"{SENTENCE} Step {step}.",
            "own_rating": "amber",
            "citation": "Minutes of the quality group, action log",
        }
        story.append(("progressed", 20 + step, rated))
    seen = [evidence(draw, "re-audit"), evidence(draw, "data-trend")]
    story += [
        ("rescheduled", 90, {"due_on": str(day + timedelta(days=200)), "reason": SENTENCE, "approved_by": "QAS"}),
        ("completed", 180, {"completed_on": str(day + timedelta(days=180)), "evidence": seen}),
        ("assured", 210, {"by_group": "QAS", "assured_on": str(day + timedelta(days=210)), "evidence_seen": seen}),
        ("impact-evidenced", 300, {"measure": "cases-in-which-it-was-done", "unit": "percent", "later_value": "88.5",
                                   "measured_on": str(day + timedelta(days=300)), "evidence": seen}),
        ("closed", 320, {"kind": "embedded", "by_group": "QAS", "closed_on": str(day + timedelta(days=320)), "reasons": SENTENCE}),
    ]  # fmt: skip
    yield from told_as("action", f"ACT-{number}", day, story)


def _incident(number: str, day: date, draw: random.Random) -> Life:
    children = [child_reference(draw.randbytes(8)) for _ in range(draw.randint(1, 3))]
    reported = {
        "agency": draw.choice(list(AGENCIES)), "happened_on": str(day), "known_on": str(day + timedelta(days=1)), "nature": "serious-harm",
        "how_many": len(children), "children": children, "features": ["neglect", "domestic-abuse", "information-sharing"],
        "looked_after": False, "care_leaver": False, "agencies_involved": ["HEALTH", "POLICE", "SCHOOLS"], "summary": SENTENCE,
    }  # fmt: skip
    story: Story = [("reported", 0, reported)]
    for later, partner in enumerate(PARTNERS, 2):
        view = {"partner": partner, "sector": AGENCIES[partner], "view": "notify", "reasons": SENTENCE}
        story.append(("view-stated", later, view | {"citation": "Record of the notification discussion"}))
    sent = day + timedelta(days=draw.randint(5, 12))
    story.append(
        ("notification-decided", 5, {"decision": "notify", "citation": "Record of the notification discussion"})
    )
    story.append(("notified", (sent - day).days, {"sent_on": str(sent), "to": ["national-panel", "ofsted"]}))
    yield from told_as("incident", f"INC-{number}", day, story)


def _course(number: str, day: date, draw: random.Random) -> Life:
    rows = [
        {"agency": code, "booked": 9, "completed": 6, "cancelled": 2, "did_not_attend": 1, "no_outcome": 0}
        for code in draw.sample(list(AGENCIES), 3)
    ]
    delivered = {"course": f"course-{draw.randint(1, 30)}", "title": "Recognising neglect early", "booked": 40, "completed": 30,
                 "cancelled": 6, "did_not_attend": 3, "no_outcome": 1, "delivered_on": str(day), "by_agency": rows}  # fmt: skip
    story: Story = [("delivered", 0, delivered)]
    for tier, later in (("end-of-course", 7), ("three-month", 95)):
        scores = {"met-its-aims": "4.25", "was-well-led": "4.50", "changed-what-i-do": "3.75"}
        story.append(
            ("evaluated", later, {"tier": tier, "returns": 20, "asked": 30, "scores": scores, "changed_practice": 12})
        )
    yield from told_as("training", f"TRN-{number}", day, story)


KINDS: tuple[Callable[..., Life], ...] = (_action, _action, _incident, _course)
