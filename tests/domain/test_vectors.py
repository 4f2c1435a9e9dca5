"""Every example of posted data fits its event class, survives its own JSON, and is told in one line without its sealed words."""

import json
from pathlib import Path

import pytest

import ledger.domain  # noqa: F401 fills the register
from ledger.domain.register import REGISTER, TYPE_PREFIX

VECTORS = {
    name: data
    for file in sorted((Path(__file__).parents[1] / "vectors").glob("*.json"))
    for name, data in json.loads(file.read_text()).items()
}


def words(data, path):
    """Free text of a posted event, at a path of the register."""
    if not path:
        return [data] if isinstance(data, str) else []
    step, rest = path[0], path[1:]
    if step == "*":
        return [found for item in data if not isinstance(data, str) for found in words(item, rest)]
    return words(data[step], rest) if isinstance(data, dict) and step in data else []


@pytest.mark.parametrize("name", VECTORS)
def test_example(name):
    kind, data = REGISTER[TYPE_PREFIX + name], VECTORS[name]
    event = kind.event.model_validate_json(json.dumps(data))
    assert event.model_dump(mode="json", exclude_unset=True) == data
    sentence = event.sentence()
    assert sentence == sentence.strip() and "\n" not in sentence
    sealed = [found for path, _ in kind.words for found in words(data, path)]
    assert not [found for found in sealed if found in sentence]
