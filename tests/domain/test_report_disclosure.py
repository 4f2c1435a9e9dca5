"""Before anybody outside reads a report: a person clears what was written, and answers for a number that the rule would withhold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.adoption import Packs
from ledger.domain.report_disclosure import hash_of
from ledger.regimes import load_shelf
from tests.domain.scenario import HEALTH, LA, POLICE, Post, agency, given, post
from tests.domain.test_report import FILES, A, published
from tests.domain.test_report_drafting import RECORD, written

CHAIR = agency("CHAIRS")
SHELF = load_shelf()
DFE5, NONE = SHELF.packs["dfe5", 1], SHELF.packs["none", 1]
TEXT = "We read {{FIG-SIN}} reports."
DAY = "2020-09-01"


def signed(name: str, who: str, by: str, data: dict[str, Any]) -> Post:
    said = {"source": f"/agencies/{who}", "by": f"{by}@{who}"}
    return post(f"report.{name}", RECORD, data | {"by": by, "agency": who}, on=DAY, **said)


def cleared(
    who: str = "POLICE", by: str = "lead-partner", text: str = TEXT, section: str = "foreword", **rest: Any
) -> Post:
    return signed("section-cleared", who, by, {"section": section, "sha256": hash_of(text), "cleared_on": DAY})


def released(who: str = "POLICE", by: str = "lead-partner", number: str = "FIG-SIN/nature=death") -> Post:
    data = {"number": number, "because": "known-already", "released_on": DAY}
    return signed("number-released", who, by, data)


def withdrawn(who: str = "POLICE", by: str = "lead-partner", number: str = "FIG-SIN/nature=death") -> Post:
    return signed("release-withdrawn", who, by, {"number": number, "withdrawn_on": DAY})


def public(**changes: Any) -> Post:
    copy = {"rule": "dfe5@1", "rule_sha256": DFE5.sha256, "files": FILES} | changes
    return published(public=copy)


def begun(*more: Post, text: str = TEXT) -> Any:
    return given(LA, POLICE, HEALTH, CHAIR, written(text), *more, packs=Packs(SHELF))


@pytest.mark.parametrize(
    ("who", "by"),
    [("POLICE", "lead-partner"), ("HEALTH", "delegated-partner"), ("CHAIRS", "chair"), ("POLICE", "chair")],
)
def test_a_section_is_cleared_by_a_partner_or_the_chair(who, by):
    begun().when(cleared(who, by)).then_recorded().then_state(lambda report: report.uncleared == [])


@pytest.mark.parametrize(
    "how",
    [
        {"source": "/business-unit", "by": "business-unit@BU"},
        {"source": "/business-unit", "by": "report-builder@BU"},
        {"by": "report-builder@POLICE"},
        {"source": "/agencies/HEALTH", "by": "lead-partner@HEALTH"},
        {"by": "delegated-partner@POLICE"},
    ],
)
def test_whoever_makes_the_report_neither_clears_nor_releases(how):
    begun().when(replace(cleared(), **how)).then_refused("REP-SIGNATORY")
    begun().when(replace(released(), **how)).then_refused("REP-SIGNATORY")


def test_a_lead_partner_is_of_a_statutory_partner():
    begun().when(cleared("CHAIRS", "lead-partner")).then_refused("REP-SIGNATORY")


def test_what_is_cleared_is_the_text_that_stands():
    begun().when(cleared(text="Another")).then_refused("REP-CLEARED")
    begun().when(cleared(section="money")).then_refused("REP-CLEARED")
    begun(written("Anew.")).when(cleared()).then_refused("REP-CLEARED")


def test_a_public_edition_waits_until_each_section_is_cleared_after_its_last_change():
    begun().when(public()).then_refused("REP-CLEAR")
    begun(cleared()).when(public()).then_recorded("YR-WHO")
    begun(cleared(), written("Anew.")).when(public()).then_refused("REP-CLEAR")
    begun(cleared(), written("Anew."), cleared(text="Anew.")).when(public()).then_recorded("YR-WHO")
    begun(cleared(), written("Anew."), written()).when(public()).then_recorded("YR-WHO")
    begun(cleared(), written(section="money")).when(public()).then_refused("REP-CLEAR")
    begun().when(published()).then_recorded("YR-WHO")


def test_a_number_is_released_once_by_a_lead_partner_or_the_chair_and_withdrawn_likewise():
    begun().when(released()).then_recorded().then_state(lambda report: report.released == ("FIG-SIN/nature=death",))
    begun().when(released("CHAIRS", "chair")).then_recorded()
    begun().when(released("HEALTH", "delegated-partner")).then_refused("REP-RELEASE")
    begun(released()).when(released("LA")).then_refused("REP-RELEASE")
    begun().when(withdrawn()).then_refused("REP-RELEASE")
    begun(released()).when(withdrawn("CHAIRS", "chair")).then_recorded().then_state(
        lambda report: report.released == ()
    )
    begun(released(), withdrawn()).when(released()).then_recorded()


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "none@1", "rule_sha256": NONE.sha256},
        {"rule": "wt18@1"},
        {"rule": "dfe5@9"},
        {"rule_sha256": A},
        {"released": ["FIG-SIN"]},
        {"files": [FILES[0], FILES[0]]},
        {"withheld": [{"number": "FIG-SIN", "why": "small"}] * 2},
    ],
)
def test_a_public_copy_is_made_under_a_known_rule_and_shows_nothing_that_nobody_released(changes):
    begun(cleared()).when(public(**changes)).then_refused("REP-PUBLIC")


def test_a_public_copy_shows_what_was_released():
    number = "FIG-SIN/nature=death"
    begun(cleared(), released()).when(public(released=[number])).then_recorded("YR-WHO")
    begun(cleared(), released(), withdrawn()).when(public(released=[number])).then_refused("REP-PUBLIC")
