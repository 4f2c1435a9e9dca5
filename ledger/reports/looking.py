"""A written section looked at before it is published: small counts in its words, and the figures it quotes that the public copy withholds."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.disclosure.wording import found_in
from ledger.domain.conventions import DisclosureRule
from ledger.reports.document import Document
from ledger.reports.narrative import quoted


@dataclass(frozen=True)
class Finding:
    """What whoever wrote a section should look at: `small-count`, `age`, `withheld`, `no-such-figure`; the words, and what of them."""

    kind: str
    words: str
    sentence: str


def findings(text: str, rule: DisclosureRule, public: Document) -> tuple[Finding, ...]:
    """What is to be looked at in a text: small counts and ages in its words, and figures it quotes that the copy for the public withholds."""
    found = [
        Finding(
            each.kind, each.words, "a small count beside people or incidents" if each.kind == "small-count" else "the age of a single child"
        )
        for each in found_in(text, rule)
    ]  # fmt: skip
    for cite in dict.fromkeys(quoted(text)):
        number = public.number(cite)
        name = f"{cite.id} {cite.dimension}={cite.code}" if cite.dimension else cite.id
        if number is None:
            found.append(Finding("no-such-figure", name, "the report has no such figure"))
        elif number.mark:
            found.append(
                Finding("withheld", name, f"withheld in the copy for the public, which says {number.said} there")
            )
    return tuple(found)
