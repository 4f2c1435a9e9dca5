"""Scrutiny: what an independent scrutineer looked into, judged, challenged and recommended, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, assert_never

from pydantic import Field

from ledger.domain.action_parts import AgencyOwner
from ledger.domain.claim import Claim
from ledger.domain.fields import (
    ActionReference,
    AgencyCode,
    AuditReference,
    Code,
    Day,
    DayOrNotStated,
    EscalationReference,
    GroupCode,
    IncidentReference,
    Number,
    Part,
    RapidReviewReference,
    ReviewReference,
    Words,
    known_day,
    spoken,
    worded,
)
from ledger.domain.group import GROUP
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import Theme

Method = Literal[
    "document-review", "observation", "interviews", "visit", "dip-sample", "survey", "children-and-families", "other",
    "not-stated",
]  # fmt: skip
MOST = 50


class Scrutinised(Part):
    """What was looked into, where this ledger has a record of it."""

    groups: list[GroupCode] = Field(default=[], max_length=MOST)
    agencies: list[AgencyCode] = Field(default=[], max_length=MOST)
    incidents: list[IncidentReference] = Field(default=[], max_length=MOST)
    rapid_reviews: list[RapidReviewReference] = Field(default=[], max_length=MOST)
    reviews: list[ReviewReference] = Field(default=[], max_length=MOST)
    audits: list[AuditReference] = Field(default=[], max_length=MOST)
    actions: list[ActionReference] = Field(default=[], max_length=MOST)
    escalations: list[EscalationReference] = Field(default=[], max_length=MOST)


@dataclass(frozen=True)
class Challenge:
    """A challenge put to an agency or a group; `answered` once it said something in reply."""

    to_agency: str | None
    to_group: str | None
    challenged_on: date | str
    answered: bool = False


@dataclass(frozen=True)
class Scrutiny:
    """A piece of scrutiny as its events so far leave it. `by`: the office of the scrutineer, never a person."""

    by: str
    by_agency: str | None = None
    challenges: Mapping[int, Challenge] = field(default_factory=dict)
    recommendations: frozenset[int] = frozenset()


SCRUTINY: Record[Scrutiny] = Record("scrutiny", prefix="SCR", title="Scrutiny")


@rule("SEP-SCRUT", source="reference.md SEP-SCRUT: not also chair, decider or action owner of it", effect=FLAG)
def the_scrutineer_stands_apart(scrutiny: Scrutiny | None, claim: Claim[ScrutinyUndertaken]) -> str | None:
    """Whoever scrutinises something neither chairs it, decides on it nor owns the action."""
    event, of = claim.event, claim.event.of
    if of is None:
        return None
    groups = (claim.look(GROUP, code) for code in of.groups)
    chairs = [group.chair_role for group in groups if group is not None]
    chairs += [claim.look_up("rapid-review", reference).chair_role for reference in of.rapid_reviews]
    if event.by in chairs:
        return f"The {worded(event.by)} chairs what is scrutinised here."
    for reference in of.actions:
        owner = claim.look_up("action", reference).owner
        if isinstance(owner, AgencyOwner) and (event.by == owner.role or event.by_agency == owner.agency):
            return f"The {worded(event.by)} owns {reference}, which is scrutinised here."
    return None


@rule("SCR-TO", source="events.md: scrutiny.challenged, to agency or group")
def it_is_put_to_one_body(scrutiny: Scrutiny, claim: Claim[ScrutinyChallenged]) -> str | None:
    """A challenge is put to one agency or one group."""
    if (claim.event.to_agency is None) is (claim.event.to_group is None):
        return "Name the agency or the group that is challenged, one of the two."
    return None


@rule("SCR-NUMBER", source="events.md: scrutiny.challenged, scrutiny.recommended")
def its_number_is_new(scrutiny: Scrutiny, claim: Claim[ScrutinyChallenged | ScrutinyRecommended]) -> str | None:
    """Challenges are numbered, each number once, and so are recommendations."""
    challenge = isinstance(claim.event, ScrutinyChallenged)
    taken = scrutiny.challenges if challenge else scrutiny.recommendations
    what = "Challenge" if challenge else "Recommendation"
    return f"{what} {claim.event.number} is recorded already." if claim.event.number in taken else None


@rule("SCR-ASKED", source="events.md: scrutiny.answered")
def the_challenge_was_made(scrutiny: Scrutiny, claim: Claim[ScrutinyAnswered]) -> str | None:
    """An answer is to a challenge of this scrutiny, on a day no earlier than the challenge."""
    challenge = scrutiny.challenges.get(claim.event.number)
    if challenge is None:
        return f"There is no challenge {claim.event.number}."
    asked, answered = known_day(challenge.challenged_on), known_day(claim.event.answered_on)
    if asked is not None and answered is not None and answered < asked:
        return f"The challenge was made on {spoken(asked)}, which is later."
    return None


@rule("SCR-ANSWER", source="events.md: scrutiny.answered; not theirs to say")
def the_body_challenged_answers(scrutiny: Scrutiny, claim: Claim[ScrutinyAnswered]) -> str | None:
    """An agency that is challenged answers for itself, or the business unit records its answer."""
    challenge = scrutiny.challenges.get(claim.event.number)
    if challenge is None or challenge.to_agency is None or claim.sent_by_business_unit:
        return None
    if claim.source == f"/agencies/{challenge.to_agency}":
        return None
    return f"{challenge.to_agency} was challenged; it answers, or the business unit records its answer."


@recorded_as("scrutiny.undertaken", on=SCRUTINY, begins=True, happens="undertaken_on")
class ScrutinyUndertaken(Event):
    """A scrutineer looked into something. `by`: the office that did, `by_agency`: whose office it is, if any agency's."""

    by: Code
    by_agency: AgencyCode | None = None
    method: Method
    area: Code
    undertaken_on: DayOrNotStated
    of: Scrutinised | None = None

    rules = (the_scrutineer_stands_apart,)

    def sentence(self) -> str:
        how = "" if self.method in ("other", "not-stated") else f", by {worded(self.method)}"
        return f"The {worded(self.by)} scrutinised {worded(self.area)}{how}"


