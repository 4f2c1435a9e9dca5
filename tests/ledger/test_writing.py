"""What happens to a submission at the desk, on both engines."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from eventsourcing.persistence import OperationalError

from ledger.application import Ledger
from ledger.clock import SystemClock
from ledger.domain.adoption import PacksRefused, Shelf
from ledger.outcome import KeyReused, NotReached, Outrun, Recorded, Refused, Unfit
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from ledger.writer import Writer
from tests.ledger.posting import BUSINESS_UNIT, VAULT, agency, batch, clock_at_noon, event, recorded, write

SHELF = load_shelf()


@pytest.fixture
def ledger(database):
    opened = Ledger(open_recorder(database), shelf=SHELF, clock=clock_at_noon(), vault=VAULT)
    yield opened
    opened.close()


def adoption(pack, reference=None, **changes):
    data = {
        "kind": pack.kind,
        "pack": pack.id,
        "version": pack.version,
        "sha256": pack.sha256,
        "from_date": "2019-04-01",
    }
    return event("policy.adopted", f"policy/{pack.kind.upper()}", data | changes)


def test_an_entry_keeps_its_exact_bytes_and_reads_back_as_it_was(ledger):
    made = recorded(write(ledger, agency("LA"))[0]).entry
    assert ledger.entry_at(1) == made._replace(time=ledger.entry_at(1).time)
    assert ledger.entry_at(1).body == made.body
    assert (made.position, made.version, made.recordedby) == (1, 1, BUSINESS_UNIT)


def test_the_same_key_and_content_is_the_first_answer_again(ledger):
    posted = agency("LA")
    first = recorded(write(ledger, posted)[0])
    again = recorded(write(ledger, posted)[0])
    assert not first.repeat
    assert again.repeat
    assert again.entry.body == first.entry.body
    assert ledger.head().position == 1


def test_expectedversion_is_no_part_of_the_content(ledger):
    posted = agency("LA")
    write(ledger, posted | {"expectedversion": 0})
    assert recorded(write(ledger, posted)[0]).repeat


def test_the_same_key_for_other_content_names_both_hashes(ledger):
    posted = agency("LA", id="one")
    first = recorded(write(ledger, posted)[0])
    outcome = write(ledger, agency("OTHER", id="one"))[0]
    assert isinstance(outcome, KeyReused)
    assert outcome.recorded == first.content
    assert outcome.posted != outcome.recorded


def test_a_key_repeated_inside_one_group_is_recorded_once(ledger):
    posted = agency("LA")
    first, second = ledger.write([batch(posted), batch(posted)])
    assert recorded(first[0]).entry.position == recorded(second[0]).entry.position == 1
    assert recorded(second[0]).repeat
    third = ledger.write([batch(agency("X", id="k"), agency("Y", id="k"), atomic=False)])[0]
    assert isinstance(third[1], KeyReused)


def test_words_are_sealed_and_their_text_stands_in_the_vault_only(ledger):
    write(ledger, agency("LA"))
    outcome = write(
        ledger,
        event("agency.corrected", "agency/LA", {"position": 1, "changes": {"name": "New"}, "reason": "canary words"}),
    )
    entry = recorded(outcome[0]).entry
    assert b"canary" not in entry.body
    kept = ledger.words([entry.position])
    assert [(w.path, w.text) for w in kept] == [("/reason", "canary words")]


def test_the_same_key_with_other_words_is_another_content(ledger):
    write(ledger, agency("LA"))
    posted = event("agency.corrected", "agency/LA", {"position": 1, "changes": {"name": "New"}, "reason": "these"})
    write(ledger, posted)
    assert recorded(write(ledger, posted)[0]).repeat
    outcome = write(ledger, posted | {"data": posted["data"] | {"reason": "others"}})[0]
    assert isinstance(outcome, KeyReused)
    assert outcome.recorded is None


def test_a_refused_submission_leaves_no_trace(ledger):
    write(ledger, agency("LA"))
    outcome = write(ledger, agency("LA"))[0]
    assert isinstance(outcome, Refused)
    assert [b.rule.id for b in outcome.broken] == ["REC-BEGUN"]
    assert ledger.head().position == 1


def test_an_atomic_batch_is_recorded_whole_or_not_at_all(ledger):
    outcomes = write(ledger, agency("A"), agency("A"), agency("B"), agency("B"))
    assert [type(o) for o in outcomes] == [NotReached, Refused, NotReached, Refused]
    assert ledger.head().position == 0
    assert isinstance(write(ledger, agency("A"))[0], Recorded)


def test_what_is_left_of_a_batch_is_judged_and_not_recorded(ledger):
    write(ledger, agency("A", id="before"))
    left = replace(batch(agency("B"), agency("B"), agency("A", id="before")), whole=False)
    outcomes = ledger.write([left, batch(agency("B"))])
    assert [[type(o) for o in of] for of in outcomes] == [[NotReached, Refused, Recorded], [Recorded]]
    assert outcomes[0][2].repeat
    assert [entry.reference for entry in ledger.entries()] == ["A", "B"]


def test_a_batch_that_is_not_atomic_answers_item_by_item(ledger):
    outcomes = write(ledger, agency("A"), agency("A"), agency("B"), atomic=False)
    assert [type(o) for o in outcomes] == [Recorded, Refused, Recorded]
    assert [recorded(outcomes[i]).entry.position for i in (0, 2)] == [1, 2]


def test_batches_of_one_group_see_those_before_them_and_fail_apart(ledger):
    outcomes = ledger.write([batch(agency("A")), batch(agency("A")), batch(agency("B", source="/agencies/A"))])
    assert [type(o[0]) for o in outcomes] == [Recorded, Refused, Recorded]
    assert ledger.head().position == 2


def test_an_expected_version_is_honoured(ledger):
    write(ledger, agency("LA"))
    renamed = event("agency.renamed", "agency/LA", {"name": "New", "renamed_on": "2019-04-01"})
    outcome = write(ledger, renamed | {"expectedversion": 7})[0]
    assert outcome == Outrun("agency/LA", 7, 1)
    assert isinstance(write(ledger, renamed | {"expectedversion": 1})[0], Recorded)


def test_references_are_minted_in_turn_and_never_twice(ledger):
    group = {
        "name": "Panel",
        "chair_role": "chair",
        "members": [],
        "meeting_frequency": "not-stated",
        "established_on": "2019-04-01",
    }
    made = write(ledger, *[event("group.established", "group/-", group) for _ in range(3)])
    assert [recorded(o).entry.reference for o in made] == ["GRP-2019-001", "GRP-2019-002", "GRP-2019-003"]
    write(ledger, event("group.established", "group/GRP-2019-004", group))
    assert recorded(write(ledger, event("group.established", "group/-", group))[0]).entry.reference == "GRP-2019-005"
    assert isinstance(
        write(ledger, event("agency.renamed", "agency/-", {"name": "N", "renamed_on": "2019-04-01"}))[0], Unfit
    )


def test_a_correction_is_judged_by_the_rules_of_what_it_corrects(ledger):
    write(ledger, agency("LA"), event("agency.left", "agency/LA", {"left_on": "2019-04-01"}))
    wrong_shape = event(
        "agency.corrected", "agency/LA", {"position": 1, "changes": {"sector": "nonsense"}, "reason": "r"}
    )
    unfit = write(ledger, wrong_shape)[0]
    assert isinstance(unfit, Unfit)
    assert unfit.faults[0].pointer == "/data/changes/sector"
    contradiction = event(
        "agency.corrected", "agency/LA", {"position": 2, "changes": {"left_on": "2019-05-01"}, "reason": "r"}
    )
    refused = write(ledger, contradiction)[0]
    assert isinstance(refused, Refused)
    assert refused.broken[0].rule.id == "TIME-SAME"
    both = {"left_on": "2019-05-01", "time": "2019-05-01T00:00:00+01:00"}
    outcome = write(ledger, event("agency.corrected", "agency/LA", {"position": 2, "changes": both, "reason": "r"}))[0]
    assert isinstance(outcome, Recorded)


def test_a_correction_names_an_original_entry_of_its_record_that_still_counts(ledger):
    write(ledger, agency("LA"), agency("B"))
    for position in (2, 99):
        outcome = write(
            ledger,
            event("agency.corrected", "agency/LA", {"position": position, "changes": {"name": "N"}, "reason": "r"}),
        )[0]
        assert isinstance(outcome, Refused)
        assert outcome.broken[0].rule.id == "COR-ORIGINAL"
    withdrawn = event("agency.withdrawn", "agency/B", {"position": 2, "reason": "r", "decided_by": "LA"})
    assert isinstance(write(ledger, withdrawn)[0], Recorded)
    outcome = write(ledger, event("agency.renamed", "agency/B", {"name": "N", "renamed_on": "2019-04-01"}))[0]
    assert isinstance(outcome, Refused)
    assert outcome.broken[0].rule.id == "REC-VOID"


def test_only_the_sender_or_the_business_unit_corrects(ledger):
    write(ledger, agency("LA"), agency("B"))
    changed = event(
        "agency.corrected", "agency/B", {"position": 2, "changes": {"name": "N"}, "reason": "r"}, source="/agencies/LA"
    )
    outcome = write(ledger, changed, by="partner-submitter@LA")[0]
    assert isinstance(outcome, Refused)
    assert outcome.broken[0].rule.id == "COR-BY"


def test_packs_are_bound_by_hash_and_stamp_what_is_judged_under_them(ledger, database):
    pack = SHELF.get("wt18", 1)
    altered = write(ledger, adoption(pack, sha256="0" * 64))[0]
    assert isinstance(altered, Refused)
    assert altered.broken[0].rule.id == "POL-HASH"
    before = recorded(write(ledger, agency("A"))[0]).entry
    assert before.regime is None
    write(ledger, adoption(pack))
    assert recorded(write(ledger, agency("B"))[0]).entry.regime == "wt18@1"
    old = agency("C", time="2019-03-31T00:00:00+00:00")
    assert recorded(write(ledger, old)[0]).entry.regime is None
    with pytest.raises(PacksRefused, match="wt18@1"):
        Ledger(open_recorder(database), shelf=Shelf(), clock=clock_at_noon(), vault=VAULT)


def test_a_ledger_opened_as_history_stamps_every_entry_so(ledger):
    opened = {"origin": "example.org/p", "partnership": "P", "demonstration": False, "retrospective": True}
    write(ledger, agency("A"), event("ledger.opened", "ledger/LEDGER", opened), agency("B"))
    assert [e.retrospective for e in ledger.entries()] == [False, False, True]
    assert b'"retrospective":true' in ledger.entry_at(3).body


def test_another_process_may_write_meanwhile(ledger, database):
    other = Ledger(open_recorder(database), shelf=SHELF, clock=clock_at_noon(), vault=VAULT)
    try:
        write(ledger, agency("A"))
        write(other, event("agency.left", "agency/A", {"left_on": "2019-04-01"}), agency("B"))
        left_again = write(ledger, event("agency.left", "agency/A", {"left_on": "2019-04-01"}))[0]
        assert isinstance(left_again, Refused)
        assert left_again.broken[0].rule.id == "AGY-LEFT"
        assert recorded(write(ledger, agency("C"))[0]).entry.position == 4
    finally:
        other.close()


def test_a_lost_commit_answer_is_looked_up_not_taken_for_a_conflict(ledger, monkeypatch):
    appending = ledger._home.appending
    lost: list[bool] = []

    class LosesTheAnswer:
        def __enter__(self):
            self.inner = appending()
            return self.inner.__enter__()

        def __exit__(self, *error):
            self.inner.__exit__(*error)
            if not lost:
                lost.append(True)
                raise OperationalError("the connection was lost after COMMIT was sent")

    monkeypatch.setattr(ledger._home, "appending", LosesTheAnswer)
    outcomes = write(ledger, agency("A"), agency("B"))
    assert lost
    assert [recorded(o).entry.position for o in outcomes] == [1, 2]
    assert ledger.head().position == 2


def test_the_writer_answers_every_sender_after_the_commit(database):
    ledger = Ledger(open_recorder(database), shelf=SHELF, clock=SystemClock(), vault=VAULT)
    writer = Writer(ledger)
    answers = {}

    def post(number):
        answers[number] = writer.submit(batch(agency(f"A{number % 40}"), atomic=True)).result(timeout=30)[0]

    threads = [threading.Thread(target=post, args=(n,)) for n in range(80)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    positions = sorted(o.entry.position for o in answers.values() if isinstance(o, Recorded))
    assert positions == list(range(1, 41))
    assert [e.position for e in ledger.entries()] == positions
    ledger.close()


def test_recorded_times_never_decrease(database):
    clock = clock_at_noon()
    ledger = Ledger(open_recorder(database), shelf=SHELF, clock=clock, vault=VAULT)
    write(ledger, agency("A"))
    earlier = Ledger(open_recorder(database), shelf=SHELF, clock=_StoppedEarly(), vault=VAULT)
    write(earlier, agency("B"))
    assert ledger.entry_at(2).recordedtime >= ledger.entry_at(1).recordedtime
    ledger.close()
    earlier.close()


class _StoppedEarly:
    def now(self):
        from datetime import UTC, datetime

        return datetime(2019, 12, 1, tzinfo=UTC)
