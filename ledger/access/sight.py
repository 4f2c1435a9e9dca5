"""What of the ledger one speaker sees: everything, the partnership's own records, or also the cases of their agency; and what is restricted, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ledger.access.policy import Reach, passes_restriction, reads
from ledger.access.principal import Principal, Role
from ledger.domain.history import Entry, Standing
from ledger.domain.register import RECORDS
from ledger.projections.asking import Seen
from ledger.projections.involved import agencies_of, cases_of
from ledger.projections.marks import restricted_names
from ledger.projections.tables import Tables


@dataclass(frozen=True)
class Sight:
    """`own`: the cases of their agency, or None where their role reads every case or none. `withheld`: what is restricted, and not for them."""

    principal: Principal
    own: frozenset[str] | None
    withheld: frozenset[str] = frozenset()

    @property
    def is_limited(self) -> bool:
        """Whether there are records it does not see now."""
        return bool(self.withheld) or not _reaches_all(self.principal.role)

    def sees(self, name: str) -> bool:
        """Whether it sees a record, `<record>/<reference>`."""
        return name not in self.withheld and self.reaches(name)

    def counts(self, name: str) -> bool:
        """Whether a figure or a report may lead to a record: how the partnership works is told whoever may read reports, cases only who sees them."""
        return name not in self.withheld and (not RECORDS[name.partition("/")[0]].case or self.reaches(name))

    def reaches(self, name: str) -> bool:
        """Whether it sees a record as long as nobody restricts it."""
        match reads(self.principal.role, name.partition("/")[0]):
            case Reach.ALL:
                return True
            case Reach.OWN:
                return self.own is not None and name in self.own
            case Reach.NONE:
                return False

    def seen(self, record: str) -> Seen:
        """The same of all records of one kind."""
        of_kind = frozenset(name.partition("/")[2] for name in self.withheld if name.startswith(f"{record}/"))
        match reads(self.principal.role, record):
            case Reach.ALL:
                return Seen(but=of_kind)
            case Reach.OWN:
                own = (name.partition("/") for name in self.own or ())
                return Seen(frozenset(reference for kind, _, reference in own if kind == record), of_kind)
            case Reach.NONE:
                return Seen(frozenset())


class Sights:
    """What each sees now, by what the tables hold: worked out once, and remembered until the tables or the day move on.

    What is restricted today is withheld also as it stood before.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._restricted = lru_cache(4)(lambda position, today: restricted_names(tables, position, today))
        self._cases = lru_cache(64)(lambda position, agency: cases_of(tables, agency))

    def of(self, principal: Principal, today: date) -> Sight:
        """Raises NoTables before they are built."""
        role, position = principal.role, self._tables.state().position
        withheld = frozenset() if passes_restriction(role) else self._restricted(position, today)
        own = self._cases(position, principal.agency) if reads(role, "incident") is Reach.OWN else None
        return Sight(principal, own, withheld)


def _reaches_all(role: Role) -> bool:
    return all(reads(role, record) is Reach.ALL for record in RECORDS)


def sees_everything(role: Role) -> bool:
    """Whether nothing is hidden from a role, whatever is recorded."""
    return _reaches_all(role) and passes_restriction(role)


def withholds(standing: Standing, principal: Principal, today: date) -> bool:
    """Whether use of a record is restricted today (UK GDPR article 18), and it is not for them: told by the record itself."""
    restriction = standing.restriction
    return restriction is not None and restriction.stands(today) and not passes_restriction(principal.role)


def involves(entries: Sequence[Entry], agency: str) -> bool:
    """Whether any of a record's entries names an agency or was posted by it."""
    return any(agency in agencies_of(entry) for entry in entries)
