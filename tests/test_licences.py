"""What others wrote is here under a licence that lets it be here, and THIRD-PARTY.md says the one its own metadata says."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FAMILIES = {
    "AGPL": r"\bAGPL|Affero",
    "LGPL": r"\bLGPL|Lesser General Public",
    "GPL": r"(?<![AL])\bGPL|(?<!Lesser )General Public License(?! v2 or later \(LGPL)",
    "MPL": r"\bMPL|Mozilla Public",
    "Apache": r"Apache",
    "BSD": r"\bBSD",
    "MIT": r"\bMIT\b|Expat",
    "ISC": r"\bISC\b",
    "PSF": r"\bPSF|Python Software Foundation|\bPython-2",
    "Unlicense": r"Unlicense|Public Domain",
}
ALLOWED = frozenset({"LGPL", "MPL", "Apache", "BSD", "MIT", "ISC", "PSF", "Unlicense"})
"""Used unchanged, beside the program and not in it."""
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+) \|", re.MULTILINE)
TOLD = dict(ROW.findall((ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")))


def named(distribution: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()


def families(text: str) -> frozenset[str]:
    return frozenset(family for family, pattern in FAMILIES.items() if re.search(pattern, text))


def stated(distribution: Distribution) -> str:
    """What a package's own metadata says: an SPDX expression, or the first line of a licence, and classifiers."""
    told: Any = distribution.metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    lines = [(told.get("License") or "").partition("\n")[0][:100]]
    lines += [
        each.read_text().lstrip().partition("\n")[0] for each in distribution.files or () if "LICENSE" in each.name
    ]
    lines += [each for each in told.get_all("Classifier", []) if each.startswith("License ::")]
    return "; ".join(lines)


INSTALLED = sorted((each for each in distributions() if named(each) in TOLD), key=named)


def test_what_is_installed_is_what_is_listed():
    assert len(INSTALLED) > 60, "the walk finds what the lock file installs"


@pytest.mark.parametrize("distribution", INSTALLED, ids=named)
def test_a_package_may_be_here_and_is_said_to_be_under_its_own_licence(distribution):
    found = families(stated(distribution))
    assert found, f"its metadata says no licence that is known: {stated(distribution)!r}"
    assert found <= ALLOWED, f"{found - ALLOWED}: {stated(distribution)!r}"
    listed = families(TOLD[named(distribution)])
    assert listed & found, f"THIRD-PARTY.md says {TOLD[named(distribution)]}, its metadata {stated(distribution)}"


@pytest.mark.parametrize(("text", "family"), [("GPL-3.0-or-later", "GPL"), ("License :: OSI Approved :: GNU Affero General Public License v3", "AGPL"), ("GNU General Public License (GPL)", "GPL"), ("LGPL-3.0-only", "LGPL")])  # fmt: skip
def test_a_licence_that_may_not_be_here_is_known_as_such(text, family):
    assert family in families(text)
    assert ("GPL" in families(text)) == (family == "GPL") or family == "AGPL"
