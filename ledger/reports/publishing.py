"""Publishing: a report made as at a position becomes its files, and the event that freezes what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ledger.application import Ledger
from ledger.domain.calendar import start_of_day
from ledger.domain.claim import BUSINESS_UNIT
from ledger.domain.conventions import DisclosureRule
from ledger.domain.register import TYPE_PREFIX
from ledger.domain.report import MOST_FIGURES, Checkpoint
from ledger.domain.report_disclosure import hash_of
from ledger.domain.report_record import reference_of
from ledger.evidence.witnessing import Cosignatures
from ledger.figures.answer import Answer, spelled
from ledger.figures.period import Period
from ledger.figures.so_far import so_far
from ledger.projections.as_at import Moment
from ledger.projections.tables import Tables
from ledger.reports.annual import Report
from ledger.reports.brand import Brand
from ledger.reports.document import Document
from ledger.reports.editions import all_editions, editions, releases, standing
from ledger.reports.kinds import document, narrative
from ledger.reports.public import PublicCopy, public_copy
from ledger.reports.written import Format, written

MOST_BYTES = 50_000
"""Of the figures in the entry, which has at most 65,535; beyond, they stand in the JSON file alone."""


class NotPublic(ValueError):
    """There can be no copy for the public of this edition; the sentence says what stands in its way."""


class NotAgreed(ValueError):
    """A report is final only when the witness policy's quorum cosigned what it rests on; the sentence says who lacks."""


@dataclass(frozen=True)
class Publication:
    """A report about to be published: the CloudEvent to post, and the files whose hashes it gives: in full, for the partners and the Panel,
    and those of the copy for the public.
    """

    event: dict[str, Any]
    files: Mapping[Format, bytes]
    public: Mapping[Format, bytes] = field(default_factory=dict)

    @property
    def vouched(self) -> str:
        """Who besides the ledger's keeper vouches for what it rests on."""
        if self.event["data"].get("checkpoint", {}).get("agreed"):
            return "Witnesses agreed to what it rests on: its checkpoint is cosigned as the witness policy asks."
        return "No witness policy was in force: nobody but the ledger's keeper vouches for what it rests on."


@dataclass(frozen=True)
class Wish:
    """What is to be published: the report of a period, on a day, in a look; a later edition with its `reason`; `public`: the disclosure rule
    of its copy for the public, without which it has none.
    """

    kind: str
    period: str
    on: date
    reason: str | None = None
    signed_off_by: str | None = None
    brand: Brand = field(default_factory=Brand)
    public: DisclosureRule | None = None


class _Edition(NamedTuple):
    """Which edition it is, of which day, and what it is made of."""

    number: int
    on: date
    as_at: int
    as_of: date | None
    checkpoint: Checkpoint | None = None


def publication(
    ledger: Ledger, tables: Tables, wish: Wish, when: Moment | int | None = None, witnesses: Cosignatures | None = None
) -> Publication:
    """The publication of a report as at a moment or a position; without one, as far as the tables have come, or the last edition
    over again where no reason for another is given. The same wish at the same moment gives the same bytes. The tables must have come as far.

    Raises NotAgreed where the policy of the `witnesses` asks for a quorum, and it has not cosigned so much; NotPublic.
    """
    edition, again = _edition(ledger, tables, wish, when)
    as_at, as_of = edition.as_at, edition.as_of
    if wish.public is not None and not again:
        _may_be_public(ledger, wish, as_at)
    noted = edition.checkpoint
    under = _checkpoint(ledger, as_at, witnesses) if noted is None else noted.model_dump(exclude_none=True)
    made = document(ledger, tables, wish.kind, wish.period, as_at, as_of=as_of, brand=wish.brand)
    copy = None if wish.public is None else public_copy(ledger, tables, wish.public, as_at, made)
    if copy is not None and copy.public.open:
        raise NotPublic(copy.document.disclosure)
    files, public = _written(made), {} if copy is None else _written(copy.document)
    data = {
        "kind": wish.kind, "period": wish.period, "published_on": edition.on.isoformat(), "as_at": as_at,
        "files": _named(files), "checkpoint": under, "edition": edition.number, **_figures(made.report),
    }  # fmt: skip
    if as_of is not None:
        data["as_of"] = as_of.isoformat()
    if copy is not None:
        data["public"] = _copy(copy, public)
    said = {"reason": wish.reason, "signed_off_by": wish.signed_off_by}
    event = _event(wish, edition.number, edition.on, data | {name: v for name, v in said.items() if v is not None})
    return Publication(event, files, public)


