"""What the ledger says of one recorded event, and of a rule that refused one: the same words at every door."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ledger.clock import spelled
from ledger.domain.claim import Broken
from ledger.domain.register import FLAG, RULES, Rule
from ledger.entry import leaf_hash
from ledger.evidence.proving import stated
from ledger.log.receipt import Receipt
from ledger.outcome import Recorded

if TYPE_CHECKING:
    from ledger.application import Ledger


def receipt(recorded: Recorded) -> dict[str, Any]:
    """The receipt. It depends on the stored entry and its first checkpoint only, so that a repeat is answered alike."""
    entry = recorded.entry
    return {
        "position": entry.position,
        "type": entry.kind.type,
        "record": entry.originator_id,
        "recordversion": entry.version,
        "recordedtime": spelled(entry.recordedtime),
        "source": entry.source,
        "id": entry.id,
        "content": recorded.content.hex(),
        "leaf": leaf_hash(entry.body),
        "departures": [departure for rule in entry.departures for departure in departures(rule)],
        **(proof(recorded.receipt) if recorded.receipt else {}),
        **({"erased": list(recorded.erased)} if recorded.erased else {}),
    }


def proof(given: Receipt) -> dict[str, Any]:
    """What a receipt proves by: hashes in hex, the checkpoint's text, and the whole as C2SP tlog-proof text."""
    tree = stated(given.checkpoint)
    return {
        "index": given.index,
        "size": tree.size,
        "root": tree.root.hex(),
        "inclusion": [item.hex() for item in given.path],
        "checkpoint": str(given.checkpoint),
        "proof": given.text(),
    }


def told_keys(ledger: Ledger) -> dict[str, Any]:
    """Every public key of the log, the newest first, and which of them sign now; `origin` is the log's name."""
    signing = ledger.log_keys()
    known = dict.fromkeys([*map(str, signing), *ledger.earlier_keys()])
    told = {"keys": [{"key": key, "signs": number < len(signing)} for number, key in enumerate(known)]}
    return told | ({"origin": signing[0].name} if signing else {})


@cache
def departures(rule_id: str) -> tuple[dict[str, str], ...]:
    """What a flagged rule asks, once for each claim that stands under its id."""
    flagged = [rule for rule in RULES.get(rule_id, ()) if rule.effect is FLAG]
    return tuple({"rule": rule.id, "sentence": rule.sentence, "source": rule.source} for rule in flagged)


def told_rule(rule: Rule) -> dict[str, str]:
    """A rule: its id, its name, its sentence, its source and its effect."""
    return {
        "id": rule.id,
        "name": rule.name,
        "sentence": " ".join(rule.sentence.split()),
        "source": rule.source,
        "effect": rule.effect.value,
    }


def told_broken(broken: Broken) -> dict[str, str]:
    """A rule that does not hold, and why not here."""
    return {**told_rule(broken.rule), "why": broken.why}
