"""How the three safeguarding partners see a notification, and whose view a decision followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.domain.vocabulary import NotificationView, SafeguardingPartner

Basis = Literal["unanimous", "majority", "local-authority", "minority", "cannot-tell"]
"""Whose view a decision followed: all three partners', two of three, the local authority's alone, another's or nobody's.

It says what the views were, not whether that was enough: the vote pack judges that (CWAC-SIN-VOTE).
"""
PARTNERS = 3


@dataclass(frozen=True)
class View:
    """What one statutory partner thinks."""

    partner: str
    sector: SafeguardingPartner
    view: NotificationView


@dataclass(frozen=True)
class Decision:
    """A decision as the views stated before it leave it; `dissent` names the partners against it (SIN-DISSENT)."""

    decision: NotificationView
    basis: Basis
    dissent: tuple[str, ...]


def by_sector(views: tuple[View, ...]) -> dict[str, bool]:
    """Each sector's view, True to notify; a sector whose partners disagree among themselves has none."""
    told: dict[str, set[bool]] = {}
    for view in views:
        told.setdefault(view.sector, set()).add(view.view == "notify")
    return {sector: said.pop() for sector, said in told.items() if len(said) == 1}


def decided(decision: NotificationView, views: tuple[View, ...]) -> Decision:
    """The decision with its basis and its dissent."""
    return Decision(decision, _basis(decision, by_sector(views)), tuple(v.partner for v in views if v.view != decision))


def _basis(decision: NotificationView, told: dict[str, bool]) -> Basis:
    agreeing = {sector for sector, notify in told.items() if notify is (decision == "notify")}
    if len(agreeing) == PARTNERS:
        return "unanimous"
    if len(agreeing) == PARTNERS - 1:
        return "majority"
    if len(told) < PARTNERS:
        return "cannot-tell"
    return "local-authority" if "local-authority" in agreeing else "minority"