def _edition(ledger: Ledger, tables: Tables, wish: Wish, when: Moment | int | None) -> tuple[_Edition, bool]:
    """The next edition, or the last one over again; and whether it is that."""
    as_at = when.as_at if isinstance(when, Moment) else when
    made_so_far = editions(ledger, wish.kind, wish.period)
    if made_so_far:
        last = made_so_far[len(made_so_far)][1]
        if isinstance(last.as_at, int) and (as_at == last.as_at or (as_at is None and wish.reason is None)):
            return _Edition(last.edition, last.published_on, last.as_at, last.as_of, last.checkpoint), True
    held = tables.position() if as_at is None else as_at
    up_to = so_far(ledger, Period.reported(wish.kind, wish.period), held if when is None else when)
    return _Edition(len(made_so_far) + 1, wish.on, held, up_to), False


def _may_be_public(ledger: Ledger, wish: Wish, as_at: int) -> None:
    """Raises NotPublic where a section of the report as at a position is not cleared, or the copy would not look at something decided since."""
    cleared = standing(ledger, wish.kind, wish.period).cleared
    texts = narrative(ledger, wish.kind, wish.period, as_at)
    if missing := [each.section for each in texts if (each.section, hash_of(each.text)) not in cleared]:
        raise NotPublic(f"Nobody has cleared these sections for disclosure as they stand: {', '.join(missing)}.")
    head = ledger.head().position
    since = [position for position, _ in all_editions(ledger, head) if position > as_at]
    if since:
        raise NotPublic(
            f"A report was published since, in entry {since[0]}: a copy for the public is made as at {since[-1]} or later, to be looked at beside it."
        )
    if releases(ledger, wish.kind, wish.period, as_at) != releases(ledger, wish.kind, wish.period):
        raise NotPublic(
            f"What is shown by decision was changed after position {as_at}: make the copy as at a later one."
        )


def _written(made: Document) -> dict[Format, bytes]:
    return {format_: written(made, format_) for format_ in Format}


def _named(files: Mapping[Format, bytes]) -> list[dict[str, str]]:
    return [{"format": str(name), "sha256": hashlib.sha256(body).hexdigest()} for name, body in files.items()]


def _copy(copy: PublicCopy, files: Mapping[Format, bytes]) -> dict[str, Any]:
    rule = copy.public.rule
    return {
        "rule": rule.reference,
        "rule_sha256": rule.sha256,
        "files": _named(files),
        "withheld": [{"number": number, "why": why} for number, why in copy.public.why.items()],
        "released": sorted(copy.releases),
    }


def _event(wish: Wish, number: int, on: date, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"report-{wish.kind}-{wish.period}-{number}",
        "source": BUSINESS_UNIT,
        "type": TYPE_PREFIX + "report.published",
        "subject": f"report/{reference_of(wish.kind, wish.period)}",
        "time": start_of_day(on).isoformat(),
        "timeprecision": "day",
        "data": data,
    }


def _checkpoint(ledger: Ledger, as_at: int, witnesses: Cosignatures | None) -> dict[str, Any]:
    """The root over the entries the report was made of, and the first checkpoint over them that is agreed, or that was signed at all."""
    root = ledger.root(as_at).hex()
    if witnesses is not None and witnesses.policy.quorum is not None:
        agreed = witnesses.agreed(as_at)
        if agreed is None:
            raise NotAgreed(witnesses.not_agreed(as_at))
        return {"root": root, "note": str(agreed), "agreed": True}
    receipt = ledger.prove(as_at)
    return {"root": root} if receipt is None else {"root": root, "note": str(receipt.checkpoint)}


def _figures(made: Report) -> dict[str, Any]:
    figures = [_figure(each) for each in made.figures]
    fits = len(figures) <= MOST_FIGURES and len(json.dumps(figures)) <= MOST_BYTES
    return {"figures": figures} if fits else {}


def _figure(each: Answer) -> dict[str, Any]:
    told = {} if each.value is None else {"value": str(spelled(each.value))}
    return {"id": each.id, "version": each.version, **told}
