"""`ledger carry-back`: a ledger that was put back behind what it signed takes the missing entries from what others kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import opened, require_present, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import entries_said, note, say, write_json

if TYPE_CHECKING:
    from ledger.bundles.carrying import Plan


def carry_back(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Bundles (folders or zips), receipts and checkpoints that were kept."),
    ],
    *,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="VKEY", help="A further public key of the log, one it once had; may be repeated.", show_default=False),
    ] = None,
    without_words: Annotated[
        bool, typer.Option("--without-words", help="Go on though sealed words are in none of the files: they are then gone.")
    ] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Append the entries that a ledger lost, byte for byte, from bundles and receipts, if they come to the very root that it signed."""
    from typing import cast

    from ledger.bundles.carrying import NotCarried, planned
    from ledger.bundles.carrying import carry_back as carry
    from ledger.cli.verifying import marked, trusted_keys
    from ledger.cli.witnessing import cosignatures_of
    from ledger.evidence.erasures import erase_again
    from ledger.recorders.contract import LedgerRecorder

    where = url(settings(database))
    require_present(where)
    with told(), opened(database, make=True, sign=False) as ledger:
        stored = cast("LedgerRecorder", ledger.recorder)
        keys = (*trusted_keys(None, where, database), *(trusted_keys(key, where, database) if key else ()))
        try:
            erased = ledger.erasures.read() if ledger.erasures else ()
            every_key = (*keys, *ledger.every_key())
            plan = planned(stored, [*files, *marked(where, database)], every_key, ledger.vault, erased)
        except NotCarried as error:
            raise Stop(Code.UNVERIFIED, f"{error} Nothing was changed.") from error
        if plan.wordless and not without_words:
            raise Stop(
                Code.REFUSED,
                f"Of the entries that are missing, {_texts(plan.wordless)} in none of these files. Bring a bundle made with --words, or "
                "say --without-words: the entries come back, and those words never. Nothing was changed.",
            )
        carry(stored, plan, cosignatures_of(ledger).take)
        erase_again(stored, ledger.erasures)
    _tell(plan, as_json=as_json)


def _texts(count: int) -> str:
    return f"{count} sealed {'text is' if count == 1 else 'texts are'}"


def _tell(plan: Plan, *, as_json: bool) -> None:
    first, last = plan.rows[0].position, plan.rows[-1].position
    words = sum(len(row.words) for row in plan.rows)
    if as_json:
        write_json({"first": first, "last": last, "words": words, "wordless": plan.wordless, "erased": plan.erased})
        return
    say(
        f"{entries_said(len(plan.rows))} carried back, {first} to {last}: the tree of {last} has the root that was signed."
    )
    if words or plan.wordless:
        say(f"Sealed texts that came back: {words} of {words + plan.wordless}.")
    if plan.erased:
        say(f"Sealed texts that had been erased, and stay so: {plan.erased}.")
    note("Start the service again: it goes on recording from here. `ledger verify` goes through everything once more.")
