"""What must hold of an audit: what was asked, what was returned, what was held and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ledger.domain.claim import Claim
from ledger.domain.fields import NOT_STATED, DayOrNotStated, known_day, spoken
from ledger.domain.register import FLAG, Event, rule

if TYPE_CHECKING:
    from ledger.domain.audit import (
        AuditCancelled,
        AuditFindingRecorded,
        AuditHeld,
        AuditIssued,
        AuditReturnModerated,
        AuditReturnReceived,
    )

AuditKind = Literal[
    "multi-agency-themed", "random-20", "deep-dive", "single-agency",
    "section-11", "section-157-175", "frontline-visit", "peer-review",
]  # fmt: skip
FindingKind = Literal["assurance", "gap", "good-practice", "learning"]
RANDOM_20_CASES = 20


@dataclass(frozen=True)
class Audit:
    """An audit as its events so far leave it; `returned` maps each body to the standards it graded, None where not stated.

    `scale` is the pack that its tool named when it went out.
    """

    kind: AuditKind
    planned: bool = False
    asked: frozenset[str] | None = None
    issued_on: DayOrNotStated | None = None
    returned: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    moderated: frozenset[str] = frozenset()
    held: bool = False
    cancelled: bool = False
    scale: str | None = None
    findings: Mapping[int, FindingKind] = field(default_factory=dict)


@rule("AUD-KIND", source="events.md: audit.planned")
def the_kind_is_said_once(audit: Audit | None, claim: Claim[AuditIssued | AuditHeld]) -> str | None:
    """An audit that was never planned says its kind when it is first recorded; no later event gives it another."""
    kind = claim.event.kind
    if audit is None:
        return "An audit that was not planned gives its kind when it is first recorded." if kind is None else None
    return f"This is a {audit.kind} audit, not {kind}." if kind not in (None, audit.kind) else None


@rule("AUD-PLAN", source="reference.md AUD-PLAN: planned and done are both reported", effect=FLAG)
def a_cancelled_audit_stays_cancelled(audit: Audit | None, claim: Claim[AuditIssued | AuditHeld]) -> str | None:
    """An audit that was cancelled is not issued or held after all."""
    return "The audit had been cancelled." if audit is not None and audit.cancelled else None


@rule("AUD-CANCEL", source="events.md: audit.cancelled")
def only_an_audit_still_to_be_held_is_cancelled(audit: Audit, claim: Claim[AuditCancelled]) -> str | None:
    """An audit is cancelled once, and not after it was held."""
    if audit.held:
        return "The audit was held already."
    return "The audit was cancelled already." if audit.cancelled else None


@rule("S11-DATA", source="reference.md S11-DATA: the denominator is frozen at issue")
def the_bodies_asked_are_named_once(audit: Audit | None, claim: Claim[AuditIssued]) -> str | None:
    """An audit is issued once, and each body is asked once; the list stands from then on."""
    asked = claim.event.asked
    if audit is not None and audit.asked is not None:
        return f"The audit was issued already, to {len(audit.asked)} bodies."
    twice = sorted({code for code in asked if asked.count(code) > 1})
    return f"Asked twice: {', '.join(twice)}." if twice else None


@rule("S175-WINDOW", source="reference.md S175-WINDOW, S175-RATE: first and final deadline")
def the_final_deadline_is_the_later(audit: Audit | None, claim: Claim[AuditIssued]) -> str | None:
    """No deadline passes before the tool is issued, nor the final deadline before the first."""
    days = [known_day(d) for d in (claim.event.issued_on, claim.event.deadline, claim.event.final_deadline)]
    told = [day for day in days if day is not None]
    return "The days of issue, deadline and final deadline are out of order." if told != sorted(told) else None


@rule("S11-DATA", source="reference.md S11-DATA: returned out of bodies asked")
def the_body_was_asked_and_returns_once(audit: Audit, claim: Claim[AuditReturnReceived]) -> str | None:
    """A return comes from a body that was asked, and each body returns once."""
    body = claim.event.body
    if audit.asked is None:
        return "The audit was never issued, so nobody was asked."
    if body not in audit.asked:
        return f"{body} was not asked."
    return f"{body} has returned already." if body in audit.returned else None


@rule("S11-STEPS", source="reference.md S11-STEPS: issue, return, moderation")
def a_return_follows_the_issue(audit: Audit, claim: Claim[AuditReturnReceived]) -> str | None:
    """No return is older than the issue of the tool."""
    issued, returned = known_day(audit.issued_on), known_day(claim.event.returned_on)
    if issued is not None and returned is not None and returned < issued:
        return f"The tool was issued on {spoken(issued)}."
    return None


@rule("S11-STEPS", source="reference.md S11-STEPS: issue, return, moderation")
def what_is_moderated_was_returned(audit: Audit, claim: Claim[AuditReturnModerated]) -> str | None:
    """A return is moderated once, after the body made it."""
    body = claim.event.body
    if body not in audit.returned:
        return f"{body} has not returned."
    return f"The return of {body} was moderated already." if body in audit.moderated else None


BOTH_GRADES = "reference.md S11-STEPS: both the self-grade and the moderated grade are kept"


@rule("S11-STEPS", source=BOTH_GRADES, effect=FLAG)
def moderated_grades_have_their_own_beside_them(audit: Audit, claim: Claim[AuditReturnReceived]) -> str | None:
    """A return that comes moderated also has the body's own grade of each moderated standard."""
    own = standards(claim.event.self_grades)
    return _moderated_alone(own, claim.event.moderated_grades or {})


