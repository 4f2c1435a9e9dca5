"""Why something is not proved: it has no known form, it is false, or it cannot be told."""

from __future__ import annotations


class Unproved(ValueError):
    """Something was not proved; the message says what, in words for a reader."""


class Malformed(Unproved):
    """It has not the form it must have: wrong length, wrong spelling, a number out of range."""


class Wrong(Unproved):
    """Its form is right and what it says is false: a root or a signature does not match."""


class Unknown(Unproved):
    """It may be right: it is of a version or under a key that is not known here."""


def sentence(what: object) -> str:
    """A reason as a sentence of its own; names in it keep their spelling."""
    text = str(what)
    return f"{text[:1].upper()}{text[1:]}."
