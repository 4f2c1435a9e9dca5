"""Who looked, and what was found: audits with their findings."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages import words
from api.pages.cells import (
    Cell,
    Item,
    Names,
    Tag,
    codes,
    dated,
    leading,
    marks,
    numbered,
    text,
)
from api.pages.sheet import Beside, Column, Filter, Sheet, choices_of
from ledger.domain.audit import KIND_NAMES
from ledger.projections.questions import BY_NAME

KINDS_OF_AUDIT: dict[str, str] = {str(kind): name for kind, name in KIND_NAMES.items()}


def _audit(item: Item, _: Names) -> Cell:
    topic = f" on {item['topic'].replace('-', ' ')}" if item["topic"] else ""
    kind = KINDS_OF_AUDIT.get(item["kind"], "Audit")
    return Cell(f"{kind}{topic}", marks(item), item["reference"])


def _audit_state(item: Item, _: Names) -> Cell:
    found = [Tag("Still to do", "blue")] if item["outstanding"] else []
    if item["unplanned"]:
        found.append(Tag("Not in the programme", "grey"))
    return Cell(
        words.code(item["state"]),
        tuple(found),
        words.day(item["reported_on"] or item["held_on"] or item["cancelled_on"]),
    )


def _returns(item: Item, names: Names) -> Cell:
    if item["asked"] is None:
        return Cell()
    told = item["returns"]
    missing = f"Not yet: {names.all(told['outstanding'])}" if told["outstanding"] else ""
    return Cell(f"{item['returned']} of {item['asked']}", (), missing)


def _findings(items: Sequence[Item], names: Names) -> list[list[Cell]]:
    return [
        [
            numbered(each),
            Cell(words.code(each["kind"])),
            codes("themes")(each, names),
            Cell(names.all(each["agencies"])),
            _grade(each),
            dated("recorded_on")(each, names),
        ]
        for item in items
        for each in item["findings"]
    ]  # fmt: skip


def _grade(finding: Item) -> Cell:
    """The grade that stands, beside it the one it was moderated from, and on which scale."""
    given, moderated = finding["grade"], finding["moderated_grade"]
    first = f"Moderated, from {words.code(given)}." if given and moderated else ""
    return Cell(words.code(moderated or given), (), " ".join(filter(None, (first, finding["scale_says"]))))


AUDITS = Sheet(
    BY_NAME["audits"],
    "Audits and findings",
    "What was to be audited, what was, who returned their part, and what was found.",
    "audit", "audits",
    (
        Column("Audit", leading("audit", _audit), "kind"),
        Column("Year", text("programme_year"), "programme_year"),
        Column("How far it came", _audit_state, "state"),
        Column("Cases", text("cases_sampled"), "cases_sampled", number=True),
        Column("Returns", _returns, "returned"),
        Column("Assurances", text("assurances"), "assurances", number=True),
        Column("Gaps", text("gaps"), "gaps", number=True),
    ),
    "No audits are recorded here.",
    (
        Filter("kind", "Kind of audit", KINDS_OF_AUDIT),
        Filter("state", "How far it came", choices_of(("planned", "issued", "held", "reported", "cancelled"))),
        Filter("outstanding", "Still to do", "only"),
        Filter("unplanned", "Not in the programme", "only"),
    ),
    Beside(
        "Findings of the audits above", ("Finding", "Kind", "Themes", "About", "Grade", "Recorded"), _findings,
        "Nothing was found in the audits above.",
    ),
    drawn=True,
)  # fmt: skip
