"""The annual report as JSON, CSV and a page: complete, safe to open, and read without training."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from ledger.figures import FIGURES, SECTIONS
from ledger.figures.period import NotAPeriod
from ledger.reports.annual import Report
from ledger.reports.as_csv import COLUMNS, guarded
from ledger.reports.as_html import MOST_RANGES
from ledger.reports.as_json import wire
from ledger.reports.kinds import make
from ledger.reports.outline import outlined
from ledger.reports.partnership import DEMONSTRATION, RETROSPECTIVE, Partnership
from ledger.reports.parts import FOR_PEOPLE, SAID_EMPTY
from ledger.reports.spoken import number, plain, said, spoken_ranges
from ledger.reports.written import Format, written
from tests.figures.telling import agencies, on, packs, raised, real_year, told

VOID = {"meta", "link", "br", "hr", "img", "input"}
FIXED = ("id", "caption", "value", "unit", "kind", "by", "numerator", "denominator", "definition", "version", "entries")


def to_json(made: Report) -> str:
    return written(outlined(made), Format.JSON).decode()


def to_csv(made: Report) -> str:
    return written(outlined(made), Format.CSV).decode()


def to_html(made: Report) -> str:
    return written(outlined(made), Format.HTML).decode()


def test_the_json_has_the_shape_machines_read(real, made):
    found = json.loads(to_json(made))
    assert found == wire(outlined(made))
    assert (found["as_at"], found["period"], found["from"], found["to"]) == (
        real.head,
        "2019-20",
        "2019-04-01",
        "2020-03-31",
    )
    assert list(found)[3:] == [
        "to",
        "partnership",
        "notice",
        "demonstration",
        "retrospective",
        "disclosure",
        "parts",
        "narrative",
        "charts",
        "marks",
        "figures",
    ]
    for figure in found["figures"]:
        assert tuple(figure)[: len(FIXED)] == FIXED
        assert isinstance(figure["value"], int | str | None)
        assert figure["entries"] == sorted(set(figure["entries"]))
    assert set(FIGURES) <= {figure["id"] for figure in found["figures"]}


def test_sections_come_in_their_order_and_ids_once(made):
    sections = [SECTIONS.index(each.section) for each in made.figures]
    assert sections == sorted(sections)
    ids = [each.id for each in made.figures]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("format_", Format)
def test_the_same_entries_give_the_same_bytes(made, tmp_path, format_):
    with told(str(tmp_path / "again.sqlite"), real_year()) as again:
        other = again.report()
    assert written(outlined(other), format_) == written(outlined(made), format_)


def test_only_a_reporting_year_is_reported(real):
    with pytest.raises(NotAPeriod):
        real.report("2019-21")


def test_of_a_year_so_far_each_form_prints_the_day(made):
    so_far = replace(made, as_of=date(2019, 12, 31))
    rows = list(csv.reader(io.StringIO(to_csv(so_far))))
    assert rows[0] == [*COLUMNS, "as_of"]
    assert {row[-1] for row in rows[1:]} == {"2019-12-31"}
    assert "as of 31 December 2019" in to_html(so_far) and "as of" not in to_html(made).partition("</title>")[0]
    assert wire(outlined(so_far))["as_of"] == "2019-12-31"


def test_the_csv_has_a_row_for_each_figure_and_each_part(made):
    rows = list(csv.reader(io.StringIO(to_csv(made))))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == 1 + len(made.figures) + sum(len(parts) for each in made.figures for parts in each.by.values())
    by_name = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    (share,) = [r for r in by_name if r["figure"] == "FIG-TRN-EVAL"]
    assert (share["value"], share["numerator"], share["denominator"], share["basis"]) == (
        "42.2",
        "526",
        "1245",
        "dataset",
    )


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@here", "\tx", "\rx"])
def test_no_text_of_a_csv_is_taken_for_a_formula(text):
    assert guarded(text) == "'" + text
    assert guarded("a" + text) == "a" + text


def test_a_title_of_a_formula_is_guarded_in_the_csv(made):
    trap = replace(made.figures[0], caption="=HYPERLINK(1)", note="+1")
    rows = list(csv.reader(io.StringIO(to_csv(replace(made, figures=(trap,))))))
    assert (rows[1][1], rows[1][-1]) == ("'=HYPERLINK(1)", "'+1")


def test_positions_are_told_in_runs():
    assert spoken_ranges([1, 2, 3, 5, 9, 10]) == "1-3 5 9-10"
    assert spoken_ranges([1, 2, 3, 5, 9, 10], most=1) == "1-3 and 3 more"
    assert spoken_ranges([]) == ""


def test_numbers_are_told_as_people_read_them():
    from decimal import Decimal

    assert (number(10895), number(Decimal("1234.50")), number(None)) == ("10,895", "1,234.50", "cannot tell")
    assert (said(Decimal("-3.00"), "pounds"), said(Decimal("8.5"), "% of children")) == ("-£3.00", "8.5%")


class Lint(HTMLParser):
    """What a page must have, gathered while it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.seen.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.seen if name == tag]


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(made):
    text = to_html(replace(made, partnership=Partnership("Somewhere & <co>", "Not <b>real</b>.", True, False)))
    page = Lint()
    page.feed(text)
    page.close()
    assert page.open == []
    titles = [given for given in page.of("title") if "id" not in given]  # the others are of drawings
    assert len(page.of("h1")) == len(titles) == len(page.of("main")) == 1
    assert page.of("html") == [{"lang": "en-GB"}]
    assert len(set(page.ids)) == len(page.ids)
    assert page.links and all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not page.of("script") + page.of("link") + page.of("img") + page.of("iframe")
    assert all(given.get("scope") in {"col", "row"} for given in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))
    assert "http" not in text.replace("http-equiv", "")
    assert "<co>" not in text and "&lt;co&gt;" in text
    assert "<b>" not in text and "Not &lt;b&gt;real&lt;/b&gt;." in text
    assert "@media print" in text


