"""The invented year: every line of its script is answered as it says, and nothing in it can be taken for real."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Batch, Ledger
from ledger.clock import DemonstrationClock
from ledger.domain import clocks
from ledger.domain.agency import AGENCY, AgencyRegistered, AgencyRenamed
from ledger.domain.general import GENERAL, WordsErased
from ledger.domain.group import GroupEstablished
from ledger.domain.history import Entry, fold
from ledger.domain.incident import Incident
from ledger.domain.ledger_opening import LedgerOpened
from ledger.domain.policy import PolicyAdopted
from ledger.domain.register import REGISTER
from ledger.entry import parse
from ledger.outcome import KeyReused, NotReached, Outcome, Recorded, Refused
from ledger.recorders import open_recorder
from ledger.regimes import SHIPPED, load_shelf
from tests.ledger.posting import VAULT

HERE = Path(__file__).parents[2] / "examples" / "invented-year"
PACKS = HERE / "packs"
LINES: list[dict[str, Any]] = [json.loads(line) for line in (HERE / "script.ndjson").read_text().splitlines()]
THE_DECISION = "INC-2024-002"
"""The incident whose first decision the README recommends for a replay without hindsight."""

DEPARTURES = {
    "ACT-CLOSE", "ACT-DONE-3", "ACT-EVID", "ACT-SMART", "AUD-PROG", "AUD-REPEAT", "CWAC-SIN-VOTE", "DAT-PRINTED",
    "ESC-IMM", "ESC-SKIP", "ESC-STATEMENT", "GRP-ATT", "LCSPR-REVIEWER", "MTG-QUORUM", "REV-FAMILY", "RR-DECIDER",
    "PRI-JUDGED", "SEP-SCRUT", "SIN-DECIDED", "SIN-ORDER", "TRN-EVAL", "YR-WT18-PLUS",
}  # fmt: skip


@dataclass(frozen=True)
class Performed:
    """The ledger after the script, and how each line was answered."""

    ledger: Ledger
    answers: list[list[Outcome]]

    def record(self, name: str, upto: int | None = None) -> Any:
        """The state of one record, as at a position."""
        return fold(self.ledger.record(name, upto)).state


def events_of(line: dict[str, Any]) -> list[dict[str, Any]]:
    return list(line["batch"]) if "batch" in line else [line["post"]]


def instant(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["clock"])


def principal(source: str) -> str:
    """Who records for a source; the business unit may correct what others recorded."""
    return "business-unit@BU" if source == "/business-unit" else f"recorder@{source.removeprefix('/agencies/')}"


@pytest.fixture(scope="module")
def performed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Performed]:
    clock = DemonstrationClock(instant(LINES[0]))
    recorder = open_recorder(str(tmp_path_factory.mktemp("invented") / "ledger.sqlite"))
    ledger = Ledger(recorder, shelf=load_shelf(PACKS), clock=clock, vault=VAULT)
    answers = []
    for line in LINES:
        clock.move_to(instant(line))
        events = events_of(line)
        (source,) = {event["source"] for event in events}
        answers += ledger.write([Batch(tuple(map(parse, events)), principal(source))])
    yield Performed(ledger, answers)
    ledger.close()


@pytest.fixture(scope="module")
def entries(performed: Performed) -> list[Entry]:
    return list(performed.ledger.entries())


def told(outcomes: list[Outcome]) -> str:
    """The answer to a line in the words of `expect`."""
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    if refused:
        assert all(isinstance(outcome, Refused | NotReached) for outcome in outcomes), outcomes
        return "refused:" + ",".join(sorted({broken.rule.id for outcome in refused for broken in outcome.broken}))
    kinds = {_told_of_one(outcome) for outcome in outcomes}
    return kinds.pop() if len(kinds) == 1 else str(outcomes)


def _told_of_one(outcome: Outcome) -> str:
    match outcome:
        case Recorded(repeat=repeat):
            return "repeat" if repeat else "recorded"
        case KeyReused():
            return "conflict"
        case _:
            return str(outcome)


def test_every_line_is_answered_as_it_says(performed: Performed) -> None:
    surprises = [
        f"line {number} ({line['why']}): {told(answer)} instead of {line['expect']}"
        for number, (line, answer) in enumerate(zip(LINES, performed.answers, strict=True), 1)
        if told(answer) != line["expect"]
    ]
    assert not surprises, "\n".join(surprises)


def test_the_clock_moves_forward_from_one_year_into_the_next() -> None:
    instants = [instant(line) for line in LINES]
    assert instants == sorted(instants)
    assert instants[0].date() < date(2024, 4, 1)
    assert date(2025, 6, 1) < instants[-1].date() <= date(2025, 6, 30)


def test_recorded_times_are_those_of_the_script(entries: list[Entry]) -> None:
    recorded = [instant(line) for line in LINES if line["expect"] == "recorded" for _ in events_of(line)]
    assert [entry.recordedtime for entry in entries] == [when.astimezone(UTC) for when in recorded]


def test_every_line_says_what_happens_in_plain_words() -> None:
    for line in LINES:
        assert line["why"].endswith("."), line["why"]
        assert line.keys() - {"batch"} | {"post"} == {"clock", "post", "expect", "why"}


OF_A_RUNNING_LEDGER = {
    f"uk.safeguarding.{name}"
    for name in ("ledger.heads-sealed", "ledger.key-rotated", "report.published", "report.circulated")
}
"""Roots, keys and figures of the ledger as it is: a script written beforehand cannot know them."""


def test_every_type_of_event_occurs(entries: list[Entry]) -> None:
    seen = {entry.kind for entry in entries}
    own = {
        kind
        for kind in REGISTER.values()
        if kind.event not in GENERAL.values() and kind.type not in OF_A_RUNNING_LEDGER
    }
    assert not own - seen, sorted(kind.name for kind in own - seen)
    assert {kind.event for kind in seen} >= set(GENERAL.values()) - {WordsErased}  # which two people at a terminal do


def test_departures_are_those_intended(entries: list[Entry]) -> None:
    assert {rule for entry in entries for rule in entry.departures} == DEPARTURES


def test_each_kind_of_answer_occurs() -> None:
    answers = Counter(line["expect"].partition(":")[0] for line in LINES)
    assert answers.keys() == {"recorded", "refused", "repeat", "conflict"}
    assert answers["refused"] >= 6


def test_it_says_that_it_is_invented(entries: list[Entry]) -> None:
    opened = entries[0].event
    assert isinstance(opened, LedgerOpened)
    assert opened.demonstration
    assert "does not exist" in (opened.notice or "")
    names = [opened.partnership] + [
        entry.event.name
        for entry in entries
        if isinstance(entry.event, AgencyRegistered | AgencyRenamed | GroupEstablished)
    ]
    titles = [
        event["data"]["title"]
        for line in LINES
        for event in events_of(line)
        if event["type"].split(".")[2] in ("training", "finance", "dataset") and "title" in event["data"]
    ]
    assert len(titles) > 10
    assert [name for name in names + titles if not name.endswith("(invented)")] == []


def test_sources_are_agencies_that_are_invented(performed: Performed, entries: list[Entry]) -> None:
    senders = {entry.source for entry in entries} - {"/business-unit"}
    assert senders
    for source in senders:
        agency = performed.record(f"{AGENCY.name}/{source.removeprefix('/agencies/')}")
        assert agency.name.endswith("(invented)")


def test_adopted_packs_are_the_files_shipped(entries: list[Entry]) -> None:
    adopted = [entry.event for entry in entries if isinstance(entry.event, PolicyAdopted)]
    assert {policy.kind for policy in adopted} == {
        "regime", "calendar", "notification-vote", "rag-pack", "escalation-ladder", "risk-scale", "audit-scale", "drift-rule"
    }  # fmt: skip
    for policy in adopted:
        name = f"{policy.pack_reference}.toml"
        folder = PACKS if (PACKS / name).exists() else SHIPPED
        assert sha256((folder / name).read_bytes()).hexdigest() == policy.sha256


def test_corrections_and_withdrawals_name_what_they_mean(entries: list[Entry]) -> None:
    by_position = {entry.position: entry for entry in entries}
    spoken_of = [
        (entry, by_position[position])
        for entry in entries
        if (position := getattr(entry.event, "position", None)) is not None
    ]
    assert len(spoken_of) >= 8
    for entry, original in spoken_of:
        assert original.originator_id == entry.originator_id
        assert original.position < entry.position


def test_the_decision_worth_replaying(performed: Performed) -> None:
    """In June the council alone decides not to notify; a year later the same record says otherwise."""
    history = performed.ledger.record(f"incident/{THE_DECISION}")
    decision = next(entry for entry in history if entry.kind.name == "incident.notification-decided")
    assert decision.departures == ("CWAC-SIN-VOTE",)
    then: Incident = performed.record(f"incident/{THE_DECISION}", decision.position)
    now: Incident = performed.record(f"incident/{THE_DECISION}")
    assert then.decision is not None
    assert (then.decision.decision, then.decision.dissent) == ("do-not-notify", ("NAICB", "NPOL"))
    assert (then.known_on, then.notified_on) == (date(2024, 6, 4), None)
    assert now.decision is not None
    assert (now.decision.decision, now.decision.dissent) == ("notify", ())
    assert (now.known_on, now.notified_on) == (date(2024, 6, 3), date(2024, 7, 22))


@pytest.mark.parametrize(
    ("incident", "state"),
    [
        ("INC-2024-001", "met"),
        ("INC-2024-002", "met-late"),
        ("INC-2024-003", "met-late"),
        ("INC-2024-005", "met"),
        ("INC-2024-006", "met"),
        ("INC-2025-001", "met"),
        ("INC-2025-003", "met"),
    ],
)
def test_notifications_are_in_time_or_late(performed: Performed, incident: str, state: str) -> None:
    it: Incident = performed.record(f"incident/{incident}")
    clock = clocks.sin_5wd(performed.ledger.packs(), it.known_on, it.notified_on)
    assert clocks.state(clock, date(2025, 6, 30)) == state


@pytest.mark.parametrize(
    ("review", "incident", "left"),
    [
        ("RR-2024-001", "INC-2024-001", 1),
        ("RR-2024-003", "INC-2024-003", -2),
        ("RR-2024-004", "INC-2024-005", 1),
        ("RR-2024-005", "INC-2024-006", 1),
        ("RR-2025-001", "INC-2025-001", 2),
    ],
)
def test_rapid_reviews_are_sent_in_time_or_late(performed: Performed, review: str, incident: str, left: int) -> None:
    sent = performed.record(f"rapid-review/{review}").submitted_on
    clock = clocks.rapid_review_15wd(
        performed.ledger.packs(), performed.record(f"incident/{incident}").notified_on, sent
    )
    assert clocks.days_left(clock, date(2025, 6, 30)) == left


def test_an_escalation_lapsed_and_another_was_answered_late(performed: Performed) -> None:
    packs = performed.ledger.packs()
    lapsed = clocks.escalation_stage(packs, date(2024, 5, 21), None, 2)
    assert (lapsed.pack, lapsed.due) == ("northmere-ladder@1", date(2024, 5, 29))
    assert clocks.state(lapsed, date(2025, 6, 30)) == "breached"
    assert performed.record("escalation/ESC-2024-001").outcome is None
    late = clocks.escalation_stage(packs, date(2024, 6, 20), date(2024, 7, 3), 3)
    assert clocks.state(late, date(2024, 7, 3)) == "met-late"


def test_the_account_of_the_year_balances(performed: Performed, entries: list[Entry]) -> None:
    sums: Counter[str] = Counter()
    for name in {entry.originator_id for entry in entries if entry.kind.record.name == "finance"}:
        line = performed.record(name)
        sums[line.kind] += line.amount
    came = sums["contributed"] + sums["received"] + sums["from-reserve"]
    assert came == sums["spent"] + sums["to-reserve"] == 239_570_50
