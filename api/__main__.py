"""Run the service: `python -m api`."""

from __future__ import annotations

import sys

import uvicorn

from api.logs import CONFIG
from api.wire import Wire
from ledger.evidence.signing import KeyUnusable
from ledger.garbage import look_seldom
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
    if why := why_not_serve(settings, settings.host):
        sys.stderr.write(f"{why}\n")
        sys.exit(BAD_USAGE)
    try:
        signing_of(settings, settings.database)
        vault_of(settings, settings.database)
    except (KeyUnusable, VaultKeyUnusable) as error:
        sys.stderr.write(f"{error}\n")
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


if __name__ == "__main__":
    main()
