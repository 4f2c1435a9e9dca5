"""Scrutiny, inspections, priorities, risks, and who was heard: what was looked into, what waits for an answer, what came of it."""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_, or_

from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure, Total
from ledger.figures.selection import Asked, Case, Cases, Selection, placed, within
from ledger.projections.action_log import ActionLog
from ledger.projections.columns import table_of
from ledger.projections.engagements import Engagements
from ledger.projections.inspections import InspectionFindings, Inspections
from ledger.projections.priorities import Priorities
from ledger.projections.risks import Risks
from ledger.projections.scrutinies import Challenges, Scrutinies, ScrutinyRecommendations

S, C, R = (table_of(table).c for table in (Scrutinies, Challenges, ScrutinyRecommendations))
N, F, E = (table_of(table).c for table in (Inspections, InspectionFindings, Engagements))
P, K, A = (table_of(table).c for table in (Priorities, Risks, ActionLog))
LITTLE = ("little-progress", "no-progress")

scrutiny_flow = partial(figure, section="Scrutiny and inspection", kind=Kind.FLOW)
scrutiny_day = partial(figure, section="Scrutiny and inspection", kind=Kind.SNAPSHOT)
priority_flow = partial(figure, section="Priorities and risks", kind=Kind.FLOW)
priority_day = partial(figure, section="Priorities and risks", kind=Kind.SNAPSHOT)
voice = partial(figure, section="Children and families heard", kind=Kind.FLOW, counts_by="heard_on")


def _done(asked: Asked) -> Selection:
    return Selection(Scrutinies, (placed(S.undertaken_on, S.took_place_on, asked.period),))


@scrutiny_flow(
    "FIG-SCR", "Scrutiny", unit="pieces of scrutiny", counts_by="undertaken_on", by=("by_role", "area", "method")
)
def scrutiny(asked: Asked) -> Measure:
    """Pieces of scrutiny undertaken within the period, by whose office, of which area and by which method."""
    return Count(_done(asked), among=Selection(Scrutinies))


@scrutiny_flow(
    "FIG-SCR-OWN",
    "Scrutiny by whoever chairs or owns what is scrutinised",
    unit="pieces of scrutiny",
    counts_by="undertaken_on",
    by=("by_role", "area"),
)
def scrutiny_not_apart(asked: Asked) -> Measure:
    """Of those, the ones in which the scrutineer chaired what was scrutinised or owned the action (SEP-SCRUT)."""
    return Count(_done(asked).having(S.departs), among=Selection(Scrutinies))


@scrutiny_flow(
    "FIG-SCR-CHALLENGES",
    "Challenges by scrutineers",
    unit="challenges",
    counts_by="challenged_on",
    by=("to_agency", "to_group"),
)
def challenges(asked: Asked) -> Measure:
    """Challenges put to an agency or a group within the period."""
    put = Selection(Challenges, (within(C.challenged_on, asked.period),), cites=("challenged_entry",))
    return Count(put, among=Selection(Scrutinies))


@scrutiny_day(
    "FIG-SCR-UNANSWERED",
    "Challenges unanswered",
    unit="challenges",
    counts_by="challenged_on",
    by=("to_agency", "to_group"),
)
def challenges_unanswered(asked: Asked) -> Measure:
    """Challenges, whenever put, to which no answer was recorded by the end of the day."""
    waiting = Selection(Challenges, (C.answered_on.is_(None),), cites=("challenged_entry",))
    return Count(waiting, among=Selection(Challenges))


@scrutiny_flow(
    "FIG-SCR-RECS",
    "Recommendations of scrutineers",
    unit="recommendations",
    counts_by="recommended_on",
    by=("themes", "to_agencies"),
)
def recommendations(asked: Asked) -> Measure:
    """Recommendations made by scrutineers within the period, by theme and by the agency they are to."""
    made = Selection(ScrutinyRecommendations, (within(R.recommended_on, asked.period),))
    return Count(made, among=Selection(Scrutinies))


@scrutiny_day(
    "FIG-SCR-NO-ACTION",
    "Recommendations of scrutineers without an action",
    unit="recommendations",
    counts_by="recommended_on",
    by=("scrutiny",),
)
def recommendations_without_action(asked: Asked) -> Measure:
    """Recommendations of scrutineers, whenever made, that no action cites as its source by the end of the day (ACT-SRC)."""
    actions = asked.some(ActionLog, (A.source_reference, A.source_number), A.source_record == "scrutiny")
    answered = {(reference, number) for reference, number in actions}
    without = [
        Case({"scrutiny": reference}, (entry,))
        for reference, number, entry in asked.some(ScrutinyRecommendations, (R.reference, R.number, R.first_entry))
        if (reference, number) not in answered
    ]
    return Count(Cases.of(without), among=Selection(ScrutinyRecommendations))


