"""What guidance asks a report to tell beside its figures, part by part; a part without anything to tell says so."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from ledger.domain.clocks import Clock, state
from ledger.domain.fields import spoken
from ledger.enquiries.actions import adrift, delayed, put_off
from ledger.enquiries.enquiry import CannotTell, Looking
from ledger.figures.measures import pounds
from ledger.figures.selection import Asked, within
from ledger.projections.accounts import Accounts
from ledger.projections.action_log import ActionLog
from ledger.projections.asking import plain
from ledger.projections.columns import table_of
from ledger.projections.decisions import Decisions
from ledger.projections.editions import Editions
from ledger.projections.engagements import Engagements
from ledger.projections.escalation_tracker import EscalationTracker
from ledger.projections.practice_reviews import LearningFromReviews, PracticeReviews, Recommendations
from ledger.projections.priorities import Priorities
from ledger.projections.review_tracker import advance_copy_clock, publication_clock
from ledger.projections.rows import Projection
from ledger.projections.scrutinies import Scrutinies
from ledger.projections.tables import by_reference, held
from ledger.projections.training_places import TrainingEvaluations

SAID_EMPTY = "The ledger holds nothing to tell here for this period."
FOR_PEOPLE = "No record of this ledger tells of it: it is for people to write in this chapter."
OF_REVIEWS = (
    "serious-incident", "rapid-review", "practice-review", "thematic-review", "practice-learning-review", "national-review",
)  # fmt: skip
"""Sources of actions that answer what a review, local or national, recommended."""
A, E, P, R, S = (table_of(each).c for each in (ActionLog, EscalationTracker, Priorities, PracticeReviews, Scrutinies))
Where = Callable[[Asked], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True)
class Part:
    """One part of a report: what asks for it, and a row for each record, under the names of `columns`. Empty rows say SAID_EMPTY.

    `id` names it as a figure's does a figure, and is never reused.
    """

    id: str
    title: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    entries: tuple[int, ...]
    records: tuple[str, ...] = ()
    """Of which record each row is, `<record>/<reference>`."""
    kept_back: int = 0
    """Entries it also rests on, which whoever asks may not open."""
    rows_kept_back: int = 0
    instead: str = ""
    """What is said of a part that has no rows for another reason than that there are none."""

    @property
    def note(self) -> str | None:
        """What is to be said where rows are missing."""
        if self.instead:
            return self.instead
        if self.rows_kept_back:
            return f"Left out, since you may not open the records they tell of: {self.rows_kept_back} of {len(self.rows) + self.rows_kept_back} rows."
        return None if self.rows else SAID_EMPTY

    def seen_by(self, sees: Callable[[str], bool], opens: Container[int]) -> Part:
        """The rows of records that somebody sees, and of the entries those they open."""
        kept = [(row, name) for row, name in zip(self.rows, self.records, strict=True) if sees(name)]
        entries = tuple(position for position in self.entries if position in opens)
        return replace(
            self, rows=tuple(row for row, _ in kept), records=tuple(name for _, name in kept), entries=entries,
            kept_back=len(self.entries) - len(entries), rows_kept_back=len(self.rows) - len(kept),
        )  # fmt: skip

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        kept_back = {"entries_kept_back": self.kept_back} if self.kept_back else {}
        return kept_back | {
            "id": self.id,
            "title": self.title,
            "source": self.source,
            "rows": rows,
            "entries": list(self.entries),
            "note": self.note,
        }


@dataclass(frozen=True)
class _Asks:
    id: str
    title: str
    source: str
    projection: type[Projection[Any]]
    columns: tuple[str, ...]
    where: Where = lambda asked: ()
    at_last: bool = False
    """What says itself which period it is of, and may well be recorded after its end."""

    def part(self, asked: Asked) -> Part:
        """The columns shown, and those that cite entries; a year may have thousands of rows, so nothing else is read."""
        table = table_of(self.projection)
        columns = ("reference", *self.columns)
        cited = [column for column in table.c if column.name.endswith("_entry")]
        question = (
            select(*(table.c[name] for name in columns), *cited, table.c.record)
            .where(held(table, asked.as_at, None if self.at_last else asked.day), *self.where(asked))
            .order_by(*by_reference(table))
        )
        found = asked.on.execute(question).all()
        rows = tuple(tuple(map(plain, row[: len(columns)])) for row in found)
        entries = {position for row in found for position in row[len(columns) : -1]}
        records = tuple(f"{row[-1]}/{row[0]}" for row in found)
        return Part(self.id, self.title, self.source, columns, rows, tuple(sorted(entries - {None})), records)


@dataclass(frozen=True)
class _Unheld:
    """What guidance asks for and no record of the ledger tells: said aloud, so that nobody takes silence for nothing to say."""

    id: str
    title: str
    source: str

    def part(self, asked: Asked) -> Part:
        return Part(self.id, self.title, self.source, ("reference",), (), (), instead=FOR_PEOPLE)


class _Outstanding(_Asks):
    """Actions with what drifts about each (DRIFT-DEF), and the last thing decided on it."""

    def part(self, asked: Asked) -> Part:
        made, drift = super().part(asked), _drift(asked)
        no_rule = asked.packs.drift_rule(asked.day) is None
        untold = ["Whether it drifts cannot be told: no rule on drift was in force."] if no_rule else []
        rows = []
        for row in made.rows:
            item = dict(zip(made.columns, row, strict=True))
            rows.append((*row, " ".join([*drift.get(item["reference"], []), *untold]) or "none", _decision(item)))
        return replace(made, columns=(*made.columns, "drift", "decision"), rows=tuple(rows))


class _Clocked(_Asks):
    """Reviews with how each of their clocks stands at the end of the period."""

    def part(self, asked: Asked) -> Part:
        made, packs = super().part(asked), asked.packs.as_at(asked.as_at)
        clocks = [
            [clock for clock in (publication_clock(each.row, packs), advance_copy_clock(each.row, packs)) if clock]
            for each in asked.held(PracticeReviews, *self.where(asked))
        ]
        told = ("; ".join(_stands(clock, asked.day) for clock in of_one) or "none runs" for of_one in clocks)
        rows = tuple((*row, said) for row, said in zip(made.rows, told, strict=True))
        return replace(made, columns=(*made.columns, "clocks"), rows=rows)


class _Costs(_Asks):
    """Sums in pounds and pence, as figures have them."""

    def part(self, asked: Asked) -> Part:
        made = super().part(asked)
        n = made.columns.index("amount")
        return replace(made, rows=tuple((*row[:n], str(pounds(row[n])), *row[n + 1 :]) for row in made.rows))


def _stands(clock: Clock, on: date) -> str:
    due = f", due {spoken(clock.due)}" if clock.due else ""
    return f"{clock.name.replace('-', ' ')}: {state(clock, on).replace('-', ' ')}{due}"


def _drift(asked: Asked) -> dict[str, list[str]]:
    """What the lines of enquiry about late and drifting actions say of each, by reference."""
    looking = Looking(asked.period, asked.as_at, asked.packs, asked.tables, asked.on, asked.as_of)
    found: dict[str, list[str]] = {}
    for finds in (delayed, adrift, put_off):
        try:
            for each in finds(looking):
                found.setdefault(each.reference, []).append(each.why)
        except CannotTell:
            continue  # no drift rule in force, which is said of every action
    return found


def _decision(item: Mapping[str, Any]) -> str:
    if item["assurance"] is not None:
        return f"Assurance {item['assurance']}."
    if item["times_rescheduled"]:
        return f"Put off to {spoken(date.fromisoformat(item['due_on']))}."
    return "None recorded."


def _within(day: ColumnElement[Any]) -> Where:
    """What happened within the period."""
    return lambda asked: (within(day, asked.period),)


def _still_or_in_period(ended: ColumnElement[Any], on: ColumnElement[Any]) -> Where:
    """What goes on at the end of the period, or ended within it."""
    return lambda asked: (or_(ended.is_(None), within(on, asked.period)),)


_PRIORITY = ("title", "lead_agency", "lead_group", "progress", "because", "judged_on", "outcome")
_ACTION = (
    "state", "owner_agency", "owner_group", "lead_group", "original_due_on", "due_on", "times_rescheduled",
    "last_progress_on", "assurance", "assured_by",
)  # fmt: skip
_REVIEW = ("kind", "state", "decided_on", "reported_on", "published_on", "days_paused", "recommendations", "declined")
_PRIORITIES = _Asks("PART-PRIORITIES", "Progress on priorities", "YR-WT18-PLUS; quarterly", Priorities, _PRIORITY)
_REVIEWS = _Clocked(
    "PART-REVIEWS",
    "Reviews",
    "YR-WT18-BODY; LCSPR-6M",
    PracticeReviews,
    _REVIEW,
    _still_or_in_period(R.published_on, R.published_on),
)
_ESCALATIONS = _Asks(
    "PART-ESCALATIONS", "Escalations that went on or ended", "ESC-COUNT", EscalationTracker,
    ("by_agency", "with_agency", "reason", "raised_on", "stage", "outcome", "ended_on"),
    _still_or_in_period(E.outcome, E.ended_on),
)  # fmt: skip
PARTS: dict[str, tuple[_Asks | _Unheld, ...]] = {
    "quarterly": (
        _PRIORITIES,
        _Outstanding("PART-ACTIONS", "Outstanding actions, with drift and what was decided on each", "DRIFT-Q", ActionLog, _ACTION,
                     lambda asked: (A.closed_kind.is_(None),)),
        _ESCALATIONS,
        _REVIEWS,
    ),
    "annual": (
        _REVIEWS,
        _Asks("PART-IMPACT", "Evidence of impact", "YR-WT18-PLUS (a)", ActionLog,
              ("impact_measure", "impact_baseline", "impact_value", "impact_on", "owner_agency"),
              lambda asked: (A.impact.is_(True), within(A.impact_day, asked.period))),
        _Asks("PART-TRAINING", "Impact of training", "YR-WT18-PLUS (a), TRN-EVAL", TrainingEvaluations,
              ("tier", "course", "returns", "asked", "changed_practice"), _within(table_of(TrainingEvaluations).c.evaluated_on)),
        _Asks("PART-NOPROG", "Priorities with little or no progress", "YR-WT18-PLUS (b)", Priorities, _PRIORITY,
              lambda asked: (P.progress.in_(("little-progress", "no-progress")),)),
        _PRIORITIES,
        _Asks("PART-RECS", "What became of recommendations", "YR-WT18-PLUS (c)", Recommendations,
              ("number", "made_on", "to", "themes", "declined_on"), _within(table_of(Recommendations).c.made_on)),
        _Asks("PART-REC-ACTIONS", "Actions on what local and national reviews recommended", "YR-WT18-PLUS (c)", ActionLog,
              ("source_kind", "source_title", "state", "due_on", "impact_measure", "impact_baseline", "impact_value"),
              lambda asked: (A.source_kind.in_(OF_REVIEWS), or_(A.closed_kind.is_(None), within(A.closed_day, asked.period)))),
        _Asks("PART-LEARNING", "How learning was shared", "YR-WT23-PLUS", LearningFromReviews, ("how", "audience", "shared_on"), _within(table_of(LearningFromReviews).c.shared_on)),
        _Asks("PART-VOICE", "What children and families said, and what changed", "YR-WT18-PLUS (d)", Engagements,
              ("audience", "method", "how_many", "heard_on", "changed"), _within(table_of(Engagements).c.took_place_on)),
        _Asks("PART-ARRANGEMENTS", "Arrangements and their changes", "YR-WT18-PLUS", Editions,
              ("edition", "guidance", "published_on", "in_effect_by", "areas", "amended_on", "amendment_in_effect_by")),
        _Asks("PART-DECISIONS", "Key decisions", "YR-WT23-PLUS", Decisions, ("type", "decision", "title", "decided_on", "dissent"), _within(table_of(Decisions).c.decided_on)),
        _Asks("PART-SCRUTINY", "Independent scrutiny", "YR-WT23-PLUS, YR-WHO", Scrutinies,
              ("by_role", "method", "area", "undertaken_on", "rating", "challenges", "recommendations"),
              _within(S.took_place_on)),
        _Costs("PART-COSTS", "Costs and each partner's contribution", "YR-WT23-PLUS", Accounts,
              ("kind", "agency", "title", "amount", "year"),
              lambda asked: (table_of(Accounts).c.year == asked.period.name,), at_last=True),
        _ESCALATIONS,
        _Unheld("PART-CARE-LEAVERS", "Early help to care leavers, and what it changed", "YR-WT18-PLUS (a)"),
        _Unheld("PART-DATA", "How data drove learning and the sharing of information", "YR-WT23-PLUS"),
        _Unheld("PART-VALUE", "Value for money", "YR-WT23-PLUS"),
        _Unheld("PART-REFORMS", "National reforms put into practice", "YR-WT23-PLUS"),
    ),
}  # fmt: skip
"""The parts of each kind of report (reference.md 1.5), in order."""


def parts(kind: str, asked: Asked) -> tuple[Part, ...]:
    """Every part of a kind of report, also those with nothing to tell."""
    return tuple(each.part(asked) for each in PARTS[kind])
