"""The oracles of the partnership's own programme: scrutiny, priorities, risks, groups, attendance, datasets, and the marks beside any record."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.domain.calendar import london_day
from tests.projections.oracle.world import Told, World, last, name_of, stated


def challenges(world: World) -> Told:
    found: Told = {}
    for reference, told in world.of("scrutiny"):
        answered = {e.event.number for e in told if name_of(e) == "answered"}
        for each in (e.event for e in told if name_of(e) == "challenged"):
            is_open = each.number not in answered
            late = is_open and each.answer_by is not None and each.answer_by < world.on
            found["scrutiny", reference, str(each.number)] = {"open": is_open, "late": late}
    return found


def still_open(world: World, record: str) -> Told:
    """Priorities and risks: open until they are closed."""
    return {(record, name, ""): {"open": last(told, "closed") is None} for name, told in world.of(record)}


def task_groups(world: World) -> Told:
    found: Told = {}
    for reference, told in world.of("task-group"):
        is_open, due = last(told, "closed") is None, stated(told[0].event.due_on)
        found["task-group", reference, ""] = {
            "open": is_open,
            "overdue": is_open and due is not None and due < world.on,
        }
    return found


def attendance(world: World) -> Told:
    came: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _, told in world.of("meeting"):
        if (held := last(told, "held")) is not None:
            for seat in held.rows:
                came[held.group, seat.seat][seat.attended] += 1
    found: Told = {}
    for (group, seat), answers in came.items():
        meetings = answers.total() - answers["not-stated"]
        attended = answers["member"] + answers["deputy"]
        share = Fraction(1000 * attended, meetings) + Fraction(1, 2) if meetings else None
        tenths = None if share is None else share.numerator // share.denominator
        found["group", group, seat] = {
            "meetings": meetings, "attended": attended, "apologies": answers["apologies"],
            "share": None if tenths is None else str(Decimal(tenths) / 10 if tenths % 10 else f"{tenths // 10}.0"),
        }  # fmt: skip
    return found


def computed(item: dict[str, Any]) -> str | None:
    """What numerator and denominator of an observation give, to as many places as were printed."""
    scale = {"share": 100, "rate": item["per"]}.get(item["measure"])
    if scale is None or item["numerator"] is None or not item["denominator"]:
        return None
    places = len(item["printed"].partition(".")[2]) if item["printed"] is not None else 1
    shifted = Fraction(item["numerator"] * scale * 10**places, item["denominator"]) + Fraction(1, 2)
    digits = str(shifted.numerator // shifted.denominator).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def marks(world: World, item: dict[str, Any]) -> dict[str, Any]:
    """The marks of one item."""
    beside = world.marks.get((item["record"], item["reference"]), [])
    last_word = next((e for e in reversed(beside) if name_of(e) in ("restricted", "unrestricted")), None)
    until = getattr(last_word.event, "until", None) if last_word is not None else None
    restricted = last_word is not None and name_of(last_word) == "restricted" and (until is None or until >= world.on)
    late = [days for entry in world.told if entry.position in item["entries"] and (days := _days_late(entry))]
    return {
        "restricted": restricted,
        "statements": [e.position for e in beside if name_of(e) == "statement-added"],
        "recorded_late": max(late, default=None),
    }


def _days_late(entry: Any) -> int:
    if entry.retrospective or entry.timeprecision not in ("day", "instant") or entry.kind.record.name == "ledger":
        return 0
    known = stated(getattr(entry.event, "known_on", None)) or entry.day
    late: int = (london_day(entry.recordedtime) - max(known, entry.day)).days
    return max(0, late)
