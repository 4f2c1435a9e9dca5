"""Yearly reports and practice reviews that came after their time, or never did."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.enquiries.test_enquiries import OPENED, look
from tests.figures.telling import agencies, on, packs, told


def published(period: str, day: str) -> dict[str, Any]:
    files = [{"format": "json", "sha256": "a" * 64}]
    data = {"kind": "annual", "period": period, "published_on": day, "as_at": 1, "files": files}
    return on(day, "report.published", f"report/ANNUAL-{period}", data)


def sent(period: str, day: str) -> dict[str, Any]:
    data = {"to": ["national-panel", "foundations"], "circulated_on": day}
    return on(day, "report.circulated", f"report/ANNUAL-{period}", data)


def commissioned(day: str) -> dict[str, Any]:
    return on(day, "review.commissioned", "review/REV-1", {"kind": "thematic", "decided_on": day})


def test_a_yearly_report_that_came_late_or_was_sent_late_is_told(on_both):
    first, *_ = on_both.tell(published("2018-19", "2019-09-30"), sent("2018-19", "2019-10-02"))
    on_both.tell(published("2019-20", "2021-02-08"), sent("2019-20", "2021-02-20"))
    on_the_day = {item["key"] for item in look(on_both, "ENQ-REP-LATE", as_of=date(2020, 9, 30))}
    assert "ENQ-REP-LATE yearly-report" not in on_the_day
    overdue = {item["key"]: item for item in look(on_both, "ENQ-REP-LATE", as_of=date(2020, 10, 1))}
    assert overdue["ENQ-REP-LATE yearly-report"]["reason"].endswith("not done 1 day later.")
    assert overdue["ENQ-REP-LATE yearly-report"]["entries"][0] == first
    told = {(item["reference"], item["key"].split()[1]): item["reason"] for item in look(on_both, as_of=date(2021, 3, 1)) if item["id"] == "ENQ-REP-LATE"}  # fmt: skip
    assert told["ANNUAL-2018-19", "yearly-report"].endswith("done on 8 February 2021, 131 days later.")
    assert told["ANNUAL-2019-20", "circulation/1"].endswith("done on 20 February 2021, 5 days later.")
    assert ("ANNUAL-2018-19", "circulation/1") not in told


def test_a_review_that_is_not_published_in_time_is_told_from_the_day_after(on_both):
    (position,) = on_both.tell(commissioned("2019-05-01"))
    assert look(on_both, "ENQ-REV-LATE", as_of=date(2019, 11, 1)) == []
    (found,) = look(on_both, "ENQ-REV-LATE", as_of=date(2019, 11, 2))
    assert (found["record"], found["reference"], found["entries"]) == ("review", "REV-1", [position])
    assert "due by 1 November 2019 under " in found["reason"] and found["reason"].endswith("not done 1 day later.")


def test_of_history_entered_afterwards_only_what_says_itself_that_it_was_late(tmp_path):
    with told(str(tmp_path / "past.sqlite"), [OPENED, *packs(), *agencies()]) as past:
        past.tell(*({**each, "retrospective": True} for each in (commissioned("2019-05-01"), published("2018-19", "2019-05-01"))))  # fmt: skip
        day = date(2021, 3, 1)
        assert look(past, "ENQ-REV-LATE", "ENQ-REP-LATE", as_of=day) == []
        past.tell({**published("2019-20", "2020-09-01"), "retrospective": True})
        (found,) = look(past, "ENQ-REP-LATE", as_of=day)
        assert found["reason"].endswith("done on 1 September 2020, 123 days later.")
