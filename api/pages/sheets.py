"""The lists that have a page: actions, escalations, reviews, audits, meetings, attendance, training, priorities, risks, clocks, lines of enquiry, retention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import get_args

from api.pages import words
from api.pages.cells import (
    COLOURS,
    Cell,
    Item,
    Names,
    Tag,
    clock,
    coded,
    codes,
    dated,
    entries,
    leading,
    marks,
    named,
    of_record,
    reference,
    rules,
    text,
    titled,
    told_in_words,
    worded,
)
from api.pages.retention import RETENTION
from api.pages.sheet import Beside, Column, Filter, Sheet
from ledger.access.policy import Verb
from ledger.domain.action_rules import Stage
from ledger.domain.audit import KIND_NAMES
from ledger.domain.clock import State
from ledger.domain.escalation import Outcome, Reason
from ledger.enquiries import ENQUIRIES
from ledger.enquiries import QUESTION as ENQUIRIES_QUESTION
from ledger.projections.questions import BY_NAME


def _coded(values: Iterable[str]) -> dict[str, str]:
    return {value: words.code(value) for value in values}


def _owner(item: Item, names: Names) -> Cell:
    owner = item["owner_agency"] or item["owner_group"]
    return Cell(names.of(owner) if owner else "Not stated", (), words.code(item.get("owner_role")))


def _action_due(item: Item, _: Names) -> Cell:
    tags: tuple[Tag, ...] = ()
    if item["overdue"]:
        tags = (Tag(f"Overdue by {words.counted(item['days_over'], 'day')}", "red"),)
    elif item["days_over"]:
        tags = (Tag(f"Late by {words.counted(item['days_over'], 'day')}", "orange"),)
    times = item["times_rescheduled"]
    return Cell(words.day(item["due_on"]), tags, f"Put off {words.counted(times, 'time')}" if times else "")


def _action_state(item: Item, _: Names) -> Cell:
    rating = item["own_rating"]
    own = (Tag(f"Owner says {rating}", COLOURS.get(rating, "grey")),) if rating and item["open"] else ()
    closed = f": {words.code(item['closed_kind']).lower()}" if item["closed_kind"] else ""
    return Cell(f"{words.code(item['state'])}{closed}", own)


def _action_source(item: Item, _: Names) -> Cell:
    number = f", number {item['source_number']}" if item["source_number"] is not None else ""
    return Cell(
        words.code(item["source_kind"]), (), f"{item['source_reference'] or item['source_title'] or ''}{number}"
    )


ACTIONS = Sheet(
    BY_NAME["actions"],
    "Action log",
    "What was promised, by whom and by when, and whether it was shown to have worked.",
    "action", "actions",
    (
        Column("Action", leading("action", worded), "reference"),
        Column("How far it came", _action_state, "state"),
        Column("Due", _action_due, "due_on"),
        Column("Owner", _owner, "owner_agency"),
        Column("Overseen by", named("lead_group"), "lead_group"),
        Column("Comes from", _action_source, "source_kind"),
    ),
    "No actions are recorded here.",
    (
        Filter("state", "How far it came", _coded(get_args(Stage))),
        Filter("owner_agency", "Owner", "agencies"),
        Filter("lead_group", "Overseen by", "groups"),
        Filter("overdue", "Overdue", "only"),
        Filter("open", "Still open", "only"),
    ),
    drawn=True,
)  # fmt: skip


def _stages(item: Item, _: Names) -> Cell:
    answer = clock(item["clock"]) if item["open"] else Cell()
    return Cell(f"Stage {item['stage']}", answer.tags, f"Answer {answer.text.lower()}" if answer.text else "")


def _escalation_end(item: Item, _: Names) -> Cell:
    if item["open"]:
        return Cell("Open")
    days = item["working_days_to_end"]
    after = f" after {words.counted(days, 'working day')}" if days is not None else ""
    return Cell(words.code(item["outcome"]), (), f"{words.day(item['ended_on'])}{after}")


ESCALATIONS = Sheet(
    BY_NAME["escalations"],
    "Escalation tracker",
    "Who disagrees with whom, how far up it went, and whether the answer came in time.",
    "escalation", "escalations",
    (
        Column("Escalation", leading("escalation", reference), "reference"),
        Column("Raised by", named("by_agency"), "by_agency"),
        Column("With", named("with_agency"), "with_agency"),
        Column("About", coded("reason"), "reason"),
        Column("Raised", dated("raised_on"), "raised_on"),
        Column("Stage", _stages, "stage"),
        Column("Outcome", _escalation_end, "outcome"),
    ),
    "No escalations are recorded here.",
    (
        Filter("by_agency", "Raised by", "agencies"),
        Filter("with_agency", "With", "agencies"),
        Filter("reason", "About", _coded(get_args(Reason))),
        Filter("outcome", "Outcome", _coded((*get_args(Outcome), "withdrawn"))),
        Filter("open", "Still open", "only"),
        Filter("lapsed", "Answer overdue", "only"),
    ),
)  # fmt: skip

REVIEW_STAGES = (
    "reported", "to-be-notified", "not-notified", "notified", "notification-retracted", "rapid-review", "rapid-review-decided",
    "rapid-review-sent", "review", "published", "not-progressed",
)  # fmt: skip


def _case(item: Item, names: Names) -> Cell:
    """An incident leads to its whole case."""
    href = (
        f"/pages/incidents/{item['reference']}/history"
        if item["record"] == "incident"
        else f"/pages/records/review/{item['reference']}"
    )
    return replace(reference(item, names), href=href)


def _notification(item: Item, _: Names) -> Cell:
    found = item["notification"]
    if not found:
        return Cell()
    due = clock(found["clock"])
    dissent = f"Against it: {', '.join(found['dissent'])}" if found["dissent"] else ""
    if not found["sent_on"]:
        return Cell(
            words.code(found["decision"]) if found["decision"] else "Not decided", due.tags, dissent or due.text
        )
    return Cell(f"Sent {words.day(found['sent_on'])}", due.tags, dissent)


def _rapid(item: Item, _: Names) -> Cell:
    return _in_a_row(_review_cell(each, "rapid_review", each["outcome"]) for each in item["rapid_reviews"] or ())


def _practice(item: Item, _: Names) -> Cell:
    own = [item] if item["record"] == "review" else item["reviews"] or ()
    return _in_a_row(_review_cell(each, "publication", each["state"]) for each in own)


def _review_cell(each: Item, name: str, said: str | None) -> Cell:
    due = clock(each["clocks"].get(name))
    return Cell(each["reference"], due.tags, words.phrases(words.code(said), due.text, due.small))


def _in_a_row(cells: Iterable[Cell]) -> Cell:
    """Several as one: mostly there is one."""
    found = list(cells)
    if not found:
        return Cell()
    return Cell(
        ", ".join(each.text for each in found),
        tuple(tag for each in found for tag in each.tags),
        " / ".join(each.small for each in found if each.small),
    )


def _recommendations(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    made = {
        (each["reference"], each["number"]): each
        for item in items
        for review in ([item] if item["record"] == "review" else item["reviews"])
        for each in review["recommendations"]
    }
    return [
        [
            Cell(told_in_words(each), (), f"{each['reference']}, number {each['number']}"),
            Cell(", ".join(map(names.of, each["to"]))),
            codes("themes")(each, names),
            _answered_by(each["actions"]),
        ]
        for each in made.values()
    ]


def _answered_by(actions: Sequence[Item]) -> Cell:
    if not actions:
        return Cell("No action yet")
    return Cell(links=tuple((each["reference"], f"/pages/records/action/{each['reference']}") for each in actions))


REVIEWS = Sheet(
    BY_NAME["reviews"],
    "Reviews",
    "From each serious incident to its notification, its rapid review and its practice review, and whether the clocks were kept.",
    "incident or review", "incidents and reviews",
    (
        Column("Incident or review", _case, "reference"),
        Column("How far it came", coded("stage"), "stage"),
        Column("Known", dated("known_on"), "known_on"),
        Column("Notification", _notification),
        Column("Rapid review", _rapid),
        Column("Practice review", _practice),
    ),
    "No incidents or reviews are recorded here.",
    (
        Filter("stage", "How far it came", _coded(REVIEW_STAGES)),
        Filter("agency", "Reported by", "agencies"),
        Filter("nature", "Kind of incident", _coded(("death", "serious-harm", "other"))),
    ),
    Beside(
        "Recommendations of the reviews above", ("Recommendation", "To", "Themes", "Answered by"), _recommendations,
        "The reviews above recommended nothing.",
    ),
    drawn=True,
)  # fmt: skip


KINDS_OF_AUDIT: dict[str, str] = {str(kind): name for kind, name in KIND_NAMES.items()}


def _audit(item: Item, _: Names) -> Cell:
    topic = f" on {item['topic'].replace('-', ' ')}" if item["topic"] else ""
    kind = KINDS_OF_AUDIT.get(item["kind"], "Audit")
    return Cell(f"{kind}{topic}", marks(item), item["reference"])


def _audit_state(item: Item, _: Names) -> Cell:
    found = [Tag("Still to do", "blue")] if item["outstanding"] else []
    if item["unplanned"]:
        found.append(Tag("Not in the programme", "grey"))
    return Cell(
        words.code(item["state"]),
        tuple(found),
        words.day(item["reported_on"] or item["held_on"] or item["cancelled_on"]),
    )


def _returns(item: Item, names: Names) -> Cell:
    if item["asked"] is None:
        return Cell()
    told = item["returns"]
    missing = f"Not yet: {', '.join(map(names.of, told['outstanding']))}" if told["outstanding"] else ""
    return Cell(f"{item['returned']} of {item['asked']}", (), missing)


def _findings(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            Cell(told_in_words(each), (), f"{each['reference']}, number {each['number']}"),
            Cell(words.code(each["kind"])),
            codes("themes")(each, names),
            Cell(", ".join(map(names.of, each["agencies"]))),
            _grade(each),
            dated("recorded_on")(each, names),
        ]
        for item in items
        for each in item["findings"]
    ]  # fmt: skip


def _grade(finding: Item) -> Cell:
    """The grade that stands, beside it the one it was moderated from, and on which scale."""
    given, moderated = finding["grade"], finding["moderated_grade"]
    first = f"Moderated, from {words.code(given)}." if given and moderated else ""
    return Cell(words.code(moderated or given), (), " ".join(filter(None, (first, finding["scale_says"]))))


AUDITS = Sheet(
    BY_NAME["audits"],
    "Audits and findings",
    "What was to be audited, what was, who returned their part, and what was found.",
    "audit", "audits",
    (
        Column("Audit", leading("audit", _audit), "kind"),
        Column("Year", text("programme_year"), "programme_year"),
        Column("How far it came", _audit_state, "state"),
        Column("Cases", text("cases_sampled"), "cases_sampled", number=True),
        Column("Returns", _returns, "returned"),
        Column("Assurances", text("assurances"), "assurances", number=True),
        Column("Gaps", text("gaps"), "gaps", number=True),
    ),
    "No audits are recorded here.",
    (
        Filter("kind", "Kind of audit", KINDS_OF_AUDIT),
        Filter("state", "How far it came", _coded(("planned", "issued", "held", "reported", "cancelled"))),
        Filter("outstanding", "Still to do", "only"),
        Filter("unplanned", "Not in the programme", "only"),
    ),
    Beside(
        "Findings of the audits above", ("Finding", "Kind", "Themes", "About", "Grade", "Recorded"), _findings,
        "Nothing was found in the audits above.",
    ),
    drawn=True,
)  # fmt: skip


def _meeting_outcome(item: Item, _: Names) -> Cell:
    quorum = {"no": (Tag("Without a quorum", "orange"),)}.get(item["quorate"] or "", ())
    return Cell(words.code(item["outcome"]), quorum)


def _came(item: Item, _: Names) -> Cell:
    return Cell(
        f"{item['attended']} of {item['seats']} seats"
        if item["seats"]
        else "Not stated"
        if item["outcome"] == "held"
        else ""
    )


MEETINGS = Sheet(
    BY_NAME["meetings"],
    "Meetings",
    "The meetings of each group: planned, held or not, and how many seats were taken.",
    "meeting", "meetings",
    (
        Column("Meeting", leading("meeting", reference), "reference"),
        Column("Group", named("group"), "group"),
        Column("Planned for", dated("planned_on"), "planned_on"),
        Column("Took place", dated("took_place_on"), "took_place_on"),
        Column("Outcome", _meeting_outcome, "outcome"),
        Column("Came", _came, "attended"),
    ),
    "No meetings are recorded here.",
    (
        Filter("group", "Group", "groups"),
        Filter("outcome", "Outcome", _coded(("planned", "held", "not-held"))),
        Filter("quorate", "Quorum", {"yes": "With a quorum", "no": "Without a quorum"}),
    ),
    related={"Attendance, seat by seat": "/pages/attendance"},
)  # fmt: skip

ATTENDANCE = Sheet(
    BY_NAME["attendance"],
    "Attendance",
    "Who comes to the meetings of each group, seat by seat: the member or a deputy.",
    "seat", "seats",
    (
        Column("Group", named("group"), "group"),
        Column("Seat", lambda item, _: Cell(item["title"] or words.code(item["seat"])), "title"),
        Column("Agency", lambda item, names: Cell(names.of(item["agency"])), "agency"),
        Column("Came", lambda item, _: Cell(f"{item['attended']} of {item['meetings']}"), "attended", number=True),
        Column("Share", lambda item, _: Cell(f"{item['share']}%" if item["share"] is not None else "Not stated"), "share", number=True),
        Column("By a deputy", text("deputy"), "deputy", number=True),
        Column("Apologies", text("apologies"), "apologies", number=True),
        Column("Absent", text("absent"), "absent", number=True),
        Column("Nobody came", text("none"), "none", number=True),
    ),
    "No attendance is recorded here.",
    (Filter("group", "Group", "groups"), Filter("agency", "Agency", "agencies")),
    related={"Meetings": "/pages/meetings"},
    drawn=True,
)  # fmt: skip


def _course_days(item: Item, _: Names) -> Cell:
    if item["one_day"]:
        return Cell(words.day(item["period_from"]))
    return Cell(f"{words.day(item['period_from'])} to {words.day(item['period_to'])}")


def _places(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            titled(item, names),
            Cell(names.of(each["agency"])),
            *(text(name)(each, names) for name in ("booked", "completed", "did_not_attend")),
        ]
        for item in items
        for each in item["by_agency"]
    ]


TRAINING = Sheet(
    BY_NAME["training"],
    "Training",
    "Places on each course: booked, completed, and what became of the rest. These are places, not people.",
    "course", "courses",
    (
        Column("Course", leading("training", titled), "title"),
        Column("When", _course_days, "period_from"),
        Column("Booked", text("booked"), "booked", number=True),
        Column("Completed", text("completed"), "completed", number=True),
        Column("Cancelled", text("cancelled"), "cancelled", number=True),
        Column("Did not attend", text("did_not_attend"), "did_not_attend", number=True),
        Column("Unaccounted for", text("unaccounted"), "unaccounted", number=True),
    ),
    "No training is recorded here.",
    (),
    Beside("Places on these courses by agency", ("Course", "Agency", "Booked", "Completed", "Did not attend"), _places, "No course above says which agencies took its places."),
    drawn=True,
)  # fmt: skip


def _measured(item: Item, _: Names) -> Cell:
    told = [
        f"{words.code(each['measure'])}: from {each['baseline'] or 'no baseline'} to {each['latest'] or 'not measured yet'}"
        + (f", aiming for {each['target']}" if each["target"] else "")
        for each in item["measured_by"]
    ]
    return Cell(
        "; ".join(told) or "Not measured", (Tag("Closed without a measure", "orange"),) if item["unmeasured"] else ()
    )


PRIORITIES = Sheet(
    BY_NAME["priorities"],
    "Priorities",
    "What the partnership set out to change, how it measures that, and how far it was judged to have come.",
    "priority", "priorities",
    (
        Column("Priority", leading("priority", titled), "title"),
        Column("Led by", named("lead_agency", "lead_group"), "lead_agency"),
        Column("Years", lambda item, _: Cell(f"{item['from_year']} to {item['to_year'] or 'no end set'}"), "from_year"),
        Column("Measured by", _measured),
        Column("Judged", lambda item, _: Cell(words.code(item["progress"]) or "Not yet", (), words.day(item["judged_on"])), "progress"),
        Column("Outcome", lambda item, _: Cell(words.code(item["outcome"]) or "Open"), "outcome"),
    ),
    "No priorities are recorded here.",
    (Filter("lead_agency", "Led by", "agencies"), Filter("open", "Still open", "only")),
)  # fmt: skip


def _score(likelihood: int | None, impact: int | None) -> str:
    if likelihood is None or impact is None:
        return "Not stated"
    return f"{likelihood} × {impact} = {likelihood * impact}"


def _risk_now(item: Item, _: Names) -> Cell:
    rescored = item["times_rescored"]
    return Cell(
        _score(item["likelihood"], item["impact"]),
        (),
        f"At first {_score(item['first_likelihood'], item['first_impact'])}" if rescored else "",
    )


RISKS = Sheet(
    BY_NAME["risks"],
    "Risk register",
    "How likely and how bad each risk is, whose it is, who was told, and how it ended. The score is likelihood times impact.",
    "risk", "risks",
    (
        Column("Risk", leading("risk", titled), "title"),
        Column("Owner", _owner, "owner_agency"),
        Column("Score", _risk_now, "likelihood"),
        Column("Identified", dated("identified_on"), "identified_on"),
        Column("Told to", lambda item, names: Cell(names.of(item["escalated_to"]), (), words.day(item["escalated_on"])), "escalated_on"),
        Column("Outcome", lambda item, _: Cell(words.code(item["outcome"]) or "On the register", (), words.day(item["closed_on"])), "outcome"),
    ),
    "No risks are recorded here.",
    (Filter("owner_agency", "Owner", "agencies"), Filter("open", "On the register", "only")),
)  # fmt: skip


CLOCK_NAMES = {
    "action": "Completing the action",
    "action-at-first": "Completing the action by its first due day",
    "audit-return-at-last": "Audit return, final deadline",
}
"""What a clock times, where its code does not say it."""


def _clock_name(item: Item, names: Names) -> Cell:
    """What it times, and of whom or of what, where a record has several."""
    what, _, part = item["key"].partition("/")
    said = CLOCK_NAMES.get(what) or words.code(what)
    return Cell(said + (f" {part}" if part.isdecimal() else f", {names.of(part)}" if part else ""))


def _rule_of_clock(item: Item, _: Names) -> Cell:
    sure = f", {words.code(item['confidence']).lower()}" if item["confidence"] else ""
    return replace(
        rules([item["rule"]]), small=f"Pack {item['pack']}{sure}" if item["pack"] else "The day on the record"
    )


CLOCKS = Sheet(
    BY_NAME["clocks"],
    "Clocks",
    "Every clock that runs or ran over: what is owed, by whom, and by which rule.",
    "clock", "clocks",
    (
        Column("Record", of_record, "reference"),
        Column("Clock", _clock_name, "clock"),
        Column("How it stands", lambda item, _: Cell("", clock(item).tags), "left"),
        Column("Due", dated("due"), "due"),
        Column("Owed by", lambda item, names: Cell(names.of(item["owed_by"])), "owed_by"),
        Column("Rule", _rule_of_clock, "rule"),
    ),
    "No clock runs or ran over here.",
    (
        Filter("state", "How it stands", {"running": "Running", "breached": "Overdue", "met": "Met in time", "met-late": "Met late", **{each: words.code(each) for each in get_args(State)[:1]}}),
        Filter("owed_by", "Owed by", "agencies"),
    ),
)  # fmt: skip


def _answered(item: Item, _: Names) -> Cell:
    late = (Tag("Overdue", "red"),) if item["late"] else ()
    if item["answered_on"]:
        return Cell(words.day(item["answered_on"]), late)
    return Cell(
        "Not answered yet", late, f"Answer by {words.day(item['answer_by'])}" if item["answer_by"] else "No day was set"
    )


def _challenge(item: Item, _: Names) -> Cell:
    number = f"{item['reference']}, number {item['number']}"
    said = told_in_words(item)
    return Cell(said or number, marks(item), number if said else "")


CHALLENGES = Sheet(
    BY_NAME["challenges"],
    "Challenges of scrutineers",
    "What scrutineers challenged, whom, and whether it was answered.",
    "challenge", "challenges",
    (
        Column("Challenge", leading("scrutiny", _challenge), "reference"),
        Column("To", named("to_agency", "to_group"), "to_agency"),
        Column("Made", dated("challenged_on"), "challenged_on"),
        Column("Answered", _answered, "answered_on"),
    ),
    "No challenges are recorded here.",
    (Filter("to_agency", "To", "agencies"), Filter("open", "Not answered yet", "only"), Filter("late", "Overdue", "only")),
)  # fmt: skip

DECISIONS = Sheet(
    BY_NAME["decisions"],
    "Decisions",
    "What was decided, when, and who was against it. Each can be replayed as it stood when it was taken.",
    "decision", "decisions",
    (
        Column("Decision", lambda item, _: Cell(item["title"] or words.code(item["decision"]), marks(item), f"Entry {item['entry']}", f"/pages/decisions/{item['entry']}"), "decision"),
        Column("Record", of_record, "reference"),
        Column("Decided", dated("decided_on"), "decided_on"),
        Column("Against", lambda item, names: Cell(", ".join(names.of(each) for each in item["dissent"]) or "Nobody recorded")),
        Column("Departs from rule", lambda item, _: rules(item["departures"])),
    ),
    "No decisions are recorded here.",
)  # fmt: skip

LINES = Sheet(
    ENQUIRIES_QUESTION,
    "Lines of enquiry",
    "Where a scrutineer should look: each with its reason and the entries behind it. A line of enquiry is a question, not a finding.",
    "place to look", "places to look",
    (
        Column("Line of enquiry", lambda item, _: Cell(item["title"], (Tag("Cannot tell", "grey"),) if item["told"] == "cannot-tell" else (), item["id"]), "id"),
        Column("Record", of_record, "reference"),
        Column("Why", lambda item, _: Cell(item["reason"])),
        Column("Entries", entries),
    ),
    "No line of enquiry leads anywhere here.",
    (Filter("id", "Line of enquiry", {line.id: line.title for line in ENQUIRIES.values()}),),
    verb=Verb.SCRUTINISE,
)  # fmt: skip

SHEETS = (
    ACTIONS,
    ESCALATIONS,
    REVIEWS,
    AUDITS,
    MEETINGS,
    ATTENDANCE,
    TRAINING,
    PRIORITIES,
    RISKS,
    CHALLENGES,
    CLOCKS,
    DECISIONS,
    LINES,
    RETENTION,
)
"""In the order in which the page of all lists tells them."""
