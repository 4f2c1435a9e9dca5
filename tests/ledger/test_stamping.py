"""An entry just stamped is what its bytes read back as, for every event type and for words wherever they stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.entry import Stamped, parse, read_back, stamp
from tests.ledger.posting import event
from tests.test_golden import examples

EXAMPLES = {name.removeprefix("uk.safeguarding."): data for name, data in examples().items()}
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


def stamped(name: str, data: dict) -> Stamped:
    return stamp(
        parse(event(name, f"{name.partition('.')[0]}/X-1", data)), reference="X-1", version=1, recordedtime=NOON,
        recordedby="business-unit@BU", regime=None, retrospective=False, departures=(), salt=lambda: bytes(32),
    )  # fmt: skip


def assert_reads_back(made: Stamped) -> None:
    back = read_back(1, made.body).event
    assert made.event == back
    assert made.event.model_fields_set == back.model_fields_set
    assert made.event.model_dump_json(exclude_unset=True) == back.model_dump_json(exclude_unset=True)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_entry_just_stamped_is_what_its_bytes_read_back_as(name):
    assert_reads_back(stamped(name, EXAMPLES[name]))


def test_a_correction_holds_its_new_words_sealed_among_its_changes():
    against = {"agency": "LA", "position": "against", "reasons": "Too soon."}
    changes = {"positions": [{"agency": "LA", "position": "for"}, against], "title": "Plan"}
    made = stamped("meeting.corrected", {"position": 1, "changes": changes, "reason": "Misheard."})
    assert_reads_back(made)
    assert [(pointer, text) for pointer, _, text in made.words] == [
        ("/reason", "Misheard."), ("/changes/positions/1/reasons", "Too soon."),
    ]  # fmt: skip
    assert b"Too soon." not in made.body
    assert b"Misheard." not in made.body
