"""Finance: what came in, what was spent, what moved to or from reserve, and what was left over."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case

from ledger.figures.figure import Kind, Stating, figure
from ledger.figures.measures import Measure, Total
from ledger.figures.selection import Asked, Selection
from ledger.projections.accounts import Accounts
from ledger.projections.columns import table_of

A = table_of(Accounts).c
INCOME = ("contributed", "received")
flow = partial(figure, section="Finance", kind=Kind.FLOW, unit="pounds", counts_by="year", rounding="money")


def _lines(asked: Asked, *kinds: str, amount: ColumnElement[Any] | None = None) -> Measure:
    of_year = (A.year == asked.period.name, A.kind.in_(kinds))
    among = Selection(Accounts, (A.year == asked.period.name,), at_last=True)
    lines = Selection(Accounts, of_year, amount=A.amount if amount is None else amount, at_last=True)
    return Total(lines, pence=True, among=among)


@flow("FIG-FIN", "Income", by=("kind",))
def income(asked: Asked) -> Measure:
    """Contributions of the agencies and other income of the reporting year."""
    return _lines(asked, *INCOME)


@flow(
    "FIG-FIN-CONTRIBUTED",
    "Contributions of the agencies",
    by=("agency",),
    stated_as=Stating("fig-fin", "partner-contributions"),
)
def contributed(asked: Asked) -> Measure:
    """What the agencies contributed to the reporting year, each by its code; not stated where only the total of several is given (YR-WT23-PLUS)."""
    return _lines(asked, "contributed")


@flow("FIG-FIN-RECEIVED", "Other income", by=("head",))
def received(asked: Asked) -> Measure:
    """What else came in for the reporting year, by head of account."""
    return _lines(asked, "received")


@flow("FIG-FIN-SPENT", "Expenditure", by=("head",))
def spent(asked: Asked) -> Measure:
    """What was spent in the reporting year, by head of account."""
    return _lines(asked, "spent")


@flow("FIG-FIN-RESERVE", "Moved to reserve", by=("kind",))
def to_reserve(asked: Asked) -> Measure:
    """What moved to reserve in the reporting year less what was taken from it; below nothing where more was taken."""
    signed = case((A.kind == "from-reserve", -A.amount), else_=A.amount)
    return _lines(asked, "to-reserve", "from-reserve", amount=signed)


@flow("FIG-FIN-SURPLUS", "Surplus", by=("kind",))
def surplus(asked: Asked) -> Measure:
    """Income less expenditure of the reporting year; below nothing where more was spent. Movements of the reserve are no part of it."""
    signed = case((A.kind == "spent", -A.amount), else_=A.amount)
    return _lines(asked, *INCOME, "spent", amount=signed)
