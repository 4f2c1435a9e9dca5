"""Recording in the browser: every event type has a form, and what it makes is what a partner would post, byte for byte."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from api.forms.composing import Form
from api.forms.given import Given
from api.forms.shown import one_of
from api.pages.record import PARTS, groups
from api.sign_in import SUBJECT
from ledger import canonical
from ledger.access.policy import POLICY, may_post
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Principal, Role
from ledger.domain.general import Corrected
from ledger.domain.register import RECORDS, REGISTER, TYPE_PREFIX
from tests.access.signing_in import form_token, sign_in
from tests.api.conftest import serving
from tests.api.story import CASE, PARTNERS, tell
from tests.test_golden import entry_of, examples, golden
from tests.web.filling import Filled, cited_by_examples
from tests.web.reading import Reader, said

REPORTED = {
    "agency": "HEALTH", "happened_on": "2019-12-01", "known_on": "2019-12-02", "nature": "serious-harm", "how_many": 1,
    "features": ["neglect", "physical"], "looked_after": False, "care_leaver": "not-stated", "agencies_involved": ["HEALTH", "LA"],
    "summary": "Words that “are” sealed.\nOn two lines.",
}  # fmt: skip


class Person(Reader):
    """Somebody who is signed in; `proof` is what their forms carry."""

    def __init__(self, client, role, agency):
        super().__init__(client)
        sign_in(client, role, agency)
        self.who = Principal(role, "BU" if role in OF_THE_BUSINESS_UNIT else agency, SUBJECT)
        self.proof = {"csrf": form_token(self.get("/pages").text)}


def signed_in(client, position, role=Role.BUSINESS_UNIT, agency="BU"):
    """Somebody in a browser, once the tables have come to a position."""
    assert client.get("/agencies", params={"at_least": position}).status_code == 200
    return Person(client, role, agency)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """The business unit in front of a ledger with one case, for tests that leave it as it is."""
    with serving(str(tmp_path_factory.mktemp("record") / "ledger.sqlite")) as client:
        yield signed_in(client, tell(client, *CASE)[-1])


@pytest.fixture
def own(tmp_path):
    """A reader of a ledger of its own, in which three agencies take part."""
    with serving(str(tmp_path / "ledger.sqlite")) as client:
        yield signed_in(client, tell(client, *PARTNERS)[-1])


def form(reader, name, query=""):
    return Filled(reader, reader.get(f"/pages/record/{name}{query}"))


def drafted(reader, filled, of=None):
    """The event that the kept draft of a form makes; `of`: the class of the entry that it corrects."""
    kept = reader.client.app.state.drafts.one(reader.who, filled.draft)
    return (
        Form(REGISTER[TYPE_PREFIX + kept.type], reader.who.source, of).composed(Given.kept(kept.fields), "golden").event
    )


def errors(page):
    """What the error summary says, by where it leads."""
    (summary,) = [each for each in page.all("div") if each.get("class") == "govuk-error-summary"]
    return {each.get("href"): said(each) for each in summary.iter("a")}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A reader of a ledger that knows every agency and group the examples cite; entry 3 begins the agency POLICE."""
    agencies, groups = cited_by_examples()
    for each in agencies:
        each["data"]["name"] = "Young People's Project"
    with serving(str(tmp_path_factory.mktemp("asked") / "ledger.sqlite")) as client:
        yield signed_in(client, tell(client, *PARTNERS, *agencies, *groups)[-1])


NOBODYS = ".words-erased"
"""A certificate, which the ledger alone writes, and so has no form."""


@pytest.mark.parametrize(
    "name", sorted(name.removeprefix(TYPE_PREFIX) for name in examples() if not name.endswith(NOBODYS))
)
def test_an_example_filled_into_its_form_is_recorded_byte_for_byte(asked, name):
    about = "?of=agency/POLICE&entry=3" if name == "agency.corrected" else ""
    filled, data = form(asked, name, about), examples()[TYPE_PREFIX + name]
    for field, value in data.items():
        filled.fill(f"data.{field}", value)
    filled.press("save")
    made = drafted(asked, filled, REGISTER[f"{TYPE_PREFIX}agency.registered"].event if about else None)
    assert canonical.write(made["data"]) == canonical.write(data)
    assert entry_of(TYPE_PREFIX + name, made["data"]) == golden()[TYPE_PREFIX + name]


