"""`python -m ledger.cli`: the command line as a program."""

from __future__ import annotations

import sys

from ledger.cli.commands import main
from ledger.garbage import look_seldom

if __name__ == "__main__":
    look_seldom()
    sys.exit(main())
