"""Lines of enquiry: where a scrutineer should look, each with its reason and the entries behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

from ledger.enquiries import actions, assurance, judged_anew, late, partnership, recording, scrutiny
from ledger.enquiries.enquiry import REGISTERED, CannotTell, Enquiry, Looking
from ledger.figures.period import Period
from ledger.figures.sources import with_corrections
from ledger.projections.asking import Answer, Asking, Item, answered
from ledger.projections.questions import Question
from ledger.projections.tables import Tables

IN_ORDER = (actions, assurance, late, partnership, scrutiny, recording, judged_anew)
ENQUIRIES: Mapping[str, Enquiry] = MappingProxyType(
    {e.id: e for module in IN_ORDER for e in REGISTERED.values() if e.finds.__module__ == module.__name__}
)
"""Every line of enquiry by id, in the order in which they are told."""
ITSELF = "enquiry"
"""Stands in the place of a record where a line leads to none."""
Told = Literal["found", "cannot-tell"]
FIELDS = ("record", "reference", "key", "id", "title", "reason", "source", "told", "entries")


def enquiries(tables: Tables, asking: Asking) -> Answer:
    """The lines of enquiry: every record that one leads to, with `id` and `title` of the line, its `source`, the `reason` and
    the `entries` behind it. `told` is found, or cannot-tell where a pack that the line goes by was not in force.
    """
    wanted = asking.filters.get("id", tuple(ENQUIRIES))
    lines = [line for line in ENQUIRIES.values() if line.id in ([wanted] if isinstance(wanted, str) else wanted)]
    with tables.reading() as on:
        looking = Looking(
            Period.day(asking.as_of), asking.as_at, asking.packs_then, tables, on, histories=asking.histories
        )
        items = [item for line in lines for item in _told(line, looking)]
    if (
        sees := asking.sees
    ) is not None:  # what a line says of itself is no record, and is withheld from nobody who may ask
        asking = replace(asking, sees=lambda name: name.startswith(f"{ITSELF}/") or sees(name))
    return answered(items, asking, FIELDS)


QUESTION = Question("enquiries", enquiries, FIELDS, closed={"id": tuple(ENQUIRIES), "told": get_args(Told)})


def _told(line: Enquiry, looking: Looking) -> Iterator[Item]:
    try:
        for found in line.finds(looking):
            entries = with_corrections(looking, {position for position in found.entries if position is not None})
            key = f"{line.id} {found.key}".strip()
            yield _item(line, found.record, found.reference, key, found.why) | {
                "told": "found",
                "entries": list(entries),
            }
    except CannotTell as cannot:
        yield _item(line, ITSELF, line.id, line.id, f"Cannot tell. {cannot}") | {
            "told": "cannot-tell",
            "entries": [],
        }


def _item(line: Enquiry, record: str, reference: str, key: str, reason: str) -> Item:
    named = {"record": record, "reference": reference, "key": key}
    return named | {"id": line.id, "title": line.title, "reason": reason, "source": line.source}
