"""Engagement: what changed because somebody was heard changed after they were."""

from tests.domain.scenario import given, post

HEARD = post(
    "engagement.heard", "ENG-1",
    {"audience": "children", "method": "workshop", "how_many": 12, "heard_on": "2019-08-06"}, on="2019-08-06",
)  # fmt: skip


def influenced(on, changed="practice", **more):
    data = {"changed": changed, "influenced_on": on} | more
    return post("engagement.influenced", "ENG-1", data, on=on)


def test_what_was_said_changes_something_later():
    given(HEARD).when(influenced("2019-08-06")).then_recorded().then_state(lambda e: e.influenced == 1)
    given(HEARD, influenced("2019-09-01")).when(influenced("2019-10-01", "nothing")).then_recorded()
    given(HEARD).when(influenced("2019-08-05")).then_refused("ENG-ORDER")


def test_what_it_led_to_is_known():
    given(HEARD).when(influenced("2019-09-01", priority="PRI-1")).then_refused("REF-KNOWN")
