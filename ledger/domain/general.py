"""What may happen to any record: corrected, withdrawn, found to repeat another."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ledger.domain.fields import AgencyCode, LoggedWords, Reference, written_as
from ledger.domain.register import RECORDS, Event, add

Position = Annotated[int, Field(ge=1)]
FieldName = Annotated[str, written_as(r"^[a-z][a-z0-9_]{0,59}$", "the name of a field")]


class Corrected(Event):
    """A fact of an earlier event was wrong; whole fields get new values, `time` included (RGT-RECT)."""

    position: Position
    changes: dict[FieldName, Any] = Field(min_length=1)
    reason: LoggedWords

    def sentence(self) -> str:
        return f"Entry {self.position} was corrected: {', '.join(sorted(self.changes)).replace('_', ' ')}"


class Withdrawn(Event):
    """An earlier event should not have been recorded; it counts nowhere from here on, and stays visible in replays."""

    position: Position
    reason: LoggedWords
    decided_by: AgencyCode

    def sentence(self) -> str:
        return f"Entry {self.position} was withdrawn, as {self.decided_by} decided"


class DuplicateOf(Event):
    """This record repeats another of its kind and is folded into it for every count."""

    duplicate_of: Reference

    def sentence(self) -> str:
        return f"Found to repeat {self.duplicate_of}, and counted with it from here on"


GENERAL: dict[str, type[Event]] = {"corrected": Corrected, "withdrawn": Withdrawn, "duplicate-of": DuplicateOf}


def register_general_events() -> None:
    """Give every record its corrected, withdrawn and duplicate-of; called once, after all records are registered."""
    for record in RECORDS.values():
        for name, event in GENERAL.items():
            add(f"{record.name}.{name}", event, on=record)
