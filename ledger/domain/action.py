"""Actions: raised by a source, owned, done, assured by others, shown to have changed something, and closed."""

from __future__ import annotations

from typing import assert_never

from pydantic import Field

from ledger.domain.action_parts import ActionSource, EvidenceRef, Owner, Rating, owner_name
from ledger.domain.action_rules import (
    Action,
    ClosingKind,
    an_artefact_shows_no_impact,
    evidence_was_seen,
    impact_follows_assurance,
    it_is_closed_with_what_its_kind_needs,
    it_is_done_once,
    it_is_not_closed,
    it_is_specific_and_measurable,
    it_was_done_before,
    its_owner_accepts_it,
    its_owner_says_so,
    the_due_date_changes,
    the_overseeing_group_closes_it,
    the_owner_changes,
    the_owner_does_not_judge_itself,
    the_owner_does_not_oversee_itself,
    the_rating_is_one_of_the_pack,
    the_scrutineer_does_not_act_on_it,
    the_source_made_it,
    there_is_a_baseline,
    there_is_something_to_reopen,
    what_is_embedded_was_assured,
)
from ledger.domain.fields import (
    NOT_STATED,
    ActionReference,
    Code,
    Day,
    DayOrNotStated,
    Exact,
    GroupCode,
    NotStated,
    Words,
    spoken,
)
from ledger.domain.register import Event, Record, known, recorded_as
from ledger.domain.state import replace

ACTION: Record[Action] = Record("action", prefix="ACT", title="Action")


@recorded_as("action.raised", on=ACTION, begins=True)
class ActionRaised(Event):
    """A source gave rise to an action (ACT-FIELDS). `lead_group`: it oversees the action, and alone closes it.

    An absent `success_measure` means that the source gives none. `baseline` is where the measure stood at the start.
    """

    source: ActionSource
    text: Words = Field(title="What has to be done?")
    owner: Owner | NotStated
    lead_group: GroupCode | NotStated
    due_on: DayOrNotStated
    success_measure: Words | None = None
    baseline: Exact | None = None

    rules = (
        the_source_made_it,
        it_is_specific_and_measurable,
        the_owner_does_not_oversee_itself,
        the_scrutineer_does_not_act_on_it,
    )

    def sentence(self) -> str:
        source = self.source.kind.replace("-", " ")
        article = "an" if source[0] in "aeiou" else "a"
        return f"Raised out of {article} {source} for {owner_name(self.owner)}, due on {spoken(self.due_on)}"


@recorded_as("action.accepted", on=ACTION)
class ActionAccepted(Event):
    """The owner took the action on; an action without an owner belongs to whoever accepts it."""

    by: Owner

    rules = (it_is_not_closed, its_owner_accepts_it, its_owner_says_so)

    def sentence(self) -> str:
        return f"Accepted by {owner_name(self.by)}"


@recorded_as("action.reassigned", on=ACTION)
class ActionReassigned(Event):
    """The action went to another owner, who has yet to accept it, or to another group that oversees it."""

    owner: Owner
    lead_group: GroupCode | None = None
    reason: Words

    rules = (
        it_is_not_closed,
        the_owner_changes,
        the_owner_does_not_oversee_itself,
        the_scrutineer_does_not_act_on_it,
    )

    def sentence(self) -> str:
        overseen = f", overseen by {self.lead_group}" if self.lead_group else ""
        return f"Reassigned to {owner_name(self.owner)}{overseen}"


@recorded_as("action.progressed", on=ACTION)
class ActionProgressed(Event):
    """The owner said how far it is; its own rating is an opinion, shown beside what the due date says (ACT-DERIVE)."""

    note: Words
    own_rating: Rating | None = None

    rules = (it_is_not_closed, its_owner_says_so, the_rating_is_one_of_the_pack)

    def sentence(self) -> str:
        return "Progress noted" + (f"; the owner rates it {self.own_rating}" if self.own_rating else "")


@recorded_as("action.rescheduled", on=ACTION)
class ActionRescheduled(Event):
    """A group agreed a new due date; the date first set still counts (ACT-DATES)."""

    due_on: Day
    reason: Words
    approved_by: GroupCode

    decides = "rescheduled"
    rules = (it_is_not_closed, it_is_done_once, the_due_date_changes)

    def sentence(self) -> str:
        return f"Now due on {spoken(self.due_on)}, as {self.approved_by} approved"


@recorded_as("action.completed", on=ACTION, happens="completed_on")
class ActionCompleted(Event):
    """The owner says that the task is done; nobody has judged that yet (ACT-DONE-3)."""

    completed_on: DayOrNotStated
    evidence: list[EvidenceRef] = Field(default=[], max_length=50)

    rules = (it_is_not_closed, its_owner_says_so, it_is_done_once)

    def sentence(self) -> str:
        return f"Completed on {spoken(self.completed_on)}"


