"""A bundle is checked by a bare Python; whatever is left out, put in or altered is named."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

import verify_ledger
from ledger.bundles.checking import check_bundle
from ledger.cli.commands import main
from ledger.histories import FOLLOWED
from ledger.log.keys import VerifierKey
from ledger.log.receipt import Trust
from ledger.regimes import SHIPPED
from tests.bundles.conftest import INCIDENT, SCOPES, YEAR
from tests.ledger.tampering import owning
from tests.log.making import STRANGER


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def without(path: Path, at: int) -> bytes:
    kept = lines(path)
    gone = kept.pop(at)
    path.write_bytes(b"".join(kept))
    return gone


def packed(folder: Path, zip_: Path) -> Path:
    with zipfile.ZipFile(zip_, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                out.write(path, path.relative_to(folder))
    return zip_


@pytest.mark.parametrize("scope", SCOPES)
def test_each_kind_is_true_as_a_folder_and_as_a_zip(scope, made, check, tmp_path):
    for path in (made.folder / scope, packed(made.folder / scope, tmp_path / "bundle.zip")):
        code, told = check(path)
        assert code == 0, told
        assert "signed, complete (levels" in told
        assert "This does not prove" in told


def test_both_programs_follow_the_same_kinds():
    assert verify_ledger.FOLLOWED == FOLLOWED


def test_any_entry_left_out_of_a_case_is_named(made, bundle, check):
    """With its proof, so that nothing but the seal can tell."""
    entries = lines(made.folder / "incident" / "entries.ndjson")
    for at, line in enumerate(entries[:-1]):
        case = bundle("incident")
        without(case / "entries.ndjson", at)
        gone = json.loads(without(case / "proofs.ndjson", at))["position"]
        kept = [word for word in lines(case / "words.ndjson") if json.loads(word)["position"] != gone]
        (case / "words.ndjson").write_bytes(b"".join(kept))
        entry = json.loads(line)
        code, told = check(case)
        assert code == 1
        assert f"incomplete: {entry['subject']}, version {entry['recordversion']}" in told
        shutil.rmtree(case)


def test_a_whole_record_left_out_with_all_that_speaks_of_it_is_named(made, bundle, check):
    entries = [json.loads(line) for line in lines(made.folder / "incident" / "entries.ndjson")]
    for record in {entry["subject"] for entry in entries} - {"ledger/LEDGER"}:
        case = bundle("incident")
        kept = [at for at, entry in enumerate(entries) if entry["subject"] != record]
        for name in ("entries.ndjson", "proofs.ndjson"):
            held = lines(case / name)
            (case / name).write_bytes(b"".join(held[at] for at in kept))
        (case / "words.ndjson").unlink()
        runs = [run for run in lines(case / "runs.ndjson") if f" {record} " not in json.loads(run)["prefix"]]
        (case / "runs.ndjson").write_bytes(b"".join(runs))
        code, told = check(case)
        assert code == 1, told
        assert record in told
        shutil.rmtree(case)


def test_an_entry_left_out_of_everything_or_of_a_period_is_named(bundle, check):
    whole = bundle("all")
    without(whole / "entries.ndjson", 76)
    code, told = check(whole)
    assert code == 1
    assert "false: entry 77: it is not the one that was recorded" in told.splitlines()[1]
    period = bundle("period")
    for at in (5, 0, -1):
        shutil.rmtree(period)
        period = bundle("period")
        without(period / "entries.ndjson", at)
        gone = json.loads(without(period / "proofs.ndjson", at))["position"]
        code, told = check(period)
        assert code == 1
        assert f"incomplete: entry {gone if at == 5 else gone + 1 if at == 0 else gone}" in told or "incomplete" in told


def test_an_altered_entry_and_an_altered_word_are_named(bundle, check):
    case = bundle("incident")
    entries = lines(case / "entries.ndjson")
    entries[3] = entries[3].replace(b'"specversion":"1.0"', b'"specversion":"1.0","x":1')
    (case / "entries.ndjson").write_bytes(b"".join(entries))
    code, told = check(case)
    position = json.loads(lines(case / "proofs.ndjson")[3])["position"]
    assert code == 1
    assert f"entry {position}: " in told
    case = bundle("all")
    words = json.loads(lines(case / "words.ndjson")[0])
    raw = (case / "words.ndjson").read_bytes()
    (case / "words.ndjson").write_bytes(raw.replace(words["text"].encode(), words["text"].encode() + b"!", 1))
    code, told = check(case)
    assert code == 1
    assert f"entry {words['position']}: the words disclosed at {words['path']} are not those that were sealed" in told


def test_silence_cannot_be_claimed_of_those_who_spoke(made, bundle, check, capfd, monkeypatch):
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    entries = [json.loads(line) for line in lines(made.folder / "incident" / "entries.ndjson")]
    spoke = {e["source"].removeprefix("/agencies/") for e in entries if e["source"].startswith("/agencies/")}
    silent = bundle("silence")
    about = json.loads((silent / "bundle.json").read_text())
    for agency in spoke:
        asked = [
            "export",
            str(silent.parent / agency),
            "--incident",
            INCIDENT,
            "--agency",
            agency,
            "--database",
            str(made.database),
        ]
        assert main(asked) == 3
        assert "was not silent" in capfd.readouterr().err
        (silent / "bundle.json").write_text(
            json.dumps(about | {"scope": about["scope"] | {"source": f"/agencies/{agency}"}})
        )
        code, told = check(silent)
        assert code == 1
        assert "incomplete: nothing shows" in told
    asked = [
        "export",
        str(silent.parent / "x"),
        "--incident",
        INCIDENT,
        "--agency",
        "NOBODY",
        "--database",
        str(made.database),
    ]
    assert main(asked) == 3


def test_figures_are_held_to_the_entries_they_list(made, bundle, check, tmp_path):
    whole = bundle("all")
    report = whole / "figures" / "annual-2024-25.json"
    told = json.loads(report.read_text())
    share = next(f for f in told["figures"] if f["numerator"] and f["denominator"]["value"])
    for change in (
        {"value": "99.9"},
        {"entries": share["entries"][1:]},
        {"entries": [*share["entries"], 400]},
        {"as_at": 1},
    ):
        figures = [figure | change if figure is share else figure for figure in told["figures"]]
        report.write_text(json.dumps(told | {"figures": figures}))
        code, said = check(whole)
        assert code == 1, change
        assert f"figure {share['id']}" in said
    beside = tmp_path / "report.json"
    beside.write_text(json.dumps(told))
    assert check(beside, "--bundle", made.folder / "all", command="report")[0] == 0
    assert check(beside, "--bundle", made.folder / "record", command="report")[0] == 2
    entries = lines(whole / "entries.ndjson")
    first = share["entries"][0]
    entries[first - 1] = entries[first - 1].replace(b'"specversion"', b'"specversiom"')
    (whole / "entries.ndjson").write_bytes(b"".join(entries))
    report.write_text(json.dumps(told))
    code, said = check(whole)
    assert code == 1
    assert said.splitlines()[1].startswith(f"  false: entry {first}:")
    assert f"it rests on entry {first}, which is wrong" in said


def test_an_unknown_key_or_version_cannot_be_told_and_hides_nothing(bundle, check):
    for scope in ("all", "incident"):
        case = bundle(scope)
        assert check(case, key=None)[0] == 2
        code, told = check(case, key=str(STRANGER.verifier))
        assert code == 2
        assert "chain (levels" in told
        about = json.loads((case / "bundle.json").read_text())
        (case / "bundle.json").write_text(json.dumps(about | {"version": 2}))
        assert check(case)[0] == 2
        entries = lines(case / "entries.ndjson")
        entries[-2] = entries[-2].replace(b"1.0", b"1.1", 1)
        (case / "entries.ndjson").write_bytes(b"".join(entries))
        code, told = check(case, key=str(STRANGER.verifier))
        assert code == 1, told
        assert "false: entry" in told


def test_what_is_missing_cannot_be_told(made, bundle, check, tmp_path):
    assert check(tmp_path / "nothing")[0] == 2
    assert check(Path(__file__))[0] == 2
    for name in ("bundle.json", "checkpoint", "entries.ndjson", "proofs.ndjson", "runs.ndjson"):
        case = bundle("incident")
        (case / name).unlink()
        assert check(case)[0] == 2, name
        shutil.rmtree(case)


def test_nothing_outside_a_bundle_is_opened(bundle, check, tmp_path):
    case = bundle("incident")
    outside = tmp_path / "outside.ndjson"
    shutil.move(case / "entries.ndjson", outside)
    (case / "entries.ndjson").symlink_to(outside)
    code, told = check(case)
    assert code == 2
    assert "entries.ndjson is no plain file" in told
    (case / "entries.ndjson").unlink()
    os.mkfifo(case / "entries.ndjson")
    assert check(case)[0] == 2
    (case / "entries.ndjson").unlink()
    shutil.copy(outside, case / "entries.ndjson")
    zip_ = packed(case, tmp_path / "bundle.zip")
    with zipfile.ZipFile(zip_, "a") as out:
        out.writestr("../../outside", b"x")
        out.writestr("figures/../../outside.json", b"{}")
    code, told = check(zip_)
    assert code == 2
    assert "no part of a bundle" in told


def test_a_folder_of_figures_that_leads_elsewhere_is_not_entered(made, bundle, check, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text('{"figures": []}')
    case = bundle("incident")
    for led in (lambda: (case / "figures").symlink_to(outside), lambda: (case / "figures").write_bytes(b"")):
        led()
        code, told = check(case)
        assert (code, "the bundle holds figures, which is no part of a bundle" in told) == (2, True), told
        assert check_bundle(case, Trust((VerifierKey.parse(made.key),))).code == 2
        (case / "figures").unlink()


def test_more_files_than_a_bundle_has_are_not_looked_at(made, check, tmp_path):
    """One line, however many there are."""
    crowd = packed(made.folder / "incident", tmp_path / "crowd.zip")
    with zipfile.ZipFile(crowd, "a") as out:
        for number in range(1_000):
            out.writestr(f"figures/{number}.json", b"{}")
    code, told = check(crowd)
    assert (code, told.count("\n")) == (2, 1)
    assert "more than 1000 files" in told
    assert check_bundle(crowd, Trust((VerifierKey.parse(made.key),))).code == 2


def test_numbers_and_depths_beyond_all_measure_break_nothing_but_the_bundle(made, bundle, check):
    """Both programs come to an answer of their own."""
    trust = Trust((VerifierKey.parse(made.key),))
    first = json.loads(lines(made.folder / "incident" / "proofs.ndjson")[0])["position"]
    deep = b'{"data":%b{"sealed":"x"}%b,"recordedtime":"2024-01-01T00:00:00.000000Z","recordversion":1,"source":"/x","specversion":"1.0","subject":"incident/X","type":"x"}\n'
    word = json.dumps({"position": first, "path": "/x" * 9_000, "salt": "", "text": "x"}).encode() + b"\n"
    for position in (2**63, 2**64 - 1, 2**70, -(2**70)):
        case = bundle("incident")
        proofs = lines(case / "proofs.ndjson")
        proofs[-1] = json.dumps(json.loads(proofs[-1]) | {"position": position}).encode() + b"\n"
        (case / "proofs.ndjson").write_bytes(b"".join(proofs))
        assert (check(case)[0], check_bundle(case, trust).code) == (1, 1)
        shutil.rmtree(case)
    for depth in (100, 900, 960, 5_000):
        case = bundle("incident")
        entries = [deep % (b'{"a":' * depth, b"}" * depth), *lines(case / "entries.ndjson")[1:]]
        (case / "entries.ndjson").write_bytes(b"".join(entries))
        (case / "words.ndjson").write_bytes(word + (case / "words.ndjson").read_bytes())
        code, told = check(case)
        assert (code, check_bundle(case, trust).code) == (1, 1)
        assert max(map(len, told.splitlines())) < 1_000
        shutil.rmtree(case)


def test_a_zip_that_lies_or_bursts_is_not_believed(made, check, tmp_path):
    case = made.folder / "incident"
    bomb = packed(case, tmp_path / "bomb.zip")
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as out, out.open("figures/a.json", "w") as figure:
        for _ in range(40):
            figure.write(bytes(1_000_000))
    code, told = check(bomb)
    assert code == 2
    assert "would unpack to more" in told
    raw = bytearray(packed(case, tmp_path / "lie.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "lie.zip") as held:
        size = held.getinfo("entries.ndjson").file_size
    for lie in (size - 10, size + 10, 0xFFFFFFFE):
        at = raw.rfind(b"entries.ndjson") - 46
        forged = bytes(raw[: at + 24]) + struct.pack("<I", lie) + bytes(raw[at + 28 :])
        (tmp_path / "lie.zip").write_bytes(forged)
        assert check(tmp_path / "lie.zip")[0] in ((1, 2) if lie < size else (0, 1, 2)), (
            lie
        )  # too long a length adds nothing
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(bomb, "a") as out:
        out.writestr("checkpoint", b"x")
    assert check(bomb)[0] == 1


def test_a_folder_that_may_only_be_read_and_no_network_is_enough(made, bundle, check):
    case = bundle("all")
    for path in case.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    case.chmod(0o555)
    before = sorted(path.stat().st_mtime_ns for path in case.rglob("*"))
    assert check(case)[0] == 0
    assert sorted(path.stat().st_mtime_ns for path in case.rglob("*")) == before
    case.chmod(0o755)
    for path in case.rglob("*"):
        path.chmod(0o755)


def test_the_page_is_for_reading_without_script(made):
    page = (made.folder / "incident" / "index.html").read_text()
    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert "http" not in page
    assert "<blockquote>" in page
    assert "<blockquote>" not in (made.folder / "record" / "index.html").read_text()


def test_an_export_leaves_nothing_half_written(made, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    asked = ["--database", str(made.database)]
    assert main(["export", str(tmp_path / "x"), "--record", "INC-NONE", *asked]) == 3
    assert main(["export", str(tmp_path / "x"), *asked]) == 2
    assert main(["export", str(tmp_path / "x"), "--all", "--period", "2024-25", *asked]) == 2
    assert main(["export", str(tmp_path / "x"), "--period", "2024", *asked]) == 2
    assert main(["export", str(tmp_path / "x"), "--all", "--figures", "2024", *asked]) == 2
    assert main(["export", str(made.folder / "all"), "--all", *asked]) == 2
    assert list(tmp_path.iterdir()) == []
    assert main(["export", str(tmp_path / "x.zip"), "--record", INCIDENT, *asked]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]
    again = tmp_path / "again.zip"
    assert main(["export", str(again), "--record", INCIDENT, *asked]) == 0
    assert again.read_bytes() == (tmp_path / "x.zip").read_bytes()


def test_a_ledger_that_is_not_whole_exports_nothing(made, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    database = tmp_path / "damaged.sqlite"
    shutil.copy(made.database, database)
    for key in ("log-key", "vault-key"):
        shutil.copy(f"{made.database}.{key}", f"{database}.{key}")
    with owning(str(database)) as owner:
        owner.run("UPDATE words SET box = substr(box, 2) WHERE position = (SELECT max(position) FROM words)")
    capfd.readouterr()
    assert (
        main(["export", str(tmp_path / "x"), "--all", "--words", "--purpose", "scrutiny", "--database", str(database)])
        == 5
    )
    assert "what is stored was changed" in capfd.readouterr().err
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "x.partial").exists()


def both(path: Path, made, check) -> tuple[int, str]:
    """What the program that stands alone says, and the ledger's own agrees to."""
    code, told = check(path)
    found = check_bundle(path, Trust((VerifierKey.parse(made.key),)))
    assert found.code == code, (told, found)
    return code, told


