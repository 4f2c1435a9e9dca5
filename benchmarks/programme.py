"""What else a partnership has in hand, so that every list of a long ledger holds rows: reviews, audits, meetings, disputes, risks and the rest."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.lives import AGENCIES, FIRST, FIRST_DAY, KINDS, PARTNERS, SENTENCE, Life, Posted, Story, told_as
from ledger.domain.calendar import days_of
from ledger.domain.children import child_reference
from ledger.figures import FIGURES
from ledger.figures.period import QUARTERS

FILES = [{"format": name, "sha256": 64 * "a"} for name in ("json", "csv", "csvw", "html", "xlsx", "pdf")]
COUNTED = [{"id": id_, "version": 1, "value": "7"} for id_ in FIGURES]
"""What an edition says of its files and figures: nothing is worked out of either here, and only their number matters."""


def _review(number: str, day: date, draw: random.Random) -> Life:
    """An incident that is notified, looked at in a rapid review and then in a practice review with two recommendations."""
    known = day + timedelta(days=draw.randint(0, 3))
    incident, rapid, review = f"RVI-{number}", f"RR-{number}", f"REV-{number}"
    reported = {
        "agency": draw.choice(PARTNERS), "happened_on": str(day), "known_on": str(known), "nature": "serious-harm", "how_many": 1,
        "children": [child_reference(draw.randbytes(8))], "features": ["neglect"], "looked_after": False, "care_leaver": False, "agencies_involved": ["HEALTH"],
        "summary": SENTENCE,
    }  # fmt: skip
    notified, sent = known + timedelta(days=draw.randint(3, 12)), draw.randint(25, 60)
    yield from told_as("incident", incident, day, [
        ("reported", 0, reported),
        ("view-stated", 3, {"partner": "LA", "sector": "local-authority", "view": "notify", "reasons": SENTENCE}),
        ("notification-decided", 4, {"decision": "notify"}),
        ("notified", (notified - day).days, {"sent_on": str(notified), "to": ["national-panel", "ofsted"]}),
    ])  # fmt: skip
    members = [{"agency": code, "role": "designated-lead"} for code in PARTNERS]
    positions = [{"agency": code, "position": draw.choice(("agree", "agree", "dissent")), "reasons": SENTENCE} for code in PARTNERS]  # fmt: skip
    yield from told_as("rapid-review", rapid, day, [
        ("convened", 18, {"incidents": [incident], "members": members, "chair_role": "independent-chair"}),
        ("met", 22, {"held_on": str(day + timedelta(days=22)), "attendance": [each | {"attended": "member"} for each in members]}),
        ("decided", 22, {"outcome": "lcspr", "criteria": [{"criterion": "recurrent-themes", "met": True}], "positions": positions,
                         "rationale": SENTENCE}),
        ("submitted", sent, {"sent_on": str(day + timedelta(days=sent))}),
        ("panel-replied", sent + 20, {"replied_on": str(day + timedelta(days=sent + 20)), "agrees": True, "advice": SENTENCE}),
    ])  # fmt: skip
    ended = draw.randint(150, 300)
    yield from told_as("review", review, day, [
        ("commissioned", 30, {"kind": "lcspr", "incidents": [incident], "rapid_reviews": [rapid], "decided_on": str(day + timedelta(days=30))}),
        ("paused", 60, {"ground": "criminal", "paused_on": str(day + timedelta(days=60))}),
        ("resumed", 90, {"resumed_on": str(day + timedelta(days=90))}),
        ("recommendation-made", 120, {"number": 1, "text": SENTENCE, "to": ["HEALTH"], "themes": ["strategy-meetings"]}),
        ("recommendation-made", 120, {"number": 2, "text": SENTENCE, "to": ["LA"], "themes": ["thresholds"]}),
        ("recommendation-declined", 130, {"number": 2, "reasons": SENTENCE}),
        ("shared-with-panel", ended - 8, {"sent_on": str(day + timedelta(days=ended - 8)), "to": ["national-panel"]}),
        ("published", ended, {"published_on": str(day + timedelta(days=ended)), "where": ["partnership-website"], "form": "full"}),
    ])  # fmt: skip


def _escalation(number: str, day: date, draw: random.Random) -> Life:
    """A dispute that goes up one stage, a third of them unanswered, and is settled there."""
    by, with_ = draw.sample(list(AGENCIES), 2)
    raised = {"raised_on": str(day), "by_agency": by, "by_role": "designated-lead", "with_agency": with_, "subject_kind": "case",
              "level_of_need": "partnership-plus", "reason": "referral-not-accepted", "entry_stage": 1, "narrative": SENTENCE}  # fmt: skip
    answered = {"stage": 1, "responded_on": str(day + timedelta(days=2)), "decider_role": "team-manager", "outcome": "not-agreed",
                "rationale": SENTENCE}  # fmt: skip
    resolved = {"resolved_on": str(day + timedelta(days=12)), "outcome": "resolved-decision-changed", "resolved_by": [by, with_],
                "copied_to_childs_file": True}  # fmt: skip
    story: Story = [("raised", 0, raised)]
    story += [("responded", 2, answered)] if draw.randrange(3) else []
    story += [
        ("advanced", 5, {"to_stage": 2, "advanced_on": str(day + timedelta(days=5)), "reasons": SENTENCE}),
        ("resolved", 12, resolved),
        ("learning-noted", 14, {"text": SENTENCE, "themes": ["thresholds"]}),
    ]
    yield from told_as("escalation", f"ESC-{number}", day, story)


def _audit(number: str, day: date, draw: random.Random) -> Life:
    """Every other one a planned audit with findings, the rest a self-assessment that some bodies do not return."""
    year = _year(day)
    if draw.randrange(2):
        findings = [
            ("finding-recorded", 40, {"number": n, "kind": kind, "themes": ["thresholds"], "agencies": ["LA"], "text": SENTENCE})
            for n, kind in enumerate(("gap", "assurance", "learning"), 1)
        ]  # fmt: skip
        held = {"kind": "multi-agency-themed", "topic": "neglect", "held_on": str(day + timedelta(days=30)), "cases_sampled": 12,
                "agencies": list(PARTNERS)}  # fmt: skip
        yield from told_as("audit", f"AUD-{number}", day, [
            ("planned", 0, {"kind": "multi-agency-themed", "programme_year": year, "topic": "neglect"}),
            ("held", 30, held), *findings,
            ("reported", 60, {"reported_on": str(day + timedelta(days=60)), "to_group": "QAS"}),
        ])  # fmt: skip
        return
    asked = draw.sample(list(AGENCIES), 4)
    issued = {"kind": "section-11", "programme_year": year, "issued_on": str(day), "asked": asked, "deadline": str(day + timedelta(days=60)),
              "tool": "section-11-self-assessment", "tool_version": 3}  # fmt: skip
    returns: Story = [
        ("return-received", later, {"body": body, "returned_on": str(day + timedelta(days=later)), "self_grades": "not-stated"})
        for body, later in zip(asked, sorted(draw.sample(range(40, 75), 3)), strict=False)
    ]  # fmt: skip
    yield from told_as("audit", f"AUD-{number}", day, [("issued", 0, issued), *returns])


def _meeting(number: str, day: date, draw: random.Random) -> Life:
    """A meeting that is planned, and held with a decision, or not held."""
    group, planned = draw.choice(("EXEC", "QAS")), day + timedelta(days=30)
    story: Story = [("scheduled", 0, {"group": group, "planned_on": str(planned)})]
    if draw.randrange(5):
        came = [{"seat": code.lower(), "attended": draw.choice(("member", "deputy", "apologies"))} for code in PARTNERS]
        positions = [{"agency": code, "position": draw.choice(("for", "for", "against"))} for code in PARTNERS]
        decided = {"number": 1, "decision": "plan-peer-review", "title": "Plan a peer review", "positions": positions, "rationale": SENTENCE}  # fmt: skip
        held = {"group": group, "held_on": str(planned), "attendance": came, "quorate": True}
        story += [("held", 30, held), ("decided", 30, decided)]
    else:
        story.append(("not-held", 30, {"group": group, "planned_on": str(planned), "reason": SENTENCE}))
    yield from told_as("meeting", f"MTG-{number}", day, story)


def _scrutiny(number: str, day: date, draw: random.Random) -> Life:
    """Scrutiny with a judgement, a challenge that is mostly answered, and a recommendation."""
    challenged = {"number": 1, "to_agency": draw.choice(PARTNERS), "challenge": SENTENCE, "challenged_on": str(day + timedelta(days=14)),
                  "answer_by": str(day + timedelta(days=28))}  # fmt: skip
    recommended = {"number": 1, "text": SENTENCE, "to_agencies": ["LA"], "themes": ["thresholds"], "recommended_on": str(day + timedelta(days=14))}  # fmt: skip
    story: Story = [
        ("undertaken", 0, {"by": "independent-scrutineer", "method": "dip-sample", "area": "threshold-decisions", "undertaken_on": str(day)}),
        ("judged", 14, {"area": "threshold-decisions", "judgement": SENTENCE, "judged_on": str(day + timedelta(days=14))}),
        ("challenged", 14, challenged), ("recommended", 14, recommended),
    ]  # fmt: skip
    if draw.randrange(4):
        later = draw.randint(20, 50)
        story.append(
            ("answered", later, {"number": 1, "answer": SENTENCE, "answered_on": str(day + timedelta(days=later))})
        )
    yield from told_as("scrutiny", f"SCR-{number}", day, story)


def _risk(number: str, day: date, draw: random.Random) -> Life:
    """A risk that is scored anew, goes up, and is closed."""
    identified = {"title": "No beds for children detained overnight", "description": SENTENCE, "likelihood": draw.randint(2, 5), "impact": 5,
                  "owner": {"agency": draw.choice(PARTNERS), "role": "designated-lead"}, "identified_on": str(day)}  # fmt: skip
    yield from told_as("risk", f"RSK-{number}", day, [
        ("identified", 0, identified),
        ("rescored", 60, {"likelihood": 1, "impact": 5, "reasons": SENTENCE, "rescored_on": str(day + timedelta(days=60))}),
        ("escalated", 70, {"to_group": "EXEC", "reasons": SENTENCE, "escalated_on": str(day + timedelta(days=70))}),
        ("closed", 200, {"outcome": "accepted", "by_group": "EXEC", "reasons": SENTENCE, "closed_on": str(day + timedelta(days=200))}),
    ])  # fmt: skip


def _priority(number: str, day: date, draw: random.Random) -> Life:
    """A priority with a measure that is taken twice and judged, and a task group that works on it."""
    year, priority = _year(day), f"PRI-{number}"
    measured = [{"measure": "return-interviews-held", "value": f"{draw.randint(50, 99)}.0", "period_from": str(day + timedelta(days=30 * n)),
                 "period_to": str(day + timedelta(days=30 * n + 29))} for n in (1, 2)]  # fmt: skip
    judged = {"progress": "little-progress", "measures": ["return-interviews-held"], "because": "staffing", "reasons": SENTENCE,
              "by_group": "EXEC", "judged_on": str(day + timedelta(days=100))}  # fmt: skip
    yield from told_as("priority", priority, day, [
        ("adopted", 0, {"title": "Children with complex needs", "lead_agency": "POLICE", "from_year": year, "adopted_on": str(day)}),
        ("measure-set", 5, {"measure": "return-interviews-held", "unit": "per-cent", "baseline": "61.5", "target": "90", "direction": "up",
                            "set_on": str(day + timedelta(days=5))}),
        ("measured", 60, measured[0]), ("measured", 90, measured[1]), ("judged", 100, judged),
    ])  # fmt: skip
    started = {"title": "Contextual safeguarding", "lead_role": "designated-lead", "lead_agency": "LA", "objective": SENTENCE,
               "started_on": str(day + timedelta(days=110)), "due_on": str(day + timedelta(days=200)), "priority": priority}  # fmt: skip
    yield from told_as("task-group", f"TFG-{number}", day, [
        ("started", 110, started),
        ("oversight-agreed", 115, {"by_group": "QAS", "agreed_on": str(day + timedelta(days=115))}),
        ("closed", 220, {"closed_on": str(day + timedelta(days=220)), "signed_off_by": "QAS", "embedded_by": "training"}),
    ])  # fmt: skip
    yield from told_as("priority", priority, day, [
        ("closed", 365, {"outcome": "business-as-usual", "closed_on": str(day + timedelta(days=365)), "by_group": "EXEC", "reasons": SENTENCE}),
    ], "last")  # fmt: skip


def _inspection(number: str, day: date, draw: random.Random) -> Life:
    """An inspection with findings, and children who were heard about one of them."""
    reported = {"body": "ofsted", "kind": "jtai", "title": "Joint targeted area inspection", "theme": "exploitation", "reported_on": str(day),
                "agencies": ["LA", "POLICE"]}  # fmt: skip
    findings: Story = [
        ("finding-recorded", 1, {"number": n, "kind": kind, "text": SENTENCE, "themes": ["thresholds"], "agencies": ["LA"]})
        for n, kind in enumerate(("main-finding", "priority-action", "improvement", "strength"), 1)
    ]  # fmt: skip
    yield from told_as("inspection", f"INS-{number}", day, [("reported", 0, reported), *findings])
    heard = {"audience": "children", "forum": "children-in-care-council", "method": "workshop", "how_many": draw.randint(3, 30),
             "heard_on": str(day + timedelta(days=20)), "by_group": "EXEC", "what_was_said": SENTENCE}  # fmt: skip
    yield from told_as("engagement", f"ENG-{number}", day, [
        ("heard", 20, heard),
        ("influenced", 80, {"changed": "practice", "what_changed": SENTENCE, "influenced_on": str(day + timedelta(days=80))}),
    ])  # fmt: skip


def _counted(number: str, day: date, draw: random.Random) -> Life:
    """A dataset of three observations that is restated, and two lines of the accounts."""
    ended = day + timedelta(days=89)
    observations = [
        {"indicator": name, "definition": name, "definition_version": 1, "unit": "children", "kind": "flow", "measure": "count",
         "value": str(draw.randint(100, 999))} for name in ("front-door-contacts", "strategy-meetings-held", "return-interviews-held")
    ]  # fmt: skip
    submitted = {"title": "Quarterly counts", "period_from": str(day), "period_to": str(ended), "document": "Quarterly counts", "observations": observations}  # fmt: skip
    restated = {"observations": [observations[0] | {"value": "99"}], "reason": SENTENCE}
    yield from told_as("dataset", f"DAT-{number}", day, [("submitted", 90, submitted), ("restated", 120, restated)])
    amount, year = draw.randint(10**5, 10**7), _year(day)
    given = {"agency": draw.choice(PARTNERS), "amount": amount, "year": year}
    spent = {"head": "business-unit-staffing", "title": "Business unit staffing", "amount": amount, "year": year}
    yield from told_as("finance", f"FIN-{number}-A", day, [("contributed", 0, given)])
    yield from told_as("finance", f"FIN-{number}-B", day, [("spent", 1, spent)])


def _published(number: str, day: date, draw: random.Random) -> Life:
    """An engagement that is disputed, restricted and held, and a change of the published arrangements."""
    reference = f"ENG-{number}"
    heard = {"audience": "children", "forum": "school-council", "method": "survey", "how_many": draw.randint(3, 30), "heard_on": str(day),
             "by_group": "EXEC"}  # fmt: skip
    yield from told_as("engagement", reference, day, [
        ("heard", 0, heard),
        ("restricted", 10, {"ground": "accuracy-contested", "until": str(day + timedelta(days=40))}),
        ("statement-added", 11, {"position": FIRST, "statement": SENTENCE, "whose": "agency", "agency": "LA"}),
        ("hold-placed", 12, {"authority": "National inquiry", "held_because": SENTENCE}),
        ("unrestricted", 30, {"lifted_because": SENTENCE}),
    ])  # fmt: skip
    arranged = {"edition": f"Edition {number}", "guidance": "wt18", "published_on": str(day), "in_effect_by": str(day + timedelta(days=90)),
                "partners": list(PARTNERS)}  # fmt: skip
    yield from told_as("arrangements", f"ARR-{number}", day, [
        ("published", 0, arranged),
        ("amended", 100, {"areas": ["meeting-frequency"], "what_changed": SENTENCE, "amended_on": str(day + timedelta(days=100)),
                          "in_effect_by": str(day + timedelta(days=120))}),
    ])  # fmt: skip


def reports() -> list[Posted]:
    """The reports of the ten years, each on its day: a quarter's seven weeks after it, a year's six months after it and sent on in a week."""
    told: list[tuple[date, Posted]] = []
    for first in range(FIRST_DAY.year, FIRST_DAY.year + 10):
        year = f"{first}-{(first + 1) % 100:02}"
        for kind, period in (("annual", year), *(("quarterly", f"{year}-Q{number}") for number in QUARTERS)):
            reference = f"{kind.upper()}-{period}"
            published = days_of(period)[1] + timedelta(days=183 if kind == "annual" else 49)
            data = {"kind": kind, "period": period, "published_on": str(published), "as_at": 1, "files": FILES, "figures": COUNTED}  # fmt: skip
            sent = {"to": ["national-panel", "foundations"], "circulated_on": str(published + timedelta(days=7))}
            story: Story = [("published", 0, data), *([("circulated", 7, sent)] if kind == "annual" else [])]
            told += [
                (published + timedelta(days=later), event)
                for (_, later, _), event in zip(story, told_as("report", reference, published, story), strict=True)
            ]
    return [event for _, event in sorted(told, key=lambda each: each[0])]


def _year(day: date) -> str:
    """The year, April to March, in which a day falls: 2019-20."""
    first = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


REST: tuple[Callable[..., Life], ...] = (
    _review, _escalation, _audit, _meeting, _scrutiny, _risk, _priority, _inspection, _counted, _published,
)  # fmt: skip
EVERYTHING = (*KINDS, *REST)
"""Every kind of life, so that each list holds rows."""
