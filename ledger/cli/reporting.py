"""`ledger report` and `ledger figure`: the figures of a year, and one figure with its working."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import EPILOG, Code, Stop, told
from ledger.cli.opening import brand, day_of, moment_of, opened_parts
from ledger.cli.options import AsAt, AsOf, Database, Json
from ledger.cli.output import note, say, show, write_bytes, write_json
from ledger.reports.written import Format

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.figures.answer import Answer
    from ledger.figures.measures import Side
    from ledger.figures.period import Period
    from ledger.reports.annual import Report
    from ledger.reports.document import Document, Pass

report = typer.Typer(help="Reports: the figures of a year, each with its working.", no_args_is_help=True, epilog=EPILOG)


AsFormat = Annotated[
    Format | None, typer.Option("--format", help="Written as a document rather than a table.", show_default=False)
]
Out = Annotated[Path | None, typer.Option("--out", help="Into this file, not to standard output.", show_default=False)]
ForThePublic = Annotated[
    str | None,
    typer.Option(
        "--public",
        metavar="RULE",
        help="A copy for the public under a disclosure rule: dfe5, nhs8 or round5.",
        show_default=False,
    ),
]
Edition = Annotated[
    int | None,
    typer.Option(
        "--edition", min=1, help="As this edition was published: as at its position, up to its day.", show_default=False
    ),
]


@report.callback()
def reports() -> None:
    """Reports: the figures of a year, each with its working."""


@report.command(epilog=EPILOG)
def annual(
    year: Annotated[
        str, typer.Argument(metavar="YEAR", help="A reporting year, 1 April to 31 March, such as 2019-20.")
    ],
    *,
    format: AsFormat = None,
    out: Out = None,
    public: ForThePublic = None,
    edition: Edition = None,
    database: Database = None,
    as_at: AsAt = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """The figures of a reporting year, as the ledger stood at any position; of a year that is not over up to the last entry, or --as-of."""
    _report(
        "annual",
        year,
        format=format,
        out=out,
        database=database,
        as_at=as_at,
        as_of=as_of,
        as_json=as_json,
        public=public,
        edition=edition,
    )


@report.command(epilog=EPILOG)
def quarterly(
    quarter: Annotated[
        str, typer.Argument(metavar="QUARTER", help="A quarter of a reporting year: 2019-20-Q1 is April to June 2019.")
    ],
    *,
    format: AsFormat = None,
    out: Out = None,
    public: ForThePublic = None,
    edition: Edition = None,
    database: Database = None,
    as_at: AsAt = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """A quarter: priorities, outstanding actions and what was decided on each, escalations, reviews, and the figures."""
    _report(
        "quarterly",
        quarter,
        format=format,
        out=out,
        database=database,
        as_at=as_at,
        as_of=as_of,
        as_json=as_json,
        public=public,
        edition=edition,
    )


def _report(
    kind: str, period: str, *, format: Format | None, out: Path | None, database: str | None, as_at: str | None,
    as_of: str | None, as_json: bool, public: str | None, edition: int | None,
) -> None:  # fmt: skip
    from ledger.reports.as_json import wire
    from ledger.reports.public import NOT_FOR_PUBLICATION
    from ledger.reports.written import written

    if as_json and format is not None:
        raise Stop(Code.USAGE, "--json and --format both say how it is written; give one.")
    if out is not None and not as_json and format is None:
        raise Stop(Code.USAGE, "--out needs --format or --json.")
    if format in {Format.PDF, Format.XLSX} and out is None and sys.stdout.isatty():
        raise Stop(Code.USAGE, f"A {format} is not for a screen: name a file with --out.")
    if edition is not None and as_of is not None:
        raise Stop(Code.USAGE, "--edition and --as-of both say of which day; give one.")
    made = _made(database, kind, period, as_at, day_of(as_of), public=public, edition=edition)
    if as_json and out is None:
        write_json(wire(made))
    elif as_json or format is not None:
        _write(written(made, format or Format.JSON), out)
    else:
        _tell(made.report)
    if public is not None and made.disclosure.startswith(NOT_FOR_PUBLICATION):
        raise Stop(Code.REFUSED, made.disclosure.partition(". ")[0] + ".")


def _made(
    database: str | None, kind: str, period: str, as_at: str | None, as_of: date | None, *, public: str | None,
    edition: int | None,
) -> Document:  # fmt: skip
    from ledger.figures.period import NotAPeriod, Period
    from ledger.figures.so_far import so_far
    from ledger.reports.editions import made_as
    from ledger.reports.kinds import document
    from ledger.reports.public import NoSuchRule, for_the_public, rule_called

    with told(), opened_parts(database) as parts:
        try:
            when = moment_of(parts.ledger, as_at)
            if edition is None:
                position, up_to = when.as_at, as_of or so_far(parts.ledger, Period.reported(kind, period), when)
            elif (made := made_as(parts.ledger, kind, period, edition, when.as_at)) is not None:
                position, up_to = made
            else:
                raise Stop(Code.NOT_FOUND, f"No such edition was published from this ledger by position {when.as_at}.")
            passes: tuple[Pass, ...] = ()
            if public is not None:
                passes = (for_the_public(parts.ledger, parts.tables, rule_called(parts.ledger, public), position),)
            return document(
                parts.ledger, parts.tables, kind, period, position, as_of=up_to, brand=brand(), passes=passes
            )
        except (NotAPeriod, NoSuchRule) as error:
            raise Stop(Code.USAGE, str(error)) from error


def _write(body: bytes, out: Path | None) -> None:
    if out is None:
        write_bytes(body)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise Stop(Code.USAGE, f"{out}: {error.strerror}") from error
    note(f"Written to {out}.")


def _tell(made: Report) -> None:
    from ledger.reports.spoken import said

    so_far = f", as of {made.as_of}" if made.as_of else ""
    say(f"Figures of {made.period.name}, as at position {made.as_at}{so_far}")
    if made.partnership is not None:
        say(made.partnership.name)
        for sentence in made.partnership.told:
            say(sentence)
    say()
    for section, figures in made.sections.items():
        rows = [
            (each.id, each.caption, said(each.value, each.unit), each.unit, each.when, each.basis) for each in figures
        ]
        show(section, ("figure", "caption", "value", "unit", "when", "from"), rows, numbers=("value",))


def figure(
    id: Annotated[str, typer.Argument(metavar="ID", help="A figure, such as FIG-SIN-5WD.")],
    *,
    year: Annotated[
        str | None, typer.Option("--year", help="Over a reporting year, such as 2019-20.", show_default=False)
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="On a day; without either, today.", show_default=False)
    ] = None,
    entries: Annotated[bool, typer.Option("--entries", help="Also what each entry behind it says.")] = False,
    database: Database = None,
    as_at: AsAt = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """One figure with its working: definition, numerator and denominator, and the entries behind it."""
    from ledger.figures import answers_of
    from ledger.figures.answer import asking
    from ledger.figures.period import NotAPeriod
    from ledger.figures.so_far import so_far

    with told(), opened_parts(database) as parts:
        when = moment_of(parts.ledger, as_at, as_of)
        position, period = when.as_at, _period(year, on, when.as_of)
        packs = parts.ledger.packs(as_at=position)
        try:
            up_to = when.as_of if as_of else so_far(parts.ledger, period, when) if year else None
            with asking(parts.tables, packs, period, position, up_to) as asked:
                found = answers_of(id, asked)
        except NotAPeriod as error:
            raise Stop(Code.USAGE, str(error)) from error
        sentences = [_sentences(parts.ledger, each.entries) for each in found] if entries else []
    if not found:
        told_ = f"There is no figure {id}, and no dataset states one for {period.name}; `ledger figures` lists them."
        raise Stop(Code.NOT_FOUND, told_)
    if as_json:
        write_json(
            {
                "as_at": position,
                "as_of": asked.day.isoformat(),
                "period": period.name,
                "figures": [each.wire() for each in found],
            }
        )
        return
    if up_to:
        say(f"As of {asked.day}:")
    for each in found:
        _tell_figure(each)
    for each, rows in zip(found, sentences, strict=False):
        show(f"Entries of {each.id}", ("position", "happened", "record", "what happened"), rows, numbers=("position",))


def _period(year: str | None, on: str | None, today: date) -> Period:
    from ledger.figures.period import NotAPeriod, Period

    day = day_of(on, "--on")
    if year is None:
        return Period.day(day or today)
    if day is not None:
        raise Stop(Code.USAGE, "--year and --on both say when; give one.")
    try:
        return Period.year(year)
    except NotAPeriod as error:
        raise Stop(Code.USAGE, str(error)) from error


def _sentences(ledger: Ledger, positions: tuple[int, ...]) -> list[tuple[Any, ...]]:
    found = map(ledger.entry_at, positions)
    return [(entry.position, entry.day, entry.originator_id, entry.event.sentence()) for entry in found]


def _tell_figure(found: Answer) -> None:
    from ledger.reports.spoken import said, spoken_ranges

    lines = {
        "value": f"{said(found.value, found.unit)} ({found.unit})",
        "when": f"{found.when}, counted by {found.counts_by}, as at position {found.as_at}",
        "definition": f"{found.definition} (version {found.version})",
        "rounding": found.rounding,
        "numerator": _side(found.numerator),
        "denominator": _side(found.denominator),
        "entries": spoken_ranges(found.entries) or "none",
        "note": found.note,
    }
    say(f"{found.id}: {found.caption}")
    for name, line in lines.items():
        if line:
            say(f"  {name}: {line}")
    for name, parts in ((name.replace("_", " "), parts) for name, parts in found.by.items() if parts):
        sides = [
            side for side in ("numerator", "denominator") if any(getattr(part, side) is not None for part in parts)
        ]
        rows = [(part.code, said(part.value, found.unit), *(getattr(part, side) for side in sides)) for part in parts]
        show(f"by {name}", (name, "value", *sides), rows, numbers=("value", *sides))


def _side(side: Side | None) -> str:
    return "" if side is None else f"{side.value} {side.unit} ({side.id})"
