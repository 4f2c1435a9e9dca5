"""GET /pages/incidents/{reference}/history, /pages/records/… and /pages/entries/{position}: what happened, in order, down to the exact bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import needs, sees
from api.asking import InTime, Nothing, Position, RecordName, Reference, ledger_of
from api.histories import When, held_history, told_history
from api.pages.as_at import standing
from api.pages.cells import Tag
from api.pages.facts import facts, field_at, of_record
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.pages.record import titled
from api.pages.words import counted, recorder, shortened
from api.problems import NO_PURPOSE, NOT_FOUND, Problem
from api.records import held_record, told_statement
from api.sessions import form_of, known
from api.waiting import moment_held
from api.words import Asked as Opening
from api.words import opened, read_words, seen_entry
from ledger.access.openings import Purpose
from ledger.access.policy import Verb, passes_restriction
from ledger.access.words import ordinary_words_of, restricted_among, why_not_open
from ledger.domain.fields import worded
from ledger.domain.history import Entry, effective, statements
from ledger.domain.register import RECORDS, REGISTER
from ledger.entry import leaf_hash
from ledger.projections.as_at import Moment
from ledger.recorders.contract import StoredEntry

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.READ)], include_in_schema=False)
Item = dict[str, Any]
MOST_SHOWN = 600
"""Characters of words on a timeline; the entry's page has them all."""


class History(When):
    """`order`: as it happened, or as it was recorded."""

    order: Literal["happened", "recorded"] = "happened"


@dataclass(frozen=True)
class Event:
    """One entry on a timeline."""

    position: int
    sentence: str
    record: str
    day: str
    recorded: str
    by: str
    tags: tuple[Tag, ...]
    decides: bool
    words: tuple[tuple[str, str | None], ...] = ()
    """What was said in it: the field, and its words, None where these were erased."""


@router.get("/incidents/{reference}/history")
def incident(request: Request, reference: Annotated[Reference, Path()], asked: Annotated[History, Query()]) -> Response:
    """A case across all its records."""
    when, found = held_history(request, reference, asked)
    told = told_history(reference, when, found)
    events = _with_words(request, [_event(each) for each in told["entries"]], found.entries)
    if asked.order == "happened":
        events.sort(key=lambda each: (each.day, each.position))
    return render(
        request,
        "history.html",
        title=f"Case history: {reference}",
        crumbs=(HOME, ("Reviews", "/pages/reviews")),
        standing=standing(request, when),
        before=asked.before,
        order=asked.order,
        events=events,
        decisions=[each for each in events if each.decides],
        records=[_record(each) for each in told["records"]],
        elsewhere=told["elsewhere"],
        summary=_summary(events),
    )


@router.get("/records/{record}/{reference}")
def record(
    request: Request,
    record: Annotated[RecordName, Path()],
    reference: Annotated[Reference, Path()],
    asked: Annotated[InTime, Query()],
) -> Response:
    """One record: how it stands, and everything recorded of it."""
    told = held_record(request, record, reference, asked)
    own = ledger_of(request).record(told["record"], told["as_at"])
    return render(
        request,
        "record.html",
        title=f"{RECORDS[record].title} {reference}",
        crumbs=(HOME, ("All lists", "/pages/lists")),
        standing=standing(request, moment_held(request, asked)),
        events=_with_words(request, [_event(each | {"record": told["record"]}) for each in told["entries"]], own),
        told=told,
        tags=_tags_of_record(told),
        may_record=known(request) is not None and permitted(request, Verb.POST) and not asked.as_at,
        history=f"/pages/incidents/{reference}/history" if record == "incident" else None,
    )


@router.get("/entries/{position}")
def entry(request: Request, position: Annotated[Position, Path()], asked: Annotated[InTime, Query()]) -> Response:
    """One entry: its sentence, its facts, its exact bytes and its proof; of what came after it, what was there at the moment."""
    found = seen_entry(request, position)
    if position > (when := moment_held(request, asked)).as_at:
        raise Problem(NOT_FOUND, f"Entry {position:,} was recorded after the moment you are looking at.")
    return _entry_page(request, found, when)


