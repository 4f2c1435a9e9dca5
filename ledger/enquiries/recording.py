"""Lines of enquiry about the record itself: what came late, what departs from a rule, what a correction undermines, what may not be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from ledger.domain.fields import spoken
from ledger.domain.register import FLAG, RULES
from ledger.enquiries.enquiry import Found, Looking, days, enquiry, listed, of
from ledger.projections.amendments import Departures
from ledger.projections.columns import table_of
from ledger.projections.indicators import Indicators
from ledger.projections.recorded_late import RecordedLate
from ledger.projections.tables import Held
from ledger.projections.tables import held as held_rows

SEPARATE = "SEP-SCRUT"


@enquiry(
    "ENQ-LATE",
    "Recorded late",
    source="reference.md GEN-BITEMP; drift-rule pack",
    about_lateness=True,
    drift="days_to_record",
)
def recorded_late(looking: Looking) -> Iterator[Found]:
    """Entries recorded longer after what they tell of, or after it became known, than the partnership's rule on drift allows; where only the month or the year is known, it cannot be told."""
    rule, c = looking.drift, table_of(RecordedLate).c
    for held in looking.held(RecordedLate, c.days > rule.days_to_record.value):
        row = held.row
        what = row.type.replace(".", " ").replace("-", " ")
        known = "" if row.known_on is None else f", known on {spoken(row.known_on)}"
        later = days(row.known_on or row.happened_on, row.recorded_on)
        why = f"{what.capitalize()} on {spoken(row.happened_on)}{known}, recorded {later} later by {row.recordedby}."
        yield of(held, why, held.first_entry, key=held.key)


@enquiry(
    "ENQ-DEPARTURE", "Done against a rule, and recorded", source="events.md: two effects of a rule; the rule named"
)
def departures(looking: Looking) -> Iterator[Found]:
    """Entries that depart from a rule that flags: what a body really did, late or against what it agreed."""
    for held in looking.held(Departures):
        for rule in held.row.rules:
            if rule != SEPARATE:
                yield _departure(held, rule)


@enquiry("ENQ-SCR-SEPARATE", "Scrutiny of one's own work", source="reference.md SEP-SCRUT")
def own_scrutiny(looking: Looking) -> Iterator[Found]:
    """Entries in which whoever scrutinises something also chaired it, decided it or owns it."""
    c = table_of(Departures).c
    for held in looking.held(Departures, c.type.like("scrutiny.%")):
        if SEPARATE in held.row.rules:
            yield _departure(held, SEPARATE)


@enquiry("ENQ-FIG-DEFINITION", "Counted under another definition", source="reference.md FIG-RULE")
def changed_definitions(looking: Looking) -> Iterator[Found]:
    """Indicators whose numbers stand under more than one version of their definition, so that a comparison over time compares unlike things."""
    table = table_of(Indicators)
    same = (table.c.indicator, table.c.definition, table.c.unit)
    question = (
        select(*same)
        .where(held_rows(table, looking.as_at, looking.day))
        .group_by(*same)
        .having(func.count(table.c.definition_version.distinct()) > 1)
        .order_by(*same)
    )
    for indicator, definition, unit in looking.on.execute(question).all():
        rows = looking.held(
            Indicators, table.c.indicator == indicator, table.c.definition == definition, table.c.unit == unit
        )
        versions = sorted({held.row.definition_version for held in rows})
        why = f"{definition.replace('-', ' ')} ({unit.replace('-', ' ')}) stands under versions {listed([str(v) for v in versions])} of its definition."
        yield Found(
            "indicator", indicator.upper(), why, sorted({held.first_entry for held in rows}), key=f"{definition}.{unit}"
        )


def _departure(held: Held[Any], rule: str) -> Found:
    said = next((each.sentence for each in RULES.get(rule, ()) if each.effect is FLAG), "")
    return of(held, f"Departs from {rule}" + (f": {said}" if said else "."), held.first_entry, key=f"{held.key} {rule}")
