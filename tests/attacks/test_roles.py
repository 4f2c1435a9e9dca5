"""Everybody who is let in attacks everything they reach: no answer of theirs is a defect, and none holds what they may not see."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from api import contract
from api.access import routes_of
from api.app import create_app
from ledger.access.policy import POLICY, Reach, may_open, reads
from ledger.access.principal import Role
from ledger.domain.register import RECORDS, REGISTER
from ledger.wiring import open_parts
from tests.access.test_service import VECTORS
from tests.attacks.canaries import AGENCY, CHILD, LOGGED, OTHERS, RESTRICTED, TOO_EARLY, attacked
from tests.ledger.posting import event

APP = create_app(partial(open_parts, ""))
CONTRACT = contract.openapi(APP)
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(CONTRACT).get_all_operations() if isinstance(found, Ok)]  # fmt: skip


@pytest.fixture(scope="module")
def attackers(tmp_path_factory):
    database = str(tmp_path_factory.mktemp("attacked") / "ledger.sqlite")
    with attacked(database) as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.waiting.PATIENCE", 0.01)  # a position that is not there is not waited for
        yield found


def test_the_canaries_sing(attackers):
    """Whoever may see what was planted does see it: else the absence of it shows nothing."""
    chair, reader = attackers[Role.CHAIR], attackers[Role.PARTNER_READER]

    def told(attacker):
        addresses = [f"/entries/{position}/words" for position in range(1, 20)] + ["/entries?limit=1000"]
        return "".join(attacker.client.get(each, headers=attacker.by_key).text for each in addresses)

    assert all(word in told(chair) for word in (OTHERS, RESTRICTED, CHILD))
    assert not any(word in told(reader) for word in (OTHERS, RESTRICTED, CHILD))
    opened = [
        chair.client.post(f"/entries/{position}/openings", headers=chair.by_key, json={"purpose": "scrutiny"}).text
        for position in range(1, 20)
    ]
    assert LOGGED in "".join(opened)


REFERENCES = [f"{kind}-{name}" for kind in ("INC", "RR", "REV", "ACT") for name in ("OWN", "HIDDEN", "NOWHERE")]
ODD = ["", " ", "..", "%2e%2e", "a" * 300, "\x00", "\ud7ff", "\u2028", "ſ", "１", "-1", "0", "1e3", "9" * 40, "null", "{}", "[]", "'", '"', "<b>", "${x}", "*", "%", "\\", "a/b", "INC-OWN,INC-HIDDEN", "2020-02-30", "2020-01-01T00:00:00", "0001-01-01", "9999-12-31", "true"]  # fmt: skip
PLACES: dict[str, list[str]] = {
    "reference": [*REFERENCES, "QAS", "POLICE", "LEDGER"],
    "position": [str(position) for position in range(20)],
    "record": sorted(RECORDS),
    "type": sorted(REGISTER),
    "type_": [name.removeprefix("uk.safeguarding.") for name in REGISTER],
    "year": ["2019-20", "2020-21"],
    "period": ["2019-20", "2019-20-Q3"],
    "id": ["FIG-ACT-RAISED", "FIG-INC-REPORTED"],
    "name": ["govuk.css"],
    "format_": ["csv", "xlsx", "json"],
    "path": ["0/000", "0/000.p/1", "entries/000"],
    "as_at": ["5", "18", "2019-12-31", "2020-01-01", "2020-01-01T12:00:00Z"],
    "as_of": ["2019-12-31", "2020-01-01", "2030-01-01"],
    "on": ["2019-12-31", "2030-01-01"],
    "subject": [f"incident/{each}" for each in REFERENCES],
    "agency": ["HEALTH", "POLICE", "BU"],
    "limit": ["1", "1000"],
    "level": ["0"],
    "index": ["0", "7"],
    "size": ["1", "18"],
}
"""What may stand in a place of that name; besides, anything odd."""


def names_of(route: Any) -> list[str]:
    """The parameters a route takes in its query."""
    told = [(each.name, each.field_info.annotation) for each in route.original_route.dependant.query_params]
    return [
        name
        for own, annotation in told
        for name in (
            annotation.model_fields if isinstance(annotation, type) and issubclass(annotation, BaseModel) else [own]
        )
    ]


READS = [(str(route.path), names_of(route)) for route in routes_of(APP) if "GET" in (route.methods or ())]
FORMS = [str(route.path) for route in routes_of(APP) if "POST" in (route.methods or ()) and not str(route.path).startswith(("/log", "/sign-"))]  # fmt: skip


def place(name: str) -> st.SearchStrategy[str]:
    usual = PLACES.get(name, [*REFERENCES, "HEALTH", "2019-12-31", "5"])
    return st.sampled_from(usual) | st.sampled_from(usual) | st.sampled_from(ODD) | st.text(max_size=8)


def filled(path: str) -> st.SearchStrategy[str]:
    """An address of a route, each of its places filled."""
    steps = [
        place(step.strip("{}").partition(":")[0]).map(partial(quote, safe=""))
        if step.startswith("{")
        else st.just(step)
        for step in path.split("/")
    ]
    return st.tuples(*steps).map("/".join)


@st.composite
def questions(draw: Any) -> tuple[str, str, list[tuple[str, str]], str, bool]:
    """Method, path, query, what is accepted, and whether a browser asks."""
    path, names = draw(st.sampled_from(READS))
    asked = draw(st.lists(st.sampled_from([*names, "as_at", "x"]), max_size=3, unique=True))
    query = [(name, draw(place(name))) for name in asked]
    if draw(st.integers(0, 9)) == 0:
        query += query[:1]
    accept = draw(st.sampled_from(["application/json", "text/csv", "application/x-ndjson", "text/html", "*/*"]))
    return draw(st.sampled_from(["GET", "GET", "GET", "HEAD"])), draw(filled(path)), query, accept, draw(st.booleans())


SECONDS = 15.0
"""How long each of these tests goes on in a long run, so that all of them together take ten minutes on any machine."""


@pytest.fixture
def attack(long, seed):
    """Asks so many times; in a long run so many again and again, each time something else, while there is time."""

    def asking(each: Callable[..., None], times: int, **drawn: st.SearchStrategy[Any]) -> None:
        how = settings(
            max_examples=times, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
        )
        until = time.monotonic() + SECONDS
        for number in count():
            hypothesis.seed(seed + number)(how(given(**drawn)(each)))()
            if not long or time.monotonic() > until:
                return

    return asking


@pytest.mark.parametrize("role", Role)
def test_whatever_is_asked(attackers, attack, role):
    attacker = attackers[role]

    def each(question):
        method, path, query, accept, in_a_browser = question
        headers = (attacker.by_cookie if in_a_browser else attacker.by_key) | {"accept": accept}
        attacker.held(attacker.client.request(method, path, params=query, headers=headers))

    attack(each, 40, question=questions())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([*REFERENCES, *ODD, "HEALTH", "POLICE"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["agency", "reference", "x"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@st.composite
def events(draw: Any, role: Role, source: str) -> dict[str, Any]:
    """An event that the role may post, and of it some fields changed."""
    granted = [name for name in VECTORS if any(fnmatchcase(name, each) for each in POLICY[role].posts)]
    name = draw(st.sampled_from(granted or sorted(VECTORS)))
    data = dict(VECTORS[name])
    for changed in draw(st.lists(st.sampled_from(sorted(data) or ["x"]), max_size=2, unique=True)):
        data[changed] = draw(JSON)
    text = json.dumps(data)
    for reference in REFERENCES[:3]:
        if draw(st.booleans()):
            text = text.replace("INC-1", reference)
    kinds = {"incident": "INC", "rapid-review": "RR", "review": "REV", "action": "ACT"}
    record = name.partition(".")[0]
    known = [each for each in REFERENCES if each.startswith(f"{kinds.get(record)}-")] or ["X-1"]
    subject = f"{record}/{draw(st.sampled_from(known))}"
    more = draw(st.fixed_dictionaries({}, optional={"id": st.text(max_size=5), "expectedversion": JSON, "extra": JSON}))
    source = draw(st.sampled_from([source, source, "/agencies/POLICE", "/business-unit"]))
    return event(name, subject, json.loads(text), **({"time": "2019-12-24T00:00:00Z", "source": source} | more))


@pytest.mark.parametrize("role", [role for role in Role if POLICY[role].posts])
def test_whatever_is_posted(attackers, attack, role):
    attacker = attackers[role]

    def each(posted, atomic):
        one: Any = posted[0] if len(posted) == 1 else posted
        asked = {"atomic": "false"} if not atomic else {}
        attacker.held(attacker.client.post("/events", headers=attacker.by_key, json=one, params=asked))

    attack(
        each,
        40,
        posted=st.lists(events(role, attacker.principal.source), min_size=1, max_size=3),
        atomic=st.booleans(),
    )


@pytest.mark.parametrize("role", Role)
def test_whatever_a_browser_sends(attackers, attack, role):
    attacker = attackers[role]

    def each(path, form, honest):
        fields = form | ({"csrf": attacker.session.token} if honest else {})
        answer = attacker.client.post(path, headers=attacker.by_cookie, data=fields)
        assert honest or answer.status_code in (403, 404, 405), answer.text
        attacker.held(answer)

    attack(
        each,
        15,
        path=st.sampled_from(FORMS).flatmap(filled),
        form=st.dictionaries(
            st.sampled_from(["type", "go", "reference", "purpose", "x", "seen", "id", "count"]), place("x"), max_size=4
        ),
        honest=st.booleans(),
    )


@pytest.mark.parametrize("role", [role for role in Role if POLICY[role].opens is not Reach.NONE or reads(role, "action") is Reach.ALL])  # fmt: skip
def test_words_are_opened_by_whom_the_table_says(attackers, role):
    """Of each entry: a body only where the table lets them, and never of what they do not see."""
    attacker = attackers[role]
    for position in range(1, 20):
        answer = attacker.client.post(
            f"/entries/{position}/openings", headers=attacker.by_key, json={"purpose": "review"}
        )
        attacker.held(answer, opened=may_open(attacker.principal, f"/agencies/{AGENCY}"))
        if reads(role, "review") is not Reach.ALL:
            assert not any(word in answer.text for word in (OTHERS, RESTRICTED, CHILD, "vaporetto"))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
def test_whatever_the_contract_suggests(attackers, attack, mode):
    """Schemathesis writes the questions; a role in turn asks each."""
    wrong = [each for each in OPERATIONS if each.query or each.path_parameters or each.body]
    asked = st.sampled_from(OPERATIONS if mode is GenerationMode.POSITIVE else wrong)

    def each(case, role):
        attacker = attackers[role]
        told = case.call(base_url=attacker.address, headers=attacker.by_key)
        assert told.status_code < 500 or TOO_EARLY in told.text, told.text
        assert not any(word in told.text for word in attacker.forbidden)

    attack(
        each,
        12,
        case=asked.flatmap(lambda each: each.as_strategy(generation_mode=mode)),
        role=st.sampled_from(list(Role)),
    )
