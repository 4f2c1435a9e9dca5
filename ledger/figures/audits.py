"""Audits: planned, held, added, not held; what they found and found again; and who returned what was asked of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import ColumnElement, and_, or_, select

from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure, Share, Total
from ledger.figures.selection import Asked, Case, Cases, Selection, within
from ledger.projections.audits import AuditFindings, AuditProgramme, AuditReturns, ReturnRow
from ledger.projections.columns import table_of
from ledger.projections.tables import Held, held
from ledger.projections.wording import unpaired

P = table_of(AuditProgramme).c
F = table_of(AuditFindings).c
R = table_of(AuditReturns).c
RETURNED = ("section-11", "section-157-175")
"""Kinds that ask every body for a return, and have figures of their own."""
TWICE = 2
flow = partial(figure, section="Audits", kind=Kind.FLOW)


def _audits(*cites: str) -> Selection:
    return Selection(AuditProgramme, (P.kind.not_in(RETURNED),), cites=cites)


def _planned(asked: Asked) -> ColumnElement[bool]:
    """In the programme of the year; of another period, planned within it."""
    of_year, undated = P.programme_year == asked.period.name, P.programme_year.is_(None)
    return and_(P.planned, or_(of_year, and_(undated, within(P.planned_on, asked.period))))


def _took_place(asked: Asked) -> ColumnElement[bool]:
    return and_(P.held_entry.is_not(None), within(P.took_place_on, asked.period))


@flow("FIG-AUD-PLANNED", "Audits planned", unit="audits", counts_by="programme_year", by=("kind", "topic", "state"))
def audits_planned(asked: Asked) -> Measure:
    """Audits put into the programme of the year, multi-agency ones and others, without those that ask for returns; by topic and by how far they came (AUD-PLAN)."""
    return Count(_audits("planned_entry").having(_planned(asked)), among=_audits("begun_entry"))


@flow("FIG-AUD", "Audits held", unit="audits", counts_by="took_place_on", by=("kind", "topic"))
def audits_held(asked: Asked) -> Measure:
    """Audits held within the period, planned or not; where only the month is stated, by the month (AUD-PLAN)."""
    return Count(_audits("held_entry").having(_took_place(asked)), among=_audits("begun_entry"))


@flow("FIG-AUD-PLANNED-HELD", "Audits held that were planned", unit="audits", counts_by="took_place_on", by=("topic",))
def planned_audits_held(asked: Asked) -> Measure:
    """Audits held within the period that stand in a programme (AUD-PLAN)."""
    both = _audits("planned_entry", "held_entry").having(_took_place(asked), P.planned)
    return Count(both, among=_audits("begun_entry"))


@flow("FIG-AUD-UNPLANNED", "Audits held without being planned", unit="audits", counts_by="took_place_on", by=("topic",))
def unplanned_audits(asked: Asked) -> Measure:
    """Audits held within the period that stand in no programme (AUD-PLAN)."""
    return Count(_audits("held_entry").having(_took_place(asked), ~P.planned), among=_audits("begun_entry"))


@flow(
    "FIG-AUD-NOT-HELD", "Audits planned and not held", unit="audits", counts_by="programme_year", by=("topic", "state")
)
def planned_audits_not_held(asked: Asked) -> Measure:
    """Audits in the programme of the year that were not held by its end, cancelled or not (AUD-PLAN)."""
    missing = _audits("planned_entry", "cancelled_entry").having(_planned(asked), P.held_entry.is_(None))
    return Count(missing, among=_audits("begun_entry"))


@flow("FIG-AUD-CASES", "Cases audited", unit="cases", counts_by="took_place_on", by=("topic",))
def cases_audited(asked: Asked) -> Measure:
    """Cases sampled by the audits that FIG-AUD counts; shares of so few cases say little, so the number is always shown (AUD-SAMPLE)."""
    held_ones = _audits("held_entry").having(_took_place(asked))
    return Total(Selection(AuditProgramme, held_ones.where, held_ones.cites, P.cases_sampled))


def _findings(asked: Asked, *kinds: str) -> Selection:
    of_kind = (F.kind.in_(kinds),) if kinds else ()
    return Selection(AuditFindings, (within(F.recorded_on, asked.period), *of_kind))


@flow("FIG-AUD-FINDINGS", "Findings of audits", unit="findings", counts_by="recorded_on", by=("kind", "agencies"))
def findings(asked: Asked) -> Measure:
    """Findings recorded within the period: assurances, gaps in assurance, good practice and learning (AUD-OUT)."""
    return Count(_findings(asked))


@flow("FIG-AUD-ASSURANCES", "Assurances", unit="findings", counts_by="recorded_on", by=("themes",))
def assurances(asked: Asked) -> Measure:
    """Assurances that audits found within the period, by theme; one with several themes counts under each (AUD-OUT)."""
    return Count(_findings(asked, "assurance"), among=_findings(asked))


@flow("FIG-AUD-GAPS", "Gaps in assurance", unit="findings", counts_by="recorded_on", by=("themes",))
def gaps(asked: Asked) -> Measure:
    """Gaps in assurance that audits found within the period, by theme; one with several themes counts under each (AUD-OUT)."""
    return Count(_findings(asked, "gap"), among=_findings(asked))


@flow("FIG-AUD-GAP-AUDITS", "Audits that found a gap", unit="audits", counts_by="recorded_on", by=("themes",))
def audits_with_a_gap(asked: Asked) -> Measure:
    """Audits that found at least one gap within the period, each once, and by theme each once under every theme of its gaps (AUD-REPEAT)."""
    found = _gaps_by_audit(asked).values()
    cases = [
        Case({"themes": tuple({t for _, themes in gaps for t in themes})}, tuple(at for at, _ in gaps))
        for gaps in found
    ]
    return Count(Cases.of(cases), among=_findings(asked))


@flow(
    "FIG-AUD-REPEAT", "Themes with a gap in two audits or more", unit="themes", counts_by="recorded_on", by=("theme",)
)
def repeated_themes(asked: Asked) -> Measure:
    """Themes under which two or more audits found a gap within the period (AUD-REPEAT)."""
    audits: dict[str, dict[str, list[int]]] = {}
    for reference, found in _gaps_by_audit(asked).items():
        for position, themes in found:
            for theme in themes:
                audits.setdefault(theme, {}).setdefault(reference, []).append(position)
    cases = [
        Case({"theme": theme}, tuple(sorted(p for positions in by.values() for p in positions)))
        for theme, by in sorted(audits.items())
        if len(by) >= TWICE
    ]
    return Count(Cases.of(cases), among=_findings(asked))


def _gaps_by_audit(asked: Asked) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    question = select(F.reference, F.first_entry, F.themes).where(
        held(table_of(AuditFindings), asked.as_at, asked.day), *_findings(asked, "gap").where
    )
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for reference, position, themes in asked.on.execute(question.order_by(F.first_entry)):
        found.setdefault(reference, []).append((position, themes))
    return found


def _asked_of(asked: Asked, kind: str) -> list[Held[ReturnRow]]:
    """Bodies to which a tool of this kind went within the period, whatever came back; read once, for several figures count them."""
    if (AuditReturns, kind) not in asked.known:
        programme = table_of(AuditProgramme)
        of_kind = select(P.reference).where(held(programme, asked.as_at, asked.day), P.kind == kind)
        issued = (within(R.asked_on, asked.period), R.reference.in_(of_kind))
        asked.known[AuditReturns, kind] = asked.held(AuditReturns, *issued)
    found: list[Held[ReturnRow]] = asked.known[AuditReturns, kind]
    return found


def _returned(asked: Asked, kind: str, id_: str, in_time: Callable[[ReturnRow], bool] = lambda row: True) -> Measure:
    rows = [each.row for each in _asked_of(asked, kind)]
    every = Cases.of(Case({}, (row.asked_entry,)) for row in rows)
    given = Cases.of(
        Case({}, (row.asked_entry, row.returned_entry))
        for row in rows
        if row.returned_entry is not None and in_time(row)
    )
    family = "FIG-S11-ASKED" if kind == RETURNED[0] else "FIG-S175-ASKED"
    return Share(given, every, (id_, family), "returns")


@flow("FIG-S11", "Section 11 returns", unit="% of bodies asked", counts_by="asked_on", rounding="share")
def section_11_returned(asked: Asked) -> Measure:
    """Of the bodies to which a section 11 tool went within the period, those that returned it by the end of the period, in time or not; the bodies asked are fixed when it is issued (S11-DATA)."""
    return _returned(asked, RETURNED[0], "FIG-S11")


@flow(
    "FIG-S11-GREEN",
    "Section 11 standards fully met",
    unit="% of standards graded",
    counts_by="asked_on",
    by=("standard",),
    rounding="share",
)
def section_11_green(asked: Asked) -> Measure:
    """Of the standards graded in the returns that FIG-S11 counts, those graded green, by standard; a moderated grade stands for the body's own, and not-applicable is left out (S11-GRADE, S11-STEPS)."""
    graded = tuple(_grades(_asked_of(asked, RETURNED[0])))
    green = Cases.of(case for case in graded if case.of["grade"] == "green")
    return Share(green, Cases(graded), ("FIG-S11-GREEN", "FIG-S11-GRADED"), "standards graded")


