"""Each line of enquiry leads to what it says it looks for, and to nothing else; as at any position, as of any day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.event import listen

from ledger.enquiries import ENQUIRIES, enquiries
from ledger.projections.asking import Asking
from tests.figures.telling import Told, agencies, corrected, dataset, observed, on, packs, raised, told
from tests.ledger.posting import event

END, NEXT = date(2020, 3, 31), date(2020, 6, 30)
OPENED = event(
    "ledger.opened",
    "ledger/LEDGER",
    {"origin": "example.org/x", "partnership": "X", "demonstration": True, "retrospective": True},
)


def look(ledger: Told, *ids: str, as_of: date = END, as_at: int | None = None) -> list[dict[str, Any]]:
    """What some lines lead to."""
    position = ledger.head if as_at is None else as_at
    packs_ = ledger.parts.ledger.packs()
    asking = Asking(
        position, as_of, packs_, {"id": list(ids)} if ids else {},
        histories=lambda names: ledger.parts.ledger.records(names, position),
    )  # fmt: skip
    return enquiries(ledger.parts.tables, asking).items


def references(ledger: Told, id_: str, **when: Any) -> list[str]:
    return [item["reference"] for item in look(ledger, id_, **when)]


def act(reference: str, day: str, name: str, **data: Any) -> dict[str, Any]:
    return on(day, f"action.{name}", f"action/{reference}", data)


def completed(reference: str, day: str, *kinds: str) -> dict[str, Any]:
    evidence = [{"kind": kind, "link": "https://example.org/e"} for kind in kinds]
    return act(reference, day, "completed", completed_on=day, **({"evidence": evidence} if kinds else {}))


def assured(reference: str, day: str) -> dict[str, Any]:
    return act(reference, day, "assured", by_group="QAS", assured_on=day)


def meeting(reference: str, day: str, *, held: bool = True, **data: Any) -> dict[str, Any]:
    if held:
        return on(
            day,
            "meeting.held",
            f"meeting/{reference}",
            {"group": "QAS", "held_on": day, "quorate": True, "attendance": "not-stated"} | data,
        )
    return on(day, "meeting.not-held", f"meeting/{reference}", {"group": "QAS", "planned_on": day} | data)


def escalation(reference: str, day: str, by: str = "SCHOOL") -> dict[str, Any]:
    data = {"raised_on": day, "by_agency": by, "with_agency": "LA", "subject_kind": "system", "level_of_need": "not-stated",
            "reason": "threshold", "entry_stage": 1, "narrative": "We disagree"}  # fmt: skip
    return on(day, "escalation.raised", f"escalation/{reference}", data)


def test_every_line_says_what_it_looks_for_and_by_what_source():
    assert len(ENQUIRIES) >= 16
    for line in ENQUIRIES.values():
        assert line.sentence.endswith(".") and line.source and line.title


def test_an_overdue_action_is_told_with_the_entries_behind_it(on_both):
    (position,) = on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    on_both.tell(raised("ACT-2", "2019-05-01", "2020-06-01"))
    (found,) = look(on_both, "ENQ-ACT-DELAY")
    assert (found["record"], found["reference"], found["entries"]) == ("action", "ACT-1", [position])
    assert found["reason"] == "Due on 1 June 2019, 304 days ago."
    assert references(on_both, "ENQ-ACT-DELAY", as_of=date(2019, 6, 1)) == []
    assert references(on_both, "ENQ-ACT-DELAY", as_at=position - 1) == []


def test_an_action_drifts_after_sixty_silent_days(on_both):
    on_both.tell(raised("ACT-1", "2019-05-01", "2020-06-01"), act("ACT-1", "2019-06-01", "progressed", note="On it"))
    assert references(on_both, "ENQ-ACT-DRIFT", as_of=date(2019, 7, 31)) == []
    assert references(on_both, "ENQ-ACT-DRIFT", as_of=date(2019, 8, 1)) == ["ACT-1"]
    on_both.tell(completed("ACT-1", "2019-08-01"))
    assert references(on_both, "ENQ-ACT-DRIFT", as_of=date(2020, 3, 1)) == []


def test_the_actions_of_every_line_are_read_in_one_pass(on_both):
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"), completed("ACT-1", "2019-05-20", "policy-artefact"))
    on_both.tell(raised("ACT-2", "2019-05-01", "2019-06-01"))
    asked: list[str] = []
    listen(on_both.parts.tables.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    found = {(item["id"], item["reference"]) for item in look(on_both)}
    assert {("ENQ-ACT-DELAY", "ACT-2"), ("ENQ-ACT-DRIFT", "ACT-2")} <= found
    assert {("ENQ-ACT-UNASSURED", "ACT-1"), ("ENQ-ACT-ARTEFACT", "ACT-1")} <= found
    assert len([question for question in asked if question.startswith("SELECT action_log.")]) == 1


def test_without_a_drift_rule_two_lines_cannot_tell_and_the_others_do(tmp_path):
    with told(str(tmp_path / "none.sqlite"), [*agencies(), raised("ACT-1", "2019-05-01", "2019-06-01")]) as ledger:
        lines = {item["id"]: item["told"] for item in look(ledger, "ENQ-ACT-DELAY", "ENQ-ACT-DRIFT", "ENQ-ACT-PUT-OFF")}
    assert lines == {"ENQ-ACT-DELAY": "found", "ENQ-ACT-DRIFT": "cannot-tell", "ENQ-ACT-PUT-OFF": "cannot-tell"}


def test_two_later_due_dates_are_drift_and_one_is_not(ledger):
    ledger.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    ledger.tell(act("ACT-1", "2019-05-20", "rescheduled", due_on="2019-08-01", reason="Later", approved_by="QAS"))
    assert references(ledger, "ENQ-ACT-PUT-OFF") == []
    ledger.tell(act("ACT-1", "2019-07-20", "rescheduled", due_on="2019-10-01", reason="Later", approved_by="QAS"))
    (found,) = look(ledger, "ENQ-ACT-PUT-OFF")
    assert "Put off twice" in found["reason"] and "overdue now" in found["reason"]


def test_completion_is_not_assurance_and_assurance_is_not_impact(on_both):
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"), completed("ACT-1", "2019-05-20", "dip-sample"))
    assert references(on_both, "ENQ-ACT-UNASSURED") == ["ACT-1"]
    assert references(on_both, "ENQ-ACT-NO-IMPACT") == []
    on_both.tell(assured("ACT-1", "2019-07-01"))
    assert references(on_both, "ENQ-ACT-UNASSURED") == []
    assert references(on_both, "ENQ-ACT-NO-IMPACT") == ["ACT-1"]
    shown = {"measure": "cases", "unit": "cases", "later_value": "3", "measured_on": "2019-11-01",
             "evidence": [{"kind": "dip-sample", "link": "https://example.org/e"}]}  # fmt: skip
    on_both.tell(act("ACT-1", "2019-11-01", "impact-evidenced", **shown))
    assert references(on_both, "ENQ-ACT-NO-IMPACT") == []


def test_an_artefact_beside_other_evidence_is_not_all_there_is(on_both):
    for n, kinds in enumerate((("policy-artefact",), ("training-artefact", "dip-sample"), ())):
        on_both.tell(raised(f"ACT-{n}", "2019-05-01", "2019-06-01"), completed(f"ACT-{n}", "2019-05-20", *kinds))
    assert references(on_both, "ENQ-ACT-ARTEFACT") == ["ACT-0"]


def test_a_recommendation_wants_an_action_or_a_reasoned_decline(on_both):
    on_both.tell(
        on("2019-05-01", "review.commissioned", "review/REV-1", {"kind": "thematic", "decided_on": "2019-05-01"})
    )
    for n in (1, 2, 3):
        on_both.tell(
            on("2019-06-01", "review.recommendation-made", "review/REV-1", {"number": n, "text": "Do it", "to": ["LA"]})
        )
    on_both.tell(on("2019-07-01", "review.recommendation-declined", "review/REV-1", {"number": 2, "reasons": "No"}))
    on_both.tell(
        raised(
            "ACT-1",
            "2019-07-01",
            "2019-12-01",
            source={"kind": "thematic-review", "review": "REV-1", "number": 3},
        )
    )
    assert [item["reason"][:16] for item in look(on_both, "ENQ-REC-UNANSWERED")] == ["Recommendation 1"]


def test_a_planned_audit_is_held_by_the_end_of_its_year(on_both):
    planned = {"kind": "multi-agency-themed", "programme_year": "2019-20", "topic": "bruising"}
    on_both.tell(*(on("2019-04-01", "audit.planned", f"audit/AUD-{n}", planned) for n in (1, 2, 3)))
    on_both.tell(
        on("2019-09-01", "audit.held", "audit/AUD-1", {"held_on": "2019-09-01", "cases_sampled": 3}),
        on(
            "2019-09-01",
            "audit.cancelled",
            "audit/AUD-2",
            {"cancelled_on": "2019-09-01", "reason": "No"},
        ),
    )
    assert references(on_both, "ENQ-AUD-NOT-HELD") == ["AUD-3"]
    assert references(on_both, "ENQ-AUD-NOT-HELD", as_of=date(2020, 3, 30)) == []


def test_a_gap_that_two_audits_find_recurs(on_both):
    for n, theme in ((1, "supervision"), (2, "supervision"), (3, "thresholds")):
        on_both.tell(
            on(
                f"2019-0{n + 5}-01",
                "audit.held",
                f"audit/AUD-{n}",
                {"held_on": f"2019-0{n + 5}-01", "kind": "deep-dive", "cases_sampled": 3},
            )
        )
        finding = {"number": 1, "kind": "gap", "themes": [theme], "text": "A gap"}
        on_both.tell(on(f"2019-0{n + 5}-01", "audit.finding-recorded", f"audit/AUD-{n}", finding))
    (found,) = look(on_both, "ENQ-AUD-REPEAT")
    assert (found["reference"], found["entries"]) == ("supervision", [on_both.head - 4, on_both.head - 2])
    assert found["reason"] == "A gap in supervision was found by 2 audits: AUD-1 and AUD-2."
    assert references(on_both, "ENQ-AUD-REPEAT", as_of=date(2019, 6, 30)) == []


def test_a_group_that_does_not_meet_drifts(on_both):
    on_both.tell(meeting("M-1", "2019-06-01"))
    assert look(on_both, "ENQ-GRP-NOT-HELD") == []
    on_both.tell(meeting("M-2", "2019-09-01", held=False))
    (found,) = look(on_both, "ENQ-GRP-NOT-HELD")
    assert (found["reference"], found["reason"]) == ("QAS", "1 planned meeting was not held.")


def test_a_quarterly_group_meets_four_times_a_year(on_both):
    on_both.tell(*(meeting(f"M-{n}", day) for n, day in enumerate(("2020-05-01", "2020-08-03", "2020-11-02"))))
    after = date(2021, 3, 31)
    (found,) = look(on_both, "ENQ-GRP-FEWER", as_of=after)
    assert found["reason"] == "To meet quarterly, 4 times a year. Meetings on record in the year to 2 November 2020: 3."
    on_both.tell(meeting("M-4", "2020-06-01"))
    assert references(on_both, "ENQ-GRP-FEWER", as_of=after) == []
    assert references(on_both, "ENQ-GRP-FEWER") == []  # established less than a year before


def test_a_seat_is_filled_by_its_member_or_a_deputy(on_both):
    seats = [{"seat": seat, "title": seat, "agency": "SCHOOL"} for seat in ("heads", "nurses", "lay")]
    on_both.tell(on("2019-04-02", "group.changed", "group/QAS", {"changed_on": "2019-04-02", "members": seats}))
    came = {"heads": "apologies", "nurses": "deputy", "lay": "not-stated"}
    on_both.tell(meeting("M-1", "2019-06-03", attendance=[{"seat": s, "attended": a} for s, a in came.items()]))
    (found,) = look(on_both, "ENQ-GRP-SEAT")
    assert found["reason"] == "heads (SCHOOL): nobody came to the one meeting whose attendance is stated."
    on_both.tell(meeting("M-2", "2019-09-02", attendance=[{"seat": "heads", "attended": "absent"}]))
    (found,) = look(on_both, "ENQ-GRP-SEAT")
    assert found["reason"] == "heads (SCHOOL): nobody came to any of the 2 meetings whose attendance is stated."
    on_both.tell(meeting("M-3", "2019-12-02", attendance=[{"seat": "heads", "attended": "member"}]))
    assert look(on_both, "ENQ-GRP-SEAT") == []
    assert references(on_both, "ENQ-GRP-SEAT", as_of=date(2019, 12, 1)) == ["QAS"]


def test_agencies_that_never_escalate_are_told_once_others_do(on_both):
    assert look(on_both, "ENQ-ESC-SILENT") == []
    on_both.tell(escalation("ESC-1", "2019-05-01", by="HEALTH"))
    assert references(on_both, "ENQ-ESC-SILENT") == ["LA", "POLICE", "SCHOOL"]


def test_an_agency_that_took_over_from_one_that_escalated_is_not_silent(on_both):
    on_both.tell(escalation("ESC-1", "2019-05-01", by="HEALTH"))
    gone = on(
        "2019-07-01", "agency.succeeded", "agency/HEALTH", {"successors": ["SCHOOL"], "succeeded_on": "2019-07-01"}
    )
    on_both.tell(gone)
    assert references(on_both, "ENQ-ESC-SILENT") == ["LA", "POLICE"]


def test_a_stage_lapses_when_its_answer_is_late(on_both):
    """The ladder of St Helens sets no time at stage 1, and one day at stage 2."""

    def up_to_two(reference: str) -> list[dict[str, Any]]:
        name, up = f"escalation/{reference}", {"to_stage": 2, "advanced_on": "2019-05-08", "reasons": "It stands"}
        return [escalation(reference, "2019-05-01"), on("2019-05-08", "escalation.advanced", name, up)]

    answer = {"stage": 2, "responded_on": "2019-05-09", "decider_role": "manager", "outcome": "not-agreed", "rationale": "No"}  # fmt: skip
    on_both.tell(escalation("ESC-1", "2019-05-01"), *up_to_two("ESC-2"), *up_to_two("ESC-3"))
    on_both.tell(on("2019-05-09", "escalation.responded", "escalation/ESC-3", answer))
    assert look(on_both, "ENQ-ESC-LAPSED", as_of=date(2019, 5, 9)) == []
    (found,) = look(on_both, "ENQ-ESC-LAPSED", as_of=date(2019, 5, 10))
    assert found["reference"] == "ESC-2"
    assert found["reason"] == "Stage 2: an answer was due by 9 May 2019 under st-helens-2016@1."


def test_what_is_recorded_late_is_told_by_days(on_both):
    for day in (3, 4):
        on_both.tell(raised(f"ACT-{day}", "2019-05-01", "2021-12-01") | {"time": f"2021-05-0{day}T00:00:00+01:00"})
    found = [item for item in look(on_both, "ENQ-LATE", as_of=date(2021, 6, 1)) if item["record"] == "action"]
    assert [item["reference"] for item in found] == ["ACT-3"]
    assert "recorded 29 days later by business-unit@BU" in found[0]["reason"]


def test_departures_are_told_by_their_rule(on_both):
    on_both.tell(raised("ACT-0", "2019-05-01", "2019-06-01"))
    assert look(on_both, "ENQ-DEPARTURE") == []
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01", owner="not-stated"))
    (found,) = look(on_both, "ENQ-DEPARTURE")
    assert found["reason"].startswith("Departs from ACT-SMART: ")


def test_unlike_definitions_are_told_apart(on_both):
    on_both.tell(dataset("DAT-1", observed("fig-contact", "contacts", "3")))
    assert look(on_both, "ENQ-FIG-DEFINITION", as_of=NEXT) == []
    on_both.tell(dataset("DAT-2", observed("fig-contact", "contacts", "4", definition_version=2)))
    (found,) = look(on_both, "ENQ-FIG-DEFINITION", as_of=NEXT)
    assert (found["reference"], found["entries"]) == ("FIG-CONTACT", [on_both.head - 1, on_both.head])


def test_what_a_withdrawal_undermines_is_judged_anew(on_both):
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    (done,) = on_both.tell(completed("ACT-1", "2019-05-20", "dip-sample"))
    (judged,) = on_both.tell(assured("ACT-1", "2019-07-01"))
    assert look(on_both, "ENQ-COR-REFUSED") == []
    data = {"position": done, "reason": "Wrong", "decided_by": "LA"}
    (withdrawal,) = on_both.tell(event("action.withdrawn", "action/ACT-1", data))
    found = look(on_both, "ENQ-COR-REFUSED")
    assert {item["reference"] for item in found} == {"ACT-1"}
    assert all(item["entries"] == [done, judged, withdrawal] for item in found)
    assert look(on_both, "ENQ-COR-REFUSED", as_at=judged) == []


def test_a_correction_that_changes_nothing_later_undermines_nothing(on_both):
    (position,) = on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    on_both.tell(completed("ACT-1", "2019-05-20"), corrected("action/ACT-1", position, {"due_on": "2019-07-01"}))
    assert look(on_both, "ENQ-COR-REFUSED") == []


def test_history_entered_afterwards_is_outside_enquiries_about_lateness(tmp_path):
    with told(str(tmp_path / "past.sqlite"), [OPENED, *packs(), *agencies()]) as past:
        past.tell(raised("ACT-1", "2019-05-01", "2019-06-01"), escalation("ESC-1", "2019-05-01"))
        past.tell(meeting("M-1", "2019-06-03"))
        about_lateness = [line.id for line in ENQUIRIES.values() if line.about_lateness]
        assert {
            "ENQ-LATE", "ENQ-ACT-DELAY", "ENQ-ESC-LAPSED", "ENQ-ACT-DRIFT", "ENQ-SIN-LATE", "ENQ-RR-LATE", "ENQ-RR-PANEL",
            "ENQ-REV-LATE", "ENQ-REP-LATE",
        } == set(about_lateness)  # fmt: skip
        assert look(past, *about_lateness) == []
        assert references(past, "ENQ-ESC-SILENT") == ["HEALTH", "LA", "POLICE"]


def test_opened_afterwards_holds_as_of_a_day_before_the_opening(database):
    """A group of which no meeting is on record is then no finding: it may well have met."""
    executive = {"name": "Executive", "chair_role": "chair", "members": "not-stated", "meeting_frequency": "quarterly",
                 "established_on": "2019-01-07"}  # fmt: skip
    established = on("2019-01-07", "group.established", "group/EXEC", executive)
    opened = {**OPENED, "time": "2020-06-30T00:00:00+01:00"}
    with told(database, [opened, *packs(), *agencies(), established, meeting("M-1", "2020-03-02")]) as past:
        assert references(past, "ENQ-GRP-FEWER") == []


def test_without_a_drift_rule_it_cannot_be_told(tmp_path):
    with told(str(tmp_path / "bare.sqlite"), agencies()) as bare:
        found = look(bare, "ENQ-ACT-DRIFT", "ENQ-LATE")
        assert {item["told"] for item in found} == {"cannot-tell"}
        assert found[0]["reason"] == "Cannot tell. No rule on drift was in force on 31 March 2020."


def scrutiny(**of: Any) -> dict[str, Any]:
    data = {
        "by": "independent-scrutineer",
        "method": "not-stated",
        "area": "thresholds",
        "undertaken_on": "2019-05-01",
        "of": of,
    }
    return on("2019-05-01", "scrutiny.undertaken", "scrutiny/SCR-1", data)


def challenge(number: int, **to: str) -> dict[str, Any]:
    data = {"number": number, "challenge": "Why?", "challenged_on": "2019-06-03"} | to
    return on("2019-06-03", "scrutiny.challenged", "scrutiny/SCR-1", data)


def test_a_challenge_stays_open_until_it_is_answered(on_both):
    on_both.tell(scrutiny(groups=["QAS"]), challenge(1, to_group="QAS"), challenge(2, to_agency="SCHOOL"))
    answer = {"number": 1, "answer": "Because", "answered_on": "2019-07-01"}
    on_both.tell(on("2019-07-01", "scrutiny.answered", "scrutiny/SCR-1", answer))
    (found,) = look(on_both, "ENQ-SCR-UNANSWERED")
    assert found["reason"] == "Challenge 2 was put to SCHOOL on 3 June 2019, 302 days ago."
    assert len(look(on_both, "ENQ-SCR-UNANSWERED", as_of=date(2019, 6, 30))) == 2


def test_what_is_corrected_after_a_challenge_is_told_with_it(on_both):
    first, second, third = on_both.tell(*(raised(f"ACT-{n}", "2019-05-01", "2019-06-01") for n in (1, 2, 3)))
    on_both.tell(corrected("action/ACT-1", first, {"due_on": "2019-06-10"}))
    (put, _) = on_both.tell(scrutiny(actions=["ACT-1", "ACT-2"]), challenge(1, to_group="QAS"))
    (early, _) = on_both.tell(
        corrected("action/ACT-2", second, {"due_on": "2019-07-01"}),
        corrected("action/ACT-3", third, {"due_on": "2019-07-01"}),
    )
    (found,) = look(on_both, "ENQ-COR-CHALLENGE", as_of=date(2021, 6, 1))
    assert (found["reference"], found["entries"]) == ("ACT-2", [second, put + 1, early])


def test_who_scrutinises_does_not_own_the_action(on_both):
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"))
    (position,) = on_both.tell(
        on("2019-06-03", "scrutiny.undertaken", "scrutiny/SCR-2", {
            "by": "head", "method": "not-stated", "area": "thresholds", "undertaken_on": "2019-06-03",
            "of": {"actions": ["ACT-1"]},
        })
    )  # fmt: skip
    (found,) = look(on_both, "ENQ-SCR-SEPARATE")
    assert (found["reference"], found["entries"]) == ("SCR-2", [position])
    assert "SEP-SCRUT" not in "".join(item["reason"] for item in look(on_both, "ENQ-DEPARTURE"))
    assert look(on_both, "ENQ-SCR-SEPARATE", as_at=position - 1) == []


def test_who_scrutinises_the_work_of_others_is_told_by_no_line(on_both):
    """Neither the owner of the action nor the chair of the group: the scrutineer."""
    on_both.tell(raised("ACT-1", "2019-05-01", "2019-06-01"), scrutiny(actions=["ACT-1"], groups=["QAS"]))
    assert look(on_both, "ENQ-SCR-SEPARATE", "ENQ-DEPARTURE") == []


def test_recommendations_of_scrutineers_and_inspectors_want_actions_too(on_both):
    on_both.tell(
        scrutiny(groups=["QAS"]),
        on("2019-06-03", "scrutiny.recommended", "scrutiny/SCR-1",
           {"number": 1, "text": "Do it", "recommended_on": "2019-06-03", "to_groups": ["QAS"]}),
        on("2019-06-03", "inspection.reported", "inspection/INS-1",
           {"body": "ofsted", "kind": "jtai", "reported_on": "2019-06-03"}),
    )  # fmt: skip
    for number, kind in ((1, "improvement"), (2, "strength")):
        finding = {"number": number, "kind": kind, "text": "It is so"}
        on_both.tell(on("2019-06-03", "inspection.finding-recorded", "inspection/INS-1", finding))
    assert references(on_both, "ENQ-REC-UNANSWERED") == ["INS-1", "SCR-1"]
    source = {"kind": "inspection", "title": "Inspection", "inspection": "INS-1", "number": 1}
    on_both.tell(raised("ACT-1", "2019-07-01", "2019-12-01", source=source))
    assert references(on_both, "ENQ-REC-UNANSWERED") == ["SCR-1"]
