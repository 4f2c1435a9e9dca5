"""Running it: health, what every answer carries, the documentation page, where it may listen."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from eventsourcing.persistence import OperationalError
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has none
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from api.answers import SECURITY
from api.app import create_for
from api.feed import Feed
from api.problems import KINDS
from ledger.domain.clocks import CLOCKS
from ledger.domain.register import REGISTER, RULES, TYPE_PREFIX
from ledger.enquiries import ENQUIRIES
from ledger.projections.folding import ProjectorStopped
from ledger.projections.projector import Projector
from ledger.settings import is_loopback
from tests.api.conftest import serving
from tests.api.story import PARTNERS, tell
from tests.api.test_events import head, post
from tests.ledger.posting import agency, event

VECTORS = {
    name: data
    for path in sorted((Path(__file__).parents[1] / "vectors").glob("*.json"))
    for name, data in json.loads(path.read_text(encoding="utf-8")).items()
    if TYPE_PREFIX + name in REGISTER
}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src", "action") if name in found]


def _until(holds):
    """Whether it comes to hold within a time that only a defect would take."""
    for _ in range(600):
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_it_is_ready_once_its_tables_follow(client):
    tell(client, *PARTNERS)
    client.get("/actions?at_least=3")
    assert client.get("/readyz").json() == {"ready": True, "head": 3, "tables": 3, "behind": 0}
    assert client.get("/healthz").json() == {"alive": True}
    status = client.get("/status").json()
    assert (status["head"], status["behind"], status["recordedtime"]) == (3, 0, "2020-01-01T12:00:00.000000Z")


def test_a_projector_that_stopped_makes_it_unready_but_not_deaf(tmp_path, monkeypatch):
    def stop(self):
        raise ProjectorStopped("Position 1 holds what no projection understands.")

    monkeypatch.setattr(Projector, "step", stop)
    with serving(str(tmp_path / "ledger.sqlite")) as client:
        assert post(client, agency("LA")).status_code == 201
        cast("FastAPI", client.app).state.keeper._thread.join(10)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "no projection understands" in answer.json()["trouble"]


def test_the_tables_are_kept_by_a_process_beside_it_that_is_started_again_where_it_is_killed(database):
    with TestClient(create_for(database), base_url="http://localhost") as client:
        tell(client, *PARTNERS)
        assert client.get("/agencies?at_least=3").json()["total"] == 3
        (killed,) = multiprocessing.active_children()
        killed.kill()
        killed.join()
        tell(client, agency("LATER"))
        assert _until(lambda: client.get("/agencies?at_least=4").status_code == 200)
        assert _until(lambda: client.get("/readyz").status_code == 200)
        assert multiprocessing.active_children() != [killed]
    assert not multiprocessing.active_children()


def test_a_database_that_fails_is_told_and_posting_again_is_safe(quick, monkeypatch):
    ledger = quick.app.state.parts.ledger

    def fail(batches):
        raise OperationalError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "write", fail)
        answer = post(quick, agency("LA", id="again"))
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert "disk" not in answer.text
    assert post(quick, agency("LA", id="again")).status_code == 201
    assert head(quick) == 1


@pytest.mark.parametrize("address", ["/entries", "/docs", "/nothing", "/status", "/schemas"])
def test_every_answer_is_kept_to_itself(unchanged, address):
    headers = unchanged.get(address).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers, "there is no TLS on this machine's own address"


def test_posting_answers_carry_the_same_headers(quick):
    for answer in (post(quick, agency("LA")), post(quick, agency("LA")), quick.get("/nothing")):
        for name, value in SECURITY:
            assert answer.headers.get_list(name.decode()) == [value.decode()]


def test_a_defect_is_told_without_its_cause_and_with_the_same_headers(tmp_path, monkeypatch):
    def fail(self):
        raise ZeroDivisionError("Canary Seven")

    with serving(str(tmp_path / "ledger.sqlite"), raising=False) as client:
        monkeypatch.setattr(Feed, "head", fail)
        answer = client.get("/entries")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "Canary" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_documentation_is_one_sound_page_of_its_own(unchanged):
    answer = unchanged.get("/docs")
    page = Page(answer.text)
    assert [found for tag, found in page.tags if tag == "html"] == [{"lang": "en"}]
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    for link in {link for link in page.links if link.startswith("/")}:
        assert unchanged.get(link).status_code == 200, link
    assert set(REGISTER) <= set(page.ids)
    assert {f"rule-{rule}" for rule in RULES} <= set(page.ids)
    assert "Call the front door." in answer.text
    order = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(following <= level + 1 for level, following in pairwise(order))
    assert [tag for tag, _ in page.tags].count("table") == [tag for tag, _ in page.tags].count("caption")


def test_the_documentation_says_in_words_what_a_field_holds(unchanged):
    page = unchanged.get("/docs").text
    assert "capital letters, digits and hyphens" in page
    assert "^" not in page and "[A-Z" not in page


@pytest.mark.parametrize(("accept", "place"), [("*/*", "/docs"), ("text/html,*/*;q=0.8", "/pages")])
def test_the_address_of_the_service_leads_a_browser_to_its_pages_and_a_program_to_its_documentation(
    unchanged, accept, place
):
    answer = unchanged.get("/", headers={"accept": accept}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, place)


@pytest.mark.parametrize("name", VECTORS)
def test_every_example_fits_the_published_schema_and_a_field_too_many_does_not(unchanged, name):
    schema = unchanged.get(f"/schemas/{TYPE_PREFIX}{name}").json()
    Draft202012Validator.check_schema(schema)
    example = event(name, f"{REGISTER[TYPE_PREFIX + name].record.name}/REF-1", VECTORS[name])
    Draft202012Validator(schema).validate(example)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(example | {"data": {**example["data"], "remark": 1}})


def test_every_kind_of_problem_is_listed(unchanged):
    listed = unchanged.get("/problems").json()["problems"]
    assert [kind["type"] for kind in listed] == [kind.type for kind in KINDS.values()]
    assert all(unchanged.get(kind["type"]).json() == kind for kind in listed)


def test_every_type_and_rule_is_told(unchanged):
    assert {told["type"] for told in unchanged.get("/schemas").json()["types"]} == set(REGISTER)
    clocks = {kind.rule for kind in CLOCKS.values()}
    assert {told["id"] for told in unchanged.get("/rules").json()["rules"]} == {*RULES, *clocks, *ENQUIRIES}
    assert all(told["sentence"] and told["source"] for told in unchanged.get("/rules").json()["rules"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("ledger.example", False)],
)
def test_only_this_machine_is_loopback(host, expected):
    assert is_loopback(host) is expected


def test_it_refuses_to_listen_to_other_machines(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "api"], env={"LEDGER_HOST": "0.0.0.0", "LEDGER_DATABASE": str(tmp_path / "l.sqlite"), "PATH": ""},
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "nobody is asked who they are" in run.stderr
    assert not (tmp_path / "l.sqlite").exists()
