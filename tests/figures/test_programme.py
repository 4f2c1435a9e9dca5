"""Scrutiny, priorities, risks and voices as figures: what waits stays until it is answered, and nothing counts before it happened."""

from __future__ import annotations

from datetime import date

from ledger.figures.period import Period
from tests.figures.telling import on, raised

JULY = Period(date(2019, 4, 1), date(2019, 7, 31))


def scrutiny(reference="SCR-1", day="2019-06-03", by="scrutineer", **more):
    data = {"by": by, "method": "visit", "area": "front-door", "undertaken_on": day} | more
    return on(day, "scrutiny.undertaken", f"scrutiny/{reference}", data)


def challenge(number, day, agency="LA"):
    data = {"number": number, "to_agency": agency, "challenge": "Why?", "challenged_on": day}
    return on(day, "scrutiny.challenged", "scrutiny/SCR-1", data)


def answer(number, day):
    data = {"number": number, "answer": "So.", "answered_on": day}
    return on(day, "scrutiny.answered", "scrutiny/SCR-1", data)


def values(found, dimension):
    return {part.code: part.value for part in found.by[dimension]}


def test_a_challenge_waits_until_the_day_it_is_answered(on_both):
    on_both.tell(scrutiny(), challenge(1, "2019-06-10"), challenge(2, "2019-06-11", "POLICE"), answer(1, "2019-09-02"))
    assert on_both.ask("FIG-SCR").value == 1
    assert values(on_both.ask("FIG-SCR-CHALLENGES"), "to_agency") == {"LA": 1, "POLICE": 1}
    assert on_both.ask("FIG-SCR-UNANSWERED", JULY).value == 2
    found = on_both.ask("FIG-SCR-UNANSWERED")
    assert (found.value, values(found, "to_agency")) == (1, {"POLICE": 1})


def test_before_any_scrutiny_nobody_can_tell_and_after_it_nought_is_an_answer(ledger):
    assert ledger.ask("FIG-SCR-UNANSWERED").basis != "records"
    ledger.tell(scrutiny(), challenge(1, "2019-06-10"), answer(1, "2019-06-11"))
    assert (ledger.ask("FIG-SCR-UNANSWERED").value, ledger.ask("FIG-SCR-UNANSWERED").basis) == (0, "records")


def test_a_recommendation_has_an_action_or_is_told(on_both):
    made = [
        on("2019-06-10", "scrutiny.recommended", "scrutiny/SCR-1", {
            "number": number, "text": "Do it.", "recommended_on": "2019-06-10", "themes": ["thresholds"],
        })
        for number in (1, 2)
    ]  # fmt: skip
    source = {"kind": "scrutiny", "title": "not-stated", "scrutiny": "SCR-1", "number": 2}
    positions = on_both.tell(scrutiny(), *made, raised("ACT-1", "2019-07-01", "2019-12-31", source=source))
    assert on_both.ask("FIG-SCR-RECS").value == 2
    assert on_both.ask("FIG-SCR-NO-ACTION").entries == (positions[1],)
    assert on_both.ask("FIG-SCR-NO-ACTION", Period.day(date(2019, 6, 30))).value == 2


def test_scrutiny_that_does_not_stand_apart_is_counted(ledger):
    ledger.tell(scrutiny(), scrutiny("SCR-2", by="chair", of={"groups": ["QAS"]}))
    assert (ledger.ask("FIG-SCR").value, ledger.ask("FIG-SCR-OWN").value) == (2, 1)


def priority(reference, day="2019-04-01"):
    data = {"title": f"Priority {reference}", "lead_agency": "LA", "from_year": "2019-20", "adopted_on": day}
    return on(day, "priority.adopted", f"priority/{reference}", data)


def judged(reference, day, progress, because=None):
    data = {"progress": progress, "judged_on": day} | ({"because": because} if because else {})
    return on(day, "priority.judged", f"priority/{reference}", data)


def closed(reference, day, outcome):
    return on(day, "priority.closed", f"priority/{reference}", {"outcome": outcome, "closed_on": day})


