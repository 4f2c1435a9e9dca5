"""Meetings are planned, held or not, attended, and decide."""

from tests.domain.scenario import HEALTH, POLICE, given, post
from tests.domain.test_group import DISSOLVED, EXEC, changed

BOARD = post(
    "group.established", "BOARD",
    {"name": "Board", "chair_role": "chair", "members": "not-stated", "meeting_frequency": "not-stated", "established_on": "not-stated"},
    on="2019-06-01",
)  # fmt: skip
HISTORY = (POLICE, HEALTH, EXEC, BOARD)
SCHEDULED = post("meeting.scheduled", "MTG-1", {"group": "EXEC", "planned_on": "2019-09-10"}, on="2019-08-01")
NOT_HELD = post("meeting.not-held", "MTG-1", {"group": "EXEC", "planned_on": "2019-09-10"}, on="2019-09-10")


def held(*attendance, on="2019-09-10", reference="MTG-1", **other):
    rows = [{"seat": seat, "attended": attended} for seat, attended in attendance]
    data = {"group": "EXEC", "held_on": on, "attendance": rows, "quorate": True}
    day = on if on != "not-stated" else "2019-09-10"
    return post("meeting.held", reference, {**data, **other}, on=day)


def decided(number=1, positions=(), **other):
    data = {"number": number, "decision": "plan-peer-review", "positions": list(positions), **other}
    return post("meeting.decided", "MTG-1", data, on="2019-09-10")


HELD = held(("chair", "member"), ("police", "deputy"))


def test_it_is_planned_and_then_held():
    given(*HISTORY).when(SCHEDULED).then_recorded().then_state(lambda m: m.outcome == "planned")
    given(*HISTORY, SCHEDULED).when(HELD).then_recorded().then_state(
        lambda m: (m.outcome, str(m.planned_on), str(m.held_on)) == ("held", "2019-09-10", "2019-09-10")
    )


def test_it_may_be_held_or_not_without_having_been_planned():
    given(*HISTORY).when(HELD).then_recorded()
    given(*HISTORY).when(NOT_HELD).then_recorded().then_state(lambda m: m.outcome == "not-held")
    given(*HISTORY).when(held(attendance="not-stated", quorate="not-stated", on="not-stated")).then_recorded()


def test_it_is_of_a_known_group_and_the_one_it_was_planned_for():
    given().when(SCHEDULED).then_refused("REF-KNOWN")
    given(*HISTORY, SCHEDULED).when(held(group="BOARD")).then_refused("MTG-PLAN")


def test_it_was_held_or_not_once():
    given(*HISTORY, NOT_HELD).when(HELD).then_refused("MTG-ONCE")
    given(*HISTORY, HELD).when(NOT_HELD).then_refused("MTG-ONCE")
    given(*HISTORY, HELD).when(HELD).then_refused("MTG-ONCE")


def test_it_may_be_held_once_the_entry_that_it_was_not_is_withdrawn():
    partner = post("meeting.withdrawn", "MTG-1", {"position": 6, "reason": "Wrong meeting.", "decided_by": "POLICE"})
    given(*HISTORY, SCHEDULED, NOT_HELD, partner).when(HELD).then_recorded().then_state(lambda m: m.outcome == "held")


def test_each_seat_attends_once():
    given(*HISTORY).when(held(("police", "member"), ("police", "absent"))).then_refused("GRP-ATT")


def test_a_guest_is_a_departure_by_the_seats_of_that_day():
    health = changed(members=[{"seat": "health", "title": "Health", "agency": "HEALTH"}])
    given(*HISTORY, health).when(held(("health", "member"))).then_recorded("GRP-ATT")
    given(*HISTORY, health).when(held(("health", "member"), on="2020-05-12")).then_recorded()
    given(*HISTORY, health).when(held(("police", "member"), on="2020-05-12")).then_recorded("GRP-ATT")


def test_where_the_seats_are_not_stated_nobody_can_tell_a_guest():
    given(*HISTORY).when(held(("police", "member"), group="BOARD")).then_recorded()


def test_a_group_that_did_not_exist_met():
    given(*HISTORY).when(held(("police", "member"), on="2019-05-01")).then_recorded("MTG-GROUP")
    given(*HISTORY, DISSOLVED).when(held(on="2021-04-01")).then_recorded("MTG-GROUP")


def test_it_decides_once_it_was_held():
    position = {"agency": "POLICE", "position": "against", "reasons": "Too early."}
    given(*HISTORY, HELD).when(decided(positions=[position], rationale="Outside eyes.")).then_recorded().then_state(
        lambda m: m.decisions == {1}
    )
    given(*HISTORY, SCHEDULED).when(decided()).then_refused("MTG-HELD")
    given(*HISTORY, NOT_HELD).when(decided()).then_refused("MTG-HELD")


def test_a_decision_has_its_own_number():
    given(*HISTORY, HELD, decided(1)).when(decided(1)).then_refused("MTG-NUMBER")
    given(*HISTORY, HELD, decided(1)).when(decided(2)).then_recorded()


def test_an_agency_takes_one_position():
    positions = [{"agency": "POLICE", "position": p} for p in ("for", "against")]
    given(*HISTORY, HELD).when(decided(positions=positions)).then_refused("MTG-POSITION")


def test_a_decision_without_quorum_is_a_departure():
    given(*HISTORY, held(quorate=False)).when(decided()).then_recorded("MTG-QUORUM")
    given(*HISTORY, held(quorate="not-stated")).when(decided()).then_recorded()
