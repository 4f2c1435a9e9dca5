"""What is hidden from whoever posts is judged inside the write: whatever others recorded meanwhile counts. On either engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.access.principal import Principal, Role
from ledger.access.screening import screen_of
from ledger.access.sight import Sight
from ledger.application import Ledger
from ledger.outcome import Refused
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from tests.api.story import action, group, incident, on, rapid_review, review
from tests.ledger.posting import VAULT, agency, batch, clock_at_noon, event, recorded, write

MINE = {"source": "/agencies/HEALTH"}
HEALTH = Principal(Role.PARTNER_SUBMITTER, "HEALTH", "key:1")
QA = Principal(Role.QA_OFFICER, "BU", "key:2")
RESTRICTED = {"ground": "accuracy-contested"}


def opened(database):
    return Ledger(open_recorder(database), shelf=load_shelf(), clock=clock_at_noon(), vault=VAULT)


@pytest.fixture
def ledgers(database):
    """One ledger as two processes have it open: the one that is posted to, and another that gets there first."""
    mine, others = opened(database), opened(database)
    partners = [agency(code) for code in ("LA", "HEALTH", "POLICE")]
    partners[1]["data"] |= {"standing": "statutory-partner"}
    for outcome in write(others, *partners, group("QAS")):
        recorded(outcome)
    yield mine, others
    mine.close()
    others.close()


def posted(ledger, seen, *events, atomic=False):
    """What becomes of events of somebody whose sight was worked out before."""
    own = batch(*events, by=seen.principal.recordedby, atomic=atomic)
    return ledger.write([replace(own, screen=screen_of(seen))])[0]


def rules(outcome):
    assert isinstance(outcome, Refused), outcome
    return [broken.rule.id for broken in outcome.broken]


def of_police(name):
    made = incident(name, id=f"police-{name}", source="/agencies/POLICE")
    made["data"] |= {"agency": "POLICE", "agencies_involved": ["POLICE"]}
    return made


def view(name):
    data = {"partner": "HEALTH", "sector": "health", "view": "notify"}
    return event("incident.view-stated", f"incident/{name}", data, **on("2019-12-20"), **MINE)


def test_what_others_began_meanwhile_under_the_same_reference_is_not_spoken_of(ledgers):
    """With atomic=false the first is refused and the second, which spoke of the case it would have begun, is judged by itself."""
    mine, others = ledgers
    seen = Sight(HEALTH, frozenset())
    recorded(write(others, of_police("INC-NEW"), by="partner-submitter@POLICE")[0])
    first, second = posted(mine, seen, incident("INC-NEW", **MINE), view("INC-NEW"))
    assert (rules(first), rules(second)) == (["REC-BEGUN"], ["REC-BEGUN"])
    assert [entry.source for entry in others.record("incident/INC-NEW")] == ["/agencies/POLICE"]


def test_what_a_batch_begins_itself_may_be_spoken_of(ledgers):
    for outcome in posted(ledgers[0], Sight(HEALTH, frozenset()), incident("INC-NEW", **MINE), view("INC-NEW")):
        recorded(outcome)


@pytest.mark.parametrize("principal", [HEALTH, QA])
def test_what_was_restricted_meanwhile_is_not_there(ledgers, principal):
    mine, others = ledgers
    case = incident("INC-ONE"), rapid_review("RR-ONE", "INC-ONE"), review("REV-ONE", "RR-ONE")
    for outcome in write(others, *case, action("ACT-ONE", "REV-ONE")):
        recorded(outcome)
    seen = Sight(principal, frozenset({"incident/INC-ONE", "review/REV-ONE"}))
    source = {"source": principal.source}
    accepted = event(
        "action.accepted", "action/ACT-ONE", {"by": {"agency": "HEALTH", "role": "nurse"}}, **on("2019-12-22"), **source
    )
    raised = action("ACT-TWO", "REV-ONE") | source
    recorded(posted(mine, seen, raised)[0])
    for name in ("action/ACT-ONE", "review/REV-ONE"):
        mark = event(f"{name.partition('/')[0]}.restricted", name, RESTRICTED, **on("2019-12-21"))
        recorded(write(others, mark)[0])
    raised = action("ACT-THREE", "REV-ONE") | source
    assert [rules(each) for each in posted(mine, seen, accepted, raised)] == [["REC-BEGUN"], ["REF-KNOWN"]]
