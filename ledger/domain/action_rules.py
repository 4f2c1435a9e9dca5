"""What must hold of an action: who may say what of it, and in which order it is done, assured and shown to matter."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ledger.domain.action_parts import (
    ARTEFACTS,
    AUDIT_KINDS,
    REVIEW_KINDS,
    ActionSource,
    AgencyOwner,
    FromAudit,
    FromInspection,
    FromReview,
    FromScrutiny,
    GroupOwner,
    Owner,
    owner_name,
)
from ledger.domain.claim import Claim
from ledger.domain.fields import NOT_STATED, DayOrNotStated, NotStated, known_day, spoken, worded
from ledger.domain.register import FLAG, Event, rule

if TYPE_CHECKING:
    from ledger.domain.action import (
        ActionAccepted,
        ActionAssuranceRefused,
        ActionAssured,
        ActionClosed,
        ActionCompleted,
        ActionImpactEvidenced,
        ActionProgressed,
        ActionRaised,
        ActionReassigned,
        ActionReopened,
        ActionRescheduled,
    )

ClosingKind = Literal["embedded", "superseded", "not-pursued"]
Stage = Literal[
    "raised", "accepted", "in-progress", "completed", "assurance-refused", "assured", "impact-evidenced", "closed", "reopened"
]  # fmt: skip


@dataclass(frozen=True)
class Action:
    """An action as its events so far leave it; the due date first set is kept beside the present one (ACT-DATES)."""

    source: ActionSource
    owner: Owner | NotStated
    lead_group: str
    due_on: DayOrNotStated
    original_due_on: DayOrNotStated
    baseline: Decimal | None = None
    accepted: bool = False
    in_progress: bool = False
    completed_on: DayOrNotStated | None = None
    assurance: Literal["accepted", "refused"] | None = None
    impact: bool = False
    closed: ClosingKind | None = None
    superseded_by: str | None = None
    reopened: int = 0

    @property
    def stage(self) -> Stage:
        """How far it has come: done, assured and effective are three separate facts (ACT-DONE-3)."""
        if self.closed is not None:
            return "closed"
        if self.impact:
            return "impact-evidenced"
        if self.assurance is not None:
            return "assured" if self.assurance == "accepted" else "assurance-refused"
        if self.completed_on is not None:
            return "completed"
        if self.in_progress:
            return "in-progress"
        if self.reopened:
            return "reopened"
        return "accepted" if self.accepted else "raised"


@rule("ACT-SRC", source="reference.md ACT-SRC: action sources")
def the_source_made_it(action: Action | None, claim: Claim[ActionRaised]) -> str | None:
    """What an action cites is of the kind named, and made the finding or recommendation cited."""
    match claim.event.source:
        case FromAudit(kind=kind, audit=reference, number=number) if reference != NOT_STATED:
            audit = claim.look_up("audit", reference)
            unlike, made = audit.kind not in AUDIT_KINDS[kind], audit.findings
        case FromReview(kind=kind, review=reference, number=number) if reference != NOT_STATED:
            review = claim.look_up("review", reference)
            unlike, made = review.kind not in REVIEW_KINDS[kind], review.recommendations
        case FromInspection(inspection=str(reference), number=number):
            unlike, made = False, claim.look_up("inspection", reference).findings
        case FromScrutiny(scrutiny=str(reference), number=number):
            unlike, made = False, claim.look_up("scrutiny", reference).recommendations
        case _:
            return None
    if unlike:
        return f"{reference} is not a {worded(claim.event.source.kind)}."
    return f"{reference} made no number {number}." if number is not None and number not in made else None


@rule("ACT-SMART", source="reference.md ACT-SMART: single named owner, due date, success measure", effect=FLAG)
def it_is_specific_and_measurable(action: Action | None, claim: Claim[ActionRaised]) -> str | None:
    """An action has one post in one agency that owns it, a due date and a measure of success."""
    event, missing = claim.event, []
    if not isinstance(event.owner, AgencyOwner) or event.owner.role == NOT_STATED:
        missing.append("one post in one agency that owns it")
    if event.due_on == NOT_STATED:
        missing.append("a due date")
    if event.success_measure is None:
        missing.append("a measure of success")
    return f"The action lacks {' and '.join(missing)}." if missing else None


@rule("ACT-CLOSE", source="reference.md ACT-CLOSE: an owner may not close its own action", effect=FLAG)
def the_owner_does_not_oversee_itself(
    action: Action | None, claim: Claim[ActionRaised | ActionReassigned]
) -> str | None:
    """The group that owns an action is not the group that oversees it."""
    lead = claim.event.lead_group or (action.lead_group if action else NOT_STATED)
    if _body(claim.event.owner) == ("group", lead):
        return f"{lead} owns the action and oversees it."
    return None


@rule("SEP-SCRUT", source="reference.md SEP-SCRUT: the scrutineer is not also action owner", effect=FLAG)
def the_scrutineer_does_not_act_on_it(action: Action | None, claim: Claim[Any]) -> str | None:
    """Whoever scrutinised something does not own the action that answers the scrutiny."""
    source = action.source if action is not None else claim.event.source
    owner = claim.event.owner
    if not isinstance(source, FromScrutiny) or source.scrutiny is None or not isinstance(owner, AgencyOwner):
        return None
    scrutiny = claim.look_up("scrutiny", source.scrutiny)
    if scrutiny is not None and (owner.role == scrutiny.by or owner.agency == scrutiny.by_agency):
        return f"{owner_name(owner)} made the scrutiny {source.scrutiny} that this action answers."
    return None


@rule("ACT-OPEN", source="reference.md ACT-CLOSE: re-opening is an event")
def it_is_not_closed(action: Action, claim: Claim[Event]) -> str | None:
    """Nothing more happens to a closed action until it is reopened."""
    return f"The action was closed as {action.closed}; reopen it first." if action.closed else None


@rule("ACT-OPEN", source="events.md: action.reopened")
def there_is_something_to_reopen(action: Action, claim: Claim[ActionReopened]) -> str | None:
    """Only an action that was completed or closed is reopened."""
    return None if action.closed or action.completed_on is not None else "The action is open."


@rule("ACT-OWNER", source="events.md: action.accepted, action.reassigned; not theirs to say")
def its_owner_accepts_it(action: Action, claim: Claim[ActionAccepted]) -> str | None:
    """An action is accepted once, by the body that owns it."""
    by, owner = claim.event.by, action.owner
    if action.accepted:
        return "The action was accepted already."
    same = _body(by) == _body(owner) or owner == NOT_STATED
    return None if same else f"The action belongs to {owner_name(owner)}, not {owner_name(by)}."


def _body(owner: Owner | NotStated) -> tuple[str, str] | None:
    match owner:
        case AgencyOwner(agency=agency):
            return "agency", agency
        case GroupOwner(group=group):
            return "group", group
        case _:
            return None


@rule(
    "ACT-OWNER",
    source="events.md: action.accepted, action.progressed, action.completed: the owner says so",
    effect=FLAG,
)
def its_owner_says_so(action: Action, claim: Claim[ActionAccepted | ActionProgressed | ActionCompleted]) -> str | None:
    """What an agency says of its own action comes from that agency, or from the business unit for it."""
    match action.owner:
        case AgencyOwner(agency=agency) if not claim.sent_by_business_unit and claim.source != f"/agencies/{agency}":
            return f"The action belongs to {agency}, and another source says this of it."
    return None


@rule("ACT-OWNER", source="events.md: action.reassigned, new owner")
def the_owner_changes(action: Action, claim: Claim[ActionReassigned]) -> str | None:
    """A reassigned action has another owner, or another group that oversees it."""
    event = claim.event
    if event.owner == action.owner and event.lead_group in (None, action.lead_group):
        return f"The action belongs to {owner_name(action.owner)} already."
    return None


@rule("ACT-RAG", source="reference.md ACT-RAG: the pack says what each colour means", effect=FLAG, pack="rag-pack")
def the_rating_is_one_of_the_pack(action: Action, claim: Claim[ActionProgressed]) -> str | None:
    """An owner's rating is one of the colours of the pack in force."""
    pack, rating = claim.packs.rag_pack(claim.day), claim.event.own_rating
    if pack is None or rating is None or rating in {known.code for known in pack.ratings}:
        return None
    return f"{pack.reference} has no {rating}."


