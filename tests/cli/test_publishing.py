"""ledger publish and ledger report restatement, on a ledger of a command's own."""

from __future__ import annotations

import hashlib
import json

import httpx2

from tests.cli.test_serving import free_port, ready, serve
from tests.ledger.posting import agency


def test_a_report_is_published_once_however_often_it_is_asked_for(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    assert run("post", "first.json").code == 0
    first = run("publish", "annual", "2019-20", "--out", "files", "--json")
    again = run("publish", "annual", "2019-20", "--out", "again", "--json")
    (told,), (repeated,) = first.json["items"], again.json["items"]
    assert (told["receipt"]["position"], told["repeat"], repeated["repeat"]) == (2, False, True)
    assert told["receipt"] == repeated["receipt"]
    names = sorted(path.name for path in (tmp_path / "files").iterdir())
    assert names == ["annual-2019-20.csv", "annual-2019-20.html", "annual-2019-20.json"]
    assert all((tmp_path / "files" / n).read_bytes() == (tmp_path / "again" / n).read_bytes() for n in names)
    entry = json.loads(run("entries", "--json").out.splitlines()[-1])
    hashed = hashlib.sha256((tmp_path / "files" / "annual-2019-20.json").read_bytes()).hexdigest()
    assert {"format": "json", "sha256": hashed} in entry["data"]["files"]
    assert "note" in entry["data"]["checkpoint"]


def test_what_moved_is_told_to_people_and_machines(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    assert run("report", "restatement", "annual", "2019-20").code != 0  # nothing was published
    run("publish", "annual", "2019-20")
    found = run("report", "restatement", "annual", "2019-20", "--json").json
    assert (found["moved"], found["published_as_at"], found["edition"]) == (0, 1, 1)
    assert "0 of" in run("report", "restatement", "annual", "2019-20").out


def test_a_second_edition_says_why(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    run("publish", "annual", "2019-20")
    assert run("publish", "annual", "2019-20", "--as-at", "2").code != 0
    assert run("publish", "annual", "2019-20", "--as-at", "2", "--reason", "An agency was late").code == 0


def test_a_period_that_is_none(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    assert run("publish", "quarterly", "2019-20").code != 0


def test_a_running_service_publishes_with_its_own_files_and_event(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with serve(tmp_path, "--database", "served.sqlite", "--port", str(port)) as process:
        try:
            with httpx2.Client(base_url=address) as client:
                ready(client)
            assert run("publish", "annual", "2019-20", "--to", address).code == 3  # it holds nothing yet
            assert run("post", "first.json", "--to", address).code == 0
            first = run(
                "publish", "annual", "2019-20", "--on", "2020-09-30", "--to", address, "--out", "files", "--json"
            )
            again = run("publish", "annual", "2019-20", "--to", address, "--out", "again", "--json")
            assert run("publish", "quarterly", "2019-20", "--to", address).code == 2
            entry = httpx2.get(f"{address}/entries/2").json()["entry"]
        finally:
            process.terminate()
            process.communicate()
    (told,), (repeated,) = first.json["items"], again.json["items"]
    assert (told["receipt"]["position"], told["repeat"], repeated["repeat"]) == (2, False, True)
    assert (entry["data"]["as_at"], entry["data"]["published_on"]) == (1, "2020-09-30")
    for named in entry["data"]["files"]:
        name = f"annual-2019-20.{named['format']}"
        body = (tmp_path / "files" / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == named["sha256"]
        assert (tmp_path / "again" / name).read_bytes() == body
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.sqlite")} == {"served"}  # and none of its own


def test_a_service_has_a_database_of_its_own(run):
    assert run("publish", "annual", "2019-20", "--to", "http://127.0.0.1:1", "--database", "x.sqlite").code == 2
    assert run("publish", "annual", "2019-20", "--to", "http://127.0.0.1:1").code == 4
