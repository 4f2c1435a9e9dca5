"""What was scrutinised, what was challenged and answered, and what was recommended?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.scrutiny import (
    Scrutinised,
    ScrutinyAnswered,
    ScrutinyChallenged,
    ScrutinyJudged,
    ScrutinyRecommended,
    ScrutinyUndertaken,
)
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class ScrutinyRow:
    """A piece of scrutiny; `scrutinised` names what it looked into, `<record>/<reference>`, and `rating` is the last one given."""

    by_role: str
    by_agency: str | None
    method: str
    area: str
    undertaken_on: DayOrNotStated
    took_place_on: date
    scrutinised: tuple[str, ...]
    departs: bool
    rating: str | None = None
    challenges: int = 0
    recommendations: int = 0
    retrospective: bool = False


class Scrutinies(Projection[ScrutinyRow]):
    """What did the scrutineer look into, how did that come out, and what came of it?"""

    table = "scrutinies"
    records = ("scrutiny",)
    row = ScrutinyRow

    def apply(self, rows: Rows[ScrutinyRow], entry: Entry) -> None:
        match entry.event:
            case ScrutinyUndertaken() as done:
                rows.open(_undertaken(done, entry))
            case ScrutinyJudged(rating=rating):
                rows.change(lambda row: replace(row, rating=rating or row.rating))
            case ScrutinyChallenged():
                rows.change(lambda row: replace(row, challenges=row.challenges + 1))
            case ScrutinyRecommended():
                rows.change(lambda row: replace(row, recommendations=row.recommendations + 1))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """One challenge to an agency or a group; it is open while `answered_on` is None. `answers` counts further ones too."""

    number: int
    to_agency: str | None
    to_group: str | None
    challenged_on: DayOrNotStated
    answer_by: date | None
    challenged_entry: int
    answered_on: DayOrNotStated | None = None
    answered_entry: int | None = None
    answers: int = 0


class Challenges(Projection[ChallengeRow]):
    """What did scrutineers challenge, whom, and was it answered? The key is the challenge's number."""

    table = "challenges"
    records = ("scrutiny",)
    row = ChallengeRow
    indexes = (("to_agency",),)

    def apply(self, rows: Rows[ChallengeRow], entry: Entry) -> None:
        match entry.event:
            case ScrutinyChallenged(number=number) as put:
                row = ChallengeRow(
                    number, put.to_agency, put.to_group, put.challenged_on, put.answer_by, entry.position
                )
                rows.open(row, key=str(number))
            case ScrutinyAnswered(number=number, answered_on=day):
                rows.change(lambda row: _answered(row, day, entry.position), key=str(number))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class ScrutinyRecommendationRow:
    """One recommendation of a scrutineer; the action that answers it cites it as its source."""

    number: int
    to_agencies: tuple[str, ...]
    to_groups: tuple[str, ...]
    themes: tuple[str, ...]
    recommended_on: DayOrNotStated


class ScrutinyRecommendations(Projection[ScrutinyRecommendationRow]):
    """What did scrutineers recommend, and to whom? The key is the recommendation's number."""

    table = "scrutiny_recommendations"
    records = ("scrutiny",)
    row = ScrutinyRecommendationRow

    def apply(self, rows: Rows[ScrutinyRecommendationRow], entry: Entry) -> None:
        match entry.event:
            case ScrutinyRecommended() as made:
                row = ScrutinyRecommendationRow(
                    made.number, tuple(made.to_agencies), tuple(made.to_groups), tuple(made.themes), made.recommended_on
                )
                rows.open(row, key=str(made.number))
            case _:
                pass


def _undertaken(event: ScrutinyUndertaken, entry: Entry) -> ScrutinyRow:
    return ScrutinyRow(
        by_role=event.by,
        by_agency=event.by_agency,
        method=event.method,
        area=event.area,
        undertaken_on=event.undertaken_on,
        took_place_on=entry.day,
        scrutinised=tuple(_named(event.of)) if event.of else (),
        departs="SEP-SCRUT" in entry.departures,
        retrospective=entry.retrospective,
    )


def _named(of: Scrutinised) -> Iterable[str]:
    kinds = {
        "group": of.groups, "agency": of.agencies, "incident": of.incidents, "rapid-review": of.rapid_reviews,
        "review": of.reviews, "audit": of.audits, "action": of.actions, "escalation": of.escalations,
    }  # fmt: skip
    return (f"{record}/{reference}" for record, references in kinds.items() for reference in references)


def _answered(row: ChallengeRow, day: DayOrNotStated, position: int) -> ChallengeRow:
    if row.answered_on is not None:
        return replace(row, answers=row.answers + 1)  # the first answer is the one that was waited for
    return replace(row, answered_on=day, answered_entry=position, answers=row.answers + 1)
