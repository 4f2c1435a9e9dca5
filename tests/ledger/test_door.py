"""What the door keeps out: words sealed by a sender, names that are text, times that are none."""

from __future__ import annotations

import pytest

from ledger.domain.fields import PATTERNS
from ledger.domain.register import REGISTER
from ledger.entry import Malformed, parse, posted_model
from tests.ledger.posting import event

CANARY = "Child J hit by a carer"
REASONS = {"number": 1, "reasons": "why"}


def faults(posted):
    with pytest.raises(Malformed) as refused:
        parse(posted)
    return refused.value.faults


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("review.recommendation-declined", REASONS | {"reasons": {"sealed": "0" * 64}}, "/data/reasons"),
        (
            "review.corrected",
            {"position": 1, "reason": "r", "changes": {"reasons": {"sealed": "0" * 64}}},
            "/data/changes/reasons",
        ),
    ],
)
def test_only_the_ledger_seals_words(name, data, where):
    found = faults(event(name, "review/REV-1", data))
    assert [(fault.pointer, fault.message) for fault in found] == [(where, "this should be text")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (REASONS | {CANARY: 1}, "/data"),
        (REASONS | {CANARY: None}, "/data"),
        (REASONS | {"anna": 1}, "/data"),
        (REASONS | {"anna": None}, "/data"),
        (REASONS | {"number": None}, "/data/number"),
    ],
)
def test_a_pointer_names_fields_of_ours_and_nothing_else(data, where):
    found = faults(event("review.recommendation-declined", "review/REV-1", data))
    assert [fault.pointer for fault in found] == [where]
    assert not [fault for fault in found if "anna" in fault.message or CANARY in fault.message]


@pytest.mark.parametrize("name", [CANARY, "anna"])
def test_a_pointer_names_no_text_in_the_place_of_a_code(name):
    data = {"tier": "three-month", "returns": 1, "asked": 2, "scores": {name: "x"}}
    found = faults(event("training.evaluated", "training/T", data))
    assert {fault.pointer for fault in found} == {"/data/scores"}
    assert name not in "".join(fault.message for fault in found)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"anna": 1}, "1 field here is not known; the schema lists all"),
        ({"anna": 1, "bert": 2}, "2 fields here are not known; the schema lists all"),
        ({"nunber": 1}, "1 field here is not known; did you mean `number`?"),
        ({"subject": "x"}, "`subject` does not belong here"),
    ],
)
def test_unknown_fields_are_counted_and_ours_offered(extra, message):
    (fault,) = faults(event("review.recommendation-declined", "review/REV-1", REASONS | extra))
    assert (fault.pointer, fault.message) == ("/data", message)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"owner": {"agency": 1, "role": "chair"}}, {"/data/owner/agency": "this should be text"}),
        ({"owner": {"agency": "LA"}}, {"/data/owner/role": "this field is needed"}),
        ({"owner": {"agency": "LA", "role": "chair", "anna": 1}}, {"/data/owner": "1 field here is not known"}),
        ({"owner": 1}, {"/data/owner": "this should be an object, or 'not-stated'"}),
        ({"source": {"kind": "inspection", "audit": "A"}}, {"/data/source": "`audit` does not belong here"}),
    ],
)
def test_of_several_shapes_a_field_may_have_the_one_meant_is_spoken_of(parts, told):
    data = {"source": {"kind": "inspection"}, "text": "x", "lead_group": "G", "due_on": "2020-01-01"}
    owner = {"agency": "LA", "role": "chair"}
    found = faults(event("action.raised", "action/A", data | {"owner": owner} | parts))
    found = {fault.pointer: fault.message.partition(";")[0] for fault in found}
    assert {where: found.get(where) for where in told} == told
    assert not [where for where in found if where.startswith("/data/owner") and where not in told]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": "1"}, "this should be a whole number"),
        ({"number": 0}, "this should be at least 1"),
        ({"reasons": ""}, "this needs at least 1 character"),
        ({"reasons": "x" * 4001}, "this may have at most 4000 characters"),
        ({"reasons": 1}, "this should be text"),
        ({"citation": "<b>"}, "this should be one line of at most 120 characters, without angle brackets"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(changes, message):
    (fault,) = faults(event("review.recommendation-declined", "review/REV-1", REASONS | changes))
    assert (fault.pointer, fault.message) == (f"/data/{next(iter(changes))}", message)


def test_what_may_stand_instead_is_said_in_one_sentence():
    (fault,) = faults(event("agency.left", "agency/A", {"left_on": "2019-02-30"}))
    assert fault.message == "this should be a day that exists, as YYYY-MM-DD, from 1900 to 2099, or 'not-stated'"


def patterns(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema
        for part in schema.values():
            yield from patterns(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from patterns(part)


@pytest.mark.parametrize("kind", REGISTER.values(), ids=lambda kind: kind.name)
def test_every_pattern_is_told_in_words(kind):
    for field in patterns(posted_model(kind).model_json_schema()):
        assert field["pattern"] in PATTERNS or field.get("format") == "date", field
