"""Arrangements: published, then amended, each amendment with its timescale."""

from tests.domain.scenario import given, post

PUBLISHED = post(
    "arrangements.published", "ARR-2019",
    {"edition": "Arrangements 2019", "guidance": "wt18", "published_on": "2019-06-29"}, on="2019-06-29",
)  # fmt: skip


def amended(on="2020-03-10", by="2020-04-01"):
    data = {"areas": ["meeting-frequency"], "amended_on": on, "in_effect_by": by}
    return post("arrangements.amended", "ARR-2019", data, on=on)


def test_they_are_amended_after_they_were_published():
    given(PUBLISHED).when(amended()).then_recorded().then_state(lambda a: a.amended == 1)
    given(PUBLISHED).when(amended(on="2019-06-28")).then_refused("ARR-ORDER")
    given().when(amended()).then_refused("REC-BEGUN")


def test_an_update_without_a_timescale_is_a_departure():
    given(PUBLISHED).when(amended(by="not-stated")).then_recorded("YR-WT18-PLUS")
