"""Lawful erasure: one person asks for it, another confirms it, and the ledger then erases the words and certifies that it did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self, cast, get_args

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, insert, select, update

from ledger.access.copies import Copies, Copy
from ledger.access.drafts import Drafts
from ledger.access.home import open_engine
from ledger.access.openings import Opener
from ledger.access.principal import BUSINESS_UNIT_SOURCE
from ledger.application import Batch, Ledger
from ledger.beside import make, writing
from ledger.bundles.scope import NotShown, followed
from ledger.clock import Clock, spelled
from ledger.domain.calendar import london_day
from ledger.domain.general import ErasureGround
from ledger.domain.history import erased_by, fold
from ledger.domain.keeping import OVER, keeping_of, kept, not_over
from ledger.domain.register import TYPE_PREFIX
from ledger.entry import parse
from ledger.evidence.erasures import Erased, erase_again
from ledger.evidence.row_checks import sealed_at
from ledger.outcome import Outcome, Recorded, Refused
from ledger.recorders.contract import LedgerRecorder
from ledger.vault import Vault, fresh_salt

PEOPLE = ("oidc:", "terminal:")
"""How people are known: by an identity provider, or as a user of the machine. A key speaks for a system, and two keys may be one person's."""
MOST_IN_ONE = 300
"""Places named by one certificate, which is an entry and has no more bytes than any other."""
ASKED, CONFIRMED, DONE, DECLINED = "asked", "confirmed", "done", "declined"


class NotErased(ValueError):
    """Nothing is erased: the sentence says why, and quotes no words."""


@dataclass(frozen=True)
class Scope:
    """What is to go: words of one record (`<record>/<reference>`), of one entry of it, of some fields; or of all that follows an incident too."""

    record: str
    entry: int | None = None
    fields: tuple[str, ...] = ()
    following: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON values, without what was not asked."""
        found = {"record": self.record, "entry": self.entry, "fields": list(self.fields), "following": self.following}
        return {name: value for name, value in found.items() if value not in (None, [], False)}


@dataclass(frozen=True)
class Asking:
    """One request and what became of it. `upto`: what was recorded later is not meant; `salt` is what people are hashed with."""

    number: int
    asked: str
    subject: str
    by: str
    scope: Scope
    ground: str
    upto: int
    state: str
    salt: str
    other: str | None
    other_by: str | None
    answered: str | None
    certificates: tuple[int, ...]

    def told(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "number": self.number, "asked": self.asked, "by": self.by, "scope": self.scope.told(), "ground": self.ground,
            "upto": self.upto, "state": self.state, "certificates": list(self.certificates),
        } | ({} if self.other_by is None else {"other": self.other_by})  # fmt: skip


_TABLES = MetaData()
ERASURES = Table(
    "erasures",
    _TABLES,
    Column("number", Integer, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("asked", "subject", "by", "ground", "state", "salt")),
    Column("scope", Text, nullable=False),
    Column("upto", Integer, nullable=False),
    Column("other", String),
    Column("other_by", String),
    Column("answered", String),
    Column("certificates", Text, nullable=False),
)


class Askings:
    """The requests of one ledger, kept with its keys and its access log. Safe from any thread."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        make(_TABLES, engine)
        self.copies = Copies(engine, clock)

    @classmethod
    def open(cls, database: str, clock: Clock) -> Self:
        """Those beside the ledger in a database."""
        return cls(open_engine(database), clock)

    def close(self) -> None:
        self._engine.dispose()

    def drafts(self, vault: Vault) -> Drafts:
        """The drafts beside them."""
        return Drafts(self._engine, self._clock, vault)

    def all(self) -> list[Asking]:
        """Every request there ever was, in order."""
        with self._engine.begin() as connection:
            return [_asking(row) for row in connection.execute(select(ERASURES).order_by(ERASURES.c.number))]

    def one(self, number: int) -> Asking:
        """One of them; raises NotErased."""
        found = next((each for each in self.all() if each.number == number), None)
        if found is None:
            raise NotErased(f"Nobody made a request {number}.")
        return found

    def add(self, person: Opener, scope: Scope, ground: str, upto: int) -> Asking:
        """Keep a request."""
        values = {
            "asked": spelled(self._clock.now()), "subject": person.subject, "by": _by(person), "ground": ground, "state": ASKED,
            "salt": fresh_salt().hex(), "scope": json.dumps(scope.told()), "upto": upto, "certificates": "[]",
        }  # fmt: skip
        with writing(self._engine) as connection:
            (number,) = connection.execute(insert(ERASURES).values(values)).inserted_primary_key or (0,)
        return self.one(int(number))

    def answer(self, asking: Asking, state: str, person: Opener) -> Asking:
        """Say who answered a request, and how. Raises NotErased."""
        now = spelled(self._clock.now())
        return self.move(asking, state, other=person.subject, other_by=_by(person), answered=now)

    def move(self, asking: Asking, state: str, **values: str | None) -> Asking:
        """Say what became of a request, unless something else did meanwhile; raises NotErased."""
        here = (ERASURES.c.number == asking.number) & (ERASURES.c.state == asking.state)
        with writing(self._engine) as connection:
            if connection.execute(update(ERASURES).where(here).values(state=state, **values)).rowcount != 1:
                raise NotErased(f"Somebody answered request {asking.number} meanwhile.")
        return self.one(asking.number)


