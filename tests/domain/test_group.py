"""Groups are set up, change their seats, and are dissolved."""

from datetime import date

from tests.domain.scenario import HEALTH, POLICE, given, post

CHAIR = {"seat": "chair", "title": "Independent Chair"}
POLICE_SEAT = {"seat": "police", "title": "Police", "agency": "POLICE"}
HEALTH_SEAT = {"seat": "health", "title": "Health", "agency": "HEALTH"}
DATA = {
    "name": "Executive",
    "chair_role": "independent-chair",
    "members": [CHAIR, POLICE_SEAT],
    "meeting_frequency": "bi-monthly",
    "established_on": "2019-06-01",
}
EXEC = post("group.established", "EXEC", DATA, on="2019-06-01")
DISSOLVED = post("group.dissolved", "EXEC", {"dissolved_on": "2021-03-31"}, on="2021-03-31")


def changed(on="2020-04-01", **data):
    return post("group.changed", "EXEC", {"changed_on": on, **data}, on=on)


def test_it_is_established_with_its_seats():
    given(POLICE).when(EXEC).then_recorded().then_state(
        lambda g: list(g.seats_on(date(2019, 6, 1))) == ["chair", "police"] and not g.seats_on(date(2019, 5, 31))
    )


def test_the_agency_of_a_seat_is_known():
    given().when(EXEC).then_refused("REF-KNOWN")


def test_a_seat_is_named_once():
    twice = {**DATA, "members": [CHAIR, CHAIR]}
    given().when(post("group.established", "EXEC", twice, on="2019-06-01")).then_refused("GRP-SEATS")
    given(POLICE, EXEC).when(changed(members=[CHAIR, CHAIR])).then_refused("GRP-SEATS")


def test_a_change_gives_whole_new_values_from_its_day():
    scenario = given(POLICE, HEALTH, EXEC).when(changed(members=[CHAIR, HEALTH_SEAT], meeting_frequency="quarterly"))
    scenario.then_recorded().then_state(
        lambda g: (
            (g.name, g.meeting_frequency) == ("Executive", "quarterly")
            and list(g.seats_on(date(2020, 3, 31))) == ["chair", "police"]
            and list(g.seats_on(date(2020, 4, 1))) == ["chair", "health"]
            and sorted(g.seats_on(None)) == ["chair", "health", "police"]
        )
    )


def test_a_change_recorded_late_does_not_undo_a_later_one():
    later, earlier = changed(members=[CHAIR]), changed(on="2019-09-01", members=[CHAIR, HEALTH_SEAT])
    given(POLICE, HEALTH, EXEC, later).when(earlier).then_recorded().then_state(
        lambda g: (
            list(g.seats_on(date(2020, 5, 1))) == ["chair"]
            and list(g.seats_on(date(2019, 9, 1))) == ["chair", "health"]
            and list(g.seats_on(date(2019, 8, 31))) == ["chair", "police"]
        )
    )


def test_a_change_on_a_day_not_stated_may_have_been_at_any_time():
    unknown = post("group.changed", "EXEC", {"changed_on": "not-stated", "members": [HEALTH_SEAT]}, on="2020-04-01")
    given(POLICE, HEALTH, EXEC).when(unknown).then_recorded().then_state(
        lambda g: sorted(g.seats_on(date(2019, 7, 1))) == ["chair", "health", "police"]
    )


def test_a_group_whose_seats_are_not_stated_has_none_known():
    data = {**DATA, "members": "not-stated", "established_on": "not-stated"}
    given().when(post("group.established", "EXEC", data, on="2019-06-01")).then_recorded().then_state(
        lambda g: g.seats_on(date(2019, 7, 1)) is None and g.existed_on(date(1999, 1, 1)) is None
    )


def test_a_change_changes_something():
    given(POLICE, EXEC).when(changed()).then_refused("GRP-CHANGE")


def test_nothing_happens_to_it_before_it_was_there():
    given(POLICE, EXEC).when(changed(on="2019-05-31", name="Board")).then_refused("GRP-ORDER")
    before = post("group.dissolved", "EXEC", {"dissolved_on": "2019-05-31"}, on="2019-05-31")
    given(POLICE, EXEC).when(before).then_refused("GRP-ORDER")


def test_it_is_dissolved_once_and_changes_no_more_from_then():
    given(POLICE, EXEC).when(DISSOLVED).then_recorded().then_state(
        lambda g: g.existed_on(date(2021, 3, 31)) is True and g.existed_on(date(2021, 4, 1)) is False
    )
    given(POLICE, EXEC, DISSOLVED).when(DISSOLVED).then_refused("GRP-OVER")
    given(POLICE, EXEC, DISSOLVED).when(changed(on="2021-04-01", name="Board")).then_refused("GRP-OVER")
    given(POLICE, EXEC, DISSOLVED).when(changed(on="2021-03-30", name="Board")).then_recorded()
