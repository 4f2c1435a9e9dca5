"""The oracles of the work in hand: what the action log, the escalation tracker and the audit programme work out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.domain.calendar import start_of_day
from tests.domain.test_clock_oracle import DAY, worked
from tests.projections.oracle.world import Told, World, forward, last, name_of, standing, stated


def actions(world: World) -> Told:
    found: Told = {}
    for reference, told in world.of("action"):
        began = max((n for n, e in enumerate(told) if name_of(e) == "reopened"), default=-1)
        done, closed = last(told[began + 1 :], "completed"), last(told[began + 1 :], "closed")
        rescheduled, rated = last(told, "rescheduled"), [e.event.own_rating for e in told if name_of(e) == "progressed"]
        first = told[0].event.due_on
        due = rescheduled.due_on if rescheduled else first
        overdue = done is None and closed is None and stated(due) is not None and due < world.on
        own = next((rating for rating in reversed(rated) if rating), None)
        pack = world.packs.rag_pack(world.on)
        red = pack.when_overdue if overdue and pack else None
        ended = done.completed_on if done else closed.closed_on if closed else world.on
        found["action", reference, ""] = {
            "open": closed is None, "overdue": overdue, "rating_by_due": red,
            "ratings_disagree": red is not None and own is not None and own != red,
            "days_over": _days_over(due, ended), "days_over_original": _days_over(first, ended),
            "clock.state": standing(due, done.completed_on if done else None, world.on),
        }  # fmt: skip
    return found


def _days_over(due: Any, ended: Any) -> int | None:
    if stated(due) is None or stated(ended) is None:
        return None
    return len(range(due.toordinal(), max(due, ended).toordinal()))


def escalations(world: World) -> Told:
    found: Told = {}
    for reference, told in world.of("escalation"):
        raised, moves = (
            told[0].event,
            [e for e in told if name_of(e) in ("raised", "advanced", "resolved", "called-off")],
        )
        ended = moves[-1].event if name_of(moves[-1]) in ("resolved", "called-off") else None
        present = last(told, "advanced")
        stage = present.to_stage if present else raised.entry_stage
        ended_on = (
            None if ended is None else getattr(ended, "resolved_on", None) or getattr(ended, "called_off_on", None)
        )
        states = dict(_stages(world, told))
        both = stated(raised.raised_on) and stated(ended_on)
        found["escalation", reference, ""] = {
            "open": ended is None, "stages.state": states, "lapsed": ended is None and states[stage] == "breached",
            "working_days_to_end": sum(worked(raised.raised_on + n * DAY) for n in range(1, (ended_on - raised.raised_on).days + 1))
            if both else None,
        }  # fmt: skip
    return found


def _stages(world: World, told: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Each stage with the state of its answer, on the day asked about or on the one it was left."""
    moment, earlier = {}, {}
    left: dict[int, tuple[Any, str]] = {}
    answer: dict[int, Any] = {}
    for entry in told:
        match name_of(entry), entry.event:
            case ("raised", event):
                moment[event.entry_stage] = (event.raised_on, entry)
            case ("advanced", event):
                left |= {stage: (event.advanced_on, "advanced") for stage in moment if stage not in left}
                earlier[event.to_stage] = moment[max(moment)]
                moment[event.to_stage] = (event.advanced_on, entry)
                left.pop(event.to_stage, None)
            case ("responded", event):
                answer.setdefault(event.stage, (event.responded_on, entry))
            case ("resolved" | "called-off" as how, event):
                day = event.resolved_on if how == "resolved" else event.called_off_on
                left |= {stage: (day, how) for stage in moment if stage not in left}
            case _:
                pass
    for stage, begun in moment.items():
        gone = left.get(stage)
        met = answer.get(stage) or ((gone[0], None) if gone and gone[1] != "advanced" else None)
        on = min(world.on, gone[0]) if gone and stated(gone[0]) else world.on
        yield stage, _stage(world, stage, (begun, earlier.get(stage)), met, on)


