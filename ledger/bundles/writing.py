"""Writing a bundle, as a folder or a zip, in bounded memory; it bears its name only when it is whole."""

from __future__ import annotations

import json
import shutil
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from eventsourcing.persistence import PersistenceError

from ledger import canonical
from ledger.application import Ledger, Progress
from ledger.bundles.checking import check_bundle
from ledger.bundles.files import FORMAT, VERSION
from ledger.bundles.packs import carried
from ledger.bundles.page import page
from ledger.bundles.scope import Chosen
from ledger.domain.history import Entry
from ledger.log.checkpoint import Checkpoint
from ledger.log.forms import to_base64
from ledger.log.keys import VerifierKey
from ledger.log.lines import Run
from ledger.log.note import Note
from ledger.log.proofs import Proof
from ledger.log.receipt import Trust
from ledger.log.tree import leaf_hash
from ledger.seals import Seal
from ledger.vault import SealedWords

PROGRAM = Path(__file__).parents[2] / "verify_ledger.py"
PAGE = 500
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip: the same bundle gives the same bytes."""


@dataclass(frozen=True)
class Wanted:
    """What goes into a bundle: a scope, the checkpoint it is shown under, the entry that sealed the heads, and what lies beside."""

    chosen: Chosen
    checkpoint: Note
    seal: Seal | None
    keys: Sequence[VerifierKey] = ()
    words: bool = False
    """Whether sealed words are disclosed beside the entries."""
    figures: Mapping[str, bytes] = field(default_factory=dict)
    """Reports as JSON, by name."""
    witnessed: Note | None = None
    """An earlier checkpoint with those who cosigned it, where nobody has cosigned this one yet."""

    @property
    def size(self) -> int:
        """Of the tree that the checkpoint speaks of."""
        return Checkpoint.parse(self.checkpoint.text).size


class Sink(ABC):
    """Where the files of a bundle go, one after another."""

    def __init__(self, path: Path) -> None:
        self.whole = path
        self.path = path.with_name(f"{path.name}.partial")
        if self.whole.exists() or self.path.exists():
            raise FileExistsError(f"{self.whole if self.whole.exists() else self.path} exists already.")

    @abstractmethod
    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file to be written, once."""

    def put(self, name: str, octets: bytes) -> None:
        """A file of these bytes."""
        with self.file(name) as out:
            out.write(octets)

    @abstractmethod
    def ended(self) -> None:
        """Everything was written."""

    def done(self) -> None:
        """Everything is right: give it its name."""
        self.path.rename(self.whole)

    @abstractmethod
    def dropped(self) -> None:
        """Something went wrong: leave nothing behind."""


class Folder(Sink):
    """A folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path.mkdir()

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        return path.open("xb")

    def ended(self) -> None:
        """As Sink's."""

    def dropped(self) -> None:
        shutil.rmtree(self.path)


