"""Parts of an action: where it came from, who owns it, and the evidence shown for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ledger.domain.fields import (
    AgencyCode,
    AuditReference,
    Code,
    EscalationReference,
    GroupCode,
    IncidentReference,
    InspectionReference,
    NotStated,
    Number,
    Part,
    RapidReviewReference,
    ReviewReference,
    RiskReference,
    ScrutinyReference,
    Sha256,
    Title,
    written_as,
)


class FromIncident(Part):
    """An action out of a serious incident, before or beside its rapid review."""

    kind: Literal["serious-incident"]
    incident: IncidentReference | NotStated
    number: Number | None = None


class FromRapidReview(Part):
    """An immediate action of a rapid review."""

    kind: Literal["rapid-review"]
    rapid_review: RapidReviewReference | NotStated
    number: Number | None = None


class FromReview(Part):
    """An action that answers a recommendation; `number` is that of the recommendation."""

    kind: Literal["practice-review", "thematic-review", "practice-learning-review"]
    review: ReviewReference | NotStated
    number: Number | None = None


class FromAudit(Part):
    """An action that answers a finding; `number` is that of the finding."""

    kind: Literal["multi-agency-audit", "single-agency-audit", "section-11", "section-157-175"]
    audit: AuditReference | NotStated
    number: Number | None = None


class FromEscalation(Part):
    """An action agreed when a professional disagreement was settled."""

    kind: Literal["escalation"]
    escalation: EscalationReference | NotStated
    number: Number | None = None


class FromInspection(Part):
    """An action that answers a finding of an inspection; `title`: of its report. `inspection`: its record, where there is one."""

    kind: Literal["inspection"]
    title: Title | NotStated
    inspection: InspectionReference | None = None
    number: Number | None = None


class FromScrutiny(Part):
    """An action that answers a recommendation of a scrutineer; `scrutiny` is its record where there is one."""

    kind: Literal["scrutiny"]
    title: Title | NotStated
    scrutiny: ScrutinyReference | None = None
    number: Number | None = None


class FromRisk(Part):
    """An action that lowers a risk; `title`: of the register. `risk`: its record, where there is one."""

    kind: Literal["risk-register"]
    title: Title | NotStated
    risk: RiskReference | None = None
    number: Number | None = None


class FromElsewhere(Part):
    """An action out of what this ledger keeps no record of; `title`: of the report. `number`: of the item in it."""

    kind: Literal["national-review"]
    title: Title | NotStated
    number: Number | None = None


Titled = FromInspection | FromScrutiny | FromRisk | FromElsewhere
"""Sources that carry the title of a report or a register."""


ActionSource = Annotated[
    FromIncident | FromRapidReview | FromReview | FromAudit | FromEscalation | Titled,
    Field(discriminator="kind"),
]
"""Where an action came from (ACT-SRC); `kind` says which of these it is."""


def cited(source: ActionSource) -> tuple[str, str] | None:
    """(record name, reference) of the record an action came from; None where the ledger has none or it is not stated."""
    match source:
        case FromIncident(incident=reference):
            record = "incident"
        case FromRapidReview(rapid_review=reference):
            record = "rapid-review"
        case FromReview(review=reference):
            record = "review"
        case FromAudit(audit=reference):
            record = "audit"
        case FromEscalation(escalation=reference):
            record = "escalation"
        case FromInspection(inspection=str(reference)):
            record = "inspection"
        case FromScrutiny(scrutiny=str(reference)):
            record = "scrutiny"
        case FromRisk(risk=str(reference)):
            record = "risk"
        case _:
            return None
    return None if reference == "not-stated" else (record, reference)


class AgencyOwner(Part):
    """One post in one agency: a single named owner (ACT-SMART). Never a person's name."""

    agency: AgencyCode
    role: Code | NotStated


class GroupOwner(Part):
    """A group of the partnership that does the work itself."""

    group: GroupCode


Owner = AgencyOwner | GroupOwner


def owner_name(owner: Owner | str) -> str:
    """The owner in a sentence, or "an owner not stated"."""
    match owner:
        case AgencyOwner(agency=agency, role="not-stated"):
            return agency
        case AgencyOwner(agency=agency, role=role):
            return f"{role.replace('-', ' ')} at {agency}"
        case GroupOwner(group=group):
            return group
        case _:
            return "an owner not stated"


EvidenceKind = Literal[
    "re-audit", "data-trend", "practitioner-survey", "practitioner-visit", "child-or-family-feedback",
    "policy-artefact", "training-artefact", "dip-sample", "inspection",
]  # fmt: skip
ARTEFACTS: frozenset[EvidenceKind] = frozenset({"policy-artefact", "training-artefact"})
"""Evidence that a task was done, which shows nothing of what changed (ACT-EVID)."""

Link = Annotated[str, written_as(r"^https?://[^\s<>\"\x00-\x1f]{1,480}$", "a web address, http or https")]


class EvidenceRef(Part):
    """Evidence that stands elsewhere: what kind it is, where it is kept, and the SHA-256 of the file."""

    kind: EvidenceKind
    link: Link | None = None
    sha256: Sha256 | None = None


Rating = Literal["red", "amber", "green", "blue", "grey"]
"""The owner's opinion of its action; that an action is overdue is computed, never typed (ACT-DERIVE)."""

AUDIT_KINDS: Mapping[str, frozenset[str]] = {
    "multi-agency-audit": frozenset(
        {"multi-agency-themed", "random-20", "deep-dive", "frontline-visit", "peer-review"}
    ),
    "single-agency-audit": frozenset({"single-agency", "deep-dive", "frontline-visit", "peer-review"}),
    "section-11": frozenset({"section-11"}),
    "section-157-175": frozenset({"section-157-175"}),
}
"""Which kinds of audit record each kind of source may cite."""

REVIEW_KINDS: Mapping[str, frozenset[str]] = {
    "practice-review": frozenset({"lcspr", "joint", "scr"}),
    "thematic-review": frozenset({"thematic"}),
    "practice-learning-review": frozenset({"practice-learning"}),
}
"""Which kinds of review record each kind of source may cite."""
