"""Figures counted from records: what they count, what they cite, and how they move."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from ledger import regimes
from ledger.figures.period import Period
from ledger.regimes import load_shelf
from tests.figures.telling import YEAR, adopted, agencies, corrected, on, packs, raised, told
from tests.ledger.posting import event


def incident(reference, happened, known, sent, *, children=1):
    reported = on(happened, "incident.reported", f"incident/{reference}", {
        "agency": "LA", "happened_on": happened, "known_on": known, "nature": "serious-harm", "how_many": children,
        "looked_after": False, "care_leaver": False,
    })  # fmt: skip
    decided = on(known, "incident.notification-decided", f"incident/{reference}", {"decision": "notify"})
    notified = on(sent, "incident.notified", f"incident/{reference}", {"sent_on": sent, "to": ["national-panel"]})
    return [reported, decided, notified]


def test_incidents_are_counted_by_the_day_of_their_notification(on_both):
    first = on_both.head
    on_both.tell(
        *incident("INC-1", "2019-03-20", "2019-03-28", "2019-04-02", children=2),
        *incident("INC-2", "2020-03-25", "2020-03-30", "2020-04-01"),
        *incident("INC-3", "2019-06-03", "2019-06-03", "2019-06-20"),
    )
    found = on_both.ask("FIG-SIN")
    assert (found.value, found.basis, found.unit) == (2, "records", "incidents")
    assert found.entries == (first + 1, first + 3, first + 7, first + 9)
    assert {p.code: p.value for p in found.by["nature"]} == {"serious-harm": 2}
    children = on_both.ask("FIG-SIN-CHILDREN")
    assert (children.value, children.entries) == (3, found.entries)


def test_a_notification_is_in_time_by_the_fifth_working_day(on_both):
    on_both.tell(
        *incident("INC-1", "2019-12-18", "2019-12-19", "2019-12-30"),  # over Christmas: reference.md 8.5
        *incident("INC-2", "2019-12-18", "2019-12-19", "2019-12-31"),
    )
    found = on_both.ask("FIG-SIN-5WD")
    assert found.value == Decimal("50.0")
    assert found.numerator is not None and found.denominator is not None
    assert (found.numerator.value, found.denominator.value, found.denominator.id) == (1, 2, "FIG-SIN")
    assert set(found.numerator.entries) < set(found.denominator.entries) == set(found.entries)


def test_a_share_of_nothing_cannot_be_told(ledger):
    found = ledger.ask("FIG-SIN-5WD")
    assert found.value is None
    assert found.wire()["value"] is None
    assert "nothing to take a share of" in found.note
    assert found.denominator is not None and found.denominator.value == 0


def test_a_retracted_notification_does_not_count_from_then_on(ledger):
    ledger.tell(*incident("INC-1", "2019-06-03", "2019-06-03", "2019-06-05"))
    before = ledger.head
    data = {"decided_by": "LA", "reason": "Not met"}
    ledger.tell(on("2019-07-01", "incident.notification-retracted", "incident/INC-1", data))
    assert ledger.ask("FIG-SIN").value == 0
    assert ledger.ask("FIG-SIN", as_at=before).value == 1
    assert ledger.ask("FIG-SIN", Period(date(2019, 4, 1), date(2019, 6, 30))).value == 1


def test_overdue_actions_cite_what_raised_them_and_what_set_their_due_date(on_both):
    (late,) = on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    (moved,) = on_both.tell(raised("ACT-2", "2019-05-01", "2019-06-01"))
    on_both.tell(raised("ACT-3", "2019-05-01", "2020-06-01"))
    (again,) = on_both.tell(
        on(
            "2019-05-20",
            "action.rescheduled",
            "action/ACT-2",
            {"due_on": "2020-03-30", "reason": "Later", "approved_by": "QAS"},
        )
    )
    found = on_both.ask("FIG-ACT-OVERDUE")
    assert (found.value, found.entries) == (2, (late, moved, again))
    assert on_both.ask("FIG-ACT-OVERDUE", Period.day(date(2020, 3, 30))).entries == (late,)
    assert {p.code: p.value for p in found.by["lead_group"]} == {"QAS": 2}


def test_a_correction_moves_a_figure_and_is_cited(on_both):
    (position,) = on_both.tell(raised("ACT-1", "2019-05-01", "2020-06-01"))
    before = on_both.head
    assert (on_both.ask("FIG-ACT-OVERDUE").value, on_both.ask("FIG-ACT-OVERDUE").basis) == (0, "records")
    (correction,) = on_both.tell(corrected("action/ACT-1", position, {"due_on": "2019-06-01"}))
    found = on_both.ask("FIG-ACT-OVERDUE")
    assert (found.value, found.entries) == (1, (position, correction))
    assert on_both.ask("FIG-ACT-OVERDUE", as_at=before).value == 0
    assert on_both.ask("FIG-ACT-RAISED", as_at=before).entries == (position,)


def test_what_is_withdrawn_counts_no_longer(ledger):
    (position,) = ledger.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    ledger.tell(event("action.withdrawn", "action/ACT-1", {"position": position, "reason": "No", "decided_by": "LA"}))
    assert (ledger.ask("FIG-ACT-RAISED").value, ledger.ask("FIG-ACT-RAISED").entries) == (0, ())
    assert ledger.ask("FIG-ACT-RAISED", as_at=position).value == 1


def test_a_completion_of_no_stated_day_is_placed_by_its_sender(ledger):
    ledger.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    done = on("2019-09-01", "action.completed", "action/ACT-1", {"completed_on": "not-stated"})
    (position,) = ledger.tell(done | {"timeprecision": "month"})
    assert ledger.ask("FIG-ACT-COMPLETED").entries == (position,)
    assert ledger.ask("FIG-ACT-COMPLETED", Period.year("2020-21")).value == 0


def test_what_is_reopened_was_not_completed(ledger):
    ledger.tell(
        raised("ACT-1", "2019-05-01", "2019-06-01"),
        on("2019-05-20", "action.completed", "action/ACT-1", {"completed_on": "2019-05-20"}),
        on("2019-08-01", "action.reopened", "action/ACT-1", {"reason": "Not so"}),
    )
    assert ledger.ask("FIG-ACT-COMPLETED").value == 0
    assert ledger.ask("FIG-ACT-COMPLETED", Period(date(2019, 4, 1), date(2019, 6, 30))).value == 1


def escalated(reference, day, by="SCHOOL", with_="LA"):
    return on(day, "escalation.raised", f"escalation/{reference}", {
        "raised_on": day, "by_agency": by, "with_agency": with_, "subject_kind": "case", "level_of_need": "not-stated",
        "reason": "threshold", "entry_stage": 1, "narrative": "They disagree",
    })  # fmt: skip


def settled(reference, day):
    return on(day, "escalation.resolved", f"escalation/{reference}", {
        "resolved_on": day, "outcome": "resolved-agreed", "resolved_by": ["SCHOOL", "LA"], "agreed_statement": "So",
        "copied_to_childs_file": True,
    })  # fmt: skip


def test_escalations_are_counted_once_and_the_silent_are_named(on_both):
    on_both.tell(
        escalated("ESC-1", "2019-12-19"), settled("ESC-1", "2019-12-30"),  # five working days, over Christmas
        escalated("ESC-2", "2020-03-02"), settled("ESC-2", "2020-03-04"),
        escalated("ESC-3", "2020-03-31", by="POLICE"),
    )  # fmt: skip
    found = on_both.ask("FIG-ESC")
    assert found.value == 3
    assert {p.code: p.value for p in found.by["by_agency"]} == {"POLICE": 1, "SCHOOL": 2}
    assert {p.code: p.value for p in found.by["outcome"]} == {"not-stated": 1, "resolved-agreed": 2}
    assert on_both.ask("FIG-ESC-RESOLVED").value == 2
    assert on_both.ask("FIG-ESC-DAYS").value == Decimal("3.5")
    silent = on_both.ask("FIG-ESC-ZERO")
    assert [p.code for p in silent.by["agency"]] == ["HEALTH", "LA"]
    assert silent.value == len(silent.entries) == 2


def held(reference, day, **attended):
    rows = [{"seat": seat, "attended": answer} for seat, answer in attended.items()]
    data = {"group": "EXEC", "held_on": day, "attendance": rows, "quorate": True}
    return on(day, "meeting.held", f"meeting/{reference}", data)


def test_attendance_counts_deputies_and_tells_them_apart(on_both):
    seats = [
        {"seat": "health", "title": "Health", "agency": "HEALTH"},
        {"seat": "police", "title": "Police", "agency": "POLICE"},
    ]
    group = {"name": "Executive", "chair_role": "chair", "members": seats, "meeting_frequency": "quarterly",
             "established_on": "2019-04-01"}  # fmt: skip
    on_both.tell(
        on("2019-04-01", "group.established", "group/EXEC", group),
        held("MTG-1", "2019-06-03", health="member", police="deputy"),
        held("MTG-2", "2019-09-02", health="absent", police="member"),
        held("MTG-3", "2019-12-02", health="not-stated", police="apologies"),
    )
    found = on_both.ask("FIG-ATT")
    assert found.value == Decimal("60.0")
    assert {p.code: (p.numerator, p.denominator) for p in found.by["agency"]} == {"HEALTH": (1, 2), "POLICE": (2, 3)}
    assert {p.code: p.value for p in found.by["seat"]} == {
        "EXEC: health": Decimal("50.0"),
        "EXEC: police": Decimal("66.7"),
    }
    assert on_both.ask("FIG-ATT-DEPUTY").value == Decimal("20.0")
    assert on_both.ask("FIG-ATT-MEETINGS").value == 3


def delivered(reference, course, *places, **more):
    booked, completed, cancelled, missed = places
    data = {"course": course, "title": course, "booked": booked, "completed": completed, "cancelled": cancelled,
            "did_not_attend": missed, "no_outcome": "not-stated", "delivered_on": "2019-09-02"} | more  # fmt: skip
    return on("2019-09-02", "training.delivered", f"training/{reference}", data)


def test_places_add_up_and_what_is_not_stated_leaves_the_sum_open(on_both):
    on_both.tell(delivered("TRN-1", "neglect", 10, 6, 2, 1), delivered("TRN-2", "neglect", 5, 5, 0, 0))
    told = {
        id_: on_both.ask(id_).value
        for id_ in ("FIG-TRN", "FIG-TRN-COMPLETED", "FIG-TRN-CANCELLED", "FIG-TRN-NO-OUTCOME")
    }
    assert told == {"FIG-TRN": 15, "FIG-TRN-COMPLETED": 11, "FIG-TRN-CANCELLED": 2, "FIG-TRN-NO-OUTCOME": 1}
    assert on_both.ask("FIG-TRN-RATE").value == Decimal("73.3")
    on_both.tell(delivered("TRN-3", "thresholds", 4, "not-stated", 0, 0))
    found = on_both.ask("FIG-TRN-COMPLETED")
    assert found.value is None
    assert "1 of 3 do not state it; the others come to 11." in found.note
    assert on_both.ask("FIG-TRN").value == 19


def line(reference, name, day="2020-05-04", **data):
    return on(day, f"finance.{name}", f"finance/{reference}", {"year": "2019-20"} | data)


def test_money_is_exact_to_the_penny_and_entered_after_the_year(on_both):
    assert on_both.ask("FIG-FIN").value is None
    on_both.tell(
        line("FIN-1", "contributed", agency="LA", amount=1_000_010),
        line("FIN-2", "received", head="fees", title="Fees", amount=5),
        line("FIN-3", "spent", head="staff", title="Staff", amount=1_000_115),
        line("FIN-4", "reserve-moved", direction="from-reserve", amount=100),
        line("FIN-5", "contributed", agency="LA", amount=7, year="2020-21"),
    )
    assert str(on_both.ask("FIG-FIN").value) == "10000.15"
    assert str(on_both.ask("FIG-FIN-SURPLUS").value) == "-1.00"
    assert str(on_both.ask("FIG-FIN-RESERVE").value) == "-1.00"
    assert [(p.code, str(p.value)) for p in on_both.ask("FIG-FIN-CONTRIBUTED").by["agency"]] == [("LA", "10000.10")]


def planned(reference, topic):
    data = {"kind": "multi-agency-themed", "programme_year": "2019-20", "topic": topic}
    return on("2019-04-01", "audit.planned", f"audit/{reference}", data)


def audited(reference, day, *gaps, **begins):
    events = [on(day, "audit.held", f"audit/{reference}", {"held_on": day, "cases_sampled": 15} | begins)]
    for number, theme in enumerate(gaps, 1):
        data = {"number": number, "kind": "gap", "themes": [theme], "text": "A gap"}
        events.append(on(day, "audit.finding-recorded", f"audit/{reference}", data))
    return events


def test_planned_and_held_audits_and_the_gaps_found_again(on_both):
    on_both.tell(planned("AUD-1", "neglect"), planned("AUD-2", "exploitation"))
    on_both.tell(*audited("AUD-1", "2019-09-02", "information-sharing-with-gps", "supervision"))
    begins = {"kind": "multi-agency-themed", "topic": "think-family"}
    on_both.tell(*audited("AUD-3", "2019-10-01", "information-sharing-with-gps", **begins))
    ids = ("PLANNED", "PLANNED-HELD", "UNPLANNED", "NOT-HELD", "CASES", "GAPS", "ASSURANCES", "REPEAT")
    assert {id_: on_both.ask(f"FIG-AUD-{id_}").value for id_ in ids} == {
        "PLANNED": 2, "PLANNED-HELD": 1, "UNPLANNED": 1, "NOT-HELD": 1, "CASES": 30, "GAPS": 3, "ASSURANCES": 0, "REPEAT": 1,
    }  # fmt: skip
    assert on_both.ask("FIG-AUD").value == 2
    repeated = on_both.ask("FIG-AUD-REPEAT")
    assert [p.code for p in repeated.by["theme"]] == ["information-sharing-with-gps"]
    assert len(repeated.entries) == 2


def test_returns_in_time_by_the_final_deadline_and_after_pursuit(on_both):
    on_both.tell(
        on(
            "2019-09-02",
            "audit.issued",
            "audit/S175",
            {
                "kind": "section-157-175",
                "issued_on": "2019-09-02",
                "asked": ["SCHOOL", "HEALTH", "POLICE", "LA"],
                "deadline": "2019-10-01",
                "final_deadline": "2019-11-01",
                "tool": "s175",
                "tool_version": 1,
            },
        )
    )
    for body, day in (("SCHOOL", "2019-10-01"), ("HEALTH", "2019-11-01"), ("POLICE", "2019-11-04")):
        data = {"body": body, "returned_on": day, "self_grades": {"1": "green", "2": "red"}}
        on_both.tell(on(day, "audit.return-received", "audit/S175", data))
    shares = [on_both.ask(id_).value for id_ in ("FIG-S175", "FIG-S175-FINAL", "FIG-S175-ALL")]
    assert shares == [Decimal("25.0"), Decimal("50.0"), Decimal("75.0")]
    assert on_both.ask("FIG-S11").value is None


def test_reviews_in_progress_their_age_and_what_is_late(on_both):
    on_both.tell(
        on("2019-04-01", "review.commissioned", "review/REV-1", {"kind": "lcspr", "decided_on": "2019-04-01"}),
        on("2020-03-01", "review.commissioned", "review/REV-2", {"kind": "thematic", "decided_on": "2020-03-01"}),
        on("2019-06-03", "review.referred", "review/PLR-1", {
            "referred_by": "LA", "considered_by": "QAS", "outcome": "not-progressed", "decided_on": "2019-06-03",
        }),
        on("2020-03-02", "review.recommendation-made", "review/REV-1", {"number": 1, "text": "Share", "themes": ["supervision"]}),
        on("2020-03-02", "review.recommendation-made", "review/REV-1", {"number": 2, "text": "Train"}),
        raised("ACT-1", "2020-03-03", "2020-06-01", source={"kind": "practice-review", "review": "REV-1", "number": 1}),
    )  # fmt: skip
    assert on_both.ask("FIG-LCSPR").value == 2
    assert on_both.ask("FIG-LCSPR-OPEN").value == 2
    late = on_both.ask("FIG-LCSPR-LATE")
    assert (late.value, {p.code: p.value for p in late.by["kind"]}) == (1, {"lcspr": 1})
    age = on_both.ask("FIG-LCSPR-AGE")
    assert {p.code: p.value for p in age.by["kind"]} == {"lcspr": Decimal("365.0"), "thematic": Decimal("30.0")}
    assert age.value == Decimal("197.5")
    assert (on_both.ask("FIG-NONSTAT").value, on_both.ask("FIG-NONSTAT-PROG").value) == (1, 0)
    assert (on_both.ask("FIG-RECS").value, on_both.ask("FIG-RECS-OPEN").value) == (2, 1)


def test_rapid_reviews_due_within_the_year(on_both):
    on_both.tell(
        *incident("INC-1", "2019-06-03", "2019-06-03", "2019-06-05"),
        on("2019-06-06", "rapid-review.convened", "rapid-review/RR-1", {"incidents": ["INC-1"], "chair_role": "chair"}),
        on("2019-06-20", "rapid-review.decided", "rapid-review/RR-1", {"outcome": "lcspr"}),
        on("2019-06-26", "rapid-review.submitted", "rapid-review/RR-1", {"sent_on": "2019-06-26"}),
        *incident("INC-2", "2020-03-02", "2020-03-02", "2020-03-04"),
        on("2020-03-05", "rapid-review.convened", "rapid-review/RR-2", {"incidents": ["INC-2"], "chair_role": "chair"}),
        *incident("INC-3", "2020-03-20", "2020-03-20", "2020-03-23"),
        on("2020-03-24", "rapid-review.convened", "rapid-review/RR-3", {"incidents": ["INC-3"], "chair_role": "chair"}),
    )
    found = on_both.ask("FIG-RR-15")
    assert found.numerator is not None and found.denominator is not None
    assert (found.numerator.value, found.denominator.value, found.value) == (1, 2, Decimal("50.0"))
    decided = on_both.ask("FIG-RR")
    assert (decided.value, [(p.code, p.value) for p in decided.by["outcome"]]) == (1, [("lcspr", 1)])


def test_a_rapid_review_of_two_incidents_is_due_by_the_earlier_notification_however_long_ago(on_both):
    """It is due in the first year, and in no other: the second incident, notified months later, gives it no second due day."""
    on_both.tell(
        *incident("INC-1", "2019-12-02", "2019-12-02", "2019-12-04"),
        *incident("INC-2", "2020-03-23", "2020-03-23", "2020-03-25"),
        on("2020-03-26", "rapid-review.convened", "rapid-review/RR-1", {"incidents": ["INC-1", "INC-2"], "chair_role": "chair"}),
    )  # fmt: skip
    due = {year: on_both.ask("FIG-RR-15", Period.year(year)).denominator for year in ("2019-20", "2020-21")}
    assert {year: side and side.value for year, side in due.items()} == {"2019-20": 1, "2020-21": 0}


def test_a_rapid_review_is_due_in_the_year_however_long_a_local_pack_allows_for_it(tmp_path):
    shipped = (Path(regimes.__file__).parent / "wt18@1.toml").read_text()
    longer = shipped.replace('id = "wt18"', 'id = "local"').replace("value = 15", "value = 120")
    (tmp_path / "local@1.toml").write_text(longer)
    local = [pack for pack in load_shelf(tmp_path) if pack.id == "local"]
    with told(str(tmp_path / "ledger.sqlite"), [*packs(), *adopted(local), *agencies()], local=tmp_path) as ledger:
        ledger.tell(
            *incident("INC-1", "2019-11-04", "2019-11-04", "2019-11-06"),
            on("2019-11-07", "rapid-review.convened", "rapid-review/RR-1", {"incidents": ["INC-1"], "chair_role": "chair"}),
        )  # fmt: skip
        due = {year: ledger.ask("FIG-RR-15", Period.year(year)).denominator for year in ("2019-20", "2020-21")}
    assert {year: side and side.value for year, side in due.items()} == {"2019-20": 0, "2020-21": 1}


def test_the_answer_says_everything_it_takes_to_check_it(ledger):
    ledger.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    wire = ledger.ask("FIG-ACT-OVERDUE", YEAR).wire()
    assert {
        "id",
        "caption",
        "value",
        "unit",
        "kind",
        "by",
        "numerator",
        "denominator",
        "definition",
        "version",
        "entries",
    } <= set(wire)
    assert (wire["id"], wire["value"], wire["kind"], wire["when"], wire["as_at"]) == (
        "FIG-ACT-OVERDUE", 1, "snapshot", "2020-03-31", ledger.head,
    )  # fmt: skip
