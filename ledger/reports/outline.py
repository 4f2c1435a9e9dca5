"""What stands where in a report: a chapter for each thing a board asks about, with what people wrote, the figures, charts and records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.fields import spoken
from ledger.figures.answer import NOTHING, Answer
from ledger.reports.annual import Report
from ledger.reports.brand import Brand
from ledger.reports.document import (
    MARKS,
    Block,
    Document,
    Figures,
    Headlines,
    Narrative,
    Picture,
    Records,
    Section,
    Text,
    Words,
    Workings,
)
from ledger.reports.narrative import texts_of

CITED = (
    "Every number in it is worked out from the ledger's entries and carries the name of its figure, under which the annex says how "
    "it is counted, from which entries, and under which version of its definition. A number that cannot be told is not guessed."
)
AGAIN = (
    "The same entries give this report again, byte for byte. Its numbers are the same as a page to read, as a PDF, as a spreadsheet, "
    "as CSV and as JSON; the JSON has every entry behind each of them."
)
OUTSIDE = (
    "Its numbers are the same as a page to read, as a PDF, as a spreadsheet, as CSV and as JSON. The entries behind counts of people and "
    "incidents are not listed, for there are as many of them as were counted."
)
FEWEST_BARS = 2
MOST_HEADLINES = 8


@dataclass(frozen=True)
class Chapter:
    """A chapter: its code, under which people write its narrative; its title; the sections of figures and the parts it shows."""

    code: str
    title: str
    figures: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


CHAPTERS = (
    Chapter("foreword", "Foreword"),
    Chapter("glance", "At a glance"),
    Chapter("learning", "Serious incidents, reviews and what was learned",
            ("Serious incidents and rapid reviews", "Practice reviews and recommendations"),
            ("PART-REVIEWS", "PART-RECS", "PART-REC-ACTIONS", "PART-LEARNING")),
    Chapter("actions", "Actions, and the difference they made", ("Recommendations and actions",), ("PART-ACTIONS", "PART-IMPACT")),
    Chapter("escalation", "When partners disagreed", ("Escalations",), ("PART-ESCALATIONS",)),
    Chapter("audit", "What audits found", ("Audits",)),
    Chapter("scrutiny", "Independent scrutiny and inspection", ("Scrutiny and inspection",), ("PART-SCRUTINY",)),
    Chapter("priorities", "Priorities and risks", ("Priorities and risks",), ("PART-PRIORITIES", "PART-NOPROG")),
    Chapter("voice", "What children and families said", ("Children and families heard",), ("PART-VOICE",)),
    Chapter("training", "Training", ("Training",), ("PART-TRAINING",)),
    Chapter("partnership", "How the partnership worked", ("Meetings and attendance",), ("PART-ARRANGEMENTS", "PART-DECISIONS", "PART-REFORMS")),
    Chapter("money", "What it cost, and who paid", ("Finance",), ("PART-COSTS", "PART-VALUE")),
    Chapter("demand", "What the partners see of children in need of help",
            ("Front door and early help", "Children in need, on plans and looked after", "Exploitation, missing and harm",
             "Education", "Other indicators", "Indicators outside the catalogue"), ("PART-CARE-LEAVERS", "PART-DATA")),
    Chapter("ahead", "The year ahead"),
)  # fmt: skip
"""In the order of a yearly report (reference.md 1.5)."""
FIRST_OF_QUARTER = ("foreword", "glance", "priorities", "actions", "escalation", "learning")
"""A quarterly report tells these first (reference.md DRIFT-Q), then the others."""
HEADLINES = (
    "FIG-SIN", "FIG-SIN-5WD", "FIG-RR-15", "FIG-ACT-OPEN", "FIG-ACT-OVERDUE", "FIG-ACT-IMPACT", "FIG-ESC-OPEN", "FIG-AUD-GAPS",
    "FIG-TRN-COMPLETED", "FIG-ATT", "FIG-VOICE-PEOPLE", "FIG-FIN-SPENT",
)  # fmt: skip
"""The figures a board looks for first; the first of them that can be told stand at the top."""
PICTURES: dict[str, tuple[Picture, ...]] = {
    "Serious incidents and rapid reviews": (
        Picture("Serious incidents notified, by what happened", ("FIG-SIN",), "nature"),
        Picture("Rapid reviews decided, by outcome", ("FIG-RR",), "outcome"),
    ),
    "Practice reviews and recommendations": (Picture("Recommendations made, by theme", ("FIG-RECS",), "themes"),),
    "Recommendations and actions": (
        Picture("From action to impact", ("FIG-ACT-RAISED", "FIG-ACT-COMPLETED", "FIG-ACT-ASSURED", "FIG-ACT-IMPACT", "FIG-ACT-CLOSED")),
        Picture("Actions open and overdue, by owner", ("FIG-ACT-OPEN", "FIG-ACT-OVERDUE"), "owner"),
    ),
    "Escalations": (Picture("Escalations raised, by the agency that raised them", ("FIG-ESC",), "by_agency"),),
    "Audits": (Picture("Assurances and gaps that audits found, by theme", ("FIG-AUD-ASSURANCES", "FIG-AUD-GAPS"), "themes"),),
    "Children and families heard": (Picture("People heard", ("FIG-VOICE-PEOPLE",), "audience"),),
    "Training": (Picture("Places booked and completed, by course", ("FIG-TRN", "FIG-TRN-COMPLETED"), "course"),),
    "Meetings and attendance": (Picture("Attendance at meetings, by agency", ("FIG-ATT",), "agency"),),
    "Finance": (
        Picture("What each agency contributed", ("FIG-FIN-CONTRIBUTED",), "agency"),
        Picture("What the money was spent on", ("FIG-FIN-SPENT",), "head"),
    ),
}  # fmt: skip
"""Charts by section of figures; one is drawn where there is more than one bar to compare."""


def outlined(report: Report, brand: Brand | None = None, shorthand: Mapping[str, str] | None = None) -> Document:
    """The document of a report; the same report and brand give the same document. `shorthand`: of a report for the public, what its marks
    mean; what cannot be told there is neither a headline nor drawn.
    """
    brand = brand or Brand()
    whose = brand.name or (report.partnership.name if report.partnership else "")
    kind = "Yearly report" if report.kind == "annual" else "Quarterly report"
    title = f"{kind} {report.period.name}" + (f": {whose}" if whose else "")
    told = notes(report, shorthand)
    chapters = [_chapter(report, each, told) for each in _in_order(report.kind)]
    sections = (*(each for each in chapters if each.blocks or each.parts), _untold(report), _annex(report))
    shown = tuple(each for each in sections if each.blocks or each.parts)
    return Document(report, title, shown, brand, shorthand=shorthand or MARKS)


def _in_order(kind: str) -> Sequence[Chapter]:
    if kind == "annual":
        return CHAPTERS
    first = sorted((c for c in CHAPTERS if c.code in FIRST_OF_QUARTER), key=lambda c: FIRST_OF_QUARTER.index(c.code))
    return [*first, *(c for c in CHAPTERS if c not in first)]


def _chapter(report: Report, chapter: Chapter, told: Sequence[str]) -> Section:
    blocks: list[Block] = [
        Narrative(each.section, texts_of(each.text), each.position)
        for each in report.narrative if each.section == chapter.code
    ]  # fmt: skip
    if chapter.code == "glance":
        notes_ = Section("notes", "About this report", tuple(_paragraphs(told)))
        return Section(chapter.code, chapter.title, (*blocks, *_glance(report)), (notes_,))
    shown = {
        name: [each for each in report.sections.get(name, []) if each.basis != NOTHING] for name in chapter.figures
    }
    inner = [Section(f"figures-{chapter.code}-{n}", name, tuple(_of_section(name, figures)))
             for n, (name, figures) in enumerate(shown.items(), 1) if figures]  # fmt: skip
    if len(chapter.figures) == 1:
        blocks += [block for each in inner for block in each.blocks]
        inner = []
    parts = {part.id: part for part in report.parts}
    inner += [Section(id_.lower(), parts[id_].title, (Records(id_),)) for id_ in chapter.parts if id_ in parts]
    return Section(chapter.code, chapter.title, tuple(blocks), tuple(inner))


def _glance(report: Report) -> list[Block]:
    told = {each.id for each in report.figures if each.value is not None and each.basis != NOTHING}
    found = tuple(id_ for id_ in HEADLINES if id_ in told)[:MOST_HEADLINES]
    return [Headlines(found)] if found else []


def _of_section(name: str, figures: Sequence[Answer]) -> Iterator[Block]:
    """The figures, then charts; every breakdown stands in the annex with the figure's working."""
    yield Figures(name, tuple(each.id for each in figures))
    known = {each.id: each for each in figures}
    for picture in PICTURES.get(name, ()):
        if (drawn := _drawn(picture, known)) is not None:
            yield drawn


