"""The look of a partnership's reports: read from a file that is refused where it could not be read on paper."""

from __future__ import annotations

import base64
from dataclasses import replace

import page
import pytest

from ledger.reports.brand import NotABrand, contrast, read_brand
from ledger.reports.outline import outlined
from ledger.reports.written import Format, written
from tests.reports.test_formats import LENGTH

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'


@pytest.mark.parametrize(("name", "body"), [("logo.png", PNG), ("logo.svg", SVG)], ids=["png", "svg"])
def test_name_logo_and_colours_are_in_each_form(made, tmp_path, name, body):
    (tmp_path / name).write_bytes(body)
    text = (
        f'name = "Our Partnership"\nlogo = "{name}"\nlogo_text = "A circle"\ncolour = "#5C2D91"\naccent = "#C45500"\n'
    )
    (tmp_path / "brand.toml").write_text(text)
    document = outlined(replace(made, figures=made.figures[:9]), read_brand(tmp_path / "brand.toml"))
    html = written(document, Format.HTML).decode()
    assert 'alt="A circle"' in html and "#5C2D91" in html and "Our Partnership" in html
    pdf = written(document, Format.PDF)
    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A):
        found = page.validate_pdf_bytes(pdf, profile=profile)
        assert [failure.message for failure in found.failures if failure.message != LENGTH] == []
    assert written(document, Format.XLSX) != written(outlined(made), Format.XLSX)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colour = "#FFDD00"', "colour: #FFDD00 has a contrast of"),
        ('accent = "#EEEEEE"', "accent: #EEEEEE has a contrast of"),
        ('colour = "red"', "colour: a colour is written as"),
        ('font = "Comic"', "font: there are accent"),
        ("name = 3", "name: there are accent"),
        ('logo = "missing.png"', "logo_text: a logo needs words"),
        ('logo = "missing.png"\nlogo_text = "x"', "logo: No such file"),
        ('logo = "brand.toml"\nlogo_text = "x"', "logo: a PNG or an SVG"),
        ("name =", "Invalid value"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path, text, said):
    (tmp_path / "brand.toml").write_text(text)
    with pytest.raises(NotABrand, match=said):
        read_brand(tmp_path / "brand.toml")


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == contrast("#FFFFFF", "#000000") == 21
    assert round(contrast("#767676", "#FFFFFF"), 2) == 4.54
    assert contrast(read_brand(None).colour, "#FFFFFF") > 4.5
