"""The packs as shipped, and files that are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from typing import get_args

import pytest

from ledger.domain.adoption import PACK_CLASSES
from ledger.domain.conventions import AuditScale, DisclosureRule, DriftRule, RagPack, Retention
from ledger.domain.packs import Calendar, EscalationLadder, PackKind, Regime, RuleValue
from ledger.domain.register import RECORDS
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
    shipped = defaultdict(set)
    for pack in load_shelf():
        shipped[pack.kind].add(pack.reference)
    assert shipped == {
        "regime": {"wt18@1", "wt23@1", "wt26-unverified@1"},
        "notification-vote": {"cwac-notification-vote@1"},
        "calendar": {"england-and-wales@1"},
        "escalation-ladder": {"pan-cheshire-unverified@1", "lincolnshire@1", "st-helens-2016@1", "blank-ladder@1"},
        "rag-pack": {"default-rag@1", "three-colour-rag@1"},
        "audit-scale": {"section-11-rag@1", "devon-section-175@1", "four-point@1"},
        "drift-rule": {"default-drift@1"},
        "disclosure-rule": {"dfe5@1", "nhs8@1", "round5@1", "none@1"},
        "retention": {"proposed-retention@1"},
        "risk-scale": {"default-risk-scale@1"},
    }
    assert set(shipped) == set(PACK_CLASSES) == set(get_args(PackKind))


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


def limits(name):
    regime = load_shelf().get(name, 1)
    assert isinstance(regime, Regime)
    return {name: value for name, value in regime if isinstance(value, RuleValue)}


def test_the_guidance_of_2023_sets_the_same_limits_and_a_day_nobody_confirmed():
    before, now = limits("wt18"), limits("wt23")
    september = now.pop("yearly_report_after_months")
    assert {name: limit.value for name, limit in now.items()} == {name: limit.value for name, limit in before.items()}
    assert (september.value, september.rule, september.confidence) == (6, "YR-SEPT", "unconfirmed")


def test_the_guidance_of_2026_carries_everything_over_and_confirms_nothing():
    carried, unverified = limits("wt23"), limits("wt26-unverified")
    assert {name: limit.value for name, limit in unverified.items()} == {n: limit.value for n, limit in carried.items()}
    assert {limit.confidence for limit in unverified.values()} == {"unconfirmed"}
    assert all(limit.source.startswith("Carried over from wt23@1: ") for limit in unverified.values())
    assert "unverified" in load_shelf().packs["wt26-unverified", 1].title


def inheriting(folder, **more):
    """A pack of one's own that inherits wt23, beside a copy of it."""
    shutil.copy(SHIPPED / "wt23@1.toml", folder)
    head = {"kind": "regime", "id": "ours", "version": 1, "title": "Ours", "source": "We", "confidence": "confirmed"}
    bound = {
        "inherits": "wt23@1",
        "inherits_sha256": hashlib.sha256((SHIPPED / "wt23@1.toml").read_bytes()).hexdigest(),
    }
    path = folder / "ours@1.toml"
    path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in (head | bound | more).items()))
    return path


def test_a_pack_takes_from_another_what_it_does_not_say_itself(tmp_path):
    path = inheriting(tmp_path)
    said = '[panel_reply_wd]\nvalue = 10\nrule = "RR-PANEL-REPLY"\nsource = "A letter"\nconfidence = "confirmed"\n'
    path.write_text(path.read_text() + said)
    pack = read_pack(path)
    assert isinstance(pack, Regime)
    assert (pack.panel_reply_wd.value, pack.panel_reply_wd.confidence) == (10, "confirmed")
    assert (pack.lcspr_months.value, pack.lcspr_months.confidence) == (6, "unconfirmed")


def test_the_steps_of_a_ladder_that_is_taken_over_are_confirmed_by_nobody(tmp_path):
    base = SHIPPED / "lincolnshire@1.toml"
    bound = {"inherits": "lincolnshire@1", "inherits_sha256": hashlib.sha256(base.read_bytes()).hexdigest()}
    path = inheriting(tmp_path, kind="escalation-ladder", **bound)
    ladder = read_pack(path)
    assert isinstance(ladder, EscalationLadder) and len(ladder.stages) == 4
    timed = [stage.response for stage in ladder.stages if stage.response]
    assert {stage.confidence for stage in ladder.stages} == {each.confidence for each in timed} == {"unconfirmed"}
    assert len(timed) == 3
    assert all(each.source.startswith("Carried over from lincolnshire@1: ") for each in timed)


