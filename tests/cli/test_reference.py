"""ledger rules, schema and packs, and what every command says of itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

import ledger.regimes
from ledger.cli.commands import app
from ledger.cli.exits import Code
from ledger.domain.clocks import CLOCKS
from ledger.domain.register import REGISTER, RULES
from ledger.enquiries import ENQUIRIES
from ledger.figures import FIGURES
from ledger.figures.catalogue import INDICATORS
from tests.ledger.posting import event

CHECKOUT = Path(__file__).parents[2]


def commands():
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        yield (name,)
        yield from ((name, inner) for inner in getattr(command, "commands", {}))


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_every_command_has_help_that_ends_with_the_exit_codes(run, words):
    ended = run(*words, "--help")
    assert ended.code == 0
    assert "Usage: ledger" in ended.out
    said = " ".join(ended.out.split())
    assert all(f"{int(code)} " in said for code in Code) and "Exit codes:" in said


def test_an_unknown_command_and_an_unknown_option_are_bad_usage(run):
    assert run("sing").code == 2
    assert run("rules", "--loud").code == 2


def test_the_module_is_a_program():
    ended = subprocess.run(
        [sys.executable, "-m", "ledger.cli", "rules", "NONE"], capture_output=True, check=False, cwd=CHECKOUT
    )
    assert (ended.returncode, ended.stdout) == (3, b"")


def test_every_rule_is_listed_with_the_place_where_it_stands(run):
    listed = run("rules", "--json").json["rules"]
    assert len(listed) == sum(map(len, RULES.values())) + len(CLOCKS) + len(ENQUIRIES)
    for rule in listed:
        lines = (CHECKOUT / rule["file"]).read_text().splitlines()
        assert any(f"def {rule['name']}(" in text for text in lines[rule["line"] - 1 : rule["line"] + 10]), rule["file"]
        assert rule["confidence"] in {"confirmed", "partly-confirmed", "unconfirmed", "by-design"}


def test_a_rule_s_packs_say_what_they_say_and_how_sure_that_is(run):
    (rule,) = run("rules", "LCSPR-7WD", "--json").json["rules"]
    assert (rule["effect"], rule["pack"], rule["confidence"]) == ("clock", "regime", "unconfirmed")
    assert [(each["pack"], each["says"]) for each in rule["packs"]] == [
        ("wt18@1", "7 working days before"),
        ("wt23@1", "7 working days before"),
        ("wt26-unverified@1", "7 working days before"),
    ]
    judging, clock = run("rules", "ESC-CFG", "--json").json["rules"]
    assert (judging["effect"], clock["effect"]) == ("flag", "clock")
    assert {"blank-ladder@1", "lincolnshire@1"} < {each["pack"] for each in judging["packs"]}
    assert "lincolnshire@1 says stage 1: 2 working days (confirmed: " in run("rules", "ESC-CFG").out
    (needs_none,) = run("rules", "ACT-CLOSE", "--json").json["rules"][:1]
    assert (needs_none["pack"], needs_none["packs"]) == (None, [])


def test_one_rule_is_told_in_full(run):
    assert run("rules", "ACT-CLOSE").out.count("effect: ") == len(RULES["ACT-CLOSE"])
    assert run("rules", "NO-SUCH").code == 3


def test_every_type_has_a_schema_under_its_short_name_too(run):
    types = [row["type"] for row in run("schema", "--json").json["types"]]
    assert types == list(REGISTER)
    schema = run("schema", "action.raised", "--json").json
    assert schema == run("schema", "uk.safeguarding.action.raised", "--json").json
    assert schema["$id"] == "/schemas/uk.safeguarding.action.raised"
    assert run("schema", "action.flown").code == 3


def test_every_figure_is_listed_with_its_definition(run):
    listed = run("figures", "--json").json
    assert [each["id"] for each in listed["figures"]] == list(FIGURES)
    assert all(each[name] for each in listed["figures"] for name in ("caption", "unit", "kind", "definition"))
    assert {each["id"] for each in listed["indicators"]} == {indicator.id for indicator in INDICATORS}
    told = run("figures").out
    assert all(each["id"] in told for each in [*listed["figures"], *listed["indicators"]])


def test_a_figure_that_is_none_says_where_the_ids_are(run, agencies):
    ended = run("figure", "FIG-NOPE")
    assert (ended.code, "`ledger figures` lists them" in ended.err) == (3, True)


@pytest.fixture
def own_pack(tmp_path, monkeypatch):
    """A folder with one more pack, and an adoption of it."""
    folder = tmp_path / "packs"
    folder.mkdir()
    shipped = next(Path(ledger.regimes.__file__).parent.glob("default-rag@1.toml"))
    text = shipped.read_text().replace('"default-rag"', '"our-rag"')
    path = folder / "our-rag@1.toml"
    path.write_text(text)
    monkeypatch.setenv("LEDGER_PACKS", str(folder))
    pack = next(p for p in ledger.regimes.load_shelf(folder) if p.id == "our-rag")
    data = {"kind": "rag-pack", "pack": "our-rag", "version": 1, "sha256": pack.sha256, "from_date": "2019-04-01"}
    return path, event("policy.adopted", "policy/RAG-PACK", data)


def test_packs_are_told_with_the_day_they_were_adopted_from(run, agencies, own_pack, file_of):
    _, adoption = own_pack
    assert run("post", file_of(adoption, name="adoption.ndjson")).code == 0
    told = {pack["pack"]: pack["adopted_from"] for pack in run("packs", "--json").json["packs"]}
    assert told["our-rag@1"] == ["2019-04-01"]
    assert told["default-rag@1"] == []
    earlier = {pack["pack"]: pack["adopted_from"] for pack in run("packs", "--json", "--as-at", "2").json["packs"]}
    assert earlier["our-rag@1"] == []


def test_packs_are_told_where_there_is_no_ledger_yet(run):
    told = run("packs", "--json").json
    assert told["as_at"] is None
    assert "wt18@1" in {pack["pack"] for pack in told["packs"]}


def test_an_altered_or_a_missing_pack_stops_every_command(run, agencies, own_pack, file_of, monkeypatch):
    path, adoption = own_pack
    assert run("post", file_of(adoption, name="adoption.ndjson")).code == 0
    path.write_text(path.read_text() + "\n# one more line\n")
    altered = run("entries")
    assert (altered.code, "has been altered" in altered.err) == (5, True)
    monkeypatch.delenv("LEDGER_PACKS")
    shutil.rmtree(path.parent)
    missing = run("entries")
    assert (missing.code, "is missing" in missing.err) == (5, True)


def test_a_folder_of_packs_that_is_not_there_is_a_wrong_setting(run, monkeypatch):
    monkeypatch.setenv("LEDGER_PACKS", "nowhere")
    assert run("packs").code == 2
    monkeypatch.setenv("LEDGER_PORT", "eighty")
    assert run("packs").code == 2
