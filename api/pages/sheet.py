"""What a list is on its page: its title, its columns, what it may be filtered by, and what is said where it is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from api.pages import words
from api.pages.cells import Cell, Item, Make, Names
from ledger.access.policy import Verb
from ledger.projections.questions import Question


@dataclass(frozen=True)
class Column:
    """A column: its head, what stands in it, and the field by which a click on the head sorts, if any."""

    head: str
    make: Make
    sort: str = ""
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """A field that the list may be narrowed by. `choices`: value -> words; or the agencies or the groups there are; or `only`, a box to
    tick for those where it is so.
    """

    name: str
    label: str
    choices: Mapping[str, str] | Literal["agencies", "groups", "only"]


@dataclass(frozen=True)
class Beside:
    """A further table below the list, made from the items on the page."""

    caption: str
    columns: Sequence[str]
    rows: Callable[[Sequence[Item], Names], list[list[Cell]]]
    none: str


@dataclass(frozen=True)
class Sheet:
    """One list as people see it. `one` and `many` name what is counted."""

    question: Question
    title: str
    lede: str
    one: str
    many: str
    columns: Sequence[Column]
    none: str
    filters: Sequence[Filter] = ()
    beside: Beside | None = None
    drawn: bool = False
    """Whether it has a page of pictures."""
    related: Mapping[str, str] = field(default_factory=dict)
    """What else belongs to it: text -> address."""
    verb: Verb = Verb.READ

    @property
    def path(self) -> str:
        return f"/pages/{self.question.name}"


def choices_of(values: Iterable[str]) -> dict[str, str]:
    """The choices of a filter on codes: each with its words."""
    return {value: words.code(value) for value in values}
