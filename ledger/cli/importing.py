"""`ledger import`: the events of a spreadsheet, shown cell by cell before anything is recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import api_key, opened_to_judge
from ledger.cli.options import Database, Json
from ledger.cli.output import note, progress, say, show, write_json
from ledger.findings import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.cli.answers import Answer
    from ledger.spreadsheets.making import Fault, Made, ReadSheet
    from ledger.spreadsheets.mapping import SheetMapping
    from ledger.spreadsheets.sheet import Sheet

SHOWN = 20
"""Events shown of a sheet that gives more; --json has all."""


def import_(
    mapping: Annotated[
        Path,
        typer.Argument(
            metavar="MAPPING",
            help="The TOML file that says which cells become which event (docs/import.md); or ledger-actions, ledger-training, "
            "ledger-attendance for what `ledger spreadsheet` or a page gave out.",
        ),
    ],
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="An XLSX or CSV file.")],
    *,
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Record what the sheet gives; without this, or a yes at the terminal, it is only shown."
        ),
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Record what can be, and list the rest; otherwise it is all or nothing.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="URL", help="Record in a running service over HTTP.", show_default=False),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show what a spreadsheet would record and what is refused, cell by cell; then record it."""
    if to is not None and database is not None:
        raise Stop(Code.USAGE, "--to records in a service, which has its own database.")
    chosen, table, found = _read(mapping, sheet)
    if chosen.whole and partial and to is not None:
        raise Stop(Code.USAGE, "This mapping records whole records: over HTTP it is all or nothing, without --partial.")
    judged = [] if to is not None else _judged(database, found.made)
    faults = _in_order([*found.faults, *(fault for made, answer in judged for fault in _blamed(made, answer))])
    if not as_json:
        _show(chosen, found, faults, judged)
    if not (record or (not faults and found.made and _agrees(as_json, len(found.made)))):
        if as_json:
            write_json(
                {
                    "sha256": table.sha256,
                    "skipped": found.skipped,
                    "events": [each.event for each in found.made],
                    "faults": _wire(faults),
                }
            )
        raise typer.Exit(Code.REFUSED if faults else Code.FINE)
    if faults and not partial:
        note("Nothing was recorded: mend the sheet or the mapping, or say --partial.")
        if as_json:
            write_json({"sha256": table.sha256, "recorded": [], "faults": _wire(faults)})
        raise typer.Exit(Code.REFUSED)
    if faults and chosen.whole:
        found = _of_whole_records(chosen.whole, table, found, database, faults)
    _record(table, found, to, database, partial=partial, as_json=as_json)


def _of_whole_records(
    whole: str, table: Sheet, found: ReadSheet, database: str | None, faults: Sequence[Fault]
) -> ReadSheet:
    """What is left when a record of which something is refused is left out altogether, and then whatever built on it."""
    from ledger.spreadsheets.making import without_parts

    told_ = list(faults)
    while True:
        found = without_parts(found, table, whole, told_)
        told_ = [fault for made, answer in _judged(database, found.made) for fault in _blamed(made, answer)]
        if not told_:
            return found


def _read(mapping: Path, path: Path) -> tuple[SheetMapping, Sheet, ReadSheet]:
    from ledger.spreadsheets.making import read
    from ledger.spreadsheets.mapping import MappingUnreadable, read_mapping, shipped
    from ledger.spreadsheets.sheet import NoSheet, read_sheet

    if not mapping.exists():
        mapping = shipped().get(str(mapping), mapping)
    try:
        chosen = read_mapping(mapping)
        with progress("reading") as move:
            table = read_sheet(path, name=chosen.sheet, head=chosen.head)
            move(1, 1)
    except MappingUnreadable as error:
        raise Stop(Code.USAGE, str(error)) from error
    except NoSheet as error:
        raise Stop(Code.USAGE, f"{path}: {error}") from error
    except OSError as error:
        raise Stop(Code.NOT_FOUND, f"{error.filename}: {error.strerror}") from error
    _check_head(chosen, table)
    return chosen, table, read(table, chosen)


def _check_head(mapping: SheetMapping, table: Sheet) -> None:
    from ledger.spreadsheets.mapping import amiss

    if wrong := amiss(mapping, table.columns):
        lines = [f"The sheet has no column {name!r}, which the mapping needs." for name in wrong.missing]
        lines += [
            f"The mapping says nothing of the column {name!r}: use it, or name it under `ignored`."
            for name in wrong.unmentioned
        ]
        raise Stop(Code.USAGE, "\n".join(lines))