def _drawn(picture: Picture, known: dict[str, Answer]) -> Picture | None:
    """The chart of those of its figures that can be told; None where there is nothing to compare."""
    found = tuple(id_ for id_ in picture.figures if id_ in known and known[id_].value is not None)
    if not picture.dimension:
        return Picture(picture.title, found) if len(found) >= FEWEST_BARS else None
    found = tuple(
        id_ for id_ in found if any(part.value is not None for part in known[id_].by.get(picture.dimension, ()))
    )
    codes = {part.code for id_ in found for part in known[id_].by[picture.dimension]}
    return Picture(picture.title, found, picture.dimension) if len(codes) >= FEWEST_BARS else None


def _untold(report: Report) -> Section:
    """Figures on which the ledger has no record: named, so that nobody takes silence for nothing."""
    found = tuple(each.id for each in report.figures if each.basis == NOTHING)
    return Section(
        "untold", "What this ledger cannot tell", (Figures("Figures without a record", found),) if found else ()
    )


def _annex(report: Report) -> Section:
    return Section("workings", "How each figure is counted", (Workings(tuple(each.id for each in report.figures)),))


def notes(report: Report, shorthand: Mapping[str, str] | None = None) -> list[str]:
    """What a reader must know of any number in the report. `shorthand`: of one for the public, what its marks mean."""
    first, last = spoken(report.period.first), spoken(report.period.last)
    so_far = f", as of {spoken(report.as_of)}" if report.as_of else ""
    return [
        f"This report is of {first} to {last}{so_far}, by what the ledger held as at position {report.as_at}.",
        CITED,
        OUTSIDE if shorthand else AGAIN,
        "Shorthand in place of a number: " + "; ".join(f"[{mark}] {meaning}" for mark, meaning in (shorthand or MARKS).items()) + ".",
    ]  # fmt: skip


def _paragraphs(texts: Iterable[str]) -> Iterator[Text]:
    for text in texts:
        yield Text("paragraph", ((Words(text),),))


def pictures(document: Document) -> list[Picture]:
    """The charts of a document, in order."""
    sections = [inner for each in document.sections for inner in (each, *each.parts)]
    return [block for each in sections for block in each.blocks if isinstance(block, Picture)]