@recorded_as("scrutiny.judged", on=SCRUTINY, happens="judged_on")
class ScrutinyJudged(Event):
    """The scrutineer said how good the practice or the arrangements are. `rating`: a code of the scrutineer's own scale."""

    area: Code
    judgement: Words
    rating: Code | None = None
    judged_on: DayOrNotStated

    def sentence(self) -> str:
        return f"Judged {worded(self.area)}{f': {worded(self.rating)}' if self.rating else ''}"


@recorded_as("scrutiny.challenged", on=SCRUTINY, happens="challenged_on")
class ScrutinyChallenged(Event):
    """The scrutineer put a challenge to an agency or a group; it stays open until it is answered."""

    number: Number
    to_agency: AgencyCode | None = None
    to_group: GroupCode | None = None
    challenge: Words
    challenged_on: DayOrNotStated
    answer_by: Day | None = None

    rules = (it_is_put_to_one_body, its_number_is_new)

    def sentence(self) -> str:
        due = f", to be answered by {spoken(self.answer_by)}" if self.answer_by else ""
        return f"Challenge {self.number} to {self.to_agency or self.to_group}{due}"


@recorded_as("scrutiny.answered", on=SCRUTINY, happens="answered_on")
class ScrutinyAnswered(Event):
    """The body challenged gave its answer; a further answer to the same challenge adds to the first."""

    number: Number
    answer: Words
    answered_on: DayOrNotStated

    rules = (the_challenge_was_made, the_body_challenged_answers)

    def sentence(self) -> str:
        return f"Challenge {self.number} answered on {spoken(self.answered_on)}"


@recorded_as("scrutiny.recommended", on=SCRUTINY, happens="recommended_on")
class ScrutinyRecommended(Event):
    """The scrutineer recommended something; an action answers it by citing its number."""

    number: Number
    text: Words
    to_agencies: list[AgencyCode] = Field(default=[], max_length=MOST)
    to_groups: list[GroupCode] = Field(default=[], max_length=MOST)
    themes: list[Theme] = Field(default=[], max_length=20)
    recommended_on: DayOrNotStated

    rules = (its_number_is_new,)

    def sentence(self) -> str:
        to = ", ".join((*self.to_agencies, *self.to_groups))
        return f"Recommendation {self.number}{f' to {to}' if to else ''}"


ScrutinyEvent = ScrutinyUndertaken | ScrutinyJudged | ScrutinyChallenged | ScrutinyAnswered | ScrutinyRecommended


@SCRUTINY.folded_by
def evolve(scrutiny: Scrutiny | None, event: ScrutinyEvent) -> Scrutiny:
    """Fold one event into the scrutiny; an answer whose challenge was withdrawn stays an answer to nothing."""
    match event:
        case ScrutinyUndertaken(by=by, by_agency=agency):
            return Scrutiny(by, agency)
        case ScrutinyJudged():
            return known(scrutiny)
        case ScrutinyChallenged(number=number, to_agency=agency, to_group=group, challenged_on=day):
            scrutiny = known(scrutiny)
            return replace(scrutiny, challenges={**scrutiny.challenges, number: Challenge(agency, group, day)})
        case ScrutinyAnswered(number=number):
            scrutiny = known(scrutiny)
            if (challenge := scrutiny.challenges.get(number)) is None:
                return scrutiny
            answered = {**scrutiny.challenges, number: replace(challenge, answered=True)}
            return replace(scrutiny, challenges=answered)
        case ScrutinyRecommended(number=number):
            return replace(known(scrutiny), recommendations=known(scrutiny).recommendations | {number})
        case _:
            assert_never(event)
