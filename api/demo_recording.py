"""Recording the example ledgers as partners would: each event posted over HTTP, each answer held against what was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from api.app import create_app
from api.demo_serving import served
from ledger.clock import Clock, DemonstrationClock
from ledger.domain.calendar import london_day, start_of_day
from ledger.wiring import embedded, open_parts

PATIENCE = 30.0
"""Seconds to wait for an answer."""
Move = Callable[[int, int], None]


@dataclass(frozen=True)
class Answered:
    """One post and its answer: `told` in the words of the scripts, recorded, repeat, conflict, or refused: with the rules."""

    line: int
    subject: str
    id: str
    told: str
    expected: str
    rules: tuple[Mapping[str, str], ...]
    events: int

    @property
    def as_expected(self) -> bool:
        return self.told == self.expected


@contextmanager
def door(
    database: Path, origin: str, *, clock: Clock | None = None, packs: Path | None = None
) -> Iterator[httpx2.Client]:
    """A client of a service that keeps its ledger in a file; its log bears the name the ledger is opened under."""
    signing = embedded(str(database), origin)
    app = create_app(partial(open_parts, str(database), clock=clock, packs=packs, signing=signing))
    with served(app) as address, httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        yield client


def record_year(folder: Path, database: Path, expected_refusals: Mapping[str, str], move: Move) -> list[Answered]:
    """Post the events of a real year, one by one, in the order of their file. `expected_refusals`: the rule, by an event's id."""
    lines = lines_of(folder / "events.ndjson")
    answers = []
    with door(database, lines[0]["data"]["origin"]) as client:
        for number, event in enumerate(lines, 1):
            rule = expected_refusals.get(event["id"])
            answers.append(_post(client, number, [event], f"refused:{rule}" if rule else "recorded"))
            move(number, len(lines))
    return answers


def record_script(folder: Path, database: Path, move: Move, publish: tuple[str, date] | None = None) -> list[Answered]:
    """Play a script of posts under the clock it declares, line by line. `publish`: the quarter whose report is then published, as at
    the end of a day, as the service makes the event and whoever publishes posts it; and after it that of its year, which goes to the
    Panel and to Foundations.
    """
    lines = lines_of(folder / "script.ndjson")
    clock = DemonstrationClock(datetime.fromisoformat(lines[0]["clock"]))
    answers = []
    with door(database, lines[0]["post"]["data"]["origin"], clock=clock, packs=folder / "packs") as client:
        for number, line in enumerate(lines, 1):
            clock.move_to(datetime.fromisoformat(line["clock"]))
            answers.append(_post(client, number, line.get("batch") or [line["post"]], line["expect"]))
            move(number, len(lines))
        if publish is not None:
            quarter, day = publish
            year = quarter.partition("-Q")[0]
            answers.append(_published(client, len(lines) + 1, f"quarterly/{quarter}", as_at=day.isoformat()))
            answers.append(_published(client, len(lines) + 2, f"annual/{year}"))
            answers.append(_post(client, len(lines) + 3, [_sent(year, clock)], "recorded"))
    return answers


def _published(client: httpx2.Client, number: int, report: str, **asked: str) -> Answered:
    size = client.get("/log/checkpoint").text.splitlines()[1]
    made = client.get(f"/reports/{report}/publication", params={**asked, "at_least": size}).json()
    return _post(client, number, [made["event"]], "recorded")


def _sent(year: str, clock: Clock) -> dict[str, Any]:
    """A copy of the yearly report goes to the Panel and to Foundations, on the day it was published."""
    day = london_day(clock.now())
    return {
        "specversion": "1.0", "id": f"sent-{year}", "source": "/business-unit", "type": "uk.safeguarding.report.circulated",
        "subject": f"report/ANNUAL-{year}", "time": start_of_day(day).isoformat(), "timeprecision": "day",
        "data": {"to": ["national-panel", "foundations"], "circulated_on": day.isoformat()},
    }  # fmt: skip


def _post(client: httpx2.Client, number: int, events: Sequence[Mapping[str, Any]], expected: str) -> Answered:
    if len(events) == 1:
        kind, body = "application/cloudevents+json", json.dumps(events[0])
    else:
        kind, body = "application/cloudevents-batch+json", json.dumps(events)
    response = client.post("/events", content=body.encode(), headers={"content-type": kind})
    answer = response.json()
    rules = tuple(_rules(answer)) if response.is_error else ()
    first = events[0]
    return Answered(
        number, first["subject"], first["id"], _told(response.status_code, answer, rules), expected, rules, len(events)
    )


def _told(status: int, answer: Any, rules: Sequence[Mapping[str, str]]) -> str:
    match status:
        case 201:
            return "recorded"
        case 200:
            return "repeat"
        case 409 if rules:
            return "refused:" + ",".join(sorted({rule["id"] for rule in rules}))
        case 409 if answer["type"].endswith("/key-reused"):
            return "conflict"
        case _:
            return f"{status} {answer['title']}: {answer.get('faults', '')}"


def _rules(problem: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """The broken rules of a problem, its items' included."""
    yield from problem.get("rules", ())
    for item in problem.get("items", ()):
        yield from _rules(item["problem"])


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that holds one on each line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
