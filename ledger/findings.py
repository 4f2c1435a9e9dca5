"""What pydantic found wrong, told in plain English: where it stands and what should be there, never what was posted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from ledger.domain.fields import PATTERNS

ALIKE = 0.8
"""How alike a misspelt name must be to one of ours before that one is offered (difflib's ratio)."""
SHOULD = "this should be "
SEALED = "WORDS"
"""The shape in which the ledger holds words: nobody posts it, so nobody is told of it."""
_PYDANTICS = frozenset(get_args(ErrorType))

_PLAIN: Mapping[str, str] = {
    "missing": "this field is needed",
    "extra_forbidden": "this is not known here",
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), "this should be text"),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
        "this should be a whole number",
    ),
    **dict.fromkeys(("bool_type", "bool_parsing"), "this should be true or false"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "this should be a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "this should be an object"),
    **dict.fromkeys(
        ("decimal_max_digits", "decimal_max_places", "decimal_whole_digits"), "this number has too many digits"
    ),
}
_WITH_LIMITS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": lambda c: SHOULD + PATTERNS.get(c["pattern"], "text of another form"),
    "string_too_long": lambda c: f"this may have at most {c['max_length']} characters",
    "string_too_short": lambda c: f"this needs at least {counted(c['min_length'], 'character')}",
    "too_long": lambda c: f"this may hold at most {c['max_length']}",
    "too_short": lambda c: f"this needs at least {c['min_length']}",
    "greater_than_equal": lambda c: f"this should be at least {c['ge']}",
    "less_than_equal": lambda c: f"this should be at most {c['le']}",
    "literal_error": lambda c: f"{SHOULD}{c['expected']}",
    "enum": lambda c: f"{SHOULD}{c['expected']}",
    "union_tag_invalid": lambda c: f"this should have {c['discriminator']}, one of: {c['expected_tags']}",
    "union_tag_not_found": lambda c: f"this should have {c['discriminator']}",
}


def counted(number: int, what: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def told(finding: Any) -> str:
    """One of pydantic's findings as part of a sentence; a check of our own brings its words along."""
    kind: str = finding["type"]
    if kind in _WITH_LIMITS:
        return _WITH_LIMITS[kind](finding["ctx"])
    if kind in _PLAIN:
        return _PLAIN[kind]
    words: str = "this is not what belongs here" if kind in _PYDANTICS else finding["msg"]
    return words


def placed(error: ValidationError, value: Any, known: Collection[str]) -> dict[str, str]:
    """Every faulty place, a JSON pointer into what was posted, with what is wrong there.

    `known`: the names of fields there are. A pointer ends before any other name, which is text somebody typed; unknown
    fields are only counted.
    """
    found: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for finding in _meant(_placed_findings(error, value, known)):
        place = finding.place
        if finding.is_extra:
            unknown.setdefault(place.pointer, []).append(finding.name)
        else:
            message = finding.message if place.whole else f"something in it does not fit: {finding.message}"
            found.setdefault(place.pointer, []).append(message)
    messages = {where: [_either(each)] for where, each in found.items()}
    for where, names in unknown.items():
        messages.setdefault(where, []).append(not_known(names, known))
    return {where: "; ".join(each) for where, each in messages.items()}


@dataclass(frozen=True)
class _Place:
    """Where a finding stands."""

    pointer: str
    whole: bool = True
    """False where it ends before what is wrong."""
    member: tuple[int | str, ...] = ()
    """The first member of a union on the way, as a location; () if there is none."""


@dataclass(frozen=True)
class _Finding:
    place: _Place
    message: str
    name: str
    """Of an unknown field."""
    is_extra: bool
    unfit: bool
    """Whether it says that a member of a union does not fit as a whole: another kind of value, or a field of another member."""


def _placed_findings(error: ValidationError, value: Any, known: Collection[str]) -> list[_Finding]:
    found: list[_Finding] = []
    for finding in error.errors(include_input=False, include_url=False):
        location, extra = finding["loc"], finding["type"] == "extra_forbidden"
        leads_to = location[:-1] if extra else location
        place = _walk(leads_to, value, known, missing=finding["type"] == "missing")
        if place is not None:
            name = str(location[-1]) if extra else ""
            unfit = leads_to == place.member and (not extra or name in known)
            found.append(_Finding(place, told(finding), name, extra, unfit))
    return found


def _meant(findings: list[_Finding]) -> list[_Finding]:
    """The findings without those of union members that cannot be meant, where another member fits as a whole."""
    members = {finding.place.member for finding in findings if finding.place.member}
    unfit = {finding.place.member for finding in findings if finding.unfit}
    with_one_that_fits = {member[:-1] for member in members - unfit}
    dropped = {member for member in unfit if member and member[:-1] in with_one_that_fits}
    return [finding for finding in findings if finding.place.member not in dropped]


def alike(name: str, known: Collection[str]) -> str | None:
    """The one of ours that is meant, if any is so alike."""
    return next(iter(get_close_matches(name[:90], known, n=1, cutoff=ALIKE)), None)


def not_known(names: Collection[str], known: Collection[str]) -> str:
    """How many fields are not known in a place, and which of ours may be meant; none of theirs is repeated."""
    strangers = [name for name in names if name not in known]
    told = [f"`{name}` does not belong here" for name in names if name in known]
    if strangers:
        meant = {near for name in strangers if (near := alike(name, known))}
        count = "1 field here is" if len(strangers) == 1 else f"{len(strangers)} fields here are"
        hint = (
            f"did you mean {' or '.join(f'`{name}`' for name in sorted(meant))}?" if meant else "the schema lists all"
        )
        told.append(f"{count} not known; {hint}")
    return "; ".join(told)


def _either(messages: list[str]) -> str:
    """What the members of a union say of one place, in one sentence where they all say what it should be."""
    messages = list(dict.fromkeys(messages))
    if len(messages) > 1 and all(message.startswith(SHOULD) for message in messages):
        return SHOULD + ", or ".join(message.removeprefix(SHOULD) for message in messages)
    return messages[0]


def _walk(location: tuple[int | str, ...], value: Any, known: Collection[str], *, missing: bool) -> _Place | None:
    """Where pydantic's location leads; None in the shape of words the ledger sealed.

    The names of union members, which are not in the data, are left out.
    """
    pointer = ""
    member: tuple[int | str, ...] = ()
    for number, step in enumerate(location):
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if step < len(value):
                value = value[step]
            case _ if step == SEALED:
                return None
            case _ if missing and number == len(location) - 1:
                pass
            case _:
                member = member or location[: number + 1]
                continue
        if isinstance(step, str) and step not in known:
            return _Place(pointer, whole=False, member=member)
        pointer += f"/{step}"
    return _Place(pointer, member=member)
