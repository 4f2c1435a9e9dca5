"""The spellings that all texts of the log share, each with one form only: base64, decimal numbers, plain text."""

from __future__ import annotations

import base64
import binascii
import re

from ledger.log.verdict import Malformed

GREATEST = 2**63 - 1
"""The greatest size, index and timestamp that other implementations hold (Go's int64, C2SP tlog-cosignature)."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def to_base64(value: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(value, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of the one standard spelling; Malformed for any other spelling of them."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("not base64") from None
    if to_base64(value) != text:
        raise Malformed("base64 with stray bits in its last character")
    return value


def from_decimal(text: str) -> int:
    """A number from 0 to GREATEST in ASCII digits without leading zeroes; Malformed otherwise."""
    if _DECIMAL.fullmatch(text) is None or int(text) > GREATEST:
        raise Malformed(f"not a decimal number from 0 to {GREATEST} without leading zeroes")
    return int(text)


def to_text(raw: bytes) -> str:
    """UTF-8 without control characters other than newline (C2SP signed-note); Malformed otherwise."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    return plain(text)


def plain(text: str) -> str:
    """The same text if it can stand in a note; Malformed otherwise."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("half a surrogate pair, which UTF-8 cannot hold") from None
    if _CONTROL.search(text):
        raise Malformed("a control character other than newline")
    return text