def _stage(world: World, stage: int, began: tuple[Any, Any], met: Any, on: date) -> str:
    begun, before = began
    if stated(begun[0]) is None:
        return "cannot-tell"
    ladder = world.packs.escalation_ladder(begun[0])
    step = None if ladder is None else ladder.stage(stage)
    if step is None or step.response is None:
        return "no-clock-set"
    since = begun if step.response.clock_start == "stage-entered" else before
    if since is None:
        return "no-clock-set"
    met_on = met[0] if met else None
    match step.response.unit, step.response.value:
        case ("working-days", n):
            return standing(forward(since[0], n), met_on, on, since[0])
        case ("days", n):
            return standing(since[0] + n * DAY, met_on, on, since[0])
        case (_, n):
            return _hours(since, met, on, n)


def _hours(since: Any, met: Any, on: date, n: int) -> str:
    exact = [each[1].timeprecision == "instant" for each in (since, met) if each and each[1] is not None]
    if not all(exact) or (met and met[1] is None):
        return "cannot-tell"
    due = since[1].time.astimezone(UTC) + timedelta(hours=n)
    if on < since[0]:
        return "not-begun"
    if met and met[0] <= on:
        return "met-late" if met[1].time > due else "met"
    end: datetime = start_of_day(on + DAY)
    return "breached" if end > due else "running"


def audits(world: World) -> Told:
    found: Told = {}
    for reference, told in world.of("audit"):
        names = {name_of(entry) for entry in told}
        issued = last(told, "issued")
        back = {e.event.body: e.event.returned_on for e in told if name_of(e) == "return-received"}
        asked = list(issued.asked) if issued else []

        def in_time(deadline: Any, back: Mapping[str, Any] = back, asked: Sequence[str] = asked) -> int:
            days = [back[body] for body in asked if body in back]
            return sum(stated(day) is not None and stated(deadline) is not None and day <= deadline for day in days)

        done = bool(names & {"held", "reported"})
        found["audit", reference, ""] = {
            "done": done, "unplanned": "planned" not in names,
            "outstanding": "planned" in names and not done and "cancelled" not in names,
            "returns": {
                "asked": len(asked), "returned": sum(body in back for body in asked),
                "on_time": in_time(issued.deadline) if issued else 0,
                "by_final_deadline": in_time(issued.final_deadline or issued.deadline) if issued else 0,
                "outstanding": sorted(body for body in asked if body not in back),
                "grades": _grades(told, asked),
            },
            "scale_says": _says(world, issued.scale, issued.issued_on) if issued else None,
            "findings.scale_says": {
                e.event.number: _says(world, e.event.scale, None) for e in told if name_of(e) == "finding-recorded"
            },
        }  # fmt: skip
    return found


def _grades(told: Sequence[Any], asked: Sequence[str]) -> dict[str, Any]:
    """What each body gave itself, and the last that was moderated."""
    own: dict[str, Any] = {}
    moderated: dict[str, Any] = {}
    for event in (e.event for e in told if name_of(e) in ("return-received", "return-moderated")):
        if isinstance(given := getattr(event, "self_grades", None), dict):
            own[event.body] = given
        if event.moderated_grades:
            moderated[event.body] = event.moderated_grades
    bodies = [body for body in asked if body in own or body in moderated]
    return {body: (own.get(body, {}), moderated.get(body, {})) for body in bodies}


def _says(world: World, named: str | None, issued_on: Any) -> str | None:
    """The steps of the scale that was named, or of the only one in force when the tool went out."""
    adopted = sorted(
        (a for a in world.packs.adoptions if a.kind == "audit-scale"), key=lambda a: (a.from_date, a.position)
    )
    if named is not None:
        found = {a.pack: a for a in adopted if a.reference == named}
    else:
        found = {a.pack: a for a in adopted if stated(issued_on) and a.from_date <= issued_on}
    if len(found) != 1:
        return None
    ((name, adoption),) = found.items()
    scale: Any = world.packs.shelf.get(name, adoption.version)
    steps = ", ".join(each.code + (f" ({each.meaning})" if each.meaning else "") for each in scale.grades)
    return f"{scale.title}. Best first: {steps}"
