"""Whatever was recorded of actions, training and meetings: given out in full, as XLSX or CSV, and read by a fresh ledger, it is the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.access.in_full import LEFT_OUT, OF_LIST, WHERE_IT_WAS, in_full, mapping_of
from ledger.access.wordings import Asker
from ledger.application import Batch
from ledger.entry import parse
from ledger.outcome import Recorded, Refused
from ledger.projections.asking import Asking
from ledger.projections.questions import BY_NAME
from ledger.spreadsheets.book import Table, to_csv, to_xlsx
from ledger.spreadsheets.making import ReadSheet, read
from ledger.spreadsheets.sheet import read_sheet
from tests.postgres import EmbeddedPostgres
from tests.projections.casework import SECTORS, Casework, casework

TODAY = date(2021, 6, 1)
DAYS = st.dates(date(2020, 1, 1), date(2021, 5, 31)).map(str)
OR_NOT = st.just("not-stated")
REFERENCES = st.sampled_from(["ONE", "TWO", "THREE"])
AGENCIES, GROUPS = st.sampled_from(sorted(SECTORS)), st.just("QAS")
CODES = st.sampled_from(["neglect", "chair", "re-referrals"])
KEPT = st.text(
    st.sampled_from("ab é–=+-@'\"\t\n;,|{}?\U0001f600") | st.characters(exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=12,
)
WORDS = st.sampled_from(range(40)).flatmap(
    lambda n: KEPT if n else st.sampled_from([" ", "a\r\nb", "\x07", "_x0041_", "#REF!"])
)
"""Now and then what a spreadsheet does not keep."""
TITLES = st.sampled_from(["Register (invented)", "=1+1", "'@home", "Café, second"])
EXACT = st.sampled_from(["0", "12.50", "-3", "100.0"])
COUNTS = st.integers(0, 40)
OPEN_COUNTS = COUNTS | OR_NOT
EVIDENCE = st.fixed_dictionaries(
    {"kind": st.sampled_from(["re-audit", "policy-artefact", "dip-sample"])},
    optional={"link": st.just("https://example.org/a?b=c"), "sha256": st.just("a1" * 32)},
)
SEVERAL = st.lists(EVIDENCE, max_size=3)
OWNERS = st.fixed_dictionaries({"agency": AGENCIES, "role": CODES | OR_NOT}) | st.just({"group": "QAS"})
SOURCES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["risk-register", "inspection", "scrutiny", "national-review"]), "title": TITLES | OR_NOT},
    optional={"number": st.integers(1, 9)},
) | st.sampled_from(
    [
        {"kind": "serious-incident", "incident": "not-stated"},
        {"kind": "rapid-review", "rapid_review": "not-stated", "number": 3},
        {"kind": "thematic-review", "review": "not-stated"},
        {"kind": "section-11", "audit": "not-stated"},
        {"kind": "escalation", "escalation": "not-stated"},
    ]
)


def told(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional={"citation": TITLES, **optional})


OF_SEAT = st.fixed_dictionaries({
    "seat": st.sampled_from(["health", "police", "chair"]), "attended": st.sampled_from(["member", "deputy", "none", "not-stated"]),
})  # fmt: skip


OF_AGENCY = st.fixed_dictionaries(
    {"agency": AGENCIES, "booked": COUNTS, "completed": OPEN_COUNTS, "cancelled": OPEN_COUNTS, "did_not_attend": OPEN_COUNTS, "no_outcome": OPEN_COUNTS}
)  # fmt: skip
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "action.raised": told(
        {"source": SOURCES, "text": WORDS, "owner": OWNERS | OR_NOT, "lead_group": GROUPS | OR_NOT, "due_on": DAYS | OR_NOT},
        success_measure=WORDS, baseline=EXACT,
    ),
    "action.accepted": told({"by": OWNERS}),
    "action.reassigned": told({"owner": OWNERS, "reason": WORDS}, lead_group=GROUPS),
    "action.progressed": told({"note": WORDS}, own_rating=st.sampled_from(["red", "green"])),
    "action.rescheduled": told({"due_on": DAYS, "reason": WORDS, "approved_by": GROUPS}),
    "action.completed": told({"completed_on": DAYS | OR_NOT}, evidence=SEVERAL),
    "action.assured": told({"by_group": GROUPS, "assured_on": DAYS | OR_NOT}, evidence_seen=SEVERAL),
    "action.assurance-refused": told({"by_group": GROUPS, "refused_on": DAYS | OR_NOT, "reasons": WORDS}, evidence_seen=SEVERAL),
    "action.impact-evidenced": told(
        {"measure": CODES, "later_value": EXACT, "measured_on": DAYS | OR_NOT, "evidence": st.lists(EVIDENCE, min_size=1, max_size=3)},
        unit=CODES, baseline=EXACT,
    ),
    "action.closed": st.one_of(
        told({"kind": st.just("not-pursued"), "by_group": GROUPS, "closed_on": DAYS | OR_NOT, "reasons": WORDS}),
        told({"kind": st.just("embedded"), "by_group": GROUPS, "closed_on": DAYS | OR_NOT}),
        told({"kind": st.just("superseded"), "by_group": GROUPS, "closed_on": DAYS, "superseded_by": REFERENCES}),
    ),
    "action.reopened": told({"reason": WORDS}),
    "training.delivered": st.one_of(*(
        told({"course": CODES, "title": TITLES, "booked": st.integers(90, 150), "completed": OPEN_COUNTS, "cancelled": OR_NOT, "did_not_attend": OPEN_COUNTS, "no_outcome": OPEN_COUNTS, **when}, by_agency=st.lists(OF_AGENCY, max_size=3))
        for when in ({"delivered_on": DAYS}, {"period_from": st.just("2020-01-01"), "period_to": DAYS})
    )),
    "training.evaluated": told(
        {"tier": st.sampled_from(["end-of-course", "three-month"]), "returns": COUNTS, "asked": OPEN_COUNTS},
        scores=st.dictionaries(CODES, EXACT, max_size=3), changed_practice=COUNTS,
    ),
    "meeting.scheduled": told({"group": GROUPS, "planned_on": DAYS}),
    "meeting.held": told({
        "group": GROUPS, "held_on": DAYS | OR_NOT, "quorate": st.booleans() | OR_NOT,
        "attendance": OR_NOT | st.lists(OF_SEAT, max_size=3),
    }),
    "meeting.not-held": told({"group": GROUPS, "planned_on": DAYS | OR_NOT}, reason=WORDS),
}  # fmt: skip
LIVES = {
    "action": (
        "raised", "accepted", "progressed", "rescheduled", "reassigned", "progressed", "rescheduled", "completed", "assurance-refused", "assured",
        "impact-evidenced", "closed", "reopened", "progressed", "completed",
    ),
    "training": ("delivered", "evaluated", "evaluated"),
    "meeting": ("scheduled", "held", "not-held"),
}  # fmt: skip
STATED = ("completed_on", "assured_on", "refused_on", "measured_on", "closed_on", "delivered_on", "held_on")
WHEN = st.tuples(DAYS, st.sampled_from(["day", "day", "month", "year", "unknown"]))


def lives(record: str) -> st.SearchStrategy[list[Any]]:
    """What happens to a record in the order of its life, now and then with something left out, and something out of turn at its end."""
    first, *later = (f"{record}.{step}" for step in LIVES[record])
    steps = [st.tuples(st.just(name), DATA[name], WHEN) for name in later]
    often = st.sampled_from([True, True, True, False])
    return st.tuples(
        st.tuples(st.just(first), DATA[first], WHEN), *(st.tuples(often, step) for step in steps), st.tuples(often, st.one_of(*steps))
    ).map(lambda found: [found[0], *(step for happens, step in found[1:] if happens)])  # fmt: skip


HISTORIES = st.fixed_dictionaries({
    (record, reference): lives(record) for record in LIVES for reference in ("ONE", "TWO", "THREE")
})  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(0, 60), st.booleans(), WORDS), max_size=3)


def live(where: Casework, history: Any, changes: Any) -> None:
    """Record what the rules let through, and correct or withdraw some of it."""
    for (record, reference), happenings in history.items():
        for name, data, (on, precision) in happenings:
            stated = next((data[field] for field in STATED if data.get(field, "not-stated") != "not-stated"), on)
            where.post(name, f"{record}/{reference}", data, on=date.fromisoformat(stated), timeprecision=precision)
    entries = [each for each in where.ledger.entries() if each.kind.record.name in LIVES]
    for n, withdraw, words in changes:
        if entries:
            entry = entries[n % len(entries)]
            record = entry.kind.record.name
            about = {"position": entry.position, "reason": "not so"}
            if withdraw and not entry.kind.begins:
                where.post(f"{record}.withdrawn", entry.originator_id, {**about, "decided_by": "LA"})
            else:
                changed = {path[0]: words for path, _ in entry.kind.words} or {"citation": "Page 3"}
                where.post(f"{record}.corrected", entry.originator_id, {**about, "changes": changed})


def given_out(where: Casework, list_: str) -> Table:
    found = BY_NAME[list_].answer(where.parts.tables, Asking(where.head, TODAY, where.ledger.packs()))
    references = [item["reference"] for item in found.items]
    return in_full(where.ledger, where.parts.tables, list_, references, Asker(None, where.head, TODAY))


def listed(where: Casework, list_: str, kept: set[Any]) -> list[Any]:
    """A list as it is asked for, without what tells of positions and departures from rules by who sent it."""
    found = BY_NAME[list_].answer(where.parts.tables, Asking(where.head, TODAY, where.ledger.packs()))
    return [_without(item) for item in found.items if item["reference"] in kept]


def _without(value: Any) -> Any:
    match value:
        case dict():
            gone = ("entries", "since", "until", "recorded_late")
            return {name: _without(each) for name, each in value.items() if name not in gone}
        case list():
            return [_without(each) for each in value]
        case _:
            return value


def lines_of(table: Table, kept: set[Any]) -> list[dict[str, Any]]:
    """The rows of these records, without where they stood in their ledger."""
    rows = [dict(zip(table.heads, row, strict=True)) for row in table.rows]
    return [
        {name: cell for name, cell in row.items() if name not in WHERE_IT_WAS}
        for row in rows
        if row[table.heads[0]] in kept
    ]


def read_back(table: Table, list_: str, format_: str) -> ReadSheet:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"given-out.{format_}"
        path.write_bytes(to_csv(table) if format_ == "csv" else to_xlsx(table, "#12436D"))
        return read(read_sheet(path), mapping_of(list_))


def imported(where: Casework, found: ReadSheet, lacking: set[Any]) -> tuple[list[Recorded], set[Any]]:
    """What is recorded of whole records but for those lacking something, and which others the rules refuse, as the sheet tells them."""
    refused: set[Any] = set()
    while True:
        events = [each.event for each in found.made if each.event["subject"].partition("/")[2] not in lacking | refused]
        outcomes = where.ledger.write([Batch(tuple(map(parse, events)), "business-unit@BU", atomic=True)])[0]
        broken = {
            event["subject"].partition("/")[2]
            for event, each in zip(events, outcomes, strict=True)
            if isinstance(each, Refused)
        }
        if not broken:
            where.parts.projector.catch_up()
            return [each for each in outcomes if isinstance(each, Recorded)], refused
        refused |= broken


@contextmanager
def _database(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == "sqlite":
        with TemporaryDirectory() as folder:
            yield str(Path(folder) / "ledger.sqlite")
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_is_given_out_in_full_comes_back_the_same(engine: str, long: bool, request: pytest.FixtureRequest) -> None:
    @settings(
        max_examples=150 if long else 8,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if long else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(HISTORIES, CHANGES, st.sampled_from(["csv", "xlsx"]))
    def holds(history: Any, changes: Any, format_: str) -> None:
        with ExitStack() as stack:
            first, second = (
                stack.enter_context(casework(stack.enter_context(_database(engine, request)))) for _ in "12"
            )
            live(first, history, changes)
            for list_ in OF_LIST:
                _comes_back(first, second, list_, format_, amended=bool(changes))

    holds()


def _comes_back(first: Casework, second: Casework, list_: str, format_: str, *, amended: bool) -> None:
    table = given_out(first, list_)
    at = list(table.heads).index(LEFT_OUT)
    lacking = {row[0] for row in table.rows if row[at]}
    found = read_back(table, list_, format_)
    by_row = {n: row[0] for n, row in enumerate(table.rows, 2)}
    assert {by_row[fault.row] for fault in found.faults} == lacking
    recorded, refused = imported(second, found, lacking)
    assert not refused or amended or lacking, "only what was amended, or built on what is left out, breaks a rule"
    kept = {row[0] for row in table.rows} - lacking - refused
    assert {each.entry.reference for each in recorded} == kept
    assert not any(each.repeat for each in recorded)
    assert lines_of(given_out(second, list_), kept) == lines_of(table, kept)
    assert listed(second, list_, kept) == listed(first, list_, kept)
    again, _ = imported(second, read_back(table, list_, format_), lacking | refused)
    assert len(again) == len(recorded)
    assert all(each.repeat for each in again)
