"""What each list shows people at a terminal: its word, its title and its columns; `ledger.cli.listing` asks and tells them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.findings import counted

Item = dict[str, Any]
Columns = dict[str, Callable[[Item], Any]]


@dataclass(frozen=True)
class Listed:
    """One list as people see it: its word, its title, what `--help` says of it, and its columns."""

    name: str
    title: str
    help: str
    columns: Columns
    order: tuple[str, ...] = ()
    """The order of its rows where nobody asks for another; by reference without one."""


def _field(name: str) -> Callable[[Item], Any]:
    return lambda item: item[name]


def _words(name: str) -> Callable[[Item], Any]:
    """A field that holds a code, as words."""
    return lambda item: str(item[name] or "").replace("-", " ")


def _yes(name: str) -> Callable[[Item], str]:
    return lambda item: "yes" if item[name] else ""


def _record(item: Item) -> str:
    return f"{item['record']}/{item['reference']}"


def _either(name: str, other: str) -> Callable[[Item], Any]:
    return lambda item: item[name] or item[other]


def _measures(item: Item) -> list[str]:
    return [
        f"{each['measure'].replace('-', ' ')}: {each['baseline'] or 'no baseline'} to {each['latest'] or 'not measured'}"
        for each in item["measured_by"]
    ]


def _decided(item: Item) -> str:
    number = f"no. {item['number']}: " if item["number"] is not None else ""
    return number + str(item["title"] or item["decision"].replace("-", " "))


def _owner(item: Item) -> Any:
    return item["owner_agency"] or item["owner_group"] or "not-stated"


def _source(item: Item) -> str:
    if item["source_reference"] is None:
        return str(item["source_title"] or item["source_kind"])
    number = f" no. {item['source_number']}" if item["source_number"] is not None else ""
    return f"{item['source_record']}/{item['source_reference']}{number}"


def _overdue(item: Item) -> str:
    return f"yes, {counted(item['days_over'], 'day')}" if item["overdue"] else ""


def _clock(item: Item | None) -> str:
    """`due 2024-05-13: met`; nothing where no clock runs."""
    if item is None:
        return ""
    return f"due {item['due']}: {item['state']}" if item["due"] else str(item["state"])


def _ended(item: Item) -> str:
    days = item["working_days_to_end"]
    return f"{item['ended_on']}" + (f" ({days} working days)" if days is not None else "") if item["ended_on"] else ""


def _notification(item: Item) -> str:
    found = item["notification"]
    if not found:
        return ""
    dissent = f", dissent: {', '.join(found['dissent'])}" if found["dissent"] else ""
    sent = (
        f"sent {found['sent_on']} ({_clock(found['clock'])})"
        if found["sent_on"]
        else str(found["decision"] or "undecided")
    )
    return sent + dissent


def _rapid(item: Item) -> list[str]:
    return [f"{each['reference']} ({_clock(each['clocks']['rapid_review'])})" for each in item["rapid_reviews"] or ()]


def _reviews(item: Item) -> list[str]:
    own = [item] if item["record"] == "review" else item["reviews"] or ()
    return [
        f"{each['reference']}: {each['kind']}, {each['state']}".replace("None, ", "") + _published(each) for each in own
    ]


def _published(review: Item) -> str:
    clock = _clock(review["clocks"]["publication"])
    return f" ({clock})" if clock else ""


def _left(item: Item) -> str:
    """`3 working days`, `12 days over`; nothing where it cannot be told."""
    if item["left"] is None:
        return ""
    over = " over" if item["left"] < 0 else ""
    return f"{abs(item['left'])} {item['unit'].replace('-', ' ')}{over}"


def _amount(item: Item) -> str:
    from ledger.domain.finance import to_the_penny

    return to_the_penny(item["amount"])


def _observed(item: Item) -> str:
    """`493`, `35.1%`, `8.2 per 10000`; what is printed where no more is known."""
    value = next((item[name] for name in ("value", "computed", "printed") if item[name] is not None), "")
    beside = {"share": "%", "rate": f" per {item['per']}"}.get(item["measure"], "")
    return f"{value}{beside}" if value else ""


ACTIONS: Columns = {
    "action": _field("reference"), "state": _field("state"), "owner": _owner, "overseen by": _field("lead_group"),
    "due": _field("due_on"), "put off": _field("times_rescheduled"), "overdue": _overdue,
    "own rating": _field("own_rating"), "closed": _field("closed_kind"), "source": _source,
}  # fmt: skip
ESCALATIONS: Columns = {
    "escalation": _field("reference"), "by": _field("by_agency"), "with": _field("with_agency"), "reason": _words("reason"),
    "raised": _field("raised_on"), "stage": _field("stage"), "answer": lambda item: _clock(item["clock"]),
    "lapsed": lambda item: "yes" if item["lapsed"] else "", "outcome": _words("outcome"), "ended": _ended,
}  # fmt: skip
REVIEWS: Columns = {
    "record": _record, "stage": _field("stage"), "happened": _field("happened_on"),
    "known": _field("known_on"), "notification": _notification, "rapid reviews": _rapid, "reviews": _reviews,
}  # fmt: skip
AUDITS: Columns = {
    "audit": _field("reference"), "kind": _words("kind"), "topic": _words("topic"), "planned": _field("planned"),
    "state": _field("state"), "held": _field("held_on"), "cases": _field("cases_sampled"),
    "assurances": _field("assurances"), "gaps": _field("gaps"),
    "returns": lambda item: f"{item['returned']} of {item['asked']}" if item["asked"] is not None else "",
}  # fmt: skip
LISTS = (
    Listed("actions", "Action log", "The action log: whose each action is, when it is due, how far it came, and whether it is overdue.", ACTIONS),
    Listed("escalations", "Escalation tracker", "The escalation tracker: who disagrees with whom, at which stage, whether the answer is late, and the outcome.", ESCALATIONS),
    Listed("reviews", "Review tracker", "The review tracker: from each incident to notification, rapid review, practice review and publication, with the clocks.", REVIEWS),
    Listed("audits", "Audit programme", "The audit programme: what was planned, what was done, and what was found.", AUDITS),
    Listed("clocks", "Clocks", "Every clock that runs or ran over, on any record, with its rule and pack; --where state=met and the like for others.", {
        "record": lambda item: f"{item['record']}/{item['reference']}", "clock": _field("key"),
        "state": _words("state"), "due": _field("due"), "left": _left, "owed by": _field("owed_by"), "rule": _field("rule"),
        "pack": _field("pack"), "time allowed is": _words("confidence"), "paused": _field("days_paused"),
    }),
    Listed("decisions", "Decisions", "What was decided, who was against it, and the position at which each decision can be replayed.", {
        "position": _field("entry"), "on": _field("decided_on"), "record": lambda item: f"{item['record']}/{item['reference']}",
        "type": _field("type"), "decided": _decided, "against": _field("dissent"), "departs from": _field("departures"),
    }, order=("entry",)),
    Listed("scrutiny", "Scrutiny", "What scrutineers looked into, what they challenged and recommended, and whether that waits for an answer.", {
        "scrutiny": _field("reference"), "by": _words("by_role"), "area": _words("area"), "how": _words("method"),
        "on": _field("undertaken_on"), "of": _field("scrutinised"), "judged": _words("rating"),
        "challenges": _field("challenges"), "unanswered": lambda item: sum(each["open"] for each in item["put"]),
        "recommendations": _field("recommendations"), "not apart": _yes("departs"),
    }),
    Listed("challenges", "Challenges of scrutineers", "What scrutineers challenged, whom, and whether it was answered.", {
        "scrutiny": _field("reference"), "number": _field("number"), "to": _either("to_agency", "to_group"),
        "on": _field("challenged_on"), "answer by": _field("answer_by"), "answered": _field("answered_on"),
        "open": _yes("open"), "late": _yes("late"),
    }),
    Listed("inspections", "Inspections", "What inspectors reported, and how many findings of each kind.", {
        "inspection": _field("reference"), "kind": _words("kind"), "by": _words("body"), "theme": _words("theme"),
        "reported": _field("reported_on"), "main findings": _field("main_findings"),
        "priority actions": _field("priority_actions"), "improvements": _field("improvements"), "strengths": _field("strengths"),
    }),
    Listed("priorities", "Priorities", "What the partnership set out to change, how it is measured, and how far it was judged to have come.", {
        "priority": _field("reference"), "title": _field("title"), "led by": _either("lead_agency", "lead_group"),
        "years": lambda item: f"{item['from_year']} to {item['to_year'] or 'no end set'}", "measured by": _measures,
        "judged": _words("progress"), "because": _words("because"), "outcome": _words("outcome"),
    }),
    Listed("risks", "Risk register", "The risk register: how likely and how bad each risk is, whose it is, who was told, and how it ended.", {
        "risk": _field("reference"), "title": _field("title"), "owner": _owner, "likelihood": _field("likelihood"),
        "impact": _field("impact"), "rescored": _field("times_rescored"), "escalated to": _field("escalated_to"),
        "closed": _field("closed_on"), "outcome": _words("outcome"),
    }),
    Listed("task-groups", "Task and finish groups", "Task and finish groups: what each is to do by when, who oversees it, and who signed it off.", {
        "group": _field("reference"), "title": _field("title"), "started": _field("started_on"), "due": _field("due_on"),
        "overdue": _yes("overdue"), "overseen by": _field("overseen_by"), "closed": _field("closed_on"),
        "signed off by": _field("signed_off_by"),
    }),
    Listed("engagement", "Who was heard", "Who was heard and how, and what changed because of it.", {
        "engagement": _field("reference"), "who": _words("audience"), "forum": _words("forum"), "how": _words("method"),
        "how many": _field("how_many"), "on": _field("heard_on"), "changed": _field("changed"),
    }),
    Listed("arrangements", "Arrangements", "The published arrangements, and what was changed in them by when.", {
        "arrangements": _field("reference"), "edition": _field("edition"), "guidance": _field("guidance"),
        "published": _field("published_on"), "amended": _field("amended_on"), "areas": _field("areas"),
        "in effect by": _either("amendment_in_effect_by", "in_effect_by"),
    }),
    Listed("statements", "Statements beside entries", "Entries that somebody disputes, and whose statement stands beside them.", {
        "record": _record, "entry": _field("position"), "whose": _either("agency", "whose"), "added": _field("added_on"),
        "statement": _field("key"),
    }),
    Listed("restrictions", "Restricted records", "Records that are shown to fewer, on which ground and until when.", {
        "record": _record, "ground": _words("ground"), "since": _field("restricted_on"), "last day": _field("last_day"),
    }),
    Listed("holds", "Holds", "Records of which nothing may be erased, and for whom they are kept.", {
        "record": _record, "authority": _field("authority"), "since": _field("placed_on"), "entry": _field("key"),
    }),
    Listed("retention", "Retention", "How long each record is kept: those whose time is over, that wait for a day to review, or that no pack tells of; --where state=running for the rest.", {
        "record": _record, "class": _words("retention_class"), "state": _words("state"), "since": _field("since"), "event": _field("type"),
        "years": _field("years"), "due": _field("due_on"), "held for": _field("holds"), "pack": _field("pack"),
        "time given is": _words("confidence"),
    }),
    Listed("agencies", "Agencies", "The agencies of the partnership, what they are called, and who took over from them.", {
        "agency": _field("reference"), "name": _field("name"), "sector": _words("sector"), "standing": _words("standing"),
        "succeeded by": _field("succeeded_by"), "left": _either("succeeded_on", "left_on"),
    }),
    Listed("groups", "Groups", "The groups of the partnership: who chairs each, how often it is to meet, and how many seats it has.", {
        "group": _field("reference"), "name": _field("name"), "chair": _words("chair_role"), "meets": _words("meeting_frequency"),
        "seats": _field("seats"), "since": _field("established_on"), "dissolved": _field("dissolved_on"),
    }),
    Listed("meetings", "Meetings", "The meetings of the groups: planned, held or not, and how many seats came.", {
        "meeting": _field("reference"), "group": _field("group"), "planned": _field("planned_on"), "outcome": _words("outcome"),
        "held": _field("held_on"), "quorate": _field("quorate"), "attended": lambda item: f"{item['attended']} of {item['seats']}" if item["seats"] else "",
    }),
    Listed("attendance", "Attendance by seat", "Attendance at the meetings, seat by seat: of those held, to how many its member or a deputy came.", {
        "group": _field("group"), "seat": _either("title", "seat"), "agency": _field("agency"), "meetings": _field("meetings"),
        "attended": _field("attended"), "share": lambda item: f"{item['share']}%" if item["share"] is not None else "",
        "deputies": _field("deputy"), "apologies": _field("apologies"), "absent": _field("absent"), "not stated": _field("not_stated"),
    }),
    Listed("training", "Training", "Training: the places on each course, what became of them, and who was asked what it was worth.", {
        "course": _field("reference"), "title": _field("title"), "from": _field("period_from"), "to": _field("period_to"),
        "booked": _field("booked"), "completed": _field("completed"), "cancelled": _field("cancelled"),
        "did not attend": _field("did_not_attend"), "evaluations": lambda item: len(item["evaluations"]),
    }),
    Listed("finance", "Accounts", "The lines of the yearly accounts: what came in, what was spent, and what moved to or from reserve.", {
        "record": _field("reference"), "year": _field("year"), "kind": _words("kind"), "from or for": _either("agency", "title"),
        "amount": _amount,
    }),
    Listed("indicators", "Indicators", "What the datasets say, observation by observation, with what numerator and denominator give.", {
        "dataset": _field("reference"), "indicator": _words("indicator"), "definition": lambda item: f"{item['definition']}, version {item['definition_version']}",
        "unit": _words("unit"), "value": _observed,
        "of": _field("dimensions"), "when": lambda item: item["snapshot_on"] or f"{item['period_from']} to {item['period_to']}",
        "restated": _field("times_restated"),
    }),
    Listed("departures", "Departures", "Entries that depart from a rule that is flagged and not refused, and from which.", {
        "position": _field("key"), "record": _record, "type": _field("type"), "on": _field("departed_on"), "departs from": _field("rules"),
    }, order=("departed_on",)),
    Listed("reports", "Published reports", "Every edition of a report that was published: as at which position, how many figures it froze, and to whom it went.", {
        "report": _field("reference"), "edition": _field("edition"), "published": _field("published_on"), "as at": _field("made_as_at"),
        "figures": _field("figures"), "signed off by": _field("signed_off_by"), "sent to": _field("circulated_to"),
    }),
)  # fmt: skip
"""Every list there is, in the order of `--help`; a test holds them against those that are asked over HTTP."""
