"""The feed: every entry in order, filtered if asked; one page, or a stream of the stored bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from ledger.application import Ledger
from ledger.entry import leaf_hash, read_back
from ledger.projections.tables import Tables
from ledger.recorders.contract import LedgerRecorder, StoredEntry

MOST_LOOKED_AT = 20_000
"""Entries looked at for one page: a rare filter gives short pages, each saying where to go on, and never a long wait."""
AT_ONCE = 500


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted; None wants all."""

    subject: str | None = None
    record: str | None = None
    reference: str | None = None
    type: str | None = None
    source: str | None = None
    sees: Callable[[str], bool] | None = None
    """Whether whoever asks sees a record, `<record>/<reference>`; None: they see all."""

    @property
    def one_record(self) -> str | None:
        """The one record whose entries are wanted, if that is said."""
        if self.subject is None and self.record is not None and self.reference is not None:
            return f"{self.record}/{self.reference}"
        return self.subject

    def wants(self, entry: StoredEntry) -> bool:
        """Whether an entry is wanted, told from its envelope; its bytes are read only where they may name the source."""
        record, _, reference = entry.originator_id.partition("/")
        return (
            self.subject in (None, entry.originator_id)
            and self.record in (None, record)
            and self.reference in (None, reference)
            and self.type in (None, entry.topic)
            and (self.source is None or self._is_from(entry.state))
            and (self.sees is None or self.sees(entry.originator_id))
        )

    def _is_from(self, body: bytes) -> bool:
        named = f'"source":"{self.source}"'.encode()
        return named in body and json.loads(body)["source"] == self.source


@dataclass(frozen=True)
class Page:
    """Some entries, and the position to go on after, or None where nothing more is there yet."""

    entries: list[StoredEntry]
    looked_up_to: int
    goes_on: bool


class Feed:
    """Reads a ledger's stored entries, as they are."""

    def __init__(self, ledger: Ledger, tables: Tables) -> None:
        self.recorder = cast("LedgerRecorder", ledger.recorder)
        self._tables = tables

    def head(self) -> int:
        """The last position."""
        return self.recorder.head().position

    def end(self, wanted: Filter) -> int:
        """How far the feed goes: to the last position, or, for a reader who does not see all, as far as the tables have come, which say what they see."""
        return self.head() if wanted.sees is None else min(self.head(), self._tables.position())

    def page(self, wanted: Filter, after: int, upto: int, limit: int) -> Page:
        """Up to `limit` wanted entries with after < position <= upto."""
        found: list[StoredEntry] = []
        looked_up_to = after
        for entry in self._candidates(wanted, after, upto):
            looked_up_to = entry.position
            if wanted.wants(entry):
                found.append(entry)
                if len(found) == limit:
                    return Page(found, looked_up_to, goes_on=looked_up_to < upto)
        end = upto if wanted.one_record else min(upto, after + MOST_LOOKED_AT)
        return Page(found, max(after, end), goes_on=end < upto)

    def pages(self, wanted: Filter, after: int, upto: int, limit: int | None) -> Iterator[list[StoredEntry]]:
        """Wanted entries some at a time, until there are no more, or `limit` of them."""
        left, goes_on = limit, True
        while goes_on and left != 0:
            page = self.page(wanted, after, upto, AT_ONCE if left is None else min(AT_ONCE, left))
            after, goes_on = page.looked_up_to, page.goes_on
            left = None if left is None else left - len(page.entries)
            yield page.entries

    def _candidates(self, wanted: Filter, after: int, upto: int) -> Iterator[StoredEntry]:
        if wanted.one_record is None:
            return self.recorder.entries(after, upto=min(upto, after + MOST_LOOKED_AT))
        rows = self.recorder.record(wanted.one_record, upto=upto)
        return (row for row in rows if row.position > after)


def told(entry: StoredEntry) -> bytes:
    """One entry as the service tells it: its position, its leaf, a sentence, and the stored bytes as they are."""
    sentence = json.dumps(read_back(entry.position, entry.state).event.sentence(), ensure_ascii=False)
    head = f'{{"position":{entry.position},"leaf":"{leaf_hash(entry.state)}","sentence":{sentence},"entry":'
    return head.encode() + entry.state + b"}"
