"""A report is published as an event: frozen, the same again, checkable offline, and later explained entry by entry."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.application import Batch
from ledger.clock import DemonstrationClock
from ledger.domain.training import TrainingDelivered
from ledger.entry import parse, read_back
from ledger.figures.period import NotAPeriod, Period
from ledger.log.tree import Frontier, leaf_hashes
from ledger.outcome import Recorded, Refused
from ledger.reports.editions import editions
from ledger.reports.kinds import make
from ledger.reports.public import rule_called
from ledger.reports.publishing import Wish, publication
from ledger.reports.restatement import restatement
from ledger.reports.standing import standing_of
from ledger.reports.written import Format
from tests.figures.telling import NOW, Told, agencies, corrected, on, packs, raised, told
from tests.ledger.posting import BUSINESS_UNIT, event

ON = date(2020, 9, 30)


@pytest.fixture
def ledger(database: str):
    with told(database, [*packs(), *agencies(), raised("ACT-1", "2019-05-01", "2019-06-01")]) as made:
        yield made


def publish(
    ledger: Told, as_at: int | None = None, *, reason: str | None = None, kind: str = "annual", period: str = "2019-20"
) -> Any:
    parts = ledger.parts
    return publication(parts.ledger, parts.tables, Wish(kind, period, ON, reason), as_at)


def restate(ledger: Told, as_at: int | None = None) -> dict[str, Any]:
    parts = ledger.parts
    published = editions(parts.ledger, "annual", "2019-20")
    found = restatement(parts.ledger, parts.tables, published[len(published)], as_at or ledger.head)
    return found.wire()


def moved(found: dict[str, Any]) -> dict[str, Any]:
    return {figure["id"]: figure for figure in found["figures"] if figure["movements"]}


def test_the_same_publication_has_the_same_bytes_and_the_first_answer(ledger):
    made = publish(ledger)
    ledger.tell(made.event)
    again = publish(ledger)
    assert again == made
    (outcome,) = ledger.parts.ledger.write([Batch((parse(again.event),), BUSINESS_UNIT)])[0]
    assert isinstance(outcome, Recorded) and outcome.repeat


def test_a_published_number_is_checked_with_the_file_and_the_entry_alone(ledger):
    made = publish(ledger)
    (position,) = ledger.tell(made.event)
    entry = json.loads(ledger.parts.ledger.entry_at(position).body)
    hashes = {file["format"]: file["sha256"] for file in entry["data"]["files"]}
    assert hashes == {str(name): hashlib.sha256(body).hexdigest() for name, body in made.files.items()}
    in_file = {each["id"]: each for each in json.loads(made.files[Format.JSON])["figures"]}
    in_entry = {each["id"]: each for each in entry["data"]["figures"]}
    assert in_entry.keys() == in_file.keys()
    for id_, figure in in_entry.items():
        stated = in_file[id_]
        assert (figure["version"], figure.get("value")) == (
            stated["version"],
            None if stated["value"] is None else str(stated["value"]),
        )


def test_it_names_the_root_over_the_entries_it_was_made_of(ledger):
    made = publish(ledger, 5)
    bodies = [entry.body for entry in ledger.parts.ledger.entries(0, 5)]
    root = Frontier().grown(leaf_hashes(bodies)).after.root().hex()
    assert made.event["data"]["checkpoint"] == {"root": root}  # a ledger without a key signs nothing


def test_a_later_edition_wants_its_reason(ledger):
    ledger.tell(publish(ledger).event)
    without = publish(ledger, ledger.head).event
    (outcome,) = ledger.parts.ledger.write([Batch((parse(without),), BUSINESS_UNIT)])[0]
    assert isinstance(outcome, Refused) and outcome.broken[0].rule.id == "REP-EDITION"
    ledger.tell(publish(ledger, reason="Late entries").event)
    assert list(editions(ledger.parts.ledger, "annual", "2019-20")) == [1, 2]


def test_a_quarter_is_published_too_and_has_its_own_days(ledger):
    made = publish(ledger, kind="quarterly", period="2019-20-Q1")
    ledger.tell(made.event)
    head = json.loads(made.files[Format.JSON])
    assert (head["period"], head["from"], head["to"]) == ("2019-20-Q1", "2019-04-01", "2019-06-30")
    assert Period.quarter("2019-20-Q4").name == "2019-20-Q4"
    for wrong in ("2019-20", "2019-20-Q5", "2019-21-Q1"):
        with pytest.raises(NotAPeriod):
            make(ledger.parts.ledger, ledger.parts.tables, "quarterly", wrong, ledger.head, as_of=None)


def test_nothing_moved_is_said_of_every_figure(ledger):
    ledger.tell(publish(ledger).event)
    found = restate(ledger)
    assert (found["moved"], moved(found)) == (0, {})
    assert len(found["figures"]) == len(ledger.report().figures)


def test_a_late_entry_and_a_correction_are_named_with_who_and_how_late(ledger):
    ledger.tell(publish(ledger).event)
    (late,) = ledger.tell(raised("ACT-2", "2019-05-01", "2019-06-01"))
    (correction,) = ledger.tell(corrected("action/ACT-2", late, {"due_on": "2020-06-01"}))
    found = moved(restate(ledger))
    (step,) = found["FIG-ACT-RAISED"]["movements"]
    assert (step["position"], step["cause"], step["difference"], step["before"]) == (late, "recorded-since", 1, 1)
    assert (step["happened_on"], step["recorded_on"], step["days_late"]) == ("2019-05-01", "2021-06-01", 762)
    overdue = [(m["position"], m["cause"], m["difference"]) for m in found["FIG-ACT-OVERDUE"]["movements"]]
    assert overdue == [(late, "recorded-since", 1), (correction, "corrected", -1)]
    by_then = moved(restate(ledger, late))["FIG-ACT-OVERDUE"]["movements"]
    assert [(m["position"], m["difference"]) for m in by_then] == [(late, 1)]


def test_a_number_that_the_ledger_does_not_give_is_told_apart(ledger):
    forged = json.loads(json.dumps(publish(ledger).event))
    for figure in forged["data"]["figures"]:
        if figure["id"] == "FIG-ACT-OVERDUE":
            figure["value"] = "7"
        if figure["id"] == "FIG-ACT-RAISED":
            figure |= {"version": 9, "value": "5"}
    ledger.tell(forged)
    found = moved(restate(ledger))
    assert {id_: figure["movements"][0]["cause"] for id_, figure in found.items()} == {
        "FIG-ACT-OVERDUE": "not-reproduced",
        "FIG-ACT-RAISED": "definition-changed",
    }
    assert found["FIG-ACT-OVERDUE"]["difference"] == -6 == found["FIG-ACT-OVERDUE"]["movements"][0]["difference"]


STEPS = st.lists(
    st.sampled_from(["raise", "complete", "correct", "withdraw", "train", "course-corrected"]), min_size=3, max_size=9
)


def act(ledger: Told, step: str, n: int) -> None:
    """One late entry, or one that amends an entry, where there is anything to amend."""
    own = ledger.parts.ledger
    if step == "raise":
        ledger.tell(raised(f"ACT-L{n}", "2019-05-01", "2019-12-01"))
    elif step == "train":
        data = {"course": "c", "title": "C", "booked": n + 2, "completed": n, "cancelled": 1, "did_not_attend": 1,
                "no_outcome": 0, "delivered_on": "2019-07-01"}  # fmt: skip
        ledger.tell(on("2019-07-01", "training.delivered", f"training/TRN-{n}", data))
    else:
        for entry in own.entries():
            name, standing = entry.originator_id, own.record(entry.originator_id)
            if step == "complete" and entry.kind.name == "action.raised" and len(standing) == 1:
                ledger.tell(on("2019-08-01", "action.completed", name, {"completed_on": "2019-08-01"}))
                return
            if step == "correct" and entry.kind.name == "action.raised" and len(standing) == 1:
                ledger.tell(corrected(name, entry.position, {"due_on": "2020-05-01"}))
                return
            if step == "withdraw" and entry.kind.name == "action.raised" and len(standing) == 1:
                ledger.tell(
                    event("action.withdrawn", name, {"position": entry.position, "reason": "No", "decided_by": "LA"})
                )
                return
            if step == "course-corrected" and isinstance(entry.event, TrainingDelivered) and len(standing) == 1:
                changes = {"booked": entry.event.booked + 5, "completed": int(entry.event.completed) + 5}
                ledger.tell(corrected(name, entry.position, changes))
                return


@given(before=STEPS, after=STEPS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_explained_adds_up_for_every_figure(tmp_path_factory, before, after):
    with told(str(tmp_path_factory.mktemp("any") / "ledger.sqlite"), [*packs(), *agencies()]) as ledger:
        for n, step in enumerate(before):
            act(ledger, step, n)
        made = publish(ledger)
        ledger.tell(made.event)
        for n, step in enumerate(after, 100):
            act(ledger, step, n)
        found = restate(ledger)
        frozen = {each["id"]: each.get("value") for each in made.event["data"]["figures"]}
        now = {each.id: each.value for each in ledger.report().figures}
        assert [figure["id"] for figure in found["figures"]] == list(frozen)
        for figure in found["figures"]:
            assert figure["published"] is None or Decimal(figure["published"]) == Decimal(frozen[figure["id"]])
            assert figure["now"] is None or Decimal(figure["now"]) == Decimal(now[figure["id"]])
            steps = figure["movements"]
            assert all(m["position"] > made.event["data"]["as_at"] for m in steps)
            assert all(one["after"] == other["before"] for one, other in pairwise(steps))
            if figure["published"] is not None and figure["now"] is not None:
                explained = sum(Decimal(m["difference"]) for m in steps if m["difference"] is not None)
                assert explained == Decimal(figure["now"]) - Decimal(figure["published"])


def test_each_movement_is_that_of_its_entry_alone(ledger):
    ledger.tell(publish(ledger).event)
    for n, step in enumerate(["raise", "train", "complete", "raise", "withdraw", "course-corrected"], 50):
        act(ledger, step, n)
    for id_, figure in moved(restate(ledger)).items():
        for movement in figure["movements"]:
            values = [{each.id: each.value for each in ledger.report(as_at=at).figures}.get(id_)
                      for at in (movement["position"] - 1, movement["position"])]  # fmt: skip
            assert [movement["before"], movement["after"]] == [
                v if v is None or isinstance(v, int) else str(v) for v in values
            ]
            entry = read_back(movement["position"], ledger.parts.ledger.entry_at(movement["position"]).body)
            assert movement["days_late"] == (entry.recordedtime.date() - entry.day).days > 0
            assert movement["recordedby"] == BUSINESS_UNIT


def commissioned(day: str) -> dict[str, Any]:
    return on(day, "review.commissioned", f"review/REV-{day}", {"kind": "thematic", "decided_on": day})


@pytest.fixture
def unfinished(database: str):
    """A ledger whose last entry is of 1 June 2021, two months into a year, and whose clock then goes on to its third."""
    with told(database, [*packs(), *agencies(), commissioned("2021-05-02")]) as made:
        clock = made.parts.ledger.clock
        assert isinstance(clock, DemonstrationClock)
        clock.move_to(NOW + timedelta(days=30))
        yield made


def test_a_report_of_a_year_that_is_not_over_says_and_keeps_how_far_it_tells(unfinished):
    made = publish(unfinished, period="2021-22")
    assert made.event["data"]["as_of"] == "2021-06-01"
    age = {each["id"]: each.get("value") for each in made.event["data"]["figures"]}["FIG-LCSPR-AGE"]
    assert age == "30.0"
    unfinished.tell(made.event)
    again = publish(unfinished, period="2021-22")
    assert (again.event, again.files) == (made.event, made.files)


def test_time_that_passes_moves_no_published_figure(unfinished):
    """What came late moves it, and is explained; that a review grew older does not."""
    unfinished.tell(publish(unfinished, period="2021-22").event)
    (position,) = unfinished.tell(commissioned("2021-05-04"))
    unfinished.tell(commissioned("2021-06-20"))
    parts = unfinished.parts
    found = restatement(parts.ledger, parts.tables, editions(parts.ledger, "annual", "2021-22")[1], unfinished.head)
    told_ = found.wire()
    assert told_["as_of"] == "2021-06-01"
    age = moved(told_)["FIG-LCSPR-AGE"]
    assert (age["published"], age["now"], [m["position"] for m in age["movements"]]) == ("30.0", "29.0", [position])


def test_an_edition_that_told_the_whole_of_an_unfinished_year_still_does(unfinished):
    """As it was published before the ledger said how far a year is told."""
    parts = unfinished.parts
    whole = make(parts.ledger, parts.tables, "annual", "2021-22", unfinished.head, as_of=None)
    made = publish(unfinished, period="2021-22").event
    figures = [{"id": each.id, "version": each.version} | ({} if each.value is None else {"value": str(each.value)})
               for each in whole.figures]  # fmt: skip
    earlier = {name: value for name, value in made["data"].items() if name != "as_of"} | {"figures": figures}
    unfinished.tell(made | {"data": earlier})
    found = restatement(parts.ledger, parts.tables, editions(parts.ledger, "annual", "2021-22")[1], unfinished.head)
    assert found.wire()["moved"] == 0
    assert "as_of" not in publish(unfinished, period="2021-22").event["data"]


def test_what_is_outstanding_drifts_by_the_day_the_quarter_is_told_up_to(unfinished):
    unfinished.tell(raised("ACT-1", "2021-04-05", "2021-06-01"))
    parts = unfinished.parts
    made = make(parts.ledger, parts.tables, "quarterly", "2021-22-Q1", unfinished.head, as_of=date(2021, 6, 11))
    (row,) = next(part for part in made.parts if "drift" in part.columns).rows
    assert "Due on 1 June 2021, 10 days ago." in str(row)


def test_a_report_stood_then_as_it_stood_whatever_day_it_is_now(ledger):
    """Published on 30 September 2020 and to be sent by 7 October: overdue from the day after, and on no day before it."""
    ledger.tell(publish(ledger).event)
    parts, rule = ledger.parts, rule_called(ledger.parts.ledger, "dfe5")
    done = {
        on: standing_of(parts.ledger, parts.tables, "annual", "2019-20", ledger.head, rule=rule, on=on).steps[-1].done
        for on in (date(2020, 10, 7), date(2020, 10, 8), None)
    }
    assert list(done.values()) == ["to-do", "late", "late"]
