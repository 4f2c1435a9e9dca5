"""The record of a report: one for each period, from its first draft to its last edition; and what must hold of whatever is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ledger.domain.claim import Claim
from ledger.domain.fields import NotStated
from ledger.domain.register import Record, rule

ReportKind = Literal["annual", "quarterly"]


@dataclass(frozen=True)
class Edition:
    """One edition of a report: when it was published, and of how much of the ledger it was made, if of any."""

    published_on: date
    as_at: int | NotStated


@dataclass(frozen=True)
class Report:
    """The report of one period: its drafts by the day each went round, who signed the last of them off, and its editions, first to last.

    `texts`: of each written section the SHA-256 of what stands there; `cleared`: the texts that were cleared for the public;
    `released`: numbers that are shown there by decision.
    """

    kind: ReportKind
    period: str
    editions: tuple[Edition, ...] = ()
    drafts: tuple[date, ...] = ()
    signed_off_by: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    cleared: tuple[tuple[str, str], ...] = ()
    released: tuple[str, ...] = ()

    @property
    def uncleared(self) -> list[str]:
        """The sections whose text nobody has cleared for the public as it stands."""
        return [section for section, text in self.texts if (section, text) not in self.cleared]


REPORT: Record[Report] = Record("report", prefix="REP", title="Report", only=True)


def reference_of(kind: str, period: str) -> str:
    """Where the report of a period is recorded: `ANNUAL-2019-20`."""
    return f"{kind}-{period}".upper()


@rule("REP-PERIOD", source="reference.md GEN-PERIOD, DRIFT-Q")
def the_record_is_that_of_the_period(report: Report | None, claim: Claim[Any]) -> str | None:
    """The report of one period is one record, named for it: a yearly report of a reporting year, a quarterly one of a quarter."""
    event = claim.event
    if (event.kind == "quarterly") is not ("Q" in event.period):
        return f"A report that is {event.kind} is not of {event.period}."
    wanted = reference_of(event.kind, event.period)
    if claim.reference != wanted:
        return (
            f"The {event.kind} report of {event.period} is recorded on report/{wanted}, not report/{claim.reference}."
        )
    return None


@rule("REP-BY", source="design: the business unit publishes for the partners, who publish jointly (YR-WT23-JOINT)")
def the_business_unit_publishes(report: Report | None, claim: Claim[Any]) -> str | None:
    """The business unit publishes the partnership's reports."""
    return None if claim.sent_by_business_unit else "Only the business unit publishes the partnership's reports."
