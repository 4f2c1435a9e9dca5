"""Where a report stands on its way to the public: written, drafted, signed off, cleared, published, sent to the Panel; and what is yet to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.clocks import circulate_7d, state
from ledger.domain.conventions import DisclosureRule
from ledger.domain.fields import spoken
from ledger.domain.history import Entry, effective, fold
from ledger.domain.report import ReportCirculated, ReportPublished
from ledger.domain.report_disclosure import ReportNumberReleased, ReportSectionCleared, hash_of
from ledger.domain.report_drafting import SECTORS, ReportDrafted, ReportSectionWritten, ReportSignedOff
from ledger.domain.report_record import reference_of
from ledger.figures.period import Period
from ledger.projections.tables import Tables
from ledger.reports.document import Document
from ledger.reports.editions import releases
from ledger.reports.looking import Finding, findings
from ledger.reports.outline import CHAPTERS
from ledger.reports.public import copy_of

TITLES = {each.code: each.title for each in CHAPTERS}
MAKER = "the business unit"
CLEARERS = "a lead or delegated partner, or the chair"
SAID = {
    "written": "Being written", "drafted": "Draft gone round", "signed-off": "Signed off by the lead partners", "published": "Published",
    "sent": "Published and sent",
}  # fmt: skip
"""How far a report has come once a step is done."""
Done = Literal["done", "to-do", "late"]


@dataclass(frozen=True)
class Written:
    """A section as it stands. `sha256` is what it is cleared by; `cleared` says by whom and when, once it is."""

    section: str
    title: str
    entry: int
    written_on: date
    text: str
    sha256: str
    cleared: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Step:
    """One step of the way: its name, whether it is done, and what there is to say of it. `entries`: that say so. `waits_for`: whose turn it
    is, where it is not done.
    """

    name: str
    done: Done
    sentence: str
    entries: tuple[int, ...] = ()
    waits_for: str = ""


@dataclass(frozen=True)
class Standing:
    """How a report stands as at a position. `released`: decisions to show a number."""

    kind: str
    period: str
    as_at: int
    rule: str
    steps: tuple[Step, ...]
    sections: tuple[Written, ...]
    released: tuple[ReportNumberReleased, ...]

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "period": self.period,
            "as_at": self.as_at,
            "rule": self.rule,
            "steps": [{**vars(each), "entries": list(each.entries)} for each in self.steps],
            "sections": [
                {**vars(each), "written_on": each.written_on.isoformat(), "findings": [vars(found) for found in each.findings]}
                for each in self.sections
            ],
            "released": [each.model_dump(mode="json", exclude={"reasons"}, exclude_none=True) for each in self.released],
        }  # fmt: skip


def standing_of(
    ledger: Ledger, tables: Tables, kind: str, period: str, as_at: int, *, rule: DisclosureRule, on: date | None = None
) -> Standing:
    """How a report stands, its texts looked at beside its copy for the public under a rule. The tables must have come as far. Raises NotAPeriod.

    `on`: the day on which it is overdue to be sent, or not; today, where none is given.
    """
    Period.reported(kind, period)
    entries = effective(ledger.record(f"report/{reference_of(kind, period)}", as_at))
    has_text = any(isinstance(each.event, ReportSectionWritten) for each in entries)
    written = _sections(entries, rule, copy_of(ledger, tables, kind, period, as_at, rule=rule) if has_text else None)
    released = tuple(each.event for each in releases(ledger, kind, period, as_at).values())
    steps = _steps(ledger, kind, entries, written, as_at, on=on)
    return Standing(kind, period, as_at, rule.id, steps, written, released)


def steps_of(ledger: Ledger, kind: str, period: str, as_at: int, on: date | None = None) -> tuple[Step, ...]:
    """The steps of a report's way, without a look at what was written; `on` as in `standing_of`."""
    return _steps_in(ledger, kind, ledger.record(f"report/{reference_of(kind, period)}", as_at), as_at, on=on)


