"""A case of others stays hidden from an agency's submitter, by whatever way it is named."""

from __future__ import annotations

import pytest

from ledger.access.principal import Role
from tests.api.story import incident, on, rapid_review
from tests.ledger.posting import event

MINE = {"source": "/agencies/HEALTH"}


def told(door, posted, reference):
    """The answer, without the one thing in which two may differ."""
    answer = door.post(posted, Role.PARTNER_SUBMITTER)
    assert answer.status_code == 409, answer.text
    return answer.text.replace(reference, "")


def recorded(door, posted):
    answer = door.post(posted, Role.PARTNER_SUBMITTER)
    assert answer.status_code == 201, answer.text
    return answer.json()["position"]


@pytest.fixture(scope="module")
def of_mine(door):
    """The position of a rapid review of HEALTH's own, which cites its own incident."""
    return recorded(door, rapid_review("RR-MINE", "INC-OWN") | MINE | {"id": "rr-mine"})


def corrected(record, position, changes, id="again"):
    data = {"position": position, "changes": changes, "reason": "Words."}
    return event(f"{record.partition('/')[0]}.corrected", record, data, **on("2019-12-21"), **MINE, id=id)


def repeating(name):
    return event(
        "incident.duplicate-of", "incident/INC-OWN", {"duplicate_of": name}, **on("2019-12-21"), **MINE, id=name
    )


@pytest.mark.parametrize("way", ["a correction", "a repeat"])
def test_neither_a_correction_nor_a_repeat_tells_whether_it_is_there(door, of_mine, way):
    def naming(name):
        if way == "a repeat":
            return repeating(name)
        return corrected("rapid-review/RR-MINE", of_mine, {"incidents": [name]}, id=name)

    there, absent = (told(door, naming(name), name) for name in ("INC-HIDDEN", "INC-NOWHERE"))
    assert there == absent
    assert "REF-KNOWN" in there


def test_a_correction_of_what_the_same_batch_records_cites_nothing_unseen(door, of_mine):
    """Positions can be guessed, and an entry that does not stand there yet shows nobody what it cites."""
    again = rapid_review("RR-MINE", "INC-OWN") | MINE | {"id": "rr-mine"}
    guessed = [
        corrected("rapid-review/RR-MINE", at, {"incidents": ["INC-HIDDEN"]}, id=f"guessed-{at}")
        for at in range(of_mine + 1, of_mine + 4)
    ]
    for item in door.post([again, *guessed], Role.PARTNER_SUBMITTER, params={"atomic": "false"}).json()[1:]:
        assert item["status"] == 409, item
        assert [rule["id"] for rule in item["problem"]["rules"]] == ["COR-ORIGINAL"]


def test_a_correction_that_cites_what_was_cited_all_along_is_taken(door, of_mine):
    recorded(door, corrected("rapid-review/RR-MINE", of_mine, {"chair_role": "chair"}, id="own-words"))


@pytest.mark.parametrize("more", [{}, {"expectedversion": 7}])
def test_whoever_begins_a_case_of_others_again_hears_nothing_of_how_it_stands(door, more):
    answer = door.post(incident("INC-HIDDEN", **MINE, id="begun-again", **more), Role.PARTNER_SUBMITTER)
    (broken,) = answer.json()["rules"]
    assert (broken["id"], broken["why"]) == ("REC-BEGUN", "incident/INC-HIDDEN was begun already.")
