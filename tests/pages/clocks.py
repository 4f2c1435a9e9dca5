"""One page for each clock, from the register of clocks, the packs as shipped and the domain reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import ledger.domain  # noqa: F401 - fills the registers
from ledger.domain.clock import STATES
from ledger.domain.clocks import CLOCKS, ClockKind
from ledger.domain.packs import EscalationLadder, Regime, RuleValue
from ledger.reference import reference
from ledger.regimes import load_shelf
from tests.pages.markdown import page, table

NONE = "none set"
HEADINGS = ("pack", "time", "confidence", "source", "note")


def pages() -> Mapping[str, str]:
    """File name -> text: each clock, and the list of them."""
    return {"README.md": _index()} | {f"{kind.name}.md": _page(kind) for kind in CLOCKS.values()}


def _index() -> str:
    rows = [
        (f"[{kind.name}]({kind.name}.md)", kind.rule, reference()[kind.rule].confidence, kind.sentence)
        for kind in CLOCKS.values()
    ]
    return page(
        "# Clocks",
        "A clock is worked out when asked, from what was recorded, the packs in force when it started and the day asked about. "
        "Nothing ticks: asked again as at the same position and as of the same day, it gives the same answer.",
        table(("clock", "rule", "confidence of the rule", "what must hold"), rows),
        "## How a clock may stand",
        table(("state", "meaning"), STATES.items()),
        "`ledger clocks` and `GET /clocks` list those that run or ran over, on any record; `state` and `clock` choose others.",
    )


def _page(kind: ClockKind) -> str:
    rule = reference()[kind.rule]
    return page(
        f"# {kind.name.replace('-', ' ').capitalize()}",
        kind.sentence,
        table(
            ("", ""),
            [
                ("rule", f"{kind.rule}: {rule.says}"),
                ("source", rule.source),
                ("confidence", rule.confidence.replace("-", " ")),
                ("owed by", kind.owed_by),
                ("set by", kind.starts),
                ("met by", kind.met),
                ("worked out by", f"`{kind.sets.__name__}` in `ledger/domain/clocks.py`"),
            ],
        ),
        "## How long",
        _how_long(kind),
        "## To see it",
        f"`ledger clocks --where clock={kind.name}` or `GET /clocks?clock={kind.name}`; add `state=met` and the like for those "
        "that neither run nor ran over, and `as_at` and `as_of` for another day. [How a clock may stand](README.md), and "
        "[the rules with their sources](../domain/reference.md).",
    )


def _how_long(kind: ClockKind) -> str:
    if kind.pack is None:
        return "The record itself has the day; no pack sets it."
    return table(HEADINGS, _in_regimes(kind) if kind.pack == "regime" else _in_ladders())


def _in_regimes(kind: ClockKind) -> Iterator[tuple[object, ...]]:
    for pack in load_shelf():
        if isinstance(pack, Regime):
            allowed: RuleValue | None = getattr(pack, kind.limit)
            if allowed is None:
                yield pack.reference, NONE, "", "", None
            else:
                time = _time(allowed.value, kind.count)
                yield pack.reference, time, allowed.confidence, allowed.source, allowed.note


def _in_ladders() -> Iterator[tuple[object, ...]]:
    for pack in load_shelf():
        if not isinstance(pack, EscalationLadder):
            continue
        if not pack.stages:
            yield pack.reference, NONE, pack.confidence, pack.source, None
        for number, stage in enumerate(pack.stages, start=1):
            where = f"{pack.reference}, stage {number}: {stage.name}"
            if stage.response is None:
                yield where, NONE, stage.confidence, pack.source, None
            else:
                allowed = stage.response
                time = _time(allowed.value, allowed.unit)
                yield where, time, allowed.confidence, allowed.source, allowed.note


def _time(value: int, unit: str) -> str:
    """`5 working days`, `1 day`, `7 working days before`."""
    before = " before" if unit.endswith("-before") else ""
    word = unit.removesuffix("-before").replace("-", " ")
    return f"{value} {word if value > 1 else word.removesuffix('s')}{before}"
