"""What a bundle is of: a whole ledger, a record, an incident with all that cites it, a period, or an agency's silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ledger.application import Ledger, Progress
from ledger.clock import spelled
from ledger.domain.calendar import start_of_day
from ledger.histories import FOLLOWED
from ledger.log.lines import Lines, Run
from ledger.seals import Seal


class NotShown(ValueError):
    """What was asked for is not there to be shown; the message says why."""


@dataclass(frozen=True)
class Whole:
    """Every entry."""


@dataclass(frozen=True)
class OfRecord:
    """One record (`<record>/<reference>`), and with `cited` also what cites it, and what cites that."""

    record: str
    cited: bool = False


@dataclass(frozen=True)
class OfPeriod:
    """What was recorded from the first to the last of these London days."""

    first: date
    last: date


@dataclass(frozen=True)
class Silence:
    """That a source (`/agencies/POLICE`) had recorded nothing on a record, nor on what cites it."""

    record: str
    source: str


Scope = Whole | OfRecord | OfPeriod | Silence


@dataclass(frozen=True)
class Chosen:
    """A scope as a bundle states it (JSON), the positions of its entries in order, and the runs of sealed lines that show it complete."""

    stated: Mapping[str, Any]
    positions: Sequence[int]
    runs: tuple[Run, ...] = ()


def chosen(ledger: Ledger, scope: Scope, seal: Seal | None, size: int, progress: Progress) -> Chosen:
    """The entries of a scope within the first `size`. Raises NotShown: no such record, nothing sealed, or not silent."""
    match scope:
        case Whole():
            return Chosen({"kind": "all"}, range(1, size + 1))
        case OfPeriod():
            return _period(ledger, scope, size)
        case OfRecord() | Silence():
            if seal is None:
                raise NotShown(
                    "The ledger was never opened, so that nothing could be sealed, nor shown to be complete."
                )
            return _case(ledger, scope, seal, ledger.heads(seal.event.upto, progress))


def _period(ledger: Ledger, scope: OfPeriod, size: int) -> Chosen:
    """With one entry beyond either end, which shows that nothing was left out there."""
    since, before = (spelled(start_of_day(day)) for day in (scope.first, scope.last + timedelta(days=1)))
    first = last = ledger.position_at(since)
    while first and spelled(ledger.entry_at(first).recordedtime) == since:
        first -= 1
    last = min(max(ledger.position_at(before), first) + 1, size)
    stated = {"kind": "period", "since": since, "before": before}
    return Chosen(stated, range(max(first, 1), last + 1))


def _case(ledger: Ledger, scope: OfRecord | Silence, seal: Seal, lines: Lines) -> Chosen:
    follow = isinstance(scope, Silence) or scope.cited
    records, runs = followed(scope.record, lines, follow=follow)
    if isinstance(scope, Silence):
        agency = lines.run(f"head agency/{scope.source.removeprefix('/agencies/')} ".encode())
        if not agency.lines:
            raise NotShown(f"{scope.source} is no agency of this ledger, and says nothing by saying nothing.")
        said = [lines.run(f"sent {scope.source} {record} ".encode()) for record in records]
        for run in said:
            for line in run.lines:
                raise NotShown(f"{scope.source} was not silent: {line.decode()}")
        stated = {"kind": "silence", "record": scope.record, "source": scope.source}
        return Chosen(stated, [seal.entry.position], (*runs, agency, *said))
    positions = {entry.position for entries in ledger.records(records, seal.event.upto).values() for entry in entries}
    stated = {"kind": "incident" if scope.cited else "record", "record": scope.record}
    return Chosen(stated, sorted(positions | {seal.entry.position}), tuple(runs))


def followed(root: str, lines: Lines, *, follow: bool) -> tuple[list[str], list[Run]]:
    """The records of a case, and the runs that show each of them and who cites it."""
    found: dict[str, None] = {}
    ahead, runs = [root], []
    while ahead:
        record = ahead.pop()
        if record in found:
            continue
        found[record] = None
        head = lines.run(f"head {record} ".encode())
        if not head.lines:
            raise NotShown(f"Nothing was recorded of {record}.")
        runs.append(head)
        if follow and record.partition("/")[0] in FOLLOWED:
            links = lines.run(f"link {record} ".encode())
            runs.append(links)
            ahead += _citing(links)
    return list(found), runs


def _citing(links: Run) -> Iterator[str]:
    return (line.decode().split(" ")[2] for line in links.lines)
