"""Who may do what, from the policy table, the register and the routes of the service."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import ledger.domain  # noqa: F401 - fills the register
from api.access import need_of, routes_of
from api.app import create_app
from ledger.access.openings import Purpose
from ledger.access.policy import PASS_RESTRICTIONS, POLICY, Reach, Verb, may
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Role
from ledger.domain.register import RECORDS, REGISTER, EventType
from tests.pages.markdown import page, table

OPENS = {Reach.NONE: "", Reach.OWN: "what it posted", Reach.ALL: "all"}
READS = {Reach.NONE: "none", Reach.OWN: "its own", Reach.ALL: "all"}


def pages() -> Mapping[str, str]:
    """File name -> text: the one page."""
    return {"README.md": _page()}


def _page() -> str:
    cases = ", ".join(sorted(name for name, record in RECORDS.items() if record.case))
    citing = ", ".join(sorted({kind.record.name for kind in REGISTER.values() if _names_a_case(kind)}))
    return page(
        "# Who may do what",
        "Nothing is allowed that this table does not grant (`ledger/access/policy.py`). A test asks every route as every role, and posts "
        "every type of event as every role.",
        f"Records about a child's case are: {cases}. All others say how the partnership works. An agency's *own* cases are those that it "
        "posted something of or is named in, and the case records that follow from them; a successor has those of the agency it "
        "succeeded. A case that is not one's own is answered like one that is not there; records of the partnership still name by "
        f"reference the case that they come from or look at ({citing}).",
        "A record that is restricted (UK GDPR article 18) is read only by "
        f"{', '.join(sorted(role.title for role in PASS_RESTRICTIONS))}, and so are its words: from the entry that restricts it to the "
        "one that lifts it, or its last day, also as it stood before. To everybody else it is not there, whatever their agency. Figures go on counting it.",
        "## Roles",
        table(
            ("role", "posts from", "partnership's records", "cases", *(verb.value for verb in VERBS)), map(_role, Role)
        ),
        "## Words",
        "Free text is sealed. Whoever sees a record reads its ordinary words (`GET /entries/{position}/words`). The words of a field that "
        "the catalogue (docs/domain/events.md) marks † are opened (`POST /entries/{position}/openings`), for one of these purposes: "
        f"{', '.join(Purpose)}; a record of this ledger may be named that it is for. The column *open* says who does: of the entries they "
        "see. Each opening stands in the access log before the words are sent.",
        "The access log is for the auditor (*audit*), who reads nothing else.",
        "## Events each role may record",
        table(
            ("event", *(role.title for role in POSTING)), map(_event, sorted(kind.name for kind in REGISTER.values()))
        ),
        "## What each address needs",
        table(("address", "needs"), _routes()),
    )


def _names_a_case(kind: EventType) -> bool:
    return not kind.record.case and any(RECORDS[record].case for _, record in kind.links)


VERBS = [verb for verb in Verb if verb not in (Verb.POST, Verb.READ, Verb.ENTER)]
POSTING = [role for role in Role if POLICY[role].posts]


def _role(role: Role) -> list[str]:
    rights = POLICY[role]
    source = ("/business-unit" if role in OF_THE_BUSINESS_UNIT else "/agencies/(its own)") if rights.posts else "never"
    return [
        role.title,
        source,
        READS[rights.general],
        READS[rights.cases],
        *(_granted(role, verb) for verb in VERBS),
    ]


def _granted(role: Role, verb: Verb) -> str:
    if verb is Verb.OPEN:
        return OPENS[POLICY[role].opens]
    return "yes" if may(role, verb) else ""


def _event(name: str) -> list[str]:
    return [name, *("yes" if any(fnmatchcase(name, each) for each in POLICY[role].posts) else "" for role in POSTING)]


def _routes() -> list[tuple[str, str]]:
    found = [("POST /events", Verb.POST.value)]
    for route in routes_of(create_app(_never)):
        if (need := need_of(route)) is not None:
            found += [
                (f"{method} {route.path}", need.verb or "nothing: it tells what holds for everybody")
                for method in route.methods or ()
            ]
    return sorted(found)


def _never() -> Any:
    raise AssertionError("a page is written without a ledger")
