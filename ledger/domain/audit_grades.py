"""Grades of audits: each stands on a scale the partnership adopted, and a tool keeps the scale it went out with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from ledger.domain.audit_rules import Audit
from ledger.domain.claim import Claim
from ledger.domain.conventions import AuditScale
from ledger.domain.fields import known_day, spoken
from ledger.domain.register import rule

if TYPE_CHECKING:
    from ledger.domain.audit import AuditFindingRecorded, AuditIssued, AuditReturnModerated, AuditReturnReceived

ON_ITS_SCALE = "reference.md AUD-GRADE, S175-SCALE: the scale is versioned, and belongs to the version of the tool"


@rule("S175-SCALE", source="reference.md S175-SCALE: the scale is a property of the tool's version", pack="audit-scale")
def the_scale_of_the_tool_is_in_force(audit: Audit | None, claim: Claim[AuditIssued]) -> str | None:
    """A tool goes out with a scale in force on that day. Where no scale was adopted, nothing is asked of it."""
    return _not_in_force(claim.event.scale, claim.packs.audit_scales(claim.day), claim.day)


@rule("AUD-GRADE", source=ON_ITS_SCALE, pack="audit-scale")
def the_grades_are_on_the_scale_of_the_tool(
    audit: Audit, claim: Claim[AuditReturnReceived | AuditReturnModerated]
) -> str | None:
    """A return is graded, by the body and by those who moderate, on the scale its tool went out with: a later one changes nothing.

    Of a tool that named none, on one of those in force when it went out.
    """
    event, issued = claim.event, known_day(audit.issued_on) or claim.day
    own = getattr(event, "self_grades", {})
    given = {*(own.values() if isinstance(own, dict) else ()), *(event.moderated_grades or {}).values()}
    return _off_the_scale(given, claim.packs.audit_scales(issued, audit.scale))


@rule("AUD-GRADE", source="reference.md AUD-GRADE: the scale is versioned")
def a_grade_names_its_scale(audit: Audit, claim: Claim[AuditFindingRecorded]) -> str | None:
    """A grade says on which scale it stands; a scale without a grade says nothing."""
    event = claim.event
    graded = event.grade is not None or event.moderated_grade is not None
    if graded is (event.scale is not None):
        return None
    return "A grade needs the scale it stands on." if graded else "A scale is named, but no grade."


@rule("AUD-GRADE", source=ON_ITS_SCALE, pack="audit-scale")
def a_grade_is_on_the_scale_in_force(audit: Audit, claim: Claim[AuditFindingRecorded]) -> str | None:
    """A finding is graded on a scale in force on its day, or on that of the audit's own tool; the moderated grade stands beside the first."""
    event, in_force = claim.event, claim.packs.audit_scales(claim.day)
    if event.scale is None:
        return None
    if event.scale != audit.scale and (why := _not_in_force(event.scale, in_force, claim.day)):
        return why
    given = {grade for grade in (event.grade, event.moderated_grade) if grade is not None}
    return _off_the_scale(given, claim.packs.audit_scales(claim.day, event.scale))


def _not_in_force(named: str | None, in_force: tuple[AuditScale, ...], on: date) -> str | None:
    known = [scale.reference for scale in in_force]
    if named is None or not known or named in known:
        return None
    return f"{named} is no scale in force on {spoken(on)}; there {_are(known)}."


def _are(names: list[str]) -> str:
    return f"is {names[0]}" if len(names) == 1 else f"are {', '.join(names)}"


def _off_the_scale(given: Iterable[str], scales: tuple[AuditScale, ...]) -> str | None:
    """All grades given together stand on one scale."""
    missing = [sorted(set(given) - scale.codes) for scale in scales]
    if not missing or not all(missing):
        return None
    if len(scales) == 1:
        steps = [*(grade.code for grade in scales[0].grades), scales[0].not_applicable]
        return f"{scales[0].reference} has no {', '.join(missing[0])}; it has {', '.join(filter(None, steps))}."
    return f"No scale in force has all of {', '.join(sorted(given))}."
