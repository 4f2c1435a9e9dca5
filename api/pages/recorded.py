"""Check your answers, record them once, and the receipt to keep."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from api.access import needs
from api.asking import Nothing, Position, ledger_of
from api.forms.composing import Composed
from api.forms.summary import summary
from api.intake import Intake
from api.pages import words
from api.pages.drafting import Work, author_of, drafts_of, may_record, there, version_of, work_of
from api.pages.page import HOME, render
from api.pages.previewing import preview
from api.pages.record import CHOOSE, DRAFTS, receipt_address, titled
from api.pages.words import instant, recorder
from api.problems import FORBIDDEN, KEY_REUSED, NOT_AN_EVENT, NOT_FOUND, RULE_BROKEN, VERSION_MOVED, Problem
from api.receipts import problem_of
from ledger.access.policy import Verb
from ledger.access.principal import Principal
from ledger.domain.general import Corrected, Withdrawn
from ledger.domain.history import Entry
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.entry import Fault, Submission, leaf_hash
from ledger.outcome import NotReached, Outcome, Recorded
from ledger.receipts import departures

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.POST, signed_in=True)], include_in_schema=False)
OF_THE_EVENT = (RULE_BROKEN, NOT_AN_EVENT, VERSION_MOVED, KEY_REUSED, FORBIDDEN)
"""Problems that the answers have; any other is the service's."""


@router.get("/drafts/{id}/check")
async def check(request: Request, id: str, _: Annotated[Nothing, Query()]) -> Response:
    """What will stand in the ledger, judged by the very rules, with nothing recorded."""
    work = await asyncio.to_thread(_looked_at, request, id)
    if work.draft.position is not None:
        return RedirectResponse(receipt_address(work.draft.position), 303)
    composed = work.composed()
    found = composed.submission()
    if isinstance(found, dict):
        return RedirectResponse(f"/pages/drafts/{id}?checked=true", 303)
    outcome = await taken(request, found, record=False)
    return await asyncio.to_thread(_check_page, request, work, composed, found, outcome)


@router.post("/drafts/{id}/record")
async def record(request: Request, id: str, _: Annotated[Nothing, Query()]) -> Response:
    """Record it. Pressed twice, or sent again after a lost answer, it is one entry and one receipt."""
    work = await asyncio.to_thread(work_of, request, id)
    if work.draft.position is not None:
        return RedirectResponse(receipt_address(work.draft.position), 303)
    found = work.composed().submission()
    outcome = None if isinstance(found, dict) else await taken(request, found, record=True)
    if not isinstance(outcome, Recorded):
        return RedirectResponse(f"/pages/drafts/{id}/check", 303)
    await asyncio.to_thread(drafts_of(request).recorded, author_of(request), id, outcome.entry.position)
    return RedirectResponse(receipt_address(outcome.entry.position), 303)


@router.get("/receipts/{position}", dependencies=[needs(Verb.READ, signed_in=True)])
def receipt(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """What an entry says, where it stands, and what proves it: to be printed and kept."""
    ledger = ledger_of(request)
    if not 0 < position <= ledger.head().position or not there(
        request, (entry := ledger.entry_at(position)).originator_id
    ):
        raise Problem(NOT_FOUND, "There is no such entry.")
    proof = ledger.prove(position)
    facts = [
        ("Record", entry.originator_id, False),
        ("What", titled(entry.kind).title, False),
        ("Recorded", instant(entry.recordedtime), False),
        ("Recorded by", recorder(entry.recordedby), False),
        ("Version of the record", str(entry.version), False),
        ("Hash of the entry", leaf_hash(entry.body), True),
    ]
    if proof is not None:
        checkpoint = str(proof.checkpoint).splitlines()
        facts += [
            ("Log", checkpoint[0], False),
            ("Signed over", words.counted(int(checkpoint[1]), "entry", "entries"), False),
            ("Root of the log", checkpoint[2], True),
        ]
    return render(
        request,
        "record_receipt.html",
        title="Recorded",
        crumbs=(HOME, CHOOSE),
        entry=entry,
        sentence=entry.event.sentence(),
        departures=[each for rule in entry.departures for each in departures(rule)],
        facts=facts,
        proof=proof,
        put_right=_put_right(author_of(request), entry),
    )


def _put_right(speaker: Principal, entry: Entry) -> str:
    """Where the form is that corrects an entry, for whoever may."""
    kind = REGISTER[f"{TYPE_PREFIX}{entry.kind.record.name}.corrected"]
    if isinstance(entry.event, Corrected | Withdrawn) or not may_record(speaker, kind):
        return ""
    return f"/pages/record/{kind.name}?of={entry.originator_id}&entry={entry.position}"


async def taken(request: Request, submission: Submission, *, record: bool) -> Outcome | Problem:
    """What becomes of it; raises Problem for what the answers are not to blame for."""
    door: Intake = request.app.state.intake
    try:
        return await door.taken(submission, author_of(request), record=record)
    except Problem as problem:
        if problem.kind not in OF_THE_EVENT:
            raise
        return problem


def _looked_at(request: Request, id: str) -> Work:
    """A draft, and in words that its record has moved on since its author last looked; now they have looked."""
    work = work_of(request, id)
    name, draft = work.name, work.draft
    now = version_of(request, name)
    if draft.record == name and draft.version == now:
        return work
    drafts_of(request).saw(author_of(request), id, name, now)
    moved = draft.record == name and draft.version is not None and now is not None
    words = f"Something was recorded on {name} since you began: it is at version {now} now. Look at it again before you record this."
    return replace(work_of(request, id), moved=words if moved else "")


def _check_page(
    request: Request, work: Work, composed: Composed, found: Submission, outcome: Outcome | Problem
) -> Response:
    shown = work.shown(request)
    problem = outcome if isinstance(outcome, Problem) else problem_of(outcome)
    flagged = outcome.departures if isinstance(outcome, NotReached) else ()
    here = f"/pages/drafts/{work.draft.id}"
    return render(
        request,
        "record_check.html",
        title="Check your answers",
        crumbs=(HOME, CHOOSE, DRAFTS),
        draft=work.draft.id,
        what=titled(work.form.kind).title,
        sentence=f"{found.event.sentence()}.",
        departures=[each for rule in flagged for each in departures(rule)],
        rows=[
            {"label": row.label, "text": row.text, "is_long": row.is_long, "anchor": shown.anchor(row.path)}
            for row in summary(composed)
        ],
        problems=[
            {"text": text, "href": f"{here}#{shown.anchor(path)}" if path else None}
            for path, text in _told(composed, problem)
        ],
        moved=work.moved,
        preview=preview(request, found.event),
    )


def told(problem: Problem | None) -> list[str]:
    """A problem in sentences, one for each rule that is broken."""
    if problem is None:
        return []
    rules: Any = problem.members.get("rules", ())
    return [f"{each['why']} (rule {each['id']}: {each['sentence']})" for each in rules] or [problem.detail]


def _told(composed: Composed, problem: Problem | None) -> list[tuple[str | None, str]]:
    """A problem as lines of an error summary: (the question it is about, if any, the line)."""
    if problem is None:
        return []
    members: Any = problem.members
    if problem.kind is RULE_BROKEN:
        return [
            (
                next(iter(composed.places_of(rule["why"])), None),
                f"{composed.plainly(rule['why'])} (rule {rule['id']}: {rule['sentence']})",
            )
            for rule in members["rules"]
        ]
    if problem.kind is NOT_AN_EVENT:
        faults = [Fault(each["pointer"], each["message"]) for each in members["faults"]]
        return list(composed.told(faults).items())
    return [(None, problem.detail)]