def test_little_progress_is_by_the_last_judgement_and_says_why(on_both):
    on_both.tell(
        priority("PRI-1"), priority("PRI-2"), priority("PRI-3"), priority("PRI-4"),
        judged("PRI-1", "2019-06-03", "no-progress", "staffing"), judged("PRI-2", "2019-06-03", "no-progress"),
        judged("PRI-2", "2019-12-02", "good-progress"), closed("PRI-3", "2019-12-02", "not-achieved"),
    )  # fmt: skip
    found = on_both.ask("FIG-NOPROG")
    assert values(found, "priority") == {"PRI-1": 1, "PRI-3": 1}
    assert values(found, "because") == {"not-stated": 1, "staffing": 1}
    assert values(on_both.ask("FIG-NOPROG", JULY), "priority") == {"PRI-1": 1, "PRI-2": 1}
    assert on_both.ask("FIG-PRI").value == 3
    assert on_both.ask("FIG-PRI-UNMEASURED").value == 3
    assert on_both.ask("FIG-NOPROG", Period.year("2020-21")).value == 1


def test_what_was_closed_before_the_period_is_not_of_it(ledger):
    ledger.tell(
        priority("PRI-1"),
        judged("PRI-1", "2019-06-03", "little-progress"),
        closed("PRI-1", "2020-03-02", "not-achieved"),
    )
    assert (ledger.ask("FIG-NOPROG").value, ledger.ask("FIG-NOPROG", Period.year("2020-21")).value) == (1, 0)


def test_risks_stand_by_their_present_score(on_both):
    data = {"title": "No beds", "likelihood": 3, "impact": 4, "owner": "not-stated", "identified_on": "2019-06-03"}
    on_both.tell(
        on("2019-06-03", "risk.identified", "risk/RSK-1", data),
        on("2019-06-03", "risk.identified", "risk/RSK-2", data | {"likelihood": "not-stated"}),
        on("2019-09-02", "risk.rescored", "risk/RSK-1", {"likelihood": 5, "impact": 4, "rescored_on": "2019-09-02"}),
        on("2019-12-02", "risk.closed", "risk/RSK-2", {"outcome": "accepted", "closed_on": "2019-12-02"}),
    )
    assert values(on_both.ask("FIG-RISK"), "likelihood") == {"5": 1}
    assert values(on_both.ask("FIG-RISK", JULY), "likelihood") == {"3": 1, "not-stated": 1}


def heard(reference, day, how_many):
    data = {"audience": "children", "method": "workshop", "how_many": how_many, "heard_on": day}
    return on(day, "engagement.heard", f"engagement/{reference}", data)


def influenced(reference, day, changed):
    data = {"changed": changed, "influenced_on": day}
    return on(day, "engagement.influenced", f"engagement/{reference}", data)


def test_voices_are_counted_and_so_is_what_they_changed(on_both):
    on_both.tell(
        heard("ENG-1", "2019-06-03", 12), heard("ENG-2", "2019-06-04", 5), heard("ENG-3", "2020-04-02", 9),
        influenced("ENG-1", "2019-09-02", "practice"), influenced("ENG-1", "2019-12-02", "training"),
        influenced("ENG-2", "2019-09-02", "nothing"),
    )  # fmt: skip
    assert (on_both.ask("FIG-VOICE").value, on_both.ask("FIG-VOICE-PEOPLE").value) == (2, 17)
    found = on_both.ask("FIG-VOICE-CHANGED")
    assert (found.value, values(found, "changed")) == (1, {"practice": 1, "training": 1})
    assert on_both.ask("FIG-VOICE-CHANGED", JULY).value == 0


def test_inspections_and_their_findings(on_both):
    data = {"body": "ofsted", "kind": "jtai", "reported_on": "2019-09-10"}
    finding = {"number": 1, "kind": "strength", "text": "Good."}
    on_both.tell(
        on("2019-09-10", "inspection.reported", "inspection/INS-1", data),
        on("2019-09-10", "inspection.finding-recorded", "inspection/INS-1", finding),
    )
    assert values(on_both.ask("FIG-INSP"), "kind") == {"jtai": 1}
    assert values(on_both.ask("FIG-INSP-FINDINGS"), "kind") == {"strength": 1}
