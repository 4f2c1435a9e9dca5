"""The ledger's own record: which partnership it is, whether it is a demonstration or history entered afterwards, and what was sealed of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import Sha256, SignedNote, Title, written_as
from ledger.domain.general import Position
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

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

LogKey = Annotated[
    str,
    written_as(
        r"^[!-*,-~]{1,120}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$",
        "a public key as GET /log/keys shows it: name, key id and base64, joined by +",
    ),
]
"""A public key of the log (C2SP signed-note vkey, Ed25519)."""


@dataclass(frozen=True)
class Ledger:
    """The ledger as it was opened. `sealed_upto`: the last position whose heads were sealed."""

    origin: str
    partnership: str
    demonstration: bool
    retrospective: bool
    notice: str | None
    sealed_upto: int = 0
    keys: tuple[str, ...] = ()
    """The public keys that were named, in the order in which each took over from the one before it."""


LEDGER: Record[Ledger] = Record("ledger", prefix="LED", title="Ledger", only=True)


@rule("LED-ONE", source="events.md: ledger.opened")
def there_is_one_ledger(ledger: Ledger | None, claim: Claim[LedgerEvent]) -> str | None:
    """A ledger has one record of itself, under the reference LEDGER."""
    if claim.reference != REFERENCE:
        return f"The ledger's own record is ledger/{REFERENCE}, not ledger/{claim.reference}."
    return None


@rule("LED-BY", source="design: the business unit keeps the register")
def the_business_unit_opens_it(ledger: Ledger | None, claim: Claim[LedgerOpened]) -> str | None:
    """The business unit opens the ledger."""
    return None if claim.sent_by_business_unit else "Only the business unit opens the ledger."


_CHECKPOINT = re.compile(
    r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n[A-Za-z0-9+/]{43}=\n(.*\n)?\n(\u2014 [^ \n]+ [^ \n]+\n)+", re.DOTALL
)


@rule("LED-FOLLOWS", source="architecture.md: a new origin is opened that cites the old")
def what_it_follows_is_another_log(ledger: Ledger | None, claim: Claim[LedgerOpened]) -> str | None:
    """A ledger that goes on where another was lost gives that one's last checkpoint, and bears a name of its own."""
    follows = claim.event.follows
    if follows is None:
        return None
    found = _CHECKPOINT.fullmatch(follows)
    if found is None:
        return "What it follows is given as a signed checkpoint: the log's name, its size, its root, and who signed it."
    return "The log that it follows has the name of its own." if found[1] == claim.event.origin else None


@recorded_as("ledger.opened", on=LEDGER, begins=True)
class LedgerOpened(Event):
    """The ledger was opened for a partnership.

    `demonstration`: what it holds is invented or for show. `retrospective`: it holds history entered afterwards, which
    enquiries about lateness leave out. `notice`: a public sentence shown wherever the ledger is shown. `follows`: the last signed
    checkpoint of a log that cannot be gone on with, as its keeper or anybody else kept it; who signed it is for the reader to check.
    """

    may_be_late = False  # it says itself whether it holds history

    origin: Origin
    partnership: Title
    demonstration: bool
    retrospective: bool
    notice: Title | None = None
    follows: SignedNote | None = None

    rules = (there_is_one_ledger, the_business_unit_opens_it, what_it_follows_is_another_log)

    def sentence(self) -> str:
        kinds = [name for name in ("demonstration", "retrospective") if getattr(self, name)]
        after = "" if self.follows is None else ", following {} at {} entries".format(*self.follows.split("\n")[:2])
        return f"Ledger opened for {self.partnership}" + (f" ({', '.join(kinds)})" if kinds else "") + after


@rule("LED-SEAL-BY", source="design: the business unit keeps the register")
def the_business_unit_seals_it(ledger: Ledger | None, claim: Claim[HeadsSealed]) -> str | None:
    """The heads are sealed in the business unit's name."""
    return None if claim.sent_by_business_unit else "Only the business unit seals the heads."


