"""The lists that have a page, room by room."""

from __future__ import annotations

from collections.abc import Mapping

from api.pages.sheet import Sheet
from api.pages.sheets.actions import ACTIONS, PRIORITIES, RISKS, TASK_GROUPS
from api.pages.sheets.audits import AUDITS
from api.pages.sheets.cases import DECISIONS, ESCALATIONS, REVIEWS
from api.pages.sheets.clocks import CLOCKS, LINES
from api.pages.sheets.marks import DEPARTURES, HOLDS, RESTRICTIONS, STATEMENTS
from api.pages.sheets.meetings import ATTENDANCE, MEETINGS, TRAINING
from api.pages.sheets.partnership import AGENCIES, ARRANGEMENTS, FINANCE, GROUPS, INDICATORS
from api.pages.sheets.retention import RETENTION
from api.pages.sheets.scrutiny import CHALLENGES, ENGAGEMENT, INSPECTIONS, SCRUTINY

ROOMS: Mapping[str, tuple[Sheet, ...]] = {
    "Cases": (REVIEWS, ESCALATIONS, DECISIONS),
    "What is to change": (ACTIONS, PRIORITIES, RISKS, TASK_GROUPS),
    "Who looked, and who was heard": (AUDITS, SCRUTINY, CHALLENGES, INSPECTIONS, ENGAGEMENT),
    "Who comes, and who learns": (MEETINGS, ATTENDANCE, TRAINING),
    "What is owed, and where to look": (CLOCKS, LINES, DEPARTURES),
    "The partnership": (AGENCIES, GROUPS, ARRANGEMENTS, FINANCE, INDICATORS),
    "How records are kept": (STATEMENTS, RESTRICTIONS, HOLDS, RETENTION),
}
"""In the order in which the page of all lists tells them."""
SHEETS: tuple[Sheet, ...] = tuple(sheet for sheets in ROOMS.values() for sheet in sheets)