def test_every_type_has_a_form(case):
    """Types that share a class share its form: one of each class, and of each record one."""
    shown = {
        (kind.event, kind.record.name if kind.event is Corrected else ""): kind
        for kind in REGISTER.values()
        if not kind.name.endswith(NOBODYS)
    }
    for kind in shown.values():
        case.get(f"/pages/record/{kind.name}")


@pytest.mark.parametrize("role", [role for role in Role if POLICY[role].posts])
def test_a_role_is_offered_what_it_may_record_and_nothing_else(role):
    speaker = Principal(role, "HEALTH", "key:1")
    offered = {each.name for group in groups(speaker, None) for each in (*group.kinds, *group.marks)}
    assert offered == {kind.name for kind in REGISTER.values() if may_post(speaker, kind, speaker.source)}
    assert offered


def test_every_record_has_its_place_among_what_may_be_recorded():
    assert sorted(name for part in PARTS.values() for name in part) == sorted(RECORDS)


def test_what_people_look_for_first_stands_first(case):
    heads = [said(each) for each in case.get("/pages/record").all("h2")]
    assert heads[:4] == ["Incident", "Rapid review", "Practice review", "Escalation"]


def test_on_a_record_stands_what_may_follow_on_it(case):
    page = case.get("/pages/record?of=incident/INC-1")
    names = [link.partition("?")[0].rpartition("/")[2] for link in page.links if link.startswith("/pages/record/")]
    assert "incident.notified" in names
    assert "incident.reported" not in names
    assert all(name.startswith("incident.") for name in names)
    assert form(case, "incident.notified", "?of=incident/INC-1").given["reference"] == ["INC-1"]
    assert "/pages/record?of=incident/INC-1" in case.get("/pages/records/incident/INC-1").links
    assert "/pages/record?of=incident/INC-1&entry=5" in case.get("/pages/entries/5").links


def test_an_incident_from_the_first_question_to_the_receipt(own):
    filled = form(own, "incident.reported")
    for field, value in REPORTED.items():
        filled.fill(f"data.{field}", value)
    checked = filled.press("check")
    assert checked.h1 == "Check your answers"
    assert "The ledger gives the next one" in checked.main
    assert "On two lines." in checked.main
    receipt = own.post(f"{filled.address}/record", own.proof)
    assert receipt.h1.startswith("Recorded")
    assert "/entries/4/receipt" in receipt.links
    entry = own.client.get("/entries/4").json()["entry"]
    data = {name: value for name, value in entry["data"].items() if name != "summary"}
    assert data == {name: value for name, value in REPORTED.items() if name != "summary"}
    assert (entry["subject"], entry["time"], entry["timeprecision"]) == (
        "incident/INC-2019-001",
        "2019-12-01T00:00:00+00:00",
        "day",
    )
    words = own.client.app.state.parts.ledger.words([4])
    assert [each.text for each in words] == [REPORTED["summary"]]


def test_a_case_recorded_through_forms_is_the_case_that_partners_post(own, tmp_path):
    story = CASE[len(PARTNERS) :]
    with serving(str(tmp_path / "posted.sqlite")) as posted:
        tell(posted, *PARTNERS, *story)
        wanted = [each["entry"] for each in posted.get("/entries").json()["entries"]]
    for each in story:
        filled = form(own, each["type"].removeprefix(TYPE_PREFIX))
        filled.fill("reference", each["subject"].partition("/")[2])
        filled.fill("time", each["time"])
        for field, value in each["data"].items():
            filled.fill(f"data.{field}", value)
        filled.press("check")
        own.post(f"{filled.address}/record", own.proof)
    made = [each["entry"] for each in own.client.get("/entries").json()["entries"]]
    told = ("type", "subject", "timeprecision", "source", "recordedby", "recordversion", "recordedtime", "regime")
    for ours, theirs in zip(made, wanted, strict=True):
        assert {name: ours.get(name) for name in told} == {name: theirs.get(name) for name in told}
        assert datetime.fromisoformat(ours["time"]) == datetime.fromisoformat(theirs["time"])
        assert unsealed(ours["data"]) == unsealed(theirs["data"])


def unsealed(data):
    """Without the commitments, whose salts are random, and the empty lists, which a form leaves out."""
    return {
        name: value
        for name, value in data.items()
        if value != [] and not (isinstance(value, dict) and "sealed" in value)
    }


