"""The invented year asked as people ask: filtered, in order, page by page, as at a position and as of a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from ledger.projections import ask
from ledger.projections.asking import Answer, Asking, Seen, UnknownField, UnknownPlace
from ledger.projections.attendance import attendance
from ledger.projections.decisions import Decisions
from ledger.projections.partnership import Agencies
from ledger.projections.questions import BY_NAME
from ledger.projections.review_tracker import review_tracker

END = date(2025, 6, 30)
QUESTIONS = (
    ask.actions, ask.escalations, ask.audits, ask.training, ask.training_evaluations, ask.finance, ask.indicators,
    attendance, review_tracker,
)  # fmt: skip


@pytest.fixture
def asking(year) -> Asking:
    return Asking(year.head, END, year.packs)


def references(answer: Answer) -> list[str]:
    return [item["reference"] for item in answer.items]


def one(answer: Answer, reference: str) -> dict:
    (item,) = [item for item in answer.items if item["reference"] == reference]
    return item


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_json_and_its_pages_put_together_are_the_whole(question, asked, asking):
    whole = question(asked, asking)
    assert whole.items and whole.total == len(whole.items)
    assert whole.next is None
    assert json.loads(json.dumps(whole.items)) == whole.items
    assert all(item["entries"] == sorted(set(item["entries"])) for item in whole.items)
    paged, after = [], None
    while True:
        page = question(asked, replace(asking, limit=3, after=after))
        assert page.total == whole.total
        paged += page.items
        after = page.next
        if after is None:
            break
    assert paged == whole.items


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_unknown_field_is_named_with_those_there_are(question, asked, asking):
    with pytest.raises(UnknownField, match="There is no field colour; there are"):
        question(asked, replace(asking, filters={"colour": "red"}))
    with pytest.raises(UnknownField):
        question(asked, replace(asking, sort=["-colour"]))
    with pytest.raises(UnknownPlace):
        question(asked, replace(asking, after="nowhere", limit=1))


def test_actions_are_overdue_by_their_due_date_whatever_their_owner_thinks(asked, asking):
    answer = ask.actions(asked, replace(asking, filters={"overdue": "true"}, sort=["-days_over"]))
    assert references(answer) == ["ACT-2024-003", "ACT-2025-001", "ACT-2024-013", "ACT-2025-010", "ACT-2025-005"]
    first = answer.items[0]
    assert (first["days_over"], first["own_rating"], first["rating_by_due"]) == (273, "green", "red")
    assert first["ratings_disagree"] is True
    assert first["clock"]["state"] == "breached"
    earlier = ask.actions(asked, replace(asking, as_of=date(2024, 9, 30)))
    assert one(earlier, "ACT-2024-003")["overdue"] is False
    assert "ACT-2025-001" not in references(earlier)


def test_an_action_put_off_shows_both_its_due_dates(asked, asking):
    moved = one(ask.actions(asked, asking), "ACT-2024-001")
    assert (moved["original_due_on"], moved["due_on"], moved["times_rescheduled"]) == ("2024-08-30", "2024-12-20", 2)
    assert (moved["days_over"], moved["days_over_original"]) == (105, 217)
    assert (moved["state"], moved["closed_kind"], moved["times_reopened"]) == ("closed", "embedded", 1)
    superseded = one(ask.actions(asked, asking), "ACT-2024-004")
    assert superseded["days_over"] == 27


def test_an_escalation_that_nobody_answers_lapses(asked, asking):
    answer = ask.escalations(asked, replace(asking, filters={"lapsed": "true"}))
    assert references(answer) == ["ESC-2024-001"]
    assert [(stage["stage"], stage["clock"]["state"]) for stage in answer.items[0]["stages"]] == [
        (1, "breached"),
        (2, "breached"),
    ]
    climbed = one(ask.escalations(asked, asking), "ESC-2024-002")
    assert [(s["stage"], s["clock"]["state"], s["left_by"]) for s in climbed["stages"]] == [
        (2, "met", "advanced"),
        (3, "met-late", "advanced"),
        (4, "met", "resolved"),
    ]
    assert climbed["working_days_to_end"] == 27


def test_the_audit_programme_tells_planned_from_done(asked, asking):
    answer = ask.audits(asked, asking)
    assert [r for r in references(answer) if one(answer, r)["unplanned"]] == ["AUD-2024-007"]
    assert one(answer, "AUD-2024-004")["state"] == "cancelled"
    assert one(answer, "AUD-2024-008")["outstanding"] is True
    returns = one(answer, "AUD-2024-005")["returns"]
    assert {name: value for name, value in returns.items() if name != "grades"} == {
        "asked": 8, "returned": 7, "on_time": 5, "by_final_deadline": 6, "outstanding": ["AMHT"],
    }  # fmt: skip
    gaps = [
        audit["reference"]
        for audit in answer.items
        for finding in audit["findings"]
        if finding["kind"] == "gap" and "information-sharing-with-gps" in finding["themes"]
    ]
    assert gaps == ["AUD-2024-001", "AUD-2024-002", "AUD-2024-003"]


def test_grades_say_on_which_scale_they_stand_and_keep_what_they_were_moderated_from(asked, asking):
    answer = ask.audits(asked, asking)
    hospital = next(each for each in one(answer, "AUD-2024-005")["returns"]["grades"] if each["body"] == "AHT")
    assert (hospital["self_grades"]["2"], hospital["moderated_grades"]) == ("green", {"2": "amber", "4": "amber"})
    assert one(answer, "AUD-2024-006")["scale_says"] == (
        "Devon section 175 self-assessment: 1 to 4. Best first: 1 (Embedded compliance and high confidence), 2, 3, 4"
    )
    graded = one(answer, "AUD-2024-003")["findings"][0]
    assert (graded["grade"], graded["moderated_grade"]) == ("good", "requires-improvement")
    assert graded["scale_says"].endswith("Best first: outstanding, good, requires-improvement, inadequate")
    assert one(answer, "AUD-2024-001")["scale_says"] is None


def test_the_review_tracker_follows_each_incident_to_publication_with_its_clocks(asked, asking):
    answer = review_tracker(asked, asking)
    assert {item["reference"]: item["stage"] for item in answer.items} == {
        "INC-2024-001": "published",
        "INC-2024-002": "review",
        "INC-2024-003": "published",
        "INC-2024-004": "notification-retracted",
        "INC-2024-005": "review",
        "INC-2024-006": "review",
        "INC-2025-001": "rapid-review-sent",
        "INC-2025-002": "not-notified",
        "INC-2025-003": "rapid-review",
        "REV-2025-002": "not-progressed",
    }
    first = one(answer, "INC-2024-001")
    (review,) = first["reviews"]
    assert (review["clocks"]["publication"]["state"], review["clocks"]["publication"]["left"]) == ("met-late", -85)
    assert review["clocks"]["advance_copy"]["state"] == "met"
    assert [r["answered"] for r in review["recommendations"]] == [True, True, True, True]
    second = one(answer, "INC-2024-002")
    assert second["notification"]["clock"]["state"] == "met-late"
    assert second["notification"]["views"] == {"NALA": "notify", "NAICB": "notify", "NPOL": "notify"}  # one revised
    assert one(answer, "INC-2024-003")["rapid_reviews"][0]["clocks"]["rapid_review"]["left"] == -2


def test_the_tracker_as_at_a_position_knows_nothing_of_what_came_later(asked, asking):
    before = review_tracker(asked, replace(asking, as_at=76, as_of=date(2024, 6, 10)))
    incident = one(before, "INC-2024-002")
    assert (incident["stage"], incident["decision"]) == ("reported", None)
    after = one(review_tracker(asked, replace(asking, as_at=77, as_of=date(2024, 6, 10))), "INC-2024-002")
    assert (after["stage"], after["notification"]["decision"]) == ("not-notified", "do-not-notify")
    assert after["notification"]["dissent"] == ["NAICB", "NPOL"]
    assert after["notification"]["views"]["NALA"] == "do-not-notify"
    corrected = one(review_tracker(asked, asking), "INC-2024-002")["known_on"]
    assert (incident["known_on"], corrected) == ("2024-06-04", "2024-06-03")


def test_every_decision_says_at_which_position_it_can_be_replayed(asked, asking):
    answer = ask.listed(asked, Decisions, replace(asking, filters={"departures": "CWAC-SIN-VOTE"}))
    assert [(item["reference"], item["key"]) for item in answer.items] == [("INC-2024-002", "77")]


def test_attendance_counts_members_and_deputies_of_the_meetings_held(asked, asking):
    answer = attendance(asked, replace(asking, filters={"group": "EXEC"}))
    shares = {item["seat"]: (item["attended"], item["meetings"], item["share"]) for item in answer.items}
    assert shares["lay-member"] == (0, 6, "0.0")
    assert shares["education"] == (3, 4, "75.0")
    assert one(attendance(asked, replace(asking, filters={"seat": "voluntary"})), "QAS")["title"] is not None
    year = attendance(asked, asking, (date(2024, 4, 1), date(2025, 3, 31)))
    assert all(item["last_on"] <= "2025-03-31" for item in year.items)


def test_an_indicator_shows_what_its_parts_give_beside_what_was_printed(asked, asking, year):
    (flagged,) = [entry.position for entry in year.entries if "DAT-PRINTED" in entry.departures]

    def differing(as_at):
        items = ask.indicators(asked, replace(asking, as_at=as_at)).items
        return [(i["printed"], i["computed"]) for i in items if i["printed"] and i["printed"] != i["computed"]]

    assert len(differing(flagged)) == 1
    assert differing(year.head) == []  # it was corrected
    assert one(ask.indicators(asked, asking), "HOSPITAL-2024-25")["value"] == "207"


def test_filters_take_several_values_and_find_what_a_list_holds(asked, asking):
    several = ask.actions(asked, replace(asking, filters={"lead_group": ["PIG", "EXEC"], "open": "true"}))
    assert {item["lead_group"] for item in several.items} == {"PIG", "EXEC"}
    assert all(item["open"] for item in several.items)
    none = ask.actions(asked, replace(asking, filters={"owner_agency": "null"}))
    assert references(none) == ["ACT-2025-007"]
    having = ask.escalations(asked, replace(asking, filters={"learning": "thresholds"}))
    assert references(having) == ["ESC-2024-002"]
    number = ask.escalations(asked, replace(asking, filters={"stage": ["2", "5"]}))
    assert references(number) == ["ESC-2024-001", "ESC-2024-004", "ESC-2025-002"]


def test_what_has_no_value_comes_last_either_way_round(asked, asking):
    for sort in ("closed_on", "-closed_on"):
        days = [item["closed_on"] for item in ask.actions(asked, replace(asking, sort=[sort])).items]
        known = [day for day in days if day is not None]
        assert days == sorted(known, reverse=sort.startswith("-")) + [None] * (len(days) - len(known))
        assert None in days


SETTLED = ("open", "overdue", "late", "done", "outstanding", "unplanned")


def test_the_database_and_the_list_worked_out_item_by_item_agree(asked, asking, year):
    """What is not asked of each record (`sees`) is left to the database: filters, order, pages, and what somebody does not see."""
    then = replace(asking, as_at=year.head * 3 // 4, as_of=date(2025, 1, 31))
    for number, question in enumerate(BY_NAME.values()):
        one_by_one = replace(then, sees=lambda name: True)
        whole = question.answer(asked, one_by_one)
        names = [name for name in question.plain if name != "entries"]
        orders = [["-" * (n % 2) + name, *["-reference"] * (n % 3)] for n, name in enumerate(names[number % 7 :: 7])]
        ways = [{"sort": order, "limit": 3, "skip": 1} for order in orders]
        ways += [
            {"filters": {name: value}, "limit": 4} for name in names if name in SETTLED for value in ("true", "false")
        ]
        for way in ways:
            found, again = (
                question.answer(asked, replace(then, **way)),
                question.answer(asked, replace(one_by_one, **way)),
            )
            assert (found.items, found.total, found.next) == (again.items, again.total, again.next), (
                question.name,
                way,
            )
        hidden = frozenset(item["reference"] for item in whole.items[::2])
        withheld = replace(then, limit=3, sees=lambda name, hidden=hidden: name.partition("/")[2] not in hidden)
        for seen in (Seen(but=hidden), Seen(only=frozenset(i["reference"] for i in whole.items) - hidden)):
            left_out = question.answer(asked, replace(withheld, seen=lambda record, seen=seen: seen))
            assert left_out == question.answer(asked, withheld), (question.name, seen)


def test_a_renamed_agency_goes_by_the_name_of_the_day(asked, asking, year):
    names = {
        day: {i["reference"]: i["name"] for i in ask.listed(asked, Agencies, replace(asking, as_of=day)).items}
        for day in (date(2024, 4, 1), END)
    }
    assert any(names[END][code] != name for code, name in names[date(2024, 4, 1)].items())