@scrutiny_flow(
    "FIG-INSP", "Inspections reported", unit="inspections", counts_by="reported_on", by=("kind", "body", "judgement")
)
def inspections(asked: Asked) -> Measure:
    """Inspections of the partnership or its agencies that were reported within the period."""
    return Count(
        Selection(Inspections, (placed(N.reported_on, N.took_place_on, asked.period),)), among=Selection(Inspections)
    )


@scrutiny_flow(
    "FIG-INSP-FINDINGS", "Findings of inspections", unit="findings", counts_by="recorded_on", by=("kind", "themes")
)
def inspection_findings(asked: Asked) -> Measure:
    """Findings of inspections recorded within the period: main findings, areas for priority action and their parts, other improvements, strengths (JTAI-ACT)."""
    return Count(Selection(InspectionFindings, (within(F.recorded_on, asked.period),)), among=Selection(Inspections))


@priority_day("FIG-PRI", "Priorities", unit="priorities", counts_by="adopted_on", by=("lead_agency", "progress"))
def priorities(asked: Asked) -> Measure:
    """Priorities adopted and not closed by the end of the day, by who leads and by the last judgement of each."""
    return Count(
        Selection(Priorities, (P.outcome.is_(None),), cites=("adopted_entry", "judged_entry")),
        among=Selection(Priorities),
    )


@priority_flow(
    "FIG-NOPROG",
    "Priorities with little or no progress",
    unit="priorities",
    counts_by="judged_on",
    by=("priority", "because"),
)
def little_or_no_progress(asked: Asked) -> Measure:
    """Priorities of which the last judgement by the end of the period is little or no progress and that were not closed before the period, and those closed within it as not achieved, each by its reference and by why (YR-WT18-PLUS)."""
    ended = within(P.closed_on, asked.period)
    slow = and_(P.progress.in_(LITTLE), or_(P.outcome.is_(None), ended))
    found = Selection(
        Priorities, (or_(slow, and_(P.outcome == "not-achieved", ended)),), cites=("judged_entry", "closed_entry"),
        dimensions={"priority": P.reference},
    )  # fmt: skip
    return Count(found, among=Selection(Priorities))


@priority_day(
    "FIG-PRI-UNMEASURED", "Priorities without a measure", unit="priorities", counts_by="adopted_on", by=("priority",)
)
def priorities_without_measure(asked: Asked) -> Measure:
    """Priorities adopted and not closed by the end of the day for which no measure was set: nobody can show whether they work."""
    found = Selection(
        Priorities,
        (P.outcome.is_(None), P.measures == 0),
        cites=("adopted_entry",),
        dimensions={"priority": P.reference},
    )
    return Count(found, among=Selection(Priorities))


@priority_day(
    "FIG-RISK",
    "Risks on the register",
    unit="risks",
    counts_by="identified_on",
    by=("likelihood", "impact", "escalated_to"),
)
def risks(asked: Asked) -> Measure:
    """Risks identified and not closed by the end of the day, by their present scores, which are steps of the partnership's own scale, and by the body they were taken to."""
    return Count(Selection(Risks, (K.outcome.is_(None),), cites=("first_entry", "last_entry")), among=Selection(Risks))


def _heard(asked: Asked) -> Selection:
    return Selection(Engagements, (placed(E.heard_on, E.took_place_on, asked.period),))


@voice("FIG-VOICE", "Children and families heard", unit="occasions", by=("audience", "method", "forum"))
def occasions(asked: Asked) -> Measure:
    """Occasions within the period on which children, families or others were asked and heard (YR-WT18-PLUS)."""
    return Count(_heard(asked), among=Selection(Engagements))


@voice("FIG-VOICE-PEOPLE", "People heard", unit="attendances", by=("audience",))
def people_heard(asked: Asked) -> Measure:
    """How many came on those occasions; one who came twice counts twice."""
    heard = _heard(asked)
    return Total(Selection(Engagements, heard.where, heard.cites, E.how_many))


@voice("FIG-VOICE-CHANGED", "Occasions after which something changed", unit="occasions", by=("audience", "changed"))
def occasions_that_changed_something(asked: Asked) -> Measure:
    """Of the occasions within the period, those after which something had changed because of what was said by the end of it; by what changed, each under every thing it changed."""
    heard = _heard(asked).having(E.influenced)
    return Count(Selection(Engagements, heard.where, ("first_entry", "influenced_entry")), among=Selection(Engagements))