@rule("S11-STEPS", source=BOTH_GRADES, effect=FLAG)
def moderation_keeps_to_the_standards_graded(audit: Audit, claim: Claim[AuditReturnModerated]) -> str | None:
    """Moderation speaks of the standards that the body graded itself."""
    return _moderated_alone(audit.returned.get(claim.event.body), claim.event.moderated_grades)


def _moderated_alone(own: frozenset[str] | None, moderated: Mapping[str, str]) -> str | None:
    alone = sorted(set(moderated) - own) if own is not None else []
    return f"Moderated, but not graded by the body itself: {', '.join(alone)}." if alone else None


def standards(grades: Mapping[str, str] | str) -> frozenset[str] | None:
    """The standards a body graded; None where its grades are not stated."""
    return frozenset(grades) if isinstance(grades, Mapping) else None


@rule("AUD-HELD", source="events.md: audit.held")
def an_audit_is_held_once(audit: Audit | None, claim: Claim[AuditHeld]) -> str | None:
    """An audit is held once; what was wrong about it is corrected."""
    return "The audit was held already." if audit is not None and audit.held else None


@rule("AUD-SAMPLE", source="reference.md AUD-SAMPLE: the number of cases is always shown")
def the_spread_fits_the_sample(audit: Audit | None, claim: Claim[AuditHeld]) -> str | None:
    """The cases spread over the levels of need are no more than the cases sampled."""
    cases, spread = claim.event.cases_sampled, sum((claim.event.spread or {}).values())
    if cases == NOT_STATED or spread <= cases:
        return None
    return f"{spread} cases are spread over the continuum of need, but {cases} were sampled."


@rule("AUD-PROG", source="reference.md AUD-PROG: the yearly Random 20", effect=FLAG)
def a_random_20_samples_twenty(audit: Audit | None, claim: Claim[AuditHeld]) -> str | None:
    """A Random 20 samples 20 cases."""
    kind, cases = audit.kind if audit else claim.event.kind, claim.event.cases_sampled
    if kind != "random-20" or cases in (NOT_STATED, RANDOM_20_CASES):
        return None
    return f"{cases} cases were sampled."


@rule("AUD-HELD", source="events.md: audit.finding-recorded, audit.reported")
def there_was_something_to_find(audit: Audit, claim: Claim[Event]) -> str | None:
    """Only an audit that was held, or issued to bodies, finds something and is reported."""
    return None if audit.held or audit.asked is not None else "The audit was neither held nor issued."


@rule("AUD-NUMBER", source="events.md: audit.finding-recorded")
def a_number_names_one_finding(audit: Audit, claim: Claim[AuditFindingRecorded]) -> str | None:
    """Each finding of an audit has its own number, by which actions cite it."""
    number = claim.event.number
    return f"Finding {number} was recorded already." if number in audit.findings else None


@rule("AUD-REPEAT", source="reference.md AUD-REPEAT: findings carry theme codes", effect=FLAG)
def a_gap_carries_a_theme(audit: Audit, claim: Claim[AuditFindingRecorded]) -> str | None:
    """A gap carries a theme, or nobody will see that it recurs."""
    event = claim.event
    return "The gap carries no theme." if event.kind == "gap" and not event.themes else None
