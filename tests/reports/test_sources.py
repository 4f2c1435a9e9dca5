"""What rules, packs, figures and the table of differences cite as their source can be opened: it stands in docs/domain."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import ledger.wiring  # noqa: F401 - registers every rule and event
from ledger.domain.register import REGISTER, RULES
from ledger.figures.catalogue import INDICATORS
from tests.figures.telling import EXAMPLES, REAL_YEAR

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "domain" / "reference.md").read_text(encoding="utf-8")
EVENTS = (ROOT / "docs" / "domain" / "events.md").read_text(encoding="utf-8")

IDS = set(re.findall(r"^\| ([A-Z][A-Z0-9]+(?:-[A-Z0-9]+)*) \|", REFERENCE, re.MULTILINE))
SECTIONS = set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", REFERENCE, re.MULTILINE))
MARKS = set(re.findall(r"^\| (S\d) \|", REFERENCE, re.MULTILINE))

_ID = re.compile(r"\b[A-Z]+\d*(?:-[A-Z0-9]+)+\b")
_SECTION = re.compile(r"\b[1-9]\.[1-9]\b")
_NOT_RULES = {"SHA-256"}

DIFFERENCES = tomllib.loads((REAL_YEAR / "differences.toml").read_text(encoding="utf-8"))
PACKS = [*(ROOT / "ledger" / "regimes").glob("*.toml"), *EXAMPLES.glob("*/packs/*.toml")]
CITED = sorted(
    {rule.source for rules in RULES.values() for rule in rules} | {each["source"] for each in DIFFERENCES.values()}
)


def unknown(source: str) -> set[str]:
    """What a source cites that docs/domain/reference.md does not have."""
    ids = set(_ID.findall(source)) - IDS - _NOT_RULES
    sections = set(_SECTION.findall(re.sub(r":[^;]*|S2 sections? [\d. and]+", "", source))) - SECTIONS
    return ids | sections | (set(re.findall(r"\bS\d\b", source)) - MARKS)


def test_what_the_reference_lacks_is_found():
    assert unknown("reference.md NOT-THERE, 8.7; S9 section 1") == {"NOT-THERE", "8.7", "S9"}
    assert unknown("reference.md SIN-WHO, 8.1; S2 sections 4.5 and 8; SHA-256 of the pack") == set()


@pytest.mark.parametrize("source", CITED)
def test_every_rule_id_and_section_cited_stands_in_the_reference(source):
    assert unknown(source) == set()


def test_every_rule_and_every_indicator_stands_in_the_reference():
    assert set(RULES) - IDS == set()
    assert {each.id for each in INDICATORS} - IDS == set()


def test_what_packs_and_definitions_cite_stands_in_the_reference():
    assert len(PACKS) > 5
    cited = set()
    for path in PACKS:
        cited |= set(
            re.findall(r'^(?:rule|day_of_trigger_rule) = "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    cited |= {found for each in INDICATORS for found in re.findall(r"\(([A-Z0-9, -]+)\)", each.counts)}
    assert cited
    assert {one for each in cited for one in each.split(", ")} - IDS == set()


def test_every_rule_says_how_sure_it_is():
    rows = [
        line
        for line in REFERENCE.partition("## 7. Figures")[0].splitlines()
        if re.match(r"\| [A-Z0-9]+-[A-Z0-9-]+ \|", line)
    ]
    assert len(rows) > 80
    for row in rows:
        assert row.rsplit("|", 2)[1].strip() in {"confirmed", "partly", "unconfirmed"}, row


def test_every_event_stands_in_the_catalogue():
    own = {name.removeprefix("uk.safeguarding.") for name in REGISTER}
    general = {f"<record>.{name.partition('.')[2]}" for name in own}
    missing = {
        name for name in own if f"`{name}`" not in EVENTS and f"`<record>.{name.partition('.')[2]}`" not in EVENTS
    }
    assert missing == set() and {"<record>.corrected", "<record>.withdrawn", "<record>.duplicate-of"} <= general


def test_every_event_that_a_rule_cites_stands_in_the_catalogue():
    records = "|".join(sorted({each.record.name for each in REGISTER.values()}))
    cited = {name for source in CITED for name in re.findall(rf"\b(?:{records})\.[a-z][a-z-]+", source)}
    assert len(cited) > 20
    assert {name for name in cited if name not in EVENTS} == set()
