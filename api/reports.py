"""GET /reports/{kind}/{period}: the yearly and quarterly reports, the event that publishes one, and what moved since."""

import base64
import hashlib
import re
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import counted_for, needs, sees_of
from api.answers import accepts, json_answer
from api.asking import Day, InTime, UpTo, ledger_of
from api.contract import CSV, DAY, OPEN, TEXT, WHOLE, json_content, many, responses, shape
from api.figures import FIGURE
from api.problems import BAD_QUERY, NOT_AGREED, NOT_FOUND, NOT_PUBLIC, Problem
from api.waiting import moment_of
from api.watching import Watching
from ledger.access.policy import Verb
from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.fields import ReportPeriod
from ledger.figures.period import NotAPeriod
from ledger.figures.period import Period as Days
from ledger.figures.so_far import so_far
from ledger.projections.as_at import Moment
from ledger.reports.document import Pass
from ledger.reports.editions import editions, made_as
from ledger.reports.kinds import document
from ledger.reports.public import for_the_public, rule_called
from ledger.reports.publishing import NotAgreed, NotPublic, Wish, publication
from ledger.reports.restatement import MadeElsewhere, Restatement, restatement
from ledger.reports.seen import parts_seen, report_figures_seen
from ledger.reports.standing import Standing, standing_of
from ledger.reports.written import Format, written

router = APIRouter(prefix="/reports/{kind}/{period}", tags=["figures and reports"], dependencies=[needs(Verb.COUNT)])

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {
    Format.JSON: "application/json", Format.CSV: "text/csv", Format.CSVW: "application/csvm+json", Format.HTML: "text/html",
    Format.XLSX: SPREADSHEET, Format.PDF: "application/pdf",
}  # fmt: skip
FILES = {media: {"schema": {"type": "string", "format": "binary"}} for media in (SPREADSHEET, MEDIA[Format.PDF])}
Kind = Annotated[
    Literal["annual", "quarterly"], Path(description="A report of a reporting year, or of a quarter of one.")
]
Period = Annotated[ReportPeriod, Path()]
PublicRule = Literal["dfe5", "nhs8", "round5"]
"""The disclosure rules that a copy for the public may be made under."""


class OfAReport(InTime):
    format: Annotated[Format | None, Field(description="Without it, by the Accept header, else JSON.")] = None
    public: Annotated[
        PublicRule | None,
        Field(
            description="A copy for the public under this disclosure rule: small counts, and what would tell them, are withheld."
        ),
    ] = None
    edition: Annotated[
        int | None,
        Field(ge=1, le=9999, description="As this edition was published: as at its position, up to its day."),
    ] = None


class OfAPublication(UpTo):
    on: Annotated[Day | None, Field(description="Published on this day; without it, today.")] = None
    reason: Annotated[str | None, Field(max_length=4000, description="Why there is another edition.")] = None
    public: Annotated[
        Literal[PublicRule, "none"],
        Field(
            description="The disclosure rule of the copy for the public; `none`: an edition without one, which then counts as read in full."
        ),
    ] = "dfe5"


class OfAStanding(UpTo):
    public: Annotated[
        PublicRule,
        Field(description="The disclosure rule that the written sections are looked at under."),
    ] = "dfe5"


class OfAnEdition(UpTo):
    edition: Annotated[int | None, Field(ge=1, le=9999, description="Which edition; without it, the last.")] = None


def _or_null(kind: str) -> dict[str, object]:
    """What the ledger's opening says; null before it was opened for a partnership."""
    return {"type": [kind, "null"]}


