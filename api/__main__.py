"""Run the service: `python -m api`."""

from __future__ import annotations

import ipaddress
import sys

import uvicorn

from ledger.settings import Settings

SECONDS_TO_FINISH = 5
"""How long open requests and streams have once the service is told to stop."""
BAD_USAGE = 2
"""The exit code of a setting that cannot be used, as of every command."""


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Serve on the host and port of the settings."""
    settings = Settings()
    if not is_loopback(settings.host):
        sys.stderr.write(
            f"LEDGER_HOST is {settings.host}, which other machines can reach. This version knows no sign-in: whoever reaches it "
            "may read and post everything. It therefore serves 127.0.0.1, ::1 or localhost only.\n"
        )
        sys.exit(BAD_USAGE)
    uvicorn.run(
        "api.app:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,  # addresses hold references
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


if __name__ == "__main__":
    main()
