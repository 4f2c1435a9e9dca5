"""A decision's replay in sentences that can be read aloud: plain English, days spelled out, nothing but what the replay holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger.domain.calendar import london_day
from ledger.domain.clocks import days_left, state
from ledger.domain.decisions import decided, is_against
from ledger.domain.fields import known_day, spoken
from ledger.domain.general import Corrected
from ledger.domain.history import Entry
from ledger.domain.register import FLAG, RECORDS, RULES
from ledger.projections.clocks import Running
from ledger.projections.replay import Later, Replay

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Part(NamedTuple):
    """A heading and the sentences under it."""

    heading: str
    sentences: list[str]


def aloud(found: Replay) -> list[Part]:
    """The replay in parts: the decision, all that was known, and only then what was not."""
    return [
        Part("The decision", list(_decision(found))),
        Part("What had been recorded", list(_relied_on(found))),
        Part("Where the agencies stood", list(_stands(found))),
        Part("How the clocks stood", list(_clocks(found))),
        Part("Which rules applied", list(_rules(found))),
        Part("What had happened already, and was recorded only later", list(_known_later(found))),
        Part("What was changed later of what had been recorded", list(_amended(found))),
        Part("What came after", list(_after(found))),
        Part("The seal", list(_seal(found))),
    ]


def wire(found: Replay) -> dict[str, Any]:
    """The whole replay as JSON values."""
    told = [{"heading": part.heading, "sentences": part.sentences} for part in aloud(found)]
    return {
        "position": found.decision.position,
        "sha256": found.sha256,
        "then": found.then(),
        "later": found.later(),
        "aloud": told,
    }


def _decision(found: Replay) -> Iterator[str]:
    decision = found.decision
    yield f"On {spoken(found.on)} this was decided in the {_named(decision.originator_id)}: {_quoted(decision)}."
    yield f"The ledger recorded it on {spoken(_recorded(decision))}, at position {decision.position}{_delay(decision)}."
    others = [name for name in found.cases if name != decision.originator_id]
    if others:
        yield f"It belongs to the case of the {_listed([_named(name) for name in others])}."
    if decision.retrospective:
        yield (
            "This entry was made afterwards, from documents; "
            "the order in which such entries were recorded does not show what anybody knew at the time."
        )


def _relied_on(found: Replay) -> Iterator[str]:
    entries = found.relied_on
    if not entries:
        yield "Nothing had been recorded of the case before this decision."
        return
    yield f"Before this decision {_entries(len(entries))} of the case had been recorded."
    yield from (_told(entry) for entry in entries)


def _stands(found: Replay) -> Iterator[str]:
    if not found.stands:
        yield "No agency's position is recorded."
    for agency, position in sorted(found.stands.items()):
        dissent = ", which was against the decision" if is_against(decided(found.decision), position) else ""
        yield f"The position of {agency} was: {position.replace('-', ' ')}{dissent}."


def _clocks(found: Replay) -> Iterator[str]:
    if not found.clocks:
        yield "No clock was running on the case."
        return
    yield f"This is how the clocks stood at the end of {spoken(found.on)}, by what had been recorded before the decision."
    yield from (_clock(running, found.told_on(running)) for running in found.clocks)


def _rules(found: Replay) -> Iterator[str]:
    for pack in found.packs:
        yield f"The {pack.kind.replace('-', ' ')} in force was {pack.title} ({pack.reference}), which is {_words(pack.confidence)}."
    if not found.packs:
        yield "No pack of rules had been adopted for that day."
    for rule in found.decision.departures:
        yield f"The decision departed from rule {rule}: {_rule(rule)}"
    if not found.decision.departures:
        yield "The decision departed from no rule that the ledger checks."


def _known_later(found: Replay) -> Iterator[str]:
    if not found.known_later:
        yield "Nothing recorded later tells of anything that had happened before the decision."
    yield from (_told(each.entry) + _gone(each) for each in found.known_later)


def _amended(found: Replay) -> Iterator[str]:
    if not found.amended:
        yield "Nothing that had been recorded was corrected or withdrawn."
    yield from (_told(each.entry) + _changed(each.entry) for each in found.amended)


def _after(found: Replay) -> Iterator[str]:
    if not found.after:
        yield f"Nothing more is recorded of the case up to position {found.as_at}."
    yield from (_told(each.entry) + _gone(each) for each in found.after)


def _seal(found: Replay) -> Iterator[str]:
    yield (
        "The decision, and everything told here up to the rules that applied, is sealed by the SHA-256 "
        f"{found.sha256}, which no later entry changes."
    )


def _told(entry: Entry) -> str:
    return (
        f"On {spoken(_recorded(entry))}, at position {entry.position}, it was recorded of the "
        f"{_named(entry.originator_id)}: {_quoted(entry)}{_when(entry)}."
    )


def _when(entry: Entry) -> str:
    """When it happened, where that is another day than that of its recording."""
    if entry.timeprecision == "unknown":
        return "; when it happened is not known"
    if entry.timeprecision == "year":
        return f"; it happened in {entry.day.year}"
    if entry.timeprecision == "month":
        return f"; it happened in {spoken(entry.day).partition(' ')[2]}"
    known = known_day(getattr(entry.event, "known_on", None))
    if entry.day == _recorded(entry):
        return ""
    aware = f", became known on {spoken(known)}" if known and known != entry.day else ""
    return f"; it happened on {spoken(entry.day)}{aware}{_delay(entry)}"


def _delay(entry: Entry) -> str:
    late = entry.recorded_late
    return f", and was recorded {_counted(late, 'days')} after that" if late else ""


def _changed(entry: Entry) -> str:
    """What a correction put in place of what it corrected, where that is one plain value; sealed words are not among them."""
    if not isinstance(entry.event, Corrected):
        return ""
    plain = {name: value for name, value in sorted(entry.event.changes.items()) if isinstance(value, str | int)}
    return "".join(
        f" Since then {_words(name.replace('_', '-'))} is given as {_value(value)}." for name, value in plain.items()
    )


def _value(value: str | int) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() if _DAY.fullmatch(value):
            return spoken(date.fromisoformat(value))
        case _:
            return str(value)


def _gone(each: Later) -> str:
    return "" if each.counts else " This entry was withdrawn since."


def _clock(running: Running, on: date) -> str:
    clock = running.clock
    under = f", under {clock.pack}" if clock.pack else ""
    began = f" It started on {spoken(clock.started)}{under}." if clock.started else ""
    name, of = _words(running.key.replace("/", " ")), _named(f"{running.record}/{running.reference}")
    return f"The clock “{name}” of the {of}: {_state(running, on)}.{began}"


def _state(running: Running, on: date) -> str:
    clock, left = running.clock, days_left(running.clock, on)
    due, met = spoken(clock.due), spoken(clock.met_on)
    unit = clock.unit.replace("-", " ")
    match state(clock, on):
        case "running":
            rest = "" if left is None else f", with {_counted(left, unit)} left"
            return f"the time allowed ran until {due}{rest}"
        case "met":
            return f"the time allowed ran until {due}, and it was met on {met}"
        case "met-late":
            return f"the time allowed ended on {due}, and it was met late, on {met}"
        case "breached":
            over = "" if left is None else f", {_counted(-left, unit)} before"
            return f"the time allowed had run out on {due}{over}, and it was not met"
        case "not-begun":
            return f"the clock had not begun; it runs until {due}"
        case "no-clock-set":
            return "no time was set"
        case "cannot-tell":
            return "it cannot be told how the clock stood"


def _rule(id_: str) -> str:
    flagged = [rule for rule in RULES.get(id_, ()) if rule.effect is FLAG]
    return " ".join(f"{' '.join(rule.sentence.split())} The source is {rule.source}." for rule in flagged)


def _quoted(entry: Entry) -> str:
    said = entry.event.sentence()
    return f"“{said}”"


def _named(name: str) -> str:
    record, _, reference = name.partition("/")
    title = RECORDS[record].title
    return f"{title[0].lower()}{title[1:]} {reference}"


def _recorded(entry: Entry) -> date:
    return london_day(entry.recordedtime)


def _words(code: str) -> str:
    return code.replace("-", " ")


def _entries(count: int) -> str:
    return "one entry" if count == 1 else f"{count} entries"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
