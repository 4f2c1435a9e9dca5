"""What may happen to any record: corrected, withdrawn, found to repeat another, disputed, restricted, held, kept so long."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ledger.domain.fields import (
    AgencyCode,
    Code,
    Day,
    FarDay,
    LoggedWords,
    Part,
    Reference,
    Sha256,
    Title,
    Words,
    spoken,
    worded,
    written_as,
)
from ledger.domain.register import RECORDS, Event, add

Position = Annotated[int, Field(ge=1)]
FieldName = Annotated[str, written_as(r"^[a-z][a-z0-9_]{0,59}$", "the name of a field")]


class General(Event):
    """Says something of an entry, or of the record itself, and nothing that happened in life."""

    general: ClassVar[bool] = True


class Corrected(General):
    """A fact of an earlier event was wrong; whole fields get new values, `time` included (RGT-RECT)."""

    position: Position
    changes: dict[FieldName, Any] = Field(min_length=1)
    reason: LoggedWords

    def sentence(self) -> str:
        return f"Entry {self.position} was corrected: {', '.join(sorted(self.changes)).replace('_', ' ')}"


class Withdrawn(General):
    """An earlier event should not have been recorded; it counts nowhere from here on, and stays visible in replays."""

    position: Position
    reason: LoggedWords
    decided_by: AgencyCode

    def sentence(self) -> str:
        return f"Entry {self.position} was withdrawn, as {self.decided_by} decided"


class DuplicateOf(General):
    """This record repeats another of its kind and is folded into it for every count."""

    duplicate_of: Reference

    def sentence(self) -> str:
        return f"Found to repeat {self.duplicate_of}, and counted with it from here on"


AMENDING = (Corrected, Withdrawn, DuplicateOf)
"""Events that change what earlier entries say."""


class Mark(General):
    """Says something of a record, not what happened; a record that was withdrawn, or repeats another, may be marked too."""


Whose = Literal["agency", "child", "parent-or-carer", "family", "practitioner", "other"]
Ground = Literal["accuracy-contested", "unlawful", "needed-for-a-claim", "objection-pending"]
"""Why use of a record is restricted: the four grounds of UK GDPR article 18(1)."""


class StatementAdded(Mark):
    """Somebody disputes an entry, or adds to it; the entry keeps standing, with the statement beside it (RGT-RECT).

    `whose`: the part of whoever makes it, never a name; an agency is named by its code.
    """

    position: Position
    statement: LoggedWords
    whose: Whose
    agency: AgencyCode | None = None

    def sentence(self) -> str:
        return f"A statement of {self.of} stands beside entry {self.position}"

    @property
    def of(self) -> str:
        """Whose it is, in words."""
        if self.agency is not None:
            return self.agency
        return f"{'another person' if self.whose == 'other' else f'the {worded(self.whose)}'}"


class Restricted(Mark):
    """The record is kept and shown to fewer (UK GDPR art 18); without `until`, till it is lifted. `until`: its last day."""

    ground: Ground
    until: Day | None = None

    def sentence(self) -> str:
        return f"Restricted: {worded(self.ground)}{f', until {spoken(self.until)}' if self.until else ''}"


class Unrestricted(Mark):
    """The restriction ended."""

    lifted_because: Words | None = None

    def sentence(self) -> str:
        return "No longer restricted"


class HoldPlaced(Mark):
    """Nothing of the record may be erased while an inquiry or a court may want it (RET-MORAT). `authority`: which."""

    authority: Title
    held_because: Words | None = None

    def sentence(self) -> str:
        return f"Held for {self.authority}: nothing of it may be erased"


class HoldLifted(Mark):
    """A hold ended. `hold`: the position of the entry that placed it; others may stand."""

    hold: Position
    released_because: Words | None = None

    def sentence(self) -> str:
        return f"The hold of entry {self.hold} was lifted"


class RetentionSet(Mark):
    """The controller said how long the record is kept: in another class of the retention pack, until a day to review it, or both (RET-DESIGN).

    What is left out stays as it was. `review_on`: the day to review it, which comes before any erasure; reckoned from what the ledger
    does not hold, such as a birth, it is entered, and that is not.
    """

    retention_class: Code | None = None
    review_on: FarDay | None = None
    set_because: Words | None = None

    def sentence(self) -> str:
        said = [f"in the class {worded(self.retention_class)}"] if self.retention_class else []
        said += [f"to be reviewed on {spoken(self.review_on)}"] if self.review_on else []
        return f"Kept {', '.join(said)}"


ErasureGround = Literal[
    "no-longer-necessary", "consent-withdrawn", "objection-upheld", "unlawful", "legal-obligation", "retention-ended",
]  # fmt: skip
"""Why words are erased: the grounds of UK GDPR article 17(1), and that their time is over."""
_GROUNDS: dict[ErasureGround, str] = {
    "no-longer-necessary": "they are no longer needed",
    "consent-withdrawn": "consent was withdrawn",
    "objection-upheld": "an objection was upheld",
    "unlawful": "holding them was unlawful",
    "legal-obligation": "the law requires it",
    "retention-ended": "the time they are kept is over",
}


class ErasedWords(Part):
    """Words that are gone, by the place where they were; the entry there goes on holding the commitment to them."""

    position: Position
    path: Annotated[str, written_as(r"^(/[a-z0-9_]{1,60}){1,9}$", "a JSON pointer into an entry's data")]
    commitment: Sha256


class OneOfTwo(Part):
    """One of the two people. `person`: a hash that is another for another person, and tells nobody who they are."""

    by: Annotated[str, written_as(r"^[a-z-]{1,40}@[A-Z0-9-]{1,40}$", "a role at an agency")]
    person: Sha256


class WordsErased(Mark):
    """Sealed words and their salts were erased, as one person asked and another confirmed (RGT-ERASE): this is the certificate."""

    ground: ErasureGround
    erased: tuple[ErasedWords, ...] = Field(strict=False, min_length=1, max_length=300)
    requested_by: OneOfTwo
    confirmed_by: OneOfTwo

    def sentence(self) -> str:
        number = len(self.erased)
        return f"Sealed words were erased in {number} {'place' if number == 1 else 'places'}; the ground: {_GROUNDS[self.ground]}"


GENERAL: dict[str, type[Event]] = {
    "corrected": Corrected,
    "withdrawn": Withdrawn,
    "duplicate-of": DuplicateOf,
    "statement-added": StatementAdded,
    "restricted": Restricted,
    "unrestricted": Unrestricted,
    "hold-placed": HoldPlaced,
    "hold-lifted": HoldLifted,
    "retention-set": RetentionSet,
    "words-erased": WordsErased,
}


def register_general_events() -> None:
    """Give every record its general events; called once, after all records are registered."""
    for record in RECORDS.values():
        for name, event in GENERAL.items():
            add(f"{record.name}.{name}", event, on=record)