def test_recorded_twice_it_is_one_entry_and_one_receipt(own):
    filled = form(own, "meeting.scheduled")
    tell(own.client, *[each for each in CASE if each["subject"] == "group/QAS"])
    filled.fill("data.group", "QAS")
    filled.fill("data.planned_on", "2020-01-31")
    filled.fill("time", "2019-12-20")
    filled.press("check")
    first = own.post(f"{filled.address}/record", own.proof)
    assert own.post(f"{filled.address}/record", own.proof).text.count("Entry") == first.text.count("Entry")
    filled.press("check")  # the form of a page that was still open
    assert own.client.get("/entries").json()["looked_up_to"] == 5
    assert own.client.app.state.drafts.one(own.who, filled.draft).fields == "{}"


def test_what_is_wrong_is_said_where_it_stands_and_what_was_typed_stays(case):
    filled = form(case, "action.raised")
    filled.fill("data.owner", {"agency": "HEALTH", "role": "Designated nurse"})
    filled.given["data.due_on:day"], filled.given["data.due_on:month"] = ["31"], ["2"]
    filled.given["data.due_on:year"], filled.given["data.baseline"] = ["2020"], ["about ten"]
    page = filled.press("check", status=422)
    assert page.title.startswith("Error: ")
    said_of = errors(page)
    assert "must be a real date" in said_of["#data-due_on-day"]
    assert said_of["#data-baseline"].startswith("Baseline should be a number")
    assert said_of["#data-source"] == "Answer the question “Where does it come from?”"
    assert said_of["#time-day"] == "Answer the question “When did it happen?”"
    assert "#data-owner" not in said_of
    for link in said_of:
        assert page.by_id(link[1:]).tag in ("input", "select", "textarea", "div")
    assert filled.given["data.due_on:day"] == ["31"]
    assert filled.given["data.baseline"] == ["about ten"]
    assert filled.given["data.owner.agency-owner.role"] == ["Designated nurse"]
    made = drafted(case, filled)
    assert made["data"]["owner"] == {"agency": "HEALTH", "role": "designated-nurse"}


def test_an_answer_of_another_shape_is_told_in_the_words_of_the_form(case):
    filled = form(case, "incident.reported")
    filled.fill("reference", "inc 5")
    filled.fill("data.how_many", "several")
    said_of = errors(filled.press("check", status=422))
    assert said_of["#reference"] == "A reference has only capital letters, digits and hyphens, at most 40 of them"
    told = " ".join(said_of.values())
    assert "not-stated" not in told
    assert "minted" not in told


def test_a_broken_rule_is_told_beside_the_answer_it_is_about_and_nothing_is_recorded(own):
    filled = form(own, "incident.reported")
    for field, value in (REPORTED | {"known_on": "2019-11-30"}).items():
        filled.fill(f"data.{field}", value)
    page = filled.press("check")
    assert page.title.startswith("Error: ")
    assert f"{filled.address}#data-known_on-day" in page.links
    assert "SIN-ORDER-DAYS" in page.main
    assert not [each for each in page.all("form") if each.get("action") == f"{filled.address}/record"]
    assert own.post(f"{filled.address}/record", own.proof).h1 == "Check your answers"
    assert own.client.get("/entries").json()["looked_up_to"] == 3


def test_a_departure_is_said_before_it_is_recorded(own):
    tell(own.client, *[each for each in CASE if each["subject"] == "incident/INC-1"])
    filled = form(own, "incident.notified", "?of=incident/INC-1")
    filled.fill("data.sent_on", "2019-12-03")
    filled.fill("data.to", ["national-panel"])
    assert "SIN-DECIDED" in filled.press("check").main
    assert "SIN-DECIDED" in own.post(f"{filled.address}/record", own.proof).main


def test_a_record_that_moved_on_meanwhile_is_looked_at_again(own):
    tell(own.client, *[each for each in CASE if each["subject"] == "incident/INC-1"])
    filled = form(own, "incident.notification-decided", "?of=incident/INC-1")
    filled.fill("data.decision", "notify")
    filled.fill("time", "2019-12-03")
    assert "was recorded on incident/INC-1" not in filled.press("check").main
    other = json.loads(json.dumps(next(each for each in CASE if each["subject"] == "incident/INC-1")))
    other |= {
        "id": "other",
        "type": "uk.safeguarding.incident.notification-decided",
        "data": {"decision": "do-not-notify"},
    }
    tell(own.client, other)
    page = own.post(f"{filled.address}/record", own.proof)
    assert page.h1 == "Check your answers"
    assert "was recorded on incident/INC-1 since you began: it is at version 2 now" in page.main
    assert own.post(f"{filled.address}/record", own.proof).h1.startswith("Recorded")


