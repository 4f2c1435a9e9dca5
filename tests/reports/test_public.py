"""A copy for the public withholds small counts in every format, and what would tell them."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest

from ledger.disclosure.protection import is_small
from ledger.disclosure.tabling import guards
from ledger.domain.conventions import DisclosureRule
from ledger.domain.history import fold
from ledger.figures.measures import per_cent
from ledger.reports.document import BESIDE, Cite, Document, Headlines, Picture, Which
from ledger.reports.kinds import document
from ledger.reports.public import NoSuchRule, for_the_public, rule_called
from ledger.reports.written import Format, written
from tests.reports.test_formats import Page, of_cell, shown_in

RULES = ("dfe5", "nhs8", "round5")


@pytest.fixture(scope="module")
def year(invented):
    return invented.parts


def public(parts, name="dfe5", period="2024-25"):
    head = parts.ledger.head().position
    rule = rule_called(parts.ledger, name)
    passes = (for_the_public(parts.ledger, parts.tables, rule, head),)
    return document(parts.ledger, parts.tables, "annual", period, head, passes=passes, as_of=None)


def test_no_small_count_of_people_or_incidents_is_told(year):
    made, rule = public(year), rule_called(year.ledger, "dfe5")
    assert isinstance(rule, DisclosureRule)
    marked = [number for number in made.numbers() if number.mark]
    assert {number.mark for number in marked} == {"c"}
    for number in made.numbers():
        if guards(number.unit, rule) and isinstance(number.value, int) and not number.unit.startswith("%"):
            assert not 1 <= number.value <= 5, number


def test_what_is_withheld_is_in_no_format(year):
    made = public(year)
    told = json.loads(written(made, Format.JSON))
    sin = next(each for each in told["figures"] if each["id"] == "FIG-SIN")
    assert made.number(Cite("FIG-SIN")).mark == "c"
    assert sin["value"] is None
    assert sin["entries"] == []
    page = written(made, Format.HTML).decode()
    assert "[c]" in page
    assert "disclosure rule dfe5" in page


def test_rows_of_single_cases_that_are_not_published_are_left_out(year):
    inside = document(year.ledger, year.tables, "annual", "2024-25", year.ledger.head().position, as_of=None)
    outside = public(year)
    parts = {part.id: part for part in outside.report.parts}
    columns = parts["PART-REVIEWS"].columns
    assert all(row[columns.index("published_on")] for row in parts["PART-REVIEWS"].rows)
    types = [row[parts["PART-DECISIONS"].columns.index("type")] for row in parts["PART-DECISIONS"].rows]
    assert not [each for each in types if each.startswith(("incident.", "rapid-review."))]
    assert len(types) < len({part.id: part for part in inside.report.parts}["PART-DECISIONS"].rows)
    assert {part.id: part for part in inside.report.parts}["PART-ESCALATIONS"].rows
    assert (parts["PART-ESCALATIONS"].rows, parts["PART-ESCALATIONS"].records) == ((), ())
    assert "Left out of this copy" in str(parts["PART-ESCALATIONS"].note)
    assert "ESC-2024" not in written(outside, Format.HTML).decode()


def test_rows_of_restricted_records_are_left_out(year):
    inside = document(year.ledger, year.tables, "annual", "2024-25", year.ledger.head().position, as_of=None)
    held = {name for part in inside.report.parts for name in part.records}
    restricted = {name for name in held if fold(year.ledger.record(name)).restriction is not None}
    assert restricted, "the year has none to show it with"
    assert not restricted & {name for part in public(year).report.parts for name in part.records}


def test_only_rules_for_publication_make_a_public_copy(year):
    for name in ("none", "nothing"):
        with pytest.raises(NoSuchRule, match="dfe5, nhs8, round5"):
            rule_called(year.ledger, name)


def test_the_same_copy_comes_twice(year):
    assert written(public(year), Format.JSON) == written(public(year), Format.JSON)


# --- every pack, in every format, read back


@pytest.fixture(scope="module")
def inside(year) -> Document:
    return document(year.ledger, year.tables, "annual", "2024-25", year.ledger.head().position, as_of=None)


@pytest.fixture(scope="module", params=RULES)
def copy(request, year) -> tuple[DisclosureRule, Document, dict[Format, bytes]]:
    made = public(year, request.param)
    return rule_called(year.ledger, request.param), made, {each: written(made, each) for each in Format}


def rounds(rule: DisclosureRule, unit: str) -> bool:
    return rule.rounded_to is not None and guards(unit, rule)


def test_every_count_of_people_is_rounded_where_the_rule_rounds_and_every_share_is_of_rounded_parts(inside, copy):
    rule, made, _ = copy
    seen = 0
    for number in made.numbers():
        if number.mark or number.value is None or not guards(number.unit, rule):
            continue
        was = {each.cite: each for each in inside.numbers() if each.cite.id in inside.figures}.get(number.cite)
        if number.unit.startswith("%"):
            if rounds(rule, number.unit) and number.cite.dimension != BESIDE:
                figure = made.figures[number.cite.id]
                part = next((p for p in figure.by.get(number.cite.dimension, ()) if p.code == number.cite.code), None)
                sides = (
                    (part.numerator, part.denominator) if part else (figure.numerator.value, figure.denominator.value)
                )
                assert number.value == per_cent(*sides) and all(side % 5 == 0 for side in sides)
                seen += 1
        else:
            assert not is_small(rule, int(number.value)), number
            if rounds(rule, number.unit):
                assert number.value % 5 == 0, number
                seen += was is not None and was.value != number.value
    assert seen or rule.rounded_to is None


def test_no_entries_tell_how_many_people_a_figure_counts(copy):
    rule, _, files = copy
    for each in json.loads(files[Format.JSON])["figures"]:
        if guards(each["unit"], rule):
            assert each["entries"] == [], each["id"]
            sides = [side for name in ("numerator", "denominator") if (side := each[name]) is not None]
            assert not [side for side in sides if side["entries"]], each["id"]
    rows = csv.DictReader(io.StringIO(files[Format.CSV].decode(), newline=""))
    assert not [row for row in rows if guards(row["unit"], rule) and row["entries"]]


def changed(inside: Document, made: Document) -> dict[Cite, tuple[str, str]]:
    """What the public reads in place of a number of a figure, and the number: of those that differ."""
    outside = {each.cite: each.said for each in made.numbers()}
    return {
        each.cite: (outside.get(each.cite, ""), each.said)
        for each in inside.numbers()
        if each.cite.id in inside.figures and outside.get(each.cite) != each.said
    }


def test_no_format_tells_what_was_changed(inside, copy):
    rule, made, files = copy
    told = changed(inside, made)
    assert len(told) > 10
    page = Page()
    page.feed(files[Format.HTML].decode())
    on_page = [(cite, text) for cite, text in page.numbers if cite in told]
    assert on_page and [text for cite, text in on_page if text != told[cite][0]] == []
    for cite, value in [*of_csv(files[Format.CSV]), *of_json(files[Format.JSON])]:
        if cite in told:
            number = made.number(cite)
            assert value == (None if number is None else number.value), (rule.id, cite)


SIDES: tuple[Which, ...] = ("numerator", "denominator")


def of_csv(body: bytes) -> list[tuple[Cite, Any]]:
    found = []
    for row in csv.DictReader(io.StringIO(body.decode(), newline="")):
        cite = Cite(row["figure"], row["dimension"], row["code"])
        named: tuple[Which, ...] = ("value", "numerator", "denominator", "printed")
        found += [(cite._replace(which=which), Decimal(row[which]) if row[which] else None) for which in named]
    return found


def of_json(body: bytes) -> list[tuple[Cite, Any]]:
    def exact(value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    found = []
    for each in json.loads(body)["figures"]:
        cite = Cite(each["id"])
        found += [(cite, exact(each["value"])), (cite._replace(which="printed"), exact(each["printed"]))]
        sides = [(which, (each[which] or {}).get("value")) for which in SIDES]
        found += [(cite._replace(which=which), exact(value)) for which, value in sides]
        for name, parts in each["by"].items():
            for part in parts:
                of_part = Cite(each["id"], name, part["code"])
                found += [(of_part, exact(part["value"]))]
                found += [(of_part._replace(which=which), exact(part[which])) for which in SIDES]
        for n, other in enumerate(each["comparators"], 1):
            beside = Cite(each["id"], BESIDE, str(n))
            found += [
                (beside, exact(other["value"])),
                (beside._replace(which="difference"), exact(other["difference"])),
            ]
    return found


def test_the_spreadsheet_tells_nothing_that_was_changed(inside, copy):
    _, made, files = copy
    book = openpyxl.load_workbook(io.BytesIO(files[Format.XLSX]))
    found: dict[str, list[Any]] = {}
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        rows = [[cell.value for cell in row] for row in sheet[table.ref]]
        if rows[0][:2] == ["Figure", "Id"]:
            for row in rows[1:]:
                found.setdefault(row[1], []).append(row[4])
    for id_ in {cite.id for cite in changed(inside, made)}:
        figure = made.figures[id_]
        cites = [Cite(id_), *(Cite(id_, name, part.code) for name, parts in figure.by.items() for part in parts)]
        assert len(found[id_]) == len(cites)
        for cite, value in zip(cites, found[id_], strict=True):
            number = made.number(cite)
            assert number is not None
            told = f"[{number.mark or 'x'}]" if number.value is None else Decimal(number.value)
            assert of_cell(value) == told, cite


def test_the_charts_draw_what_the_tables_say(inside, copy):
    rule, made, files = copy
    drawn = 0
    for spec in json.loads(files[Format.JSON])["charts"]:
        for each in re.findall(r"\{[^{}]*\"shown\"[^{}]*\}", json.dumps(spec)):
            point = json.loads(each)
            cites = [
                c for c in changed(inside, made) if c.id == point.get("figure") and c.code == point.get("code", "")
            ]
            for cite in cites:
                number = made.number(cite)
                if number is not None and cite.which == "value":
                    assert point["shown"] == number.said
                    assert point["value"] == (None if number.mark else float(number.value or 0))
                    drawn += 1
    assert drawn or rule.complementary


def test_what_is_withheld_is_no_headline_and_no_chart_of_nothing(copy):
    _, made, _ = copy
    blocks = [block for section in made.sections for each in (section, *section.parts) for block in each.blocks]
    for block in blocks:
        if isinstance(block, Headlines | Picture):
            assert not [id_ for id_ in block.figures if made.figures[id_].value is None], block


def test_each_sign_is_explained_where_it_stands(copy):
    _, made, files = copy
    signs = {number.mark for number in made.numbers() if number.mark}
    assert signs and signs <= made.shorthand.keys()
    explained = {
        column["name"]: column["dc:description"] for column in json.loads(files[Format.CSVW])["tableSchema"]["columns"]
    }
    for sign in signs:
        assert f"{sign} is confidential" in explained["mark"]
        assert f"[{sign}] confidential" in files[Format.HTML].decode()
    assert "has every entry behind" not in files[Format.HTML].decode()


def test_the_pdf_says_what_the_page_says_and_carries_the_same_data(copy):
    _, made, files = copy
    read = pypdf.PdfReader(io.BytesIO(files[Format.PDF]))
    text = "".join("".join(each.extract_text() for each in read.pages).split())
    annex, at = text[text.rindex("Howeachfigureiscounted") :], 0
    for each in made.report.figures:
        at = annex.index(f":{shown_in(made, Cite(each.id))}{each.id}", at)
    assert "".join(made.disclosure.split()) in text
    assert read.attachments["annual-2024-25.csv"] == [files[Format.CSV]]
    assert made.disclosure in json.loads(files[Format.CSVW])["dc:description"]
    assert json.loads(files[Format.JSON])["disclosure"] == made.disclosure
