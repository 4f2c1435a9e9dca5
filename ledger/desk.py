"""The desk: where submissions are judged one after another, each seeing those before it, inside one held transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from ledger import sealing
from ledger.domain import ledger_opening
from ledger.domain.adoption import Packs
from ledger.domain.calendar import london_day
from ledger.domain.claim import Claim, SealedHeads, Verdict, judge
from ledger.domain.corrections import SPEAKING_OF_ENTRIES, judge_correction
from ledger.domain.history import Entry, Standing, advance, erased_by, erased_from, fold
from ledger.domain.policy import POLICY
from ledger.domain.standing import standing_rules
from ledger.entry import MINT, Fault, Malformed, Stamped, Submission, read_back, stamp
from ledger.evidence.row_checks import contents
from ledger.memory import Memory
from ledger.outcome import KeyReused, NotReached, Outcome, Outrun, Recorded, Refused, Unfit, stands, unfit
from ledger.recorders.contract import Appending, Key, KnownKey, NewEntry, Place
from ledger.vault import LockedWords, SealedWords

HeadsAt = Callable[[int], SealedHeads | None]
PacksOf = Callable[["Desk"], Packs]
ITSELF = f"ledger/{ledger_opening.REFERENCE}"
"""The record of the ledger itself."""
Screen = Callable[[Submission, "Desk"], Outcome | None]
"""Why somebody may not record a submission, by how the records it names stand here and now; None where they may."""


@dataclass
class _Draft:
    """What one batch would add; thrown away whole when an atomic batch is refused."""

    entries: list[Entry] = field(default_factory=list)
    rows: list[NewEntry] = field(default_factory=list)
    words: list[SealedWords] = field(default_factory=list)
    before: dict[str, Standing] = field(default_factory=dict)
    """How the records it speaks of stood before it."""
    gone: list[Place] = field(default_factory=list)
    """Where words are that it erases."""
    keys: dict[Key, int] = field(default_factory=dict)
    minted: dict[str, int] = field(default_factory=dict)


class Desk:
    """Judges and stamps the submissions of one transaction. Not thread-safe: it lives inside `appending()`."""

    def __init__(
        self,
        head: Appending,
        memory: Memory,
        *,
        known: Mapping[Key, KnownKey],
        now: datetime,
        packs: PacksOf,
        salt: sealing.Salts,
        open_: Callable[[Sequence[LockedWords]], Sequence[SealedWords]],
        entry_at: Callable[[int], Entry],
        heads: HeadsAt,
    ) -> None:
        self._head, self._memory, self._now, self._packs_of, self._salt = head, memory, now, packs, salt
        self._open = open_
        self._known, self._entry_at, self._heads = known, entry_at, heads
        self._accepted = _Draft()
        self._draft = _Draft()
        self._erases = False
        self._read: dict[str, list[Entry]] = {}
        self._standings: dict[str, Standing] = {}
        self._packs: Packs | None = None

    @property
    def rows(self) -> list[NewEntry]:
        return self._accepted.rows

    @property
    def words(self) -> list[SealedWords]:
        return self._accepted.words

    @property
    def gone(self) -> list[Place]:
        return self._accepted.gone

    @property
    def today(self) -> date:
        return london_day(self._now)

    def prepare(self, submissions: Sequence[Submission], *always: str) -> None:
        """Fetch, in one read, the records these submissions speak of, and those that all are judged by."""
        wanted = set(always)
        for s in submissions:
            wanted.add(f"{s.record}/{s.reference}")
            wanted.update(f"{record}/{reference}" for record, reference in s.kind.references(s.event))
            if s.source != "/business-unit":
                wanted.add(f"agency/{s.source.removeprefix('/agencies/')}")
        self._fetch(wanted)

    def take(
        self,
        batch: Sequence[Submission],
        recordedby: str,
        *,
        atomic: bool,
        whole: bool,
        erases: bool = False,
        screen: Screen | None = None,
    ) -> list[Outcome]:
        """One outcome per submission, in order. An atomic batch that has a refusal in it, or is not whole, leaves nothing behind."""
        self._draft, self._erases = _Draft(), erases
        outcomes = [
            (screen and screen(submission, self)) or self._take_one(submission, recordedby) for submission in batch
        ]
        if atomic and not (whole and all(map(stands, outcomes))):
            self._standings |= self._draft.before
            self._draft, self._packs = _Draft(), None
            return [NotReached(o.entry.departures) if isinstance(o, Recorded) and not o.repeat else o for o in outcomes]
        self._keep()
        return outcomes

    def remembered(self) -> Iterable[tuple[str, Standing]]:
        """Every standing read or made here, for the memory to keep once this is committed."""
        return self._standings.items()

    def standing(self, name: str) -> Standing:
        """How a record (`<record>/<reference>`) stands here and now."""
        found = self._standings.get(name)
        if found is None:
            self._fetch((name,))
            found = self._standings[name]
        return found

    def _fetch(self, names: Iterable[str]) -> None:
        """Standings out of the memory, and in one read the others."""
        unknown: dict[str, list[Entry]] = {}
        for name in names:
            remembered = self._memory.get(name)
            if remembered is None:
                unknown[name] = []
            else:
                self._standings[name] = remembered
        if unknown:
            for row in self._head.history(list(unknown)):
                unknown[row.originator_id].append(read_back(row.position, row.state))
        for name, entries in unknown.items():
            self._standings[name] = fold(entries)

    def history(self, name: str) -> list[Entry]:
        """All entries of a record here and now."""
        if name not in self._read:
            self._read[name] = [read_back(row.position, row.state) for row in self._head.history([name])]
        staged = (e for e in (*self._accepted.entries, *self._draft.entries) if e.originator_id == name)
        return [*self._read[name], *staged]

    def _keep(self) -> None:
        kept, draft = self._accepted, self._draft
        kept.entries += draft.entries
        kept.rows += draft.rows
        kept.words += draft.words
        kept.gone += draft.gone
        kept.keys |= draft.keys
        kept.minted |= draft.minted

    def _take_one(self, submission: Submission, recordedby: str) -> Outcome:
        key = Key(submission.source, submission.id)
        if key in self._known:
            return self._repeat(submission, self._known[key])
        for layer in (self._draft, self._accepted):
            if key in layer.keys:
                return self._repeat_of_staged(submission, layer.keys[key])
        reference = submission.reference
        if reference == MINT:
            if not submission.kind.begins:
                return Unfit((Fault("/subject", "only an event that begins a record has its reference minted"),))
            reference = self._mint(submission)
        name = f"{submission.record}/{reference}"
        standing = self.standing(name)
        if submission.expectedversion is not None and submission.expectedversion != standing.version:
            return Outrun(name, submission.expectedversion, standing.version)
        return self._judge_and_stamp(submission, reference, standing, recordedby)

    def _judge_and_stamp(self, submission: Submission, reference: str, standing: Standing, recordedby: str) -> Outcome:
        if self._packs is None:
            self._packs = self._packs_of(self)
        packs = self._packs
        claim = self._claim(submission, reference, standing.version, recordedby, packs)
        try:
            verdict = self._verdict(standing, claim, f"{submission.record}/{reference}")
        except ValidationError as error:
            return unfit(error, submission)
        if verdict.refusals:
            return Refused(verdict.refusals)
        regime = packs.in_force("regime", claim.day)
        try:
            stamped = stamp(
                submission,
                reference=reference,
                version=standing.version + 1,
                recordedtime=self._now,
                recordedby=recordedby,
                regime=regime.reference if regime else None,
                retrospective=claim.retrospective,
                departures=tuple(dict.fromkeys(b.rule.id for b in verdict.departures)),
                salt=self._salt,
            )
        except Malformed as malformed:
            return Unfit(malformed.faults)
        return self._stage(submission, stamped, claim, standing)

    def _verdict(self, standing: Standing, claim: Claim[Any], name: str) -> Verdict:
        if claim.event.general and isinstance(claim.event, SPEAKING_OF_ENTRIES):
            return judge_correction(self.history(name), standing, claim)
        return judge(standing, claim, standing_rules(claim.event))

    def _claim(self, submission: Submission, reference: str, version: int, recordedby: str, packs: Packs) -> Claim[Any]:
        return Claim(
            kind=submission.kind,
            event=submission.event,
            reference=reference,
            source=submission.source,
            recordedby=recordedby,
            time=submission.time,
            day=london_day(submission.time),
            timeprecision=submission.timeprecision,
            recorded_at=self._now,
            version=version,
            position=self._head.head.position + len(self._accepted.rows) + len(self._draft.rows) + 1,
            packs=packs,
            look_up=self._look_up,
            is_begun=self._is_begun,
            heads=self._heads,
            retrospective=submission.retrospective or self._entered_afterwards(),
            erases=self._erases,
        )

    def _look_up(self, record: str, reference: str) -> Any:
        return self.standing(f"{record}/{reference}").state

    def _is_begun(self, record: str, reference: str) -> bool:
        return self.standing(f"{record}/{reference}").counts

    def _entered_afterwards(self) -> bool:
        """Whether this whole ledger was opened as history entered afterwards."""
        opening: ledger_opening.Ledger | None = self.standing(ITSELF).state
        return opening is not None and opening.retrospective

    def _stage(self, submission: Submission, stamped: Stamped, claim: Claim[Any], standing: Standing) -> Recorded:
        draft, position = self._draft, claim.position
        entry = Entry(
            position=position,
            kind=claim.kind,
            reference=claim.reference,
            version=standing.version + 1,
            event=stamped.event,
            time=claim.time,
            day=claim.day,
            timeprecision=claim.timeprecision,
            id=submission.id,
            source=submission.source,
            recordedtime=self._now,
            recordedby=claim.recordedby,
            regime=stamped.regime,
            retrospective=stamped.retrospective,
            departures=stamped.departures,
            body=stamped.body,
        )
        name = entry.originator_id
        draft.entries.append(entry)
        draft.rows.append(
            NewEntry(
                originator_id=name,
                originator_version=entry.version,
                topic=entry.kind.type,
                state=stamped.body,
                source=submission.source,
                id=submission.id,
                content=submission.content,
            )
        )
        draft.gone += (Place(*each) for each in erased_by(entry))
        draft.words += (SealedWords(position, *words) for words in stamped.words)
        draft.keys[Key(submission.source, submission.id)] = position - self._head.head.position - 1
        if submission.reference == MINT:
            stream, _, minted = name.rpartition("-")
            draft.minted[f"{stream}-"] = int(minted)
        draft.before.setdefault(name, standing)
        self._standings[name] = advance(standing, entry) or fold(self.history(name))
        if entry.kind.record is POLICY:
            self._packs = None
        return Recorded(entry, submission.content)

    def _repeat(self, submission: Submission, known: KnownKey) -> Outcome:
        """What would have become the very same entry is a repeat too, under whichever of its hashes it is known (`ledger carry-back`)."""
        if known.content != submission.content and submission.content not in contents(self._at(known.position).body):
            return KeyReused(known.position, known.content, submission.content)
        kept = {w.path: w.text for w in self._open(self._head.words(known.position))}
        return self._same_words(submission, kept, known.position)

    def _same_words(self, submission: Submission, kept: dict[str, str], position: int) -> Outcome:
        """Words are compared with the vault; those that were erased not at all, so that nothing tells what they were."""
        posted = {sealing.pointer(place): text for place, text in submission.words.items()}
        if any(posted.get(path) != text for path, text in kept.items()):
            return KeyReused(position, None, None)
        entry = self._at(position)
        gone = erased_from(self.history(entry.originator_id), position) if posted.keys() - kept.keys() else {}
        return Recorded(entry, submission.content, repeat=True, erased=tuple(sorted(set(gone.values()))))

    def _repeat_of_staged(self, submission: Submission, number: int) -> Outcome:
        rows = [*self._accepted.rows, *self._draft.rows]
        position = self._head.head.position + number + 1
        if rows[number].content != submission.content:
            return KeyReused(position, rows[number].content, submission.content)
        staged = [*self._accepted.words, *self._draft.words]
        return self._same_words(submission, {w.path: w.text for w in staged if w.position == position}, position)

    def _at(self, position: int) -> Entry:
        offset = position - self._head.head.position - 1
        if offset >= 0:
            return [*self._accepted.entries, *self._draft.entries][offset]
        return self._entry_at(position)

    def _mint(self, submission: Submission) -> str:
        """The next free reference of this record's year: `ACT-2019-014`."""
        prefix = f"{submission.kind.record.prefix}-{london_day(submission.time).year}-"
        stream = f"{submission.record}/{prefix}"
        last = self._draft.minted.get(stream) or self._accepted.minted.get(stream)
        if last is None:
            found = self._head.last_reference(stream)
            last = int(found.removeprefix(stream)) if found else 0
        while True:
            last += 1
            reference = f"{prefix}{last:03d}"
            if self.standing(f"{submission.record}/{reference}").version == 0:
                break
        return reference
