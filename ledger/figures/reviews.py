"""Practice reviews: begun, under way, published, how old; referrals for learning reviews; and what was recommended."""

from __future__ import annotations

from functools import partial

from sqlalchemy import ColumnElement, select

from ledger.domain import clocks
from ledger.domain.fields import known_day
from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure, Median
from ledger.figures.selection import Asked, Case, Cases, Selection, placed, within
from ledger.projections.action_log import ActionLog
from ledger.projections.columns import table_of
from ledger.projections.practice_reviews import PracticeReviews, Recommendations, ReviewRow
from ledger.projections.tables import Held, held

V = table_of(PracticeReviews).c
M = table_of(Recommendations).c
A = table_of(ActionLog)
LEARNING = "practice-learning"
"""The kind that the statute does not know; it has figures of its own (FIG-NONSTAT)."""
flow = partial(figure, section="Practice reviews and recommendations", kind=Kind.FLOW)
snapshot = partial(figure, section="Practice reviews and recommendations", kind=Kind.SNAPSHOT)


def _reviews(*cites: str) -> Selection:
    return Selection(PracticeReviews, (V.kind != LEARNING,), cites=cites)


def _placed(asked: Asked) -> ColumnElement[bool]:
    return placed(V.decided_on, V.begun_on, asked.period)


@flow("FIG-LCSPR", "Practice reviews begun", unit="reviews", counts_by="decided_on", by=("kind",))
def reviews_begun(asked: Asked) -> Measure:
    """Local, joint and thematic practice reviews and serious case reviews that the partners decided on within the period; where the day is not stated, by the time its sender gives it (LCSPR-LIFE)."""
    return Count(_reviews("begun_entry").having(_placed(asked)), among=_reviews("begun_entry"))


@snapshot(
    "FIG-LCSPR-OPEN", "Practice reviews in progress", unit="reviews", counts_by="published_on", by=("kind", "state")
)
def reviews_in_progress(asked: Asked) -> Measure:
    """Such reviews decided on and not published, in full or as improvements only, by the end of the day; pauses do not take them out (LCSPR-LIFE)."""
    return Count(_reviews("first_entry", "last_entry").having(V.published_on.is_(None)), among=_reviews("begun_entry"))


@flow(
    "FIG-LCSPR-PUB",
    "Practice reviews published",
    unit="reviews",
    counts_by="published_on",
    by=("kind", "publication_form"),
)
def reviews_published(asked: Asked) -> Measure:
    """Such reviews published within the period, by form: in full, or the improvements only (LCSPR-PUBLISH)."""
    published = _reviews("begun_entry", "published_entry").having(within(V.published_on, asked.period))
    return Count(published, among=_reviews("begun_entry"))


@snapshot(
    "FIG-LCSPR-AGE", "Age of practice reviews in progress (median)", unit="days", counts_by="decided_on",
    by=("kind",), rounding="median",
)  # fmt: skip
def age_of_reviews(asked: Asked) -> Measure:
    """Median of the days since the decision on each review that FIG-LCSPR-OPEN counts; reviews whose day of decision is not stated are left out (LCSPR-6M)."""
    unknown = 0
    cases = []
    for found in _in_progress(asked):
        began = known_day(found.row.decided_on)
        if began is None:
            unknown += 1
        else:
            cases.append(Case({"kind": found.row.kind}, (found.row.begun_entry,), (asked.day - began).days))
    note = f"{unknown} in progress do not state the day of decision." if unknown else ""
    return Median(tuple(cases), note=note)


@snapshot(
    "FIG-LCSPR-LATE",
    "Practice reviews in progress beyond six months",
    unit="reviews",
    counts_by="due",
    by=("kind", "paused"),
)
def reviews_late(asked: Asked) -> Measure:
    """Reviews that FIG-LCSPR-OPEN counts whose six months from the decision are over on the day, under the regime in force at the decision; a pause explains and stops nothing (LCSPR-6M)."""
    cases = []
    for found in _in_progress(asked):
        if clocks.state(clocks.lcspr_6m(asked.packs, found.row.decided_on), asked.day) == "breached":
            row = found.row
            cases.append(
                Case({"kind": row.kind, "paused": row.paused_on is not None}, (row.begun_entry, found.last_entry))
            )
    return Count(Cases.of(cases), among=_reviews("begun_entry"))


@flow(
    "FIG-NONSTAT",
    "Referrals for a practice learning review considered",
    unit="referrals",
    counts_by="decided_on",
    by=("outcome",),
)
def referrals_considered(asked: Asked) -> Measure:
    """Referrals for a practice learning review, which the statute does not ask for, that were considered within the period, by whether they progressed; where the day is not stated, by the time its sender gives it."""
    return Count(_referrals(asked))


@flow(
    "FIG-NONSTAT-PROG",
    "Referrals for a practice learning review that progressed",
    unit="referrals",
    counts_by="decided_on",
)
def referrals_progressed(asked: Asked) -> Measure:
    """Of the referrals that FIG-NONSTAT counts, those that progressed to a review."""
    return Count(_referrals(asked).having(V.referral_outcome == "progressed"), among=_referrals(asked))


@flow("FIG-RECS", "Recommendations made", unit="recommendations", counts_by="made_on", by=("themes", "to"))
def recommendations_made(asked: Asked) -> Measure:
    """Recommendations that practice reviews made within the period, by theme and by the agency they are made to; one with several counts under each."""
    return Count(Selection(Recommendations, (within(M.made_on, asked.period),), cites=("made_entry",)))


@flow("FIG-RECS-DECLINED", "Recommendations declined", unit="recommendations", counts_by="declined_on")
def recommendations_declined(asked: Asked) -> Measure:
    """Recommendations declined with reasons within the period."""
    declined = Selection(
        Recommendations, (within(M.declined_on, asked.period),), cites=("made_entry", "declined_entry")
    )
    return Count(declined, among=Selection(Recommendations, cites=("made_entry",)))


@snapshot("FIG-RECS-OPEN", "Recommendations without an action", unit="recommendations", counts_by="made_on")
def recommendations_unanswered(asked: Asked) -> Measure:
    """Recommendations made by the day that were not declined and that no action on record cites by review and number: each needs an action or a reasoned decline."""
    answering = select(A.c.since).where(
        held(A, asked.as_at, asked.day),
        A.c.source_record == "review", A.c.source_reference == M.reference, A.c.source_number == M.number,
    )  # fmt: skip
    made = Selection(Recommendations, cites=("made_entry",))
    return Count(made.having(M.declined_on.is_(None), ~answering.exists()), among=made)


def _referrals(asked: Asked) -> Selection:
    considered = (V.referral_outcome.is_not(None), _placed(asked))
    return Selection(PracticeReviews, considered, cites=("begun_entry",), dimensions={"outcome": V.referral_outcome})


def _in_progress(asked: Asked) -> list[Held[ReviewRow]]:
    """Read once, for two figures go through them."""
    if PracticeReviews not in asked.known:
        asked.known[PracticeReviews] = asked.held(PracticeReviews, V.kind != LEARNING, V.published_on.is_(None))
    found: list[Held[ReviewRow]] = asked.known[PracticeReviews]
    return found
