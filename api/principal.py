"""Who is speaking. Until sign-in exists, each source has one named development principal; this is the one place that decides it."""

from __future__ import annotations

BUSINESS_UNIT = "/business-unit"
AGENCIES = "/agencies/"


def principal(source: str) -> str:
    """`role@agency` of whoever posts from a source: `business-unit@BU`, or `partner-submitter@X` for `/agencies/X`."""
    if source == BUSINESS_UNIT:
        return "business-unit@BU"
    return f"partner-submitter@{source.removeprefix(AGENCIES)}"
