"""What nobody would post with care: the examples of every event type, and values put where they do not belong."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import ledger.domain  # noqa: F401 - fills the register
from ledger.domain.register import REGISTER, TYPE_PREFIX

Json = dict[str, Any]

VECTORS = Path(__file__).parents[1] / "vectors"
EXAMPLES: dict[str, Json] = {
    name: data for file in sorted(VECTORS.glob("*.json")) for name, data in json.loads(file.read_text()).items()
}
ORDER = (
    "ledger", "policy", "agency", "group", "incident", "rapid-review", "review",
    "audit", "escalation", "action", "meeting", "training", "finance", "dataset", "arrangements", "scrutiny", "inspection",
    "priority", "risk", "task-group", "engagement", "report",
)  # fmt: skip
FIRST = {
    record: next(n for n in EXAMPLES if n.startswith(f"{record}.") and REGISTER[TYPE_PREFIX + n].begins)
    for record in ORDER
}
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SOURCES = ("/business-unit", "/business-unit", "/business-unit", "/agencies/LA", "/agencies/NOBODY")
REFERENCES = ("ONE", "TWO", "THREE")
DAYS = st.dates(date(2018, 1, 1), date(2021, 12, 31)).map(str)
ODD = st.one_of(
    DAYS,
    st.sampled_from(
        ["not-stated", True, False, 0, 1, 2, 75, -1, 2**53 - 1, "", "LA", "ONE", "notify", "death", "held", "12.5", [], {}, ["LA"], ["LA", "LA"],
         {"agency": "LA", "role": "chair"}, {"group": "ONE"}, {"sealed": "0" * 64}, "2019-04-01T00:00:00+01:00", "0001-01-01T00:00:00+14:00",
         "9999-12-31T23:59:59-14:00", "unknown", "month", "some words", [{"agency": "LA", "position": "agree", "reasons": "why"}]]
    ),
)  # fmt: skip
ODD_FIELDS = (
    "time", "timeprecision", "kind", "group", "attendance", "text", "reasons", "rationale", "positions", "citation",
)  # fmt: skip


def cite(data: Any, path: tuple[str, ...], reference: str) -> None:
    """Put a reference wherever a path of the register leads."""
    step, rest = path[0], path[1:]
    if step == "*":
        for number, item in enumerate(data if isinstance(data, list) else []):
            if rest:
                cite(item, rest, reference)
            else:
                data[number] = reference
    elif isinstance(data, dict) and step in data:
        if rest:
            cite(data[step], rest, reference)
        elif isinstance(data[step], str):
            data[step] = reference


def cited(name: str) -> list[tuple[str, str]]:
    """(record, reference) of every record that an example cites."""
    kind = REGISTER[TYPE_PREFIX + name]
    return list(kind.references(kind.event.model_validate_json(json.dumps(EXAMPLES[name]))))
