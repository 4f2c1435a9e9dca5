"""Lines of enquiry about the clocks of incidents, reviews and reports: what ran over, and what was done after its time."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.clocks import CLOCKS, Clock, state
from ledger.domain.fields import spoken
from ledger.enquiries.enquiry import Found, Looking, days, enquiry
from ledger.findings import counted
from ledger.projections.asking import Asking
from ledger.projections.clocks import clocks_of

OF_REVIEWS = ("publication", "advance-copy")
OF_REPORTS = ("yearly-report", "yearly-report-after-year", "circulation")


@enquiry(
    "ENQ-SIN-LATE",
    "Notifications past their time",
    source="reference.md WT-SIN-5WD, GEN-BITEMP; regime pack",
    about_lateness=True,
    clocks=("notification",),
)
def late_notifications(looking: Looking) -> Iterator[Found]:
    """Serious incidents notified after their time, counted from the day the authority became aware, or neither notified nor decided against when it had gone by. Of history entered afterwards, those only that the entries themselves date late."""
    return _ran_over(looking, "notification")


@enquiry(
    "ENQ-RR-LATE",
    "Rapid reviews past their time",
    source="reference.md WT-RR-15WD; regime pack",
    about_lateness=True,
    clocks=("rapid-review",),
)
def late_rapid_reviews(looking: Looking) -> Iterator[Found]:
    """Rapid reviews first sent to the Panel after their time, counted from the notification, or not sent when it had gone by. Of history entered afterwards, those only that the entries themselves date late."""
    return _ran_over(looking, "rapid-review")


@enquiry(
    "ENQ-RR-PANEL",
    "Replies of the Panel past their time",
    source="reference.md RR-PANEL-REPLY; regime pack",
    about_lateness=True,
    clocks=("panel-reply",),
)
def late_replies(looking: Looking) -> Iterator[Found]:
    """Rapid reviews that the Panel answered after the time set for its reply, or had not answered when it had gone by; what the Panel owes is no fault of the partnership's. Of history entered afterwards, those only that the entries themselves date late."""
    return _ran_over(looking, "panel-reply")


@enquiry(
    "ENQ-REV-LATE",
    "Practice reviews past their time",
    source="reference.md LCSPR-6M, LCSPR-7WD; regime pack",
    about_lateness=True,
    clocks=OF_REVIEWS,
)
def late_reviews(looking: Looking) -> Iterator[Found]:
    """Practice reviews published, or sent ahead of publication, after their time or not at all when it had gone by; a pause explains a delay and is told beside it. Of history entered afterwards, those only that the entries themselves date late."""
    return _ran_over(looking, "reviews")


@enquiry(
    "ENQ-REP-LATE",
    "Yearly reports past their time",
    source="reference.md YR-12M, YR-SEPT, YR-7D; regime pack",
    about_lateness=True,
    clocks=OF_REPORTS,
)
def late_reports(looking: Looking) -> Iterator[Found]:
    """Yearly reports published, or sent to the Panel and the What Works Centre, after their time or not at all when it had gone by. Of history entered afterwards, those only that the entries themselves date late."""
    return _ran_over(looking, "reports")


def _ran_over(looking: Looking, kind: str) -> Iterator[Found]:
    """History entered afterwards is believed where it says itself that something was late, and not where it says nothing."""
    asking = Asking(looking.as_at, looking.day, looking.packs)
    for running in clocks_of(looking.tables, asking, kind):
        stands = state(running.clock, looking.day)
        if stands == "met-late" or (stands == "breached" and not running.retrospective):
            paused = f" It was paused for {counted(running.days_paused, 'day')}." if running.days_paused else ""
            why = f"{_why(running.clock, looking)}{paused}"
            yield Found(running.record, running.reference, why, running.entries, running.key)


def _why(clock: Clock, looking: Looking) -> str:
    due, met = clock.due, clock.met_on
    assert due is not None
    owed = f"{CLOCKS[clock.name].sentence.rstrip('.')}: due by {spoken(due)} under {clock.pack}"
    if met is None or isinstance(met, str) or met > looking.day:
        return f"{owed}, not done {days(due, looking.day)} later."
    return f"{owed}, done on {spoken(met)}, {days(due, met)} later."
