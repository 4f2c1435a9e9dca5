"""Every clock of every record in one list: as its own record tells it, as at any position, under the packs then adopted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from ledger.domain.calendar import start_of_day
from ledger.domain.clock import STATES
from ledger.domain.clocks import CLOCKS
from ledger.projections import ask
from ledger.projections.asking import Asking, Seen
from ledger.projections.catalogue import PROJECTIONS
from ledger.projections.clocks import ATTENTION, FIELDS, clocks, running_clocks
from ledger.projections.home import open_engine
from ledger.projections.projector import Projector
from ledger.projections.review_tracker import review_tracker
from ledger.projections.tables import Tables
from tests.figures.telling import told
from tests.ledger.posting import event
from tests.projections.histories import Entries

END = date(2025, 6, 30)
DAYS = [date(2024, 4, 1) + timedelta(days=45 * n) for n in range(12)]


def every(tables, asking):
    return clocks(tables, replace(asking, filters={"state": tuple(STATES)})).items


@pytest.fixture
def asking(year) -> Asking:
    return Asking(year.head, END, year.packs)


def test_what_runs_or_ran_over_is_listed_and_the_rest_on_request(asked, asking):
    attention, whole = clocks(asked, asking).items, every(asked, asking)
    assert {item["state"] for item in attention} == set(ATTENTION)
    assert [item for item in whole if item["state"] in ATTENTION] == attention
    assert len(whole) == len(running_clocks(asked, asking)) > len(attention) > 0
    assert all(set(FIELDS) == set(item) for item in whole)
    keys = Counter((item["record"], item["reference"], item["key"]) for item in whole)
    assert set(keys.values()) == {1}


def test_it_may_be_asked_by_clock_and_put_in_order(asked, asking):
    found = clocks(asked, replace(asking, filters={"clock": "action"}, sort=("-left",))).items
    assert {item["clock"] for item in found} == {"action"}
    left = [item["left"] for item in found]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize("on", DAYS[4::5], ids=str)
def test_the_first_few_are_the_first_few_of_them_all(asked, asking, on):
    """Of actions the database finds them, for those who see everything and for those who do not."""
    hidden = frozenset(item["reference"] for item in ask.actions(asked, asking).items[::3])
    for state, order, owed_by in product(("breached", "running"), ("left", "due"), ((), ("NAICB", "EXEC"), ("null",))):
        filters = {"state": (state,)} | ({"owed_by": owed_by} if owed_by else {})
        for sees, seen in (
            (None, None),
            (lambda name: name.partition("/")[2] not in hidden, lambda record: Seen(but=hidden)),
        ):
            some = replace(asking, as_of=on, filters=filters, sort=(order,), sees=sees, seen=seen)
            whole, few = clocks(asked, some), clocks(asked, replace(some, limit=3))
            assert (few.items, few.total) == (whole.items[:3], whole.total), filters
            assert (few.next is None) == (whole.total <= 3)


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_a_clock_stands_as_its_own_record_tells_it(asked, asking, on):
    asking = replace(asking, as_of=on)
    found = {(item["record"], item["reference"], item["key"]): item["state"] for item in every(asked, asking)}
    for item in ask.actions(asked, asking).items:
        let_go = item["closed_kind"] is not None and item["completed_on"] is None
        assert found.get(("action", item["reference"], "action")) == (None if let_go else item["clock"]["state"])
    for item in ask.escalations(asked, asking).items:
        present = found[("escalation", item["reference"], f"escalation-stage/{item['stage']}")]
        assert present == item["clock"]["state"]
    for item in ask.audits(asked, asking).items:
        own = [state for (record, name, _), state in found.items() if (record, name) == ("audit", item["reference"])]
        assert bool(own) is bool(item["returns"]["asked"])
    for item in review_tracker(asked, asking).items:
        told_ = (item.get("clocks") or {}).get("notification")
        if item["record"] == "incident":
            stands = found.get(("incident", item["reference"], "notification"))
            assert stands == (told_ and told_["state"])
        for review in item["reviews"]:
            own_clock = review["clocks"]["publication"]
            stands = found.get(("review", review["reference"], "publication"))
            assert stands == (own_clock and own_clock["state"])


def test_every_clock_names_the_pack_it_runs_under_and_where_its_time_comes_from(asked, asking):
    adopted = {adoption.reference for adoption in asking.packs.adoptions}
    for item in every(asked, asking):
        kind = CLOCKS[item["clock"]]
        assert item["rule"] == kind.rule
        if kind.pack is None:
            assert (item["pack"], item["source"], item["confidence"]) == (None, "the record itself", None)
        elif item["due"] is not None:
            assert item["pack"] in adopted
            assert item["source"]
            assert item["confidence"] in ("confirmed", "partly-confirmed", "unconfirmed")


def test_pauses_explain_and_do_not_stop_the_clock(asked, asking):
    filters = {"reference": "REV-2024-003", "clock": "publication", "state": tuple(STATES)}
    (before,) = clocks(asked, replace(asking, as_of=date(2025, 5, 8), filters=filters)).items
    (after,) = clocks(asked, replace(asking, as_of=date(2025, 5, 9), filters=filters)).items
    assert (before["state"], before["days_running"], before["days_paused"]) == ("running", 181, 37)
    assert (after["state"], after["days_running"], after["days_paused"]) == ("breached", 182, 38)


def test_nothing_recorded_later_changes_a_list_as_at_an_earlier_position(asked, year, tmp_path):
    for upto in (60, 120, 180):
        engine = open_engine(str(tmp_path / f"upto-{upto}.sqlite"))
        Projector(Entries(year.entries[:upto]), engine, PROJECTIONS, batch=100).prepare()
        for on in (DAYS[2], END):
            asking = Asking(upto, on, year.packs)
            assert every(Tables(engine), asking) == every(asked, asking)
        engine.dispose()


def on_day(name, subject, data, day):
    return event(name, subject, data, time=start_of_day(date.fromisoformat(day)).isoformat())


def adopting(shelf, pack, day):
    found = shelf.packs[pack, 1]
    data = {"kind": found.kind, "pack": pack, "version": 1, "sha256": found.sha256, "from_date": day}
    return event("policy.adopted", f"policy/{found.kind.upper()}", data)


def published(period, day, edition=1):
    again = {} if edition == 1 else {"edition": edition, "reason": "A number was wrong"}
    files = [{"format": "json", "sha256": "a" * 64}]
    data = {"kind": "annual", "period": period, "published_on": day, "as_at": 1, "files": files, **again}
    return on_day("report.published", f"report/ANNUAL-{period}", data, day)


def sent(period, day, *to):
    data = {"to": list(to), "circulated_on": day}
    return on_day("report.circulated", f"report/ANNUAL-{period}", data, day)


def test_yearly_reports_follow_each_other_and_go_to_both_bodies(database):
    with told(database) as ledger:
        shelf = ledger.parts.ledger.shelf
        ledger.tell(
            adopting(shelf, "wt18", "2018-06-29"),
            published("2018-19", "2019-09-30"),
            sent("2018-19", "2019-10-02", "national-panel"),
            published("2019-20", "2021-02-08"),
            sent("2019-20", "2021-02-10", "foundations"),
            sent("2019-20", "2021-02-16", "national-panel"),
        )

        def standing(on):
            asking = Asking(ledger.head, on, ledger.parts.ledger.packs())
            found = every(ledger.parts.tables, asking)
            return {(item["reference"], item["key"]): (item["state"], item["due"]) for item in found}

        assert standing(date(2020, 10, 1)) == {
            ("ANNUAL-2018-19", "yearly-report"): ("breached", "2020-09-30"),
            ("ANNUAL-2018-19", "yearly-report-after-year"): ("no-clock-set", None),
            ("ANNUAL-2019-20", "yearly-report-after-year"): ("no-clock-set", None),
            ("ANNUAL-2018-19", "circulation/1"): ("breached", "2019-10-07"),
        }
        later = standing(date(2021, 3, 1))
        assert later["ANNUAL-2018-19", "yearly-report"] == ("met-late", "2020-09-30")
        assert later["ANNUAL-2019-20", "yearly-report"] == ("running", "2022-02-08")
        assert later["ANNUAL-2019-20", "circulation/1"] == ("met-late", "2021-02-15")


def test_the_report_of_a_year_nobody_told_of_is_due_where_the_guidance_says_when(database):
    with told(database) as ledger:
        ledger.tell(adopting(ledger.parts.ledger.shelf, "wt23", "2018-04-01"), published("2018-19", "2019-11-01"))
        packs = ledger.parts.ledger.packs()
        asked = {"clock": "yearly-report-after-year", "state": tuple(STATES)}
        found = clocks(ledger.parts.tables, Asking(ledger.head, date(2020, 12, 1), packs, asked)).items
        assert [(item["reference"], item["state"], item["due"]) for item in found] == [
            ("ANNUAL-2018-19", "met-late", "2019-09-30"),
            ("ANNUAL-2019-20", "breached", "2020-09-30"),
        ]
        assert {item["confidence"] for item in found} == {"unconfirmed"}
