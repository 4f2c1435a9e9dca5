"""What became of each posted event, for whoever posted it from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.cli.exits import Code
from ledger.cli.output import note, say, show, write_json
from ledger.entry import Fault
from ledger.outcome import KeyReused, NotReached, Outcome, Outrun, Recorded, Refused, Unfit
from ledger.receipts import receipt, told_broken


@dataclass(frozen=True)
class Answer:
    """One event's answer: a receipt, or a problem (a title, a code, and what belongs to it)."""

    place: int
    code: Code = Code.FINE
    receipt: Mapping[str, Any] | None = None
    repeat: bool = False
    problem: Mapping[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """For machines: `line` counts from 1."""
        if self.receipt is not None:
            return {"line": self.place, "repeat": self.repeat, "receipt": self.receipt}
        return {"line": self.place, "problem": self.problem}


@dataclass
class Answers:
    """All of them, and the one exit code they come to."""

    given: list[Answer] = field(default_factory=list)

    @property
    def code(self) -> Code:
        """The greatest of the codes: malformed input outweighs a broken rule."""
        return max((answer.code for answer in self.given), default=Code.FINE)


def malformed(place: int, faults: Sequence[Fault]) -> Answer:
    """An event that has not the shape of one."""
    told = [{"pointer": fault.pointer, "message": fault.message} for fault in faults]
    return Answer(place, Code.USAGE, problem={"title": "Not the shape of any event", "faults": told})


def unreadable(place: int, why: str) -> Answer:
    """A line that is not JSON with one meaning."""
    return Answer(place, Code.USAGE, problem={"title": "Not JSON with one meaning", "detail": f"{why}."})


def held_back(place: int) -> Answer:
    """An event with nothing wrong, in a batch that was refused as a whole."""
    return Answer(place, problem={"title": "Not recorded, since the file was refused as a whole"})


def answer_of(place: int, outcome: Outcome) -> Answer:
    """The answer to what the ledger made of an event."""
    match outcome:
        case Recorded():
            return Answer(place, receipt=receipt(outcome), repeat=outcome.repeat)
        case Refused(broken=broken):
            rules = [told_broken(each) for each in broken]
            return Answer(place, Code.REFUSED, problem={"title": "A rule is broken", "rules": rules})
        case KeyReused(position=position):
            title = "The same source and id stand for something else"
            return Answer(place, Code.REFUSED, problem={"title": title, "position": position})
        case Outrun(subject=subject, expected=expected, actual=actual):
            members = {"record": subject, "expected": expected, "actual": actual}
            return Answer(place, Code.REFUSED, problem={"title": "The record is at another version", **members})
        case Unfit(faults=faults):
            return malformed(place, faults)
        case NotReached():
            return held_back(place)


def tell(answers: Answers, *, as_json: bool) -> None:
    """Print the receipts and the problems."""
    if as_json:
        write_json({"items": [answer.document() for answer in answers.given]})
        return
    receipts = [answer for answer in answers.given if answer.receipt is not None]
    if receipts:
        show("Recorded", RECEIPT, map(_row, receipts), numbers=("line", "position"))
    for answer in answers.given:
        if answer.code:
            note(f"line {answer.place}: {_told(answer.problem or {})}")
    repeats = sum(answer.repeat for answer in receipts)
    failed = len(answers.given) - len(receipts)
    say(f"{len(receipts) - repeats} recorded, {repeats} recorded before, {failed} not recorded.")


RECEIPT = ("line", "position", "type", "record", "departures", "leaf hash")


def _row(answer: Answer) -> tuple[Any, ...]:
    given = answer.receipt or {}
    departures = sorted({departure["rule"] for departure in given["departures"]})
    kind = given["type"].removeprefix("uk.safeguarding.")
    position = f"{given['position']}{' (before)' if answer.repeat else ''}"
    return answer.place, position, kind, given["record"], departures, given["leaf"][:16]


def _told(problem: Mapping[str, Any]) -> str:
    """A problem in a few lines: what is wrong, then each rule or field."""
    lines = [str(problem["title"])]
    lines += [f"  {rule['id']}: {rule['why']} ({rule['source']})" for rule in problem.get("rules", ())]
    lines += [f"  {fault['pointer'] or '(event)'}: {fault['message']}" for fault in problem.get("faults", ())]
    lines += [f"  {problem['detail']}" for _ in range("detail" in problem)]
    lines += [f"  {name}: {problem[name]}" for name in ("position", "record", "expected", "actual") if name in problem]
    return "\n".join(lines)
