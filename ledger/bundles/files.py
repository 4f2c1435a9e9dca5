"""The files of a bundle that somebody handed in: named, bounded, read in place."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from ledger.log.verdict import Malformed, Unknown

FORMAT, VERSION = "safeguarding-ledger-bundle", 1
KNOWN = frozenset({
    "bundle.json", "checkpoint", "entries.ndjson", "leaves", "proofs.ndjson", "runs.ndjson", "words.ndjson", "witnessed", "consistency",
    "README.txt", "index.html", "keys.txt", "verify_ledger.py",
})  # fmt: skip
REPORT = re.compile(r"figures/[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.json")
WITHIN = ("figures", "packs")
"""Folders in the folder."""
MOST_FILES = 1_000
MOST_ENTRY, MOST_LINE, MOST_FILE = 65_535, 4_000_000, 64_000_000


class Files:
    """Named files of a folder or a zip, opened one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_dir():
            found = [each.name for each in path.iterdir()]
            for inside in (path / name for name in WITHIN):
                if inside.is_dir() and not inside.is_symlink():
                    found.remove(inside.name)
                    found += [f"{inside.name}/{each.name}" for each in inside.iterdir()]
        else:
            try:
                self._zip = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise Unknown("neither a folder nor a zip that can be read") from error
            found = [name for name in self._zip.namelist() if not name.endswith("/")]
            if len(found) != len(set(found)):
                raise Malformed("the zip holds two files of one name")
        if len(found) > MOST_FILES:
            raise Unknown("more files than a bundle has")
        self.names = frozenset(found)

    def close(self) -> None:
        """Let go of the zip."""
        if self._zip is not None:
            self._zip.close()

    def opened(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Unknown where there is none, or none that should be read."""
        if name not in self.names:
            raise Unknown(f"there is no {name}")
        if self._zip is None:
            file = self._path / name
            if file.is_symlink() or not file.is_file():
                raise Unknown(f"{name} is no plain file")
            return file.open("rb")
        info = self._zip.getinfo(name)
        packed = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & 1
        if not packed or info.file_size > 250 * info.compress_size + 1_000_000:
            raise Unknown(f"{name} is packed in a way that is not opened")
        return self._zip.open(info)

    def pieces(self, name: str, take: Callable[[IO[bytes]], bytes]) -> Iterator[bytes]:
        """What `take` reads, until there is no more."""
        try:
            with self.opened(name) as file:
                while piece := take(file):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise Malformed(f"{name} is damaged") from error

    def whole(self, name: str) -> bytes:
        """All of it."""
        raw = b"".join(self.pieces(name, lambda file: file.read(MOST_FILE + 1)))
        if len(raw) > MOST_FILE:
            raise Malformed(f"{name} is too long")
        return raw

    def lines(self, name: str, most: int = MOST_LINE) -> Iterator[bytes]:
        """Its lines, without their ends."""
        for line in self.pieces(name, lambda file: file.readline(most + 2)):
            if line == b"\n" or not line.endswith(b"\n"):
                raise Malformed(f"{name} has a line that is empty, too long or cut short")
            yield line[:-1]


def read_json(raw: bytes) -> Any:
    """The one value of these bytes; Malformed where they have none, or two meanings."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise ValueError("a member twice")
        return made

    def no(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(raw.decode(), object_pairs_hook=once, parse_constant=no)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON with one meaning") from error
