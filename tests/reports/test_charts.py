"""Charts: the specification, the words and the drawing say the same numbers, alike on every machine, and never by colour alone."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from ledger.reports.charts import COLOURS, MOST_BARS, Point, bars, grouped, over_time, to_svg

SVG = "{http://www.w3.org/2000/svg}"
DAYS = (date(2024, 4, 1), date(2024, 7, 1))
OWNERS = (
    Point("Council & <co>", 5, cites={"figure": "FIG-ACT-OPEN"}),
    Point("Police", 12),
    Point("Health", None, "[c]"),
)
CHARTS = {
    "bars": bars("Actions open by owner", OWNERS, "actions"),
    "limit": bars("Days to decision", [Point("RR-1", 14), Point("RR-2", 18)], "working days", limit=(15, "allowed")),
    "grouped": grouped(
        "Training", {"booked": [Point("Neglect", 40)], "completed": [Point("Neglect", Decimal("38.5"))]}, "places"
    ),
    "over-time": over_time(
        "Actions", {"open": [(DAYS[0], Point("", 3)), (DAYS[1], Point("", 8))], "late": [(DAYS[0], Point("", 1))]}, "actions"
    ),
}  # fmt: skip


def words(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_drawing_is_one_named_picture_that_needs_nothing(chart):
    svg = to_svg(chart, "one")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    found = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert found == {root.get("aria-labelledby"): chart.title, root.get("aria-describedby"): chart.alt}
    assert not any(
        each.tag in {f"{SVG}script", f"{SVG}style", f"{SVG}image"} or "style" in each.attrib for each in root.iter()
    )
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_the_words_tell_every_number_of_the_specification(chart):
    for row in chart.spec["data"]["values"]:
        number = row["shown"].split(",")[0].split(" ")[0]
        assert number in chart.alt and chart.unit in chart.alt


def test_every_bar_has_its_number_beside_it():
    assert {"5", "12", "[c]", "Council & <co>"} <= set(words(to_svg(CHARTS["bars"])))
    assert {"14", "18, beyond 15"} <= set(words(to_svg(CHARTS["limit"])))
    assert {"40 booked", "38.5 completed"} <= set(words(to_svg(CHARTS["grouped"])))


def test_lines_differ_in_dash_and_shape():
    drawn = ET.fromstring(to_svg(CHARTS["over-time"]))
    lines = [
        each for each in drawn.iter(f"{SVG}path") if each.get("stroke") in COLOURS and each.get("stroke-dasharray")
    ]
    assert {each.get("stroke"): each.get("stroke-dasharray") for each in lines} == {
        COLOURS[0]: "1,0",
        COLOURS[1]: "8,4",
    }
    shapes = {each.get("d") for each in drawn.iter(f"{SVG}path") if each.get("aria-roledescription") == "point"}
    assert len(shapes) == 2
    assert {"open", "late", "1 Apr 2024"} <= set(words(to_svg(CHARTS["over-time"])))


def test_a_number_keeps_what_it_is_a_number_of():
    assert CHARTS["bars"].spec["data"]["values"][0]["figure"] == "FIG-ACT-OPEN"


def test_what_is_too_much_for_a_chart_is_left_to_the_table_and_said():
    chart = bars("Many", [Point(f"n{n}", n) for n in range(40)], "actions")
    assert len(chart.spec["data"]["values"]) == MOST_BARS
    assert f"The first {MOST_BARS} of 40 are drawn." in chart.alt
    with pytest.raises(ValueError, match="one to 4 series"):
        grouped("Many", {str(n): [Point("a", 1)] for n in range(5)}, "actions")


def test_another_process_in_another_time_zone_draws_the_same():
    program = (
        "from tests.reports.test_charts import CHARTS, to_svg; import json; "
        "print(json.dumps({name: to_svg(chart) for name, chart in CHARTS.items()}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], env={"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
                         capture_output=True, check=True)  # fmt: skip
    assert json.loads(ran.stdout) == {name: to_svg(chart) for name, chart in CHARTS.items()}
