"""What was erased, kept apart from the database: an older backup that is put back has its words erased again before anybody reads them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.domain.general import WordsErased
from ledger.entry import read_back
from ledger.evidence.row_checks import sealed_at
from ledger.recorders.contract import LedgerRecorder, Place
from ledger.secret_file import SecretFile


class Erased(NamedTuple):
    """Words that are gone: where they were, and the commitment that the entry goes on holding. `certificate`: by which entry."""

    position: int
    path: str
    commitment: str
    certificate: int


class ErasuresUnusable(ValueError):
    """What was erased cannot be read or written down; the sentence says why."""


class Erasures:
    """A file with a line for each place. It holds no words, and lines are only added; processes on one ledger may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = SecretFile(path, _lines, "what was erased", ErasuresUnusable)

    def read(self) -> list[Erased]:
        """Every line; none where nothing was erased yet. Raises ErasuresUnusable."""
        return self._file() if self.path.exists() else []

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down what is not there yet; it is durable when this returns. Raises ErasuresUnusable."""
        wanted = list(erased)
        if not wanted:
            return
        try:
            with _alone(self.path.parent):
                there = self.read()
                if fresh := [each for each in wanted if each not in set(there)]:
                    self._file.put(" ".join(map(str, each)) for each in (*there, *fresh))
        except OSError as error:
            raise ErasuresUnusable(
                f"{self.path}, which says what was erased, cannot be written: {error.strerror}."
            ) from error


def _lines(text: str, where: str) -> list[Erased]:
    try:
        return [Erased(int(a), b, c, int(d)) for a, b, c, d in (line.split(" ") for line in text.splitlines())]
    except ValueError as error:
        raise ErasuresUnusable(f"{where} is not a list of what was erased.") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time goes on in this folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def certified(entries: Iterable[tuple[int, bytes]]) -> list[Erased]:
    """What certificates among these entries, each given by its position and its bytes, say."""
    found = []
    for position, body in entries:
        event = read_back(position, body).event
        if isinstance(event, WordsErased):
            found += [Erased(each.position, each.path, each.commitment, position) for each in event.erased]
    return found


def erase_again(home: LedgerRecorder, kept: Erasures | None) -> int:
    """Erase what was erased before and is here all the same, and write down what no crash let be written; how many words it were.

    An entry is the one that was meant where it holds the same commitment. Raises ErasuresUnusable, and eventsourcing's errors.
    """
    by_the_log = certified((row.position, row.state) for row in home.certificates(0))
    if kept is not None:
        kept.add(by_the_log)
    known = by_the_log if kept is None else kept.read()
    gone = _back(home, known)
    if gone:
        with home.appending() as held:
            held.head  # noqa: B018 - locks it
            held.exchange(gone, ())
        home.scrub()
    return len(gone)


def _back(home: LedgerRecorder, known: Sequence[Erased]) -> list[Place]:
    meant = {(each.position, each.path): each.commitment for each in known}
    found = []
    for words in home.words(sorted({position for position, _ in meant})):
        if (seal := meant.get((words.position, words.path))) is None:
            continue
        entry = home.entry(words.position)
        if entry is not None and sealed_at(entry.state).get(words.path) == seal:
            found.append(Place(words.position, words.path))
    return found
