"""A document's figures as CSV, a row for each figure and for each code of its breakdowns; and the metadata that says what its columns are
(CSV on the Web, W3C Recommendation of 17 December 2015).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.figures.answer import Answer, spelled
from ledger.figures.measures import Part, Side
from ledger.reports.document import Cite, Document
from ledger.reports.spoken import spoken_entries


class Column(NamedTuple):
    title: str
    datatype: Any
    description: str


_TEXT, _WHOLE, _EXACT = "string", {"base": "integer", "minimum": "0"}, "decimal"
COLUMNS = {
    "figure": Column("Figure", _TEXT, "The figure's id, never reused."),
    "caption": Column("Caption", _TEXT, "What it is called."),
    "dimension": Column("Dimension", _TEXT, "What it is broken down by; empty for the whole."),
    "code": Column("Code", _TEXT, "Which of the dimension; empty for the whole."),
    "value": Column("Value", _EXACT, "The number; empty where it cannot be told or is not shown."),
    "mark": Column("Shorthand", _TEXT, "Why a number is not shown: "),
    "unit": Column("Unit", _TEXT, "What is counted; a share is in per cent."),
    "kind": Column("Kind", _TEXT, "flow: counted over the period; snapshot: on the day."),
    "when": Column("When", _TEXT, "The period of a flow, the day of a snapshot."),
    "numerator": Column("Numerator", _WHOLE, "What a share is a share of: the part."),
    "denominator": Column("Denominator", _WHOLE, "What a share is a share of: the whole."),
    "printed": Column("Printed", _EXACT, "The number as a dataset prints it, where that is another."),
    "basis": Column("Basis", _TEXT, "records, dataset or nothing: what the number is worked out from."),
    "definition_version": Column("Version of the definition", _WHOLE, "Another meaning is another version."),
    "as_at": Column("As at", _WHOLE, "The ledger's position that the number is worked out at."),
    "entries": Column("Entries", _TEXT, "The positions of the entries behind the number, as runs."),
    "note": Column("Note", _TEXT, "Why it cannot be told, or what it leaves out."),
}  # fmt: skip
WHOLES = {"dimension", "code"}
"""Empty in the row of a whole, which is a value there and not a missing one."""
AS_OF = Column("As of", "date", "The day up to which the period is told.")
_MEANT_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(document: Document) -> bytes:
    """RFC 4180 text in UTF-8 with a head row. Text that a spreadsheet would take for a formula is preceded by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns(document))
    so_far = [] if document.report.as_of is None else [document.report.as_of.isoformat()]
    for each in document.report.figures:
        writer.writerows([*row, *so_far] for row in _rows(document, each))
    return text.getvalue().encode()


def columns(document: Document) -> dict[str, Column]:
    """The columns; of a period so far, a last one has the day up to which it is told."""
    mark = COLUMNS["mark"]
    meant = "; ".join(f"{name} is {meaning}" for name, meaning in document.shorthand.items())
    found = COLUMNS | {"mark": mark._replace(description=f"{mark.description}{meant}.")}
    return found if document.report.as_of is None else found | {"as_of": AS_OF}


def to_csvw(document: Document) -> bytes:
    """The metadata of the CSV, which lies beside it under the name it is found by: its own with `-metadata.json` added."""
    report = document.report
    told: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{report.kind}-{report.period.name}.csv",
        "dc:title": document.title,
        "dc:description": f"The figures of this report, by what the ledger held as at position {report.as_at}. {document.disclosure}",
        "dc:publisher": report.partnership.name if report.partnership else None,
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "columns": [
                {"name": name, "titles": name, "dc:title": c.title, "dc:description": c.description, "datatype": c.datatype, "null": [] if name in WHOLES else ""}
                for name, c in columns(document).items()
            ],
            "primaryKey": ["figure", "dimension", "code"],
        },
    }  # fmt: skip
    return (json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False, indent=1) + "\n").encode()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_MEANT_AS_FORMULA) else text


def _rows(document: Document, each: Answer) -> Iterator[list[str]]:
    whole = Part("", each.value, _number_of(each.numerator), _number_of(each.denominator))
    yield [
        *_row(document, each, "", whole),
        _text(spelled(each.printed)),
        *_end(each),
        spoken_entries(each),
        guarded(each.note),
    ]
    for name, parts in each.by.items():
        for part in parts:
            yield [*_row(document, each, name, part), "", *_end(each), "", ""]


def _row(document: Document, each: Answer, dimension: str, part: Part) -> list[str]:
    named = [each.id, guarded(each.caption), guarded(dimension), guarded(part.code)]
    mark = document.marks.get(Cite(each.id, dimension, part.code), "" if part.value is not None else "x")
    sides = [_text(part.numerator), _text(part.denominator)]
    return [*named, _text(spelled(part.value)), mark, guarded(each.unit), str(each.kind), each.when, *sides]


def _end(each: Answer) -> list[str]:
    return [each.basis, str(each.version), str(each.as_at)]


def _number_of(side: Side | None) -> int | None:
    return None if side is None else side.value


def _text(number: int | str | None) -> str:
    return "" if number is None else str(number)
