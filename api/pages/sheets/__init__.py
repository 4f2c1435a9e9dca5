"""The lists that have a page."""

from __future__ import annotations

from api.pages.sheet import Sheet
from api.pages.sheets.actions import ACTIONS, PRIORITIES, RISKS
from api.pages.sheets.audits import AUDITS, CHALLENGES
from api.pages.sheets.cases import DECISIONS, ESCALATIONS, REVIEWS
from api.pages.sheets.clocks import CLOCKS, LINES
from api.pages.sheets.meetings import ATTENDANCE, MEETINGS, TRAINING
from api.pages.sheets.retention import RETENTION

SHEETS: tuple[Sheet, ...] = (
    ACTIONS,
    ESCALATIONS,
    REVIEWS,
    AUDITS,
    MEETINGS,
    ATTENDANCE,
    TRAINING,
    PRIORITIES,
    RISKS,
    CHALLENGES,
    CLOCKS,
    DECISIONS,
    LINES,
    RETENTION,
)
"""In the order in which the page of all lists tells them."""