def test_a_correction_asks_for_the_facts_of_its_entry(case):
    filled = form(case, "incident.corrected")
    assert not filled._asks("data.changes")
    filled.fill("reference", "INC-1")
    filled.fill("data.position", 5)
    page = filled.press("show")
    assert "Now: 1 December 2019." in page.main
    filled.fill("data.changes.known_on", "2019-12-02")
    filled.fill("data.reason", "Copied from the wrong line.")
    filled.fill("time", "2019-12-20")
    assert "Entry 5 was corrected: known on" in filled.press("check").main


def test_a_row_is_called_by_what_one_of_them_is():
    told = ("Immediate actions", "Evidence", "Criteria", "Which agencies were involved?", "Who was told?")
    assert [one_of(each) for each in told] == [
        "Immediate action",
        "Evidence",
        "Criterion",
        "Which agencies were involved",
        "Who was told",
    ]


def test_rows_are_added_and_removed_without_a_script(case):
    filled = form(case, "action.completed")
    for kind in ("re-audit", "data-trend", "dip-sample"):
        filled.press("add:data.evidence")
        last = int(filled.given["data.evidence:rows"][0]) - 1
        filled.fill(f"data.evidence.{last}.kind", kind)
    filled.press("remove:data.evidence.1")
    assert [each["kind"] for each in drafted(case, filled)["data"]["evidence"]] == ["re-audit", "dip-sample"]


def test_a_form_that_is_full_says_so(case):
    filled = form(case, "meeting.held")
    filled.given["padding"] = ["x"] * 950
    page = filled.press("add:data.attendance", status=422)
    assert errors(page)["#data-attendance"].startswith("This form is full.")


def test_a_childs_reference_is_made_on_the_form(case):
    filled = form(case, "incident.reported")
    filled.press("child:data.children.0")
    assert filled.given["data.children.0"][0].startswith("CHD-")


def test_the_numbers_to_call_stand_before_every_form_about_a_case(case):
    for kind in REGISTER.values():
        if kind.record.name == "incident" and not kind.name.endswith(NOBODYS):
            main = case.get(f"/pages/record/{kind.name}").main
            assert "Call the front door." in main.partition("Which incident")[0].partition("Reference of")[0]
            assert "999" in main
    assert "This is not a referral route" not in case.get("/pages/record/meeting.scheduled").main


def test_drafts_are_listed_resumed_and_deleted(own):
    filled = form(own, "meeting.scheduled")
    filled.fill("data.planned_on", "2020-01-31")
    page = filled.press("save")
    assert "Your draft is saved." in page.main
    assert "Meeting: scheduled" in page.main
    again = Filled(own, own.get(f"/pages/drafts/{filled.draft}"))
    assert again.given["data.planned_on:month"] == ["1"]
    assert "You have no drafts." in own.post(f"{filled.address}/delete", own.proof).main
    own.get(f"/pages/drafts/{filled.draft}", status=404)


def test_a_partner_records_for_itself_reads_its_receipt_at_once_and_sees_nobody_elses_draft(own):
    unit = form(own, "meeting.scheduled")
    unit.press("save")
    health = signed_in(own.client, 3, Role.PARTNER_SUBMITTER, "HEALTH")
    health.get(f"/pages/drafts/{unit.draft}", status=404)
    health.get("/pages/record/action.closed", status=403)
    filled = form(health, "incident.reported")
    assert "retrospective" not in filled.controls
    assert filled.given["data.agency"] == ["HEALTH"]
    for field, value in REPORTED.items():
        filled.fill(f"data.{field}", value)
    filled.press("check")
    assert health.post(f"{filled.address}/record", health.proof).h1.startswith("Recorded")
    assert "/pages/record/incident.corrected?of=incident/INC-2019-001&entry=4" in health.get("/pages/receipts/4").links
    entry = health.client.get("/entries/4").json()["entry"]
    assert (entry["source"], entry["recordedby"]) == ("/agencies/HEALTH", "partner-submitter@HEALTH")
    police = signed_in(own.client, 4, Role.PARTNER_SUBMITTER, "POLICE")
    police.get("/pages/receipts/4", status=404)