def _steps_in(ledger: Ledger, kind: str, held: Sequence[Entry], as_at: int, *, on: date | None) -> tuple[Step, ...]:
    entries = effective(held)
    return _steps(ledger, kind, entries, _sections(entries), as_at, on=on)


def stage(ledger: Ledger, kind: str, held: Sequence[Entry], as_at: int, *, on: date) -> str:
    """In a few words how far a report has come, of what its record held."""
    if not held:
        return "Not begun"
    steps = {each.name: each for each in _steps_in(ledger, kind, held, as_at, on=on)}
    done = [SAID[name] for name in SAID if steps[name].done == "done" and steps[name].entries]
    last = steps["sent"]
    if steps["published"].done == "done" and last.done != "done":
        return "Published; overdue to be sent" if last.done == "late" else "Published; to be sent"
    return done[-1] if done else "Not begun"


def _steps(
    ledger: Ledger, kind: str, entries: Sequence[Entry], sections: Sequence[Written], as_at: int, *, on: date | None
) -> tuple[Step, ...]:
    day = on or london_day(ledger.clock.now())
    return (
        _written(sections), _drafted(entries), _signed(ledger, kind, entries, as_at), _cleared(sections),
        _published(entries), _circulated(ledger, kind, entries, as_at, day),
    )  # fmt: skip


def _sections(
    entries: Sequence[Entry], rule: DisclosureRule | None = None, public: Document | None = None
) -> tuple[Written, ...]:
    last = {each.event.section: each for each in entries if isinstance(each.event, ReportSectionWritten)}
    cleared = {
        (each.event.section, each.event.sha256): each.event
        for each in entries
        if isinstance(each.event, ReportSectionCleared)
    }
    return tuple(
        Written(
            section, TITLES[section], each.position, event.written_on, event.text, hash_of(event.text),
            _who(cleared.get((section, hash_of(event.text)))),
            () if rule is None or public is None else findings(event.text, rule, public),
        )
        for section, each in sorted(last.items(), key=lambda pair: list(TITLES).index(pair[0]))
        if isinstance(event := each.event, ReportSectionWritten)
    )  # fmt: skip


def _who(cleared: ReportSectionCleared | None) -> str:
    if cleared is None:
        return ""
    return f"the {cleared.by.replace('-', ' ')} of {cleared.agency}, {spoken(cleared.cleared_on)}"


def _written(sections: Sequence[Written]) -> Step:
    if not sections:
        return Step("written", "to-do", "Nobody has written a section yet; the figures stand by themselves.", (), MAKER)
    entries = tuple(each.entry for each in sections)
    return Step("written", "done", f"Written: {', '.join(each.title for each in sections)}.", entries)


def _drafted(entries: Sequence[Entry]) -> Step:
    drafts = [each for each in entries if isinstance(each.event, ReportDrafted)]
    if not drafts:
        return Step("drafted", "to-do", "No draft has gone round.", (), MAKER)
    last = drafts[-1].event
    assert isinstance(last, ReportDrafted)
    to = f" to {', '.join(last.to)}" if last.to else ""
    told = f"Draft {last.draft} went round{to} on {spoken(last.drafted_on)}, as at entry {last.as_at}."
    changed = [each for each in _since(entries, drafts[-1]) if isinstance(each.event, ReportSectionWritten)]
    more = f" Since then written anew: {', '.join(sorted({TITLES[s] for s in _names(changed)}))}." if changed else ""
    return Step("drafted", "done", told + more, (drafts[-1].position,))


def _names(entries: Sequence[Entry]) -> Iterator[str]:
    yield from (each.event.section for each in entries if isinstance(each.event, ReportSectionWritten))


def _since(entries: Sequence[Entry], mark: Entry) -> list[Entry]:
    return [each for each in entries if each.position > mark.position]


