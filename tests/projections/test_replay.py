"""A decision replayed: what it holds is what a naive reading of the list gives, and nothing recorded later changes it."""

from __future__ import annotations

import json
import locale
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger import canonical
from ledger.domain.decisions import already_happened
from ledger.domain.history import Entry
from ledger.domain.register import REGISTER
from ledger.projections.aloud import aloud, wire
from ledger.projections.replay import NotADecision, Replay, replay
from tests.projections.casework import SECTORS, Casework, casework, incident, naive_case

GOLDEN = "8ec606fc3ab43f57a057a50052f86c41d057cf895f87f2b1148f14b97ebd4960"
"""Of the first decision of `told_case`: it changes only when what a replay holds is changed on purpose."""


@pytest.fixture
def work(database: str) -> Iterator[Casework]:
    """On both engines."""
    with casework(database) as begun:
        yield begun


@pytest.fixture
def quick(tmp_path: Any) -> Iterator[Casework]:
    """On SQLite only, for what does not depend on storage."""
    with casework(str(tmp_path / "ledger.sqlite")) as begun:
        yield begun


def replayed(work: Casework, position: int, as_at: int | None = None) -> Replay:
    return replay(work.ledger, work.parts.tables, position, as_at or work.head)


def told_case(work: Casework) -> int:
    """An incident, two views against one, and the decision; its position."""
    day = date(2024, 6, 3)
    work.post(
        "incident.reported",
        "incident/INC-1",
        incident(day, day - timedelta(days=1)),
        on=day - timedelta(days=1),
        id="i",
    )
    work.days_pass(2)
    for n, (partner, view) in enumerate((("LA", "do-not-notify"), ("HEALTH", "notify"), ("POLICE", "notify"))):
        work.post(
            "incident.view-stated",
            "incident/INC-1",
            {"partner": partner, "sector": SECTORS[partner], "view": view},
            id=f"v{n}",
        )
    decided = work.post("incident.notification-decided", "incident/INC-1", {"decision": "do-not-notify"}, id="d")
    assert decided is not None
    return decided


def sentences(found: Replay, heading: str) -> str:
    (part,) = [part for part in aloud(found) if part.heading == heading]
    return " ".join(part.sentences)


def test_a_replay_holds_what_was_known_and_apart_from_it_what_was_not(work):
    decision = told_case(work)
    work.days_pass(9)
    early = date(2024, 6, 1)
    raised = {
        "raised_on": early.isoformat(), "by_agency": "POLICE", "with_agency": "LA", "subject_kind": "case", "incident": "INC-1",
        "level_of_need": "4", "reason": "threshold", "entry_stage": 1, "narrative": "Nobody had written it down.",
    }  # fmt: skip
    late = work.post("escalation.raised", "escalation/ESC-1", raised, on=early)
    fixed = work.post(
        "incident.corrected",
        "incident/INC-1",
        {"position": 5, "changes": {"known_on": "2024-06-02"}, "reason": "A slip."},
    )
    after = work.post("incident.notification-decided", "incident/INC-1", {"decision": "notify"})
    found = replayed(work, decision)
    assert [entry.position for entry in found.relied_on] == [5, 6, 7, 8]
    assert found.cases == ("incident/INC-1",)
    assert [each.entry.position for each in found.known_later] == [late]
    assert [(each.entry.position, each.amends) for each in found.amended] == [(fixed, 5)]
    assert [each.entry.position for each in found.after] == [after]
    (told_late,) = found.later()["recorded_later"]
    assert (told_late["happened"], told_late["recorded_late"]) == ("2024-06-01", 13)
    assert [(p["agency"], p["against"]) for p in found.then()["positions"]] == [
        ("HEALTH", True),
        ("LA", False),
        ("POLICE", True),
    ]
    assert sentences(found, "What was changed later of what had been recorded").endswith(
        "Since then known on is given as 2 June 2024."
    )
    assert "was recorded 13 days after that" in sentences(
        found, "What had happened already, and was recorded only later"
    )


def test_the_hash_is_that_of_canonical_bytes_which_anybody_can_make_again(quick):
    decision = told_case(quick)
    answer = json.loads(json.dumps(wire(replayed(quick, decision))))
    assert sha256(canonical.write(answer["then"])).hexdigest() == answer["sha256"] == GOLDEN


def test_a_decision_is_replayed_under_the_packs_adopted_before_it_and_the_clocks_of_its_day(quick):
    for pack in ("wt18", "england-and-wales", "cwac-notification-vote"):
        found = quick.ledger.shelf.get(pack, 1)
        data = {"kind": found.kind, "pack": pack, "version": 1, "sha256": found.sha256, "from_date": "2018-06-29"}
        assert quick.post("policy.adopted", f"policy/{found.kind.upper()}", data)
    found = replayed(quick, told_case(quick))
    then = found.then()
    assert [pack["pack"] for pack in then["packs"]] == ["england-and-wales@1", "cwac-notification-vote@1", "wt18@1"]
    (clock,) = then["clocks"]
    assert (clock["rule"], clock["state"], clock["started"], clock["due"], clock["left"]) == (
        "WT-SIN-5WD", "running", "2024-06-03", "2024-06-10", 3,
    )  # fmt: skip
    assert then["decision"]["departures"] == ["CWAC-SIN-VOTE"]
    assert "departed from rule CWAC-SIN-VOTE" in sentences(found, "Which rules applied")
    assert "ran until 10 June 2024, with 3 working days left" in sentences(found, "How the clocks stood")


