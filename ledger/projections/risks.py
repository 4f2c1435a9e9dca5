"""Which risks are on the register, how are they scored, and who was told?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.action_parts import AgencyOwner, GroupOwner, Owner
from ledger.domain.fields import DayOrNotStated, NotStated
from ledger.domain.history import Entry
from ledger.domain.risk import RiskClosed, RiskEscalated, RiskIdentified, RiskRescored
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import counted


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk with its first and its present scores, None where not stated. `outcome` is None while it is on the register."""

    title: str
    owner_agency: str | None
    owner_role: str | None
    owner_group: str | None
    escalation: str | None
    identified_on: DayOrNotStated
    first_likelihood: int | None
    first_impact: int | None
    likelihood: int | None
    impact: int | None
    rescored_on: DayOrNotStated | None = None
    times_rescored: int = 0
    escalated_to: str | None = None
    escalated_on: DayOrNotStated | None = None
    outcome: str | None = None
    closed_on: DayOrNotStated | None = None
    closed_entry: int | None = None
    retrospective: bool = False


class Risks(Projection[RiskRow]):
    """Which risks are on the register, how likely and how bad are they, and who was told?"""

    table = "risks"
    records = ("risk",)
    row = RiskRow

    def apply(self, rows: Rows[RiskRow], entry: Entry) -> None:
        match entry.event:
            case RiskIdentified() as found:
                rows.open(_identified(found, entry))
            case RiskRescored(likelihood=likelihood, impact=impact, rescored_on=day):
                rows.change(
                    lambda row: replace(
                        row, likelihood=counted(likelihood), impact=counted(impact), rescored_on=day,
                        times_rescored=row.times_rescored + 1,
                    )
                )  # fmt: skip
            case RiskEscalated(to_group=group, to_agency=agency, escalated_on=day):
                rows.change(lambda row: replace(row, escalated_to=group or agency, escalated_on=day))
            case RiskClosed(outcome=outcome, closed_on=day):
                rows.change(lambda row: replace(row, outcome=outcome, closed_on=day, closed_entry=entry.position))
            case _:
                pass


def _identified(event: RiskIdentified, entry: Entry) -> RiskRow:
    agency, role, group = _owner(event.owner)
    likelihood, impact = counted(event.likelihood), counted(event.impact)
    return RiskRow(
        event.title, agency, role, group, event.escalation, event.identified_on, likelihood, impact, likelihood, impact,
        retrospective=entry.retrospective,
    )  # fmt: skip


def _owner(owner: Owner | NotStated) -> tuple[str | None, str | None, str | None]:
    match owner:
        case AgencyOwner(agency=agency, role=role):
            return agency, role, None
        case GroupOwner(group=group):
            return None, None, group
        case _:
            return None, None, None
