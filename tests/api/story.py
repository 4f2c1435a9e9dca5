"""One case from incident to action, as partners would post it."""

from __future__ import annotations

import json

from tests.ledger.posting import agency, event


def on(day):
    return {"time": f"{day}T00:00:00Z"}


def incident(reference, day="2019-12-01", known_on=None, **attributes):
    data = {
        "agency": "HEALTH", "happened_on": day, "known_on": known_on or day, "nature": "serious-harm", "how_many": 1, "children": [],
        "features": ["physical"], "looked_after": False, "care_leaver": False, "agencies_involved": ["HEALTH"],
        "summary": "Words that are sealed.",
    }  # fmt: skip
    return event("incident.reported", f"incident/{reference}", data, **on(day), **attributes)


def rapid_review(reference, *incidents, day="2019-12-05"):
    data = {
        "incidents": list(incidents),
        "members": [{"agency": "LA", "role": "head-of-service"}],
        "chair_role": "independent-chair",
    }
    return event("rapid-review.convened", f"rapid-review/{reference}", data, **on(day))


def review(reference, rapid, day="2019-12-16"):
    data = {"kind": "lcspr", "rapid_reviews": [rapid], "decided_on": day, "features": ["physical"]}
    return event("review.commissioned", f"review/{reference}", data, **on(day))


def group(code):
    data = {
        "name": "Quality Assurance",
        "purpose": "Assures.",
        "chair_role": "chair",
        "members": [],
        "meeting_frequency": "monthly",
    }
    return event("group.established", f"group/{code}", data | {"established_on": "2019-04-01"})


def action(reference, review, due="2020-01-31", day="2019-12-20"):
    data = {
        "source": {"kind": "practice-review", "review": review}, "text": "Tell family doctors.", "lead_group": "QAS", "due_on": due,
        "owner": {"agency": "HEALTH", "role": "designated-nurse"},
    }  # fmt: skip
    return event("action.raised", f"action/{reference}", data, **on(day))


PARTNERS = (agency("LA", id="partner-la"), agency("HEALTH", id="partner-health"), agency("POLICE", id="partner-police"))
CASE = (
    *PARTNERS,  # positions 1 to 3
    group("QAS"),
    incident("INC-1"),
    incident("INC-2"),
    rapid_review("RR-1", "INC-1", "INC-2"),
    review("REV-1", "RR-1"),
    action("ACT-1", "REV-1"),
    action("ACT-2", "REV-1", due="2019-12-31"),
)


def tell(client, *events):
    """Post events as one batch; their positions."""
    answer = client.post("/events", content=json.dumps(events).encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 201, answer.text
    return [receipt["position"] for receipt in answer.json()]