@router.post("/entries/{position}/openings", dependencies=[needs(Verb.OPEN)])
async def open_(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The same page with its sealed words, once their opening stands in the access log."""
    form = await form_of(request)
    try:
        asked = Opening(purpose=Purpose(str(form.get("purpose"))))
    except ValueError:
        raise Problem(NO_PURPOSE, "Say what the words are opened for.") from None
    return await asyncio.to_thread(_opened, request, position, asked)


def _opened(request: Request, position: int, asked: Opening) -> Response:
    found, opening, words = opened(request, position, asked)
    answer = _entry_page(
        request, found, moment_held(request, InTime()), {each.path: each.text for each in words.logged}, opening.number
    )
    answer.headers["cache-control"] = "no-store"
    return answer


def _entry_page(
    request: Request, found: Entry, when: Moment, opened: dict[str, str] | None = None, number: int | None = None
) -> Response:
    ledger = ledger_of(request)
    stored: StoredEntry = request.app.state.feed.recorder.entry(found.position)
    told = json.loads(found.body)
    entries = ledger.record(found.originator_id, when.as_at)
    counted_as = {each.position: each for each in effective(entries)}.get(found.position)
    speaker = request.state.speaker
    words = read_words(request, found)
    may_open = permitted(request, Verb.OPEN) and (speaker is None or why_not_open(ledger, speaker, found) is None)
    return render(
        request,
        "entry.html",
        title=f"Entry {found.position:,}",
        crumbs=(
            HOME,
            (
                worded(found.originator_id.partition("/")[0]).capitalize()
                + " "
                + found.originator_id.partition("/")[2],
                of_record(found.originator_id),
            ),
        ),
        standing=standing(request, when),
        entry=found,
        told=told,
        what=titled(found.kind).title,
        sent_by=_source(told["source"]),
        recorded_by=recorder(told["recordedby"]),
        record=of_record(found.originator_id),
        facts=list(facts(told["data"])),
        counts=counted_as,
        words={each.path: each.text for each in words.ordinary} | (opened or {}),
        closed=[each.path for each in words.logged],
        erased=words.erased,
        opened=number,
        purposes=[(each.value, worded(each.value).capitalize()) for each in Purpose],
        may_open=may_open,
        may_record=known(request) is not None and permitted(request, Verb.POST) and standing(request, when).is_now,
        statements=[told_statement(each) for each in statements(entries).get(found.position, ())],
        stored=stored.state.decode(),
        leaf=leaf_hash(found.body),
        receipt=ledger.prove(found.position) is not None,
        next=_beside(request, found.position + 1) if found.position < when.as_at else None,
        previous=_beside(request, found.position - 1),
    )


def _beside(request: Request, position: int) -> int | None:
    """The entry before or after, where whoever asks sees it."""
    found: StoredEntry | None = request.app.state.feed.recorder.entry(position) if position > 0 else None
    return position if found is not None and sees(request, found.originator_id) else None


def _event(told: Item) -> Event:
    stored: Item = told["entry"]
    kind = REGISTER[stored["type"]]
    return Event(
        told["position"],
        told["sentence"],
        told["record"],
        _as_it_counts(told)["time"],
        stored["recordedtime"],
        _source(stored["source"]),
        tuple(_tags(told)),
        kind.event.decides is not None,
    )


def _source(told: str) -> str:
    """For whom it was sent: an agency by its code, or the business unit."""
    return told.removeprefix("/agencies/").replace("/business-unit", "Business unit")


def _with_words(request: Request, events: list[Event], entries: Sequence[Entry]) -> list[Event]:
    """The events with their ordinary words, as far as whoever asks reads those of each record (decision 15)."""
    ledger, speaker = ledger_of(request), request.state.speaker
    own = {each.position for each in events}
    read = [entry for entry in entries if entry.position in own]
    if speaker is not None and not passes_restriction(speaker.role):
        closed = restricted_among(ledger, sorted({entry.originator_id for entry in read}))
        read = [entry for entry in read if entry.originator_id not in closed]
    found = ordinary_words_of(ledger, read)
    return [replace(each, words=tuple(_said(found.get(each.position, ())))) for each in events]


def _said(words: Sequence[tuple[str, str | None]]) -> Iterator[tuple[str, str | None]]:
    for path, text in words:
        yield field_at(path), None if text is None else shortened(text, MOST_SHOWN)


def _as_it_counts(told: Item) -> Item:
    """The entry, or what corrections made of it."""
    found: Item = told.get("as_corrected") or told["entry"]
    return found


def _tags(told: Item) -> list[Tag]:
    """What is to be known of an entry, in words that do without the colour."""
    found = []
    if told["recorded_late"]:
        found.append(Tag(f"Recorded {counted(told['recorded_late'], 'day')} later", "orange"))
    if "as_corrected" in told:
        found.append(Tag("Corrected by entry " + " and ".join(map(str, told["as_corrected"]["by"])), "purple"))
    if not told["counts"]:
        found.append(Tag("Withdrawn, counts nowhere", "red"))
    if told["entry"].get("retrospective"):
        found.append(Tag("Entered afterwards", "grey"))
    departures = told["entry"].get("departures") or ""
    found += [Tag(f"Departs from rule {rule}", "red") for rule in departures.replace(",", " ").split()]
    found += [Tag(f"Disputed: statement at entry {each['position']}", "purple") for each in told.get("statements", ())]
    return found


def _record(told: Item) -> Item:
    kind, _, reference = told["record"].partition("/")
    return {
        "title": f"{RECORDS[kind].title} {reference}",
        "href": of_record(told["record"]),
        "tags": _tags_of_record(told),
    }


def _tags_of_record(told: Item) -> list[Tag]:
    found = []
    if told["void"]:
        found.append(Tag("Void: its first entry was withdrawn", "red"))
    if "duplicate_of" in told:
        found.append(Tag(f"Repeats {told['duplicate_of']}", "purple"))
    if "restricted" in told:
        found.append(Tag("Restricted", "purple"))
    found += [Tag(f"Held: {hold['authority']}", "blue") for hold in told.get("holds", ())]
    return found


def _summary(events: list[Event]) -> str:
    late = sum(any(tag.text.startswith("Recorded ") for tag in each.tags) for each in events)
    corrected = sum(any(tag.text.startswith(("Corrected", "Withdrawn")) for tag in each.tags) for each in events)
    decided = sum(each.decides for each in events)
    return (
        f"{counted(len(events), 'entry', 'entries')}, {counted(decided, 'decision')}; "
        f"{late} recorded late, {corrected} corrected or withdrawn."
    )
