"""Figures and the annual report over HTTP: one figure with its working, the report in three forms, as at any position."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from tests.api.story import CASE, action, tell


@pytest.fixture(scope="module")
def told(unchanged):
    tell(unchanged, *CASE)
    unchanged.get(f"/actions?at_least={len(CASE)}")
    return unchanged


def test_a_figure_shows_its_working(told):
    answer = told.get("/figures/FIG-ACT-RAISED?year=2019-20")
    assert answer.status_code == 200, answer.text
    assert answer.json()["period"] == "2019-20"
    figure = answer.json()["figures"][0]
    assert figure["value"] == 2
    for position in figure["entries"]:
        entry = told.get(f"/entries/{position}").json()["entry"]
        assert entry["type"].startswith("uk.safeguarding.action.")


def test_the_catalogue_lists_what_the_report_holds(told):
    listed = {each["id"] for each in told.get("/figures").json()["figures"]}
    reported = {each["id"] for each in told.get("/reports/annual/2019-20").json()["figures"]}
    assert listed <= reported


def test_the_report_comes_as_json_csv_and_a_page(told):
    as_json = told.get("/reports/annual/2019-20")
    assert as_json.headers["content-type"] == "application/json"
    assert as_json.json()["as_at"] == len(CASE)
    again = told.get("/reports/annual/2019-20?format=json")
    assert again.content == as_json.content
    rows = list(csv.reader(io.StringIO(told.get("/reports/annual/2019-20", headers={"accept": "text/csv"}).text)))
    assert len(rows) > len(as_json.json()["figures"])
    page = told.get("/reports/annual/2019-20?format=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert page.text.count("<h1") == 1


def test_an_earlier_position_is_answered_as_it_stood(told):
    before = told.get("/figures/FIG-ACT-RAISED?year=2019-20&as_at=1").json()
    assert (before["as_at"], before["figures"][0]["value"], before["figures"][0]["entries"]) == (1, 0, [])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/figures/FIG-NONE?year=2019-20", 404),
        ("/figures/FIG-RR?year=2019-21", 422),
        ("/figures/FIG-RR?year=2019-20&on=2019-05-01", 422),
        ("/figures/FIG-RR?on=2019-02-30", 422),
        ("/reports/annual/2019", 404),
        ("/reports/annual/2019-20?format=docx", 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem(told, address, status):
    answer = told.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_year_as_of_a_day_is_the_year_so_far(client):
    head = tell(client, *CASE)[-1]
    counted = {
        day: client.get(f"/figures/FIG-ACT-RAISED?year=2019-20&as_of={day}&at_least={head}").json()["figures"][0][
            "value"
        ]
        for day in ("2019-12-19", "2019-12-20", "2020-03-31", "2021-01-01")
    }
    assert counted == {"2019-12-19": 0, "2019-12-20": 2, "2020-03-31": 2, "2021-01-01": 2}
    so_far = client.get("/reports/annual/2019-20?as_of=2019-12-19").json()
    assert so_far["as_of"] == "2019-12-19"
    assert client.get("/reports/annual/2019-20").json()["as_of"] == "2020-01-01", "the day of the last entry"
    assert client.get("/reports/annual/2018-19").json().keys() == so_far.keys() - {"as_of"}
    for address in ("/reports/annual/2019-20", "/figures/FIG-ACT-RAISED?year=2019-20"):
        assert client.get(f"{address}{'&' if '?' in address else '?'}as_of=2019-03-31").status_code == 404


def test_a_report_is_published_by_an_event_that_the_service_makes(told):
    quarter = told.get("/reports/quarterly/2019-20-Q1").json()
    assert (quarter["period"], quarter["from"]) == ("2019-20-Q1", "2019-04-01")
    made = told.get("/reports/annual/2019-20/publication?on=2020-09-30").json()["event"]
    assert made["type"] == "uk.safeguarding.report.published"
    assert made["data"]["as_at"] == len(CASE)
    assert told.get("/reports/annual/2019-20/restatement").status_code == 404
    for wrong in ("/reports/annual/2019-20-Q1", "/reports/quarterly/2019-20"):
        assert told.get(wrong).status_code == 404
    assert told.get("/reports/monthly/2019-20").status_code == 404


def test_an_edition_is_given_as_it_was_published_whatever_came_later(client):
    """Its files have the hashes its event names: in full, and as the public may read it."""
    head = tell(client, *CASE)[-1]
    event = client.get(f"/reports/annual/2019-20/publication?on=2020-01-01&at_least={head}").json()["event"]
    assert event["data"]["as_of"] == "2020-01-01"
    then = tell(client, event, action("ACT-LATE", "not-stated"))[-1]
    address = f"/reports/annual/2019-20?edition=1&at_least={then}"
    for files, more in ((event["data"]["files"], ""), (event["data"]["public"]["files"], "&public=dfe5")):
        named = {each["format"]: each["sha256"] for each in files}
        for format_ in ("json", "csv", "html"):
            body = client.get(f"{address}&format={format_}{more}").content
            assert hashlib.sha256(body).hexdigest() == named[format_]
    saved = [client.get(f"{address}&format=csv{more}").headers["content-disposition"] for more in ("", "&public=dfe5")]
    assert saved == [
        'attachment; filename="annual-2019-20-edition-1.csv"',
        'attachment; filename="annual-2019-20-edition-1-public.csv"',
    ]
    assert client.get("/reports/annual/2019-20?edition=2").status_code == 404
    assert client.get("/reports/annual/2019-20?edition=1&as_of=2019-12-31").status_code == 422
