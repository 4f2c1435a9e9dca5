"""Inspections: what was reported, and findings that keep the structure of the letter."""

from tests.domain.scenario import LA, given, post

REPORTED = post(
    "inspection.reported", "INS-1", {"body": "ofsted", "kind": "jtai", "theme": "exploitation", "reported_on": "2019-09-10"},
    on="2019-09-10",
)  # fmt: skip


def found(number, kind="main-finding", **more):
    data = {"number": number, "kind": kind, "text": "Meetings lack health."} | more
    return post("inspection.finding-recorded", "INS-1", data, on="2019-09-10")


def raised(number, inspection="INS-1"):
    data = {
        "source": {"kind": "inspection", "title": "Letter", "inspection": inspection, "number": number}, "text": "Do it",
        "owner": {"agency": "LA", "role": "director"}, "lead_group": "not-stated", "due_on": "2020-03-31",
        "success_measure": "Done",
    }  # fmt: skip
    return post("action.raised", "ACT-1", data, on="2019-12-03")


def test_findings_are_numbered_once():
    given(REPORTED).when(found(1)).then_recorded().then_state(lambda i: i.findings == {1: "main-finding"})
    given(REPORTED, found(1)).when(found(1, "strength")).then_refused("INS-NUMBER")


def test_a_part_is_of_an_area_for_priority_action():
    given(REPORTED, found(1, "priority-action")).when(found(2, "priority-action", part_of=1)).then_recorded()
    given(REPORTED, found(1, "strength")).when(found(2, "priority-action", part_of=1)).then_refused("JTAI-ACT")
    given(REPORTED).when(found(2, "priority-action", part_of=1)).then_refused("JTAI-ACT")


def test_an_action_answers_a_finding_that_was_made():
    given(LA, REPORTED, found(1)).when(raised(1)).then_recorded()
    given(LA, REPORTED, found(1)).when(raised(2)).then_refused("ACT-SRC")
    given(LA, REPORTED).when(raised(1, inspection="INS-2")).then_refused("REF-KNOWN")
