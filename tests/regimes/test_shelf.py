"""The packs as shipped, and files that are refused."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

from ledger.domain.conventions import DriftRule, RagPack
from ledger.domain.packs import Calendar, EscalationLadder, Regime, RuleValue
from ledger.regimes import SHIPPED, PackUnreadable, load_shelf, read_pack

CALENDAR, HOLIDAYS = "england-and-wales@1.toml", "england-and-wales-bank-holidays.json"


def changed(folder, name, old, new):
    """A shipped pack, copied beside its list of holidays with one passage changed."""
    for listed in SHIPPED.glob("*.json"):
        shutil.copy(listed, folder)
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_exactly_these_packs_are_shipped():
    assert {pack.reference: pack.kind for pack in load_shelf()} == {
        "wt18@1": "regime",
        "cwac-notification-vote@1": "notification-vote",
        "england-and-wales@1": "calendar",
        "pan-cheshire-unverified@1": "escalation-ladder",
        "default-rag@1": "rag-pack",
        "default-drift@1": "drift-rule",
    }


def test_a_pack_s_hash_is_that_of_its_file():
    for pack in load_shelf():
        octets = (SHIPPED / f"{pack.reference}.toml").read_bytes()
        assert pack.sha256 == hashlib.sha256(octets).hexdigest()


def test_the_guidance_of_2018_sets_these_limits():
    regime = load_shelf().get("wt18", 1)
    assert isinstance(regime, Regime)
    limits = {name: value for name, value in regime if isinstance(value, RuleValue)}
    assert {name: (limit.value, limit.rule, limit.confidence) for name, limit in limits.items()} == {
        "notify_within_wd": (5, "WT-SIN-5WD", "confirmed"),
        "rapid_review_within_wd": (15, "WT-RR-15WD", "confirmed"),
        "lcspr_months": (6, "LCSPR-6M", "partly-confirmed"),
        "advance_copy_wd": (7, "LCSPR-7WD", "unconfirmed"),
        "panel_reply_wd": (15, "RR-PANEL-REPLY", "unconfirmed"),
        "yearly_report_months": (12, "YR-12M", "confirmed"),
        "circulate_within_days": (7, "YR-7D", "confirmed"),
    }


def test_what_nobody_confirmed_says_so():
    shelf = load_shelf()
    ladder, rag = shelf.get("pan-cheshire-unverified", 1), shelf.get("default-rag", 1)
    assert isinstance(ladder, EscalationLadder)
    assert isinstance(rag, RagPack)
    assert (ladder.confidence, rag.confidence) == ("unconfirmed", "unconfirmed")
    assert [stage.response for stage in ladder.stages] == [None] * 5
    assert [number for number in range(1, 6) if (ladder.stages[number - 1]).notify_partnership] == [3, 4, 5]
    assert "confirmed" not in {stage.confidence for stage in ladder.stages}


def test_the_default_tests_of_drift_are_proposals_and_say_so():
    drift = load_shelf().get("default-drift", 1)
    assert isinstance(drift, DriftRule)
    tests = (drift.days_without_progress, drift.times_rescheduled, drift.meetings_not_held)
    assert [test.value for test in tests] == [60, 2, 1]
    assert {test.confidence for test in tests} == {drift.confidence} == {"unconfirmed"}
    assert {test.rule for test in tests} == {"DRIFT-DEF"}


def test_a_folder_of_one_s_own_adds_to_the_shelf(tmp_path):
    changed(tmp_path, "wt18@1.toml", "version = 1", "version = 2").rename(tmp_path / "wt18@2.toml")
    assert {pack.reference for pack in load_shelf(tmp_path)} >= {"wt18@1", "wt18@2"}


def test_a_folder_of_one_s_own_may_not_replace_what_is_shipped(tmp_path):
    changed(tmp_path, "wt18@1.toml", "value = 5", "value = 6")
    with pytest.raises(PackUnreadable, match="wt18@1 is on the shelf already"):
        load_shelf(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PackUnreadable, match="nowhere"):
        load_shelf(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("wt18@1.toml", "version = 1", 'version = 1\nclocks = "many"', "wt18@1.toml: clocks: Extra inputs"),
        ("wt18@1.toml", "value = 5", "value = 5\nhours = 2", "wt18@1.toml: notify_within_wd.hours: Extra inputs"),
        ("wt18@1.toml", "value = 5", 'value = "5"', "wt18@1.toml: notify_within_wd.value: Input should be"),
        ("wt18@1.toml", "value = 5", "value = true", "wt18@1.toml: notify_within_wd.value: Input should be"),
        ("wt18@1.toml", "value = 5", "value = 0", "wt18@1.toml: notify_within_wd.value: Input should be"),
        ("wt18@1.toml", "[panel_reply_wd]", "[panel_reply]", "wt18@1.toml: panel_reply_wd: Field required"),
        ("wt18@1.toml", 'kind = "regime"', 'kind = "horoscope"', "wt18@1.toml: kind: 'horoscope' is not a kind"),
        ("wt18@1.toml", 'kind = "regime"', 'kind = ["regime"]', "wt18@1.toml: kind: "),
        ("wt18@1.toml", "version = 1", "version = 3", "wt18@1.toml: id, version: the file says it is wt18@3"),
        ("wt18@1.toml", "version = 1", "version = ", "wt18@1.toml: Invalid value"),
        ("wt18@1.toml", "version = 1", f'version = 1\nsha256 = "{"a" * 64}"', "wt18@1.toml: sha256: "),
        ("pan-cheshire-unverified@1.toml", 'name = "Chief', 'clock = 2\nname = "Chief', "stages.4.clock: Extra inputs"),
        ("default-rag@1.toml", 'when_overdue = "red"', 'when_overdue = "pink"', "not among the ratings"),
        ("default-rag@1.toml", 'code = "green"', 'code = "blue"', "one code twice"),
        (CALENDAR, "last_year = 2028", "last_year = 2029", "2029 has 0 bank holidays"),
        (CALENDAR, "first_year = 2014", "first_year = 2015", "must lie from 2015 to 2028"),
        (CALENDAR, 'division = "england-and-wales"', 'division = "scotland"', f"{HOLIDAYS}: scotland: "),
        (CALENDAR, f'holidays_file = "{HOLIDAYS}"', 'holidays_file = "../x.json"', "holidays_file: names the list"),
        (CALENDAR, f'holidays_file = "{HOLIDAYS}"', 'holidays_file = "x.json"', "holidays_file: there is no x.json"),
    ],
)
def test_a_file_that_does_not_say_what_it_should_is_refused_by_name_and_key(tmp_path, name, old, new, message):
    with pytest.raises(PackUnreadable) as refused:
        read_pack(changed(tmp_path, name, old, new))
    assert message in str(refused.value)
    assert str(refused.value).startswith((name, HOLIDAYS))


def test_an_altered_list_of_holidays_is_refused(tmp_path):
    path = changed(tmp_path, CALENDAR, "version = 1", "version = 1")
    listed = tmp_path / HOLIDAYS
    listed.write_text(listed.read_text(encoding="utf-8").replace("2022-09-19", "2022-09-20"), encoding="utf-8")
    with pytest.raises(PackUnreadable, match="has been altered"):
        read_pack(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda events: events.append(events[0]), "one day is listed twice"),
        (lambda events: events[0].update(region="all"), "events.0.region: Extra inputs"),
        (lambda events: events[0].update(date="2014-02-30"), "events.0.date: "),
        (lambda events: events.pop(), "2028 has 7 bank holidays"),
    ],
)
def test_a_list_of_holidays_is_checked_even_when_its_hash_is_right(tmp_path, spoil, message):
    whole = json.loads((SHIPPED / HOLIDAYS).read_bytes())
    before = hashlib.sha256((SHIPPED / HOLIDAYS).read_bytes()).hexdigest()
    spoil(whole["england-and-wales"]["events"])
    octets = json.dumps(whole).encode()
    path = changed(tmp_path, CALENDAR, before, hashlib.sha256(octets).hexdigest())
    (tmp_path / HOLIDAYS).write_bytes(octets)
    with pytest.raises(PackUnreadable) as refused:
        read_pack(path)
    assert message in str(refused.value)


def test_the_government_s_own_file_with_further_divisions_is_read(tmp_path):
    whole = json.loads((SHIPPED / HOLIDAYS).read_bytes())
    before = hashlib.sha256((SHIPPED / HOLIDAYS).read_bytes()).hexdigest()
    octets = json.dumps(whole | {"scotland": {"division": "scotland", "events": []}}).encode()
    path = changed(tmp_path, CALENDAR, before, hashlib.sha256(octets).hexdigest())
    (tmp_path / HOLIDAYS).write_bytes(octets)
    pack, shipped = read_pack(path), load_shelf().get("england-and-wales", 1)
    assert isinstance(pack, Calendar)
    assert isinstance(shipped, Calendar)
    assert pack.holidays == shipped.holidays
