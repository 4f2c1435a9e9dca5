"""`ledger report section` and `ledger report standing`: what people write for a report, and where it stands on its way to the public."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_args
from urllib.parse import quote

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import api_key, day_of, moment_of, opened_parts
from ledger.cli.options import AsAt, Database, Json
from ledger.cli.output import say, show, write_json
from ledger.cli.publishing import DEFAULT, Kind, Period, posted
from ledger.domain.report_drafting import ReportSection

if TYPE_CHECKING:
    from ledger.cli.answers import Answer

Section = StrEnum("Section", {name: name for name in get_args(ReportSection)})  # type: ignore[misc]  # made of the domain's list
To = Annotated[
    str | None,
    typer.Option("--to", metavar="URL", help="Of a running service, over HTTP, instead.", show_default=False),
]
Rule = Annotated[
    str, typer.Option("--public", metavar="RULE", help="The disclosure rule that the texts are looked at under.")
]


def section(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    period: Period,
    name: Annotated[Section, typer.Argument(metavar="SECTION", help=f"One of {', '.join(get_args(ReportSection))}.")],
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="The text in Markdown; - for standard input. Without it, what stands there is printed.", show_default=False),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say what is to be looked at; record nothing.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Written on; without it, today.", show_default=False)
    ] = None,
    public: Rule = DEFAULT,
    to: To = None,
    database: Database = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write a section of a report, or print it: Markdown, with figures quoted by their id, as in {{FIG-ACT-OVERDUE}}.

    Says what to look at before it is published: small counts and ages in words, and figures that the copy for the public withholds.
    """
    _either(to, database)
    before = _standing(kind, period, public, to=to, database=database)
    stands = next((each for each in before["sections"] if each["section"] == name), None)
    if file is None:
        if stands is None:
            raise Stop(Code.NOT_FOUND, f"Nothing is written in the section {name} of the {kind} report of {period}.")
        if check:
            _tell(stands["findings"])
        elif as_json:
            write_json(stands)
        else:
            say(stands["text"].rstrip("\n"))
        return
    text = _text(file)
    if check:
        _tell(_looked_at(kind, period, text, public, database) if to is None else _not_over_http())
        return
    if stands is not None and stands["text"] == text:
        say(f"That text stands there already, by entry {stands['entry']}.")
        return
    answer = _recorded(kind, period, str(name), text, stands, on=on, database=database, to=to)
    after = _standing(kind, period, public, to=to, database=database, at_least=(answer.receipt or {}).get("position"))
    written = next(each for each in after["sections"] if each["section"] == name)
    if as_json:
        write_json({**written, "receipt": answer.receipt})
        return
    say(f"Recorded as entry {written['entry']}: {written['title']}, SHA-256 {written['sha256']}.")
    _tell(written["findings"])


def standing(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    period: Period,
    *,
    public: Rule = DEFAULT,
    to: To = None,
    database: Database = None,
    as_at: AsAt = None,
    as_json: Json = False,
) -> None:
    """Where a report stands: written, drafted, signed off, cleared, published, sent to the Panel; and what is yet to do."""
    _either(to, database)
    found = _standing(kind, period, public, to=to, database=database, as_at=as_at)
    if as_json:
        write_json(found)
        return
    say(f"The {kind} report of {period}, as at entry {found['as_at']}")
    show(
        "Where it stands",
        ("step", "state", "what is so"),
        [(s["name"], s["done"], s["sentence"]) for s in found["steps"]],
    )
    for each in found["sections"]:
        say(
            f"{each['title']} ({each['section']}), entry {each['entry']}: "
            + (f"cleared by {each['cleared']}" if each["cleared"] else "not cleared")
        )
        _tell(each["findings"])
    for each in found["released"]:
        say(
            f"Shown by decision: {each['number']}, by the {each['by'].replace('-', ' ')} of {each['agency']} ({each['because'].replace('-', ' ')})"
        )


def _either(to: str | None, database: str | None) -> None:
    if to is not None and database is not None:
        raise Stop(Code.USAGE, "--to asks a service, which has its own database.")


def _standing(
    kind: Kind, period: str, public: str, *, to: str | None, database: str | None, as_at: str | None = None, at_least: int | None = None
) -> dict[str, Any]:  # fmt: skip
    if to is not None:
        from ledger.cli.over_http import got, service

        with service(to, api_key()) as client:
            path = f"/reports/{kind}/{quote(period, safe='')}/standing"
            found: dict[str, Any] = json.loads(got(client, path, public=public, as_at=as_at, at_least=at_least))
            return found
    from ledger.reports.public import rule_called
    from ledger.reports.standing import standing_of

    with told(), opened_parts(database) as parts, _asked():
        rule, when = rule_called(parts.ledger, public), moment_of(parts.ledger, as_at)
        stands = standing_of(parts.ledger, parts.tables, str(kind), period, when.as_at, rule=rule, on=when.as_of)
        return stands.wire()


@contextmanager
def _asked() -> Iterator[None]:
    """What was asked wrongly ends the command."""
    from ledger.figures.period import NotAPeriod
    from ledger.reports.public import NoSuchRule

    try:
        yield
    except (NotAPeriod, NoSuchRule) as error:
        raise Stop(Code.USAGE, str(error)) from error


def _looked_at(kind: Kind, period: str, text: str, public: str, database: str | None) -> list[dict[str, str]]:
    from ledger.reports.looking import findings
    from ledger.reports.public import copy_of, rule_called

    with told(), opened_parts(database) as parts, _asked():
        rule, position = rule_called(parts.ledger, public), parts.ledger.head().position
        made = copy_of(parts.ledger, parts.tables, str(kind), period, position, rule=rule)
        return [vars(each) for each in findings(text, rule, made)]


def _not_over_http() -> list[dict[str, str]]:
    raise Stop(
        Code.USAGE,
        "--check looks at a text beside the ledger here; over HTTP, the form shows it before anything is recorded.",
    )


def _recorded(
    kind: Kind, period: str, name: str, text: str, stands: dict[str, Any] | None, *, on: str | None, database: str | None, to: str | None
) -> Answer:  # fmt: skip
    """The event's id says which text it takes the place of, so that sent again after a lost answer it is one entry."""
    from ledger.cli.answers import Answers, tell
    from ledger.clock import SystemClock
    from ledger.domain.calendar import london_day, start_of_day
    from ledger.domain.claim import BUSINESS_UNIT
    from ledger.domain.register import TYPE_PREFIX
    from ledger.domain.report_record import reference_of

    day = day_of(on, "--on") or london_day(SystemClock().now())
    event = {
        "specversion": "1.0",
        "id": f"report-{kind}-{period}-{name}-{stands['entry'] if stands else 0}",
        "source": BUSINESS_UNIT,
        "type": f"{TYPE_PREFIX}report.section-written",
        "subject": f"report/{reference_of(str(kind), period)}",
        "time": start_of_day(day).isoformat(),
        "timeprecision": "day",
        "data": {"kind": str(kind), "period": period, "section": name, "text": text, "written_on": day.isoformat()},
    }
    with told():
        answer = posted(event, database, to)
    if answer.code:
        tell(Answers([answer]), as_json=False)
        raise typer.Exit(answer.code)
    return answer


def _text(file: str) -> str:
    from ledger.cli.files import octets_of

    try:
        return octets_of(file).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Stop(Code.USAGE, f"{file} is not text in UTF-8.") from error


def _tell(findings: list[dict[str, str]]) -> None:
    for each in findings:
        say(f"  Look at: {each['words']}: {each['sentence']}.")
    if not findings:
        say("  Nothing in it to look at: no small count, no age, no figure that is withheld.")