@flow("FIG-S175", "Section 157/175 returns in time", unit="% of schools asked", counts_by="asked_on", rounding="share")
def section_175_in_time(asked: Asked) -> Measure:
    """Of the schools to which a section 157/175 tool went within the period, those that returned it by the first deadline (S175-RATE)."""
    return _returned(asked, RETURNED[1], "FIG-S175", lambda row: row.on_time == "yes")


@flow(
    "FIG-S175-FINAL",
    "Section 157/175 returns by the final deadline",
    unit="% of schools asked",
    counts_by="asked_on",
    rounding="share",
)
def section_175_final(asked: Asked) -> Measure:
    """Of the same schools, those that returned it by the final deadline, or by the only one (S175-RATE)."""
    return _returned(asked, RETURNED[1], "FIG-S175-FINAL", lambda row: row.by_final_deadline == "yes")


@flow(
    "FIG-S175-ALL",
    "Section 157/175 returns after pursuit",
    unit="% of schools asked",
    counts_by="asked_on",
    rounding="share",
)
def section_175_all(asked: Asked) -> Measure:
    """Of the same schools, those that returned it at all by the end of the period (S175-RATE, S175-FOLLOW)."""
    return _returned(asked, RETURNED[1], "FIG-S175-ALL")


def _grades(returns: list[Held[ReturnRow]]) -> Iterator[Case]:
    for found in returns:
        row = found.row
        if row.returned_entry is None:
            continue
        for standard, grade in sorted({**unpaired(row.self_grades), **unpaired(row.moderated_grades)}.items()):
            if grade not in ("not-applicable", "n-a"):
                entries = tuple(sorted({row.asked_entry, row.returned_entry, found.last_entry}))
                yield Case({"standard": standard, "grade": grade}, entries)
