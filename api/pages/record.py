"""GET /pages/record and the forms behind it: choose what happened, answer, keep a draft, come back to it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.access import needs
from api.asking import Asked, Nothing, Position
from api.forms.composing import DATA, REFERENCE
from api.forms.given import MOST_FIELDS, Given
from api.pages.drafting import (
    DRAFT_ID,
    Work,
    author_of,
    drafts_of,
    kind_of,
    known_records,
    may_record,
    no_such_draft,
    version_of,
    work_of,
    work_on,
)
from api.pages.page import HOME, render
from api.sessions import CSRF
from ledger.access.drafts import LASTS, Draft, NoSuchDraft
from ledger.access.policy import Verb
from ledger.access.principal import Principal
from ledger.clock import spelled
from ledger.domain.children import BYTES, child_reference
from ledger.domain.general import GENERAL
from ledger.domain.labels import about, text_of
from ledger.domain.register import RECORDS, REGISTER, TYPE_PREFIX, EventType, Record

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.POST, signed_in=True)], include_in_schema=False)
CHOOSE = ("Record something", "/pages/record")
DRAFTS = ("Drafts", "/pages/drafts")
ROOM = MOST_FIELDS - 100
"""Fields of one form after which it gets no further rows."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "A case": ("incident", "rapid-review", "review", "escalation"),
    "What is to change": ("action", "audit", "inspection", "scrutiny", "priority", "risk"),
    "Working together": ("meeting", "group", "task-group", "training", "engagement"),
    "The partnership": ("agency", "arrangements", "finance", "report"),
    "Rules and numbers": ("policy", "dataset", "ledger"),
}
"""The records in the order in which people look for them, and what each lot is called; within a record, as things happen to it."""
FULL = "This form is full. Record what is here, or post it as JSON"
OURS = (CSRF, "go", "type", "seen")
"""Fields of a form that are no answers."""


class Chosen(Asked):
    """Of which record something is to be recorded, `<record>/<reference>`; of which of its entries."""

    of: str | None = None
    entry: Position | None = None


class Kept(Asked):
    """Whether a draft was just kept."""

    saved: bool = False


class Checked(Asked):
    """Whether to say what is wrong with a draft."""

    checked: bool = False


@dataclass(frozen=True)
class Titled:
    """An event type as it is chosen."""

    name: str
    title: str
    about: str


@dataclass(frozen=True)
class Group:
    """What may be recorded on one kind of record; `marks` put right or mark what is there."""

    record: Record[Any]
    kinds: tuple[Titled, ...]
    marks: tuple[Titled, ...]


@cache
def titled(kind: EventType) -> Titled:
    """`Action: completed`, and what that means."""
    what = text_of(kind.name.partition(".")[2])
    return Titled(kind.name, f"{kind.record.title}: {what[:1].lower()}{what[1:]}", about(kind.event))


def groups(speaker: Principal, of: str | None) -> Iterator[Group]:
    """What somebody may record, by record; `of` one record only what may follow on it."""
    for record in (RECORDS[name] for part in PARTS.values() for name in part):
        if of is not None and record.name != of.partition("/")[0]:
            continue
        kinds = [
            kind
            for kind in REGISTER.values()
            if kind.record is record and may_record(speaker, kind) and (of is None or not kind.begins or kind.continues)
        ]
        marks = tuple(titled(kind) for kind in kinds if kind.name.partition(".")[2] in GENERAL)
        others = tuple(titled(kind) for kind in kinds if kind.name.partition(".")[2] not in GENERAL)
        if kinds:
            yield Group(record, others, marks)


@router.get("/record")
def choose(request: Request, chosen: Annotated[Chosen, Query()]) -> Response:
    """What do you want to record?"""
    speaker = author_of(request)
    query = (
        f"?of={chosen.of}" + (f"&entry={chosen.entry}" if chosen.entry is not None else "")
        if _is_name(chosen.of)
        else ""
    )
    found = list(groups(speaker, chosen.of if query else None))
    return render(
        request,
        "record_choose.html",
        title="What do you want to record?",
        groups=found,
        parts=[
            (part, own)
            for part, names in PARTS.items()
            if (own := [each for each in found if each.kinds and each.record.name in names])
        ],
        of=chosen.of if query else None,
        query=query,
        drafts=len(drafts_of(request).all(speaker)),
    )


@router.get("/record/{type_}")
def begin(request: Request, type_: str, chosen: Annotated[Chosen, Query()]) -> Response:
    """A new form. The id of its event is made here, once."""
    kind = kind_of(request, type_)
    fields: dict[str, list[str]] = {}
    if _is_name(chosen.of) and chosen.of is not None and chosen.of.partition("/")[0] == kind.record.name:
        fields[REFERENCE] = [chosen.of.partition("/")[2]]
    own = author_of(request).agency
    if "agency" in kind.event.model_fields and own in dict(known_records(request).get("agency", ())):
        fields[f"{DATA}.agency"] = [own]
    if chosen.entry is not None:
        fields[f"{DATA}.position"] = [str(chosen.entry)]
    draft = Draft(
        secrets.token_hex(16), kind.name, Given(fields).text(), spelled(request.app.state.parts.ledger.clock.now())
    )
    work = work_on(request, draft)
    return show(request, work, seen=version_of(request, work.name))


