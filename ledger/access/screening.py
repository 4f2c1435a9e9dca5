"""What somebody may record an event on, and cite: judged inside the write, so that nothing changes between the judgement and the commit."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from ledger.access.citing import NotThere, cited_by
from ledger.access.sight import Sight, involves, withholds
from ledger.desk import Desk, Screen
from ledger.domain.claim import Broken
from ledger.domain.corrections import it_speaks_of_an_original_event
from ledger.domain.general import Corrected
from ledger.domain.register import Rule
from ledger.domain.standing import cited_records_are_known, record_was_begun
from ledger.entry import MINT, Submission
from ledger.outcome import Outcome, Refused, unfit


def screen_of(seen: Sight) -> Screen:
    """What is refused to somebody as if it were not there.

    Cases that an agency saw by the tables it goes on seeing; what is restricted, or was begun meanwhile, is told by the ledger itself.
    """
    return lambda posted, desk: _why_not(posted, desk, lambda name: _is_hidden(name, seen, desk))


def _why_not(posted: Submission, desk: Desk, hidden: Callable[[str], bool]) -> Outcome | None:
    name = f"{posted.record}/{posted.reference}"
    if posted.reference != MINT and hidden(name) and (desk.standing(name).version or not posted.kind.begins):
        state = "begun already" if posted.kind.begins and not posted.kind.continues else "never begun"
        return _refused(record_was_begun, f"{name} was {state}.")
    try:
        cited = cited_by(posted.kind, posted.event, desk.history(name) if isinstance(posted.event, Corrected) else ())
    except NotThere:
        return _refused(it_speaks_of_an_original_event, f"It speaks of no entry of {name}.")
    except ValidationError as error:
        return unfit(error, posted)
    if unseen := [each for each in sorted(cited - {name}) if hidden(each)]:
        return _refused(cited_records_are_known, f"Not known to this ledger: {', '.join(unseen)}.")
    return None


def _is_hidden(name: str, seen: Sight, desk: Desk) -> bool:
    if withholds(desk.standing(name), seen.principal, desk.today):
        return True
    return not seen.reaches(name) and not involves(desk.history(name), seen.principal.agency)


def _refused(rule: Rule, why: str) -> Outcome:
    """A case that is not theirs is answered like one that is not there."""
    return Refused((Broken(rule, why),))