def _signed(ledger: Ledger, kind: str, entries: Sequence[Entry], as_at: int) -> Step:
    starts = [each for each in entries if isinstance(each.event, ReportDrafted)]
    signed = [
        each
        for each in entries
        if isinstance(each.event, ReportSignedOff) and (not starts or each.position > starts[-1].position)
    ]
    agencies = [each.event.agency for each in signed if isinstance(each.event, ReportSignedOff)]
    sectors = {getattr(fold(ledger.record(f"agency/{code}", as_at)).state, "sector", "") for code in agencies}
    missing = [name for sector, name in SECTORS.items() if sector not in sectors]
    by = f"Signed off by {', '.join(agencies)}. " if agencies else ""
    positions = tuple(each.position for each in signed)
    if not missing:
        return Step("signed-off", "done", by.strip(), positions)
    if kind != "annual":
        return Step("signed-off", "done", f"{by}A quarterly report needs no sign-off by the lead partners.", positions)
    waits_for = f"the lead partners of {', '.join(missing)}"
    return Step("signed-off", "to-do", f"{by}Yet to sign off: {waits_for}.", positions, waits_for)


def _cleared(sections: Sequence[Written]) -> Step:
    missing = [each.title for each in sections if not each.cleared]
    if missing:
        told = f"Yet to be cleared for disclosure, as they stand: {', '.join(missing)}."
        return Step("cleared", "to-do", told, (), CLEARERS)
    told = "Each written section is cleared for disclosure as it stands." if sections else "There is nothing to clear."
    return Step("cleared", "done", told)


def _published(entries: Sequence[Entry]) -> Step:
    found = [each for each in entries if isinstance(each.event, ReportPublished)]
    if not found:
        return Step("published", "to-do", "Not published.", (), MAKER)
    last = found[-1].event
    assert isinstance(last, ReportPublished)
    copy = last.public
    told = f"Edition {last.edition} was published on {spoken(last.published_on)}"
    if copy is None:
        told += ", without a copy for the public: it counts as read in full by anybody."
    else:
        shown = f", {len(copy.released)} shown by decision" if copy.released else ""
        told += (
            f". In full it is for the partners and the Panel; the copy for the public was made under {copy.rule}, with "
            f"{len(copy.withheld)} numbers withheld{shown}."
        )
    return Step("published", "done", told, (found[-1].position,))


def _circulated(ledger: Ledger, kind: str, entries: Sequence[Entry], as_at: int, today: date) -> Step:
    published = [each.event for each in entries if isinstance(each.event, ReportPublished)]
    sent = [each for each in entries if isinstance(each.event, ReportCirculated)]
    to = sorted({name for each in sent if isinstance(each.event, ReportCirculated) for name in each.event.to})
    told = f"Sent to {', '.join(name.replace('-', ' ') for name in to)}. " if to else ""
    positions = tuple(each.position for each in sent)
    if kind != "annual":
        return Step(
            "sent", "done" if sent else "to-do", told or "Not sent to anybody yet.", positions, "" if sent else MAKER
        )
    if not published:
        return Step(
            "sent", "to-do", "A copy goes to the Panel and to Foundations once the report is published.", (), MAKER
        )
    both = _on_both(sent)
    clock = circulate_7d(ledger.packs(as_at=as_at), published[0].published_on, both)
    how, due = state(clock, today), f" by {spoken(clock.due)}" if clock.due else ""
    if both is not None:
        late = f", after it was due{due}" if how == "met-late" else ""
        return Step("sent", "done", f"{told}The Panel and Foundations have it{late}.", positions)
    lacking = " and ".join(
        n for n, code in (("the Panel", "national-panel"), ("Foundations", "foundations")) if code not in to
    )
    return Step(
        "sent", "late" if how == "breached" else "to-do", f"{told}A copy goes to {lacking}{due}.", positions, MAKER
    )


def _on_both(sent: Sequence[Entry]) -> date | None:
    """The day by which both the Panel and Foundations had a copy."""
    days: dict[str, date] = {}
    for each in sent:
        if isinstance(each.event, ReportCirculated):
            for name in each.event.to:
                days[name] = min(each.event.circulated_on, days.get(name, each.event.circulated_on))
    both = [days.get(name) for name in ("national-panel", "foundations")]
    return None if None in both else max(day for day in both if day is not None)
