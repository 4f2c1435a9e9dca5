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


def incident(**more: Any) -> list[dict[str, Any]]:
    data = {"agency": "HEALTH", "happened_on": "2019-12-13", "known_on": "2019-12-16", "nature": "serious-harm", "how_many": 1,
            "children": [], "features": ["neglect"], "looked_after": False, "care_leaver": False, "agencies_involved": ["HEALTH"],
            "summary": "Words."}  # fmt: skip
    return [on("2019-12-13", "incident.reported", "incident/INC-1", data | more)]


def notified(day: str) -> dict[str, Any]:
    return on(day, "incident.notified", "incident/INC-1", {"sent_on": day, "to": ["national-panel"]})


def rapid_review(*sent: str) -> list[dict[str, Any]]:
    name, members = "rapid-review/RR-1", [{"agency": "LA", "role": "head-of-service"}]
    convened = {"incidents": ["INC-1"], "members": members, "chair_role": "independent-chair"}
    return [on("2020-01-02", "rapid-review.convened", name, convened),
            *(on(day, "rapid-review.submitted", name, {"sent_on": day}) for day in sent)]  # fmt: skip


def test_a_notification_is_late_from_the_day_after_its_fifth_working_day_until_it_is_decided_against(on_both):
    """Aware on Monday 16 December 2019: due on Monday 23 December."""
    (position,) = on_both.tell(*incident())
    assert look(on_both, "ENQ-SIN-LATE", as_of=date(2019, 12, 23)) == []
    (found,) = look(on_both, "ENQ-SIN-LATE", as_of=date(2019, 12, 24))
    assert (found["record"], found["reference"], found["entries"]) == ("incident", "INC-1", [position])
    assert "due by 23 December 2019 under wt26-unverified@1, not done 1 day later." in found["reason"]
    (decided,) = on_both.tell(
        on("2019-12-30", "incident.notification-decided", "incident/INC-1", {"decision": "do-not-notify"})
    )
    assert look(on_both, "ENQ-SIN-LATE", as_of=date(2020, 1, 31)) == []
    (earlier,) = look(on_both, "ENQ-SIN-LATE", as_of=date(2020, 1, 31), as_at=decided - 1)
    assert earlier["reason"].endswith("not done 39 days later.")


def test_a_notification_and_a_rapid_review_sent_late_say_so_for_good(on_both):
    """Notified on Tuesday 31 December 2019: the fifteenth working day after it is 22 January 2020, New Year's Day left out."""
    on_both.tell(*incident(), notified("2019-12-31"), *rapid_review("2020-01-22"))
    (found,) = look(on_both, "ENQ-SIN-LATE", "ENQ-RR-LATE", as_of=date(2020, 6, 1))
    assert (found["id"], found["reason"].endswith("done on 31 December 2019, 8 days later.")) == ("ENQ-SIN-LATE", True)


def test_a_rapid_review_is_told_under_its_incident_until_it_is_convened(on_both):
    on_both.tell(*incident(), notified("2019-12-20"))
    (waiting,) = look(on_both, "ENQ-RR-LATE", as_of=date(2020, 2, 1))
    on_both.tell(*rapid_review("2020-01-20"))
    (late,) = look(on_both, "ENQ-RR-LATE", as_of=date(2020, 2, 1))
    assert [(each["record"], each["reference"]) for each in (waiting, late)] == [
        ("incident", "INC-1"),
        ("rapid-review", "RR-1"),
    ]
    assert late["reason"].endswith("done on 20 January 2020, 5 days later.")
    assert late["key"] == "ENQ-RR-LATE rapid-review/INC-1"


def test_what_the_panel_owes_is_a_line_of_its_own(on_both):
    on_both.tell(*incident(), notified("2019-12-20"), *rapid_review("2020-01-10"))
    assert look(on_both, "ENQ-RR-LATE", as_of=date(2020, 6, 1)) == []
    assert look(on_both, "ENQ-RR-PANEL", as_of=date(2020, 1, 10)) == []
    (found,) = look(on_both, "ENQ-RR-PANEL", as_of=date(2020, 6, 1))
    assert (found["record"], found["reference"]) == ("rapid-review", "RR-1")
    assert found["reason"].endswith("due by 31 January 2020 under wt26-unverified@1, not done 122 days later.")
    reply = {"replied_on": "2020-01-13", "agrees": True}
    on_both.tell(on("2020-01-13", "rapid-review.panel-replied", "rapid-review/RR-1", reply))
    assert look(on_both, "ENQ-RR-PANEL", as_of=date(2020, 6, 1)) == []


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
        past.tell(*({**each, "retrospective": True} for each in incident()))
        assert look(past, "ENQ-REV-LATE", "ENQ-REP-LATE", "ENQ-SIN-LATE", as_of=day) == []
        past.tell({**notified("2020-01-08"), "retrospective": True})
        assert [item["id"] for item in look(past, "ENQ-SIN-LATE", "ENQ-RR-LATE", as_of=day)] == ["ENQ-SIN-LATE"]
        past.tell({**published("2019-20", "2020-09-01"), "retrospective": True})
        (found,) = look(past, "ENQ-REP-LATE", as_of=day)
        assert found["reason"].endswith("done on 1 September 2020, 123 days later.")