@rule("LED-SEAL-ON", source="design: sealed daily and before an export")
def more_is_sealed_than_before(ledger: Ledger | None, claim: Claim[HeadsSealed]) -> str | None:
    """Heads are sealed further on each time."""
    if ledger is not None and claim.event.upto <= ledger.sealed_upto:
        return f"The heads were sealed up to position {ledger.sealed_upto} already."
    return None


@rule("LED-SEAL-TRUE", source="design: completeness and silence are provable")
def what_is_sealed_is_what_is_held(ledger: Ledger | None, claim: Claim[HeadsSealed]) -> str | None:
    """The root sealed is the one over what the ledger holds up to that position."""
    sealed, held = claim.event, claim.heads(claim.event.upto)
    if held is None:
        return f"The ledger does not reach position {sealed.upto}."
    if (sealed.lines, sealed.root) != held:
        return f"Up to position {sealed.upto} the ledger has {held.lines} lines under the root {held.root}."
    return None


@recorded_as("ledger.heads-sealed", on=LEDGER)
class HeadsSealed(Event):
    """Every record's head, every citation and every sender up to a position were sealed: what is there can be shown, and what is not.

    `root`: over so many sorted `lines`, as docs/bundle.md spells them.
    """

    may_be_late = False  # its time is that of the last entry it seals, so that whoever seals that seals the same

    upto: Position
    lines: Annotated[int, Field(ge=0)]
    root: Sha256

    rules = (
        there_is_one_ledger,
        the_business_unit_seals_it,
        more_is_sealed_than_before,
        what_is_sealed_is_what_is_held,
    )

    def sentence(self) -> str:
        return f"What every record held was sealed, up to position {self.upto}"


@rule("LED-KEY-BY", source="design: the business unit keeps the register")
def the_business_unit_replaces_the_key(ledger: Ledger | None, claim: Claim[KeyRotated]) -> str | None:
    """The log's key is replaced in the business unit's name."""
    return None if claim.sent_by_business_unit else "Only the business unit replaces the key."


@rule("LED-KEY-NEXT", source="design: who trusts one key of the log is led by it to the next")
def each_key_takes_over_from_the_last(ledger: Ledger | None, claim: Claim[KeyRotated]) -> str | None:
    """A key takes over from the one that was named last, under the same name, and has not been the log's before."""
    old, new = claim.event.old, claim.event.new
    if old.partition("+")[0] != new.partition("+")[0]:
        return "The new key bears another name: the name of a log never changes."
    named = ledger.keys if ledger else ()
    if named and old != named[-1]:
        return f"The key named last is {named[-1]}."
    if new == old or new in named:
        return "The new key has been this log's before."
    return None


@recorded_as("ledger.key-rotated", on=LEDGER)
class KeyRotated(Event):
    """Another key takes over signing the log. The checkpoint over this entry is signed by both, so that trust in the one leads to the other."""

    old: LogKey
    new: LogKey

    rules = (there_is_one_ledger, the_business_unit_replaces_the_key, each_key_takes_over_from_the_last)

    def sentence(self) -> str:
        return f"The log's key {_named(self.old)} was replaced by {_named(self.new)}"


def _named(key: str) -> str:
    """The name and id of a key."""
    return "+".join(key.split("+")[:2])


LedgerEvent = LedgerOpened | HeadsSealed | KeyRotated


@LEDGER.folded_by
def evolve(ledger: Ledger | None, event: LedgerEvent) -> Ledger:
    """Fold one event into the ledger."""
    match event:
        case LedgerOpened():
            return Ledger(event.origin, event.partnership, event.demonstration, event.retrospective, event.notice)
        case HeadsSealed(upto=upto):
            return replace(known(ledger), sealed_upto=upto)
        case KeyRotated(old=old, new=new):
            held = known(ledger)
            return replace(held, keys=(*(held.keys or (old,)), new))
        case _:
            assert_never(event)
