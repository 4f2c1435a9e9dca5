"""Made-up histories of agencies, as a ledger could hold them, and a projection that uses all that rows can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ledger.domain.agency import AgencyLeft, AgencyRegistered, AgencyRenamed, AgencySucceeded
from ledger.domain.calendar import london_day, start_of_day
from ledger.domain.fields import NOT_STATED, DayOrNotStated
from ledger.domain.general import (
    Corrected,
    DuplicateOf,
    HoldLifted,
    HoldPlaced,
    Mark,
    Restricted,
    StatementAdded,
    Unrestricted,
    Withdrawn,
)
from ledger.domain.history import Entry, effective
from ledger.domain.register import REGISTER, TYPE_PREFIX, Event
from ledger.projections.marks import Holds, Restrictions, Statements
from ledger.projections.rows import EVERY_RECORD, Projection, Rows

FIRST_DAY = date(2019, 3, 29)  # clocks go forward on the 31st, so a day of 23 hours is among them
MOST_DAYS = 6
NAMES = ("Ash", "Beech", "Cedar")
CODES = ("A-1", "B-2", "C-3")


@dataclass(frozen=True, slots=True)
class AgencyRow:
    name: str
    standing: str
    renamed: int
    successors: tuple[str, ...]
    left_on: date | str | None
    last_renamed_on: date | None = None


class AgencyNames(Projection[AgencyRow]):
    """Which name does an agency go by, and what became of it?"""

    table = "test_agency_names"
    records = ("agency",)
    row = AgencyRow

    def apply(self, rows: Rows[AgencyRow], entry: Entry) -> None:
        match entry.event:
            case AgencyRegistered(name=name, standing=standing):
                rows.open(AgencyRow(name, standing, 0, (), None))
            case AgencyRenamed(name=name):
                rows.change(lambda row: replace(row, name=name, renamed=row.renamed + 1, last_renamed_on=entry.day))
            case AgencySucceeded(successors=successors):
                rows.change(lambda row: replace(row, successors=tuple(successors)))
            case AgencyLeft(left_on=day):
                rows.change(lambda row: replace(row, left_on=day))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class SuccessorRow:
    successor: str
    foretold: bool
    told_at: datetime


class Successors(Projection[SuccessorRow]):
    """Who takes over from an agency? Nobody any more once it is named again."""

    table = "test_successors"
    records = ("agency",)
    row = SuccessorRow

    def apply(self, rows: Rows[SuccessorRow], entry: Entry) -> None:
        match entry.event:
            case AgencySucceeded(successors=successors):
                for code in successors:
                    rows.open(SuccessorRow(code, False, entry.time), key=code)
            case AgencyLeft():
                rows.change(lambda row: replace(row, foretold=True), key=CODES[0])
            case AgencyRenamed(name="Cedar"):
                for key in rows.open_keys():
                    rows.close(key)
            case _:
                pass


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    kind: str


class Amendments(Projection[AmendmentRow]):
    """Which entries amend others?"""

    table = "test_amendments"
    records = ("agency",)
    row = AmendmentRow
    tells_of_corrections = True

    def apply(self, rows: Rows[AmendmentRow], entry: Entry) -> None:
        rows.open(AmendmentRow(entry.kind.name.partition(".")[2]), key=str(entry.position))


PROJECTIONS: tuple[Projection[Any], ...] = (
    AgencyNames(),
    Successors(),
    Amendments(),
    Statements(),
    Restrictions(),
    Holds(),
)


class Entries:
    """A ledger that is a list; it counts what is asked of it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.all = list(entries)
        self.histories_read = 0

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        return self.all[after : after + limit]

    def records(self, originator_ids: Sequence[str], upto: int) -> Mapping[str, Sequence[Entry]]:
        self.histories_read += len(originator_ids)
        return {name: [e for e in self.all[:upto] if e.originator_id == name] for name in originator_ids}

    def head(self) -> int:
        return len(self.all)


def an_entry(position: int, version: int, reference: str, told: tuple[str, Event], time: datetime) -> Entry:
    name, event = told
    return Entry(
        position=position, kind=REGISTER[TYPE_PREFIX + "agency." + name], reference=reference, version=version,
        event=event, time=time, day=london_day(time), timeprecision="instant", id=str(position), source="/business-unit",
        recordedtime=datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=position), recordedby="business-unit@BU",
        regime=None, retrospective=False, departures=(), body=b"",
    )  # fmt: skip


def instant(day: int, boundary: str) -> datetime:
    """A moment of one of the days: its first, its last, or one within."""
    start = start_of_day(FIRST_DAY + timedelta(days=day))
    match boundary:
        case "first":
            return start
        case "last":
            end = start_of_day(FIRST_DAY + timedelta(days=day + 1))
            return end.astimezone(UTC) - timedelta(microseconds=1)
        case _:
            return start.astimezone(UTC) + timedelta(hours=9)


