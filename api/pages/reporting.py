"""GET /pages/reports/{kind}/{period}: where a report stands on its way to the public; and the forms of each step, begun with what is known."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import needs
from api.asking import Asked, ledger_of
from api.forms.composing import DATA, REFERENCE
from api.forms.given import Given
from api.pages.as_at import standing as stood
from api.pages.drafting import author_of, kind_of, may_record, version_of, work_on
from api.pages.figures import REPORTS
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.pages.questions import filled
from api.pages.record import show
from api.pages.words import code
from api.problems import NOT_FOUND, Problem
from api.reports import Kind, OfAStanding, asked_standing
from api.reports import Period as OfPeriod
from api.waiting import moment_of
from ledger.access.drafts import Draft
from ledger.access.policy import Verb
from ledger.access.principal import Principal
from ledger.clock import spelled
from ledger.domain.calendar import london_day
from ledger.domain.history import effective
from ledger.domain.register import REGISTER
from ledger.domain.report_disclosure import MAKERS, NumberId
from ledger.domain.report_drafting import ReportDrafted, ReportSection, ReportSectionWritten
from ledger.domain.report_record import REPORT, Report, reference_of
from ledger.reports.editions import editions, standing
from ledger.reports.outline import CHAPTERS
from ledger.reports.standing import Standing, Step

router = APIRouter(prefix="/pages/reports/{kind}/{period}", include_in_schema=False)
STEPS = {
    "written": ("Written", "report.section-written", "Write the foreword"),
    "drafted": ("Draft", "report.drafted", "Send a draft round"),
    "signed-off": ("Signed off by the lead partners", "report.signed-off", "Record a sign-off"),
    "cleared": ("Cleared for disclosure", "report.section-cleared", "Clear for disclosure"),
    "published": ("Published", "report.published", "Publish"),
    "sent": ("Sent", "report.circulated", "Record that it was sent"),
}
"""Each step: what it is called, the type that records it, and the words of the link to where that is done."""
AFTER = {"signed-off": "drafted", "sent": "published"}
"""What is refused before another step was done."""
TOGETHER = ("signed-off", "cleared")
"""Neither of which waits for the other."""
TAGS = {"done": ("Done", "green"), "to-do": ("To do", "blue"), "late": ("Overdue", "red")}


class Begun(Asked):
    """Of which section, or of which number, where the form is of one."""

    section: ReportSection | None = None
    number: NumberId | None = None


@dataclass(frozen=True)
class Shown:
    """A step as the page shows it."""

    title: str
    tag: str
    colour: str
    sentence: str
    entries: tuple[int, ...]
    waits_for: str
    link: tuple[str, str] | None


@dataclass(frozen=True)
class Next:
    """The one step that is next: what it is, whose turn it is, and where whoever looks does it, if it is theirs to do."""

    title: str
    waits_for: str
    link: tuple[str, str] | None


@router.get("", dependencies=[needs(Verb.COUNT)])
def report(request: Request, kind: Kind, period: OfPeriod) -> Response:
    """How a report stands, its written sections with what to look at in them, and how each step is done."""
    asked = filled(request, OfAStanding)
    when = moment_of(request, asked)
    found = asked_standing(request, kind, period, asked)
    here = f"/pages/reports/{kind}/{period}/record"
    posts = frozenset() if asked.as_at else posts_of(request)
    done = {each.name for each in found.steps if each.done == "done"}
    steps = [
        _shown(each, here, posts if AFTER.get(each.name, each.name) in done | {each.name} else frozenset())
        for each in found.steps
    ]
    published = editions(ledger_of(request), kind, period, found.as_at)
    written = {each.section for each in found.sections}
    return render(
        request, "report.html", title=f"{code(kind)} report {period}", crumbs=(HOME, REPORTS), standing=stood(request, when), steps=steps,
        sections=found.sections, released=found.released, here=here, posts=posts, files=f"/reports/{kind}/{period}", rule=found.rule,
        unwritten=[(each.code, each.title) for each in CHAPTERS if each.code not in written], reads=permitted(request, Verb.READ),
        draft=_draft(request, kind, period, found.as_at), next=_next(request, found, here, posts), editions=[(n, each.published_on) for n, (_, each) in published.items()], code=code,
    )  # fmt: skip


def _draft(request: Request, kind: str, period: str, as_at: int) -> ReportDrafted | None:
    """The draft that went round last."""
    entries = effective(ledger_of(request).record(f"report/{reference_of(kind, period)}", as_at))
    return next((each.event for each in reversed(entries) if isinstance(each.event, ReportDrafted)), None)


def _next(request: Request, found: Standing, here: str, posts: frozenset[str]) -> Next | None:
    """The first step that is not done: of two that may be done side by side, the one that whoever looks can do."""
    begun = any(each.entries for each in found.steps if each.name != "written")
    open_ = [each for each in found.steps if each.done != "done" and not (each.name == "written" and begun)]
    if not open_:
        return None
    side_by_side = [each for each in open_ if each.name in TOGETHER] if open_[0].name in TOGETHER else open_[:1]
    ways = ((each, _way(request, each, found, here, posts)) for each in side_by_side)
    step, link = next(((each, way) for each, way in ways if way), (open_[0], None))
    return Next(STEPS[step.name][0], step.waits_for, link)


def _way(request: Request, step: Step, found: Standing, here: str, posts: frozenset[str]) -> tuple[str, str] | None:
    """Where whoever looks does a step, and in which words; None where it is not theirs to do."""
    _, type_, words = STEPS[step.name]
    if type_ not in posts:
        return None
    speaker: Principal | None = getattr(request.state, "speaker", None)
    match step.name:
        case "written":
            return f"{here}/{type_}?section=foreword", words
        case "signed-off" if speaker is not None and speaker.role not in MAKERS:
            report = standing(ledger_of(request), found.kind, found.period, found.as_at)
            return (
                None
                if speaker.agency in report.signed_off_by
                else (f"{here}/{type_}", f"Sign off draft {len(report.drafts)}")
            )
        case "cleared":
            section = next(each for each in found.sections if not each.cleared)
            return f"{here}/{type_}?section={section.section}", f"Clear the section {section.title} for disclosure"
        case "published":
            return f"{here.removesuffix('/record')}/publish", "Publish it"
        case _:
            return f"{here}/{type_}", words


def posts_of(request: Request) -> frozenset[str]:
    """What whoever asks may record of a report. Whoever makes it does not clear it."""
    speaker: Principal | None = getattr(request.state, "speaker", None)
    kinds = [kind for kind in REGISTER.values() if kind.record is REPORT]
    if speaker is None:
        return frozenset(kind.name for kind in kinds)
    signed = [kind for kind in kinds if "by" in kind.event.model_fields]
    return frozenset(
        kind.name for kind in kinds if may_record(speaker, kind) and not (kind in signed and speaker.role in MAKERS)
    )


def _shown(step: Step, here: str, posts: frozenset[str]) -> Shown:
    title, type_, words = STEPS[step.name]
    link = (f"{here}/{type_}", words) if type_ in posts else None
    if link is not None and step.name == "published":
        link = (f"{here.removesuffix('/record')}/publish", "Publish another edition" if step.done == "done" else words)
    return Shown(
        title,
        *TAGS[step.done],
        step.sentence,
        step.entries,
        step.waits_for,
        None if step.name in {"written", "cleared"} else link,
    )


@router.get("/record/{type_}", dependencies=[needs(Verb.POST, signed_in=True)])
def begin(request: Request, kind: Kind, period: OfPeriod, type_: str, begun: Annotated[Begun, Query()]) -> Response:
    """The form of a step, with all that is known already filled in; it is recorded like any other."""
    chosen = kind_of(request, type_)
    if chosen.record.name != "report":
        raise Problem(NOT_FOUND, "That is no step of a report.")
    name = f"report/{reference_of(kind, period)}"
    fields = {f"{DATA}.{field}": [value] for field, value in _known(request, kind, period, type_, begun)}
    given = Given({REFERENCE: [reference_of(kind, period)], **fields})
    now = ledger_of(request).clock.now()
    work = work_on(request, Draft(secrets.token_hex(16), chosen.name, given.text(), spelled(now)))
    return show(request, work, seen=version_of(request, name))


def _known(request: Request, kind: str, period: str, type_: str, begun: Begun) -> Iterator[tuple[str, str]]:
    """What the form of a step need not ask, field by field."""
    ledger, speaker = ledger_of(request), author_of(request)
    report, head = standing(ledger, kind, period), ledger.head().position
    day_of = {
        "report.section-written": "written_on", "report.drafted": "drafted_on", "report.signed-off": "signed_on",
        "report.section-cleared": "cleared_on", "report.number-released": "released_on",
        "report.release-withdrawn": "withdrawn_on", "report.circulated": "circulated_on",
    }  # fmt: skip
    if (field := day_of.get(type_)) is not None:
        today = london_day(ledger.clock.now())
        yield from (((f"{field}:{part}"), str(getattr(today, part))) for part in ("day", "month", "year"))
    match type_:
        case "report.section-written":
            yield from _of_section(ledger.record(f"report/{reference_of(kind, period)}"), kind, period, begun.section)
        case "report.drafted":
            yield from (
                ("kind", kind),
                ("period", period),
                ("draft", str(len(report.drafts) + 1)),
                ("as_at", str(head)),
            )
        case "report.signed-off":
            yield "draft", str(len(report.drafts) or 1)
            if speaker.role not in MAKERS:
                yield "agency", speaker.agency
        case "report.circulated":
            yield "edition", str(len(report.editions) or 1)
        case _:
            yield from _of_signatory(speaker, report, begun)


def _of_section(entries: Any, kind: str, period: str, section: str | None) -> Iterator[tuple[str, str]]:
    yield from (("kind", kind), ("period", period))
    if section is not None:
        texts = [each.event for each in effective(entries) if isinstance(each.event, ReportSectionWritten)]
        yield "section", section
        yield "text", next((each.text for each in reversed(texts) if each.section == section), "")


def _of_signatory(speaker: Principal, report: Report, begun: Begun) -> Iterator[tuple[str, str]]:
    yield from (("by", speaker.role.value), ("agency", speaker.agency))
    if begun.number is not None:
        yield "number", begun.number
    if begun.section is not None:
        yield from (("section", begun.section), ("sha256", dict(report.texts).get(begun.section, "")))
