"""GET /pages/reports/{kind}/{period}/publish and /editions/{edition}: a report is published in the browser, and its files are found again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.access import forbidden, needs
from api.asking import Nothing, Position, UpTo, ledger_of
from api.pages.drafting import author_of, may_record
from api.pages.figures import NAMES, REPORTS
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.pages.recorded import taken, told
from api.pages.reporting import TAGS, posts_of
from api.pages.words import code
from api.problems import NOT_FOUND, Problem
from api.receipts import problem_of
from api.reports import Kind, PublicRule, asked_wish, matched
from api.reports import Period as OfPeriod
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.domain.history import effective
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.domain.report import ReportPublished
from ledger.domain.report_drafting import ReportDrafted
from ledger.domain.report_record import reference_of
from ledger.entry import parse
from ledger.figures import FIGURES
from ledger.figures.period import NotAPeriod
from ledger.outcome import NotReached, Recorded
from ledger.receipts import departures
from ledger.reports.editions import editions
from ledger.reports.public import rule_called
from ledger.reports.publishing import NotAgreed, NotPublic, Publication, publication
from ledger.reports.standing import standing_of, steps_of
from ledger.reports.written import Format

router = APIRouter(prefix="/pages/reports/{kind}/{period}", include_in_schema=False)
PUBLISHED = REGISTER[TYPE_PREFIX + "report.published"]
RULES = get_args(PublicRule)
NO_COPY = "none"
MOST_REASON = 4000
WHY = {
    "small": "small counts",
    "difference": "they would tell a small count beside what was published before",
    "complementary": "with them another that is withheld could be worked out",
    "share": "shares and middle values of such counts",
}
"""Why numbers are withheld, as heads of lists."""
BEFORE = ("written", "drafted", "signed-off", "cleared")
STEPS = {
    "written": "Written", "drafted": "Draft sent round", "signed-off": "Signed off by the lead partners", "cleared": "Cleared for disclosure",
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What somebody wants to publish: as at which position, under which disclosure rule, and why again."""

    as_at: str
    public: str
    reason: str

    @classmethod
    def of(cls, form: FormData) -> Chosen:
        given = {name: str(form.get(name, "")).strip() for name in ("as_at", "public", "reason")}
        return cls(given["as_at"], given["public"], given["reason"].replace("\r\n", "\n"))


@dataclass(frozen=True)
class Basis:
    """What a report can be made of: all that the ledger holds, or what its last draft was made of."""

    as_at: int
    text: str
    hint: str


class Done(UpTo):
    """Whether it was published just now."""

    published: bool = False


@dataclass(frozen=True)
class File:
    """A file of an edition: what it is called, where it is, and the SHA-256 it was published under."""

    name: str
    href: str
    sha256: str


@router.get("/publish", dependencies=[needs(Verb.POST, signed_in=True)])
def choose(request: Request, kind: Kind, period: OfPeriod, _: Annotated[Nothing, Query()]) -> Response:
    """What is published, for whom, and why again."""
    _allowed(request, kind, period)
    return _choose_page(request, kind, period, Chosen("", "dfe5", ""), {})


@router.post("/publish", dependencies=[needs(Verb.POST, signed_in=True)])
async def publish(request: Request, kind: Kind, period: OfPeriod, _: Annotated[Nothing, Query()]) -> Response:
    """Check what will be published, with nothing recorded; or publish it. Pressed twice, it is one edition."""
    form = await request.form()
    chosen, is_final = Chosen.of(form), form.get("go") == "publish"
    faults = await asyncio.to_thread(_faults, request, kind, period, chosen)
    if faults or form.get("go") == "change":
        return await asyncio.to_thread(_choose_page, request, kind, period, chosen, faults)
    made = await asyncio.to_thread(_made, request, kind, period, chosen)
    if isinstance(made, str):
        return await asyncio.to_thread(
            _check_page, request, kind, period, chosen, made=None, problems=[made], flagged=()
        )
    outcome = await taken(request, parse(made.event), record=is_final)
    if isinstance(outcome, Recorded):
        edition = made.event["data"]["edition"]
        here = f"/pages/reports/{kind}/{period}/editions/{edition}"
        return RedirectResponse(f"{here}?published=true&at_least={outcome.entry.position}", 303)
    problem = outcome if isinstance(outcome, Problem) else problem_of(outcome)
    flagged = outcome.departures if isinstance(outcome, NotReached) else ()
    return await asyncio.to_thread(
        _check_page, request, kind, period, chosen, made=made, problems=told(problem), flagged=flagged
    )


