"""Every projection there is; a kind of record that none of them tells of stops the projector."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from ledger.projections.accounts import Accounts
from ledger.projections.action_log import ActionLog
from ledger.projections.amendments import Amendments, Departures
from ledger.projections.audits import AuditFindings, AuditProgramme, AuditReturns
from ledger.projections.decisions import Decisions
from ledger.projections.editions import Editions
from ledger.projections.engagements import Engagements
from ledger.projections.escalation_tracker import EscalationStages, EscalationTracker
from ledger.projections.folding import Source
from ledger.projections.incidents import Incidents
from ledger.projections.indicators import Indicators
from ledger.projections.inspections import InspectionFindings, Inspections
from ledger.projections.involved import Involved
from ledger.projections.links import Links
from ledger.projections.marks import Holds, Restrictions, Statements
from ledger.projections.meetings import AttendanceAtMeetings, Meetings
from ledger.projections.partnership import Agencies, Groups, GroupSeats, LedgerItself, Policies
from ledger.projections.practice_reviews import FamiliesHeard, LearningFromReviews, PracticeReviews, Recommendations
from ledger.projections.priorities import Priorities, PriorityMeasures
from ledger.projections.projector import BATCH, Projector
from ledger.projections.rapid_reviews import RapidReviews
from ledger.projections.recorded_late import RecordedLate
from ledger.projections.reports import PublishedReports
from ledger.projections.retention import LastEvents, Retentions
from ledger.projections.risks import Risks
from ledger.projections.rows import Projection
from ledger.projections.scrutinies import Challenges, Scrutinies, ScrutinyRecommendations
from ledger.projections.task_groups import TaskGroups
from ledger.projections.training_places import TrainingByAgency, TrainingEvaluations, TrainingPlaces
from ledger.projections.wordings import Wordings

PROJECTIONS: tuple[Projection[Any], ...] = (
    Agencies(), Groups(), GroupSeats(), Policies(), LedgerItself(),
    Incidents(), RapidReviews(), PracticeReviews(), Recommendations(), LearningFromReviews(), FamiliesHeard(),
    AuditProgramme(), AuditReturns(), AuditFindings(),
    Scrutinies(), Challenges(), ScrutinyRecommendations(), Inspections(), InspectionFindings(),
    Priorities(), PriorityMeasures(), Risks(), TaskGroups(), Engagements(), Editions(),
    ActionLog(), EscalationTracker(), EscalationStages(),
    Meetings(), AttendanceAtMeetings(), TrainingPlaces(), TrainingByAgency(), TrainingEvaluations(),
    Accounts(), Indicators(), PublishedReports(), Decisions(), Amendments(), Departures(), RecordedLate(),
    Statements(), Restrictions(), Holds(), Retentions(), LastEvents(), Links(), Involved(), Wordings(),
)  # fmt: skip

UNTOLD: frozenset[str] = frozenset()
"""Kinds of record that need no table of their own."""


def projector(source: Source, engine: Engine, *, batch: int = BATCH) -> Projector:
    """The projector of a ledger's tables: `open_engine(database)` says where they are."""
    return Projector(source, engine, PROJECTIONS, UNTOLD, batch=batch)
