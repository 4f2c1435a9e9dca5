"""Marks on a record: statements that stand beside an entry, restrictions, and holds that outlast the record itself."""

import pytest

from ledger.domain.history import effective, statements
from tests.domain.scenario import LA, PARTNERS, World, given, post

RAISED = post("incident.reported", "INC-1", {
    "agency": "LA", "happened_on": "2019-06-03", "known_on": "2019-06-03", "nature": "other", "how_many": 1,
    "looked_after": False, "care_leaver": False,
}, on="2019-06-03")  # fmt: skip
HISTORY = (*PARTNERS, RAISED)  # the incident is entry 4
VOIDED = post("incident.withdrawn", "INC-1", {"position": 4, "reason": "Never happened.", "decided_by": "LA"})
AGENCY = {"source": "/agencies/LA", "by": "partner-submitter@LA"}


def statement(position=4, whose="agency", agency="LA", **more):
    data = {"position": position, "statement": "It was otherwise.", "whose": whose} | (
        {"agency": agency} if agency else {}
    )
    return post("incident.statement-added", "INC-1", data, **more)


def restricted(until=None, on="2019-07-01", **more):
    data = {"ground": "accuracy-contested"} | ({"until": until} if until else {})
    return post("incident.restricted", "INC-1", data, on=on, **more)


UNRESTRICTED = post("incident.unrestricted", "INC-1", {"lifted_because": "Agreed."}, on="2019-09-01")


def held(authority="National inquiry", **more):
    return post("incident.hold-placed", "INC-1", {"authority": authority}, on="2019-07-01", **more)


def lifted(hold, **more):
    return post("incident.hold-lifted", "INC-1", {"hold": hold}, on="2019-08-01", **more)


def world(*history):
    made = World()
    for each in history:
        assert not made.record(each).refusals, each
    return made


def standing(*history):
    return world(*history).standing("incident", "INC-1")


def test_a_statement_stands_beside_an_entry_and_changes_no_state():
    before = standing(*HISTORY).state
    given(*HISTORY).when(statement()).then_recorded().then_state(lambda state: state == before)
    entries = world(*HISTORY, statement(), statement()).entries["incident", "INC-1"]
    assert {at: [e.position for e in found] for at, found in statements(entries).items()} == {4: [5, 6]}


def test_a_statement_is_of_whoever_makes_it():
    given(*HISTORY).when(statement(**AGENCY)).then_recorded()
    given(*HISTORY).when(statement(agency="POLICE", **AGENCY)).then_refused("STMT-WHOSE")
    given(*HISTORY).when(statement(agency=None)).then_refused("STMT-WHOSE")
    given(*HISTORY).when(statement(whose="child")).then_refused("STMT-WHOSE")
    given(*HISTORY).when(statement(whose="child", agency=None)).then_recorded()


def test_a_statement_is_beside_an_entry_of_its_own_record():
    given(*HISTORY).when(statement(position=1)).then_refused("STMT-ENTRY")
    given(*HISTORY).when(statement(position=99)).then_refused("STMT-ENTRY")
    given(LA).when(statement()).then_refused("REC-BEGUN")


def test_a_statement_that_is_withdrawn_stands_no_longer():
    gone = post("incident.withdrawn", "INC-1", {"position": 5, "reason": "Said in error.", "decided_by": "LA"})
    entries = world(*HISTORY, statement(), gone).entries["incident", "INC-1"]
    assert statements(entries) == {}


def test_a_statement_is_corrected_like_any_entry():
    better = post("incident.corrected", "INC-1", {"position": 5, "changes": {"whose": "child"}, "reason": "Whose."})
    entries = world(*HISTORY, statement(whose="family", agency=None), better).entries["incident", "INC-1"]
    assert [getattr(e.event, "whose", None) for e in statements(entries)[4]] == ["child"]


def test_a_record_is_restricted_until_it_is_lifted():
    assert standing(*HISTORY).restriction is None
    found = standing(*HISTORY, restricted("2019-08-31")).restriction
    assert (found.ground, str(found.until), found.position) == ("accuracy-contested", "2019-08-31", 5)
    assert standing(*HISTORY, restricted(), UNRESTRICTED).restriction is None
    given(*HISTORY).when(UNRESTRICTED).then_refused("RGT-RESTR")
    given(*HISTORY).when(restricted("2019-06-30")).then_refused("RGT-RESTR")


def test_holds_stand_side_by_side_until_each_is_lifted():
    both = (*HISTORY, held(), held("High Court"))
    assert [hold.authority for hold in standing(*both).holds] == ["National inquiry", "High Court"]
    assert [hold.position for hold in standing(*both, lifted(5)).holds] == [6]
    given(*both, lifted(5)).when(lifted(5)).then_refused("RET-MORAT")
    given(*HISTORY).when(lifted(5)).then_refused("RET-MORAT")


@pytest.mark.parametrize("mark", [restricted(**AGENCY), held(**AGENCY), lifted(5, **AGENCY)])
def test_only_the_business_unit_restricts_and_holds(mark):
    given(*HISTORY, held()).when(mark).then_refused("MARK-BY")


def test_a_hold_outlasts_the_record():
    kept = standing(*HISTORY, held(), VOIDED)
    assert (kept.void, kept.state, [hold.position for hold in kept.holds]) == (True, None, [5])
    given(*HISTORY, VOIDED).when(held()).then_recorded()
    after = standing(*HISTORY, VOIDED, held())
    assert (after.void, after.counts, len(after.holds)) == (True, False, 1)
    assert len(effective(world(*HISTORY, VOIDED, held()).entries["incident", "INC-1"])) == 1


def test_a_record_that_repeats_another_may_still_be_held():
    other = post("incident.reported", "INC-2", RAISED.data, on="2019-06-03")
    repeats = post("incident.duplicate-of", "INC-1", {"duplicate_of": "INC-2"})
    given(*HISTORY, other, repeats).when(held()).then_recorded()
    assert standing(*HISTORY, other, repeats, held()).duplicate_of == "INC-2"
