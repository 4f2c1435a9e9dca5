"""Practice reviews: begun by a decision or a referral, carried out, endorsed, published, and what was learnt passed on."""

from __future__ import annotations

from typing import Literal, assert_never

from pydantic import Field

from ledger.domain import review_rules as must
from ledger.domain.fields import (
    AgencyCode,
    Code,
    DayOrNotStated,
    GroupCode,
    IncidentReference,
    LoggedWords,
    NotStated,
    Number,
    RapidReviewReference,
    Sha256,
    Title,
    Words,
    YesNo,
    spoken,
)
from ledger.domain.register import Event, known, recorded_as
from ledger.domain.review_rules import REVIEW, PublicationForm, Review
from ledger.domain.state import replace
from ledger.domain.vocabulary import NotifiedBody, ReviewKind, Theme

__all__ = ["REVIEW", "Review"]

KINDS: dict[ReviewKind, str] = {
    "lcspr": "local child safeguarding practice review",
    "thematic": "thematic review",
    "joint": "joint practice review",
    "practice-learning": "practice learning review",
    "scr": "serious case review",
}


@recorded_as("review.commissioned", on=REVIEW, begins=True, happens="decided_on")
class ReviewCommissioned(Event):
    """The partners decided on a review; the time to publish it runs from the day of that decision (LCSPR-6M).

    A review that was running already is begun with decided_on `not-stated` and a `time` as coarse as it is known.
    """

    kind: ReviewKind
    incidents: list[IncidentReference] = Field(default=[], max_length=40)
    rapid_reviews: list[RapidReviewReference] = Field(default=[], max_length=40)
    decided_on: DayOrNotStated
    partner_areas: list[Title] = Field(default=[], max_length=20)
    features: list[Theme] = Field(default=[], max_length=30)

    decides = "kind"
    rules = (must.its_kind_existed, must.a_rapid_review_came_first)

    def sentence(self) -> str:
        return f"A {KINDS[self.kind]} was decided on {spoken(self.decided_on)}"


@recorded_as("review.referred", on=REVIEW, begins=True, happens="decided_on")
class ReviewReferred(Event):
    """A group considered a referral for a practice learning review, and it progressed or did not (FIG-NONSTAT).

    A referral that progressed is the practice learning review itself, without another commission; one that did not
    stays on record as considered and takes no further events but learning shared.
    """

    referred_by: AgencyCode | NotStated
    considered_by: GroupCode | NotStated
    outcome: Literal["progressed", "not-progressed"]
    decided_on: DayOrNotStated
    incidents: list[IncidentReference] = Field(default=[], max_length=40)
    features: list[Theme] = Field(default=[], max_length=30)
    reasons: LoggedWords | None = None

    decides = "outcome"

    def sentence(self) -> str:
        result = "progressed" if self.outcome == "progressed" else "did not progress"
        return f"A referral for a practice learning review was considered on {spoken(self.decided_on)} and {result}"


@recorded_as("review.reviewer-appointed", on=REVIEW)
class ReviewerAppointed(Event):
    """A reviewer was chosen; who, stands in the contract, not here."""

    independent: YesNo
    conflict_of_interest: YesNo

    rules = (must.the_referral_progressed, must.the_reviewer_is_independent)

    def sentence(self) -> str:
        return "A reviewer was appointed"


@recorded_as("review.family-engaged", on=REVIEW)
class FamilyEngaged(Event):
    """The child, family or friends were offered a say in the review, or were not."""

    who: Literal["child", "parent", "carer", "sibling", "other-family", "friend"]
    answer: Literal["taken-up", "declined", "not-offered"] | NotStated
    reasons: LoggedWords | None = None

    rules = (must.the_referral_progressed, must.not_asking_a_family_has_its_reason)

    def sentence(self) -> str:
        return f"A say in the review ({self.who.replace('-', ' ')}): {self.answer.replace('-', ' ')}"


@recorded_as("review.paused", on=REVIEW, happens="paused_on")
class ReviewPaused(Event):
    """Proceedings hold the review up; that explains a delay and stops no clock."""

    ground: Literal["criminal", "coronial", "family-proceedings", "other"]
    paused_on: DayOrNotStated

    rules = (must.the_referral_progressed, must.it_comes_after_the_decision, must.it_is_under_way)

    def sentence(self) -> str:
        return f"Paused on {spoken(self.paused_on)}: {self.ground.replace('-', ' ')}"


@recorded_as("review.resumed", on=REVIEW, happens="resumed_on")
class ReviewResumed(Event):
    """What held the review up is over."""

    resumed_on: DayOrNotStated

    rules = (must.the_referral_progressed, must.it_comes_after_the_decision, must.it_is_paused)

    def sentence(self) -> str:
        return f"Resumed on {spoken(self.resumed_on)}"


@recorded_as("review.recommendation-made", on=REVIEW)
class RecommendationMade(Event):
    """The review recommended something, under a number."""

    number: Number
    text: Words
    to: list[AgencyCode] = Field(default=[], max_length=60)
    themes: list[Theme] = Field(default=[], max_length=30)

    rules = (must.the_referral_progressed, must.the_number_is_new)

    def sentence(self) -> str:
        return f"Recommendation {self.number}" + (f" to {', '.join(self.to)}" if self.to else "")


@recorded_as("review.recommendation-declined", on=REVIEW)
class RecommendationDeclined(Event):
    """The partnership will not act on a recommendation, and says why."""

    number: Number
    reasons: Words

    decides = "declined"
    rules = (must.the_referral_progressed, must.the_recommendation_stands)

    def sentence(self) -> str:
        return f"Recommendation {self.number} was declined"