def asked(ledger: Ledger, askings: Askings, person: Opener, scope: Scope, ground: str) -> Asking:
    """Keep a request for what of a scope the vault still has. Raises NotErased."""
    _expect_person(person)
    if ground not in get_args(ErasureGround):
        raise NotErased(f"Not a ground for erasure; there are {', '.join(get_args(ErasureGround))}.")
    upto = ledger.head().position
    _expect_no_hold(ledger, scope, upto)
    places = _places(ledger, scope, upto)
    if not places:
        raise NotErased("The vault has no words of that: nothing was sealed there, or it is erased already.")
    if ground == OVER:
        _expect_over(ledger, scope, sorted(places))
    return askings.add(person, scope, ground, upto)


def declined(askings: Askings, number: int, person: Opener) -> Asking:
    """Answer a request with no; who asked may take it back. What is declined stays in the list (RGT-ERASE). Raises NotErased."""
    asking = askings.one(number)
    if asking.state != ASKED:
        raise NotErased(f"Request {number} is {asking.state} already.")
    return askings.answer(asking, DECLINED, person)


def confirmed(ledger: Ledger, askings: Askings, number: int, person: Opener) -> Asking:
    """Confirm what another person asked for; from here on it is carried out, however often that is broken off. Raises NotErased."""
    asking = askings.one(number)
    if asking.state == CONFIRMED:
        return asking
    if asking.state != ASKED:
        raise NotErased(f"Request {number} is {asking.state} already.")
    _expect_person(person)
    if person.subject == asking.subject:
        raise NotErased("Whoever asked for an erasure does not confirm it: another person does.")
    if _door(person.subject) != _door(asking.subject):
        raise NotErased(
            "One of the two is known by an identity provider and the other as a user of this machine, so nobody can tell that they are "
            "two people: both come by the same way."
        )
    if ledger.erasures is None:
        raise NotErased(
            "LEDGER_ERASURES names no file to keep what was erased: an older backup would bring the words back."
        )
    _expect_no_hold(ledger, asking.scope, asking.upto)
    if asking.ground == OVER:
        _expect_over(ledger, asking.scope, sorted(_places(ledger, asking.scope, asking.upto)))
    return askings.answer(asking, CONFIRMED, person)


def batch_of(ledger: Ledger, asking: Asking) -> Batch:
    """The certificates of a confirmed request: one for each record, or more where it has many words. The same each time it is asked."""
    events: list[dict[str, Any]] = []
    for name, places in sorted(_places(ledger, asking.scope, asking.upto).items()):
        for start in range(0, len(places), MOST_IN_ONE):
            events.append(_event(asking, len(events) + 1, name, places[start : start + MOST_IN_ONE]))
    return Batch(tuple(map(parse, events)), asking.other_by or "", erases=True)


def _event(asking: Asking, part: int, name: str, places: Sequence[Erased]) -> dict[str, Any]:
    people = {
        "requested_by": {"by": asking.by, "person": _hashed(asking.salt, asking.subject)},
        "confirmed_by": {"by": asking.other_by, "person": _hashed(asking.salt, asking.other or "")},
    }
    erased = [{"position": each.position, "path": each.path, "commitment": each.commitment} for each in places]
    return {
        "specversion": "1.0",
        "id": f"erasure-{asking.salt[:16]}-{part}",
        "source": BUSINESS_UNIT_SOURCE,
        "type": f"{TYPE_PREFIX}{name.partition('/')[0]}.words-erased",
        "subject": name,
        "time": asking.answered,
        "data": {"ground": asking.ground, "erased": erased, **people},
    }


