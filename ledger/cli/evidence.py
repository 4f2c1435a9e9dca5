"""`ledger seal-heads`, `receipt` and `checkpoint`: what every record holds, and what is signed of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import opened
from ledger.cli.options import Database, Json
from ledger.cli.output import progress, say, write_bytes, write_json

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.seals import Seal


def seal_heads(database: Database = None, as_json: Json = False) -> None:
    """State in the ledger what every record holds, so that completeness and silence can be shown; the service does so daily."""
    with told(), opened(database, make=True) as ledger:
        sealed = sealed_now(ledger)
    if sealed is None:
        raise Stop(
            Code.REFUSED, "This ledger was never opened (ledger.opened), so there is no record of it to seal on."
        )
    if as_json:
        write_json({"position": sealed.entry.position, **sealed.event.model_dump()})
    else:
        say(f"{sealed.event.sentence()}; the entry that says so is {sealed.entry.position}.")


def sealed_now(ledger: Ledger) -> Seal | None:
    """The entry that seals everything recorded so far, written if it is not there yet; None in a ledger that was never opened."""
    from ledger.cli.answers import answer_of
    from ledger.outcome import Recorded
    from ledger.seals import last_seal, seal

    with progress("sealing the heads") as move:
        batch = seal(ledger, move)
        if batch is not None:
            outcome = ledger.write([batch])[0][0]
            if not isinstance(outcome, Recorded):  # somebody sealed further on meanwhile
                problem = answer_of(1, outcome).problem or {}
                raise Stop(Code.REFUSED, str(problem.get("title")))
    return last_seal(ledger)


def receipt(
    position: Annotated[int, typer.Argument(min=1, metavar="POSITION", help="Which entry.")], database: Database = None
) -> None:
    """The receipt of an entry as it was first signed: C2SP tlog-proof text, for `verify_ledger.py receipt`."""
    with told(), opened(database) as ledger:
        try:
            found = ledger.prove(position)
        except LookupError as error:
            raise Stop(Code.NOT_FOUND, f"The ledger ends at position {ledger.head().position}.") from error
    if found is None:
        raise Stop(Code.NOT_FOUND, f"Nothing that covers entry {position} was signed yet.")
    write_bytes(found.to_bytes())


def checkpoint(
    database: Database = None,
    agreed: Annotated[bool, typer.Option("--agreed", help="The last one that enough witnesses cosigned.")] = False,
) -> None:
    """What the log says of itself now: the signed C2SP checkpoint, with what witnesses have cosigned of it."""
    from ledger.cli.witnessing import cosignatures_of

    with told(), opened(database) as ledger:
        kept = cosignatures_of(ledger)
        note = kept.note(kept.agreed_size()) if agreed else kept.latest()
    if note is None and agreed:
        raise Stop(Code.NOT_FOUND, "No checkpoint is agreed yet; `ledger witnesses` says who has cosigned how much.")
    if note is None:
        raise Stop(Code.NOT_FOUND, "Nothing is signed yet: the first checkpoint comes with the first entry.")
    write_bytes(note.to_bytes())
