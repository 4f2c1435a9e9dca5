"""`ledger sign-out`: sessions of the pages end at once, where somebody left or a provider is no longer trusted."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import require_present, settings, url
from ledger.cli.options import Database
from ledger.cli.output import note


def sign_out(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="SUBJECT", help="How somebody is known, as the access log has it: oidc:…", show_default=False
        ),
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="End every session there is.")] = False,
    database: Database = None,
) -> None:
    """Sign somebody out of the pages in every browser. Only the provider can keep them from signing in again."""
    from contextlib import closing

    from ledger.access.sessions import Sessions
    from ledger.clock import SystemClock

    if (subject is None) != everybody:
        raise Stop(Code.USAGE, "Name whom to sign out, or say --everybody.")
    where = url(settings(database))
    require_present(where)
    with told(), closing(Sessions.open(where, SystemClock(), "")) as sessions:
        ended = sessions.end_all(subject)
    note(f"{ended} {'session' if ended == 1 else 'sessions'} ended.")