@rule("ACT-DATES", source="reference.md ACT-DATES: overdue is measured against both due dates")
def the_due_date_changes(action: Action, claim: Claim[ActionRescheduled]) -> str | None:
    """A new due date differs from the present one; the first is kept."""
    day = claim.event.due_on
    return f"The action is due on {spoken(day)} already." if day == action.due_on else None


@rule("ACT-DONE-3", source="reference.md ACT-DONE-3: done, assured and effective are three facts")
def it_is_done_once(action: Action, claim: Claim[ActionCompleted | ActionRescheduled]) -> str | None:
    """A completed action is neither completed again nor given a new due date, unless it is reopened."""
    if action.completed_on is None or action.closed is not None:
        return None
    return f"The action was completed on {spoken(action.completed_on)}; reopen it first."


@rule("ACT-DONE-3", source="reference.md ACT-DONE-3: assurance follows completion")
def it_was_done_before(action: Action, claim: Claim[ActionAssured | ActionAssuranceRefused]) -> str | None:
    """Only a completed action is assured, or refused assurance, on a day no earlier than its completion."""
    if action.closed is not None:
        return None
    if action.completed_on is None:
        return "The action was not completed."
    if action.assurance == "accepted":
        return "The action was assured already; reopen it first."
    done, seen = known_day(action.completed_on), known_day(claim.event.happened_on)
    if done is not None and seen is not None and seen < done:
        return f"The action was completed on {spoken(done)}, which is later."
    return None


