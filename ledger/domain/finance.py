"""Finance: what came in, what went out and what moved to or from reserve; one record for each line of a year's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from ledger.domain.fields import NOT_STATED, AgencyCode, Code, NotStated, Pence, Title, Year
from ledger.domain.register import Event, Record, recorded_as

Direction = Literal["to-reserve", "from-reserve"]


@dataclass(frozen=True)
class FinanceLine:
    """One line of a year's account; `amount` in pence."""

    kind: Literal["contributed", "received", "spent", Direction]
    year: str
    amount: int


FINANCE: Record[FinanceLine] = Record("finance", prefix="FIN", title="Finance")


def pounds(pence: int) -> str:
    """£219,466 or £219,466.50."""
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}" + (f".{rest:02}" if rest else "")


def to_the_penny(pence: int) -> str:
    """£219,466.00, as it stands in a column of amounts."""
    return f"£{pence // 100:,}.{pence % 100:02}"


@recorded_as("finance.contributed", on=FINANCE, begins=True)
class FinanceContributed(Event):
    """An agency paid its contribution; not-stated where the source gives only the total of all. `amount` in pence."""

    agency: AgencyCode | NotStated
    amount: Pence
    year: Year

    def sentence(self) -> str:
        who = "Agencies together" if self.agency == NOT_STATED else self.agency
        return f"{who} contributed {pounds(self.amount)} in {self.year}"


@recorded_as("finance.received", on=FINANCE, begins=True)
class FinanceReceived(Event):
    """Other income came in. `head`: the code of its head of account, `title` its name; `amount` in pence."""

    head: Code
    title: Title
    amount: Pence
    year: Year

    def sentence(self) -> str:
        return f"{pounds(self.amount)} received in {self.year}: {self.title}"


@recorded_as("finance.spent", on=FINANCE, begins=True)
class FinanceSpent(Event):
    """Money was spent under a head of account. `amount` in pence."""

    head: Code
    title: Title
    amount: Pence
    year: Year

    def sentence(self) -> str:
        return f"{pounds(self.amount)} spent in {self.year}: {self.title}"


@recorded_as("finance.reserve-moved", on=FINANCE, begins=True)
class ReserveMoved(Event):
    """Money moved to or from reserve. `amount`: in pence, without a sign. `direction`: which way it went."""

    direction: Direction
    amount: Pence
    year: Year

    def sentence(self) -> str:
        return f"{pounds(self.amount)} moved {self.direction.replace('-', ' ')} in {self.year}"


FinanceEvent = FinanceContributed | FinanceReceived | FinanceSpent | ReserveMoved


@FINANCE.folded_by
def evolve(line: FinanceLine | None, event: FinanceEvent) -> FinanceLine:
    """Fold the one event into its line."""
    match event:
        case FinanceContributed(year=year, amount=amount):
            return FinanceLine("contributed", year, amount)
        case FinanceReceived(year=year, amount=amount):
            return FinanceLine("received", year, amount)
        case FinanceSpent(year=year, amount=amount):
            return FinanceLine("spent", year, amount)
        case ReserveMoved(year=year, amount=amount, direction=direction):
            return FinanceLine(direction, year, amount)
        case _:
            assert_never(event)
