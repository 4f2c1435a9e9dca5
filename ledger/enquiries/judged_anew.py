"""Entries that were accepted, and that the rules would refuse now that an earlier entry of their record was corrected or withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from ledger.domain.claim import Broken, Claim
from ledger.domain.general import Corrected, DuplicateOf, Withdrawn
from ledger.domain.history import ABSENT, Entry, Standing, effective, folded
from ledger.domain.ledger_opening import LEDGER
from ledger.domain.register import FLAG
from ledger.enquiries.enquiry import Found, Looking, enquiry
from ledger.projections.amendments import Amendments
from ledger.projections.columns import table_of
from ledger.projections.tables import held_ever


@enquiry("ENQ-COR-REFUSED", "Would be refused now", source="events.md: <record>.corrected; reference.md RGT-RECT")
def would_be_refused(looking: Looking) -> Iterator[Found]:
    """Entries that stand, and that a rule would refuse if they came now, after what was corrected or withdrawn before them on the same record."""
    table = table_of(Amendments)
    amended = select(table.c.record, table.c.reference).where(
        held_ever(table, looking.as_at), table.c.kind.in_(("corrected", "withdrawn")), table.c.record != LEDGER.name
    )
    for record, reference in sorted({(row.record, row.reference) for row in looking.on.execute(amended)}):
        yield from _of_record(looking, record, reference)


def _of_record(looking: Looking, record: str, reference: str) -> Iterator[Found]:
    name = f"{record}/{reference}"
    history = looking.histories([name]).get(name, ())
    amendments = [(e.event.position, e.position) for e in history if isinstance(e.event, Corrected | Withdrawn)]
    counted = effective(history)
    for n, entry in enumerate(counted):
        behind = [position for pair in amendments if pair[0] < entry.position for position in pair]
        if behind and not isinstance(entry.event, DuplicateOf):
            for broken in _refusals(looking, entry, _standing(counted[:n])):
                why = f"{broken.rule.id}: {broken.why}"
                yield Found(record, reference, why, [entry.position, *behind], f"{entry.position} {broken.rule.name}")


def _refusals(looking: Looking, entry: Entry, standing: Standing) -> Iterator[Broken]:
    claim = _claim(looking, entry, standing)
    for rule in type(entry.event).rules:
        if rule.effect is not FLAG and (why := rule.check(standing.state, claim)) is not None:
            yield Broken(rule, why)


def _claim(looking: Looking, entry: Entry, standing: Standing) -> Claim[Any]:
    """The entry as a claim, beside other records as they were before it by what counts of them now."""

    def other(record: str, reference: str) -> Standing:
        name = f"{record}/{reference}"
        earlier = [e for e in effective(looking.histories([name]).get(name, ())) if e.position < entry.position]
        return _standing(earlier)

    return Claim(
        kind=entry.kind,
        event=entry.event,
        reference=entry.reference,
        source=entry.source,
        recordedby=entry.recordedby,
        time=entry.time,
        day=entry.day,
        timeprecision=entry.timeprecision,
        recorded_at=entry.recordedtime,
        version=standing.version,
        position=entry.position,
        heads=lambda position: None,  # asked only of the ledger's own record, which is left out
        packs=looking.packs.as_at(entry.position),
        look_up=lambda record, reference: other(record, reference).state,
        is_begun=lambda record, reference: other(record, reference).counts,
        retrospective=entry.retrospective,
    )


def _standing(counted: Sequence[Entry]) -> Standing:
    return folded(counted, counted[-1].version) if counted else ABSENT