@rule(
    "ACT-CLOSE", source="reference.md ACT-CLOSE: an owner may not close its own action; events.md: never by the owner"
)
def the_owner_does_not_judge_itself(
    action: Action, claim: Claim[ActionAssured | ActionAssuranceRefused | ActionClosed]
) -> str | None:
    """An action is assured and closed by a group that does not own it, and not recorded by the owner as its own source."""
    match action.owner:
        case GroupOwner(group=group) if group == claim.event.by_group:
            return f"{group} owns this action."
        case AgencyOwner(agency=agency) if claim.source == f"/agencies/{agency}":
            return f"{agency} owns this action; {claim.event.by_group} or the business unit records it."
    return None


@rule("ACT-CLOSE", source="reference.md ACT-CLOSE: only the overseeing group may close")
def the_overseeing_group_closes_it(action: Action, claim: Claim[ActionClosed]) -> str | None:
    """An action is closed by the group that oversees it."""
    if action.lead_group in (NOT_STATED, claim.event.by_group):
        return None
    return f"The action is overseen by {action.lead_group}, not {claim.event.by_group}."


@rule("ACT-CLOSE", source="reference.md ACT-CLOSE: closing kinds, superseded (link), not pursued (reason)")
def it_is_closed_with_what_its_kind_needs(action: Action, claim: Claim[ActionClosed]) -> str | None:
    """A superseded action names the other action that takes its place; one not pursued gives reasons."""
    event = claim.event
    if (event.kind == "superseded") is (event.superseded_by is None):
        return "Name the action that takes its place, where it is superseded and only there."
    if event.kind == "not-pursued" and event.reasons is None:
        return "Give the reasons for not pursuing it."
    if event.superseded_by is None:
        return None
    other = claim.look_up("action", event.superseded_by)
    if claim.reference in (event.superseded_by, other.superseded_by):
        return "An action cannot take its own place."
    return None


@rule("ACT-DONE-3", source="reference.md ACT-DONE-3: open until there is assurance", effect=FLAG)
def what_is_embedded_was_assured(action: Action, claim: Claim[ActionClosed]) -> str | None:
    """An action is closed as embedded after a group accepted the evidence."""
    if claim.event.kind == "embedded" and action.assurance != "accepted":
        return "Closed as embedded without assurance."
    return None


@rule("ACT-DONE-3", source="reference.md ACT-DONE-3: done, assured, effective, in this order", effect=FLAG)
def impact_follows_assurance(action: Action, claim: Claim[ActionImpactEvidenced]) -> str | None:
    """What changed is shown after the action was completed and assured."""
    if action.closed is not None or action.assurance == "accepted":
        return None
    return "The action was not completed." if action.completed_on is None else "The action was not assured."


@rule("ACT-BASE", source="events.md: action.impact-evidenced, baseline and later value")
def there_is_a_baseline(action: Action, claim: Claim[ActionImpactEvidenced]) -> str | None:
    """Change is measured from a baseline, given with it or when the action was raised."""
    if claim.event.baseline is None and action.baseline is None:
        return "There is no baseline to measure change from."
    return None


@rule("ACT-EVID", source="reference.md ACT-EVID: artefact-only evidence supports completion, not impact", effect=FLAG)
def an_artefact_shows_no_impact(action: Action, claim: Claim[ActionImpactEvidenced]) -> str | None:
    """Impact is shown by more than a policy or training material."""
    if all(shown.kind in ARTEFACTS for shown in claim.event.evidence):
        return "The evidence is a policy or training artefact only."
    return None


@rule("ACT-EVID", source="events.md: action.assured, evidence seen", effect=FLAG)
def evidence_was_seen(action: Action, claim: Claim[ActionAssured]) -> str | None:
    """A group gives assurance on evidence it has seen."""
    return None if claim.event.evidence_seen else "No evidence seen is named."
