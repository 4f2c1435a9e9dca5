"""A child's reference is opaque, and nothing else passes for one."""

import pytest
from hypothesis import given, strategies
from pydantic import TypeAdapter, ValidationError

from ledger.domain.children import ALPHABET, child_check, child_reference, is_child_reference
from ledger.domain.fields import ChildReference

FIELD: TypeAdapter[str] = TypeAdapter(ChildReference)
RANDOM = strategies.binary(min_size=8, max_size=16)


@given(RANDOM)
def test_what_is_made_is_accepted(random):
    reference = child_reference(random)
    assert FIELD.validate_python(reference) == reference
    assert len(reference) == 17


@given(RANDOM, strategies.integers(0, 12), strategies.sampled_from(ALPHABET))
def test_one_wrong_character_shows(random, place, character):
    body = child_reference(random)[4:]
    wrong = body[:place] + character + body[place + 1 :]
    assert is_child_reference(f"CHD-{wrong}") is (wrong == body)


@given(RANDOM, strategies.integers(0, 12), strategies.integers(0, 12))
def test_two_characters_exchanged_show(random, one, other):
    body = list(child_reference(random)[4:])
    body[one], body[other] = body[other], body[one]
    exchanged = "CHD-" + "".join(body)
    assert is_child_reference(exchanged) is (exchanged == child_reference(random))


def test_the_same_bytes_give_the_same_reference_and_others_another():
    assert child_reference(bytes(8)) == "CHD-0000000000000"
    assert child_reference(bytes([255] * 8)) == "CHD-ZZZZZZZZZZZZ" + child_check("Z" * 12)
    assert child_reference(b"12345678") != child_reference(b"12345679x"[::-1])


def test_too_few_bytes_make_none():
    with pytest.raises(ValueError, match="at least 8"):
        child_reference(b"1234567")


@pytest.mark.parametrize(
    "text",
    [
        "CHD-JB",  # initials
        "CHD-20060614",  # a day of birth
        "CHD-9990000018",  # ten digits in the shape of an NHS number
        "9990000018",
        "CHD-0009990000018",  # the same, filled up
        "CHD-ANAMEANDANAME",  # words of the right length
        "CHD-000000000000I",  # a letter outside the alphabet
        "chd-0000000000000",
    ],
)
def test_nothing_about_a_child_passes_for_a_reference(text):
    with pytest.raises(ValidationError) as refused:
        FIELD.validate_python(text)
    assert text not in "".join(error["msg"] for error in refused.value.errors())
