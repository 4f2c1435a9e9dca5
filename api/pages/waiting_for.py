"""What waits for whoever signed in, role by role: each a list that programs can ask for too, and how many it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from api.pages.questions import number_of
from api.pages.sheet import Sheet
from api.pages.sheets.actions import ACTIONS
from api.pages.sheets.audits import AUDITS
from api.pages.sheets.cases import ESCALATIONS, REVIEWS
from api.pages.sheets.scrutiny import CHALLENGES
from ledger.access.principal import Principal, Role

ME = "(me)"
"""In a filter: the agency of whoever signed in."""
AGENCY = frozenset({Role.PARTNER_SUBMITTER, Role.PARTNER_READER})
UNIT = frozenset({Role.BUSINESS_UNIT, Role.QA_OFFICER})
DECIDERS = frozenset({Role.CHAIR, Role.DELEGATED_PARTNER, Role.LEAD_PARTNER})
SCRUTINY = frozenset({Role.SCRUTINEER})


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits: for whom, what is said of one and of many, and the list that holds them."""

    roles: frozenset[Role]
    one: str
    many: str
    sheet: Sheet
    filters: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Found:
    """So many of them, and where they are."""

    number: int
    told: str
    href: str


KINDS = (
    Waiting(AGENCY, "action of yours is not accepted yet", "actions of yours are not accepted yet", ACTIONS, {"owner_agency": [ME], "state": ["raised", "reopened"]}),
    Waiting(AGENCY, "action of yours is under way", "actions of yours are under way", ACTIONS, {"owner_agency": [ME], "state": ["accepted", "in-progress", "assurance-refused"]}),
    Waiting(AGENCY, "escalation waits for your answer", "escalations wait for your answer", ESCALATIONS, {"with_agency": [ME], "open": ["true"]}),
    Waiting(AGENCY, "challenge of a scrutineer waits for your answer", "challenges of a scrutineer wait for your answer", CHALLENGES, {"to_agency": [ME], "open": ["true"]}),
    Waiting(UNIT | DECIDERS, "incident waits for a decision whether to notify", "incidents wait for a decision whether to notify", REVIEWS, {"stage": ["reported"]}),
    Waiting(UNIT, "incident is to be notified", "incidents are to be notified", REVIEWS, {"stage": ["to-be-notified"]}),
    Waiting(UNIT | DECIDERS, "rapid review waits for a decision", "rapid reviews wait for a decision", REVIEWS, {"stage": ["rapid-review"]}),
    Waiting(UNIT, "completed action waits to be assured", "completed actions wait to be assured", ACTIONS, {"state": ["completed"]}),
    Waiting(UNIT | SCRUTINY, "assured action waits for evidence of impact", "assured actions wait for evidence of impact", ACTIONS, {"state": ["assured"]}),
    Waiting(UNIT, "audit is still to do", "audits are still to do", AUDITS, {"outstanding": ["true"]}),
    Waiting(UNIT | DECIDERS, "escalation has an overdue answer", "escalations have an overdue answer", ESCALATIONS, {"lapsed": ["true"]}),
    Waiting(UNIT | DECIDERS | SCRUTINY, "action is overdue", "actions are overdue", ACTIONS, {"overdue": ["true"]}),
    Waiting(UNIT | SCRUTINY, "challenge of a scrutineer is unanswered", "challenges of a scrutineer are unanswered", CHALLENGES, {"open": ["true"]}),
)  # fmt: skip


def waiting(request: Request, speaker: Principal | None) -> Iterator[Found]:
    """What there is of each kind that concerns them; in development, to somebody who is nobody in particular, what concerns the business unit."""
    role, agency = (Role.BUSINESS_UNIT, "") if speaker is None else (speaker.role, speaker.agency)
    for kind in KINDS:
        if role in kind.roles:
            filters = {name: [value.replace(ME, agency) for value in values] for name, values in kind.filters.items()}
            if total := number_of(request, kind.sheet.question, filters):
                href = f"{kind.sheet.path}?{urlencode([(name, value) for name, values in filters.items() for value in values])}"
                yield Found(total, kind.one if total == 1 else kind.many, href)