OPENED = {"partnership": _or_null("string"), "notice": _or_null("string"), "demonstration": _or_null("boolean"), "retrospective": _or_null("boolean")}  # fmt: skip
OF_REPORT = shape(
    {
        "as_at": WHOLE,
        "period": TEXT,
        "from": TEXT,
        "to": TEXT,
        **OPENED,
        "disclosure": TEXT,
        "parts": many(OPEN),
        "narrative": many(OPEN),
        "charts": many(OPEN),
        "marks": many(OPEN),
        "figures": many(FIGURE),
    },
    {"as_of": DAY},
)
OF_PUBLICATION = shape({"event": OPEN, "vouched": TEXT})
OF_STANDING = shape(
    {"kind": TEXT, "period": TEXT, "as_at": WHOLE, "rule": TEXT, "steps": many(OPEN), "sections": many(OPEN), "released": many(OPEN)}
)  # fmt: skip
OF_RESTATEMENT = shape(
    {"kind": TEXT, "period": TEXT, "edition": WHOLE, "published_on": TEXT, "published_entry": WHOLE,
     "published_as_at": WHOLE, "as_at": WHOLE, "moved": WHOLE, "figures": many(OPEN), "appeared": many(TEXT)}
)  # fmt: skip


@router.get(
    "",
    summary="The yearly or quarterly report",
    responses=responses(
        404,
        422,
        ok={
            **json_content(OF_REPORT),
            **CSV,
            MEDIA[Format.CSVW]: {"schema": OPEN},
            "text/html": {"schema": TEXT},
            **FILES,
        },
    ),
)
def told(request: Request, kind: Kind, period: Period, asked: Annotated[OfAReport, Query()]) -> Response:
    """Every figure of a reporting year, or of a quarter, with its working: as JSON, as CSV with its metadata, as a page to read, as a spreadsheet or as PDF. The same entries give the same bytes."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    when = moment_of(request, asked)
    matched(kind, period)
    if asked.edition is None:
        position, as_of = when.as_at, asked.as_of or so_far(ledger, Days.reported(kind, period), when)
    else:
        position, as_of = _of_edition(ledger, kind, period, when, asked)
    sees, passes = counted_for(request), list[Pass]()
    if sees is not None:
        passes.append(parts_seen(ledger, sees))
    if asked.public is not None:  # its figures are the same for whoever asks, with the same numbers withheld
        passes.append(for_the_public(ledger, tables, rule_called(ledger, asked.public), position))
    elif sees is not None:
        passes.append(report_figures_seen(ledger, sees))
    try:
        made = document(
            ledger, tables, kind, period, position, as_of=as_of, brand=request.app.state.brand, passes=passes
        )
    except NotAPeriod as before:
        raise Problem(NOT_FOUND, str(before)) from None
    media = accepts(request, *MEDIA.values())
    format_ = asked.format or next((f for f, m in MEDIA.items() if m == media), Format.JSON)
    body = written(made, format_)
    headers = {"as-at": str(position)}
    if format_ is Format.HTML:
        headers["content-security-policy"] = _policy(body.decode())
    elif format_ is not Format.JSON:
        headers["content-disposition"] = f'attachment; filename="{_file(kind, period, asked)}.{format_.ending}"'
    return Response(body, 200, headers, MEDIA[format_])


@router.get(
    "/publication",
    summary="The event that publishes a report",
    responses=responses(404, 409, 422, ok=json_content(OF_PUBLICATION)),
)
def publishing(request: Request, kind: Kind, period: Period, asked: Annotated[OfAPublication, Query()]) -> Response:
    """The `report.published` event to post to `/events`: figures, definitions' versions, file hashes, position and root, as at a position.

    `files` are in full, for the partners and the Panel; `public` is the copy for anybody, whose files `?public=` gives of the edition.
    Without a position or a reason, the last edition over again, if there is one. Where a witness policy is in force a report is final
    only when its quorum cosigned what it rests on; `vouched` says so, or that no policy is in force.
    """
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    when = moment_of(request, asked)
    if not when.as_at:
        raise Problem(NOT_FOUND, "The ledger held nothing by then that could be published.")
    wish = asked_wish(request, kind, period, public=asked.public, on=asked.on, reason=asked.reason)
    matched(kind, period)
    watching: Watching = request.app.state.watching
    try:
        made = publication(ledger, tables, wish, None if asked.as_at is None else when, watching.cosignatures)
    except NotAPeriod as before:
        raise Problem(NOT_FOUND, str(before)) from None
    except NotAgreed as error:
        raise Problem(NOT_AGREED, str(error)) from None
    except NotPublic as error:
        raise Problem(NOT_PUBLIC, str(error)) from None
    answer = {"event": made.event, "vouched": made.vouched}
    return json_answer(answer, headers={"as-at": str(made.event["data"]["as_at"])})


@router.get(
    "/standing",
    summary="Where a report stands on its way to the public",
    responses=responses(404, 422, ok=json_content(OF_STANDING)),
)
def stands(request: Request, kind: Kind, period: Period, asked: Annotated[OfAStanding, Query()]) -> Response:
    """Written, drafted, signed off, cleared, published, sent to the Panel: each step with what is yet to do; and each written section, with
    what to look at before it is published: small counts and ages in its words, and figures that the copy for the public withholds.
    """
    found = asked_standing(request, kind, period, asked)
    return json_answer(found.wire(), headers={"as-at": str(found.as_at)})


def asked_wish(
    request: Request, kind: str, period: str, *, public: str, on: date | None = None, reason: str | None = None
) -> Wish:
    """What is to be published, today unless a day is said; `public`: a disclosure rule, or `none`."""
    ledger = ledger_of(request)
    rule = None if public == "none" else rule_called(ledger, public)
    return Wish(
        kind, period, on or london_day(ledger.clock.now()), reason, brand=request.app.state.brand, public=rule
    )  # fmt: skip


def asked_standing(request: Request, kind: str, period: str, asked: OfAStanding) -> Standing:
    """How a report stands; raises Problem."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    when = moment_of(request, asked)
    matched(kind, period)
    rule = rule_called(ledger, asked.public)
    try:
        return standing_of(ledger, tables, kind, period, when.as_at, rule=rule, on=when.as_of)
    except NotAPeriod as before:
        raise Problem(NOT_FOUND, str(before)) from None


