"""The real year: every line is recorded but the one the rules refuse, nobody is named, and the printed figures are those of its entries."""

import csv
import hashlib
import json
import re
import tomllib
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from ledger.entry import parse
from ledger.outcome import Recorded, Refused
from ledger.regimes import load_shelf
from ledger.wiring import open_ledger
from tests.ledger.posting import write

FOLDER = Path(__file__).parents[2] / "examples" / "cheshire-west-2019-20"
LINES = [json.loads(line) for line in (FOLDER / "events.ndjson").read_text(encoding="utf-8").splitlines()]
WITHOUT_CITATION = {"uk.safeguarding.ledger.opened"}
REFUSED = {("cw-2019-20-0099", "training/TRN-2019-20-02"): ("TRN-SUM",)}
FLAGGED = {
    "action/ACT-SCHOOLS-LETTER": ("ACT-SMART",),
    "action/ACT-SOCIAL-CARE-TRAINING": ("ACT-SMART",),
    "action/ACT-CONTEXTUAL": ("ACT-SMART",),
    "action/ACT-BULLYING-RESOURCES": ("ACT-SMART",),
    "action/ACT-LAUNCH-EVENT": ("ACT-SMART",),
    "dataset/CHILDREN-IN-CARE-2019-20": ("DAT-PRINTED",),
    "scrutiny/SCR-RAPID-REVIEWS": ("SEP-SCRUT",),
    "scrutiny/SCR-OVERALL": ("SEP-SCRUT",),
}
NAMES = {  # SHA-256 of every name of a person in the two documents, lower case: so that no name stands here either
    "0615110cf30d24bd89f67b0fb37fff490a717dad6e660651bf88eee441b3a572",
    "0c086cdc772aa579506fd17a735af6e7d14db0ad1d49730c301e007c3e663d36",
    "27223b82963b3a8fea8429d8c46226e7060b180ba68f3914b51ccc119143ef65",
    "3f8d40ad6a1d0038b8c334303fe06e70df25a1b78220855f6acc3aec951ffb3b",
    "5a00e125ac93e81e8300524648b3e73d2be2c21a579b4f3a1bf803ffce5aceae",
    "6627835f988e2c5e50533d491163072d3f4f41f5c8b04630150debb3722ca2dd",
    "6ad50e5818f1a2949d8f46ea5f034e5456aa3bb5716bb493b4cc6ea8395fef95",
    "6c725c744767e0d745901fb74154ffd59924dce57f1cb2d0137e368606bdfb62",
    "7edbd4be01be15bc35b93ee4e1809f48a9abbd5b1b3dad612243a49ea6412057",
    "8d6aa946308a9f31cbfbb0c924b5ae347c9298445555bc99a76a3093f408079c",
    "8e924025a26c584ad4ac6365116e09b852ae6b7016da4c0851e269348d93c228",
    "9706987d633e05a0d2931c21108b37e8c790570048ac47c48900314bb325d606",
    "99f2d7247e5cd54f535975287e1fb4d4f609dfa6a057fc0dbbb020c9ec11e16d",
    "99f7855eb789dfecf9ea66df3221a743f4ab8be59ae6b9c503499c1940a90fd5",
    "9dff50df08c635815f4b19da10f756605a34a79a48d4ba48712782502975a70e",
    "9f3cd8010f1d508e2c333d43a9292f2b3c287b4fd92a3297e1a72827bf7b2eab",
    "a018ae7f594651fa2fd9ebb2be6a655c28436dfe8984d71aa1e819d92ff83ae8",
    "b918c3f9116ce3a61efd71a1bada0d46c8f575283ce5d5798454a4abfb56ae79",
    "bc12b8f31ccdb4f7e89f96e080a823c23bccc8f2969cfeaa5667b64cc1dd8a76",
    "c0a6eb55b12b7dfe01d9e55f4563eeefe13bd7ef7d7d576fdd8a9977d7a09f5d",
    "c4cf94e75b6067e81d73250448a38c1030abfdd4b801a5b2e02559b2adddcbe9",
    "d2a662047a6fad77347b676dedf6755cedbfbf8aef67cae4dc18ba53346577b5",
    "d979885447a413abb6d606a5d0f45c3b7809e6fde2c83f0df3426f1fc9bfed97",
    "d9f4ff5c38e4378d1500b9a5ff471a8440e041277da3a517e2d3b238b5328ef1",
    "db42328112177c2d6f2f6ca7f33c8e81084b8ff3e14202254137e22673bce2c8",
    "f4aa0655cdb8d4fcf6f719c7a786de10556783c70bfb8ef1d78923482fe6ebbc",
}
TELLING = {"male", "female", "males", "females", "boy", "boys", "girl", "girls", "ethnicity", "aged", "weeks"}


