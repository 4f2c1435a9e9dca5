"""`ledger serve` and `ledger demo`: both become a program of the service, which stands above the ledger."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import become, opened, settings
from ledger.cli.options import Database
from ledger.cli.output import note


def serve(
    database: Database = None,
    host: Annotated[
        str | None, typer.Option("--host", help="A loopback address (LEDGER_HOST).", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="LEDGER_PORT.", show_default=False)
    ] = None,
) -> None:
    """Start the service; stop it with Ctrl-C or SIGTERM."""
    from ledger.settings import why_not_serve
    from ledger.wiring import policy_of

    chosen = settings(database)
    changes = {"LEDGER_DATABASE": database, "LEDGER_HOST": host, "LEDGER_PORT": None if port is None else str(port)}
    address = host or chosen.host
    if why := why_not_serve(chosen, address):
        raise Stop(Code.USAGE, why)
    shown = f"http://{f'[{address}]' if ':' in address else address}:{chosen.port if port is None else port}"
    with told(), opened(database, make=True):
        policy_of(chosen)  # so that a database or a pack in trouble is told here, in one line
    _listen_once(address, chosen.port if port is None else port, shown)
    note(f"Starting on {shown}; its documentation is at {shown}/docs.")
    become("api", {name: value for name, value in changes.items() if value is not None})


def _listen_once(address: str, port: int, shown: str) -> None:
    """Stop where somebody listens there already, or may not: the web server would end with an exit code of its own."""
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        raise Stop(Code.DATABASE, f"Nothing can listen on {shown}: {error.strerror}. --port names another.") from error


def demo(
    into: Annotated[
        Path | None, typer.Option("--into", help="The folder to write to.", show_default="var/demo")
    ] = None,
) -> None:
    """Record two example years into var/demo through the service, and show their figures, logs and reports."""
    become("api.demonstration", {}, *(() if into is None else ("--into", str(into))))
