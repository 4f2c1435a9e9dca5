"""Which practice reviews are under way or done, how far are they, and what did they recommend?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.fields import DayOrNotStated, known_day
from ledger.domain.history import Entry
from ledger.domain.review import (
    FamilyEngaged,
    LearningShared,
    PublicationDeclined,
    RecommendationDeclined,
    RecommendationMade,
    ReviewCommissioned,
    ReviewEndorsed,
    ReviewerAppointed,
    ReviewPaused,
    ReviewPublished,
    ReviewReferred,
    ReviewReported,
    ReviewResumed,
    SharedWithPanel,
)
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import yes_no


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A practice review (LCSPR-LIFE), or a referral for one; `decided_on` starts its clock (LCSPR-6M).

    `begun_on` places it by the time its sender gives, also where `decided_on` is not-stated.
    `state` is how far it came: not-progressed, decided, reviewer-appointed, reported, endorsed, sent, published.
    `days_paused` counts pauses that are over, None where a day of one is not stated; a pause that goes on is `paused_on`.
    """

    kind: str
    decided_on: DayOrNotStated
    incidents: tuple[str, ...]
    rapid_reviews: tuple[str, ...]
    features: tuple[str, ...]
    partner_areas: tuple[str, ...]
    begun_on: date
    begun_entry: int
    state: str = "decided"
    referral_outcome: str | None = None
    referred_by: str | None = None
    considered_by: str | None = None
    reviewer_independent: str | None = None
    conflict_of_interest: str | None = None
    paused_on: DayOrNotStated | None = None
    pause_ground: str | None = None
    pauses: int = 0
    days_paused: int | None = 0
    family_offered: int = 0
    family_taken_up: int = 0
    recommendations: int = 0
    declined: int = 0
    reported_on: DayOrNotStated | None = None
    reported_entry: int | None = None
    endorsed_on: DayOrNotStated | None = None
    endorsed_by: str | None = None
    endorsed_entry: int | None = None
    sent_to_panel_on: DayOrNotStated | None = None
    sent_to_panel_entry: int | None = None
    publication_declined_on: DayOrNotStated | None = None
    publication_declined_entry: int | None = None
    published_on: DayOrNotStated | None = None
    publication_form: str | None = None
    published_entry: int | None = None
    learning_shared: int = 0
    retrospective: bool = False


class PracticeReviews(Projection[ReviewRow]):
    """Which practice reviews are under way or done, and how far are they?"""

    table = "practice_reviews"
    records = ("review",)
    row = ReviewRow

    def apply(self, rows: Rows[ReviewRow], entry: Entry) -> None:
        at = entry.position
        match entry.event:
            case ReviewCommissioned() | ReviewReferred() as begun:
                rows.open(_begun(begun, entry))
            case ReviewerAppointed(independent=independent, conflict_of_interest=conflict):
                rows.change(lambda row: _appointed(row, yes_no(independent), yes_no(conflict)))
            case FamilyEngaged(answer=answer):
                rows.change(lambda row: _offered(row, answer))
            case ReviewPaused(ground=ground, paused_on=day):
                rows.change(lambda row: replace(row, paused_on=day, pause_ground=ground, pauses=row.pauses + 1))
            case ReviewResumed(resumed_on=day):
                rows.change(lambda row: _resumed(row, day))
            case RecommendationMade():
                rows.change(lambda row: replace(row, recommendations=row.recommendations + 1))
            case RecommendationDeclined():
                rows.change(lambda row: replace(row, declined=row.declined + 1))
            case ReviewReported(reported_on=day):
                rows.change(lambda row: _staged(replace(row, reported_on=day, reported_entry=at)))
            case ReviewEndorsed(endorsed_on=day, by=by):
                rows.change(lambda row: _staged(replace(row, endorsed_on=day, endorsed_by=by, endorsed_entry=at)))
            case SharedWithPanel(sent_on=day):
                rows.change(lambda row: _staged(replace(row, sent_to_panel_on=day, sent_to_panel_entry=at)))
            case ReviewPublished(published_on=day, form=form):
                rows.change(
                    lambda row: _staged(replace(row, published_on=day, publication_form=form, published_entry=at))
                )
            case PublicationDeclined(declined_on=day):
                rows.change(lambda row: replace(row, publication_declined_on=day, publication_declined_entry=at))
            case LearningShared():
                rows.change(lambda row: replace(row, learning_shared=row.learning_shared + 1))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """One recommendation of a review; each needs an action or a reasoned decline."""

    number: int
    made_on: date
    to: tuple[str, ...]
    themes: tuple[str, ...]
    made_entry: int
    declined_on: date | None = None
    declined_entry: int | None = None


