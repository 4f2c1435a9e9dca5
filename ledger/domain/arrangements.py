"""Arrangements: the published document by which the safeguarding partners work together, and what was changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain.action_parts import Link
from ledger.domain.claim import Claim
from ledger.domain.fields import AgencyCode, Code, DayOrNotStated, Title, Words, known_day, spoken, worded
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

Areas = Annotated[list[Code], Field(max_length=40)]


@dataclass(frozen=True)
class Arrangements:
    """One edition of the arrangements; `amended` counts its amendments."""

    edition: str
    published_on: date | str
    amended: int = 0


ARRANGEMENTS: Record[Arrangements] = Record("arrangements", prefix="ARR", title="Arrangements")


@rule("ARR-ORDER", source="events.md: arrangements.published before arrangements.amended")
def it_was_published_before(arrangements: Arrangements, claim: Claim[ArrangementsAmended]) -> str | None:
    """Arrangements are amended after they were published."""
    published, amended = known_day(arrangements.published_on), known_day(claim.event.amended_on)
    if published is not None and amended is not None and amended < published:
        return f"They were published on {spoken(published)}, which is later."
    return None


@rule("YR-WT18-PLUS", source="reference.md YR-WT18-PLUS: updates to arrangements with timescales", effect=FLAG)
def an_update_has_its_timescale(arrangements: Arrangements, claim: Claim[ArrangementsAmended]) -> str | None:
    """An update to the arrangements says by when it takes effect."""
    return None if known_day(claim.event.in_effect_by) else "The update has no timescale."


@recorded_as("arrangements.published", on=ARRANGEMENTS, begins=True, happens="published_on")
class ArrangementsPublished(Event):
    """The partners published how they work together (CA04-16G). `guidance`: the edition of the guidance it is made under."""

    edition: Title
    guidance: Code
    published_on: DayOrNotStated
    in_effect_by: DayOrNotStated | None = None
    partners: list[AgencyCode] = Field(default=[], max_length=20)
    link: Link | None = None

    decides = "published"

    def sentence(self) -> str:
        return f"{self.edition} published on {spoken(self.published_on)} under {worded(self.guidance)}"


@recorded_as("arrangements.amended", on=ARRANGEMENTS, happens="amended_on")
class ArrangementsAmended(Event):
    """Something in the arrangements was changed. `areas`: what it concerns; `in_effect_by`: its timescale (YR-WT18-PLUS)."""

    areas: Areas
    what_changed: Words | None = None
    amended_on: DayOrNotStated
    in_effect_by: DayOrNotStated

    decides = "amended"
    rules = (it_was_published_before, an_update_has_its_timescale)

    def sentence(self) -> str:
        about = f": {', '.join(map(worded, self.areas))}" if self.areas else ""
        return f"Amended on {spoken(self.amended_on)}{about}, in effect by {spoken(self.in_effect_by)}"


ArrangementsEvent = ArrangementsPublished | ArrangementsAmended


@ARRANGEMENTS.folded_by
def evolve(arrangements: Arrangements | None, event: ArrangementsEvent) -> Arrangements:
    """Fold one event into the arrangements."""
    match event:
        case ArrangementsPublished(edition=edition, published_on=day):
            return Arrangements(edition, day)
        case ArrangementsAmended():
            return replace(known(arrangements), amended=known(arrangements).amended + 1)
        case _:
            assert_never(event)
