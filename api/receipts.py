"""The receipt of a recorded event, and the problem of one that was not: both made from the outcome alone."""

from __future__ import annotations

from collections.abc import Sequence

from api.problems import (
    BATCH_MALFORMED,
    BATCH_REFUSED,
    KEY_REUSED,
    NOT_AN_EVENT,
    RULE_BROKEN,
    UNREADABLE,
    VERSION_MOVED,
    Problem,
    told_faults,
)
from ledger import canonical
from ledger.outcome import KeyReused, NotReached, Outcome, Outrun, Recorded, Refused, Unfit
from ledger.receipts import receipt, told_broken

SHAPELESS = (NOT_AN_EVENT, UNREADABLE)
"""What is wrong with an item that no rule was asked about."""


def receipt_body(recorded: Recorded) -> bytes:
    """The receipt in canonical bytes: a repeat is answered with the same."""
    return canonical.write(receipt(recorded))


def problem_of(outcome: Outcome) -> Problem | None:
    """The problem of an outcome; None where it is recorded, or refused only because its batch was."""
    match outcome:
        case Recorded() | NotReached():
            return None
        case Refused(broken=broken):
            told = [told_broken(each) for each in broken]
            return Problem(RULE_BROKEN, f"Broken: {', '.join(sorted({each['id'] for each in told}))}.", {"rules": told})
        case KeyReused(position=position, recorded=recorded, posted=posted):
            hashes = {"recorded": recorded.hex(), "posted": posted.hex()} if recorded and posted else {}
            where = "The free text differs" if recorded is None else "The content differs"
            return Problem(
                KEY_REUSED, f"{where} from what was recorded at position {position}.", {"position": position, **hashes}
            )
        case Outrun(subject=subject, expected=expected, actual=actual):
            members = {"record": subject, "expected": expected, "actual": actual}
            return Problem(VERSION_MOVED, f"{subject} is at version {actual}, not {expected}.", members)
        case Unfit(faults=faults):
            return Problem(NOT_AN_EVENT, "The record it speaks of shows that it does not fit.", told_faults(faults))


def refused_batch(answers: Sequence[Outcome | Problem]) -> Problem:
    """One problem for an atomic batch that was refused: every failing number with its own."""
    problems = [answer if isinstance(answer, Problem) else problem_of(answer) for answer in answers]
    items = [
        {"index": number, "problem": problem.document()}
        for number, problem in enumerate(problems)
        if problem is not None
    ]
    shapeless = sum(isinstance(answer, Problem) and answer.kind in SHAPELESS for answer in answers)
    detail = f"{len(items)} of {len(answers)} events cannot be recorded"
    if shapeless:
        return Problem(BATCH_MALFORMED, f"{detail}, {shapeless} for want of any event's shape.", {"items": items})
    return Problem(BATCH_REFUSED, f"{detail}.", {"items": items})