@router.get("/editions/{edition}", dependencies=[needs(Verb.COUNT)])
def edition(
    request: Request,
    kind: Kind,
    period: OfPeriod,
    edition: Annotated[Position, Path()],
    asked: Annotated[Done, Query()],
) -> Response:
    """What was published: its files for the partners and the Panel, those for anybody, and the Panel's clock."""
    matched(kind, period)
    ledger, when = ledger_of(request), moment_of(request, asked)
    found = editions(ledger, kind, period, when.as_at).get(edition)
    if found is None:
        raise Problem(NOT_FOUND, "There is no such edition of this report.")
    position, event = found
    sent = steps_of(ledger, kind, period, when.as_at, when.as_of)[-1]
    return render(
        request, "report_edition.html", title=f"{code(kind)} report {period}, edition {edition}", crumbs=(HOME, REPORTS, _crumb(kind, period)),
        event=event, position=position, files=_files(kind, period, event), public=_public_files(kind, period, event), just=asked.published,
        withheld=_withheld(event.public.model_dump(mode="json")["withheld"] if event.public else ()), why=WHY, sent=sent, tag=TAGS[sent.done],
        sends="report.circulated" in posts_of(request), here=f"/pages/reports/{kind}/{period}", scrutinises=permitted(request, Verb.SCRUTINISE),
        reads=permitted(request, Verb.READ), annual=kind == "annual",
    )  # fmt: skip


def _allowed(request: Request, kind: str, period: str) -> None:
    """Raises Problem for whoever may not publish, or of a period that is no such report's."""
    matched(kind, period)
    if not may_record(author_of(request), PUBLISHED):
        raise forbidden("Your role does not publish reports.")


def _faults(request: Request, kind: str, period: str, chosen: Chosen) -> dict[str, str]:
    """What is wrong with the answers, by question."""
    _allowed(request, kind, period)
    faults = {}
    if chosen.as_at not in {str(each.as_at) for each in _bases(request, kind, period)} and not _held(request, chosen):
        faults["as_at"] = "Choose what the report is made of"
    if chosen.public not in (*RULES, NO_COPY):
        faults["public"] = "Choose the rule of the copy for the public"
    if not chosen.reason and _is_later(request, kind, period, chosen):
        faults["reason"] = "Say why there is another edition"
    if len(chosen.reason) > MOST_REASON:
        faults["reason"] = f"The reason should have at most {MOST_REASON:,} characters"
    return faults


def _held(request: Request, chosen: Chosen) -> bool:
    """Whether it is a position that was the ledger's last a moment ago."""
    return (
        chosen.as_at.isascii() and chosen.as_at.isdecimal() and 0 < int(chosen.as_at[:16]) <= _tables_position(request)
    )


def _is_later(request: Request, kind: str, period: str, chosen: Chosen) -> bool:
    """Whether it is another edition, not the last one sent again."""
    made = editions(ledger_of(request), kind, period)
    return bool(made) and str(made[len(made)][1].as_at) != chosen.as_at


def _tables_position(request: Request) -> int:
    return moment_of(request, UpTo()).as_at


def _bases(request: Request, kind: str, period: str) -> list[Basis]:
    ledger, now = ledger_of(request), _tables_position(request)
    found = [Basis(now, "All that the ledger holds now", f"As at entry {now:,}")]
    events = [each.event for each in effective(ledger.record(f"report/{reference_of(kind, period)}", now))]
    drafts = [each for each in events if isinstance(each, ReportDrafted)]
    published = [each.as_at for each in events if isinstance(each, ReportPublished) and isinstance(each.as_at, int)]
    if drafts and drafts[-1].as_at > max(published, default=0):
        last = drafts[-1]
        hint = f"As at entry {last.as_at:,}. What was recorded or written since is left out"
        found.append(Basis(last.as_at, f"What draft {last.draft} was made of", hint))
    return found


