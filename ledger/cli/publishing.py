"""`ledger publish` and `ledger report restatement`: a report is frozen by an event, and later explained entry by entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import api_key, brand, day_of, moment_of, opened_parts, position_of
from ledger.cli.options import AsAt, Database, Json
from ledger.cli.output import note, say, show, write_json
from ledger.findings import counted

if TYPE_CHECKING:
    from ledger.cli.answers import Answer
    from ledger.reports.publishing import Publication


class Kind(StrEnum):
    """The kinds of report."""

    ANNUAL = "annual"
    QUARTERLY = "quarterly"


DEFAULT, NOT_PUBLIC = "dfe5", "none"
"""The disclosure rule of a copy for the public where nobody says another (SDC-DEFAULT), and what is said for no copy."""
Period = Annotated[
    str, typer.Argument(metavar="PERIOD", help="A reporting year such as 2019-20, or a quarter such as 2019-20-Q3.")
]


def publish(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    period: Period,
    *,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Published on; without it, today.", show_default=False)
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why there is another edition; needed from the second on.", show_default=False)
    ] = None,
    public: Annotated[
        str,
        typer.Option("--public", metavar="RULE", help="The disclosure rule of the copy for the public; `none` for an edition without one."),
    ] = DEFAULT,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write the report's files there; the copy for the public into public/.", show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="URL", help="Publish from a running service over HTTP instead: its files, its event.", show_default=False),
    ] = None,
    database: Database = None,
    as_at: AsAt = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Publish a report: its figures, their definitions, the position and the log's root are frozen in an event.

    The files are in full, for the partners and the Panel; beside them is a copy for the public, in which small counts and what would tell
    them are withheld. Where a witness policy is in force, only once its quorum cosigned what the report rests on.
    """
    from ledger.cli.answers import Answers, tell

    if to is not None and database is not None:
        raise Stop(Code.USAGE, "--to publishes from a service, which has its own database.")
    if to is not None:
        day_of(on, "--on")
        made = _published_by(to, kind, period, on=on, reason=reason, as_at=as_at, public=public)
    else:
        made = _made(kind, period, database=database, on=on, reason=reason, as_at=as_at, public=public)
    if out is not None:
        noted = made.event["data"].get("checkpoint", {}).get("note")
        files = {format_.ending: body for format_, body in made.files.items()}
        _write(out, f"{kind}-{period}", files | ({"checkpoint": noted.encode()} if noted else {}))
        if made.public:
            _write(out / "public", f"{kind}-{period}", {each.ending: body for each, body in made.public.items()})
    with told():
        answers = Answers([posted(made.event, database, to)])
    tell(answers, as_json=as_json)
    if answers.code:
        raise typer.Exit(answers.code)
    note(made.vouched)


def _made(
    kind: Kind, period: str, *, database: str | None, on: str | None, reason: str | None, as_at: str | None, public: str
) -> Publication:
    from ledger.cli.witnessing import cosignatures_of
    from ledger.domain.calendar import london_day
    from ledger.figures.period import NotAPeriod
    from ledger.reports.public import NoSuchRule, rule_called
    from ledger.reports.publishing import NotAgreed, NotPublic, Wish, publication

    with told(), opened_parts(database) as parts:
        day = day_of(on, "--on") or london_day(parts.ledger.clock.now())
        at = None if as_at is None else moment_of(parts.ledger, as_at)
        if not parts.ledger.head().position:
            raise Stop(Code.NOT_FOUND, "The ledger holds nothing yet that could be published.")
        try:
            rule = None if public == NOT_PUBLIC else rule_called(parts.ledger, public)
            wish = Wish(str(kind), period, day, reason, brand=brand(), public=rule)
            return publication(parts.ledger, parts.tables, wish, at, cosignatures_of(parts.ledger))
        except NotAPeriod as error:
            raise Stop(Code.USAGE, str(error)) from error
        except NoSuchRule as error:
            raise Stop(Code.USAGE, f"{error} `{NOT_PUBLIC}` is for an edition without one.") from error
        except (NotAgreed, NotPublic) as error:
            raise Stop(Code.REFUSED, f"Not published. {error}") from error


