"""Figures that datasets state: where the ledger has no records, beside its own, and under other definitions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.figures import FIGURES
from ledger.figures.answer import answer, asking
from ledger.figures.period import Period
from tests.figures.telling import YEAR, corrected, dataset, observed, on, real_year, told
from tests.figures.test_records import delivered, incident


def test_a_dataset_answers_where_the_ledger_holds_no_record(on_both):
    (position,) = on_both.tell(dataset("D", observed("fig-sin", "fig-sin", "4", unit="incidents")))
    found = on_both.ask("FIG-SIN")
    assert (found.value, found.basis, found.entries) == (4, "dataset", (position,))
    assert found.source == "Annual report"
    assert on_both.ask("FIG-SIN", Period.year("2020-21")).basis == "nothing"


def test_records_answer_beside_what_a_dataset_states(on_both):
    on_both.tell(
        delivered("TRN-1", "neglect", 10, 6, 2, 1),
        dataset("D", observed("fig-trn", "places-all-courses", "12", unit="places", dimensions={"outcome": "booked"})),
    )
    found = on_both.ask("FIG-TRN")
    assert (found.value, found.basis) == (10, "records")
    (beside,) = found.comparators
    assert (beside.stated.worth, beside.difference, beside.why_not) == (12, -2, "")
    assert beside.entries == (on_both.head,)


def test_another_version_of_the_definition_is_not_comparable(ledger):
    ledger.tell(
        *incident("INC-1", "2019-06-03", "2019-06-03", "2019-06-05"),
        dataset("D", observed("fig-sin", "fig-sin", "4", unit="incidents", definition_version=2)),
    )
    (beside,) = ledger.ask("FIG-SIN").comparators
    assert beside.wire()["not_comparable"] is True
    assert beside.why_not == "It was counted under version 2 of the definition."


def test_a_share_is_worked_out_again_and_what_is_printed_stands_beside_it(on_both):
    share = observed(
        "fig-lac", "three-or-more-moves", "8.6", kind="snapshot", measure="share", numerator=42, denominator=493,
        base="fig-lac", base_unit="children", printed="8.6",
    )  # fmt: skip
    (position,) = on_both.tell(dataset("D", share))
    (found,) = on_both.ask_all("FIG-LAC")
    assert (found.id, found.value, found.printed) == (
        "FIG-LAC.three-or-more-moves.children.share", Decimal("8.5"), Decimal("8.6"),
    )  # fmt: skip
    assert found.numerator is not None and found.denominator is not None
    assert (found.numerator.value, found.denominator.value) == (42, 493)
    assert (found.unit, found.entries) == ("% of children", (position,))


def test_each_definition_and_unit_is_a_figure_of_its_own(ledger):
    ledger.tell(
        dataset(
            "D",
            observed("fig-contact", "front-door", "10895"),
            observed("fig-contact", "front-door", "5386", unit="contacts"),
            observed(
                "fig-contact", "by-source", "30.4", unit="contacts", measure="share", dimensions={"source": "police"}
            ),
        )
    )
    found = {each.id: each for each in ledger.ask_all("FIG-CONTACT")}
    assert {id_: each.value for id_, each in found.items()} == {
        "FIG-CONTACT.front-door.children": 10895,
        "FIG-CONTACT.front-door.contacts": 5386,
        "FIG-CONTACT.by-source.contacts.share": None,
    }
    assert found["FIG-CONTACT.by-source.contacts.share"].by["source"][0].value == Decimal("30.4")
    assert ledger.ask_all("FIG-CONTACT.front-door.contacts")[0].value == 5386
    assert ledger.ask_all("FIG-NOWHERE") == ()


def test_a_changed_definition_is_flagged_and_other_years_are_set_beside(ledger):
    year_before = {"period_from": "2018-04-01", "period_to": "2019-03-31", "snapshot_on": "2019-03-31"}
    ledger.tell(
        dataset("D1", observed("fig-ce", "at-risk", "63", definition_version=2, kind="snapshot")),
        dataset("D2", observed("fig-ce", "at-risk", "39", definition_version=1, kind="snapshot"), **year_before),
        dataset("D3", observed("fig-cust", "detained", "71")),
        dataset("D4", observed("fig-cust", "detained", "97"), **year_before),
        dataset("D5", observed("fig-cust", "detained", "20"), period_from="2019-04-01", period_to="2019-06-30"),
    )
    (exploited,) = ledger.ask_all("FIG-CE")
    assert (exploited.value, exploited.version) == (63, 2)
    assert exploited.comparators[0].why_not == "It was counted under version 1 of the definition, not 2."
    assert exploited.comparators[0].difference is None
    (detained,) = ledger.ask_all("FIG-CUST")
    assert {c.stated.when: (c.difference, c.why_not) for c in detained.comparators} == {
        "2018-19": (-26, ""),
        "2019-20-Q1": (None, "It is of another length of time."),
    }


def test_a_correction_of_a_dataset_is_cited_and_earlier_positions_stay(on_both):
    (position,) = on_both.tell(dataset("D", observed("fig-pf", "known", "8")))
    restated = {"observations": [observed("fig-pf", "known", "9")], "reason": "Counted again"}
    (again,) = on_both.tell(on("2020-07-01", "dataset.restated", "dataset/D", restated))
    (correction,) = on_both.tell(corrected("dataset/D", position, {"document": "Other report"}))
    (found,) = on_both.ask_all("FIG-PF")
    assert (found.value, found.source) == (9, "Other report")
    assert found.entries == (position, again, correction)
    (before,) = on_both.ask_all("FIG-PF", as_at=position)
    assert (before.value, before.source, before.entries) == (8, "Annual report", (position,))


def test_the_real_year_answers_from_what_it_states(tmp_path):
    with told(str(tmp_path / "real.sqlite"), real_year()) as real:
        values = {each.id: each for each in real.report().figures}
    assert (values["FIG-SIN"].value, values["FIG-SIN"].basis) == (4, "dataset")
    assert values["FIG-SIN-CHILDREN"].value == 6
    assert {p.code: p.value for p in values["FIG-RR"].by["outcome"]} == {
        "lcspr": 1,
        "no-further-review": 1,
        "thematic-review": 2,
    }
    assert values["FIG-TRN-EVAL"].value == Decimal("42.2")
    assert (values["FIG-TRN"].value, values["FIG-TRN"].basis) == (1592, "records")
    assert str(values["FIG-FIN"].value) == "299345.00"
    assert str(values["FIG-FIN-CONTRIBUTED"].comparators[0].difference) == "600.00"
    assert values["FIG-CE.children-at-risk.children"].comparators[0].why_not
    assert values["FIG-OOA.children-of-other-authorities.children"].value is None


def test_the_total_of_a_year_is_not_set_against_a_quarter_and_does_not_answer_for_the_year_so_far(ledger):
    whole = observed("fig-sin", "fig-sin", "9", unit="incidents")
    ledger.tell(dataset("DAT-1", whole), *incident("INC-1", "2020-04-06", "2020-04-06", "2020-04-08"))
    quarter = ledger.ask("FIG-SIN", Period.quarter("2020-21-Q1"))
    (beside,) = quarter.comparators
    assert (quarter.value, beside.difference, beside.why_not) == (1, None, "It is of another length of time.")
    parts = ledger.parts
    with asking(parts.tables, parts.ledger.packs(), YEAR, ledger.head, date(2019, 12, 31)) as so_far:
        assert answer(FIGURES["FIG-SIN"], so_far).basis == "nothing"
    assert ledger.ask("FIG-SIN").value == 9
