"""Serious incidents and rapid reviews: how many were notified and of how many children, how fast, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import ColumnElement, or_

from ledger.domain import clocks
from ledger.domain.adoption import Packs
from ledger.domain.fields import NOT_STATED
from ledger.domain.packs import Regime
from ledger.figures.figure import Kind, Stating, figure
from ledger.figures.measures import Count, Measure, Share, Total
from ledger.figures.period import Period
from ledger.figures.selection import Asked, Case, Cases, Selection, within
from ledger.projections.columns import table_of
from ledger.projections.incidents import Incidents
from ledger.projections.rapid_reviews import RapidReviewRow, RapidReviews
from ledger.projections.tables import Held

I = table_of(Incidents).c  # noqa: E741 - incidents
R = table_of(RapidReviews).c
flow = partial(figure, section="Serious incidents and rapid reviews", kind=Kind.FLOW)


def _notified(asked: Asked) -> Selection:
    stands = (I.notified_entry.is_not(None), I.retracted_entry.is_(None), within(I.notified_on, asked.period))
    return Selection(Incidents, stands, cites=("reported_entry", "notified_entry"))


@flow(
    "FIG-SIN", "Serious incidents notified", unit="incidents", counts_by="notified_on",
    by=("nature", "looked_after", "notified_to"), stated_as=Stating("fig-sin", "notifications"),
)  # fmt: skip
def incidents_notified(asked: Asked) -> Measure:
    """Serious incidents of which a notification was sent within the period and stands at its end; one notification is one incident, of one child or several (SIN-UNIT, GEN-PERIOD, SIN-RETRACT)."""
    return Count(_notified(asked))


@flow(
    "FIG-SIN-CHILDREN", "Children in serious incidents notified", unit="children", counts_by="notified_on",
    by=("nature",), stated_as=Stating("fig-sin", "children-involved"),
)  # fmt: skip
def children_involved(asked: Asked) -> Measure:
    """Children in the incidents that FIG-SIN counts; it cannot be told where an incident does not state how many (SIN-UNIT)."""
    selection = _notified(asked)
    return Total(Selection(Incidents, selection.where, selection.cites, I.how_many), of_nothing=0)


@flow(
    "FIG-SIN-5WD",
    "Serious incidents notified in time",
    unit="% of incidents",
    counts_by="notified_on",
    rounding="share",
)
def notified_in_time(asked: Asked) -> Measure:
    """Of the incidents that FIG-SIN counts, those notified within five working days after the authority became aware, under the regime and calendar in force that day; incidents of which it cannot be told are left out of both numbers (WT-SIN-5WD, GEN-WD-START)."""
    timed, untold = [], 0
    for alike in _notified(asked).cells(asked, ("known_on", "notified_on")):
        known_on, notified_on = alike.of
        state = clocks.state(clocks.sin_5wd(asked.packs, known_on, notified_on), asked.day)
        if state in ("met", "met-late"):
            timed.append(Case({"met": state == "met"}, tuple(alike.entries), alike.rows))
        else:
            untold += alike.rows
    return _in_time(timed, untold, ("FIG-SIN-5WD", "FIG-SIN"), "incidents")


@flow(
    "FIG-RR", "Rapid reviews decided", unit="rapid reviews", counts_by="decided_on", by=("outcome",),
    stated_as=Stating("fig-rr", "rapid-reviews-by-outcome"),
)  # fmt: skip
def rapid_reviews_decided(asked: Asked) -> Measure:
    """Rapid reviews in which the safeguarding partners decided within the period what comes next, by what they decided last (RR-OUTCOME, RR-DECIDER)."""
    decided = Selection(RapidReviews, (within(R.decided_on, asked.period),), cites=("convened_entry", "decided_entry"))
    return Count(decided)


@flow("FIG-RR-15", "Rapid reviews sent in time", unit="% of rapid reviews", counts_by="due", rounding="share")
def rapid_reviews_in_time(asked: Asked) -> Measure:
    """Of the rapid reviews due within the period, those sent to the Panel by the fifteenth working day after the earliest notification of their incidents was sent, under the regime and calendar in force that day; those of which it cannot be told are left out of both numbers (WT-RR-15WD, GEN-WD-START)."""
    timed, untold = [], 0
    near = or_(R.first_submitted_on.is_(None), R.first_submitted_on >= asked.period.first - _longest(asked.packs))
    reviews = asked.held(RapidReviews, near)
    notified = _notifications(asked, reviews) if reviews else {}
    for found in reviews:
        sent = [notified[reference] for reference in found.row.incidents if reference in notified]
        if not sent:
            continue
        began, cites = min(sent)
        clock = clocks.rapid_review_15wd(asked.packs, began, found.row.first_submitted_on)
        state = clocks.state(clock, asked.day)
        if clock.due is None or state == "cannot-tell":
            untold += 1
        elif asked.period.first <= clock.due <= asked.period.last and state != "running":
            timed.append(Case({"met": state == "met"}, _cited(found, cites)))
    return _in_time(timed, untold, ("FIG-RR-15", "FIG-RR-DUE"), "rapid reviews")


def _longest(packs: Packs) -> timedelta:
    """No rapid review falls due longer after its notification, so that what was notified before cannot fall due within the period: every
    other day is a working day, a month of holidays aside.
    """
    within_wd = max((regime.rapid_review_within_wd.value for regime in packs.ever(Regime)), default=0)
    return timedelta(days=2 * within_wd + 30)


def _notifications(asked: Asked, reviews: Sequence[Held[RapidReviewRow]]) -> Mapping[str, tuple[date, int]]:
    """When the incidents under these reviews were notified, by which entry: of all those from near the period, and the others that are
    reviewed together with one of them, however long ago.
    """
    stands = (I.retracted_entry.is_(None), I.notified_on != NOT_STATED)

    def told(which: ColumnElement[bool]) -> dict[str, tuple[date, int]]:
        found = asked.some(Incidents, (I.reference, I.notified_on, I.notified_entry), which, *stands)
        return {reference: (day, entry) for reference, day, entry in found}

    notified = told(within(I.notified_on, Period(asked.period.first - _longest(asked.packs), asked.period.last)))
    together = {each for found in reviews if notified.keys() & set(found.row.incidents) for each in found.row.incidents}
    earlier = told(I.reference.in_(sorted(together - notified.keys()))) if together - notified.keys() else {}
    return notified | earlier


def _cited(found: Held[RapidReviewRow], notification: int) -> tuple[int, ...]:
    row = found.row
    return tuple(p for p in (notification, row.convened_entry, row.submitted_entry) if p is not None)


def _in_time(timed: list[Case], untold: int, ids: tuple[str, str], unit: str) -> Measure:
    note = f"Of {untold} more it cannot be told." if untold else ""
    met = Cases.of(case for case in timed if case.of["met"])
    return Share(met, Cases.of(timed), ids, unit, amounts=True, note=note)