class Recommendations(Projection[RecommendationRow]):
    """What did the practice reviews recommend, and what was declined? The key is the recommendation's number."""

    table = "recommendations"
    records = ("review",)
    row = RecommendationRow

    def apply(self, rows: Rows[RecommendationRow], entry: Entry) -> None:
        match entry.event:
            case RecommendationMade(number=number, to=to, themes=themes):
                rows.open(
                    RecommendationRow(number, entry.day, tuple(to), tuple(themes), entry.position), key=str(number)
                )
            case RecommendationDeclined(number=number):
                rows.change(
                    lambda row: replace(row, declined_on=entry.day, declined_entry=entry.position), key=str(number)
                )
            case _:
                pass


@dataclass(frozen=True, slots=True)
class LearningRow:
    """One time that what a review taught was passed on."""

    how: str
    audience: str
    shared_on: DayOrNotStated


class LearningFromReviews(Projection[LearningRow]):
    """How was what the reviews taught passed on? The key is the position of the entry."""

    table = "learning_from_reviews"
    records = ("review",)
    row = LearningRow

    def apply(self, rows: Rows[LearningRow], entry: Entry) -> None:
        match entry.event:
            case LearningShared(how=how, audience=audience, shared_on=day):
                rows.open(LearningRow(how, audience, day), key=str(entry.position))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One member of a family, or friend, and whether a say in the review was offered and taken up."""

    who: str
    answer: str


class FamiliesHeard(Projection[FamilyRow]):
    """Who was offered a say in a review, and was it taken up? The key is the position of the entry."""

    table = "families_heard"
    records = ("review",)
    row = FamilyRow

    def apply(self, rows: Rows[FamilyRow], entry: Entry) -> None:
        match entry.event:
            case FamilyEngaged(who=who, answer=answer):
                rows.open(FamilyRow(who, answer), key=str(entry.position))
            case _:
                pass


def _begun(event: ReviewCommissioned | ReviewReferred, entry: Entry) -> ReviewRow:
    row = ReviewRow(
        kind=event.kind if isinstance(event, ReviewCommissioned) else "practice-learning",
        decided_on=event.decided_on,
        incidents=tuple(event.incidents),
        rapid_reviews=tuple(event.rapid_reviews) if isinstance(event, ReviewCommissioned) else (),
        features=tuple(event.features),
        partner_areas=tuple(event.partner_areas) if isinstance(event, ReviewCommissioned) else (),
        begun_on=entry.day,
        begun_entry=entry.position,
        retrospective=entry.retrospective,
    )
    if isinstance(event, ReviewCommissioned):
        return row
    return replace(
        row,
        state="decided" if event.outcome == "progressed" else "not-progressed",
        referral_outcome=event.outcome,
        referred_by=event.referred_by,
        considered_by=event.considered_by,
    )


def _appointed(row: ReviewRow, independent: str, conflict: str) -> ReviewRow:
    return _staged(replace(row, reviewer_independent=independent, conflict_of_interest=conflict))


def _offered(row: ReviewRow, answer: str) -> ReviewRow:
    offered = answer in ("taken-up", "declined")
    return replace(
        row,
        family_offered=row.family_offered + offered,
        family_taken_up=row.family_taken_up + (answer == "taken-up"),
    )


def _resumed(row: ReviewRow, day: DayOrNotStated) -> ReviewRow:
    start, end = known_day(row.paused_on), known_day(day)
    paused = None if start is None or end is None else (end - start).days
    days = None if paused is None or row.days_paused is None else row.days_paused + paused
    return replace(row, paused_on=None, pause_ground=None, days_paused=days)


def _staged(row: ReviewRow) -> ReviewRow:
    reached = {
        "published": row.published_on,
        "sent": row.sent_to_panel_on,
        "endorsed": row.endorsed_on,
        "reported": row.reported_on,
        "reviewer-appointed": row.reviewer_independent,
    }
    state = next((state for state, day in reached.items() if day is not None), row.state)
    return row if state == row.state else replace(row, state=state)
