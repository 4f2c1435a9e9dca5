"""What somebody typed into a form: its fields by name, each with all its values, kept as they were typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Self

MOST_FIELDS = 1_000
"""Of one form, as Starlette takes them; whoever has more posts JSON."""


class Given:
    """Fields as typed. A name is a path: steps divided by dots, and after a colon a part of one control."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = {name: list(values) for name, values in fields.items()}

    @classmethod
    def kept(cls, text: str) -> Self:
        """From what `text` kept."""
        return cls(json.loads(text))

    def __len__(self) -> int:
        return sum(map(len, self._fields.values()))

    def text(self) -> str:
        """All of it, to keep as a draft."""
        return json.dumps(self._fields, ensure_ascii=False)

    def one(self, name: str) -> str:
        """What was typed, without blanks around it; "" for nothing."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """What was typed, blanks and all."""
        return next(iter(self._fields.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """Every value of a name, in the order in which they stand on the page."""
        return self._fields.get(name, [])

    def rows(self, path: str) -> int:
        """How many rows of a list the form had."""
        told = self.one(f"{path}:rows")
        return min(int(told), MOST_FIELDS) if told.isdecimal() and len(told) < 6 else 0  # noqa: PLR2004 - no longer number of rows

    def with_rows(self, path: str, rows: int) -> Given:
        """The same with so many rows of a list."""
        return Given({**self._fields, f"{path}:rows": [str(rows)]})

    def with_one(self, name: str, value: str) -> Given:
        """The same with another value of a name."""
        return Given({**self._fields, name: [value]})

    def without_row(self, path: str, number: int) -> Given:
        """The same with one row of a list gone and those behind it moved up."""
        kept: dict[str, list[str]] = {}
        for name, values in self._fields.items():
            moved = _moved(name, f"{path}.", number)
            if moved is not None:
                kept[moved] = values
        return Given(kept).with_rows(path, max(self.rows(path) - 1, 0))

    def without(self, *names: str) -> Given:
        """Without some fields, such as the button that was pressed."""
        return Given({name: values for name, values in self._fields.items() if name not in names})


def _moved(name: str, prefix: str, gone: int) -> str | None:
    """What a field is called once a row is gone; None for a field of that row."""
    if not name.startswith(prefix):
        return name
    step, mark, rest = _first_step(name.removeprefix(prefix))
    if not step.isdecimal() or int(step) < gone:
        return name
    return None if int(step) == gone else f"{prefix}{int(step) - 1}{mark}{rest}"


def _first_step(name: str) -> tuple[str, str, str]:
    at = next((number for number, sign in enumerate(name) if sign in ".:"), len(name))
    return name[:at], name[at : at + 1], name[at + 1 :]
