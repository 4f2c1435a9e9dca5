"""Whatever is posted, in whatever order: the door answers, refuses without a trace, and keeps nothing it could not read again."""

from __future__ import annotations

import copy
import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from ledger.application import Batch, Ledger
from ledger.clock import DemonstrationClock
from ledger.domain.calendar import start_of_day
from ledger.domain.fields import TimePrecision
from ledger.domain.history import Entry, effective, fold
from ledger.domain.register import RECORDS, REGISTER, TYPE_PREFIX
from ledger.entry import Fault, Malformed, Submission, parse
from ledger.outcome import Outcome, Recorded, stands
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from tests.ledger.posting import VAULT
from tests.properties import odd
from tests.properties.odd import DAYS, EXAMPLES, FIRST, ODD, ORDER, REFERENCES, SOURCES, Json, cite, cited

SHELF = load_shelf()
START = datetime(2021, 6, 1, 12, tzinfo=UTC)
SENT_BY, PRECISIONS = st.sampled_from(SOURCES), st.sampled_from(get_args(TimePrecision))


class AnyHistory(RuleBasedStateMachine):
    """One ledger in a file, and posts that nobody chose with care."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = str(Path(self.folder.name) / "ledger.sqlite")
        self.clock = DemonstrationClock(START)
        self.ledger = self.opened()
        self.numbers = count(1)
        self.posted: list[Json] = []
        self.told = 0
        self.refused: tuple[Fault, ...] = ()

    def opened(self) -> Ledger:
        return Ledger(open_recorder(self.database), shelf=SHELF, clock=self.clock, vault=VAULT)

    @initialize()
    def a_partnership(self) -> None:
        """Every record that an example cites is there, so that more than refusals comes of the examples."""
        records = sorted(
            {pair for name in EXAMPLES for pair in cited(name)} - {("incident", "ONE")},
            key=lambda pair: ORDER.index(pair[0]),
        )
        packs = [
            self.event(
                "policy.adopted",
                pack.kind.upper(),
                {
                    "kind": pack.kind,
                    "pack": pack.id,
                    "version": pack.version,
                    "sha256": pack.sha256,
                    "from_date": "2018-06-29",
                },
            )
            for pack in SHELF
        ]
        assert all(map(stands, self.post(packs, atomic=True)))
        for record, reference in records:
            sector = {"LA": "local-authority", "HEALTH": "health", "POLICE": "police"}.get(reference, "education")
            registered = {"code": reference, "name": reference, "sector": sector, "standing": "statutory-partner"}
            data = registered if record == "agency" else None
            self.post([self.example(FIRST[record], reference, data)], atomic=True)
        finding = EXAMPLES["audit.finding-recorded"] | {"number": 2}
        self.post(
            [
                self.example("audit.held", "AUD-2019-003"),
                self.example("audit.finding-recorded", "AUD-2019-003", finding),
            ],
            atomic=True,
        )
        self.told = self.ledger.head().position

    def event(
        self,
        name: str,
        reference: str,
        data: Json,
        *,
        source: str = "/business-unit",
        on: str = "2019-04-01",
        precision: str = "day",
    ) -> Json:
        return {
            "specversion": "1.0",
            "id": f"e{next(self.numbers)}",
            "source": source,
            "type": TYPE_PREFIX + name,
            "subject": f"{name.partition('.')[0]}/{reference}",
            "time": start_of_day(date.fromisoformat(on)).isoformat(),
            "timeprecision": precision,
            "data": data,
        }

    def example(self, name: str, reference: str, data: Json | None = None, **rest: Any) -> Json:
        """An example on a record, on the day it says it happened."""
        data = copy.deepcopy(EXAMPLES[name] if data is None else data)
        if name == "agency.registered":
            data["code"] = reference
        day = data.get(REGISTER[TYPE_PREFIX + name].happens or "")
        on = day if isinstance(day, str) and odd.DAY.fullmatch(day) else "2020-11-01"
        return self.event(name, reference, data, **({"on": on} | rest))

    def entries(self) -> list[Entry]:
        return list(self.ledger.entries())

    def parsed(self, event: Json) -> Submission | None:
        try:
            return parse(json.loads(json.dumps(event)))
        except Malformed as malformed:
            self.refused = malformed.faults
        assert "canary" not in repr(self.refused)
        return None

    def recent(self) -> list[Entry]:
        """Mostly what was told here, and the partnership it was told in now and then."""
        found = self.entries()
        return [*found[-12:], *found[self.told :], *found[::7]]

    def post(self, events: list[Json], *, atomic: bool) -> list[Outcome]:
        """Post what can be posted, and hold the answers to what is promised of every answer."""
        submissions = [submission for event in events if (submission := self.parsed(event))]
        self.posted += events
        before = self.ledger.head()
        outcomes = self.ledger.write([Batch(tuple(submissions), "business-unit@BU", atomic)])[0]
        assert len(outcomes) == len(submissions)
        assert all(isinstance(outcome, get_args(Outcome)) for outcome in outcomes)
        assert "canary" not in repr(outcomes)
        made = [o for o in outcomes if isinstance(o, Recorded) and not o.repeat]
        head = self.ledger.head()
        assert head.position == before.position + len(made)
        if not made:
            assert head == before
        if atomic and not all(map(stands, outcomes)):
            assert not made
        for outcome in outcomes:
            if isinstance(outcome, Recorded):
                assert self.ledger.entry_at(outcome.entry.position) == outcome.entry
        return outcomes

    @rule(
        record=st.sampled_from(ORDER),
        reference=st.sampled_from(REFERENCES),
        data=st.data(),
        atomic=st.booleans(),
        source=SENT_BY,
    )
    def tell_a_record(self, record: str, reference: str, data: st.DataObject, atomic: bool, source: str) -> None:
        """Some of a record's examples, in the order of its life."""
        names = [name for name in EXAMPLES if name.partition(".")[0] == record and name != FIRST[record]]
        chosen = [name for name in names if data.draw(st.booleans())]
        first = [] if self.ledger.record(f"{record}/{reference}") else [self.example(FIRST[record], reference)]
        self.post([*first, *(self.example(name, reference, source=source) for name in chosen)], atomic=atomic)

    @rule(
        name=st.sampled_from(sorted(EXAMPLES)),
        reference=st.sampled_from((*REFERENCES, "-")),
        rest=st.fixed_dictionaries({"source": SENT_BY}, optional={"on": DAYS, "precision": PRECISIONS}),
        cites=st.none() | st.sampled_from((*REFERENCES, "LA", "-")),
        values=st.dictionaries(st.integers(0, 12), ODD | st.none(), max_size=2),
    )
    def post_something_odd(
        self, *, name: str, reference: str, rest: Json, cites: str | None, values: dict[int, Any]
    ) -> None:
        data, fields = copy.deepcopy(EXAMPLES[name]), sorted(EXAMPLES[name])
        for path, _ in REGISTER[TYPE_PREFIX + name].links:
            if cites is not None:
                cite(data, path, cites)
        data |= {fields[number % len(fields)]: value for number, value in values.items()}
        left = {field: value for field, value in data.items() if value is not None}
        self.post([self.example(name, reference, left, **rest)], atomic=True)

    @rule(data=st.data(), source=SENT_BY, twice=st.booleans())
    def correct_an_entry(self, data: st.DataObject, source: str, twice: bool) -> None:
        target = data.draw(st.sampled_from(self.recent()))
        own = EXAMPLES.get(target.kind.name, {})
        changes: Json = {}
        match data.draw(st.sampled_from(("odd", "words", "day", "citation"))):
            case "odd":
                fields = st.sampled_from([*sorted(own), *odd.ODD_FIELDS])
                changes = data.draw(st.dictionaries(fields, ODD, min_size=1, max_size=2))
            case "words":
                changes = {path[0]: own[path[0]] for path, _ in target.kind.words if path[0] in own}
            case "day":
                on = data.draw(DAYS)
                changes = {"time": start_of_day(date.fromisoformat(on)).isoformat()}
                if target.kind.happens is not None:
                    changes[target.kind.happens] = on
            case _:
                pass
        changes = changes or {"citation": "Page 3"}
        events = [
            self.general(
                "corrected", target, {"position": target.position, "changes": changes, "reason": "canary words"}, source
            )
            for _ in range(1 + twice)
        ]
        self.post(events, atomic=False)

    @rule(data=st.data(), source=SENT_BY)
    def withdraw_an_entry(self, data: st.DataObject, source: str) -> None:
        later = [entry for entry in self.recent() if entry.version > 1]
        target = data.draw(st.sampled_from(later or self.recent()))
        self.withdraw(target, source)

    def withdraw(self, target: Entry, source: str) -> None:
        data = {"position": target.position, "reason": "canary words", "decided_by": "LA"}
        self.post([self.general("withdrawn", target, data, source)], atomic=True)

    @rule(data=st.data(), other=st.sampled_from((*REFERENCES, "LA", "HEALTH")))
    def find_a_duplicate(self, data: st.DataObject, other: str) -> None:
        target = data.draw(st.sampled_from(self.recent()))
        self.post([self.general("duplicate-of", target, {"duplicate_of": other}, "/business-unit")], atomic=True)

    def general(self, what: str, target: Entry, data: Json, source: str) -> Json:
        return self.event(f"{target.kind.record.name}.{what}", target.reference, data, source=source, on="2021-05-01")

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), change=st.booleans())
    def post_again(self, data: st.DataObject, change: bool) -> None:
        event = data.draw(st.sampled_from(self.posted))
        again = event | {"timeprecision": "year"} if change else event
        self.post([again, again], atomic=data.draw(st.booleans()))

    @rule(minutes=st.integers(0, 10**6))
    def time_passes(self, minutes: int) -> None:
        self.clock.move_to(max(self.clock.now(), START + timedelta(minutes=minutes)))

    @rule()
    def another_process_writes(self) -> None:
        """The first process must not go on with what it remembers."""
        mine, self.ledger = self.ledger, self.opened()
        for record in ("action", "meeting", "agency"):
            self.post([self.example(FIRST[record], "ONE")], atomic=True)
        found = self.entries()
        target = found[-1]
        self.withdraw(target, "/business-unit")
        self.ledger.close()
        self.ledger = mine

    @invariant()
    def positions_are_dense(self) -> None:
        found = self.entries()
        assert [entry.position for entry in found] == list(range(1, len(found) + 1))
        assert all(a.recordedtime <= b.recordedtime for a, b in pairwise(found))
        versions: dict[str, int] = {}
        for entry in found:
            versions[entry.originator_id] = versions.get(entry.originator_id, 0) + 1
            assert entry.version == versions[entry.originator_id]

    @invariant()
    def another_reader_folds_to_what_the_writer_remembers(self) -> None:
        fresh = self.opened()
        by_name: dict[str, list[Entry]] = {}
        for entry in fresh.entries():
            by_name.setdefault(entry.originator_id, []).append(entry)
        behind = set() if self.ledger.last_written == fresh.head().position else set(by_name)
        for name, remembered in self.ledger._memory._standings.items():
            if name not in behind:
                assert fold(by_name.get(name, [])) == remembered, name
        for entries in by_name.values():
            assert all(entry.event.sentence() for entry in effective(entries))
        fresh.close()

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


def test_any_history(long: bool) -> None:
    assert {name.partition(".")[0] for name in EXAMPLES} == set(RECORDS)
    run(
        AnyHistory,
        settings=settings(
            max_examples=400 if long else 12,
            stateful_step_count=50 if long else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
