"""Who may do what, on one page: nothing is allowed that no row of this table grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from fnmatch import fnmatchcase

from ledger.access.principal import Principal, Role
from ledger.domain.general import WordsErased
from ledger.domain.register import RECORDS, EventType


class Verb(StrEnum):
    """What somebody may do."""

    POST = "post"
    """Record events."""
    READ = "read"
    """Read entries, their ordinary words, records, histories, lists and lines of enquiry."""
    SCRUTINISE = "scrutinise"
    """Read lines of enquiry and what falls due to be erased, which look across all cases."""
    COUNT = "count"
    """Read figures and reports."""
    PROVE = "prove"
    """Read checkpoints, hash tiles and proofs, and hand in cosignatures."""
    EXPORT = "export"
    """Take entry bundles and evidence bundles away."""
    OPEN = "open"
    """Open words whose every opening is logged (†)."""
    AUDIT = "audit"
    """Read the access log."""
    ERASE = "erase"
    """Ask for words to be erased, or confirm what another person asked for."""
    OPERATE = "operate"
    """See whether the service is well."""
    ENTER = "enter"
    """Come in: see one's own start page."""


class Reach(Enum):
    """How far a right to read goes."""

    NONE = "none"
    OWN = "own"
    """Cases that name the agency, and what follows from the incidents that do."""
    ALL = "all"


@dataclass(frozen=True)
class Rights:
    """What one role may do. `posts`: patterns of event types; `general` and `cases`: how far it reads; `verbs`: everything else;
    `opens`: of which entries it sees it opens words, those that its own agency posted, or all.
    """

    posts: tuple[str, ...] = ()
    general: Reach = Reach.NONE
    cases: Reach = Reach.NONE
    verbs: frozenset[Verb] = frozenset()
    opens: Reach = Reach.NONE

    def reads(self, record: str) -> Reach:
        return self.cases if RECORDS[record].case else self.general


_AMEND = ("*.corrected", "*.withdrawn", "*.duplicate-of", "*.statement-added")
_PARTNER_POSTS = (
    "incident.reported", "incident.view-stated", "rapid-review.*", "review.family-engaged", "review.learning-shared",
    "action.raised", "action.accepted", "action.reassigned", "action.progressed", "action.rescheduled", "action.completed",
    "action.impact-evidenced", "action.reopened", "audit.return-received", "audit.held", "audit.finding-recorded",
    "escalation.*", "meeting.*", "training.*", "finance.*", "dataset.*", "engagement.*", "risk.identified",
    "scrutiny.answered", *_AMEND,
)  # fmt: skip
"""What an agency says for itself. It neither assures nor closes an action (ACT-CLOSE), and keeps no register of the partnership."""
_READERS = frozenset({Verb.COUNT, Verb.PROVE, Verb.OPERATE})
_OVERSEERS = _READERS | {Verb.SCRUTINISE}
_RELEASES = ("report.section-cleared", "report.number-released", "report.release-withdrawn")
"""What a lead partner or the chair signs, in their own name, before a report is for the public."""
_LEAD_POSTS = ("report.signed-off", *_RELEASES)
_DELEGATED_POSTS = ("incident.view-stated", "report.section-cleared")
_SCRUTINEER_POSTS = ("scrutiny.*",)
"""SEP-SCRUT: whoever scrutinises decides nothing and acts on nothing, so records nothing else."""

POLICY: Mapping[Role, Rights] = {
    #                              may record                  partnership  cases       and besides
    Role.PARTNER_SUBMITTER: Rights(_PARTNER_POSTS,             Reach.ALL,   Reach.OWN,  _READERS, Reach.OWN),
    Role.PARTNER_READER:    Rights((),                         Reach.ALL,   Reach.OWN,  _READERS),
    Role.BUSINESS_UNIT:     Rights(("*",),                     Reach.ALL,   Reach.ALL,  _OVERSEERS | {Verb.EXPORT, Verb.ERASE}, Reach.ALL),
    Role.QA_OFFICER:        Rights(("audit.*", "action.*"),    Reach.ALL,   Reach.ALL,  _OVERSEERS),
    Role.CHAIR:             Rights(_RELEASES,                  Reach.ALL,   Reach.ALL,  _OVERSEERS, Reach.ALL),
    Role.DELEGATED_PARTNER: Rights(_DELEGATED_POSTS,           Reach.ALL,   Reach.ALL,  _OVERSEERS | {Verb.ERASE}, Reach.ALL),
    Role.LEAD_PARTNER:      Rights(_LEAD_POSTS,                Reach.ALL,   Reach.ALL,  _OVERSEERS),
    Role.SCRUTINEER:        Rights(_SCRUTINEER_POSTS,          Reach.ALL,   Reach.ALL,  _OVERSEERS | {Verb.EXPORT}, Reach.ALL),
    Role.REPORT_BUILDER:    Rights((),                         Reach.NONE,  Reach.NONE, frozenset({Verb.COUNT})),
    Role.AUDITOR:           Rights((),                         Reach.NONE,  Reach.NONE, frozenset({Verb.AUDIT})),
    Role.ADMINISTRATOR:     Rights((),                         Reach.NONE,  Reach.NONE, frozenset({Verb.OPERATE})),
    Role.WITNESS:           Rights((),                         Reach.NONE,  Reach.NONE, frozenset({Verb.PROVE})),
}  # fmt: skip
"""Whoever decides on cases, keeps their records or scrutinises them opens words (ROLE-DSP, ROLE-BU, ROLE-IS); whoever holds the deciders
to account (ROLE-LSP) asks for figures and lines of enquiry.
"""
PASS_RESTRICTIONS = frozenset({Role.BUSINESS_UNIT, Role.CHAIR, Role.SCRUTINEER})
"""Who still reads a record, and opens its words, while its use is restricted (RGT-RESTR)."""


def may(role: Role, verb: Verb) -> bool:
    """Whether a role may do a thing at all; what of it, `may_post` and `reads` say."""
    rights = POLICY[role]
    match verb:
        case Verb.POST:
            return bool(rights.posts)
        case Verb.READ:
            return rights.general is not Reach.NONE or rights.cases is not Reach.NONE
        case Verb.OPEN:
            return rights.opens is not Reach.NONE
        case Verb.ENTER:
            return True
        case _:
            return verb in rights.verbs


def reads(role: Role, record: str) -> Reach:
    """How far a role reads records of a kind."""
    return POLICY[role].reads(record)


def may_post(principal: Principal, kind: EventType, source: str) -> bool:
    """Whether they may record an event of a type from a source: an agency speaks as itself only, and nobody posts a certificate."""
    if kind.event is WordsErased:
        return False
    return source == principal.source and any(fnmatchcase(kind.name, each) for each in POLICY[principal.role].posts)


def may_open(principal: Principal, source: str) -> bool:
    """Whether they open the † words of an entry they see, which a source posted."""
    match POLICY[principal.role].opens:
        case Reach.ALL:
            return True
        case Reach.OWN:
            return source == principal.source
        case Reach.NONE:
            return False


def passes_restriction(role: Role) -> bool:
    """Whether a restricted record is still for a role."""
    return role in PASS_RESTRICTIONS
