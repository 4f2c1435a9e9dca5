"""The contract is true to what the service does."""

from __future__ import annotations

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api import contract
from api.app import create_app
from ledger.wiring import open_parts
from tests.api.conftest import listening
from tests.api.story import CASE, tell

DOCUMENT = contract.openapi(create_app(lambda: open_parts("never opened")))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.checks.negative_data_rejection.expected_statuses += ["413"]  # what is wrong may be too long besides
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A service that holds one case."""
    with listening(str(tmp_path_factory.mktemp("contract") / "ledger.sqlite")) as address:
        with httpx2.Client(base_url=address) as client:
            tell(client, *CASE)
            client.get(f"/actions?at_least={len(CASE)}").raise_for_status()
        yield address


def can_be_wrong(label) -> bool:
    """Whether an operation takes anything but free text."""
    method, path = label.split()
    told = DOCUMENT["paths"][path][method.lower()]
    return "requestBody" in told or any(
        set(parameter["schema"]) - {"title"} != {"type"} or parameter["in"] == "query"
        for parameter in told.get("parameters", ())
    )


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_the_contract_allows_is_taken(address, monkeypatch, long, label):
    check(address, monkeypatch, long, OPERATIONS[label], GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", [label for label in OPERATIONS if can_be_wrong(label)])
def test_what_the_contract_forbids_is_refused(address, monkeypatch, long, label):
    check(address, monkeypatch, long, OPERATIONS[label], GenerationMode.NEGATIVE)


@pytest.mark.parametrize(
    ("day", "taken"),
    [("0001-01-01", False), ("1899-12-31", False), ("1900-01-01", True), ("2199-12-31", True), ("9999-12-31", False)],
)
def test_a_day_at_the_edge_of_what_may_be_asked_is_answered_and_one_beyond_it_refused(address, day, taken):
    asked = 0
    with httpx2.Client(base_url=address, timeout=60) as client:
        for path, told in DOCUMENT["paths"].items():
            names = {parameter["name"] for parameter in told.get("get", {}).get("parameters", ())}
            for name in sorted(names & {"as_of", "on"}):
                where = path.format(id="FIG-ACT", kind="annual", period="2019-20", year="2019-20", record="incident", reference="INC-2019-001", position=1)  # fmt: skip
                answer = client.get(where, params={name: day})
                assert answer.status_code < 500 and (answer.status_code != 422) is taken, (where, name, answer.text)
                asked += 1
    assert asked > 30


def check(address, monkeypatch, long, operation, mode):
    monkeypatch.setattr("api.waiting.PATIENCE", 0.01)
    # The door is stricter than JSON Schema can say: 1.0 is an integer there, a day of 30 February fits a pattern, and so does any signature.
    # So does a record that is not there.
    stricter = ("/events", "/erasures", "/log/cosignatures", "/entries/{position}/openings")
    beyond = [positive_data_acceptance] if operation.path in stricter else []

    @settings(
        max_examples=100 if long else 5,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case):
        waits_for = (case.query or {}).get("at_least")
        assume(
            not isinstance(waits_for, int) or waits_for <= len(CASE)
        )  # what is not recorded yet is waited for, then a 503
        assume(not {"year", "on"} <= set(case.query or {}))  # either says when; OpenAPI cannot say so
        named = {"position", "index"} & set(case.query or {})
        assume(operation.path != "/log/proof/inclusion" or len(named) == 1)  # either names the entry; the same
        case.call_and_validate(base_url=address, excluded_checks=beyond)

    each()
