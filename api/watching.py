"""What goes on beside intake and answers: bringing checkpoints to witnesses, and the ledger checking itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from ledger.evidence.gathering import Gatherer
from ledger.evidence.self_audit import BETWEEN, SelfAudit
from ledger.evidence.witnessing import Cosignatures
from ledger.log.policy import NOBODY, Policy
from ledger.recorders.contract import LedgerRecorder
from ledger.wiring import Parts


@dataclass(frozen=True)
class Watch:
    """How it goes on: which witnesses are asked and what makes a checkpoint agreed, seconds between two questions to a witness, the share
    of the time that the self-audit works, and seconds between two of its passes.
    """

    policy: Policy = NOBODY
    every: float = 60.0
    share: float = 0.05
    between: float = BETWEEN


class Watching:
    """Runs from the moment it is made until it is closed."""

    def __init__(self, parts: Parts, watch: Watch) -> None:
        ledger = parts.ledger
        recorder = cast("LedgerRecorder", ledger.recorder)
        self.cosignatures = Cosignatures(recorder, watch.policy, ledger.guard.halt)
        self.gatherer = Gatherer(self.cosignatures, ledger.clock, watch.every)
        self.audit = SelfAudit(
            recorder, ledger.every_key, ledger.clock, vault=ledger.vault, share=watch.share, between=watch.between
        )

    def close(self) -> None:
        """Stop both after what they have in hand."""
        self.gatherer.close()
        self.audit.close()
