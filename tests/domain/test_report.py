"""A report is published once per edition, of what the ledger held, and then sent out."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.domain.calendar import days_of
from ledger.domain.report import MOST_FIGURES, ReportPublished
from ledger.domain.report_record import reference_of
from tests.domain.scenario import LA, PARTNERS, POLICE, Post, given, post

A, B = "a" * 64, "b" * 64
FILES = [{"format": "json", "sha256": A}, {"format": "html", "sha256": B}]
DAY = "2020-09-30"


def published(kind: str = "annual", period: str = "2019-20", day: str = DAY, **changes: Any) -> Post:
    data = {"kind": kind, "period": period, "published_on": day, "as_at": 2, "files": FILES} | changes
    return post("report.published", reference_of(kind, period), data, on=day)


def circulated(day: str = "2020-10-05", **changes: Any) -> Post:
    data = {"to": ["national-panel", "foundations"], "circulated_on": day} | changes
    return post("report.circulated", "ANNUAL-2019-20", data, on=day)


def test_a_report_is_published_and_sent_out():
    given(*PARTNERS).when(published()).then_recorded("YR-WHO").when(circulated()).then_recorded().then_state(
        lambda report: [(e.published_on, e.as_at) for e in report.editions] == [(date(2020, 9, 30), 2)]
    )


@pytest.mark.parametrize(("kind", "period"), [("annual", "2019-20-Q1"), ("quarterly", "2019-20")])
def test_a_kind_of_report_has_its_kind_of_period(kind, period):
    given(*PARTNERS).when(published(kind, period)).then_refused("REP-PERIOD")


def test_the_report_of_a_period_is_one_record():
    data = published().data
    given(*PARTNERS).when(post("report.published", "ANNUAL-2018-19", data, on=DAY)).then_refused("REP-PERIOD")


def test_only_the_business_unit_publishes():
    by_police = Post(**{**vars(published()), "source": "/agencies/POLICE", "by": "recorder@POLICE"})
    given(*PARTNERS).when(by_police).then_refused("REP-BY")


@pytest.mark.parametrize("as_at", [3, 4, 1000])
def test_a_report_is_made_of_entries_that_are_there(as_at):
    scenario = given(*PARTNERS).when(published(as_at=as_at))
    if as_at == 3:
        scenario.then_recorded("YR-WHO")
    else:
        scenario.then_refused("REP-LATE")


@pytest.mark.parametrize("day", ["2019-03-31", "2020-03-31", "2020-09-30"])
def test_the_day_up_to_which_an_unfinished_period_is_told_lies_in_it(day):
    given(*PARTNERS).when(published(as_of=day)).then_refused("REP-LATE")
    given(*PARTNERS).when(published(as_of="2020-03-30")).then_recorded("YR-WHO")


def test_each_figure_and_each_file_is_given_once():
    figure = {"id": "FIG-TRN", "version": 1, "value": "3"}
    given(*PARTNERS).when(published(figures=[figure, figure])).then_refused("REP-LATE")
    given(*PARTNERS).when(published(files=[*FILES, FILES[1]])).then_refused("REP-FILES")
    given(*PARTNERS).when(published(files=FILES[1:])).then_refused("REP-FILES")


def test_a_report_made_without_the_ledger_stands_with_its_day_alone():
    elsewhere = {"as_at": "not-stated", "files": "not-stated"}
    afterwards = Post(**{**vars(published(**elsewhere)), "retrospective": True})
    given(*PARTNERS).when(afterwards).then_recorded().then_state(
        lambda report: [(e.published_on, e.as_at) for e in report.editions] == [(date(2020, 9, 30), "not-stated")]
    )
    given(*PARTNERS).when(published(**elsewhere)).then_refused("REP-FILES")
    for half in ({"as_at": "not-stated"}, {"files": "not-stated"}):
        given(*PARTNERS).when(Post(**{**vars(published(**half)), "retrospective": True})).then_refused("REP-FILES")
    given(*PARTNERS, afterwards).when(
        published(day="2020-11-02", edition=2, as_at=3, reason="Made here")
    ).then_recorded("YR-WHO")
    told = ReportPublished.model_validate_json(json.dumps({**published().data, **elsewhere}))
    assert told.sentence() == "Yearly report of 2019-20 published, made without this ledger"


def test_a_later_edition_is_counted_and_says_why():
    first, later = published(), published(day="2020-11-02", edition=2, as_at=3, reason="Two audits came late")
    given(*PARTNERS, first).when(later).then_recorded("YR-WHO").then_state(lambda report: len(report.editions) == 2)
    given(*PARTNERS, first).when(published(day="2020-11-02", as_at=3)).then_refused("REP-EDITION")
    given(*PARTNERS, first).when(published(day="2020-11-02", edition=2, as_at=3)).then_refused("REP-EDITION")
    given(*PARTNERS, first).when(published(edition=2, as_at=1, reason="Back")).then_refused("REP-EDITION")
    given(*PARTNERS).when(published(edition=2, reason="Before the first")).then_refused("REP-EDITION")


def test_a_report_before_its_period_has_ended_is_a_departure():
    given(*PARTNERS).when(published(day="2020-03-31")).then_recorded("REP-EARLY", "YR-WHO")
    given(*PARTNERS).when(published(day="2020-04-01")).then_recorded("YR-WHO")


def test_what_is_sent_out_was_published_by_then():
    given(*PARTNERS, published()).when(circulated(edition=2)).then_refused("REP-CIRC")
    given(*PARTNERS, published()).when(circulated("2020-09-29")).then_refused("REP-CIRC")
    given(*PARTNERS).when(circulated()).then_refused("REC-BEGUN")


def test_it_names_a_group_that_signed_it_off():
    given(LA, POLICE).when(published(as_at=1, signed_off_by="EXECUTIVE")).then_refused("REF-KNOWN")


@pytest.mark.parametrize(
    "bad",
    [
        {"period": "2019-21"}, {"period": "2019-20-Q5"}, {"as_at": 0}, {"files": []}, {"kind": "monthly"},
        {"figures": [{"id": "TRN", "version": 1}]}, {"figures": [{"id": "FIG-TRN", "version": 1, "value": 3}]},
        {"checkpoint": {"root": A, "note": "no end"}}, {"checkpoint": {"root": A, "note": "tab\t\n"}},
    ],
)  # fmt: skip
def test_what_is_no_report_is_not_taken(bad):
    with pytest.raises(ValidationError):
        ReportPublished.model_validate({**published().data, **bad})


def test_the_most_figures_fit_into_an_entry():
    figure = {
        "id": "FIG-CHILDREN-IN-NEED.some-definition-of-average-length.children",
        "version": 12,
        "value": "123456.7",
    }
    note = "é" * 1000 + "\n"
    full = published(figures=[figure] * MOST_FIGURES, checkpoint={"root": A, "note": note}).data
    body = ReportPublished.model_validate_json(json.dumps(full)).model_dump_json(exclude_unset=True)
    assert len(body.encode()) < 64_000


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2019-20", date(2019, 4, 1), date(2020, 3, 31)),
        ("1999-00", date(1999, 4, 1), date(2000, 3, 31)),
        ("2019-20-Q1", date(2019, 4, 1), date(2019, 6, 30)),
        ("2019-20-Q3", date(2019, 10, 1), date(2019, 12, 31)),
        ("2019-20-Q4", date(2020, 1, 1), date(2020, 3, 31)),
    ],
)
def test_the_days_of_a_period(period, first, last):
    assert days_of(period) == (first, last)


def test_it_is_told_in_a_sentence():
    told = ReportPublished.model_validate_json(json.dumps({**published("quarterly", "2019-20-Q2").data, "edition": 3}))
    assert told.sentence() == "Quarterly report of 2019-20-Q2 published, edition 3, as at position 2"