@recorded_as("action.assured", on=ACTION, happens="assured_on")
class ActionAssured(Event):
    """A group other than the owner saw the evidence and accepted it (ACT-DONE-3)."""

    by_group: GroupCode
    assured_on: DayOrNotStated
    evidence_seen: list[EvidenceRef] = Field(default=[], max_length=50)

    decides = "assured"
    rules = (it_is_not_closed, it_was_done_before, the_owner_does_not_judge_itself, evidence_was_seen)

    @property
    def happened_on(self) -> DayOrNotStated:
        return self.assured_on

    def sentence(self) -> str:
        return f"Assured by {self.by_group}"


@recorded_as("action.assurance-refused", on=ACTION, happens="refused_on")
class ActionAssuranceRefused(Event):
    """A group other than the owner found the evidence wanting; the action stays completed until it is reopened or assured."""

    by_group: GroupCode
    refused_on: DayOrNotStated
    reasons: Words
    evidence_seen: list[EvidenceRef] = Field(default=[], max_length=50)

    decides = "assurance-refused"
    rules = (it_is_not_closed, it_was_done_before, the_owner_does_not_judge_itself)

    @property
    def happened_on(self) -> DayOrNotStated:
        return self.refused_on

    def sentence(self) -> str:
        return f"Assurance refused by {self.by_group}"


@recorded_as("action.impact-evidenced", on=ACTION, happens="measured_on")
class ActionImpactEvidenced(Event):
    """Practice or outcomes were measured and had changed: the so-what question (ACT-DONE-3).

    `unit`: of the baseline and of the later value. `baseline`: without it, that of the raised action counts.
    """

    measure: Code
    unit: Code | None = None
    baseline: Exact | None = None
    later_value: Exact
    measured_on: DayOrNotStated
    evidence: list[EvidenceRef] = Field(min_length=1, max_length=50)

    rules = (it_is_not_closed, there_is_a_baseline, impact_follows_assurance, an_artefact_shows_no_impact)

    def sentence(self) -> str:
        start = f" from {self.baseline}" if self.baseline is not None else ""
        unit = f" {self.unit.replace('-', ' ')}" if self.unit else ""
        return f"Impact: {self.measure.replace('-', ' ')}{start} to {self.later_value}{unit}"


@recorded_as("action.closed", on=ACTION, happens="closed_on")
class ActionClosed(Event):
    """The overseeing group closed the action: embedded in practice, superseded by another, or not pursued (ACT-CLOSE)."""

    kind: ClosingKind
    by_group: GroupCode
    closed_on: DayOrNotStated
    reasons: Words | None = None
    superseded_by: ActionReference | None = None

    decides = "kind"
    rules = (
        it_is_not_closed,
        the_owner_does_not_judge_itself,
        the_overseeing_group_closes_it,
        it_is_closed_with_what_its_kind_needs,
        what_is_embedded_was_assured,
    )

    def sentence(self) -> str:
        by_what = f" by {self.superseded_by}" if self.superseded_by else ""
        return f"Closed by {self.by_group}: {self.kind.replace('-', ' ')}{by_what}"


@recorded_as("action.reopened", on=ACTION)
class ActionReopened(Event):
    """The action is open again: completion, assurance and impact have to be shown anew."""

    reason: Words

    rules = (there_is_something_to_reopen,)

    def sentence(self) -> str:
        return "Reopened"


ActionEvent = (
    ActionRaised
    | ActionAccepted
    | ActionReassigned
    | ActionProgressed
    | ActionRescheduled
    | ActionCompleted
    | ActionAssured
    | ActionAssuranceRefused
    | ActionImpactEvidenced
    | ActionClosed
    | ActionReopened
)


@ACTION.folded_by
def evolve(action: Action | None, event: ActionEvent) -> Action:
    """Fold one event into the action."""
    match event:
        case ActionRaised(source=source, owner=owner, lead_group=lead, due_on=due, baseline=baseline):
            return Action(source, owner, lead, due, due, baseline)
        case ActionAccepted(by=by):
            owner = by if known(action).owner == NOT_STATED else known(action).owner
            return replace(known(action), accepted=True, owner=owner)
        case ActionReassigned(owner=owner, lead_group=lead):
            return replace(known(action), owner=owner, lead_group=lead or known(action).lead_group, accepted=False)
        case ActionProgressed():
            return replace(known(action), in_progress=True)
        case ActionRescheduled(due_on=due):
            return replace(known(action), due_on=due)
        case ActionCompleted(completed_on=day):
            return replace(known(action), completed_on=day)
        case ActionAssured():
            return replace(known(action), assurance="accepted")
        case ActionAssuranceRefused():
            return replace(known(action), assurance="refused")
        case ActionImpactEvidenced():
            return replace(known(action), impact=True)
        case ActionClosed(kind=kind, superseded_by=other):
            return replace(known(action), closed=kind, superseded_by=other)
        case ActionReopened():
            return replace(
                known(action), completed_on=None, assurance=None, impact=False, in_progress=False,
                closed=None, superseded_by=None, reopened=known(action).reopened + 1,
            )  # fmt: skip
        case _:
            assert_never(event)