@router.get(
    "/restatement",
    summary="What moved since a report was published",
    dependencies=[needs(Verb.SCRUTINISE)],  # it tells of single entries, across all cases
    responses=responses(404, 422, ok=json_content(OF_RESTATEMENT)),
)
def restated(request: Request, kind: Kind, period: Period, asked: Annotated[OfAnEdition, Query()]) -> Response:
    """Each published figure beside what it is now, and the entries that moved it: who recorded them, and how many days late."""
    found = asked_restatement(request, kind, period, asked)
    return json_answer(found.wire(), headers={"as-at": str(found.as_at)})


def asked_restatement(request: Request, kind: str, period: str, asked: OfAnEdition) -> Restatement:
    """The restatement as whoever asks may see it; raises Problem."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    position = moment_of(request, asked).as_at
    published = editions(ledger, kind, period, position)
    number = asked.edition or len(published)
    if number not in published:
        raise Problem(NOT_FOUND, f"No such report was published by position {position}.")
    try:
        found = restatement(ledger, tables, published[number], position)
    except MadeElsewhere as error:
        raise Problem(NOT_FOUND, str(error)) from None
    return found.seen_by(sees_of(request))


def _of_edition(ledger: Ledger, kind: str, period: str, when: Moment, asked: OfAReport) -> tuple[int, date | None]:
    """As at which position and of which day an edition was made; raises Problem."""
    if asked.as_of is not None:
        raise Problem(BAD_QUERY, "edition and as_of both say of which day; give one.", {"faults": []})
    made = made_as(ledger, kind, period, asked.edition or 0, when.as_at)
    if made is None:
        raise Problem(NOT_FOUND, f"No such edition was published from this ledger by position {when.as_at}.")
    return made


def _file(kind: str, period: str, asked: OfAReport) -> str:
    """What a file of it is saved as: a copy for the public is not to be taken for one in full, nor an edition for what is made now."""
    edition = f"-edition-{asked.edition}" if asked.edition is not None else ""
    return f"{kind}-{period}{edition}{'-public' if asked.public is not None else ''}"


def matched(kind: str, period: str) -> None:
    """A yearly report is of a reporting year, a quarterly one of a quarter."""
    if (kind == "quarterly") is not ("Q" in period):
        raise Problem(NOT_FOUND, f"A report that is {kind} is not of {period}.")


def _policy(page: str) -> str:
    """The page's own style sheet, by its hash, and nothing else."""
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digests = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in styles)
    return f"default-src 'none'; style-src {digests}; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
