"""A report is written, goes round as a draft, is signed off by the three lead partners, and only then published without a departure."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.report_text import bare_numbers
from tests.domain.scenario import HEALTH, LA, PARTNERS, POLICE, Post, agency, given, post
from tests.domain.test_report import published

RECORD = "ANNUAL-2019-20"
OF = {"kind": "annual", "period": "2019-20"}
SCHOOL = agency("SCHOOL", "education")


def written(text: str = "We read {{FIG-SIN}} reports.", **changes: Any) -> Post:
    data = {**OF, "section": "foreword", "text": text, "written_on": "2020-06-01"} | changes
    return post("report.section-written", RECORD, data, on="2020-06-01")


def drafted(draft: int = 1, **changes: Any) -> Post:
    data = {**OF, "draft": draft, "as_at": 2, "drafted_on": "2020-07-01"} | changes
    return post("report.drafted", RECORD, data, on="2020-07-01")


def signed(who: str, draft: int = 1, day: str = "2020-09-01", **rest: Any) -> Post:
    return post("report.signed-off", RECORD, {"agency": who, "draft": draft, "signed_on": day}, on=day, **rest)


def test_a_report_signed_off_by_all_three_is_published_without_a_departure():
    scenario = (
        given(*PARTNERS, HEALTH, written(), drafted())
        if HEALTH not in PARTNERS
        else given(*PARTNERS, written(), drafted())
    )
    for partner in ("LA", "POLICE", "HEALTH"):
        scenario = scenario.when(signed(partner)).then_recorded()
    scenario.when(published()).then_recorded()


def test_a_report_that_a_lead_partner_has_not_signed_off_is_a_departure():
    given(LA, POLICE, HEALTH, drafted(), signed("LA"), signed("POLICE")).when(published()).then_recorded("YR-WHO")
    given(LA, POLICE, HEALTH).when(published("quarterly", "2019-20-Q4")).then_recorded()


def test_another_draft_is_signed_off_anew():
    all_three = [signed(each) for each in ("LA", "POLICE", "HEALTH")]
    given(LA, POLICE, HEALTH, drafted(), *all_three, drafted(2)).when(published()).then_recorded("YR-WHO")


@pytest.mark.parametrize("who", ["SCHOOL"])
def test_only_a_statutory_partner_signs_off(who):
    given(LA, POLICE, HEALTH, SCHOOL, drafted()).when(signed(who)).then_refused("REP-SIGN")


def test_nobody_signs_off_for_another_partner():
    given(LA, POLICE, HEALTH, drafted()).when(
        signed("LA", source="/agencies/POLICE", by="recorder@POLICE")
    ).then_refused("REP-SIGN")
    given(LA, POLICE, HEALTH, drafted()).when(signed("LA", source="/agencies/LA", by="recorder@LA")).then_recorded()


def test_what_is_signed_off_is_the_last_draft_after_it_went_round():
    given(LA, POLICE, HEALTH, written()).when(signed("LA")).then_refused("REP-DRAFT")
    given(LA, POLICE, HEALTH, drafted(), drafted(2)).when(signed("LA")).then_refused("REP-DRAFT")
    given(LA, POLICE, HEALTH, drafted()).when(signed("LA", day="2020-06-30")).then_refused("REP-DRAFT")
    given(LA, POLICE, HEALTH).when(drafted(2)).then_refused("REP-DRAFT")
    given(LA, POLICE, HEALTH).when(drafted(as_at=99)).then_refused("REP-DRAFT")


def test_a_number_written_by_hand_is_told():
    given(LA).when(written("We read {{FIG-SIN}} reports in 2019-20.")).then_recorded()
    given(LA).when(written("We read 12 reports.")).then_recorded("REP-BARE")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On 3 May 2020, in May 2020, in 2019-20 and under section 11, {{ FIG-ACT-OPEN owner=POLICE }} were open.", []),
        ("1. Read ACT-2024-001\n2. Call 999", []),
        ("Twelve children, 8.5% and £1,200", ["Twelve", "8.5%", "1,200"]),
        ("{{FIG-SIN}} of 40, a third", ["40", "a third"]),
    ],
)
def test_what_is_a_number_written_by_hand(text, found):
    assert bare_numbers(text) == found
