"""What must hold of a mark on a record: a statement, a restriction, a hold, how long it is kept."""

from __future__ import annotations

from typing import Any

from ledger.domain.claim import Claim
from ledger.domain.fields import spoken
from ledger.domain.general import (
    HoldLifted,
    HoldPlaced,
    Restricted,
    RetentionSet,
    StatementAdded,
    Unrestricted,
    WordsErased,
)
from ledger.domain.history import Standing
from ledger.domain.register import rule


@rule("STMT-WHOSE", source="events.md: statement-added, whose; not theirs to say")
def a_statement_is_of_whoever_makes_it(standing: Standing, claim: Claim[Any]) -> str | None:
    """A statement of an agency names the agency, and is recorded by it or by the business unit; another person has no code."""
    if not isinstance(claim.event, StatementAdded):
        return None
    whose, agency = claim.event.whose, claim.event.agency
    if (whose == "agency") is (agency is None):
        return "Name the agency whose statement it is, where it is an agency's and only there."
    if agency is None or claim.sent_by_business_unit or claim.source == f"/agencies/{agency}":
        return None
    return f"A statement of {agency} is recorded by {agency} or by the business unit."


_OF_THE_CONTROLLER = (Restricted, Unrestricted, HoldPlaced, HoldLifted, RetentionSet)


@rule("MARK-BY", source="design: the business unit keeps the record for the controller")
def the_business_unit_keeps_the_record(standing: Standing, claim: Claim[Any]) -> str | None:
    """The business unit restricts a record and holds it, lifts either, and says how long it is kept."""
    if not isinstance(claim.event, _OF_THE_CONTROLLER) or claim.sent_by_business_unit:
        return None
    return "Only the business unit restricts a record, holds it or says how long it is kept; ask it to."


@rule("RGT-RESTR", source="reference.md RGT-RESTR: flagged, kept, used no more")
def a_restriction_is_in_order(standing: Standing, claim: Claim[Any]) -> str | None:
    """A restriction ends after it began, and is lifted where there is one."""
    event = claim.event
    if isinstance(event, Restricted) and event.until is not None and event.until < claim.day:
        return f"The restriction would end on {spoken(event.until)}, before it began."
    if isinstance(event, Unrestricted) and standing.restriction is None:
        return f"{claim.kind.record.name}/{claim.reference} is not restricted."
    return None


@rule("RET-MORAT", source="reference.md RET-MORAT: a lawful hold comes before any disposal")
def the_hold_lifted_stands(standing: Standing, claim: Claim[Any]) -> str | None:
    """The hold that is lifted is one that stands on the record."""
    if not isinstance(claim.event, HoldLifted) or any(h.position == claim.event.hold for h in standing.holds):
        return None
    return f"No hold of entry {claim.event.hold} stands on {claim.kind.record.name}/{claim.reference}."


@rule("RET-DESIGN", source="reference.md RET-DESIGN: a class of a pack, or a day to review", pack="retention")
def how_long_it_is_kept_can_be_told(standing: Standing, claim: Claim[Any]) -> str | None:
    """A record is kept in a class of the retention pack in force, or until a day to review it that lies ahead; no birth date is entered."""
    if not isinstance(claim.event, RetentionSet):
        return None
    code, day = claim.event.retention_class, claim.event.review_on
    if code is None and day is None:
        return "Say in which class the record is kept, on which day it is to be reviewed, or both."
    if day is not None and day <= claim.day:
        return f"The day to review lies after the day on which it was set, {spoken(claim.day)}: a birth date is never entered."
    if code is None:
        return None
    pack = claim.packs.retention(claim.day)
    if pack is None:
        return f"No retention pack was in force on {spoken(claim.day)}, so there is no class."
    if pack.named(code) is None:
        return f"{pack.reference} has no class {code}; there are {', '.join(each.code for each in pack.classes)}."
    return None


@rule("RGT-ERASE", source="UK GDPR art 17; design: two people, of whom neither posts the certificate")
def two_people_erase_words(standing: Standing, claim: Claim[Any]) -> str | None:
    """Words are erased by a request and its confirmation by another person, and the ledger itself records that it was done."""
    if not isinstance(claim.event, WordsErased):
        return None
    if not claim.erases:
        return "Nobody posts that words were erased: one person asks for it (POST /erasures), and another confirms it."
    if claim.event.requested_by.person == claim.event.confirmed_by.person:
        return "Whoever asked for an erasure does not confirm it: another person does."
    return None


@rule("RET-MORAT", source="reference.md RET-MORAT: a lawful hold comes before any disposal")
def nothing_is_erased_under_a_hold(standing: Standing, claim: Claim[Any]) -> str | None:
    """No words of a record are erased while a hold stands on it."""
    if not isinstance(claim.event, WordsErased) or not standing.holds:
        return None
    return f"A hold for {standing.holds[0].authority} stands on {claim.kind.record.name}/{claim.reference}."


RULES_OF_MARKS = (
    a_statement_is_of_whoever_makes_it,
    the_business_unit_keeps_the_record,
    a_restriction_is_in_order,
    the_hold_lifted_stands,
    how_long_it_is_kept_can_be_told,
    two_people_erase_words,
    nothing_is_erased_under_a_hold,
)
