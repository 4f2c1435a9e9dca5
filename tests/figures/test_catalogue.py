"""Every figure says what it means, and no id is used twice."""

from __future__ import annotations

import pytest

from ledger.domain.register import RECORDS
from ledger.figures import FIGURES, SECTIONS
from ledger.figures.catalogue import INDICATORS, catalogued
from ledger.figures.figure import REGISTERED, Figure, Kind, figure
from ledger.figures.indicators import section_of
from ledger.figures.measures import Count
from ledger.figures.selection import Cases
from ledger.projections.columns import table_of


@pytest.mark.parametrize("each", FIGURES.values(), ids=FIGURES)
def test_every_figure_has_its_definition_unit_and_version(each: Figure):
    assert each.id.startswith("FIG-")
    assert len(each.definition) > 30
    assert each.definition.endswith(".")
    assert each.caption and each.unit and each.counts_by and each.rounding
    assert each.version >= 1
    assert each.kind in Kind
    assert each.section in SECTIONS


def test_all_registered_figures_are_in_the_report():
    assert set(FIGURES) == set(REGISTERED)


def test_captions_differ():
    captions = [each.caption for each in FIGURES.values()]
    assert len(set(captions)) == len(captions)


def test_an_id_is_never_reused():
    with pytest.raises(ValueError, match="FIG-SIN is no figure's id, or another's"):
        figure("FIG-SIN", "Again", unit="x", kind=Kind.FLOW, counts_by="day", section="Audits")(
            FIGURES["FIG-RR"].working
        )


def test_a_figure_without_a_definition_is_refused():
    def working(asked):
        return Count(Cases(()))

    with pytest.raises(ValueError, match="has no definition"):
        figure("FIG-SILENT", "Silent", unit="x", kind=Kind.FLOW, counts_by="day", section="Audits")(working)


def test_an_indicator_belongs_to_the_longest_id_of_the_catalogue():
    found = catalogued("FIG-CPP-RATE")
    assert found is not None
    assert (found[0].id, found[1]) == ("FIG-CPP", "rate")
    assert catalogued("FIG-SIN") is None
    assert {section_of(i.id.lower()) for i in INDICATORS} <= set(SECTIONS)
    assert section_of("fig-trn") == FIGURES["FIG-TRN"].section
    assert section_of("schools") == SECTIONS[-1]


def test_tables_are_asked_through_their_stable_names():
    from ledger.projections.action_log import ActionLog

    assert table_of(ActionLog).name == "action_log"


def test_no_figure_is_broken_down_by_a_single_case():
    """Its parts are read by whoever reads figures, and published; cases are for whoever sees them (decision 29)."""
    cases = {name for name, record in RECORDS.items() if record.case}
    assert {figure.id for figure in FIGURES.values() if cases & set(figure.by)} == set()