class Zip(Sink):
    """A zip."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._zip = zipfile.ZipFile(self.path, "x", zipfile.ZIP_DEFLATED)

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        info = zipfile.ZipInfo(name, _LONG_AGO)
        info.compress_type = zipfile.ZIP_DEFLATED
        return self._zip.open(info, "w", force_zip64=True)

    def ended(self) -> None:
        self._zip.close()

    def dropped(self) -> None:
        self._zip.close()
        self.path.unlink()


class BundleDiffers(PersistenceError):
    """A bundle was written and does not prove what it should: the ledger it was made from is not whole."""


def write(ledger: Ledger, wanted: Wanted, path: Path, progress: Progress) -> None:
    """Write a bundle to a new folder, or to a new zip where the name ends in .zip, and check it before it has its name.

    Raises FileExistsError, OSError, and BundleDiffers where the check finds anything false.
    """
    sink = Zip(path) if path.suffix == ".zip" else Folder(path)
    try:
        _write(ledger, wanted, sink, progress)
        sink.ended()
        found = check_bundle(sink.path, Trust(tuple(wanted.keys)))
        if found.code:
            raise BundleDiffers(f"The bundle does not hold what it should: {(found.false + found.untold)[0]}.")
    except BaseException:
        sink.dropped()
        raise
    sink.done()


def _write(ledger: Ledger, wanted: Wanted, sink: Sink, progress: Progress) -> None:
    positions = wanted.chosen.positions
    steps = 2 + wanted.words
    moved = _Moved(progress, steps * len(positions))
    sink.put("bundle.json", canonical.write(_manifest(wanted)) + b"\n")
    sink.put("checkpoint", wanted.checkpoint.to_bytes())
    if wanted.witnessed is not None:
        sink.put("witnessed", wanted.witnessed.to_bytes())
        proof = ledger.consistency(Checkpoint.parse(wanted.witnessed.text).size, wanted.size)
        sink.put("consistency", "".join(f"{line}\n" for line in _path(proof)).encode())
    with sink.file("entries.ndjson") as out:
        for entry in moved(_entries(ledger, positions)):
            out.write(entry.body + b"\n")
    if wanted.chosen.stated["kind"] == "all":
        with sink.file("leaves") as out:
            for entry in moved(_entries(ledger, positions)):
                out.write(leaf_hash(entry.body))
    else:
        with sink.file("proofs.ndjson") as out:
            for position in moved(positions):
                out.write(_line({"path": _path(ledger.inclusion(position - 1, wanted.size)), "position": position}))
    if wanted.chosen.runs:
        with sink.file("runs.ndjson") as out:
            out.writelines(map(_run, wanted.chosen.runs))
    if wanted.words:
        with sink.file("words.ndjson") as out:
            for group in _pages(positions):
                out.writelines(map(_words, ledger.words(list(group))))
                moved.by(len(group))
    for name, report in wanted.figures.items():
        sink.put(f"figures/{name}.json", report)
    for name, octets in carried(ledger.packs(as_at=wanted.size)):
        sink.put(name, octets)
    keys = "# Keys as the ledger gives them. Get them from somebody you trust, and compare.\n" + "".join(
        f"{key}\n" for key in wanted.keys
    )
    sink.put("keys.txt", keys.encode())
    sink.put("verify_ledger.py", PROGRAM.read_bytes())
    sink.put("index.html", page(ledger, wanted.chosen, wanted.seal, wanted.size, words=wanted.words).encode())


class _Moved:
    """Tells progress over several passes."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def by(self, number: int) -> None:
        self._done += number
        self._progress(self._done, self._total)

    def __call__(self, items: Any) -> Iterator[Any]:
        number = 0
        for number, item in enumerate(items, 1):
            yield item
            if number % PAGE == 0:
                self.by(PAGE)
        self.by(number % PAGE)


def _manifest(wanted: Wanted) -> dict[str, Any]:
    seal = {} if wanted.seal is None else {"seal": wanted.seal.entry.position}
    return {"format": FORMAT, "scope": dict(wanted.chosen.stated), "version": VERSION, **seal}


def _entries(ledger: Ledger, positions: Sequence[int]) -> Iterator[Entry]:
    if isinstance(positions, range):
        yield from ledger.entries(positions.start - 1, upto=positions.stop - 1)
    else:
        yield from map(ledger.entry_at, positions)


def _pages(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(positions), PAGE):
        yield positions[start : start + PAGE]


def _path(path: Proof) -> list[str]:
    return [to_base64(item) for item in path]


def _run(run: Run) -> bytes:
    lines = [{"index": each.index, "line": each.line.decode(), "path": _path(each.path)} for each in run.placed]
    return _line({"lines": lines, "prefix": run.prefix.decode()})


def _words(words: SealedWords) -> bytes:
    return _line({"path": words.path, "position": words.position, "salt": to_base64(words.salt), "text": words.text})


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
