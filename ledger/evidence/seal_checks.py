"""Whether what was sealed of the heads is what the entries before it come to."""

from __future__ import annotations

import json
from collections.abc import Callable

from ledger.domain.ledger_opening import LEDGER, REFERENCE
from ledger.evidence.heads import Heads
from ledger.evidence.verification import Break, Part
from ledger.recorders.contract import LedgerRecorder

SEALED = "uk.safeguarding.ledger.heads-sealed"
PAGE = 1_000


def faults_of_seals(
    stored: LedgerRecorder, upto: int, progress: Callable[[int, int], None], *, every: bool = False
) -> list[Break]:
    """What is wrong in the last seal of an intact ledger by a position, or with `every` in any; one pass over the entries."""
    seals = [row for row in stored.record(f"{LEDGER.name}/{REFERENCE}", upto=upto) if row.topic == SEALED]
    heads, found = Heads(), []
    for row in seals if every else seals[-1:]:
        said = json.loads(row.state)["data"]
        while heads.position < said["upto"]:
            heads.take(stored.bodies(heads.position, min(PAGE, said["upto"] - heads.position)))
            progress(heads.position, seals[-1].position)
        lines = heads.lines()
        if (said["lines"], said["root"]) != (lines.size, lines.root().hex()):
            found.append(
                Break(row.position, Part.ENTRY, "the heads sealed here are not those of the entries before it")
            )
    return found
