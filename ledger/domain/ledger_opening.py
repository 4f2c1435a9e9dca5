"""The ledger's own record: which partnership it is, and whether it is a demonstration or history entered afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ledger.domain.claim import Claim
from ledger.domain.fields import Title, written_as
from ledger.domain.register import Event, Record, recorded_as, rule

REFERENCE = "LEDGER"
"""The one reference of this record."""

Origin = Annotated[
    str,
    written_as(
        r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9][a-z0-9._-]*)*$",
        "a web address without its scheme, such as example.org/partnership",
        max_length=120,
    ),
]
"""A name for this ledger alone, as a web address without its scheme: `example.org/partnership`."""


@dataclass(frozen=True)
class Ledger:
    """The ledger as it was opened."""

    origin: str
    partnership: str
    demonstration: bool
    retrospective: bool
    notice: str | None


LEDGER: Record[Ledger] = Record("ledger", prefix="LED", title="Ledger", only=True)


@rule("LED-ONE", source="events.md: ledger.opened")
def there_is_one_ledger(ledger: Ledger | None, claim: Claim[LedgerOpened]) -> str | None:
    """A ledger has one record of itself, under the reference LEDGER."""
    if claim.reference != REFERENCE:
        return f"The ledger's own record is ledger/{REFERENCE}, not ledger/{claim.reference}."
    return None


@rule("LED-BY", source="design: the business unit keeps the register")
def the_business_unit_opens_it(ledger: Ledger | None, claim: Claim[LedgerOpened]) -> str | None:
    """The business unit opens the ledger."""
    return None if claim.sent_by_business_unit else "Only the business unit opens the ledger."


@recorded_as("ledger.opened", on=LEDGER, begins=True)
class LedgerOpened(Event):
    """The ledger was opened for a partnership.

    `demonstration`: what it holds is invented or for show. `retrospective`: it holds history entered afterwards, which
    enquiries about lateness leave out. `notice`: a public sentence shown wherever the ledger is shown.
    """

    origin: Origin
    partnership: Title
    demonstration: bool
    retrospective: bool
    notice: Title | None = None

    rules = (there_is_one_ledger, the_business_unit_opens_it)

    def sentence(self) -> str:
        kinds = [name for name in ("demonstration", "retrospective") if getattr(self, name)]
        return f"Ledger opened for {self.partnership}" + (f" ({', '.join(kinds)})" if kinds else "")


@LEDGER.folded_by
def evolve(ledger: Ledger | None, event: LedgerOpened) -> Ledger:
    """Fold the one event into the ledger."""
    return Ledger(event.origin, event.partnership, event.demonstration, event.retrospective, event.notice)