def test_what_a_pack_inherits_from_is_bound_by_hash(tmp_path):
    path = inheriting(tmp_path)
    with pytest.raises(PackUnreadable, match=r"ours@1.toml: inherits: there is no wt24@1.toml beside it"):
        read_pack(inheriting(tmp_path, inherits="wt24@1"))
    with pytest.raises(PackUnreadable, match=r"inherits: there is no \.\./wt23@1.toml"):
        read_pack(inheriting(tmp_path, inherits="../wt23@1"))
    path = inheriting(tmp_path)
    base = tmp_path / "wt23@1.toml"
    base.write_bytes(base.read_bytes().replace(b"value = 5", b"value = 6"))
    with pytest.raises(PackUnreadable, match=r"inherits_sha256: wt23@1.toml has been altered"):
        read_pack(path)


def test_no_ladder_is_given_a_time_that_nobody_published():
    times = {
        pack.id: [stage.response and (stage.response.value, stage.response.unit) for stage in pack.stages]
        for pack in load_shelf()
        if isinstance(pack, EscalationLadder)
    }
    assert times == {
        "pan-cheshire-unverified": [None] * 5,
        "lincolnshire": [(2, "working-days"), (5, "working-days"), (2, "working-days"), None],
        "st-helens-2016": [None, (1, "days"), (1, "days"), (5, "working-days"), None],
        "blank-ladder": [],
    }


def test_what_is_hidden_before_publication():
    rules = {pack.id: pack for pack in load_shelf() if isinstance(pack, DisclosureRule)}
    told = {
        name: (rule.hidden_up_to and rule.hidden_up_to.value, rule.rounded_to and rule.rounded_to.value, rule.symbol)
        for name, rule in rules.items()
    }
    assert told == {"dfe5": (5, None, "c"), "nhs8": (7, 5, "*"), "round5": (None, 5, None), "none": (None, None, None)}
    assert {name for name, rule in rules.items() if not rule.publishable} == {"none"}
    assert {name for name, rule in rules.items() if rule.complementary} == {"dfe5"}


def test_every_kind_of_record_has_a_class_of_retention():
    retention = load_shelf().get("proposed-retention", 1)
    assert isinstance(retention, Retention)
    named = {name for each in retention.classes for name in each.records}
    assert named <= set(RECORDS)
    classes = {name: retention.class_of(name) for name in RECORDS}
    assert {name for name, found in classes.items() if found.code == "case"} == named
    assert {(found.code, found.years.value, found.trigger) for found in classes.values()} == {
        ("case", 75, "review-date"),
        ("governance", 10, "last-entry"),
    }


def test_a_scale_knows_its_grades():
    scale = load_shelf().get("section-11-rag", 1)
    assert isinstance(scale, AuditScale)
    assert scale.codes == {"green", "amber", "red", "not-applicable"}
    best = {pack.id: pack.grades[0].code for pack in load_shelf() if isinstance(pack, AuditScale)}
    assert best == {"section-11-rag": "green", "devon-section-175": "1", "four-point": "outstanding"}


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
        ("default-rag@1.toml", 'code = "green"', 'code = "blue"', "ratings name one code twice"),
        ("four-point@1.toml", 'code = "good"', 'code = "outstanding"', "grades name one code twice"),
        ("dfe5@1.toml", 'symbol = "c"\n', "", "symbol is needed"),
        ("round5@1.toml", "protects", "complementary = true\nprotects", "complementary means nothing"),
        ("proposed-retention@1.toml", 'otherwise = "governance"', 'otherwise = "never"', "not among the classes"),
        ("proposed-retention@1.toml", "records = []", 'records = ["review"]', "records name one code twice"),
        ("wt26-unverified@1.toml", 'inherits = "wt23@1"', "inherits = 3", "inherits: there is no 3.toml beside it"),
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
