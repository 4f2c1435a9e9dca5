"""`ledger history`: what was recorded of something, in the order it was recorded, without hindsight if asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import moment_of, opened_parts
from ledger.cli.options import AsAt, AsOf, Database, Json
from ledger.cli.output import entries_said, note, say, show, write_json

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.domain.history import Entry
    from ledger.histories import History
    from ledger.wiring import Parts

COLUMNS = ("position", "recorded (UTC)", "happened", "record", "by", "what happened", "since then")


def history(
    ref: Annotated[str, typer.Argument(metavar="REF", help="incident/INC-1, or INC-1 alone; or any other record.")],
    *,
    before: Annotated[
        int | None,
        typer.Option(
            "--before",
            min=1,
            metavar="POSITION",
            help="Exactly what was recorded before this position.",
            show_default=False,
        ),
    ] = None,
    and_after: Annotated[bool, typer.Option("--and-after", help="Beneath it, and marked so: what came later.")] = False,
    database: Database = None,
    as_at: AsAt = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """What was recorded of an incident, or of any record, and of all that cites it, in recorded order."""
    if before is not None and as_at is not None:
        raise Stop(Code.USAGE, "--before and --as-at both say when; give one.")
    with told(), opened_parts(database) as parts:
        head = parts.ledger.head().position
        when = moment_of(parts.ledger, as_at if before is None else str(min(before - 1, head)), as_of)
        upto = when.as_at
        name = named(parts.ledger, ref, head if and_after else upto)
        then = _told_by(when.as_of, of(parts, name, upto))
        entries = then.entries
        later = [entry for entry in of(parts, name, head).entries if entry.position > upto] if and_after else []
    if as_json:
        document = {
            "record": name,
            "as_at": upto,
            "as_of": when.as_of.isoformat(),
            "entries": told_entries(then),
            "elsewhere": list(then.elsewhere),
        }
        write_json(document | ({"later": [_told(entry, "") for entry in later]} if and_after else {}))
        return
    show(f"{name}: {entries_said(len(entries))} up to position {upto}", COLUMNS, _rows(then), numbers=("position",))
    if then.elsewhere:
        note(f"Records here also cite {', '.join(then.elsewhere)}.")
    if and_after:
        say(f"With hindsight: {entries_said(len(later))} recorded later.")
        show("", COLUMNS, [(*row(entry), "later") for entry in later], numbers=("position",))


def _told_by(day: date, found: History) -> History:
    """Only what tells of a day up to this one."""
    from ledger.domain.history import happened_by

    return replace(found, records={name: happened_by(day, entries) for name, entries in found.records.items()})


def named(ledger: Ledger, ref: str, upto: int) -> str:
    """The record meant, `<record>/<reference>`; an incident where its kind is not said. Stop where there is none, or several."""
    from ledger.domain.register import RECORDS

    if "/" in ref and ref.partition("/")[0] not in RECORDS:
        raise Stop(Code.USAGE, f"{ref.partition('/')[0]} is no kind of record; there are {', '.join(sorted(RECORDS))}.")
    asked = [ref] if "/" in ref else [f"{record}/{ref}" for record in RECORDS]
    found = [name for name, entries in ledger.records(asked, upto).items() if entries]
    if not found:
        raise Stop(Code.NOT_FOUND, f"Nothing was recorded of {ref} by position {upto}.")
    incident = f"incident/{ref}"
    if len(found) > 1 and incident not in found:
        raise Stop(Code.USAGE, f"{ref} may be {' or '.join(sorted(found))}.")
    return incident if incident in found else found[0]


def of(parts: Parts, name: str, upto: int) -> History:
    """The history of a record as at a position."""
    from ledger.histories import history as told_history
    from ledger.projections.links import links_to

    return told_history(
        [name], lambda cited: links_to(parts.tables, cited, upto), lambda names: parts.ledger.records(names, upto)
    )


def since_then(found: History) -> dict[int, str]:
    """What later entries of the same history did to an entry, or set beside it, by its position: `corrected at 12`."""
    from ledger.domain.general import Corrected, StatementAdded, Withdrawn

    said: dict[int, list[str]] = {}
    for entry in found.entries:
        match entry.event:
            case Corrected(position=position):
                said.setdefault(position, []).append(f"corrected at {entry.position}")
            case Withdrawn(position=position):
                said.setdefault(position, []).append(f"withdrawn at {entry.position}")
            case StatementAdded(position=position) as statement:
                said.setdefault(position, []).append(f"statement of {statement.of} at {entry.position}")
            case _:
                pass
    return {position: ", ".join(each) for position, each in said.items()}


def told_entries(found: History) -> list[dict[str, Any]]:
    """The entries of a history, for machines."""
    marks = since_then(found)
    return [_told(entry, marks.get(entry.position, "")) for entry in found.entries]


def _told(entry: Entry, mark: str) -> dict[str, Any]:
    from ledger.canonical import read
    from ledger.entry import leaf_hash

    told_ = {"position": entry.position, "leaf": leaf_hash(entry.body), "sentence": entry.event.sentence()}
    told_ |= {"recorded_late": entry.recorded_late}
    return told_ | ({"since_then": mark} if mark else {}) | {"entry": read(entry.body)}


def _rows(found: History) -> Sequence[tuple[Any, ...]]:
    marks = since_then(found)
    return [(*row(entry), marks.get(entry.position, "")) for entry in found.entries]


def row(entry: Entry) -> tuple[Any, ...]:
    """One entry as a row of a table, told without sealed words, with the rules it departs from."""
    recorded = entry.recordedtime.strftime("%Y-%m-%d %H:%M")
    departures = f" (departs from {', '.join(entry.departures)})" if entry.departures else ""
    late = (
        f" (recorded {entry.recorded_late} {'day' if entry.recorded_late == 1 else 'days'} late)"
        if entry.recorded_late
        else ""
    )
    told_ = entry.event.sentence() + departures + late
    return entry.position, recorded, entry.day, entry.originator_id, entry.recordedby, told_