def _judged(database: str | None, made: Sequence[Made]) -> list[tuple[Made, Answer]]:
    """What the ledger would say to each event; nothing is recorded."""
    from ledger.application import Batch
    from ledger.cli.answers import answer_of, malformed
    from ledger.entry import Malformed, Submission, parse

    answers: dict[int, Answer] = {}
    submissions: list[tuple[int, Submission]] = []
    with progress("checking") as move:
        for place, each in enumerate(made):
            try:
                submissions.append((place, parse(each.event)))
            except Malformed as error:
                answers[place] = malformed(place, error.faults)
            move(place + 1, len(made))
    if submissions:
        with told(), opened_to_judge(database) as ledger:
            batch = Batch(
                tuple(submission for _, submission in submissions), "business-unit@BU", atomic=True, whole=False
            )
            outcomes = ledger.write([batch])[0]
        answers |= {place: answer_of(place, outcome) for (place, _), outcome in zip(submissions, outcomes, strict=True)}
    return [(each, answers[place]) for place, each in enumerate(made)]


def _blamed(made: Made, answer: Answer) -> list[Fault]:
    """What was wrong with an event, by the cells it was made of."""
    problem: Mapping[str, Any] = answer.problem or {}
    if not answer.code:
        return []
    faults = [made.blame(each["pointer"], each["message"]) for each in problem.get("faults", ())]
    faults += [made.blame("", f"{each['id']}: {each['why']} ({each['source']})") for each in problem.get("rules", ())]
    return faults or [made.blame("", str(problem.get("title", "")))]


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.row)


def _show(
    chosen: SheetMapping, found: ReadSheet, faults: Sequence[Fault], judged: Sequence[tuple[Made, Answer]]
) -> None:
    if found.made:
        rows = [
            (
                each.row.number,
                each.event["type"].removeprefix("uk.safeguarding."),
                each.event["subject"],
                each.event["time"][:10],
            )
            for each in found.made
        ]
        show("What the sheet gives", ("row", "event", "record", "when"), rows[:SHOWN], numbers=("row",))
        if len(rows) > SHOWN:
            say(f"and {len(rows) - SHOWN} more; --json has all of them.")
    if faults:
        rows_ = [(fault.row, fault.cell, fault.column, fault.message) for fault in faults]
        show("What is refused", ("row", "cell", "column", "why"), rows_, numbers=("row",))
    if chosen.leaves_out:
        say(
            f"What such a sheet never holds, and is not recorded here: {chosen.leaves_out[:1].lower()}{chosen.leaves_out[1:]}"
        )
    repeats = sum(answer.repeat for _, answer in judged)
    say(
        f"{counted(len(found.made), 'event')}, {repeats} recorded before; {counted(len(faults), 'fault')}; "
        f"{counted(found.skipped, 'row')} passed over as the mapping says."
    )


def _agrees(as_json: bool, events: int) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm(f"Record {counted(events, 'event')}?")


def _record(
    table: Sheet, found: ReadSheet, to: str | None, database: str | None, *, partial: bool, as_json: bool
) -> None:
    from ledger.cli.answers import Answers, tell
    from ledger.cli.files import Piece
    from ledger.cli.over_http import post_to
    from ledger.cli.posting import BUSINESS_UNIT, straight

    pieces = [Piece(n, each.event) for n, each in enumerate(found.made, 1)]
    with told():
        if to is not None:
            given = post_to(to, pieces, atomic=not partial, key=api_key())
        else:
            given = straight(database, pieces, BUSINESS_UNIT, atomic=not partial)
    answers = Answers(given)
    faults = [
        *found.faults,
        *(fault for made, answer in zip(found.made, given, strict=True) for fault in _blamed(made, answer)),
    ]
    if as_json:
        recorded = [
            {"row": made.row.number, **answer.document()}
            for made, answer in zip(found.made, given, strict=True)
            if answer.receipt
        ]
        write_json({"sha256": table.sha256, "recorded": recorded, "faults": _wire(_in_order(faults))})
    else:
        tell(Answers([answer for answer in given if answer.receipt is not None]), as_json=False)
        if faults:
            rows = [(fault.row, fault.cell, fault.column, fault.message) for fault in _in_order(faults)]
            show("What was refused", ("row", "cell", "column", "why"), rows, numbers=("row",))
        say(f"Each entry's id begins with sheet:{table.sha256}, the SHA-256 of the file.")
    if code := max(answers.code, Code.REFUSED if faults else Code.FINE):
        raise typer.Exit(code)


def _wire(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [
        {"row": each.row, "cell": each.cell or None, "column": each.column or None, "message": each.message}
        for each in faults
    ]
