"""`ledger witnesses` and `ledger witness`: who has cosigned how much, and being a witness oneself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import become, opened, settings
from ledger.cli.options import Database, Json
from ledger.cli.output import entries_said, progress, say, show, write_json

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.evidence.witnessing import Cosignatures


def cosignatures_of(ledger: Ledger) -> Cosignatures:
    """What is kept of the witnesses that the settings name."""
    from ledger.evidence.witnessing import Cosignatures
    from ledger.recorders.contract import LedgerRecorder
    from ledger.wiring import policy_of

    return Cosignatures(cast("LedgerRecorder", ledger.recorder), policy_of(settings()))


def agreed_within(kept: Cosignatures, size: int, seconds: float) -> None:
    """Ask the witnesses that can be reached, and wait for the others, until so many entries are agreed. Stop where they are not in time."""
    from time import monotonic, sleep

    from ledger.clock import SystemClock
    from ledger.evidence.gathering import Gatherer

    if kept.policy.quorum is None:
        raise Stop(Code.USAGE, "There is nobody to wait for: LEDGER_WITNESS_POLICY names no quorum.")
    gatherer, deadline = Gatherer(kept, SystemClock(), 1.0), monotonic() + seconds
    try:
        with progress("waiting for the witnesses") as move:
            while (agreed := kept.agreed_size()) < size and monotonic() < deadline:
                move(agreed, size)
                sleep(0.1)
    finally:
        gatherer.close()
    if agreed < size:
        raise Stop(Code.REFUSED, kept.not_agreed(size))


def witnesses(database: Database = None, as_json: Json = False) -> None:
    """How far each witness of the policy (LEDGER_WITNESS_POLICY) has come, and how many entries are agreed."""
    from ledger.clock import SystemClock, spelled

    with told(), opened(database) as ledger:
        kept, size = cosignatures_of(ledger), ledger.head().position
        last = {name: kept.last(witness.key) for name, witness in kept.policy.witnesses.items()}
        agreed, quorum, in_force = kept.agreed_size(), kept.policy.spoken(), kept.policy.quorum is not None
    rows = [
        {
            "name": name,
            "size": one.size if one else 0,
            "behind": max(0, size - (one.size if one else 0)),
            "cosigned": spelled(datetime.fromtimestamp(one.cosigned, UTC)) if one else None,
        }
        for name, one in last.items()
    ]
    if as_json:
        write_json({"size": size, "agreed": agreed, "in_force": in_force, "quorum": quorum, "witnesses": rows})
        return
    now = SystemClock().now().timestamp()
    ago = {name: _ago(now - one.cosigned) if one else "never" for name, one in last.items()}
    table = [(row["name"], row["size"], row["behind"], ago[str(row["name"])]) for row in rows]
    show("Witnesses", ("witness", "cosigned", "behind", "last"), table, numbers=("cosigned", "behind"))
    if in_force:
        say(f"{agreed} of {entries_said(size)} agreed; needed: {quorum}.")
    else:
        say("No witness policy is in force: nobody has to agree (LEDGER_WITNESS_POLICY).")


def _ago(seconds: float) -> str:
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if (count := int(seconds // length)) >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def witness(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="init|pull|serve|status|trust ...", help="As witness_ledger.py takes them."),
    ] = None,
) -> None:
    """Be a witness: the same as `witness_ledger.py`, which needs nothing of this program. `--pull URL` is its `pull URL`."""
    if not arguments:
        raise Stop(
            Code.USAGE, "What should the witness do? `ledger witness init NAME`, pull URL, serve, status or trust VKEY."
        )
    become("witness_ledger", {}, *("pull" if word == "--pull" else word for word in arguments))