def _made(request: Request, kind: str, period: str, chosen: Chosen) -> Publication | str:
    """The publication; or in a sentence what stands in its way."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    wish = asked_wish(request, kind, period, public=chosen.public, reason=chosen.reason or None)
    try:
        return publication(ledger, tables, wish, int(chosen.as_at), request.app.state.watching.cosignatures)
    except (NotAPeriod, NotAgreed, NotPublic) as error:
        return str(error)


def _choose_page(request: Request, kind: str, period: str, chosen: Chosen, faults: Mapping[str, str]) -> Response:
    ledger, bases = ledger_of(request), _bases(request, kind, period)
    made = editions(ledger, kind, period, bases[0].as_at)
    rules = [(name, rule_called(ledger, name).title) for name in RULES]
    errors = [{"text": text, "href": f"#{name.replace('_', '-')}"} for name, text in faults.items()]
    return render(
        request, "report_publish.html", title=f"Publish the {code(kind).lower()} report {period}", status=422 if faults else 200,
        crumbs=(HOME, REPORTS, _crumb(kind, period)), chosen=chosen, faults=faults, errors=errors, bases=bases, rules=rules,
        number=len(made) + 1, here=f"/pages/reports/{kind}/{period}", nothing=NO_COPY,
    )  # fmt: skip


def _check_page(
    request: Request, kind: str, period: str, chosen: Chosen, *, made: Publication | None, problems: Sequence[str], flagged: Sequence[str]
) -> Response:  # fmt: skip
    """What will be published, and what stands in its way."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    as_at, data = int(chosen.as_at), made.event["data"] if made else {}
    rule = rule_called(ledger, chosen.public if chosen.public != NO_COPY else RULES[0])
    stands = standing_of(ledger, tables, kind, period, as_at, rule=rule)
    copy = data.get("public")
    now = _tables_position(request)
    return render(
        request, "report_publish_check.html", title="Check before you publish", crumbs=(HOME, REPORTS, _crumb(kind, period)), chosen=chosen,
        status=409 if problems else 200, problems=[{"text": each} for each in problems], data=data, copy=copy,
        rule=None if chosen.public == NO_COPY else rule, departures=[each for rule in flagged for each in departures(rule)],
        withheld=_withheld(copy["withheld"] if copy else ()), why=WHY, vouched=made.vouched if made else "", sections=stands.sections,
        steps=[(STEPS[each.name], each, TAGS[each.done]) for each in stands.steps if each.name in BEFORE], since=now - as_at, kind=kind,
        period=period, here=f"/pages/reports/{kind}/{period}", files=f"/reports/{kind}/{period}", what=f"{code(kind)} report {period}",
        released=[_called(each) for each in copy["released"]] if copy else [],
    )  # fmt: skip


def _crumb(kind: str, period: str) -> tuple[str, str]:
    return (f"{code(kind)} report {period}", f"/pages/reports/{kind}/{period}")


def _withheld(numbers: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The withheld numbers in words, by why they are."""
    return {why: found for why in WHY if (found := [_called(each["number"]) for each in numbers if each["why"] == why])}


def _called(number: str) -> str:
    """`Serious incidents notified, nature: death (FIG-SIN/nature=death)`."""
    id_, _, rest = number.partition("/")
    id_, _, side = id_.partition(" ")
    dimension, _, part = rest.partition("=")
    said = (
        f", {code(dimension.replace('_', '-')).lower()}: {code(part).lower() if part.islower() else part}"
        if part
        else ""
    )
    caption = FIGURES[id_].caption if id_ in FIGURES else id_
    return f"{caption}{said}{f', its {side}' if side else ''} ({number})"


def _files(kind: str, period: str, event: ReportPublished) -> list[File]:
    """The files in full; of a report that was made without this ledger it has none."""
    if isinstance(event.files, str):
        return []
    named = {each.format: each.sha256 for each in event.files}
    return list(_listed(f"/reports/{kind}/{period}?edition={event.edition}", named))


def _public_files(kind: str, period: str, event: ReportPublished) -> list[File]:
    if event.public is None:
        return []
    rule = event.public.rule.partition("@")[0]
    named = {each.format: each.sha256 for each in event.public.files}
    return list(_listed(f"/reports/{kind}/{period}?edition={event.edition}&public={rule}", named))


def _listed(path: str, named: Mapping[Any, str]) -> Iterator[File]:
    """The files that were published, those for people first."""
    for format_, name in NAMES.items():
        if format_.value in named:
            name_ = "Web page" if format_ is Format.HTML else name
            yield File(name_, f"{path}&format={format_.value}", named[format_.value])
