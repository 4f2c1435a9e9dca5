"""Tables on narrow terminals: no reference or date is broken, and what has no room side by side stands line by line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import output
from ledger.cli.output import MOST_LINES, fitted, show

COLUMNS = ("action", "due", "source")
ROWS = [("ACT-2024-001", "2024-12-20", "rapid-review/RR-2024-001 no. 1"), ("ACT-2024-002", None, "")]
WORDS = st.text(alphabet="abc-", min_size=1, max_size=12)
CELLS = st.lists(WORDS, max_size=5).map(" ".join)


def shown(monkeypatch, capsys, width):
    monkeypatch.setattr(output, "WIDTH_OF_A_FILE", width)
    show("Actions", COLUMNS, ROWS)
    return capsys.readouterr().out


def test_a_table_breaks_between_words_only(monkeypatch, capsys):
    told = shown(monkeypatch, capsys, 55)
    assert max(map(len, told.splitlines())) <= 55
    assert all(word in told for word in ("ACT-2024-001", "2024-12-20", "rapid-review/RR-2024-001"))
    assert len(told.splitlines()) == len(shown(monkeypatch, capsys, 160).splitlines()) + 1


def test_without_room_each_row_stands_line_by_line_and_empty_cells_are_left_out(monkeypatch, capsys):
    told = shown(monkeypatch, capsys, 40)
    assert "  action  ACT-2024-001\n  due     2024-12-20\n  source  rapid-review/RR-2024-001 no. 1\n" in told
    assert told.count("due") == 1


def test_a_long_text_is_not_pressed_into_a_narrow_column():
    assert fitted(("what", "who"), [("word " * 40, "somebody")], {}, 30) is None
    assert fitted(("what", "who"), [("word " * 40, "somebody")], {}, 60) == [52, 8]


def test_a_table_without_rows_says_so(capsys):
    show("Actions", COLUMNS, [])
    assert capsys.readouterr().out == "Actions\n  none\n"


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), st.integers(min_value=3, max_value=90))
def test_widths_fit_and_hold_every_word_or_there_are_none(rows, room):
    widths = fitted(COLUMNS, rows, {}, room)
    longest = [max(len(word) for cell in cells for word in cell.split()) for cells in zip(COLUMNS, *rows, strict=True)]
    if widths is None:
        assert sum(longest) > room or any(len(cell) > MOST_LINES * 3 for row in rows for cell in row)
    else:
        assert sum(widths) <= room
        assert all(width >= word for width, word in zip(widths, longest, strict=True))
