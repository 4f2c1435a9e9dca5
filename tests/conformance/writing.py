"""A process that writes groups into a ledger and says after each what was acknowledged; one in ten it rolls back.

    python writing.py DATABASE NAME GROUPS SEED

prints a line `reference first size` for each group, after its commit.
"""

from __future__ import annotations

import random
import sys

from ledger.recorders import open_recorder
from tests.conformance.making import NOON, append_group, entry


class ChangeOfMind(Exception):
    """Rolls a transaction back."""


def rolled_back(recorder, reference):
    """Stage a group and leave without committing it."""
    try:
        with recorder.appending() as held:
            held.append([entry(f"{reference}-undone")], (), held.head.recordedtime or NOON)
            raise ChangeOfMind
    except ChangeOfMind:
        return


def write(database, name, groups, seed, say):
    """Write groups of one to seven entries, sometimes of sixty; `say` is told each once it is committed."""
    chance = random.Random(seed)
    recorder = open_recorder(database)
    for number in range(groups):
        reference = f"case/{name}-{number}"
        if chance.random() < 0.1:
            rolled_back(recorder, reference)
        size = 60 if chance.random() < 0.05 else chance.randint(1, 7)
        positions = append_group(recorder, reference, size)
        say(reference, positions[0], size)
    recorder.close()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), lambda *told: print(*told, flush=True))
