"""Policies: which pack of values the partnership adopted, from which day; one record for each kind of pack."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.adoption import Adoption
from ledger.domain.claim import Claim
from ledger.domain.fields import Code, Day, GroupCode, Sha256, spoken
from ledger.domain.packs import PackKind, Version
from ledger.domain.register import FLAG, Event, Record, recorded_as, rule


@dataclass(frozen=True)
class Policy:
    """Every adoption of one kind of pack, in recorded order."""

    adoptions: tuple[PolicyAdopted, ...] = ()


POLICY: Record[Policy] = Record("policy", prefix="POL", title="Policy", only=True)


@rule("POL-KIND", source="events.md: policy.adopted")
def the_kind_is_the_reference(policy: Policy | None, claim: Claim[PolicyAdopted]) -> str | None:
    """Packs of one kind are adopted on one record, named for the kind: policy/REGIME."""
    wanted = claim.event.kind.upper()
    if claim.reference != wanted:
        return f"A pack of kind {claim.event.kind} is adopted on policy/{wanted}, not policy/{claim.reference}."
    return None


@rule("POL-BY", source="design: the business unit keeps the register")
def the_business_unit_records_it(policy: Policy | None, claim: Claim[PolicyAdopted]) -> str | None:
    """The business unit records which pack was adopted."""
    return None if claim.sent_by_business_unit else "Only the business unit records what was adopted."


@rule("POL-HASH", source="events.md: policy.adopted, SHA-256 of the pack")
def the_pack_is_the_one_on_the_shelf(policy: Policy | None, claim: Claim[PolicyAdopted]) -> str | None:
    """What is adopted is a pack this program has, of that kind, byte for byte."""
    name, pack = claim.event.pack_reference, claim.packs.shelf.get(claim.event.pack, claim.event.version)
    if pack is None:
        return f"This program has no pack {name}."
    if pack.kind != claim.event.kind:
        return f"The pack {name} is of kind {pack.kind}, not {claim.event.kind}."
    if pack.sha256 != claim.event.sha256:
        return f"The pack {name} has the SHA-256 {pack.sha256}, not {claim.event.sha256}."
    return None


@rule("POL-AGAIN", source="events.md: policy.adopted")
def it_is_adopted_once_from_a_day(policy: Policy | None, claim: Claim[PolicyAdopted]) -> str | None:
    """One version of a pack is adopted from one day once."""
    new = claim.event
    for old in policy.adoptions if policy else ():
        if (old.pack_reference, old.from_date) == (new.pack_reference, new.from_date):
            return f"The pack {new.pack_reference} was adopted from {spoken(new.from_date)} already."
    return None


@rule("POL-RETRO", source="events.md: a new version never changes what was judged under the old", effect=FLAG)
def it_does_not_reach_behind_an_earlier_adoption(policy: Policy | None, claim: Claim[PolicyAdopted]) -> str | None:
    """A pack is adopted from a day no earlier than those adopted before it."""
    latest = max((old.from_date for old in (policy.adoptions if policy else ())), default=None)
    if latest is not None and claim.event.from_date < latest:
        return f"Adopted from {spoken(claim.event.from_date)}, behind an adoption from {spoken(latest)}."
    return None


@recorded_as("policy.adopted", on=POLICY, begins=True, continues=True)
class PolicyAdopted(Event):
    """The partnership adopted a version of a pack, from a day on. `pack`: its id; `adopted_by`: the group that decided."""

    kind: PackKind
    pack: Code
    version: Version
    sha256: Sha256
    from_date: Day
    adopted_by: GroupCode | None = None

    decides = "adopted"
    rules = (
        the_kind_is_the_reference,
        the_business_unit_records_it,
        the_pack_is_the_one_on_the_shelf,
        it_is_adopted_once_from_a_day,
        it_does_not_reach_behind_an_earlier_adoption,
    )

    @property
    def pack_reference(self) -> str:
        """How entries and clocks cite it: `wt18@1`."""
        return f"{self.pack}@{self.version}"

    def adoption(self, position: int) -> Adoption:
        """The same as `Packs` takes it, said by the entry at a position."""
        return Adoption(self.kind, self.pack, self.version, self.sha256, self.from_date, position)

    def sentence(self) -> str:
        return f"Adopted {self.pack_reference} as {self.kind.replace('-', ' ')} from {spoken(self.from_date)}"


@POLICY.folded_by
def evolve(policy: Policy | None, event: PolicyAdopted) -> Policy:
    """Fold one adoption into the policy."""
    return Policy((*(policy.adoptions if policy else ()), event))
