"""What can happen and what must hold: one module per record. Importing this package fills the register."""

from ledger.domain import (
    action,
    agency,
    arrangements,
    audit,
    dataset,
    engagement,
    escalation,
    finance,
    group,
    incident,
    inspection,
    ledger_opening,
    meeting,
    policy,
    priority,
    rapid_review,
    report,
    review,
    risk,
    scrutiny,
    task_group,
    training,
)
from ledger.domain.general import register_general_events

register_general_events()

__all__ = [
    "action",
    "agency",
    "arrangements",
    "audit",
    "dataset",
    "engagement",
    "escalation",
    "finance",
    "group",
    "incident",
    "inspection",
    "ledger_opening",
    "meeting",
    "policy",
    "priority",
    "rapid_review",
    "report",
    "review",
    "risk",
    "scrutiny",
    "task_group",
    "training",
]
