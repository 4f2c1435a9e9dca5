"""A written section of a report as it will read, before it is recorded: its Markdown with the figures put in, and what to look at in it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from api.asking import ledger_of
from ledger.domain.register import Event
from ledger.domain.report_drafting import ReportSectionWritten
from ledger.figures.period import NotAPeriod, Period
from ledger.figures.so_far import so_far
from ledger.reports.kinds import document
from ledger.reports.layout import Prose, prose_of
from ledger.reports.looking import Finding, findings
from ledger.reports.narrative import texts_of
from ledger.reports.public import copy_of, rule_called

RULE = "dfe5"
"""The disclosure rule that a text is looked at under (SDC-DEFAULT)."""


@dataclass(frozen=True)
class Preview:
    """The text as partners read it, and what a writer should look at before the public does."""

    blocks: tuple[Prose, ...]
    findings: tuple[Finding, ...]


def preview(request: Request, event: Event) -> Preview | None:
    """Of a written section; None of anything else, and while the tables are not there."""
    if not isinstance(event, ReportSectionWritten):
        return None
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    position = tables.position()
    try:
        up_to = so_far(ledger, Period.reported(event.kind, event.period), position)
        inside = document(ledger, tables, event.kind, event.period, position, as_of=up_to)
        rule = rule_called(ledger, RULE)
        public = copy_of(ledger, tables, event.kind, event.period, position, rule=rule)
    except NotAPeriod:
        return None
    blocks = tuple(prose_of(inside, text) for text in texts_of(event.text))
    return Preview(blocks, findings(event.text, rule, public))
