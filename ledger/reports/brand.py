"""The look of a partnership's reports: its name, its logo and its colours, from a small TOML file beside the logo."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

INK, PAPER = "#0B0C0C", "#FFFFFF"
TEXT_CONTRAST, GRAPHIC_CONTRAST = 4.5, 3.0
"""What WCAG 2.2 AA asks of text, and of what is not text, against its background."""
DARK = 0.04045
"""Below it a channel is linear (WCAG 2.2, relative luminance)."""
MOST_BYTES = 500_000
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_KINDS = {b"\x89PNG": "png", b"<svg": "svg", b"<?xm": "svg"}
_FIELDS = {"name", "logo", "logo_text", "colour", "accent"}


class NotABrand(ValueError):
    """A brand file cannot be used; the message names the field."""


@dataclass(frozen=True)
class Logo:
    """A logo: a PNG or an SVG, and what it shows, in words."""

    kind: str
    body: bytes
    text: str


@dataclass(frozen=True)
class Brand:
    """How reports look. `name`: on the cover, in place of the partnership's own; `colour`: of headings and rules; `accent`: of what
    is set beside them.
    """

    name: str = ""
    colour: str = "#12436D"
    accent: str = "#28A197"
    logo: Logo | None = None


def read_brand(path: Path | None) -> Brand:
    """The brand of a TOML file with any of name, logo (a file beside it), logo_text, colour and accent; without a file, the house's own.

    NotABrand where a field is unknown or malformed, a logo has no words, or a colour is too pale to be read on white.
    """
    if path is None:
        return Brand()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NotABrand(f"{path}: {error}") from error
    for name, value in told.items():
        if name not in _FIELDS or not isinstance(value, str):
            raise NotABrand(f"{path}: {name}: there are {', '.join(sorted(_FIELDS))}, each a text.")
    own = Brand()
    return Brand(
        told.get("name", own.name),
        _colour(path, "colour", told.get("colour", own.colour), TEXT_CONTRAST),
        _colour(path, "accent", told.get("accent", own.accent), GRAPHIC_CONTRAST),
        _logo(path, told) if "logo" in told else None,
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _colour(path: Path, name: str, value: str, least: float) -> str:
    if not _COLOUR.fullmatch(value):
        raise NotABrand(f"{path}: {name}: a colour is written as #12436D.")
    found = contrast(value, PAPER)
    if found < least:
        raise NotABrand(f"{path}: {name}: {value} has a contrast of {found:.1f} on white, and needs {least}.")
    return value.upper()


def _logo(path: Path, told: dict[str, str]) -> Logo:
    if not told.get("logo_text", "").strip():
        raise NotABrand(f"{path}: logo_text: a logo needs words for those who do not see it.")
    try:
        body = (path.parent / told["logo"]).read_bytes()
    except OSError as error:
        raise NotABrand(f"{path}: logo: {error.strerror}.") from error
    kind = _KINDS.get(body[:4])
    if kind is None or len(body) > MOST_BYTES:
        raise NotABrand(f"{path}: logo: a PNG or an SVG of at most {MOST_BYTES:,} bytes.")
    return Logo(kind, body, told["logo_text"].strip())
