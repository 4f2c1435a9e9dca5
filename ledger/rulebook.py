"""The rule book: every rule this program holds anybody to, with its source, how sure that is, and the line where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ledger.domain.adoption import Shelf
from ledger.domain.clocks import CLOCKS, ClockKind
from ledger.domain.packs import EscalationLadder, Pack, Regime
from ledger.domain.register import RULES, Rule
from ledger.enquiries import ENQUIRIES
from ledger.enquiries.enquiry import Enquiry
from ledger.receipts import told_rule
from ledger.reference import BY_DESIGN, reference

CHECKOUT = Path(__file__).resolve().parents[1]
LEAST_FIRST = ("unconfirmed", "partly-confirmed", "confirmed")
Row = dict[str, Any]


def rule_book(shelf: Shelf) -> list[Row]:
    """Every rule, by id: what judges an event (`effect` refuse or flag), sets a clock (clock) or leads a scrutineer (enquiry).

    `confidence` is that of the rule in docs/domain/reference.md: confirmed, partly-confirmed, unconfirmed, or by-design of a
    rule that follows from what an event means; a line of enquiry is as sure as the least of those it cites. `pack`: the kind of pack whose values it goes by, None of a rule that needs
    none; `packs`: those of that kind on the shelf, with what each `says` where it says it in numbers, its source and confidence.
    """
    rows = [*(_judging(rule, shelf) for found in RULES.values() for rule in found)]
    rows += [_clock(kind, shelf) for kind in CLOCKS.values()]
    rows += [_enquiring(line, shelf) for line in ENQUIRIES.values()]
    return sorted(rows, key=lambda row: row["id"])


def _judging(rule: Rule, shelf: Shelf) -> Row:
    return told_rule(rule) | _stands(_sure(rule.id), rule.pack, _of_kind(rule.pack, shelf), rule.check)


def _clock(kind: ClockKind, shelf: Shelf) -> Row:
    told = {"id": kind.rule, "name": kind.sets.__name__, "sentence": kind.sentence, "effect": "clock"}
    source = reference()[kind.rule].source
    packs = [found for pack in shelf if pack.kind == kind.pack for found in _allowing(kind, pack)]
    return told | {"source": source} | _stands(_sure(kind.rule), kind.pack, packs, kind.sets)


def _enquiring(line: Enquiry, shelf: Shelf) -> Row:
    told = {
        "id": line.id,
        "name": line.finds.__name__,
        "sentence": line.sentence,
        "effect": "enquiry",
        "source": line.source,
    }
    named = re.search(r"\b([a-z-]+) pack\b", line.source)
    kind = named.group(1) if named else None
    cited = {_sure(id_) for id_ in re.findall(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)+\b", line.source) if id_ in reference()}
    sure = next((word for word in LEAST_FIRST if word in cited), BY_DESIGN)
    return told | _stands(sure, kind, _of_kind(kind, shelf), line.finds)


def _sure(id: str) -> str:
    """How sure a rule is; what the reference does not have, nobody has confirmed."""
    found = reference().get(id)
    return found.confidence if found else LEAST_FIRST[0]


def _of_kind(kind: str | None, shelf: Shelf) -> list[Row]:
    return [_pack(pack, pack.source, pack.confidence) for pack in shelf if pack.kind == kind]


def _stands(confidence: str, pack: str | None, packs: list[Row], function: Callable[..., Any]) -> Row:
    code: Any = function
    path, line = Path(code.__code__.co_filename).resolve(), code.__code__.co_firstlineno
    file = path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path
    return {
        "confidence": confidence, "pack": pack, "packs": packs, "file": file.as_posix(), "line": line,
    }  # fmt: skip


def _allowing(kind: ClockKind, pack: Pack) -> Iterator[Row]:
    """What a pack allows a clock: one time of a regime, one for each stage of a ladder."""
    if isinstance(pack, Regime):
        allowed = getattr(pack, kind.limit)
        if allowed is not None:
            says = f"{allowed.value} {kind.count.replace('-', ' ')}"
            yield _pack(pack, allowed.source, allowed.confidence, says)
    elif isinstance(pack, EscalationLadder):
        for number, stage in enumerate(pack.stages, start=1):
            if (answer := stage.response) is not None:
                says = f"stage {number}: {answer.value} {answer.unit.replace('-', ' ')}"
                yield _pack(pack, answer.source, answer.confidence, says)


def _pack(pack: Pack, source: str, confidence: str, says: str | None = None) -> Row:
    return {"pack": pack.reference, "says": says, "source": source, "confidence": confidence}