def test_a_report_says_what_it_is_before_the_first_number(made):
    assert made.partnership is not None and made.partnership.retrospective and not made.partnership.demonstration
    text = to_html(made)
    head = text[text.index("<h1>") : text.index("<nav")]
    assert 'role="note"' in head and RETROSPECTIVE in head and made.partnership.notice in head
    assert DEMONSTRATION not in text
    invented = replace(made, partnership=Partnership("Nowhere", None, demonstration=True, retrospective=False))
    head = to_html(invented).partition("<nav")[0]
    assert DEMONSTRATION.replace("'", "&#39;") in head and RETROSPECTIVE not in head
    assert json.loads(to_json(invented))["demonstration"] is True
    assert 'role="note"' not in to_html(replace(made, partnership=Partnership("Somewhere", None, False, False)))


def test_wide_tables_are_reached_by_keyboard_and_named_apart(made):
    text = to_html(made)
    page = Lint()
    page.feed(text)
    regions = [given for given in page.of("div") if given.get("class") == "wide"]
    assert len(regions) == len(page.of("table")) == text.count('tabindex="0"')
    assert all(given["role"] == "region" for given in regions)
    names = [given["aria-label"] for given in regions]
    assert len(set(names)) == len(names)
    assert "table { display: block" not in text


def test_years_are_not_broken_and_bare_codes_are_told_in_full(made):
    text = to_html(made)
    assert '<h1>Yearly report <span class="year">2019-20</span>' in text and ".year { white-space: nowrap; }" in text
    assert "<title>Yearly report 2019-20" in text
    assert plain("lcspr") == "local child safeguarding practice review"
    assert plain("taf-lead_share") == "Team around the Family (TAF) lead share"
    assert plain("staffing-and-marac") == "staffing and multi-agency risk assessment conference (MARAC)"
    assert "<td>taf" not in text and '<th scope="row">lcspr' not in text and ": taf " not in text
    assert "to one decimal place, half up" in text and "to 1 decimal" not in text


def test_every_figure_on_the_page_leads_to_its_working(made):
    page = Lint()
    text = to_html(made)
    page.feed(text)
    for each in made.figures:
        assert f"#{each.id}" in page.links
        assert text.count(f"<code>{each.id}</code>") >= 2
    assert f"as at position {made.as_at}" in text
    printed = (
        '<data value="8.6%" data-figure="FIG-LAC.three-or-more-moves.children.share" data-which="printed">8.6%</data>'
    )
    assert f"Printed</dt><dd>{printed}, which differs" in text


def test_a_page_stays_short_where_a_figure_rests_on_very_many_entries(made):
    many = replace(made.figures[0], entries=tuple(range(1, 5000, 2)))
    text = to_html(replace(made, figures=(many,)))
    assert f"and {2500 - MOST_RANGES} more" in text


def test_an_empty_ledger_is_told_to_be_empty(tmp_path):
    with told(str(tmp_path / "empty.sqlite"), [*agencies(), raised("ACT-1", "2019-05-01", "2019-06-01")]) as ledger:
        empty = ledger.report(as_at=0)
        assert all(each.value in (0, None) and each.entries == () for each in empty.figures)
        assert json.loads(to_json(empty))["as_at"] == 0
        assert empty.partnership is None and json.loads(to_json(empty))["partnership"] is None
        assert ledger.report().figures != empty.figures