def _published_by(
    to: str, kind: Kind, period: str, *, on: str | None, reason: str | None, as_at: str | None, public: str
) -> Publication:
    """The publication as a running service makes it, with the files its event names; Stop where one is not what it names."""
    from ledger.cli.over_http import got, service
    from ledger.reports.publishing import Publication
    from ledger.reports.written import Format

    path = f"/reports/{kind}/{quote(period, safe='')}"
    with service(to, api_key()) as client:
        event = json.loads(got(client, f"{path}/publication", on=on, reason=reason, as_at=as_at, public=public))[
            "event"
        ]
        data, copy = event["data"], event["data"].get("public")

        def files_of(named: list[dict[str, str]], **asked: Any) -> dict[Format, bytes]:
            found = {}
            for each in named:
                body = got(client, path, format=each["format"], as_at=as_at or data["as_at"], **asked)
                if sha256(body).hexdigest() != each["sha256"]:
                    raise Stop(Code.DATABASE, f"The service's {each['format']} file is not the one its event names.")
                found[Format(each["format"])] = body
            return found

        files = files_of(data["files"])
        return Publication(event, files, files_of(copy["files"], public=public) if copy else {})


def posted(event: dict[str, Any], database: str | None, to: str | None) -> Answer:
    """Post one event as the business unit: into the ledger here, or to a service."""
    from ledger.cli.files import Piece
    from ledger.cli.over_http import post_to
    from ledger.cli.posting import BUSINESS_UNIT, straight

    pieces = [Piece(1, event)]
    if to is not None:
        return post_to(to, pieces, atomic=True, key=api_key())[0]
    return straight(database, pieces, BUSINESS_UNIT, atomic=True)[0]


def _write(folder: Path, stem: str, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, body in files.items():
            (folder / f"{stem}.{ending}").write_bytes(body)
    except OSError as error:
        raise Stop(Code.USAGE, f"{folder}: {error.strerror}") from error
    note(f"Written to {folder}: {', '.join(f'{stem}.{ending}' for ending in files)}.")


def restatement(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    period: Period,
    *,
    edition: Annotated[
        int | None, typer.Option("--edition", min=1, help="Which edition; without it, the last.", show_default=False)
    ] = None,
    database: Database = None,
    as_at: AsAt = None,
    as_json: Json = False,
) -> None:
    """What moved since a report was published: for each figure the entries that moved it, and how late they came."""
    from ledger.reports.editions import editions
    from ledger.reports.restatement import MadeElsewhere
    from ledger.reports.restatement import restatement as restated

    with told(), opened_parts(database) as parts:
        position = position_of(parts.ledger, as_at)
        published = editions(parts.ledger, str(kind), period, position)
        number = edition or len(published)
        if number not in published:
            raise Stop(Code.NOT_FOUND, f"No such report of {period} was published by position {position}.")
        try:
            found = restated(parts.ledger, parts.tables, published[number], position).wire()
        except MadeElsewhere as error:
            raise Stop(Code.NOT_FOUND, str(error)) from error
    if as_json:
        write_json(found)
    else:
        tell_restatement(found)


def tell_restatement(found: dict[str, Any]) -> None:
    """The figures that moved, each with the entries that moved it."""
    say(
        f"The {found['kind']} report of {found['period']}, edition {found['edition']}, published on {found['published_on']} "
        f"as at position {found['published_as_at']}, beside the ledger as at position {found['as_at']}: "
        f"{found['moved']} of {len(found['figures'])} figures moved"
    )
    say()
    for figure in found["figures"]:
        if figure["movements"]:
            title = f"{figure['caption']} ({figure['id']}): {_said(figure['published'])} published, {_said(figure['now'])} now"
            show(
                title, ("position", "cause", "from", "to", "what happened", "recorded"), map(_row, figure["movements"])
            )


def _row(movement: dict[str, Any]) -> tuple[Any, ...]:
    steps = (
        movement["position"],
        movement["cause"].replace("-", " "),
        _said(movement["before"]),
        _said(movement["after"]),
    )
    if movement["position"] is None:
        return (*steps, "", "")
    late = f"{movement['recorded_on']} by {movement['recordedby']}, {counted(movement['days_late'], 'day')} after {movement['happened_on']}"
    return (*steps, f"{movement['record']}: {movement['sentence']}", late)


def _said(value: int | str | None) -> str:
    return "cannot tell" if value is None else str(value)
