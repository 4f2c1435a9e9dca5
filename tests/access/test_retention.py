"""What falls due is listed for those who oversee all cases, and is for nobody else."""

from __future__ import annotations

import pytest

from ledger.access.policy import POLICY, Verb, may
from ledger.access.principal import Role
from ledger.regimes import load_shelf
from tests.api.story import on
from tests.ledger.posting import event

PACK = load_shelf().packs["proposed-retention", 1]
ADOPTED = {"kind": "retention", "pack": PACK.id, "version": 1, "sha256": PACK.sha256, "from_date": "2019-01-01"}


def said(record, day, **data):
    return event(f"{record.partition('/')[0]}.retention-set", record, data, **on(day))


@pytest.fixture(scope="module")
def told(door):
    """The service under a retention pack: one case has a day to review, one has none, and an action is held."""
    made = door.post(
        [
            event("policy.adopted", "policy/RETENTION", ADOPTED, **on("2019-12-20")),
            said("incident/INC-OWN", "2019-12-20", review_on="2093-05-01", set_because="Reckoned outside."),
            event("action.hold-placed", "action/ACT-OWN", {"authority": "Inquiry"}, **on("2019-12-20")),
        ],
        Role.BUSINESS_UNIT,
    )
    assert made.status_code == 201, made.text
    door.get(f"/agencies?at_least={made.json()[-1]['position']}", Role.BUSINESS_UNIT).raise_for_status()
    return door


def asked(told, query="", role=Role.BUSINESS_UNIT):
    answer = told.get(f"/retention{query}", role)
    assert answer.status_code == 200, answer.text
    return {item["reference"]: item for item in answer.json()["items"]}


@pytest.mark.parametrize("role", Role)
def test_whoever_oversees_all_cases_sees_it_and_nobody_else(told, role):
    allowed = Verb.SCRUTINISE in POLICY[role].verbs
    assert allowed is may(role, Verb.SCRUTINISE)
    for path in ("/retention", "/pages/retention"):
        assert told.get(path, role).status_code == (200 if allowed else 403), path
    assert {Role.BUSINESS_UNIT, Role.SCRUTINEER} <= {each for each in Role if may(each, Verb.SCRUTINISE)}
    assert not may(Role.ADMINISTRATOR, Verb.SCRUTINISE)


def test_a_case_without_a_day_to_review_is_listed_and_what_is_kept_is_not(told):
    items = asked(told)
    assert items["INC-HIDDEN"]["state"] == "not-begun"
    assert "INC-OWN" not in items
    (kept,) = asked(told, "?state=running&reference=INC-OWN").values()
    assert (kept["due_on"], kept["type"], kept["entries"]) == ("2093-05-01", "incident.retention-set", [kept["entry"]])


def test_as_of_a_day_to_come_it_says_what_will_be_due(told):
    items = asked(told, "?as_of=2093-05-01&sort=-due_on")
    assert (items["INC-OWN"]["state"], items["INC-OWN"]["days_left"]) == ("review-due", 0)
    assert (items["ACT-OWN"]["state"], items["ACT-OWN"]["holds"]) == ("held", ["Inquiry"])
    assert (items["QAS"]["state"], items["QAS"]["type"], items["QAS"]["due_on"]) == (
        "due",
        "group.established",
        "2029-12-31",
    )
    assert (items["QAS"]["years"], items["QAS"]["pack"]) == (10, "proposed-retention@1")
    assert asked(told, "?as_of=2093-05-01&held=true").keys() == {"ACT-OWN"}


def test_as_at_a_position_before_the_pack_was_adopted_no_period_was_set(told):
    assert {item["state"] for item in asked(told, "?as_at=13").values()} == {"no-period"}


def test_it_goes_out_as_csv_like_every_list(told):
    answer = told.get("/retention?format=csv&state=running&reference=INC-OWN", Role.SCRUTINEER)
    first, row = answer.text.splitlines()
    assert first.startswith("record,reference,key,state,retention_class,trigger,years,due_on,days_left,held")
    assert row.startswith("incident,INC-OWN,,running,case,review-date,75,2093-05-01")
    assert told.get("/retention?sort=no_field", Role.SCRUTINEER).status_code == 422


def test_the_page_says_it_in_words(told):
    page = told.get("/pages/retention", Role.SCRUTINEER, headers={"accept": "text/html"})
    assert "Waits for a day to review" in page.text
    later = told.get("/pages/retention?as_of=2093-05-01", Role.SCRUTINEER, headers={"accept": "text/html"}).text
    for words in ("To be reviewed", "Over, but held", "Held for Inquiry", "Time is over"):
        assert words in later


def test_only_the_business_unit_enters_it(told):
    posted = said("incident/INC-OWN", "2019-12-21", review_on="2090-01-01") | {"source": "/agencies/HEALTH"}
    answer = told.post([posted], Role.PARTNER_SUBMITTER)
    assert answer.status_code in (403, 409), answer.text
