"""Small counts in what people write: a number up to the rule's limit beside people or incidents, and the age of a single child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ledger.domain.conventions import DisclosureRule
from ledger.domain.report_text import QUOTED

_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
NUMBERS = {word: n for n, word in enumerate(_WORDS, 1)} | {
    "a single": 1,
    "an only": 1,
    "both": 2,
    "a couple of": 2,
    "a pair of": 2,
}
_NUMBER = rf"(?P<number>\d{{1,3}}(?![\d,.]*\d)|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_NOUN = (
    r"(?:child(?:ren)?|young (?:people|person|wom[ae]n|m[ae]n)|bab(?:y|ies)|infants?|toddlers?|teenagers?|boys?|girls?|siblings?|sisters?|"
    r"brothers?|twins|sons?|daughters?|pupils?|students?|people|persons?|individuals?|famil(?:y|ies)|mothers?|fathers?|parents?|carers?|"
    r"victims?|deaths?|incidents?|cases?|referrals?|notifications?|reviews?|episodes?|attendances?|of (?:them|whom|these|those))"
)
_COUNT = re.compile(
    rf"\b{_NUMBER}\b(?:[\s-](?!(?:per|and|or|years?|months?|weeks?|days?)\b)[a-z']+){{0,4}}?[\s-]+{_NOUN}\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    rf"\b(?:aged|age of)[ -]{_NUMBER}\b|\b{_NUMBER.replace('?P<number>', '?P<other>')}[ -](?:year|month|week|day)s?[ -]old\b",
    re.IGNORECASE,
)
_NOT_COUNTED = re.compile(r"\b(?:19|20)\d\d\b|\b[Ss]ections? \d+|^\s*\d+[.)] ", re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """Words of a text that may point to a child: a small count, or somebody's age."""

    kind: Literal["small-count", "age"]
    words: str
    at: int


def most(rule: DisclosureRule) -> int:
    """The greatest count that a rule would not print as it is: hidden, or else rounded away."""
    limits = [each.value for each in (rule.hidden_up_to, rule.rounded_to) if each is not None]
    return max(limits, default=0)


def found_in(markdown: str, rule: DisclosureRule) -> tuple[Found, ...]:
    """What a person should look at before the text is published, in order. Figures quoted by their id are none: the copy protects them."""
    text = _NOT_COUNTED.sub(_blank, QUOTED.sub(_blank, markdown))
    return tuple(sorted({*_counts(text, most(rule)), *_ages(text)}, key=lambda each: (each.at, each.words)))


def _counts(text: str, limit: int) -> Iterator[Found]:
    at = 0
    while (found := _COUNT.search(text, at)) is not None:
        said = found["number"].lower()
        if 1 <= NUMBERS.get(said, int(said) if said.isdecimal() else 0) <= limit:
            yield Found("small-count", " ".join(found.group().split()), found.start())
        at = found.end("number")


def _ages(text: str) -> Iterator[Found]:
    for found in _AGE.finditer(text):
        yield Found("age", " ".join(found.group().split()), found.start())


def _blank(found: re.Match[str]) -> str:
    """As long, so that places stay; no word is near over it."""
    return "·" * len(found.group())
