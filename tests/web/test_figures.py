"""Figures, reports, rules, evidence and the access log on their pages."""

from __future__ import annotations

import io
import zipfile

import verify_ledger
from ledger.access.principal import Role
from tests.access.signing_in import form_token, posted, sign_in
from tests.api.conftest import serving
from tests.api.story import CASE, action, tell
from tests.ledger.posting import event
from tests.ledger.test_seals import OPENED
from tests.web.reading import Reader, said


def test_every_number_of_a_year_is_told_and_leads_to_its_working(year):
    page = year.get("/pages/figures?year=2024-25")
    told = {each["id"]: each for each in year.client.get("/reports/annual/2024-25").json()["figures"]}
    hrefs = {href for href in page.links if href.startswith("/pages/figures/FIG-")}
    assert {href.partition("?")[0].rpartition("/")[2] for href in hrefs} == set(told)


def test_a_figure_shows_its_definition_its_sides_and_its_entries(year):
    page = year.get("/pages/figures/FIG-ACT-OVERDUE?on=2025-03-31")
    told = year.client.get("/figures/FIG-ACT-OVERDUE?on=2025-03-31").json()["figures"][0]
    assert told["definition"].replace("'", "’") in page.main
    for position in told["entries"]:
        assert f"/pages/entries/{position}" in page.links


def test_who_reads_figures_only_sees_no_sentence_of_a_case(as_role):
    page = as_role(Role.REPORT_BUILDER, "BU").get("/pages/figures/FIG-ACT-OVERDUE?on=2025-03-31")
    assert "The entries behind it" in page.main
    assert not [href for href in page.links if href.startswith("/pages/entries/")]


def test_a_report_is_offered_in_each_format_and_what_was_published_beside_what_it_is_now(tmp_path):
    with serving(str(tmp_path / "ledger.sqlite"), raising=False) as client:
        tell(client, *CASE)
        tell(client, client.get("/reports/annual/2019-20/publication").json()["event"])
        last = tell(client, action("ACT-3", "REV-1"))[-1]
        reader = Reader(client)
        page = reader.get(f"/pages/reports?at_least={last}")
        assert "/reports/annual/2019-20?format=html" in page.links
        told = [href for href in page.links if href.endswith("format=json")]
        assert told
        assert {client.get(href).status_code for href in told} == {200}  # no period is offered that is yet to begin
        (href,) = [href for href in page.links if "/restatement" in href]
        restated = reader.get(href)
        assert restated.h1 == "Published and now: annual report 2019-20"
        assert f"/pages/entries/{last}" in restated.links


def test_rules_are_told_with_their_source_and_may_be_narrowed(case):
    every, clocks = case.get("/pages/rules"), case.get("/pages/rules?effect=clock")
    assert "ACT-CLOSE" in every.main
    assert "ACT-CLOSE" not in clocks.main
    assert every.by_id("WT-SIN-5WD") is not None


def test_the_evidence_of_a_case_is_taken_away_and_holds_without_this_service(tmp_path):
    with serving(str(tmp_path / "ledger.sqlite"), raising=False) as client:
        last = tell(client, event("ledger.opened", "ledger/LEDGER", OPENED), *CASE)[-1]
        assert client.get(f"/agencies?at_least={last}").status_code == 200  # the tables of a new service are there
        sign_in(client, Role.BUSINESS_UNIT, "BU")
        answer = posted(client, "/pages/log", "/pages/log/bundle", incident="inc-1")
        assert answer.status_code == 200, answer.text[:200]
        assert answer.headers["content-disposition"] == 'attachment; filename="evidence-INC-1.zip"'
        (tmp_path / "bundle.zip").write_bytes(answer.content)
        key = client.get("/log/keys").json()["keys"][0]["key"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert "entries.ndjson" in packed.namelist()
    assert verify_ledger.main(["bundle", str(tmp_path / "bundle.zip"), "--key", key]) == 0


def test_a_bundle_of_nothing_says_what_to_enter(as_role):
    reader = as_role(Role.BUSINESS_UNIT, "BU")
    proof = form_token(reader.get("/pages/log").text)
    for given, why in (("", "Enter the reference"), ("INC-404", "There is no such incident")):
        page = reader.post("/pages/log/bundle", {"csrf": proof, "incident": given}, status=422)
        assert page.title.startswith("Error: ")
        assert "#incident" in page.links
        assert why in page.main


def test_the_evidence_says_over_how_much_the_checkpoint_shown_is_signed(case):
    shown = case.get("/pages/log")
    size = next(said(each) for each in shown.all("pre")).split()[1]
    assert f"Signed over the first {size} entr" in shown.main


def test_an_opening_stands_in_the_access_log(as_role):
    reader = as_role(Role.BUSINESS_UNIT, "BU")
    assert posted(reader.client, "/pages/entries/72", "/pages/entries/72/openings", purpose="review").status_code == 200
    page = as_role(Role.AUDITOR, "BU").get("/pages/access-log?record=incident/INC-2024-002")
    assert "Review" in page.main
    assert "/pages/entries/72" in page.links


def test_a_figure_of_a_year_that_is_not_over_has_one_value_wherever_it_is_asked(year):
    """A review's age is that of the day up to which the ledger had been told: neither today's, nor that of next March."""
    client, last = year.client, "2025-06-27"
    then = f"year=2025-26&as_at={last}"
    (asked,) = client.get(f"/figures/FIG-LCSPR-AGE?{then}").json()["figures"]
    told = client.get(f"/reports/annual/2025-26?as_at={last}").json()
    reported = {each["id"]: each for each in told["figures"]}
    assert (told["as_of"], asked["when"]) == (last, last)
    assert asked == reported["FIG-LCSPR-AGE"] and asked["value"] is not None
    (on_the_day,) = client.get(f"/figures/FIG-LCSPR-AGE?on={last}&as_at={last}").json()["figures"]
    assert (on_the_day["value"], on_the_day["when"]) == (asked["value"], last)
    shown = year.get(f"/pages/figures?{then}").main
    assert "The year so far, up to 27 June 2025." in shown
    assert f"{asked['value']} Age of practice reviews in progress" in shown
    assert f"{asked['value']} days, on 27 June 2025" in year.get(f"/pages/figures/FIG-LCSPR-AGE?{then}").main
    (flow,) = client.get(f"/figures/FIG-ACT-RAISED?{then}").json()["figures"]
    told_of_flow = f"{flow['value']} actions, over 2025-26 up to 27 June 2025"
    assert told_of_flow in year.get(f"/pages/figures/FIG-ACT-RAISED?{then}").main


def test_without_a_moment_a_year_is_told_up_to_the_day_of_the_last_entry(year):
    told = year.client.get("/reports/annual/2025-26").json()
    last = year.client.get(f"/entries/{told['as_at']}").json()
    assert (
        told["as_of"]
        == last["entry"]["recordedtime"][:10]
        == year.client.get("/figures/FIG-SIN?year=2025-26").json()["as_of"]
    )


def test_of_a_year_that_is_over_nothing_is_said_of_how_far_it_is_told(year):
    assert "as_of" not in year.client.get("/reports/annual/2024-25").json()
    assert "as_of" not in year.client.get("/reports/annual/2024-25?as_at=2025-03-31").json()
    assert year.client.get("/reports/annual/2024-25?as_at=2025-03-30").json()["as_of"] == "2025-03-30"
    assert "so far" not in year.get("/pages/figures?year=2024-25").main
