"""C2SP tlog-policy: which logs and witnesses somebody trusts, and which of the witnesses must have cosigned a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ledger.log.keys import Kind, VerifierKey
from ledger.log.verdict import Malformed

NONE = "none"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Trusted:
    """A log or a witness: its key, and where it can be reached if that is said."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True)
class Group:
    """Counts as having witnessed where at least `least` of its members have; each is a witness or a group named before it."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Logs; witnesses and groups by their names in the policy; and the name that must have witnessed (None: nobody must)."""

    logs: tuple[Trusted, ...]
    witnesses: Mapping[str, Trusted]
    groups: Mapping[str, Group]
    quorum: str | None

    def agreed(self, cosigners: Collection[VerifierKey]) -> bool:
        """Whether those who cosigned a checkpoint are enough."""
        return self.quorum is None or self._witnessed(self.quorum, frozenset(cosigners))

    def _witnessed(self, name: str, cosigners: Collection[VerifierKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in cosigners
        group = self.groups[name]
        return sum(self._witnessed(member, cosigners) for member in group.members) >= group.least

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all witnesses."""
        return tuple(witness.key for witness in self.witnesses.values())

    def spoken(self, name: str | None = None) -> str:
        """What must have cosigned, for people: `all of (2 of police, icb, council), scrutineer`."""
        name = name or self.quorum
        if name is None:
            return "nobody"
        if name in self.witnesses:
            return name
        group = self.groups[name]
        members = [self.spoken(each) if each in self.witnesses else f"({self.spoken(each)})" for each in group.members]
        if len(members) == 1:
            return members[0]
        least = "all" if group.least == len(members) else str(group.least)
        return f"{least} of {', '.join(members)}"

    @classmethod
    def parse(cls, raw: bytes) -> Policy:
        """The policy of a file's bytes; Malformed, naming the line, for another form, and Unknown for a kind of key not known here."""
        text = raw.decode("utf-8", "surrogateescape")
        if text and not text.endswith("\n"):
            raise Malformed("the last line of a policy ends like every other")
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), 1):
            try:
                reading.line(line)
            except Malformed as error:
                raise Malformed(f"line {number} of the policy: {error}") from None
        return reading.policy()


NOBODY = Policy((), {}, {}, None)
"""No witness is known, and none must have cosigned."""


class _Reading:
    """A policy as far as it was read."""

    def __init__(self) -> None:
        self._logs: list[Trusted] = []
        self._witnesses: dict[str, Trusted] = {}
        self._groups: dict[str, Group] = {}
        self._quorum: list[str | None] = []

    def line(self, line: str) -> None:
        if _CONTROL.search(line):
            raise Malformed("a control character other than tab")
        match [word for word in _BLANKS.split(line) if word]:
            case []:
                pass
            case [word, *_] if word.startswith("#"):
                pass
            case ["log", key, *url] if len(url) <= 1:
                self._logs.append(self._trusted(key, url, Kind.NOTE, self._logs))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._new(name)
                self._witnesses[name] = self._trusted(key, url, Kind.COSIGNATURE, self._witnesses.values())
            case ["group", name, least, *members] if members:
                self._new(name)
                self._groups[name] = self._group(least, tuple(members))
            case ["quorum", name]:
                self._quorum.append(None if name == NONE else self._known(name))
            case _:
                raise Malformed("not a line that begins log, witness, group or quorum, with what belongs to it")

    def policy(self) -> Policy:
        if len(self._quorum) != 1:
            raise Malformed(f"a policy has one quorum line, and this one has {len(self._quorum)}")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum[0])

    def _new(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise Malformed("a name that stands for something already")

    def _known(self, name: str) -> str:
        if name not in self._witnesses and name not in self._groups:
            raise Malformed("a name that no line before it defines")
        return name

    def _group(self, least: str, members: tuple[str, ...]) -> Group:
        if len(set(members)) < len(members):
            raise Malformed("a member that stands in its group twice")
        held = {member for group in self._groups.values() for member in group.members}
        for member in members:
            if self._known(member) in held:
                raise Malformed("a member that stands in another group already: it would count twice")
        words = {"all": len(members), "any": 1}
        number = words.get(least) or (int(least) if _NUMBER.fullmatch(least) else 0)
        if not 1 <= number <= len(members):
            raise Malformed(f"a group needs all, any, or 1 to {len(members)} of its members")
        return Group(number, members)

    @staticmethod
    def _trusted(text: str, url: list[str], kind: Kind, others: Collection[Trusted]) -> Trusted:
        key = VerifierKey.parse(text)
        if key.kind is not kind:
            raise Malformed("a log's key where a witness's belongs, or the other way round")
        if any(other.key.public == key.public for other in others):
            raise Malformed("a public key that stands here already: it would count twice")
        return Trusted(key, url[0] if url else None)