@router.get("/drafts")
def drafts(request: Request, kept: Annotated[Kept, Query()]) -> Response:
    """What somebody has begun and not recorded."""
    listed = [
        {
            "id": draft.id,
            "title": titled(REGISTER[TYPE_PREFIX + draft.type]).title,
            "reference": Given.kept(draft.fields).one(REFERENCE),
            "changed": draft.changed,
            "ends": datetime.fromisoformat(draft.changed) + LASTS,
        }
        for draft in drafts_of(request).all(author_of(request))
        if TYPE_PREFIX + draft.type in REGISTER
    ]
    return render(
        request,
        "record_drafts.html",
        title="Your drafts",
        crumbs=(HOME, CHOOSE),
        drafts=listed,
        saved=kept.saved,
        days=LASTS.days,
    )


@router.get("/drafts/{id}")
def resume(request: Request, id: str, checked: Annotated[Checked, Query()]) -> Response:
    """A draft, to go on with."""
    work = work_of(request, id)
    if work.draft.position is not None:
        return RedirectResponse(receipt_address(work.draft.position), 303)
    found = work.composed().submission() if checked.checked else {}
    return show(request, work, found if isinstance(found, dict) else {})


@router.post("/drafts/{id}")
async def keep(request: Request, id: str, _: Annotated[Nothing, Query()]) -> Response:
    """Keep what was typed, and do what the button says."""
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        fields.setdefault(name, []).append(str(value).replace("\r\n", "\n"))
    return await asyncio.to_thread(_keep, request, id, Given(fields))


@router.post("/drafts/{id}/delete")
def delete(request: Request, id: str, _: Annotated[Nothing, Query()]) -> Response:
    """Throw a draft away."""
    drafts_of(request).delete(author_of(request), id)
    return RedirectResponse("/pages/drafts", 303)


def _keep(request: Request, id: str, posted: Given) -> Response:
    if DRAFT_ID.fullmatch(id) is None:
        raise no_such_draft()
    kind, go, author = kind_of(request, posted.one("type")), posted.one("go"), author_of(request)
    given, fragment = pressed(posted.without(*OURS), go)
    try:
        drafts_of(request).keep(author, id, kind.name, given.text())
    except NoSuchDraft:
        return resume(request, id, Checked())
    work = work_of(request, id)
    if work.draft.record != work.name or work.draft.record is None:
        seen = posted.one("seen")
        drafts_of(request).saw(author, id, work.name, int(seen) if seen.isdecimal() and len(seen) < 16 else None)  # noqa: PLR2004 - below 2^53
    if go == "save":
        return RedirectResponse("/pages/drafts?saved=true", 303)
    if go.startswith("add:") and len(given) >= ROOM:
        return show(request, work, {go.removeprefix("add:"): FULL}, status=422)
    if go != "check":
        return RedirectResponse(f"/pages/drafts/{id}{fragment}", 303)
    found = work.composed().submission()
    if isinstance(found, dict):
        return show(request, work, found, status=422)
    return RedirectResponse(f"/pages/drafts/{id}/check", 303)


def pressed(given: Given, go: str) -> tuple[Given, str]:
    """What a button makes of the answers, and where on the page one goes on."""
    what, _, path = go.partition(":")
    at = path.replace(".", "-").replace(":", "-")
    match what:
        case "add" if len(given) < ROOM:
            return given.with_rows(path, given.rows(path) + 1), f"#{at}-{given.rows(path)}"
        case "remove":
            rows, _, number = path.rpartition(".")
            return (given.without_row(rows, int(number)) if number.isdecimal() else given), f"#{rows.replace('.', '-')}"
        case "child":
            return given.with_one(path, child_reference(secrets.token_bytes(BYTES))), f"#{at}"
        case "show":
            return given, "#data-changes"
        case _:
            return given, ""


def show(
    request: Request, work: Work, errors: Mapping[str, str] | None = None, *, seen: int | None = None, status: int = 200
) -> Response:
    """The form, with what was typed and what is wrong."""
    kind = work.form.kind
    return render(
        request,
        "record_form.html",
        title=titled(kind).title,
        crumbs=(HOME, CHOOSE),
        status=status,
        form=work.shown(request, errors),
        about=titled(kind).about,
        draft=work.draft.id,
        seen="" if seen is None else seen,
        is_case=kind.record.case,
        out_of_hours=request.app.state.out_of_hours,
    )


def receipt_address(position: int) -> str:
    """Where the receipt of an entry is shown."""
    return f"/pages/receipts/{position}"


def _is_name(of: str | None) -> bool:
    """Whether it names a record of a kind there is."""
    record, _, reference = (of or "").partition("/")
    return record in RECORDS and bool(reference) and reference.replace("-", "").isalnum() and reference.isascii()
