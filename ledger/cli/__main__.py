"""`python -m ledger.cli`: the command line as a program."""

from __future__ import annotations

import sys

from ledger.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