@st.composite
def histories(draw: st.DrawFn, longest: int = 24) -> list[Entry]:
    """Entries of up to three agencies, in any order of days: late ones, corrections of facts and of times, also of what was
    corrected before, withdrawals, withdrawals of the first, repeated records."""
    entries: list[Entry] = []
    for position in range(1, draw(st.integers(1, longest)) + 1):
        reference = draw(st.sampled_from(CODES))
        own = [e for e in entries if e.reference == reference]
        time = instant(draw(st.integers(0, MOST_DAYS)), draw(st.sampled_from(("first", "within", "last"))))
        told = draw(first_events(reference) if not own else later_events(own))
        entries.append(an_entry(position, len(own) + 1, reference, told, time))
    return entries


def first_events(code: str) -> st.SearchStrategy[tuple[str, Event]]:
    return st.sampled_from(NAMES).map(
        lambda name: (
            "registered",
            AgencyRegistered(code=code, name=name, sector="health", standing="relevant-agency"),
        )
    )


def later_events(own: list[Entry]) -> st.SearchStrategy[tuple[str, Event]]:
    named = st.sampled_from(NAMES)
    day: st.SearchStrategy[DayOrNotStated] = st.just(NOT_STATED) | st.just(FIRST_DAY)
    plain = [
        named.map(lambda name: ("renamed", AgencyRenamed(name=name, renamed_on="not-stated"))),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(
            lambda codes: ("succeeded", AgencySucceeded(successors=codes, succeeded_on="not-stated"))
        ),
        day.map(lambda left: ("left", AgencyLeft(left_on=left))),
    ]
    originals = [e for e in own if not isinstance(e.event, Corrected | Withdrawn)]
    amending = [
        st.sampled_from(originals).flatmap(corrections),
        st.sampled_from(originals).map(lambda e: ("withdrawn", withdrawn(e.position))),
        st.sampled_from(CODES).map(lambda code: ("duplicate-of", DuplicateOf(duplicate_of=code))),
    ]
    return st.one_of(*plain, *plain, *plain, *amending, marks(own))


def marks(own: list[Entry]) -> st.SearchStrategy[tuple[str, Event]]:
    position = st.sampled_from([e.position for e in own])
    return st.one_of(
        position.map(lambda at: ("statement-added", StatementAdded(position=at, statement="Not so", whose="child"))),
        st.just(("restricted", Restricted(ground="accuracy-contested"))),
        st.just(("unrestricted", Unrestricted())),
        st.just(("hold-placed", HoldPlaced(authority="Inquiry"))),
        position.map(lambda at: ("hold-lifted", HoldLifted(hold=at))),
    )


def corrections(original: Entry) -> st.SearchStrategy[tuple[str, Event]]:
    moment = st.builds(instant, st.integers(0, MOST_DAYS), st.sampled_from(("first", "within", "last")))
    changes: st.SearchStrategy[dict[str, Any]] = moment.map(lambda time: {"time": time.isoformat()})
    if "name" in type(original.event).model_fields:
        names = st.sampled_from(NAMES).map(lambda name: {"name": name})
        changes = changes | names | st.builds(lambda a, b: a | b, changes, names)
    return changes.map(lambda change: ("corrected", corrected(original.position, change)))


def corrected(position: int, changes: dict[str, Any]) -> Corrected:
    return Corrected(position=position, changes=changes, reason="said wrongly")


def withdrawn(position: int) -> Withdrawn:
    return Withdrawn(position=position, reason="never happened", decided_by="LA")


def naive(
    projection: Projection[Any], entries: Sequence[Entry], as_at: int, as_of: date | None
) -> set[tuple[Any, ...]]:
    """The rows held at a position about a day, told from the list alone: (reference, key, row, first entry, last entry)."""
    found = set()
    for reference in {e.reference for e in entries}:
        known = [e for e in entries if e.reference == reference and e.position <= as_at]
        if projection.tells_of_corrections:
            counted = [e for e in known if isinstance(e.event, Corrected | Withdrawn | DuplicateOf)]
        else:
            counted = effective(known)
            if any(isinstance(e.event, DuplicateOf) for e in counted):
                counted = [e for e in counted if isinstance(e.event, Mark)]
        rows: Rows[Any] = Rows()
        for entry in sorted(counted, key=lambda e: (e.day, e.position)):
            if as_of is None or entry.day <= as_of:
                rows.advance(projection, entry)
        found |= {(reference, key, fact.row, fact.first_entry, fact.last_entry) for key, fact in rows}
    return found


def naive_of(
    projections: Sequence[Projection[Any]], entries: Sequence[Entry], as_at: int, as_of: date | None
) -> dict[str, set[tuple[Any, ...]]]:
    """The same for many projections and kinds of record, by table: (record, reference, key, row, first entry, last entry)."""
    found: dict[str, set[tuple[Any, ...]]] = {projection.table: set() for projection in projections}
    by_record: dict[str, list[Entry]] = {}
    for entry in entries:
        by_record.setdefault(entry.originator_id, []).append(entry)
    for own in by_record.values():
        record = own[0].kind.record.name
        for projection in projections:
            if record in projection.records or projection.records == EVERY_RECORD:
                rows = naive(projection, own, as_at, as_of)
                found[projection.table] |= {(record, *row) for row in rows}
    return found
