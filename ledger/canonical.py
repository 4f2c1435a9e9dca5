"""One byte form of JSON (RFC 8785), and a strict reader that refuses what has more than one meaning."""

from __future__ import annotations

import json
from typing import Any

import msgspec

GREATEST_INTEGER = 2**53 - 1
"""Beyond it readers disagree about the number (RFC 8785, section 3.2.2.3)."""
_MOST_DIGITS = len(str(-GREATEST_INTEGER))


class Unreadable(ValueError):
    """The text is not one JSON value with one meaning; the message says why and repeats none of it."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("an object names one member twice")
    return made


def _constant(name: str) -> Any:
    raise Unreadable(f"{name} is not JSON")


def _fraction(text: str) -> Any:
    raise Unreadable('a number has a fraction or an exponent; decimal numbers are posted as strings, such as "12.5"')


def _integer(text: str) -> int:
    value = int(text) if len(text) <= _MOST_DIGITS else GREATEST_INTEGER + 1
    if abs(value) > GREATEST_INTEGER:
        raise Unreadable(f"an integer lies beyond {GREATEST_INTEGER}")
    if text == "-0":
        raise Unreadable("-0 is not an integer; write 0")
    return value


_READER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_fraction, parse_int=_integer
)


def read(raw: bytes) -> Any:
    """The one value these bytes hold; raises Unreadable for broken JSON or UTF-8, duplicate keys, NaN, fractions, lone surrogates."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the text is not UTF-8") from None
    try:
        value = _READER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise Unreadable("the value is nested too deeply") from None
    if "\\u" in text:
        _refuse_unwritable(value)
    return value


def _refuse_unwritable(value: Any) -> None:
    """Half surrogate pairs are no characters; U+0000 cannot be stored as text by every engine."""
    spelt = json.dumps(value, ensure_ascii=False)
    try:
        spelt.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("a string holds half a surrogate pair") from None
    if "\\u0000" in spelt.replace("\\\\", ""):
        raise Unreadable("a string holds the character U+0000")


_WRITER = msgspec.json.Encoder(order="sorted")


def write(value: Any) -> bytes:
    """The canonical bytes of a value of objects, lists, strings, integers and booleans.

    Keys are sorted by code point here and by UTF-16 unit in RFC 8785: equal, since every key is of the basic plane (`read` and the schemas see to it).
    """
    return _WRITER.encode(value)