def test_every_part_guidance_asks_for_is_there_and_an_empty_one_says_so(real, made):
    told = {part["title"]: part for part in json.loads(to_json(made))["parts"]}
    assert {"Evidence of impact", "Key decisions", "Costs and each partner's contribution"} <= told.keys()
    assert told["Reviews"]["rows"] and told["Reviews"]["entries"]
    empty = [title for title, part in told.items() if not part["rows"]]
    by_people = [title for title in empty if told[title]["note"] == FOR_PEOPLE]
    assert {"Value for money", "National reforms put into practice"} < set(by_people)
    assert set(by_people) < set(empty)
    assert all(told[title]["note"] == SAID_EMPTY for title in set(empty) - set(by_people))
    page = to_html(made)
    assert (page.count(SAID_EMPTY), page.count(FOR_PEOPLE)) == (len(empty) - len(by_people), len(by_people))
    asked_for = {name for part in told.values() for name in re.findall(r"YR-[A-Z0-9-]+(?: \([a-d]\))?", part["source"])}
    assert {*(f"YR-WT18-PLUS ({letter})" for letter in "abcd"), "YR-WT18-BODY", "YR-WT23-PLUS", "YR-WHO"} <= asked_for


def test_what_a_review_recommended_is_told_with_what_was_done_and_what_improved(tmp_path):
    """Of a national review as of a local one; not of an inspection, nor what was closed before the year."""
    national = {"kind": "national-review", "title": "Safeguarding babies", "number": 2}
    local = {"kind": "practice-review", "review": "not-stated"}
    with told(str(tmp_path / "r.sqlite"), [*packs(), *agencies()]) as ledger:
        ledger.tell(raised("ACT-1", "2019-05-01", "2019-12-01", source=national))
        ledger.tell(
            raised("ACT-2", "2019-05-01", "2019-06-01", source=local), raised("ACT-3", "2019-05-01", "2019-06-01")
        )
        shown = {"measure": "visits", "unit": "per-cent", "later_value": "80", "measured_on": "2019-11-01",
                 "evidence": [{"kind": "dip-sample", "link": "https://example.org/e"}]}  # fmt: skip
        ledger.tell(on("2019-10-01", "action.completed", "action/ACT-1", {"completed_on": "2019-10-01"}))
        ledger.tell(on("2019-11-01", "action.impact-evidenced", "action/ACT-1", shown))
        part = next(each for each in ledger.report().parts if each.id == "PART-REC-ACTIONS").wire()
    rows = {row["reference"]: row for row in part["rows"]}
    assert rows.keys() == {"ACT-1", "ACT-2"}
    first = rows["ACT-1"]
    assert (first["source_kind"], first["source_title"]) == ("national-review", "Safeguarding babies")
    assert (first["state"], first["impact_value"]) == ("impact-evidenced", "80")


def test_a_quarter_tells_what_is_outstanding_with_its_drift_and_decision(tmp_path):
    late = raised("ACT-1", "2019-05-01", "2019-06-01")
    put_off = raised("ACT-2", "2019-05-01", "2019-06-01")
    later = {"due_on": "2019-12-01", "reason": "Staff left", "approved_by": "QAS"}
    told_ = [*packs(), *agencies(), late, put_off, on("2019-05-20", "action.rescheduled", "action/ACT-2", later)]
    with told(str(tmp_path / "quarter.sqlite"), told_) as ledger:
        parts = ledger.parts
        quarter = make(parts.ledger, parts.tables, "quarterly", "2019-20-Q2", ledger.head, as_of=None)
    assert quarter.parts[0].title == "Progress on priorities"
    action, moved = next(part for part in quarter.parts if part.source == "DRIFT-Q").wire()["rows"]
    assert action["drift"].startswith("Due on 1 June 2019, 121 days ago.") and "No progress recorded" in action["drift"]
    assert (action["decision"], moved["decision"]) == ("None recorded.", "Put off to 1 December 2019.")
    assert "121 days ago" in to_html(quarter)


def test_a_quarter_tells_how_the_clocks_of_its_reviews_stand(tmp_path):
    begun = on("2019-05-01", "review.commissioned", "review/REV-1", {"kind": "thematic", "decided_on": "2019-05-01"})
    with told(str(tmp_path / "quarter.sqlite"), [*packs(), *agencies(), begun]) as ledger:
        parts = ledger.parts
        for quarter, stands in (("2019-20-Q2", "running"), ("2019-20-Q3", "breached")):
            made = make(parts.ledger, parts.tables, "quarterly", quarter, ledger.head, as_of=None)
            (review,) = next(part for part in made.parts if part.title == "Reviews").wire()["rows"]
            assert review["clocks"] == f"publication: {stands}, due 1 November 2019"


def test_a_quarter_without_a_drift_rule_says_so_of_each_action(tmp_path):
    late = raised("ACT-1", "2019-05-01", "2019-06-01")
    with told(str(tmp_path / "quarter.sqlite"), [*agencies(), late]) as ledger:
        parts = ledger.parts
        quarter = make(parts.ledger, parts.tables, "quarterly", "2019-20-Q2", ledger.head, as_of=None)
    (action,) = next(part for part in quarter.parts if part.source == "DRIFT-Q").wire()["rows"]
    assert action["drift"].startswith("Due on 1 June 2019, 121 days ago. Whether it drifts cannot be told")
