"""What is judged with a record's entries at hand: corrections and withdrawals, by the rules of the entry they speak of; statements; erasures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.domain.claim import Broken, Claim, Verdict, judge
from ledger.domain.general import Corrected, StatementAdded, Withdrawn, WordsErased
from ledger.domain.history import ABSENT, Entry, Standing, corrected, effective, folded
from ledger.domain.keeping import OVER, keeping_of, kept, not_over
from ledger.domain.register import Event, Rule, rule
from ledger.domain.standing import (
    STANDING_RULES,
    cited_records_are_known,
    it_has_happened,
    the_date_inside_is_the_time_outside,
    the_repeated_record_is_another_of_its_kind,
    time_is_no_finer_than_its_precision,
)

RULES_OF_A_CORRECTED_EVENT = (
    cited_records_are_known,
    it_has_happened,
    time_is_no_finer_than_its_precision,
    the_date_inside_is_the_time_outside,
    the_repeated_record_is_another_of_its_kind,
)


@rule("COR-ORIGINAL", source="events.md: position of the original event, never of a correction")
def it_speaks_of_an_original_event(entries: Sequence[Entry], claim: Claim[Corrected | Withdrawn]) -> str | None:
    """A correction or withdrawal names the position of an original event of its own record that still counts."""
    position = claim.event.position
    found = next((e for e in entries if e.position == position), None)
    if found is None:
        return f"Entry {position} is not one of {claim.kind.record.name}/{claim.reference}."
    if isinstance(found.event, Corrected | Withdrawn):
        return f"Entry {position} is itself a correction or withdrawal; name the original event."
    if isinstance(found.event, WordsErased):
        return f"Entry {position} certifies that words were erased: they do not come back."
    if all(e.position != position for e in effective(entries)):
        return f"Entry {position} was withdrawn already."
    return None


@rule("COR-BY", source="events.md: made by whoever recorded the event, or the business unit")
def whoever_recorded_it_corrects_it(entries: Sequence[Entry], claim: Claim[Corrected | Withdrawn]) -> str | None:
    """An event is corrected or withdrawn by the agency that recorded it, or by the business unit."""
    original = next(e for e in entries if e.position == claim.event.position)
    if claim.recorded_by_business_unit or claim.source == original.source:
        return None
    return f"Entry {original.position} was recorded from another source; ask that agency or the business unit."


@rule(
    "REC-ONLY",
    source="events.md: withdrawing the first event voids the record; policies and the ledger have one record each",
)
def a_record_that_cannot_be_begun_again_is_not_voided(
    entries: Sequence[Entry], claim: Claim[Corrected | Withdrawn]
) -> str | None:
    """The first event of a record that no other can take the place of is corrected, never withdrawn."""
    first = entries[0].position
    if isinstance(claim.event, Withdrawn) and claim.kind.record.only and claim.event.position == first:
        return f"Without entry {first} nothing could be recorded on {claim.kind.record.name}/{claim.reference} again; correct it."
    return None


@rule("STMT-ENTRY", source="events.md: statement-added, position")
def it_stands_beside_an_entry(entries: Sequence[Entry], claim: Claim[StatementAdded]) -> str | None:
    """A statement stands beside an entry of its own record."""
    if any(entry.position == claim.event.position for entry in entries):
        return None
    return f"Entry {claim.event.position} is not one of {claim.kind.record.name}/{claim.reference}."


@rule("RET-DESIGN", source="reference.md RET-DESIGN: a class of a pack, or a day to review", pack="retention")
def the_time_of_the_record_is_over(entries: Sequence[Entry], claim: Claim[WordsErased]) -> str | None:
    """Words are erased because their time is over only where it is: so many years after the last event, or on the day to review."""
    if claim.event.ground != OVER:
        return None
    record = claim.kind.record.name
    found = kept(record, keeping_of(entries), claim.packs.retention(claim.day), claim.day)
    return not_over(f"{record}/{claim.reference}", found)


OF_CORRECTIONS = (
    it_speaks_of_an_original_event,
    whoever_recorded_it_corrects_it,
    a_record_that_cannot_be_begun_again_is_not_voided,
)
_ASKED: Mapping[type[Event], tuple[Rule, ...]] = {
    StatementAdded: (it_stands_beside_an_entry,),
    WordsErased: (the_time_of_the_record_is_over,),
}
SPEAKING_OF_ENTRIES = (Corrected, Withdrawn, StatementAdded, WordsErased)
"""Events that name entries of their record, and are judged with its entries at hand."""


def judge_correction(entries: Sequence[Entry], standing: Standing, claim: Claim[Any]) -> Verdict:
    """Judge an event that names entries; raises pydantic's ValidationError where new values do not fit the original's shape."""
    verdict = judge(standing, claim, STANDING_RULES)
    if verdict.refusals:
        return verdict
    for check in _ASKED.get(type(claim.event), OF_CORRECTIONS):
        if (why := check(entries, claim)) is not None:
            return Verdict((Broken(check, why),), ())
    return _judge_as_corrected(entries, claim, claim.event) if isinstance(claim.event, Corrected) else verdict


def _judge_as_corrected(entries: Sequence[Entry], claim: Claim[Any], correction: Corrected) -> Verdict:
    """Ask the original event's own rules of the corrected event, on its record as it stood just before the original."""
    counted = effective(entries)  # what later corrections and withdrawals did to the entries before it counts there too
    place = correction.position
    original = next(e for e in counted if e.position == place)
    as_corrected = corrected(original, correction.changes)
    cited = frozenset(original.kind.references(original.event))
    earlier = [e for e in counted if e.position < place]
    before = folded(earlier, earlier[-1].version) if earlier else ABSENT
    again = claim._replace(
        kind=as_corrected.kind,
        event=as_corrected.event,
        time=as_corrected.time,
        day=as_corrected.day,
        timeprecision=as_corrected.timeprecision,
        version=before.version,
        position=place,
        is_begun=lambda record, other: (
            claim.is_begun(record, other)
            # what it cited all along and was since found to repeat another is still there
            or ((record, other) in cited and claim.look_up(record, other) is not None)
        ),
        retrospective=as_corrected.retrospective,
    )
    return judge(before, again, RULES_OF_A_CORRECTED_EVENT)
