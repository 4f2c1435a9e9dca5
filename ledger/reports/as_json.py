"""A document as JSON: what machines read, with every entry behind each number, and one line per figure so that two can be compared."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.reports.document import Document
from ledger.reports.drawing import chart_of
from ledger.reports.outline import pictures


def head(document: Document) -> dict[str, Any]:
    """What the report is of."""
    report = document.report
    whose = report.partnership
    return {
        "as_at": report.as_at,
        "period": report.period.name,
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "partnership": whose and whose.name,
        "notice": whose and whose.notice,
        "demonstration": whose and whose.demonstration,
        "retrospective": whose and whose.retrospective,
    } | ({} if report.as_of is None else {"as_of": report.as_of.isoformat()})


def wire(document: Document) -> dict[str, Any]:
    """The document as JSON has it. `marks`: the shorthand shown in place of a number, and which number that is."""
    report = document.report
    return {
        **head(document),
        "disclosure": document.disclosure,
        "parts": [part.wire() for part in report.parts],
        "narrative": [
            {"section": each.section, "text": each.text, "entry": each.position} for each in report.narrative
        ],
        "charts": [chart_of(document, each).spec for each in pictures(document)],
        "marks": [{**cite._asdict(), "mark": mark} for cite, mark in sorted(document.marks.items())],
        "figures": [each.wire() for each in report.figures],
    }


def to_json(document: Document) -> bytes:
    """One line per figure."""
    told = wire(document)
    figures = told.pop("figures")
    return (
        msgspec.json.encode(told)[:-1] + b',"figures":[\n' + b",\n".join(map(msgspec.json.encode, figures)) + b"\n]}\n"
    )