def carried_out(ledger: Ledger, askings: Askings, asking: Asking, outcomes: Sequence[Outcome]) -> Asking:
    """What was recorded is written down elsewhere, and no trace of the words is left in the files, nor, where whole records were meant, in a
    draft that names one. Raises NotErased where it was refused.
    """
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Recorded)]
    if refused:
        askings.move(asking, ASKED, other=None, other_by=None, answered=None)
        why = " ".join(sorted({broken.why for each in refused if isinstance(each, Refused) for broken in each.broken}))
        raise NotErased(f"The ledger refused it: {why or 'it is read only.'} Nothing was erased.")
    home = cast("LedgerRecorder", ledger.recorder)
    erase_again(home, ledger.erasures)
    home.scrub()
    if asking.scope.entry is None and not asking.scope.fields:
        askings.drafts(ledger.vault).forget(_records(ledger, asking.scope, asking.upto))
    positions = [outcome.entry.position for outcome in outcomes if isinstance(outcome, Recorded)]
    return askings.move(asking, DONE, certificates=json.dumps(positions))


def copies_of(ledger: Ledger, askings: Askings, asking: Asking) -> list[Copy]:
    """What was written into files while the vault had these words: nothing reaches into them from here, so people must."""
    positions = {each.position for places in _places(ledger, asking.scope, asking.upto).values() for each in places}
    return askings.copies.holding(positions)


def carry_out(ledger: Ledger, askings: Askings, asking: Asking) -> Asking:
    """All of it, where nobody else writes to the ledger in this process. Raises NotErased."""
    return carried_out(ledger, askings, asking, ledger.write([batch_of(ledger, asking)])[0])


def _places(ledger: Ledger, scope: Scope, upto: int) -> dict[str, list[Erased]]:
    """By record, all that entries up to a position seal within a scope, but for what was erased by then. It does not ask the vault."""
    found: dict[str, list[Erased]] = {}
    for name in _records(ledger, scope, upto):
        entries = ledger.record(name, upto)
        gone = {place for entry in entries for place in erased_by(entry)}
        found[name] = [
            Erased(entry.position, path, seal, 0)
            for entry in entries
            if scope.entry in (None, entry.position)
            for path, seal in sorted(sealed_at(entry.body).items())
            if (entry.position, path) not in gone and _is_meant(scope, path)
        ]
    return {name: places for name, places in found.items() if places}


def _is_meant(scope: Scope, path: str) -> bool:
    return not scope.fields or path.rpartition("/")[2] in scope.fields


def _records(ledger: Ledger, scope: Scope, upto: int) -> list[str]:
    if not scope.following:
        return [scope.record]
    try:
        return followed(scope.record, ledger.heads(upto), follow=True)[0]
    except NotShown as error:
        raise NotErased(str(error)) from error


def _expect_no_hold(ledger: Ledger, scope: Scope, upto: int) -> None:
    held = [name for name in _records(ledger, scope, upto) if fold(ledger.record(name)).holds]
    if held:
        raise NotErased(
            f"A hold stands on {', '.join(held)}: nothing of it may be erased until it is lifted (RET-MORAT)."
        )


def _expect_over(ledger: Ledger, scope: Scope, names: Sequence[str]) -> None:
    """Their time is over for whole records, each in its class or by its day to review; the same rule is asked again as it is recorded."""
    if scope.entry is not None or scope.fields:
        raise NotErased(
            "The time of a record is over for all of it: ask without an entry and without fields (RET-DESIGN)."
        )
    today = london_day(ledger.clock.now())
    pack = ledger.packs().retention(today)
    found = ((name, keeping_of(ledger.record(name))) for name in names)
    whys = [not_over(name, kept(name.partition("/")[0], keeping, pack, today)) for name, keeping in found]
    if any(whys):
        raise NotErased(" ".join(why for why in whys if why))


def _expect_person(person: Opener) -> None:
    if not person.subject.startswith(PEOPLE):
        raise NotErased(
            "An erasure takes two people, each known by an identity provider or as a user of this machine: a key speaks for a system, and "
            "in development nobody is asked who they are."
        )


def _door(subject: str) -> str:
    return subject.partition(":")[0]


def _by(person: Opener) -> str:
    return f"{person.role or 'terminal'}@{person.agency or 'BU'}"


def _hashed(salt: str, subject: str) -> str:
    """Two people have two hashes; who they are is told by whoever keeps the request, which has the salt."""
    return sha256(f"{salt} {subject}".encode()).hexdigest()


def _asking(row: Any) -> Asking:
    said = row._asdict()
    scope = json.loads(said["scope"])
    return Asking(**said | {
        "scope": Scope(**scope | {"fields": tuple(scope.get("fields", ()))}), "certificates": tuple(json.loads(said["certificates"])),
    })  # fmt: skip