def hashed(word):
    return hashlib.sha256(word.encode()).hexdigest()


def words(text):
    return set(re.findall(r"[a-z]+", text.lower()))


def published():
    with (FOLDER / "published.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def differences():
    return tomllib.loads((FOLDER / "differences.toml").read_text(encoding="utf-8"))


def of(name):
    """The lines of one event type that the rules let in."""
    refused = {known for known, _ in REFUSED}
    return [e for e in LINES if e["type"] == f"uk.safeguarding.{name}" and e["id"] not in refused]


def pairs(text):
    return dict(part.split("=") for part in text.split(";") if part)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What the ledger answers to each line, posted one by one as the file has them."""
    ledger = open_ledger(str(tmp_path_factory.mktemp("cheshire-west") / "ledger.sqlite"))
    answers = [(line, write(ledger, line)[0]) for line in LINES]
    ledger.close()
    return answers


def test_every_line_is_an_event_with_an_id_of_its_own():
    for line in LINES:
        assert parse(line).source == "/business-unit"
    assert len({line["id"] for line in LINES}) == len(LINES)


def test_everything_is_recorded_but_what_the_readme_lists(outcomes):
    refused = {
        (line["id"], line["subject"]): tuple(b.rule.id for b in outcome.broken)
        for line, outcome in outcomes
        if isinstance(outcome, Refused)
    }
    assert refused == REFUSED
    assert all(isinstance(outcome, Recorded | Refused) for _, outcome in outcomes)
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for (key, subject), rules in REFUSED.items():
        assert f"| `{key}`, {subject} | {', '.join(rules)} |" in readme


def test_flags_are_those_the_readme_lists(outcomes):
    flagged = {
        line["subject"]: outcome.entry.departures
        for line, outcome in outcomes
        if isinstance(outcome, Recorded) and outcome.entry.departures
    }
    assert flagged == FLAGGED


def test_it_is_marked_as_entered_afterwards(outcomes):
    assert all(o.entry.retrospective for _, o in outcomes if isinstance(o, Recorded))
    opening = LINES[0]["data"]
    assert (opening["retrospective"], opening["demonstration"]) == (True, False)


def test_the_packs_adopted_are_those_on_the_shelf():
    shelf = load_shelf()
    adopted = [e["data"] for e in of("policy.adopted")]
    assert {p["kind"] for p in adopted} == {
        "regime", "notification-vote", "calendar", "escalation-ladder", "rag-pack", "drift-rule",
    }  # fmt: skip
    for policy in adopted:
        pack = shelf.get(policy["pack"], policy["version"])
        assert pack is not None, policy["pack"]
        assert policy["sha256"] == pack.sha256, policy["pack"]


def test_every_event_cites_its_source():
    assert [e["id"] for e in LINES if "citation" not in e["data"] and e["type"] not in WITHOUT_CITATION] == []


def test_nothing_stands_for_an_incident_a_rapid_review_or_a_child():
    assert [e["id"] for e in LINES if e["subject"].startswith(("incident/", "rapid-review/"))] == []
    assert "CHD-" not in (FOLDER / "events.ndjson").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["events.ndjson", "published.csv", "differences.toml", "README.md"])
def test_nobody_is_named(name):
    found = words((FOLDER / name).read_text(encoding="utf-8"))
    assert [word for word in found if hashed(word) in NAMES] == []


@pytest.mark.parametrize("name", ["events.ndjson", "published.csv"])
def test_no_child_is_told_by_age_sex_or_ethnicity(name):
    assert words((FOLDER / name).read_text(encoding="utf-8")) & TELLING == set()


def test_every_observation_has_a_unit_and_a_period_or_a_day():
    for event in of("dataset.submitted"):
        data = event["data"]
        assert "period_from" in data or "snapshot_on" in data
        for observation in data["observations"]:
            assert observation["unit"], event["id"]


def test_printed_figures_are_the_observations_they_name():
    datasets = {e["subject"].removeprefix("dataset/"): e["data"] for e in of("dataset.submitted")}
    named: Counter[str] = Counter()
    for row in (row for row in published() if row["counted_from"] == "dataset"):
        data = datasets[row["dataset"]]
        found = [o for o in data["observations"] if is_the_one(o, row)]
        assert len(found) == 1, row
        assert observed(found[0]) == Decimal(row["value"]), row
        assert row["indicator"] == found[0]["indicator"]
        assert row["figure_id"].lower() in (row["indicator"], "")
        if found[0]["kind"] == "snapshot":
            assert row["on"] == data["snapshot_on"]
        else:
            assert (row["period_from"], row["period_to"]) == (data["period_from"], data["period_to"])
        named[row["dataset"]] += 1
    assert named == {reference: len(data["observations"]) for reference, data in datasets.items()}


def is_the_one(observation, row):
    return (
        observation["definition"] == row["definition"]
        and str(observation["definition_version"]) == row["version"]
        and (observation["unit"], observation["measure"]) == (row["unit"], row["measure"])
        and observation.get("dimensions", {}) == pairs(row["dimensions"])
    )


def observed(observation):
    """The value printed, or, where only its parts are printed, their share in per cent to one place."""
    if "value" in observation:
        return Decimal(observation["value"])
    share = Decimal(100 * observation["numerator"]) / observation["denominator"]
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def test_the_number_is_in_what_was_printed():
    written = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six"}
    loose = {"the same", "less than 50% (526/1245)", "9/15", "eight of the nine", "two meetings"}
    for row in published():
        plain = row["printed"].replace(",", "").lower()
        number = row["value"].removeprefix("-")
        spelled_out = written.get(number, number) in plain or "once" in plain or "published" in plain
        assert number in plain or spelled_out or "pending" in plain or row["printed"] in loose, row


def test_training_rows_are_the_events():
    by_course = {e["data"]["course"]: e["data"] for e in of("training.delivered")}
    rows = [row for row in published() if row["counted_from"] == "training"]
    assert len(rows) == 4 * len(by_course)
    for row in rows:
        dimensions = pairs(row["dimensions"])
        assert by_course[dimensions["course"]][dimensions["outcome"].replace("-", "_")] == int(row["value"])


def test_finance_rows_are_the_events_and_they_balance():
    pounds = {e["id"]: e["data"]["amount"] // 100 for e in LINES if e["subject"].startswith("finance/")}
    rows = {row["dimensions"]: int(row["value"]) for row in published() if row["counted_from"] == "finance"}
    totals = rows.pop("line=total-income"), rows.pop("line=total-expenditure")
    assert sorted(rows.values()) == sorted(pounds.values())
    income = sum(v for k, v in rows.items() if k.startswith(("line=contributed", "line=received")))
    spent = sum(v for k, v in rows.items() if k.startswith("line=spent"))
    assert (income, spent) == totals
    assert income - spent == rows["line=to-reserve"]


def test_rows_counted_from_records_are_what_the_events_say():
    printed = {
        (row["figure_id"], row["dimensions"]): int(row["value"])
        for row in published()
        if row["counted_from"] in COUNTED
    }
    planned = {e["subject"] for e in of("audit.planned")}
    held = {e["subject"] for e in of("audit.held")}
    findings = [(e["subject"], e["data"]) for e in of("audit.finding-recorded")]
    kinds = Counter(data["kind"] for _, data in findings)
    doctors = {s for s, d in findings if d["kind"] == "gap" and "information-sharing-with-gps" in d.get("themes", [])}
    referrals = Counter(e["data"]["outcome"] for e in of("review.referred"))
    assert printed == {
        ("FIG-AUD", "status=planned"): len(planned),
        ("FIG-AUD", "status=held"): len(held),
        ("FIG-AUD", "status=planned-and-held"): len(planned & held),
        ("FIG-AUD", "finding=assurance"): kinds["assurance"],
        ("FIG-AUD", "finding=gap"): kinds["gap"],
        ("FIG-AUD", "finding=gap;theme=information-sharing-with-gps"): len(doctors),
        ("FIG-LCSPR", "status=published;kind=scr"): len(of("review.published")),
        ("FIG-LCSPR", "status=in-progress;kind=scr"): len(of("review.commissioned")) - len(of("review.published")),
        ("FIG-NONSTAT", "status=considered"): referrals.total(),
        ("FIG-NONSTAT", "status=progressed"): referrals["progressed"],
        ("FIG-ATT", "group=TRAINING-HUB"): len(of("meeting.held")),
    }


COUNTED = {"audit", "review", "meeting"}
UNPRINTED = {"training-unaccounted"}
"""Differences that no printed figure carries: the report prints no row for it."""


def test_every_difference_is_explained_and_every_explanation_is_used():
    used = {row["difference"] for row in published()} - {""}
    told = differences()
    assert used | UNPRINTED == set(told)
    figures = {row["figure_id"] or row["indicator"] for row in published()}
    for explanation in told.values():
        assert set(explanation) == {"figures", "source", "printed", "worked_out", "explanation"}
        assert set(explanation["figures"]) <= figures


def test_the_differences_are_as_explained():
    told = {name: explanation["worked_out"] for name, explanation in differences().items()}
    value = {
        (r["dataset"], r["definition"], r["dimensions"]): int(r["value"])
        for r in published()
        if r["measure"] == "count"
    }
    totals: Counter[str] = Counter()
    for event in of("training.delivered"):
        totals.update({name: event["data"][name] for name in ("booked", "completed", "cancelled", "did_not_attend")})
    row_alone = value[
        "TRAINING-2019-20", "places-one-course", "course=learning-from-local-case-reviews;outcome=did-not-attend"
    ]
    assert told["training-row-refused"].startswith(f"{len(of('training.delivered'))} courses")
    for name, number in totals.items():
        assert f"{number:,} {name.replace('_', ' ')}" in told["training-row-refused"]
    assert told["training-did-not-attend"].startswith(f"{totals['did_not_attend'] + row_alone} ")
    left = totals["booked"] - totals["completed"] - totals["cancelled"] - totals["did_not_attend"]
    assert told["training-unaccounted"].startswith(f"{left} ")
    moves = Decimal(100 * 42) / value["CHILDREN-IN-CARE-2019-20", "children-in-care", ""]
    assert told["placement-moves"].startswith(f"{moves.quantize(Decimal('0.1'))}%")
    funding = {r["dataset"]: int(r["value"]) for r in published() if "contributions" in r["caption"].lower()}
    assert told["partner-contributions-two-totals"] == f"£{funding[''] - funding['FUNDING-ARRANGEMENTS-2019-20']} apart"
    phases = (value["LOCAL-CONTEXT-2019", "schools", f"phase={p}"] for p in ("primary", "secondary", "special"))
    assert told["schools-do-not-add-up"] == str(sum(phases))
    low = [r for r in published() if r["definition"] == "executive-attendance" and int(r["value"]) <= 50]
    assert told["attendance-rows"].startswith(f"{len(low)} of 19 ")
