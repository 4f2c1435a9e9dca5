"""What stands in a table of a page: cells made of words, tags that say in words what their colour says, and dates as people say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.pages import words
from ledger.domain.register import RECORDS

Item = Mapping[str, Any]


_REFERENCE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+){1,3}")


@dataclass(frozen=True)
class Tag:
    """A word on a colour. Colours are those of the Design System."""

    text: str
    colour: str


@dataclass(frozen=True)
class Cell:
    """`text`, then its tags, then what is said in smaller letters below; `href` makes the text a link. `links`: several in place of the text."""

    text: str = ""
    tags: tuple[Tag, ...] = ()
    small: str = ""
    href: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def is_reference(self) -> bool:
        """Whether it is a reference, which is not broken over lines."""
        return _REFERENCE.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Names:
    """What agencies and groups are called at the moment of the page; a code that has no name stays."""

    agencies: Mapping[str, str]
    groups: Mapping[str, str]

    def of(self, code: str | None) -> str:
        if code is None:
            return ""
        return self.agencies.get(code) or self.groups.get(code) or code

    def all(self, codes: Iterable[str]) -> str:
        """Several, one after another."""
        return ", ".join(map(self.of, codes))


Make = Callable[[Item, Names], Cell]

COLOURS = {"red": "red", "amber": "orange", "green": "green", "blue": "blue", "grey": "grey"}


def text(name: str) -> Make:
    """A field as it stands."""
    return lambda item, _: Cell(words.said(item[name]))


def coded(name: str) -> Make:
    """A code as words."""
    return lambda item, _: Cell(words.code(item[name]))


def codes(name: str) -> Make:
    """Several codes as words."""
    return lambda item, _: Cell(words.codes(item[name]))


def dated(name: str) -> Make:
    return lambda item, _: Cell(words.day(item[name]))


def named(*names: str) -> Make:
    """An agency or a group by its name: the first field that has one."""
    return lambda item, called: Cell(next((called.of(item[name]) for name in names if item[name]), "Not stated"))


def titled(item: Item, _: Names) -> Cell:
    """A record by its title, with its reference below, and how it is marked."""
    return Cell(item["title"] or item["reference"], marks(item), item["reference"] if item["title"] else "")


def reference(item: Item, _: Names) -> Cell:
    return Cell(item["reference"], marks(item))


def of_record(item: Item, _: Names) -> Cell:
    """Any record, leading to its page, with its kind below; what is no record, as it is called."""
    if item["record"] not in RECORDS:
        return Cell(
            "" if item["record"] == "enquiry" else words.code(item["reference"]),
            marks(item),
            words.code(item["record"]) if item["record"] != "enquiry" else "",
        )
    return Cell(
        item["reference"],
        marks(item),
        words.code(item["record"]),
        f"/pages/records/{item['record']}/{item['reference']}",
    )


UNREAD = {"erased": "Its words were erased", "restricted": "Its words are not shown: use of it is restricted"}
"""What stands in the place of words that are not there to be read."""
MOST_SHOWN = 300
"""Characters of words in a list; the record's page has them all."""


def told_in_words(item: Item) -> str:
    """What is said of an item, in the words it was recorded in."""
    if item.get("words") is None:
        return UNREAD.get(item.get("words_are") or "", "")
    return words.shortened(item["words"], MOST_SHOWN)


def worded(item: Item, names: Names) -> Cell:
    """A record by its words, with its reference below, and how it is marked."""
    said = told_in_words(item)
    return replace(reference(item, names), text=said, small=item["reference"]) if said else reference(item, names)


def numbered(part: Item) -> Cell:
    """A part of a record by its words, with its number below."""
    return Cell(told_in_words(part), (), f"{part['reference']}, number {part['number']}")


def entry(name: str) -> Make:
    """The entry at the position that stands in a field, leading to its page."""
    return lambda item, _: Cell(str(item[name]), href=f"/pages/entries/{item[name]}")


def entries(item: Item, _: Names) -> Cell:
    """The entries behind an item, each leading to its page."""
    return Cell(links=tuple((str(each), f"/pages/entries/{each}") for each in item["entries"]))


def rules(ids: Iterable[str]) -> Cell:
    """Rules, each leading to its place in the rule book."""
    return Cell(links=tuple((each, f"/pages/rules#{each}") for each in ids))


def leading(record: str, make: Make) -> Make:
    """The same cell, leading to the record's page."""
    return lambda item, names: replace(make(item, names), href=f"/pages/records/{record}/{item['reference']}")


def marks(item: Item) -> tuple[Tag, ...]:
    """What stands beside a record."""
    found = [Tag("Restricted", "purple")] if item.get("restricted") else []
    if item.get("retrospective"):
        found.append(Tag("Entered afterwards", "grey"))
    return (
        *found,
        *(Tag(f"Disputed: statement at entry {position}", "purple") for position in item.get("statements", ())),
    )


def allowed(left: int, unit: str) -> str:
    """`3 working days`, `1 day`."""
    word = unit.replace("-", " ")
    return f"{abs(left):,} {word.removesuffix('s') if abs(left) == 1 else word}"


def clock(told: Item | None) -> Cell:
    """A clock: when it is due, and how it stands."""
    if told is None:
        return Cell()
    due = f"Due {words.day(told['due'])}" if told["due"] else ""
    return Cell(due, (standing(told),), f"Met {words.day(told['met_on'])}" if told["met_on"] else "")


def standing(told: Item) -> Tag:
    """How a clock stands, in words that do without the colour."""
    left, over = told["left"], told["left"] is not None and told["left"] < 0
    match told["state"]:
        case "breached":
            return Tag(f"Overdue by {allowed(left, told['unit'])}" if over else "Overdue", "red")
        case "running":
            if left == 0:
                return Tag("Due today", "blue")
            return Tag(f"{allowed(left, told['unit'])} left" if left is not None else "Running", "blue")
        case "met":
            return Tag("In time", "green")
        case "met-late":
            return Tag(f"Late by {allowed(left, told['unit'])}" if over else "Late", "orange")
        case other:
            return Tag(words.code(other), "grey")
