"""Lines of enquiry about scrutiny itself: challenges nobody answered, and what was changed once somebody had asked."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.fields import known_day, spoken
from ledger.enquiries.enquiry import Found, Looking, days, enquiry, of
from ledger.projections.amendments import AmendmentRow, Amendments
from ledger.projections.columns import table_of
from ledger.projections.scrutinies import ChallengeRow, Challenges, Scrutinies
from ledger.projections.tables import Held


@enquiry("ENQ-SCR-UNANSWERED", "Challenges nobody answered", source="events.md: scrutiny.challenged, scrutiny.answered")
def unanswered_challenges(looking: Looking) -> Iterator[Found]:
    """Challenges of a scrutineer that the agency or group challenged has not answered."""
    for held in looking.held(Challenges, table_of(Challenges).c.answered_on.is_(None)):
        row, put = held.row, known_day(held.row.challenged_on)
        since = f", {days(put, looking.day)} ago" if put else ""
        due = f"; an answer was asked for by {spoken(row.answer_by)}" if row.answer_by else ""
        why = f"Challenge {row.number} was put to {row.to_agency or row.to_group} on {spoken(row.challenged_on)}{since}{due}."
        yield of(held, why, row.challenged_entry, key=held.key)


@enquiry(
    "ENQ-COR-CHALLENGE", "Corrected after a challenge", source="reference.md RGT-RECT; events.md: scrutiny.challenged"
)
def corrected_after_a_challenge(looking: Looking) -> Iterator[Found]:
    """Corrections and withdrawals recorded after a challenge, of what that scrutiny looked into or by the agency that was challenged: they may be right, and they came when somebody had asked."""
    challenges = looking.held(Challenges)
    if not challenges:
        return
    looked_into = {held.reference: held.row.scrutinised for held in looking.held(Scrutinies)}
    c, first = table_of(Amendments).c, min(held.row.challenged_entry for held in challenges)
    for amendment in looking.held(Amendments, c.entry > first, c.kind.in_(("corrected", "withdrawn"))):
        for held in challenges:
            if _concerns(amendment, held.row, looked_into.get(held.reference, ())):
                row = amendment.row
                why = f"Entry {row.position} was {row.kind} after challenge {held.row.number} of scrutiny/{held.reference}."
                entries = (row.position, row.entry, held.row.challenged_entry)
                yield of(amendment, why, *entries, key=f"{row.entry} {held.reference} {held.row.number}")


def _concerns(amendment: Held[AmendmentRow], challenge: ChallengeRow, looked_into: tuple[str, ...]) -> bool:
    """Whether an amendment came after a challenge, and is of what was looked into or by who was challenged."""
    if amendment.row.entry < challenge.challenged_entry:
        return False
    record = f"{amendment.record}/{amendment.reference}"
    return record in looked_into or amendment.row.source == f"/agencies/{challenge.to_agency}"
