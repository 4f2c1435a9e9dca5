"""References that stand for a child: opaque, random, and checked, so that nothing about the child can be put in their place."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so nothing is misread and few words can be spelled."""
BODY = 12
"""Random characters of a reference, 60 bits."""
BYTES = 8
"""Random bytes a reference is made from; its last four bits are left over."""
CHILD_PATTERN = r"^CHD-[0-9A-HJKMNP-TV-Z]{12}[0-9A-HJKMNP-TV-Z]$"

_BITS = 5
_FIELD = 0b100101  # x^5 + x^2 + 1, primitive over two elements: doubling runs through all 31 values but zero


def child_reference(random: bytes) -> str:
    """A reference made from at least 8 random bytes handed in; ValueError if there are fewer.

    It holds nothing of the child: the same bytes give the same reference, other bytes another.
    """
    if len(random) < BYTES:
        raise ValueError(f"A child's reference is made from at least {BYTES} random bytes.")
    bits = int.from_bytes(random[:BYTES], "big") >> (BYTES * 8 - BODY * _BITS)
    body = "".join(ALPHABET[bits >> (_BITS * n) & 31] for n in reversed(range(BODY)))
    return f"CHD-{body}{child_check(body)}"


def child_check(body: str) -> str:
    """The check character of a body, in the same alphabet; ValueError if the body has a character outside it.

    A weighted sum over the field of 32 elements, each place weighing twice the next. No two places weigh the same,
    so one wrong character, or any two exchanged, always shows.
    """
    total = 0
    for character in body:
        total = _doubled(total) ^ ALPHABET.index(character)
    return ALPHABET[_doubled(total)]


def is_child_reference(text: str) -> bool:
    """Whether text in the shape of a reference bears the check character its body asks for."""
    body, check = text[-BODY - 1 : -1], text[-1]
    return child_check(body) == check


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value > 31 else value  # noqa: PLR2004 - 31 is the largest of 32 elements
