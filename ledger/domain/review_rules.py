"""What must hold of a practice review: its state, and the rules its events are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from ledger.domain.claim import Claim
from ledger.domain.fields import NotStated, known_day, spoken
from ledger.domain.rapid_review import FIRST_DAY, RAPID_REVIEW
from ledger.domain.register import FLAG, Event, Record, rule
from ledger.domain.vocabulary import ReviewKind

if TYPE_CHECKING:
    from ledger.domain.review import (
        FamilyEngaged,
        PublicationDeclined,
        RecommendationDeclined,
        RecommendationMade,
        ReviewCommissioned,
        ReviewerAppointed,
        ReviewPublished,
        ReviewResumed,
    )

PublicationForm = Literal["full", "improvements-only"]
SCR_UNTIL = date(2019, 9, 29)
"""The last day of the transition from serious case reviews (reference.md 8.1)."""
LOCAL_REVIEWS = ("lcspr", "joint")
WITH_REVIEWER = ("lcspr", "joint", "scr")
"""Kinds that ask for an independent reviewer."""


@dataclass(frozen=True)
class Review:
    """A practice review as its events so far leave it.

    `progressed` is False for a referral that led to no review; `recommendations` and `declined` hold numbers;
    `paused_on` is None unless it is paused now; `published` holds the forms published so far, in order.
    """

    kind: ReviewKind
    decided_on: date | NotStated
    incidents: tuple[str, ...] = ()
    rapid_reviews: tuple[str, ...] = ()
    progressed: bool = True
    has_reviewer: bool = False
    paused_on: date | NotStated | None = None
    recommendations: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()
    reported_on: date | NotStated | None = None
    endorsed_on: date | NotStated | None = None
    shared_on: date | NotStated | None = None
    published: tuple[PublicationForm, ...] = ()
    published_on: date | NotStated | None = None
    publication_declined: bool = False


REVIEW: Record[Review] = Record("review", prefix="REV", title="Practice review", case=True)


@rule("REV-SCR", effect=FLAG, source="reference.md 8.1: statute of 29 June 2018, transition to September 2019")
def its_kind_existed(review: Review | None, claim: Claim[ReviewCommissioned]) -> str | None:
    """Serious case reviews were begun until 29 September 2019, local child safeguarding practice reviews from 29 June 2018."""
    kind = claim.event.kind
    day = known_day(claim.event.decided_on) or (claim.day if claim.timeprecision in ("day", "instant") else None)
    if day and kind == "scr" and day > SCR_UNTIL:
        return f"No serious case review was begun after {spoken(SCR_UNTIL)}; this one is said to be decided on {day}."
    if day and kind in LOCAL_REVIEWS and day < FIRST_DAY:
        return (
            f"No local practice review was begun before {spoken(FIRST_DAY)}; this one is said to be decided on {day}."
        )
    return None


@rule("REV-RR", effect=FLAG, source="reference.md RR-AIMS: the rapid review decides whether to do one")
def a_rapid_review_came_first(review: Review | None, claim: Claim[ReviewCommissioned]) -> str | None:
    """A local child safeguarding practice review follows a rapid review that made its decision."""
    if claim.event.kind not in LOCAL_REVIEWS or claim.retrospective:
        return None
    if not claim.event.rapid_reviews:
        return "It cites no rapid review."
    for reference in claim.event.rapid_reviews:
        rapid_review = claim.look(RAPID_REVIEW, reference)
        if rapid_review is not None and rapid_review.outcome is None:
            return f"rapid-review/{reference} has made no decision."
    return None


@rule("REV-PROGRESSED", source="S4 page on case reviews: referrals considered, of which some progress")
def the_referral_progressed(review: Review, claim: Claim[Event]) -> str | None:
    """A referral that did not progress is no review; a review decided later is a record of its own."""
    return None if review.progressed else "This referral did not progress to a review."


@rule("REV-DAYS", source="reference.md LCSPR-LIFE: decided before reported, endorsed and published")
def it_comes_after_the_decision(review: Review, claim: Claim[Event]) -> str | None:
    """Nothing is done in a review before the day it was decided on."""
    decided, day = known_day(review.decided_on), known_day(getattr(claim.event, claim.kind.happens or "", None))
    return f"That is {day}, before the review was decided on {decided}." if decided and day and day < decided else None


@rule("LCSPR-REVIEWER", effect=FLAG, source="reference.md LCSPR-REVIEWER, LCSPR-CONTENT")
def the_reviewer_is_independent(review: Review, claim: Claim[ReviewerAppointed]) -> str | None:
    """The reviewer is independent and declares no conflict of interest."""
    if claim.event.conflict_of_interest is True:
        return "The reviewer has a conflict of interest."
    return "The reviewer is not independent." if claim.event.independent is False else None


@rule("LCSPR-REVIEWER", effect=FLAG, source="reference.md LCSPR-LIFE, LCSPR-REVIEWER")
def a_reviewer_was_appointed(review: Review, claim: Claim[Event]) -> str | None:
    """A local or serious case review is reported and published once a reviewer was appointed."""
    if review.has_reviewer or review.kind not in WITH_REVIEWER or claim.retrospective:
        return None  # entered afterwards, silence proves nothing
    return "No reviewer is on record."


@rule("REV-FAMILY", effect=FLAG, source="events.md: not offered with reason")
def not_asking_a_family_has_its_reason(review: Review, claim: Claim[FamilyEngaged]) -> str | None:
    """Where part of a family was not offered a say, the reason is recorded."""
    if claim.event.answer == "not-offered" and claim.event.reasons is None:
        return "No reason is given why it was not offered."
    return None


@rule("REV-PAUSE", source="events.md: review.paused, review.resumed")
def it_is_under_way(review: Review, claim: Claim[Event]) -> str | None:
    """Only a review that is not paused is paused."""
    return None if review.paused_on is None else f"It is paused already, since {spoken(review.paused_on)}."


@rule("REV-PAUSE", source="events.md: review.paused, review.resumed")
def it_is_paused(review: Review, claim: Claim[ReviewResumed]) -> str | None:
    """Only a paused review is resumed, on the day it was paused or later."""
    if review.paused_on is None:
        return "It is not paused."
    since, day = known_day(review.paused_on), known_day(claim.event.resumed_on)
    return f"resumed_on is {day}, before it was paused on {since}." if since and day and day < since else None


@rule("REV-REC-NEW", source="events.md: review.recommendation-made")
def the_number_is_new(review: Review, claim: Claim[RecommendationMade]) -> str | None:
    """Each recommendation of a review has a number of its own."""
    number = claim.event.number
    return f"Recommendation {number} was made already." if number in review.recommendations else None


@rule("REV-REC", source="events.md: each needs an action or a reasoned decline")
def the_recommendation_stands(review: Review, claim: Claim[RecommendationDeclined]) -> str | None:
    """Only a recommendation that was made is declined, and once."""
    number = claim.event.number
    if number not in review.recommendations:
        return f"Recommendation {number} was never made."
    return f"Recommendation {number} was declined already." if number in review.declined else None


@rule("REV-REPORTED", effect=FLAG, source="reference.md LCSPR-LIFE: final draft, then endorsed")
def there_is_a_report(review: Review, claim: Claim[Event]) -> str | None:
    """What is endorsed is a report that was handed in."""
    if review.reported_on is None and not claim.retrospective:  # entered afterwards, silence proves nothing
        return "No report is on record."
    return None


@rule("REV-ENDORSED", effect=FLAG, source="reference.md LCSPR-LIFE; S2 sections 4.5 and 8: endorsed by the Executive")
def it_was_endorsed(review: Review, claim: Claim[ReviewPublished]) -> str | None:
    """A report is published once it was endorsed."""
    if review.endorsed_on is None and not claim.retrospective:  # entered afterwards, silence proves nothing
        return "No endorsement is on record."
    return None


@rule("LCSPR-PUBLISH", effect=FLAG, source="reference.md LCSPR-PUBLISH")
def less_than_the_full_report_has_its_reason(review: Review, claim: Claim[ReviewPublished]) -> str | None:
    """A report is published in full unless that is inappropriate, which is then said."""
    declined = review.publication_declined or claim.event.reasons is not None
    if claim.event.form == "improvements-only" and not declined:
        return "No reason is given why only the improvements are published."
    return None


@rule("REV-PUB-ONCE", source="events.md: review.published, review.publication-declined")
def it_is_published_once(review: Review, claim: Claim[ReviewPublished]) -> str | None:
    """A report is published once in full; its improvements alone are published once, and before it."""
    if claim.event.form in review.published or "full" in review.published:
        return f"It was published already, on {spoken(review.published_on)}."
    return None


@rule("REV-PUB-ONCE", source="events.md: review.published, review.publication-declined")
def it_is_not_published_in_full(review: Review, claim: Claim[PublicationDeclined]) -> str | None:
    """Publication in full is declined only of a report not published in full."""
    if "full" in review.published:
        return f"It was published in full, on {spoken(review.published_on)}."
    return None
