"""Every question a form shows, rows and branches included, each with its path."""

from __future__ import annotations

from collections.abc import Iterator

from api.forms.asked import Asked, Changes, Either, Many, Pairs, Part
from api.forms.given import Given


def walked(
    asked: tuple[Asked, ...], given: Given, prefix: str, changes: tuple[Asked, ...] = ()
) -> Iterator[tuple[str, Asked]]:
    """(path, question) in the order of the page; of several kinds of part only the one that was chosen."""
    for each in asked:
        yield from _within(each, given, f"{prefix}.{each.name}", changes)


def _within(asked: Asked, given: Given, path: str, changes: tuple[Asked, ...]) -> Iterator[tuple[str, Asked]]:
    yield path, asked
    match asked.answer:
        case Part(asked=parts):
            yield from walked(parts, given, path, changes)
        case Either(branches=branches):
            for branch in branches:
                if given.one(f"{path}:is") == branch.code:
                    yield from walked(branch.part.asked, given, f"{path}.{branch.code}", changes)
        case Many(item=item):
            for number in range(given.rows(path)):
                yield from _within(item, given, f"{path}.{number}", changes)
        case Pairs(key=key, value=value):
            for number in range(given.rows(path)):
                yield from walked((key, value), given, f"{path}.{number}", changes)
        case Changes():
            yield from walked(changes, given, path)
        case _:
            pass