@recorded_as("review.reported", on=REVIEW, happens="reported_on")
class ReviewReported(Event):
    """The report was handed in; `report` is the file's SHA-256."""

    reported_on: DayOrNotStated
    to: GroupCode | NotStated
    report: Sha256 | None = None

    rules = (must.the_referral_progressed, must.it_comes_after_the_decision, must.a_reviewer_was_appointed)

    def sentence(self) -> str:
        return f"Reported on {spoken(self.reported_on)}" + ("" if self.to == "not-stated" else f" to {self.to}")


@recorded_as("review.endorsed", on=REVIEW, happens="endorsed_on")
class ReviewEndorsed(Event):
    """A group, usually the Executive, endorsed the report (S2 4.5)."""

    by: GroupCode | NotStated
    endorsed_on: DayOrNotStated

    decides = "endorsed"
    rules = (must.the_referral_progressed, must.it_comes_after_the_decision, must.there_is_a_report)

    def sentence(self) -> str:
        return f"Endorsed on {spoken(self.endorsed_on)}" + ("" if self.by == "not-stated" else f" by {self.by}")


@recorded_as("review.shared-with-panel", on=REVIEW, happens="sent_on")
class SharedWithPanel(Event):
    """The full report was sent ahead of publication; the clock is LCSPR-7WD."""

    sent_on: DayOrNotStated
    to: list[NotifiedBody] = Field(min_length=1, max_length=3)

    rules = (must.the_referral_progressed, must.it_comes_after_the_decision)

    def sentence(self) -> str:
        return f"The full report was sent ahead of publication on {spoken(self.sent_on)}"


@recorded_as("review.published", on=REVIEW, happens="published_on")
class ReviewPublished(Event):
    """The report, or only the improvements it asks for, was made public; `report` is the file's SHA-256."""

    published_on: DayOrNotStated
    where: list[Literal["partnership-website", "nspcc-repository", "other"]] = Field(default=[], max_length=3)
    form: PublicationForm
    report: Sha256 | None = None
    reasons: LoggedWords | None = None

    rules = (
        must.the_referral_progressed,
        must.it_comes_after_the_decision,
        must.it_is_published_once,
        must.a_reviewer_was_appointed,
        must.it_was_endorsed,
        must.less_than_the_full_report_has_its_reason,
    )

    def sentence(self) -> str:
        what = "in full" if self.form == "full" else "as improvements only"
        return f"Published {what} on {spoken(self.published_on)}"


@recorded_as("review.publication-declined", on=REVIEW, happens="declined_on")
class PublicationDeclined(Event):
    """It was decided not to publish the full report, for reasons; the improvements are still to be published."""

    declined_on: DayOrNotStated
    reasons: LoggedWords

    decides = "publication-declined"
    rules = (must.the_referral_progressed, must.it_comes_after_the_decision, must.it_is_not_published_in_full)

    def sentence(self) -> str:
        return f"Publication in full was declined on {spoken(self.declined_on)}"


@recorded_as("review.learning-shared", on=REVIEW, happens="shared_on")
class LearningShared(Event):
    """What was learnt was passed on to those who practise."""

    how: Literal["lunch-and-learn", "briefing", "newsletter", "conference", "training", "resource", "website", "other"]
    audience: Code
    shared_on: DayOrNotStated

    def sentence(self) -> str:
        return f"Learning shared on {spoken(self.shared_on)}: {self.how.replace('-', ' ')}"


ReviewEvent = (
    ReviewCommissioned | ReviewReferred | ReviewerAppointed | FamilyEngaged | ReviewPaused | ReviewResumed
    | RecommendationMade | RecommendationDeclined | ReviewReported | ReviewEndorsed | SharedWithPanel
    | ReviewPublished | PublicationDeclined | LearningShared
)  # fmt: skip


@REVIEW.folded_by
def evolve(review: Review | None, event: ReviewEvent) -> Review:
    """Fold one event into the review."""
    match event:
        case ReviewCommissioned(kind=kind, decided_on=day, incidents=incidents, rapid_reviews=rapid_reviews):
            return Review(kind, day, tuple(incidents), tuple(rapid_reviews))
        case ReviewReferred(decided_on=day, incidents=incidents, outcome=outcome):
            return Review("practice-learning", day, tuple(incidents), progressed=outcome == "progressed")
        case ReviewerAppointed():
            return replace(known(review), has_reviewer=True)
        case ReviewPaused(paused_on=day):
            return replace(known(review), paused_on=day)
        case ReviewResumed():
            return replace(known(review), paused_on=None)
        case RecommendationMade(number=number):
            return replace(known(review), recommendations=known(review).recommendations | {number})
        case RecommendationDeclined(number=number):
            return replace(known(review), declined=known(review).declined | {number})
        case ReviewReported(reported_on=day):
            return replace(known(review), reported_on=day)
        case ReviewEndorsed(endorsed_on=day):
            return replace(known(review), endorsed_on=day)
        case SharedWithPanel(sent_on=day):
            return replace(known(review), shared_on=day)
        case ReviewPublished(published_on=day, form=form):
            return replace(known(review), published_on=day, published=(*known(review).published, form))
        case PublicationDeclined():
            return replace(known(review), publication_declined=True)
        case FamilyEngaged() | LearningShared():
            return known(review)
        case _:
            assert_never(event)