def test_a_decision_far_down_the_case_leads_back_to_its_incident(quick):
    told_case(quick)
    quick.post("rapid-review.convened", "rapid-review/RR-1", {"incidents": ["INC-1"], "chair_role": "chair"})
    commissioned = quick.post("review.commissioned", "review/REV-1", {"kind": "lcspr", "rapid_reviews": ["RR-1"], "decided_on": quick.today.isoformat()})  # fmt: skip
    found = replayed(quick, commissioned)
    assert found.cases == ("incident/INC-1",)
    assert {entry.originator_id for entry in found.relied_on} == {"incident/INC-1", "rapid-review/RR-1"}


def test_what_decides_nothing_cannot_be_replayed(quick):
    decision = told_case(quick)
    for position, as_at in ((1, None), (quick.head + 1, None), (decision, decision - 1), (2**53 - 1, None)):
        with pytest.raises(NotADecision):
            replayed(quick, position, as_at)


def test_no_clock_and_no_locale_is_read(quick, monkeypatch):
    decision = told_case(quick)
    before = wire(replayed(quick, decision))

    def no_clock() -> None:
        raise AssertionError("a replay reads no clock")

    monkeypatch.setattr(quick.clock, "now", no_clock)
    monkeypatch.setattr(locale, "localeconv", no_clock)
    monkeypatch.setattr("ledger.vault.fresh_salt", no_clock)
    monkeypatch.setattr("secrets.token_bytes", no_clock)
    assert wire(replayed(quick, decision)) == before


def test_every_decision_says_what_was_decided():
    deciding = [kind for kind in REGISTER.values() if kind.decides]
    assert {"incident.notification-decided", "rapid-review.decided", "meeting.decided", "action.closed"} <= {
        k.name for k in deciding
    }
    for kind in deciding:
        mark = kind.event.decides or ""
        assert mark in kind.event.model_fields or mark.replace("-", "").isalpha(), kind.name


@pytest.mark.parametrize(
    ("precision", "day", "happened"),
    [
        ("day", "2024-06-09", True), ("day", "2024-06-10", False), ("day", "2024-06-11", False), ("instant", "2024-06-10", True),
        ("month", "2024-05-01", True), ("month", "2024-06-01", False), ("year", "2023-01-01", True), ("year", "2024-01-01", False),
        ("unknown", "1990-01-01", False),
    ],
)  # fmt: skip
def test_only_what_lies_wholly_before_had_happened(quick, precision, day, happened):
    decision = quick.ledger.entry_at(told_case(quick))
    noon = decision.time + (date(2024, 6, 10) - decision.day) + timedelta(hours=9)
    decision = decision._replace(time=noon, day=date(2024, 6, 10), timeprecision="instant")
    earlier = decision._replace(time=noon - timedelta(hours=1), day=date.fromisoformat(day), timeprecision=precision)
    assert already_happened(earlier, decision) is happened


