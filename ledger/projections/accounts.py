"""What came in, what was spent, and what moved to or from reserve, year by year?"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.fields import NOT_STATED
from ledger.domain.finance import FinanceContributed, FinanceReceived, FinanceSpent, ReserveMoved
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of a year's account. `kind`: contributed, received, spent, to-reserve or from-reserve; `amount` in pence.

    `agency` is whose contribution it is, None where only the total of all is given.
    """

    kind: str
    year: str
    amount: int
    agency: str | None = None
    head: str | None = None
    title: str | None = None


class Accounts(Projection[AccountRow]):
    """What came in, what was spent, and what moved to or from reserve?"""

    table = "accounts"
    records = ("finance",)
    row = AccountRow
    indexes = (("year", "kind"),)

    def apply(self, rows: Rows[AccountRow], entry: Entry) -> None:
        match entry.event:
            case FinanceContributed(agency=agency, amount=amount, year=year):
                who = None if agency == NOT_STATED else agency
                rows.open(AccountRow("contributed", year, amount, agency=who))
            case FinanceReceived(head=head, title=title, amount=amount, year=year):
                rows.open(AccountRow("received", year, amount, head=head, title=title))
            case FinanceSpent(head=head, title=title, amount=amount, year=year):
                rows.open(AccountRow("spent", year, amount, head=head, title=title))
            case ReserveMoved(direction=direction, amount=amount, year=year):
                rows.open(AccountRow(direction, year, amount))
            case _:
                pass
