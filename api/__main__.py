"""Run the service: `python -m api`."""

from __future__ import annotations

import sys

import uvicorn

from api.logs import CONFIG
from api.wire import Wire
from ledger.evidence.signing import KeyUnusable
from ledger.garbage import look_seldom
from ledger.partnerships import PartnershipsUnreadable, read_partnerships, why_not_host
from ledger.settings import Settings, why_not_serve
from ledger.vault import VaultKeyUnusable
from ledger.wiring import signing_of, vault_of

SECONDS_TO_FINISH = 5
"""How long open requests and streams have once the service is told to stop."""
BAD_USAGE = 2
"""The exit code of a setting that cannot be used, as of every command."""


def main() -> None:
    """Serve on the host and port of the settings."""
    settings = Settings()
    try:
        why = _why_not(settings)
    except (KeyUnusable, VaultKeyUnusable, PartnershipsUnreadable, OSError) as error:
        why = str(error)
    if why:
        sys.stderr.write(f"{why}\n")
        sys.exit(BAD_USAGE)
    look_seldom()
    uvicorn.run(
        "api.app:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=Wire,
        ws="none",
        access_log=False,  # addresses hold references
        log_config=CONFIG,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def _why_not(settings: Settings) -> str | None:
    """Why the service does not start; None where it does. Raises what its keys and its file of partnerships raise."""
    if settings.partnerships is None:
        each, why = [settings], why_not_serve(settings, settings.host)
    else:
        partnerships = read_partnerships(settings.partnerships)
        each, why = list(partnerships.values()), why_not_host(settings, partnerships)
    if why is None:
        for own in each:
            signing_of(own, own.database)
            vault_of(own, own.database)
    return why


if __name__ == "__main__":
    main()
