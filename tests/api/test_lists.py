"""The lists: as at and as of, filters, order, pages, JSON and CSV, and waiting for one's own write."""

from __future__ import annotations

import csv
import io

import pytest

from api.answers import csv_answer
from api.lists import CONTROL
from ledger.enquiries import QUESTION as ENQUIRIES
from ledger.projections.asking import Asking, UnknownField
from ledger.projections.questions import QUESTIONS
from tests.api.story import CASE, tell
from tests.ledger.posting import event


@pytest.fixture(scope="module")
def told(unchanged):
    """A service that holds one case, in its tables too."""
    tell(unchanged, *CASE)
    unchanged.get(f"/agencies?at_least={len(CASE)}")
    return unchanged


def references(answer):
    assert answer.status_code == 200, answer.text
    return [item["reference"] for item in answer.json()["items"]]


def test_a_list_holds_its_own_write_when_asked_to(client):
    head = tell(client, *CASE)[-1]
    answer = client.get(f"/actions?at_least={head}")
    assert references(answer) == ["ACT-1", "ACT-2"]
    assert (answer.json()["as_at"], answer.json()["as_of"], answer.json()["total"]) == (head, "2020-01-01", 2)
    assert [item["overdue"] for item in answer.json()["items"]] == [False, True]


def test_a_position_that_is_not_reached_in_time_is_told(quick, monkeypatch):
    monkeypatch.setattr("api.waiting.PATIENCE", 0.05)
    tell(quick, *CASE)
    answer = quick.get(f"/actions?at_least={len(CASE) + 1}")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/tables-behind")
    assert int(answer.headers["retry-after"]) > 0


def test_as_at_and_as_of_are_two_questions(client):
    head = tell(client, *CASE)[-1]
    assert references(client.get(f"/actions?as_at=9&at_least={head}")) == ["ACT-1"]
    assert references(client.get("/actions?as_at=2019-12-31")) == []
    assert references(client.get("/actions?as_at=2020-01-01T12:00:00Z")) == ["ACT-1", "ACT-2"]
    assert references(client.get("/actions?as_of=2019-12-19")) == []
    assert [item["overdue"] for item in client.get("/actions?as_of=2020-02-01").json()["items"]] == [True, True]


def test_filters_sorting_and_pages(client):
    head = tell(client, *CASE)[-1]
    assert references(client.get(f"/actions?overdue=true&at_least={head}")) == ["ACT-2"]
    assert references(client.get("/actions?due_on=2020-01-31&due_on=2019-12-31&sort=due_on")) == ["ACT-2", "ACT-1"]
    assert references(client.get("/agencies?sort=-reference")) == ["POLICE", "LA", "HEALTH"]
    address, seen = "/agencies?limit=2", []
    while address:
        answer = client.get(address)
        seen += references(answer)
        address = answer.json().get("next")
        assert answer.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
    assert seen == ["HEALTH", "LA", "POLICE"]


def test_the_next_page_is_of_the_same_answer(client):
    head = tell(client, *CASE)[-1]
    following = client.get(f"/agencies?limit=1&at_least={head}").json()["next"]
    data = {"name": "Renamed Agency", "renamed_on": "2019-04-01"}
    client.get(f"/agencies?at_least={tell(client, event('agency.renamed', 'agency/LA', data))[-1]}")
    assert [item["name"] for item in client.get(following).json()["items"]] == ["Agency LA"]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_list_answers_in_json_and_csv(told, question):
    answer = told.get(f"/{question.name}").json()
    assert all(set(item) == set(question.columns) for item in answer["items"])
    for comma in (
        told.get(f"/{question.name}?format=csv"),
        told.get(f"/{question.name}", headers={"accept": "text/csv"}),
    ):
        assert comma.headers["content-type"].startswith("text/csv")
        table = list(csv.DictReader(io.StringIO(comma.text)))
        assert [row["reference"] for row in table] == [item["reference"] for item in answer["items"]]
        assert not table or set(table[0]) == set(question.columns)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_list_declares_the_fields_it_has(told, question):
    parts = told.app.state.parts
    asking = Asking(
        as_at=1, as_of=parts.ledger.clock.now().date(), packs=parts.ledger.packs(), filters={"no such field": "x"}
    )
    with pytest.raises(UnknownField) as unknown:
        question.asks(parts.tables, asking)
    assert set(question.plain) <= set(unknown.value.known) <= set(question.columns)
    assert not CONTROL & set(question.columns)


def test_no_cell_is_a_formula():
    rows = [{"a": "=1+1", "b": "-2", "c": "-2+3", "d": "@x", "e": ["+1", "2"], "f": None, "g": True, "h": -5}]
    cells = bytes(csv_answer(list(rows[0]), rows, {}).body).decode().splitlines()[1]
    assert cells == "'=1+1,-2,'-2+3,'@x,'+1 2,,true,-5"


@pytest.mark.parametrize(
    "query",
    [
        "colour=blue",
        "sort=colour",
        "sort=clock",
        "limit=0",
        "format=xml",
        "as_of=2019-02-30",
        "state=%00",
        "state=finished",
        "overdue=yes",
    ],
)
def test_a_question_a_list_does_not_take(told, query):
    answer = told.get(f"/actions?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-query")


CLOSED_LISTS = [(each.name, name) for each in (*QUESTIONS, ENQUIRIES) for name in each.choices]


@pytest.mark.parametrize(("question", "name"), CLOSED_LISTS)
def test_a_value_that_a_field_never_has_is_a_slip(told, question, name):
    """And not a list in which nothing is found."""
    answer = told.get(f"/{question}?{name}=nowhere")
    assert (answer.status_code, answer.json()["faults"][0]["parameter"]) == (422, name)


def test_a_place_that_is_on_no_page(quick):
    quick.get(f"/agencies?at_least={tell(quick, *CASE)[-1]}")
    assert quick.get("/actions?after=nowhere").status_code == 404
