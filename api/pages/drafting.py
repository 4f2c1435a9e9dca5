"""A draft and the form it is of: what every page of recording begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from fastapi import Request

from api.access import Access, forbidden, sight_of
from api.asking import ledger_of
from api.forms.composing import DATA, REFERENCE, Composed, Form
from api.forms.given import Given
from api.forms.shown import Shown
from api.forms.summary import told
from api.problems import NOT_FOUND, Problem
from ledger.access.drafts import Draft, Drafts, NoSuchDraft
from ledger.access.policy import may_post
from ledger.access.principal import Principal
from ledger.canonical import GREATEST_INTEGER
from ledger.domain.calendar import london_day
from ledger.domain.general import Corrected, Withdrawn
from ledger.domain.history import Entry, effective
from ledger.domain.register import REGISTER, TYPE_PREFIX, EventType
from ledger.projections.asking import Asking
from ledger.projections.questions import BY_NAME
from ledger.projections.tables import NoTables

DRAFT_ID = re.compile(r"[0-9a-f]{32}")
CHOSEN_FROM = {"agency": "agencies", "group": "groups"}
"""Records that are few enough to be chosen from a list -> the list."""
MOST_KNOWN = 200


@dataclass(frozen=True)
class Work:
    """What somebody is recording. `entry`: the one that a correction is of, as it counts now. `moved`: that its record has moved on, in words."""

    draft: Draft
    form: Form
    given: Given
    entry: Entry | None
    moved: str = ""

    @property
    def name(self) -> str | None:
        """The record it speaks of; None where that is yet to be begun under a reference the ledger gives."""
        reference = self.given.one(REFERENCE).upper()
        return f"{self.form.kind.record.name}/{reference}" if reference else None

    def composed(self) -> Composed:
        """The event. Its id is that of the draft: recorded twice, it is one entry."""
        return self.form.composed(self.given, f"form-{self.draft.id}", self.draft.version)

    def shown(self, request: Request, errors: Mapping[str, str] | None = None) -> Shown:
        """The form as a page shows it."""
        now: dict[str, str] = {}
        if self.entry is not None:
            rows = told(
                self.form.changes, self.entry.event.model_dump(mode="json", exclude_unset=True), f"{DATA}.changes", ""
            )
            now = {row.path: row.text for row in rows if not row.is_long}
        return Shown(self.form, self.given, errors or {}, known_records(request), now)


def drafts_of(request: Request) -> Drafts:
    """The drafts of this service."""
    return cast("Drafts", request.app.state.drafts)


def author_of(request: Request) -> Principal:
    """Whose drafts these are: whoever is signed in."""
    return cast("Principal", request.state.speaker)


def kind_of(request: Request, name: str) -> EventType:
    """An event type that whoever asks may record; raises Problem."""
    kind = REGISTER.get(TYPE_PREFIX + name)
    if kind is None:
        raise Problem(NOT_FOUND, "There is no such type of event.")
    if not may_record(author_of(request), kind):
        raise forbidden(f"Your role does not record this: {kind.name}.")
    return kind


def may_record(speaker: Principal, kind: EventType) -> bool:
    """Whether somebody may record a type at all."""
    return may_post(speaker, kind, speaker.source)


def work_of(request: Request, id: str) -> Work:
    """A draft of whoever asks, ready to be shown; raises Problem."""
    try:
        draft = drafts_of(request).one(author_of(request), id)
    except NoSuchDraft:
        raise no_such_draft() from None
    return work_on(request, draft)


def work_on(request: Request, draft: Draft) -> Work:
    """A draft with its form."""
    kind, given = kind_of(request, draft.type), Given.kept(draft.fields)
    work = Work(draft, Form(kind, author_of(request).source), given, None)
    if not work.form.corrects or (entry := _corrected(request, work)) is None:
        return work
    return replace(work, form=replace(work.form, of=type(entry.event)), entry=entry)


def no_such_draft() -> Problem:
    """What is answered of another's draft, too."""
    return Problem(
        NOT_FOUND, "There is no such draft: it was deleted, or has gone because nobody changed it for a while."
    )


def _corrected(request: Request, work: Work) -> Entry | None:
    """The entry whose number was given, as it counts now, if it is one of the record given and there for whoever asks."""
    typed, name = work.given.one(f"{DATA}.position"), work.name
    if name is None or not typed.isdecimal() or int(typed) > GREATEST_INTEGER or not there(request, name):
        return None
    found = next((each for each in effective(ledger_of(request).record(name)) if each.position == int(typed)), None)
    return None if found is None or isinstance(found.event, Corrected | Withdrawn) else found


def there(request: Request, name: str) -> bool:
    """Whether a record is for whoever asks to see, also one that was begun a moment ago."""
    access: Access = request.app.state.access
    return access.shows(author_of(request), name)


def version_of(request: Request, name: str | None) -> int | None:
    """At which version a record stands; None where it is not there, or not for whoever asks."""
    if name is None or not there(request, name):
        return None
    entries = ledger_of(request).record(name)
    return entries[-1].version if entries else None


def known_records(request: Request) -> dict[str, Sequence[tuple[str, str]]]:
    """Records to choose from, by kind: (reference, name). Where there are too many, or the tables are not built, references are typed."""
    parts, seen = request.app.state.parts, sight_of(request)
    today = london_day(parts.ledger.clock.now())
    found: dict[str, Sequence[tuple[str, str]]] = {}
    for record, question in CHOSEN_FROM.items():
        try:
            asking = Asking(
                as_at=parts.tables.position(),
                as_of=today,
                limit=MOST_KNOWN + 1,
                sees=None if seen is None else seen.sees,
            )
            items: list[dict[str, Any]] = BY_NAME[question].answer(parts.tables, asking).items
        except NoTables:
            continue
        if 0 < len(items) <= MOST_KNOWN:
            found[record] = [(item["reference"], item["name"]) for item in items]
    return found
