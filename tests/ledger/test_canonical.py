"""One byte form, and a reader that refuses what has more than one meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import GREATEST_INTEGER, Unreadable, read, write

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
names = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8)
scalars = st.booleans() | texts | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
)


@given(values)
def test_what_is_written_reads_back_the_same_and_is_written_the_same(value):
    assert read(write(value)) == value
    assert write(read(write(value))) == write(value)


@given(values)
def test_any_other_spelling_of_a_value_has_the_same_byte_form(value):
    spelt = json.dumps(value, indent=2, ensure_ascii=True).encode()
    assert write(read(spelt)) == write(value)


def test_the_byte_form_is_that_of_rfc_8785():
    value = {"b": [1, True, '\u20ac$\u000f\nA\'B"\\"/'], "a": "\x7f\u2028", "C": {}}
    assert write(value) == b'{"C":{},"a":"\x7f\xe2\x80\xa8","b":[1,true,"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\"/"]}'


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)))
def test_the_byte_form_is_that_of_the_standard_library_sorted_and_without_spaces(value):
    spelt = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert write(value) == spelt.encode()


def test_a_backslash_before_u0000_is_text():
    assert read(b'["\\\\u0000"]') == ["\\u0000"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b"[NaN]", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[1.0]", "fraction or an exponent"),
        (b"[1e400]", "fraction or an exponent"),
        (b"[9007199254740992]", "beyond"),
        (b"[-0]", "-0"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\\u0000"]', "U\\+0000"),
        (b'["\\\\\\u0000"]', "U\\+0000"),
        (b'["\xff"]', "UTF-8"),
        (b'{"a":', "broken JSON"),
        (b"[1] [2]", "broken JSON"),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_what_has_no_one_meaning_is_refused(raw, why):
    with pytest.raises(Unreadable, match=why):
        read(raw)
