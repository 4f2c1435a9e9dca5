"""A file that holds a secret: read again whenever it has changed, written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Generic, TypeVar

T = TypeVar("T")


class SecretFile(Generic[T]):
    """What a file's text says, by `read`, which is told the file's name too; so a key is replaced while the service runs.

    `what` names it in a sentence ("the log's key"); `unusable` is raised where the file cannot be read.
    """

    def __init__(self, path: Path, read: Callable[[str, str], T], what: str, unusable: type[ValueError]) -> None:
        self.path = path
        self._parse, self._what, self._unusable = read, what, unusable
        self._read: tuple[tuple[int, int, int], T] | None = None

    def __call__(self) -> T:
        """What it says; raises as `read` does, and `unusable`."""
        try:
            found = self.path.stat()
            state = found.st_ino, found.st_size, found.st_mtime_ns
            read = self._read
            if read is None or read[0] != state:
                read = self._read = state, self._parse(self.path.read_text(), str(self.path))
        except (OSError, UnicodeDecodeError) as error:
            told = error.strerror if isinstance(error, OSError) else "not a text"
            raise self._unusable(f"{self.path}, which holds {self._what}, cannot be read: {told}.") from error
        return read[1]

    def put(self, lines: Iterable[str], *, anew: bool = False) -> None:
        """Put these lines there, durably, in place of all that was. With `anew` FileExistsError where there is a file."""
        descriptor, name = mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            if anew:
                os.link(name, self.path)
            else:
                os.replace(name, self.path)  # noqa: PTH105 - as beside `os.link`
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108 - as beside `os.link`
