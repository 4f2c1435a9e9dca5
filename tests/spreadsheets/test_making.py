"""Rows become events as a mapping says; what does not fit is told by its cell, and never repeated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.general import GENERAL
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.entry import parse
from ledger.spreadsheets.guard import guarded, unguarded
from ledger.spreadsheets.making import read
from ledger.spreadsheets.mapping import MappingUnreadable, amiss, read_mapping, shipped
from ledger.spreadsheets.sheet import read_sheet

EXAMPLES = Path(__file__).parents[2] / "examples" / "spreadsheets"
HEAD = 'title = "A log"\n'
EVENT = '[[event]]\ntype = "training.delivered"\nsubject = "training/{Ref|code}"\non = "{On|date}"\n'


@pytest.fixture
def made(tmp_path):
    """What a mapping makes of a CSV."""

    def make(mapping: str, table: str):
        (tmp_path / "map.toml").write_text(HEAD + mapping)
        (tmp_path / "log.csv").write_text(table)
        return read(read_sheet(tmp_path / "log.csv"), read_mapping(tmp_path / "map.toml"))

    return make


def data_of(found):
    return [each.event["data"] for each in found.made]


def test_a_row_becomes_an_event_that_names_the_file_and_the_row(made):
    found = made(EVENT + 'data = { course = "{Course}" }', "Ref,On,Course\nTrn 7,31/03/2025,neglect\n")
    (one,) = found.made
    sha256 = one.event["id"].removeprefix("sheet:").split("/")[0]
    assert len(sha256) == 64
    assert one.event == {
        "specversion": "1.0", "id": f"sheet:{sha256}/1/2/1", "source": "/business-unit",
        "type": "uk.safeguarding.training.delivered", "subject": "training/TRN-7",
        "time": "2025-03-31T00:00:00+01:00", "timeprecision": "day", "data": {"course": "neglect"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("template", "cell", "value"),
    [
        ("{V}", " as it is ", "as it is"),
        ("{V|number}", "1,657", 1657),
        ("{V|decimal}", "£1,657.50", "1657.50"),
        ("{V|decimal}", "8.5%", "8.5"),
        ("{V|date}", "1 May 2025", "2025-05-01"),
        ("{V|lines}", "a; b\nc", ["a", "b", "c"]),
        ("{V|code}", "Act 2019/014", "ACT-2019-014"),
        ("{V|yes}", " HIGH  risk ", "high"),
        ("{V?not-stated}", "", "not-stated"),
        ("No. {V}", "3", "No. 3"),
    ],
)
def test_a_template_reads_a_cell(made, template, cell, value):
    words = '[words.yes]\n"high risk" = "high"\n'
    found = made(words + EVENT + f'data = {{ it = "{template}" }}', f'Ref,On,V\nA,2025-03-31,"{cell}"\n')
    assert data_of(found) == [{"it": value}]


def test_a_field_that_may_be_empty_is_left_out(made):
    found = made(EVENT + 'data = { it = "{V?}", inner = { it = "{V?}" } }', "Ref,On,V\nA,2025-03-31,\n")
    assert data_of(found) == [{"inner": {}}]


def test_several_columns_make_a_list(made):
    mapping = (
        EVENT
        + 'data = { who = { each = { Police = "police", Health = "health" }, item = { seat = "{@}", came = "{*|came?}" } } }\n[words.came]\nY = "member"'
    )
    found = made(mapping, "Ref,On,Police,Health\nA,2025-03-31,Y,\nB,2025-03-31,Y,y\n")
    assert [len(each["who"]) for each in data_of(found)] == [1, 2]
    assert data_of(found)[0]["who"] == [{"seat": "police", "came": "member"}]


def test_a_row_may_give_several_events_and_one_to_skip_is_counted(made):
    second = '[[event]]\ntype = "training.evaluated"\nsubject = "training/{Ref|code}"\non = "{On|date}"\nonly = { Back = ["*"] }\n'
    mapping = '[skip]\nRef = ["total", ""]\n' + EVENT + "data = {}\n" + second
    found = made(mapping, "Ref,On,Back\nA,2025-03-31,9\nB,2025-03-31,\nTOTAL,,9\n")
    assert [(each.row.number, each.event["type"].rpartition(".")[2]) for each in found.made] == [
        (2, "delivered"),
        (2, "evaluated"),
        (3, "delivered"),
    ]
    assert found.skipped == 1
    assert found.faults == ()


def test_a_row_that_gives_nothing_is_not_passed_over_in_silence(made):
    found = made(EVENT + 'only = { V = ["Done"] }', "Ref,On,V\nA,2025-03-31,Open\n")
    assert [(fault.row, "no event" in fault.message) for fault in found.faults] == [(2, True)]


@pytest.mark.parametrize(
    ("template", "cell", "why"),
    [
        ("{V|number}", "twelve", "whole number"),
        ("{V|decimal}", "NaN", "not a number"),
        ("{V|date}", "31/02/2025", "not a date"),
        ("{V|yes}", "perhaps", r"\[words.yes\]"),
        ("{V|code}", "??", "no letter or digit"),
        ("{V}", "", "empty"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_and_not_repeated(made, template, cell, why):
    words = '[words.yes]\n"high risk" = "high"\n'
    found = made(words + EVENT + f'data = {{ it = "{template}" }}', f"Ref,On,V\nA,2025-03-31,{cell}\n")
    (fault,) = found.faults
    assert (fault.row, fault.cell, fault.column) == (2, "C2", "V")
    assert re.search(why, fault.message)
    assert not cell or cell not in fault.message
    assert found.made == ()


def test_a_fault_of_an_event_is_told_of_the_cells_it_came_from(made):
    found = made(EVENT + 'data = { course = "{V}", list = [{ it = "{W}" }] }', "Ref,On,V,W\nA,2025-03-31,x,y\n")
    (one,) = found.made
    assert [(f.cell, f.column, f.message) for f in [one.blame("/data/course", "is wrong"), one.blame("/data/list/0/it/0", "is wrong"), one.blame("/data/booked", "is needed"), one.blame("", "RULE: why")]] == [
        ("C2", "V", "course: is wrong"), ("D2", "W", "list.0.it.0: is wrong"), ("", "", "booked: is needed"), ("", "", "RULE: why"),
    ]  # fmt: skip


def test_every_column_is_used_or_named_as_ignored(tmp_path):
    (tmp_path / "map.toml").write_text(HEAD + 'ignored = ["Notes"]\n' + EVENT)
    wrong = amiss(read_mapping(tmp_path / "map.toml"), ("Ref", "RAG", "Notes"))
    assert (wrong.missing, wrong.unmentioned) == (("On",), ("RAG",))
    assert not amiss(read_mapping(tmp_path / "map.toml"), ("Ref", "On", "Notes"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "not TOML"),
        (HEAD, "event"),
        (HEAD + EVENT.replace("training.delivered", "training.invented"), "the ledger knows no training.invented"),
        (HEAD + EVENT + 'data = { it = "{V|no-such}" }', r"\[words.no-such\]"),
        (HEAD + EVENT + 'data = { it = "{V" }', "a brace"),
        (HEAD + EVENT + "colour = 1", "colour"),
        (HEAD + '[words.date]\nx = "y"\n' + EVENT, "name of a filter"),
    ],
)
def test_a_mapping_that_cannot_be_read_says_where(tmp_path, text, why):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(MappingUnreadable, match=why):
        read_mapping(tmp_path / "map.toml")


@pytest.mark.parametrize("name", ["action-log", "attendance", "training"])
def test_the_examples_give_events_of_the_right_shape(name):
    """That they stand by the rules too is for the ledger they are read into."""
    mapping = read_mapping(EXAMPLES / f"{name}.toml")
    table = read_sheet(EXAMPLES / f"{name}.csv", head=mapping.head)
    assert not amiss(mapping, table.columns)
    found = read(table, mapping)
    assert found.made
    assert found.faults == ()
    assert [parse(each.event).id for each in found.made] == [each.event["id"] for each in found.made]


TOGETHER = 'together = ["Ref"]\n'
ROWS = 'data = { course = "{Course}", by_agency = { rows = { agency = "{Agency}", booked = "{Booked|number}" } } }'


def test_rows_that_belong_together_make_one_event_with_a_part_from_each(made):
    table = "Ref,On,Course,Agency,Booked\nA,2025-03-31,neglect,LA,3\nB,2025-03-31,other,,\nA,,,NHS,4\n"
    found = made(TOGETHER + EVENT + ROWS, table)
    assert found.faults == ()
    assert data_of(found) == [
        {"course": "neglect", "by_agency": [{"agency": "LA", "booked": 3}, {"agency": "NHS", "booked": 4}]},
        {"course": "other", "by_agency": []},
    ]
    assert found.made[0].blame("/data/by_agency/1/booked", "is wrong").cell == "E4"


def test_rows_that_belong_together_do_not_contradict_each_other(made):
    table = "Ref,On,Course,Agency,Booked\nA,2025-03-31,neglect,LA,3\nA,2025-03-31,other,NHS,4\n"
    found = made(TOGETHER + EVENT + ROWS, table)
    assert found.made == ()
    assert [(fault.cell, fault.message) for fault in found.faults] == [
        ("C3", "this differs from row 2, which tells of the same")
    ]


def test_a_row_that_says_what_it_leaves_out_is_refused(made):
    found = made(
        'refuse = ["Gone"]\n' + EVENT + 'data = { course = "{V}" }',
        "Ref,On,V,Gone\nA,2025-03-31,x,words\nB,2025-03-31,y,\n",
    )
    assert [fault.cell for fault in found.faults] == ["D2"]
    assert data_of(found) == [{"course": "y"}]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_a_ledger_gives_out_tells_every_field_of_its_events(name):
    mapping = read_mapping(shipped()[name])
    for making in mapping.event:
        kind = REGISTER[TYPE_PREFIX + making.type]
        assert kind.record.name == mapping.record
        assert set(making.data) == set(kind.event.model_fields), making.type
        assert not any(logged for _, logged in kind.words), "words whose opening is logged are given out by nobody"
    told = {making.type for making in mapping.event}
    general = {f"{mapping.record}.{each}" for each in GENERAL}
    left = {kind.name for kind in REGISTER.values() if kind.record.name == mapping.record} - told - general
    assert left == ({"meeting.decided"} if mapping.record == "meeting" else set())


@given(st.text(st.sampled_from("'=+-@ab1.\t")))
def test_no_cell_is_a_formula_and_each_says_what_it_said(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "@", "\t"))
