"""Indicators that partnerships publish and this ledger takes from datasets only (reference.md section 7): ids and captions."""

from __future__ import annotations

from typing import NamedTuple


class Indicator(NamedTuple):
    """An indicator of the catalogue: its figure's id, its caption, what it counts, and the section it stands in."""

    id: str
    caption: str
    counts: str
    section: str


_FRONT_DOOR = "Front door and early help"
_PLANS = "Children in need, on plans and looked after"
_RISK = "Exploitation, missing and harm"
_SCHOOL = "Education"
_OTHER = "Other indicators"

INDICATORS = (
    Indicator("FIG-CONTACT", "Contacts", "Anything received at the front door, or the children in it, as its unit says; by source and reason (FD-CONTACT).", _FRONT_DOOR),
    Indicator("FIG-CONV", "Contacts that became referrals", "Referrals as a share of contacts of the same unit (FD-CONV).", _FRONT_DOOR),
    Indicator("FIG-REF", "Referrals", "Requests for service accepted over the threshold; and those within twelve months of another (FD-REREF).", _FRONT_DOOR),
    Indicator("FIG-MASHWD", "Working days to a decision at the front door", "Mean working days from receipt to a decision (FD-1WD).", _FRONT_DOOR),
    Indicator("FIG-EH", "Early help", "Children or families with a plan of early help open, and who leads on it.", _FRONT_DOOR),
    Indicator("FIG-ASSESS", "Assessments", "Child and family assessments completed, and those within 45 working days of the referral (FD-45WD).", _PLANS),
    Indicator("FIG-ICPC", "Child protection conferences in time", "Initial conferences within 15 working days, reviews within their time (FD-ICPC15, FD-RCPC).", _PLANS),
    Indicator("FIG-CIN", "Children in need", "Children in need on the day, as a number or a rate of those aged 0 to 17.", _PLANS),
    Indicator("FIG-CPP", "Children on a child protection plan", "Children on a plan on the day, as a number or a rate of those aged 0 to 17 (FD-CPP).", _PLANS),
    Indicator("FIG-CPREP", "Repeat child protection plans", "Plans begun in the period that are a second or later plan of the child (FD-CPP).", _PLANS),
    Indicator("FIG-CPCAT", "Categories of child protection plans", "Plans on the day by category.", _PLANS),
    Indicator("FIG-LAC", "Children looked after", "Children looked after on the day, as a number or a rate of those aged 0 to 17, and how they are placed.", _PLANS),
    Indicator("FIG-OOA", "Children placed from other authorities", "Children whom other local authorities placed in the area.", _PLANS),
    Indicator("FIG-PF", "Private fostering", "Arrangements known, and new notifications (PF).", _PLANS),
    Indicator("FIG-CE", "Exploitation", "Children assessed as at risk of exploitation, by type; what is counted differs between definitions.", _RISK),
    Indicator("FIG-NRM", "Referrals to the National Referral Mechanism", "Referrals of children and adults (NRM-COUNT).", _RISK),
    Indicator("FIG-MISS", "Missing", "Reports or episodes, children, and interviews on return, as the unit says (MISS).", _RISK),
    Indicator("FIG-DA", "Domestic abuse", "Cases or children discussed at conferences, notifications by police, as the unit says (MARAC-UNIT).", _RISK),
    Indicator("FIG-SELFH", "Attendances at A&E for self-harm", "Attendances of those under 18.", _RISK),
    Indicator("FIG-CUST", "Overnight custody", "Children detained overnight (OVN).", _RISK),
    Indicator("FIG-LADO", "Allegations against those who work with children", "Contacts, referrals and outcomes (LADO-OUT).", _RISK),
    Indicator("FIG-DEATH", "Child deaths", "Cross-referrals with child death review partners; no review of theirs is kept here (CDOP-OUT).", _RISK),
    Indicator("FIG-EDU", "Education", "Children missing education, educated at home, excluded, absent, or not in education, as the unit says (EHE-CME).", _SCHOOL),
    Indicator("FIG-PREV", "Prevent and Channel", "Referrals, and cases adopted (PREV-REF).", _OTHER),
    Indicator("FIG-WEB", "Website", "Visitors and views.", _OTHER),
    Indicator("FIG-POP", "Population", "Residents, or children aged 0 to 17, that rates are taken of.", _OTHER),
)  # fmt: skip
"""In the order of a report."""
BY_ID = {indicator.id: indicator for indicator in INDICATORS}
EXTRA = "Indicators outside the catalogue"


def catalogued(figure: str) -> tuple[Indicator, str] | None:
    """The catalogue's indicator that a figure's id belongs to, and the rest of the id: `FIG-CPP-RATE` is FIG-CPP and `rate`."""
    parts = figure.split("-")
    for n in range(len(parts), 1, -1):
        if (found := BY_ID.get("-".join(parts[:n]))) is not None:
            return found, "-".join(parts[n:]).lower()
    return None