class AnyCase(RuleBasedStateMachine):
    """A case that anything may be recorded of, in any order, late or not; every decision keeps the hash it had at first."""

    work: ClassVar[Casework]
    numbers: ClassVar[Iterator[int]]
    sealed: ClassVar[dict[int, str]]
    own: list[Entry]
    decisions: list[int]

    @initialize(late=st.integers(0, 9))
    def begin(self, late: int) -> None:
        self.name, self.own, self.decisions = f"{next(self.numbers)}", [], []
        self._post("incident.reported", f"incident/INC-{self.name}", incident(self.work.today, self._ago(late)), late)

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.work.days_pass(days)

    @rule(
        partner=st.sampled_from(sorted(SECTORS)),
        view=st.sampled_from(("notify", "do-not-notify")),
        late=st.integers(0, 9),
    )
    def view(self, partner: str, view: str, late: int) -> None:
        data = {"partner": partner, "sector": SECTORS[partner], "view": view}
        subject = f"incident/INC-{self.name}"
        if self._post("incident.view-stated", subject, data, late) is None:
            self._post("incident.view-stated", subject, data | {"revised_because": "It changed its mind."}, late)

    @rule(decision=st.sampled_from(("notify", "do-not-notify")), late=st.integers(0, 9))
    def decide(self, decision: str, late: int) -> None:
        self._post("incident.notification-decided", f"incident/INC-{self.name}", {"decision": decision}, late)

    @rule(late=st.integers(0, 9), which=st.sampled_from("AB"))
    def review_rapidly(self, late: int, which: str) -> None:
        data = {"incidents": [f"INC-{self.name}"], "chair_role": "chair"}
        self._post("rapid-review.convened", f"rapid-review/RR-{self.name}{which}", data, late)

    @rule(late=st.integers(0, 9), which=st.sampled_from("AB"))
    def decide_the_rapid_review(self, late: int, which: str) -> None:
        positions = [{"agency": "POLICE", "position": "dissent"}, {"agency": "LA", "position": "agree"}]
        data = {"outcome": "lcspr", "positions": positions}
        self._post("rapid-review.decided", f"rapid-review/RR-{self.name}{which}", data, late)

    @rule(late=st.integers(0, 9), which=st.sampled_from("AB"))
    def commission(self, late: int, which: str) -> None:
        data = {"kind": "lcspr", "rapid_reviews": [f"RR-{self.name}{which}"], "decided_on": self._ago(late).isoformat()}
        self._post("review.commissioned", f"review/REV-{self.name}", data, late)

    @rule(late=st.integers(0, 9), number=st.integers(1, 3))
    def raise_an_action(self, late: int, number: int) -> None:
        source = {"kind": "practice-review", "review": f"REV-{self.name}"}
        data = {
            "source": source,
            "text": "Tell doctors.",
            "owner": {"agency": "LA", "role": "lead"},
            "lead_group": "QAS",
            "due_on": "2024-09-30",
        }
        self._post("action.raised", f"action/ACT-{self.name}-{number}", data, late)

    @rule(late=st.integers(0, 9), number=st.integers(1, 3))
    def close_it(self, late: int, number: int) -> None:
        data = {
            "kind": "not-pursued",
            "by_group": "QAS",
            "closed_on": self._ago(late).isoformat(),
            "reasons": "No longer.",
        }
        self._post("action.closed", f"action/ACT-{self.name}-{number}", data, late)

    @rule(data=st.data(), back=st.integers(0, 12))
    def correct_a_time(self, data: st.DataObject, back: int) -> None:
        if self.own:
            entry = data.draw(st.sampled_from(self.own))
            day = entry.day - timedelta(days=back)
            changes = {"time": f"{day.isoformat()}T00:00:00+01:00"} | (
                {entry.kind.happens: day.isoformat()} if entry.kind.happens else {}
            )
            change = {"position": entry.position, "changes": changes, "reason": "A slip."}
            self._post(f"{entry.kind.record.name}.corrected", entry.originator_id, change, 0)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if len(self.own) > 1:
            entry = data.draw(st.sampled_from(self.own[1:]))
            change = {"position": entry.position, "reason": "Never so.", "decided_by": "LA"}
            self._post(f"{entry.kind.record.name}.withdrawn", entry.originator_id, change, 0)

    @rule(late=st.integers(0, 9))
    def report_it_twice(self, late: int) -> None:
        other = f"incident/INC-{self.name}-TWICE"
        self._post("incident.reported", other, incident(self.work.today, self._ago(late)), late)
        self._post("incident.duplicate-of", other, {"duplicate_of": f"INC-{self.name}"}, 0)

    @invariant()
    def no_decision_of_the_case_has_changed(self) -> None:
        for position in getattr(self, "decisions", ()):
            assert replayed(self.work, position).sha256 == self.sealed[position]

    def teardown(self) -> None:
        entries = list(self.work.ledger.entries())
        for position in getattr(self, "decisions", ()):
            found = replayed(self.work, position)
            begin = {*found.cases, found.decision.originator_id}
            then, now = (naive_case(entries, begin, upto) for upto in (position - 1, len(entries)))
            assert {e.position for e in found.relied_on} == {
                e.position for e in entries[: position - 1] if e.originator_id in then
            }
            later = [each.entry.position for group in (found.known_later, found.amended, found.after) for each in group]
            assert sorted(later) == [e.position for e in entries[position:] if e.originator_id in now]
            assert {each.amends for each in found.amended} <= {None, position, *(e.position for e in found.relied_on)}

    def _ago(self, days: int) -> date:
        return self.work.today - timedelta(days=days)

    def _post(self, name: str, subject: str, data: dict[str, Any], late: int) -> int | None:
        position = self.work.post(name, subject, data, on=self._ago(late))
        if position is not None:
            entry = self.work.ledger.entry_at(position)
            if name.partition(".")[2] not in ("corrected", "withdrawn", "duplicate-of"):
                self.own.append(entry)
            if entry.kind.decides:
                self.decisions.append(position)
                self.sealed[position] = replayed(self.work, position).sha256
        return position


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_no_later_entry_changes_a_replay(engine, tmp_path, request, long):
    """The hash of every decision is kept when it is taken, and holds whatever is recorded after it, of its case or of another."""
    with ExitStack() as stack:
        database = str(tmp_path / "ledger.sqlite") if engine == "sqlite" else request.getfixturevalue("postgres_url")
        work = stack.enter_context(casework(database))
        AnyCase.work, AnyCase.sealed, AnyCase.numbers = work, {}, count(1)
        run_state_machine_as_test(
            AnyCase, settings=settings(max_examples=200 if long else 8, stateful_step_count=25, deadline=None)
        )
        for position, sealed in AnyCase.sealed.items():
            assert replayed(work, position).sha256 == sealed
        assert AnyCase.sealed
