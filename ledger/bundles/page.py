"""The page of a bundle for a reader: what it holds and how to check it; no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ledger.application import Ledger
from ledger.bundles.scope import Chosen
from ledger.clock import spelled
from ledger.domain.history import Entry
from ledger.seals import Seal

MOST = 2_000
"""Entries told on the page; all of them are in entries.ndjson."""


def page(ledger: Ledger, chosen: Chosen, seal: Seal | None, size: int, *, words: bool) -> str:
    """The page in UTF-8."""
    positions = list(islice(chosen.positions, MOST))
    held: dict[int, list[Any]] = {}
    for kept in ledger.words(positions) if words else ():
        held.setdefault(kept.position, []).append(kept)
    rows = [(entry, told(entry), held.get(entry.position, [])) for entry in map(ledger.entry_at, positions)]
    return _page().render(
        of=said(chosen.stated), rows=rows, total=len(chosen.positions), size=size, seal=seal, words=words
    )


def said(stated: Mapping[str, Any]) -> str:
    """A scope for people."""
    match stated["kind"]:
        case "all":
            return "Every entry of the ledger"
        case "period":
            return f"What was recorded from {stated['since']} to before {stated['before']}"
        case "silence":
            return f"That {stated['source']} had recorded nothing on {stated['record']}"
        case "incident":
            return f"{stated['record']} and what cites it"
        case _:
            return str(stated["record"])


def told(entry: Entry) -> str:
    """An entry in a sentence, with the rules it departs from."""
    departures = f" (departs from {', '.join(entry.departures)})" if entry.departures else ""
    return entry.event.sentence() + departures


@cache
def _page() -> Template:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    pages.filters["spelled"] = spelled
    return pages.get_template("bundle.html")
