"""What of the ledger one speaker sees: everything, the partnership's own records, or also the cases of their agency; and what is restricted, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.access.policy import Reach, passes_restriction, reads
from ledger.access.principal import Principal
from ledger.domain.history import Entry
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
        """Whether there are records it does not see."""
        return self.own is not None or bool(self.withheld)

    def sees(self, name: str) -> bool:
        """Whether it sees a record, `<record>/<reference>`."""
        if name in self.withheld:
            return False
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


def sight(principal: Principal, tables: Tables, today: date) -> Sight:
    """What a principal sees now, by what the tables hold: what is restricted today is withheld also as it stood before."""
    passes = passes_restriction(principal.role)
    withheld = frozenset() if passes else restricted_names(tables, tables.state().position, today)
    own = cases_of(tables, principal.agency) if reads(principal.role, "incident") is Reach.OWN else None
    return Sight(principal, own, withheld)


def involves(entries: Sequence[Entry], agency: str) -> bool:
    """Whether any of a record's entries names an agency or was posted by it."""
    return any(agency in agencies_of(entry) for entry in entries)
