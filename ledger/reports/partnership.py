"""Whose ledger a report speaks for, and what a reader must be told of it before the first number."""

from __future__ import annotations

from dataclasses import dataclass

DEMONSTRATION = (
    "A demonstration: what this ledger holds is invented or for show. It is nobody's record of what happened."
)
RETROSPECTIVE = "Entered afterwards: this ledger was not kept while things happened, but told of them later."


@dataclass(frozen=True)
class Partnership:
    """What the ledger's opening entry says of it. `notice`: a public sentence, where one was given."""

    name: str
    notice: str | None
    demonstration: bool
    retrospective: bool

    @property
    def told(self) -> tuple[str, ...]:
        """What a reader must be told, sentence by sentence; nothing for a ledger kept as things happen, without a notice."""
        kinds = ((self.demonstration, DEMONSTRATION), (self.retrospective, RETROSPECTIVE))
        return tuple(text for holds, text in kinds if holds) + ((self.notice,) if self.notice else ())