def test_the_packs_that_were_adopted_travel_byte_for_byte(made, check):
    for scope in SCOPES:
        packs = made.folder / scope / "packs"
        assert (packs / "wt23@1.toml").read_bytes() == (SHIPPED / "wt23@1.toml").read_bytes()
        own = YEAR / "packs" / "northmere-ladder@1.toml"
        assert (packs / own.name).read_bytes() == own.read_bytes()
        assert not (packs / "wt18@1.toml").exists(), "which nobody adopted"
    assert "10 of rules, each as it was adopted" in both(made.folder / "all", made, check)[1]
    code, told = both(made.folder / "incident", made, check)
    assert code == 0
    assert "10 packs of rules are as they were adopted: the entries that say so are not here" in told


def test_another_pack_than_the_adopted_one_is_false_where_its_adoption_is_here(made, bundle, check):
    for scope, expected in (("all", 1), ("incident", 0)):
        changed = bundle(scope)
        pack = changed / "packs" / "wt23@1.toml"
        pack.write_bytes(pack.read_bytes().replace(b"value = 5", b"value = 9"))
        code, told = both(changed, made, check)
        assert code == expected
        assert ("packs/wt23@1.toml is not the pack that was adopted" in told) is (expected == 1)


@pytest.mark.parametrize("scope", ["all", "incident"])
def test_a_file_that_no_pack_binds_is_false(scope, made, bundle, check):
    changed = bundle(scope)
    (holidays,) = (changed / "packs").glob("*bank-holidays.json")
    holidays.write_bytes(holidays.read_bytes().replace(b"2020-05-08", b"2020-05-09"))
    code, told = both(changed, made, check)
    assert (code, "bank-holidays.json is bound by no pack" in told) == (1, True)
    holidays.unlink()
    (changed / "packs" / "wt18@1.more").write_bytes(b"")
    assert both(changed, made, check)[0] == 1
    (changed / "packs" / "wt18@1.more").rename(changed / "packs" / "more")
    assert both(changed, made, check)[0] == 2, "no part of a bundle"


def test_a_bundle_without_packs_says_nothing_of_them(made, bundle, check):
    changed = bundle("all")
    shutil.rmtree(changed / "packs")
    code, told = both(changed, made, check)
    assert (code, "packs" in told) == (0, False)
