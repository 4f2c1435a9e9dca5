"""Lists of words the field has settled on: themes, ways of referral, what reviews are and how they end."""

from __future__ import annotations

from typing import Literal

ConcernTheme = Literal[
    "neglect", "emotional", "physical", "sexual", "sexual-intrafamilial", "sexual-extrafamilial", "domestic-abuse",
    "child-criminal-exploitation", "child-sexual-exploitation", "missing", "radicalisation",
    "modern-slavery-and-trafficking", "honour-based-abuse", "forced-marriage", "fgm", "self-harm", "mental-health",
    "substance-misuse", "bullying", "online-harm", "safe-sleep", "abusive-head-trauma", "harmful-sexual-behaviour",
    "fabricated-illness", "unaccompanied-children", "children-missing-education", "elective-home-education",
    "exclusion", "private-fostering", "gender-identity",
]  # fmt: skip
"""What harms or may harm a child; `gender-identity` is a feature S4 names."""

PracticeTheme = Literal[
    "information-sharing", "information-sharing-with-gps", "voice-of-the-child", "professional-challenge",
    "smart-planning", "contingency-planning", "supervision", "thresholds", "strategy-meetings", "transition",
    "fathers-and-carers", "start-again-syndrome",
]  # fmt: skip
"""What in practice helps or fails a child; sharing with GPs is its own code because it recurs (AUD-REPEAT)."""

Theme = Literal[ConcernTheme, PracticeTheme]

ReferralRoute = Literal[
    "front-door", "emergency-duty-team", "prevent-to-channel", "nrm-child", "nrm-adult-with-consent",
    "nrm-duty-to-notify", "marac", "lado", "cdop", "private-fostering", "return-home-interview",
]  # fmt: skip
"""Ways in which children are referred, counted in datasets only; the ledger is none of them."""

IncidentNature = Literal["death", "serious-harm", "other"]
"""SIN-NATURE."""

SafeguardingPartner = Literal["local-authority", "health", "police"]
"""The sectors of the three safeguarding partners (CA04-16E)."""

NotificationView = Literal["notify", "do-not-notify"]

NotifiedBody = Literal["national-panel", "dfe", "ofsted"]
"""Whom a notification or a report goes to (SIN-WHOM, LCSPR-7WD)."""

RapidReviewOutcome = Literal[
    "no-further-review", "learning-sufficient-from-rapid-review", "local-learning-review", "lcspr",
    "thematic-review", "joint-lcspr", "propose-national-review",
]  # fmt: skip
"""RR-OUTCOME."""

ReviewCriterion = Literal[
    "improvements-needed", "recurrent-themes", "agencies-working-together", "panel-suggests-local-review",
    "single-agency-concern", "no-agency-involvement", "more-than-one-area", "institutional-setting",
]  # fmt: skip
"""What partners weigh before a local review: four criteria (LCSPR-CRIT), then four circumstances (LCSPR-CIRC)."""

ReviewKind = Literal["lcspr", "thematic", "joint", "practice-learning", "scr"]

ReportRecipient = Literal[
    "national-panel", "foundations", "safeguarding-partners", "health-and-wellbeing-board", "community-safety-partnership",
    "safeguarding-adults-board", "police-and-crime-commissioner", "council-committee", "dfe", "other",
]  # fmt: skip
"""Whom a published report is sent to; `foundations` is the What Works Centre, under the name it took in 2022-23 (YR-7D)."""
