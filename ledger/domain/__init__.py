"""What can happen and what must hold: one module per record. Importing this package fills the register."""

from ledger.domain import (
    action,
    agency,
    audit,
    dataset,
    escalation,
    finance,
    group,
    incident,
    ledger_opening,
    meeting,
    policy,
    rapid_review,
    report,
    review,
    training,
)
from ledger.domain.general import register_general_events

register_general_events()

__all__ = [
    "action",
    "agency",
    "audit",
    "dataset",
    "escalation",
    "finance",
    "group",
    "incident",
    "ledger_opening",
    "meeting",
    "policy",
    "rapid_review",
    "report",
    "review",
    "training",
]
