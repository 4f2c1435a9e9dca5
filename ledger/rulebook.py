"""The rule book: every rule this program holds anybody to, with its source, how sure that is, and the line where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ledger.domain.adoption import Shelf
from ledger.domain.clocks import CLOCKS, ClockKind
from ledger.domain.packs import EscalationLadder, Pack, Regime
from ledger.domain.register import RULES, Rule
from ledger.receipts import told_rule
from ledger.reference import reference

CHECKOUT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]


def rule_book(shelf: Shelf) -> list[Row]:
    """Every rule, by id: what judges an event (`effect` refuse or flag), and what sets a clock (`effect` clock).

    `confidence` is that of the rule in docs/domain/reference.md: confirmed, partly-confirmed, unconfirmed, or by-design of a
    rule that follows from what an event means. `pack`: the kind of pack whose values it goes by, None of a rule that needs
    none; `packs`: those of that kind on the shelf, with what each `says` where it says it in numbers, its source and confidence.
    """
    rows = [*(_judging(rule, shelf) for found in RULES.values() for rule in found)]
    rows += [_clock(kind, shelf) for kind in CLOCKS.values()]
    return sorted(rows, key=lambda row: row["id"])


def _judging(rule: Rule, shelf: Shelf) -> Row:
    packs = [_pack(pack, pack.source, pack.confidence) for pack in shelf if pack.kind == rule.pack]
    return told_rule(rule) | _stands(rule.id, rule.pack, packs, rule.check)


def _clock(kind: ClockKind, shelf: Shelf) -> Row:
    told = {"id": kind.rule, "name": kind.sets.__name__, "sentence": kind.sentence, "effect": "clock"}
    source = reference()[kind.rule].source
    packs = [found for pack in shelf if pack.kind == kind.pack for found in _allowing(kind, pack)]
    return told | {"source": source} | _stands(kind.rule, kind.pack, packs, kind.sets)


def _stands(id: str, pack: str | None, packs: list[Row], function: Callable[..., Any]) -> Row:
    code: Any = function
    path, line = Path(code.__code__.co_filename).resolve(), code.__code__.co_firstlineno
    file = path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path
    return {
        "confidence": reference()[id].confidence, "pack": pack, "packs": packs, "file": file.as_posix(), "line": line,
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
