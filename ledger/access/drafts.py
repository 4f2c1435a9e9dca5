"""Drafts: what somebody has typed of an event and not recorded yet. Each is its author's alone, locked like words, and goes by itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

from ledger.access.home import open_engine
from ledger.access.openings import Opener
from ledger.access.principal import Principal
from ledger.beside import make, writing
from ledger.clock import Clock, spelled
from ledger.vault import LockedWords, SealedWords, Vault, VaultClosed, fresh_salt

LASTS = timedelta(days=7)
"""How long a draft is kept after it was last changed."""
MOST = 50
"""Drafts of one author: whoever begins another loses the oldest."""
NO_ENTRY = 0
"""The position under which a draft is locked: a box of a draft opens in no entry's place, and none of an entry in a draft's."""

_TABLES = MetaData()
DRAFTS = Table(
    "locked_drafts",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("role", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("type", String, nullable=False),
    Column("key", String, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("record", String),
    Column("version", Integer),
    Column("changed", String, nullable=False),
    Column("position", Integer),
)


@dataclass(frozen=True)
class Draft:
    """One draft. `fields`: as they were typed. `record`, `version`: at which version its author saw the record it speaks of.

    `position`: of the entry it became; what was typed is gone then, and only this is left, so that recording it again does nothing.
    """

    id: str
    type: str
    fields: str
    changed: str
    record: str | None = None
    version: int | None = None
    position: int | None = None


class NoSuchDraft(LookupError):
    """There is no such draft of this author: it was deleted, or has gone by itself."""


class Drafts:
    """The drafts of one ledger's people, under the keys of its vault. Safe from any thread; VaultKeyUnusable where nothing can be locked."""

    def __init__(self, engine: Engine, clock: Clock, vault: Vault) -> None:
        self._engine, self._clock, self._vault = engine, clock, vault
        make(_TABLES, engine)

    @classmethod
    def open(cls, database: str, clock: Clock, vault: Vault) -> Self:
        """The drafts beside the ledger in a database."""
        return cls(open_engine(database), clock, vault)

    def close(self) -> None:
        self._engine.dispose()

    def keep(self, author: Principal, id: str, type: str, fields: str) -> None:
        """Keep what was typed, as a new draft or in the place of what was there; raises NoSuchDraft where the id is another's, or recorded."""
        now, locked = spelled(self._clock.now()), self._lock(id, fields)
        with writing(self._engine) as connection:
            self._forget(connection)
            held = connection.execute(select(DRAFTS).where(DRAFTS.c.id == id)).one_or_none()
            if held is None:
                self._make_room(connection, author)
                values = {"id": id, "type": type, "changed": now, **locked, **_author(author)}
                connection.execute(insert(DRAFTS).values(values))
                return
            if (held.subject, held.role, held.agency, held.type, held.position) != (
                *_author(author).values(),
                type,
                None,
            ):
                raise NoSuchDraft
            connection.execute(update(DRAFTS).where(DRAFTS.c.id == id).values(changed=now, **locked))

    def saw(self, author: Principal, id: str, record: str | None, version: int | None) -> None:
        """Write down at which version its author saw the record that a draft speaks of."""
        self._set(author, id, record=record, version=version)

    def recorded(self, author: Principal, id: str, position: int) -> None:
        """A draft became an entry: what was typed is kept no longer."""
        self._set(author, id, key="", box=b"", position=position)

    def one(self, author: Principal, id: str) -> Draft:
        """One draft; raises NoSuchDraft."""
        with writing(self._engine) as connection:
            self._forget(connection)
            row = connection.execute(select(DRAFTS).where(DRAFTS.c.id == id, _of(author))).one_or_none()
        if row is None or (found := self._opened(row)) is None:
            raise NoSuchDraft
        return found

    def all(self, author: Principal) -> list[Draft]:
        """Everything an author has not recorded yet, the latest first."""
        with writing(self._engine) as connection:
            self._forget(connection)
            rows = connection.execute(
                select(DRAFTS).where(_of(author), DRAFTS.c.position.is_(None)).order_by(DRAFTS.c.changed.desc())
            )
            return [draft for row in rows if (draft := self._opened(row)) is not None]

    def delete(self, author: Principal, id: str) -> None:
        """Throw a draft away; one that is not there is gone already."""
        with writing(self._engine) as connection:
            connection.execute(delete(DRAFTS).where(DRAFTS.c.id == id, _of(author)))

    def forget(self, names: Collection[str]) -> int:
        """Throw away what anybody typed of these records (`<record>/<reference>`) and did not record, and say how many drafts that were."""
        sought = [re.compile(rf"(?<![A-Z0-9-]){re.escape(name.partition('/')[2])}(?![A-Z0-9-])") for name in names]
        with writing(self._engine) as connection:
            rows = connection.execute(select(DRAFTS).where(DRAFTS.c.position.is_(None))).all()
            found = [draft for row in rows if (draft := self._opened(row)) is not None]
            gone = [
                draft.id
                for draft in found
                if draft.record in names or any(each.search(draft.fields.upper()) for each in sought)
            ]
            connection.execute(delete(DRAFTS).where(DRAFTS.c.id.in_(gone)))
        return len(gone)

    def _lock(self, id: str, fields: str) -> dict[str, Any]:
        (locked,) = self._vault.lock([SealedWords(NO_ENTRY, id, fresh_salt(), fields)])
        return {"key": locked.key, "box": locked.box}

    def _opened(self, row: Any) -> Draft | None:
        """A draft in clear; None of one whose key was taken out of use, which nobody can read any more."""
        if row.position is not None:
            return Draft(row.id, row.type, "{}", row.changed, row.record, row.version, row.position)
        try:
            (words,) = self._vault.open([LockedWords(NO_ENTRY, row.id, row.key, row.box)])
        except VaultClosed:
            return None
        return Draft(row.id, row.type, words.text, row.changed, row.record, row.version)

    def _set(self, author: Principal, id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(DRAFTS).where(DRAFTS.c.id == id, _of(author)).values(values))

    def _forget(self, connection: Connection) -> None:
        """Delete whatever has lasted its time."""
        connection.execute(delete(DRAFTS).where(DRAFTS.c.changed < spelled(self._clock.now() - LASTS)))

    def _make_room(self, connection: Connection, author: Principal) -> None:
        kept = select(DRAFTS.c.id).where(_of(author)).order_by(DRAFTS.c.changed.desc()).limit(MOST - 1)
        ids = [row.id for row in connection.execute(kept)]
        connection.execute(delete(DRAFTS).where(_of(author), DRAFTS.c.id.not_in(ids)))


def _author(author: Principal) -> dict[str, str]:
    opener = Opener.of(author)
    return {"subject": opener.subject, "role": opener.role, "agency": opener.agency}


def _of(author: Principal) -> ColumnElement[bool]:
    return and_(*(DRAFTS.c[name] == value for name, value in _author(author).items()))
