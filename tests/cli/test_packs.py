"""What docs/operations.md tells operators to do when a bank holiday is proclaimed, done to the letter."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

from ledger.regimes import SHIPPED
from tests.ledger.posting import agency, event

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
(CALENDAR,) = re.findall(r"```toml\n(.*?)```", OPERATIONS, re.DOTALL)
(ADOPTION,) = re.findall(r"```json\n(.*?)```", OPERATIONS, re.DOTALL)
PROCLAIMED = {"title": "Proclaimed", "date": "2026-02-12", "notes": "", "bunting": True}


def government_list() -> bytes:
    """The government's file as it would stand: fewer years than are shipped, other nations too, and one day more."""
    whole = json.loads((SHIPPED / "england-and-wales-bank-holidays.json").read_bytes())["england-and-wales"]
    events = [*(day for day in whole["events"] if day["date"] >= "2020"), PROCLAIMED]
    england = whole | {"events": sorted(events, key=lambda day: day["date"])}
    return json.dumps({"england-and-wales": england, "scotland": {"division": "scotland", "events": []}}).encode()


def adopted(pack, **changes):
    data = {"kind": pack["kind"], "pack": pack["pack"].split("@")[0], "version": 1, "sha256": pack["sha256"]}
    return event("policy.adopted", f"policy/{pack['kind'].upper()}", data | {"from_date": "2018-06-29"} | changes)


def incident(reference, known_on):
    data = {
        "agency": "LA", "happened_on": known_on, "known_on": known_on, "nature": "death", "how_many": 1, "children": [],
        "features": ["neglect"], "looked_after": False, "care_leaver": False, "agencies_involved": ["LA"], "summary": "Words",
    }  # fmt: skip
    return event("incident.reported", f"incident/{reference}", data, time=f"{known_on}T00:00:00+00:00")


def test_a_proclaimed_day_needs_no_new_program(run, file_of, given_key, tmp_path, monkeypatch):
    folder = tmp_path / "packs"
    folder.mkdir()
    listed = folder / tomllib.loads(CALENDAR)["holidays_file"]
    listed.write_bytes(government_list())
    text = re.sub(r"the output of sha256sum \S+?(?=\")", hashlib.sha256(listed.read_bytes()).hexdigest(), CALENDAR)
    (folder / "england-and-wales@2.toml").write_text(text)

    shelf = {pack["pack"]: pack for pack in run("packs", "--json").json["packs"]}
    events = [agency("LA"), adopted(shelf["wt18@1"]), adopted(shelf["england-and-wales@1"])]
    assert run("post", file_of(*events, incident("BEFORE", "2025-12-29"), incident("RUNNING", "2026-02-10"))).code == 0
    as_of = ("--as-of", "2026-02-16", "--json")
    head = run("clocks", *as_of).json["as_at"]

    monkeypatch.setenv("LEDGER_PACKS", str(folder))
    (pack,) = [each for each in run("packs", "--json").json["packs"] if each["pack"] == "england-and-wales@2"]
    adoption = json.loads(ADOPTION)
    adoption["data"]["sha256"] = pack["sha256"]
    assert run("post", file_of(adoption, name="adoption.ndjson")).code == 0

    def due(*more):
        items = run("clocks", *as_of, *more).json["items"]
        return {item["reference"]: (item["due"], item["calendar"]) for item in items}

    old, new = "england-and-wales@1", "england-and-wales@2"
    assert due("--as-at", str(head)) == {"BEFORE": ("2026-01-06", old), "RUNNING": ("2026-02-17", old)}
    assert due() == {"BEFORE": ("2026-01-06", old), "RUNNING": ("2026-02-18", new)}
