"""The access log: who opened which words, and for what. Rows are only added, and each holds the hash of the row before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Select,
    String,
    Table,
    event,
    insert,
    select,
)

from ledger import canonical
from ledger.access.home import open_engine
from ledger.access.principal import Principal
from ledger.beside import make, writing
from ledger.clock import Clock, spelled
from ledger.domain.calendar import start_of_day

START = "0" * 64
"""What the first row holds in the place of a hash before it."""
AT_ONCE = 1_000


class Purpose(StrEnum):
    """What words are opened for. A code, so that the log holds no words itself."""

    DECISION = "decision"
    """To take, advise or prepare a decision on the case."""
    REVIEW = "review"
    """To carry out a rapid review, a practice review or an audit."""
    ESCALATION = "escalation"
    """To answer or resolve an escalation."""
    SCRUTINY = "scrutiny"
    """Independent scrutiny."""
    RECORD_KEEPING = "record-keeping"
    """To keep the record right: corrections, duplicates, disputed accuracy."""
    RIGHTS_REQUEST = "rights-request"
    """A request or complaint of somebody the words are about."""
    LEGAL = "legal-duty"
    """A court, a coroner, an inspectorate or the panel asks for it."""


@dataclass(frozen=True)
class Opener:
    """Who opened: how they are known, and the role and agency they spoke for; both empty where nobody asked who they are."""

    subject: str
    role: str = ""
    agency: str = ""

    @classmethod
    def of(cls, principal: Principal | None) -> Self:
        """None: whoever speaks to a service in development."""
        return cls("development") if principal is None else cls(principal.subject, principal.role, principal.agency)


@dataclass(frozen=True)
class Act:
    """What was opened, of which entry, and for what: codes and references only. `held`: how far the ledger had come."""

    record: str
    position: int
    paths: tuple[str, ...]
    purpose: Purpose
    held: int
    regarding: str | None = None


class Opening(NamedTuple):
    """One row. `opened` is RFC 3339, UTC; `paths` are JSON pointers with a space between; both hashes are 64 hex digits."""

    number: int
    opened: str
    subject: str
    role: str
    agency: str
    purpose: str
    regarding: str | None
    record: str
    position: int
    paths: str
    held: int
    previous: str
    hash: str

    def digest(self) -> str:
        """SHA-256 of the canonical bytes (RFC 8785) of all members that say something, but the hash."""
        said = {name: value for name, value in self._asdict().items() if name != "hash" and value is not None}
        return sha256(canonical.write(said)).hexdigest()


class End(NamedTuple):
    """The last row and its hash: whoever keeps them can tell later that no row up to it was changed or removed."""

    number: int
    hash: str


class Altered(ValueError):
    """The log is not what was written; the sentence says where."""


@dataclass(frozen=True)
class Sought:
    """Which rows; None wants all. Times are RFC 3339, UTC, `since` included and `until` not. `before`: opened while the ledger did not
    reach this position.
    """

    records: frozenset[str] | None = None
    position: int | None = None
    subject: str | None = None
    agency: str | None = None
    since: str | None = None
    until: str | None = None
    before: int | None = None
    after: int = 0
    limit: int | None = None

    def question(self) -> Select[Any]:
        """In order of number."""
        columns, found = OPENINGS.c, select(OPENINGS).where(OPENINGS.c.number > self.after)
        equal = {"position": self.position, "subject": self.subject, "agency": self.agency}
        for name, value in equal.items():
            found = found if value is None else found.where(columns[name] == value)
        found = found if self.records is None else found.where(columns.record.in_(self.records))
        found = found if self.since is None else found.where(columns.opened >= self.since)
        found = found if self.until is None else found.where(columns.opened < self.until)
        found = found if self.before is None else found.where(columns.held < self.before)
        return found.order_by(columns.number).limit(self.limit)


_TABLES = MetaData()
_TEXT = ("subject", "role", "agency", "purpose")
OPENINGS = Table(
    "openings",
    _TABLES,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("opened", String, nullable=False),
    *(Column(name, String, nullable=False) for name in _TEXT),
    Column("regarding", String),
    Column("record", String, nullable=False, index=True),
    Column("position", BigInteger, nullable=False),
    Column("paths", String, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)
_STAYS = "the access log is only added to"
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER openings_{act} BEFORE {act} ON openings BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE FUNCTION openings_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_STAYS}'; END $$",
        "CREATE TRIGGER openings_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON openings EXECUTE FUNCTION openings_stay()",
    ],
}
for _dialect, _statements in _GUARDS.items():
    for _statement in _statements:
        guard = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(OPENINGS, "after_create", guard.execute_if(dialect=_dialect))


def span(first: date | None, last: date | None) -> tuple[str | None, str | None]:
    """The instants between which openings of these days in London lie, as `Sought` has them."""
    return (
        None if first is None else spelled(start_of_day(first)),
        None if last is None or last == date.max else spelled(start_of_day(last + timedelta(days=1))),
    )


class AccessLog:
    """The access log of one ledger. Safe from any thread, and from several processes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        make(_TABLES, engine)

    @classmethod
    def open(cls, database: str, clock: Clock) -> Self:
        """The access log beside the ledger in a database."""
        return cls(open_engine(database), clock)

    def close(self) -> None:
        self._engine.dispose()

    def add(self, opener: Opener, act: Act) -> Opening:
        """Write one opening; it is durable when this returns."""
        with writing(self._engine) as connection:
            if _on_a_server(connection):
                connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
                connection.exec_driver_sql("LOCK TABLE openings IN EXCLUSIVE MODE")
            last = _end(connection)
            said = {**asdict(opener), **asdict(act), "paths": " ".join(act.paths)}
            bare = Opening(last.number + 1, spelled(self._clock.now()), previous=last.hash, hash="", **said)
            opening = bare._replace(hash=bare.digest())
            connection.execute(insert(OPENINGS).values(opening._asdict()))
        return opening

    def sought(self, sought: Sought) -> list[Opening]:
        """Rows, in order of number."""
        with self._engine.begin() as connection:
            return [Opening(*row) for row in connection.execute(sought.question())]

    def end(self) -> End:
        """The last row; number 0 where there is none."""
        with self._engine.begin() as connection:
            return _end(connection)

    def verify(self, kept: End | None = None) -> End:
        """Work every hash out again, and compare the row that somebody kept; raises Altered. The end of what was checked."""
        last = End(0, START)
        for row in self._all():
            if row.number != last.number + 1:
                raise Altered(f"Row {last.number + 1} of the access log is missing.")
            if row.previous != last.hash or row.hash != row.digest():
                raise Altered(f"Row {row.number} of the access log is not as it was written.")
            last = End(row.number, row.hash)
            if kept is not None and kept.number == last.number and kept.hash != last.hash:
                raise Altered(f"Row {kept.number} of the access log is another than the one that was kept.")
        if kept is not None and kept.number > last.number:
            raise Altered(f"The access log ends with row {last.number}, and had a row {kept.number}.")
        return last

    def _all(self) -> Iterator[Opening]:
        after = 0
        while page := self.sought(Sought(after=after, limit=AT_ONCE)):
            yield from page
            after = page[-1].number


def _end(connection: Connection) -> End:
    last = select(OPENINGS.c.number, OPENINGS.c.hash).order_by(OPENINGS.c.number.desc()).limit(1)
    found = connection.execute(last).one_or_none()
    return End(0, START) if found is None else End(found.number, found.hash)


def _on_a_server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
