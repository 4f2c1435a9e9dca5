"""Charts: numbers made into a Vega-Lite specification, a sentence that tells the same, and a drawing.

Three kinds are enough for what partnerships publish: `bars`, `grouped` bars of at most four series, and lines `over_time`. No chart
leaves anything to colour alone: every bar has its number beside it, every series its name, its dash and its shape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from ledger.domain.fields import spoken
from ledger.figures.measures import Value

FONTS = Path(__file__).parent / "fonts"
FONT = "Liberation Sans"
COLOURS = ("#12436D", "#F46A25", "#28A197", "#801650")
"""Of the Government Analysis Function's palette for categories, in this order; two series are blue and orange."""
INK, GRID = "#0B0C0C", "#B1B4B6"
DASHES = ([1, 0], [8, 4], [2, 3], [8, 3, 2, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond")
MOST_SERIES = 4
MOST_BARS = 15
"""More are hard to read; the table beside a chart has them all, and the chart says so."""
WIDTH = 700
LABELS = 340
TICKS = 6
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_VERSION = "6.4"


@dataclass(frozen=True)
class Point:
    """One number of a chart. `shown`: as people read it, `8.5%`, `[c]`; `cites`: what it is a number of, such as a figure's id.

    A value of None has no bar: its `shown` says why.
    """

    label: str
    value: Value
    shown: str = ""
    cites: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The number as people read it."""
        if self.shown:
            return self.shown
        return "cannot tell" if self.value is None else f"{self.value:,}"

    def datum(self) -> dict[str, Any]:
        """As a row of the specification's data. A drawing needs no exact digits; `shown` has them."""
        value = float(self.value) if isinstance(self.value, Decimal) else self.value
        return {"label": self.label, "value": value, "shown": self.said, **self.cites}


@dataclass(frozen=True)
class Chart:
    """A chart: its title, the specification with its data, and `alt`, which tells in words all that it shows."""

    title: str
    alt: str
    spec: Mapping[str, Any]
    kind: str
    series: Mapping[str, tuple[Point, ...]]
    unit: str


def bars(title: str, points: Sequence[Point], unit: str, *, limit: tuple[int, str] | None = None) -> Chart:
    """A bar for each point, top to bottom in the order given. `limit`: a line across at this value and what it means, such as
    `(15, "15 working days allowed")`; bars beyond it have another colour and say so.
    """
    shown = points[:MOST_BARS]
    rows = [each.datum() | ({"beyond": _beyond(each, limit)} if limit else {}) for each in shown]
    if limit:
        for row in rows:
            row["shown"] += f", beyond {limit[0]}" if row["beyond"] else ""
    fill = {"condition": {"test": "datum.beyond", "value": COLOURS[1]}, "value": COLOURS[0]}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "height": {"band": 0.72}}, "encoding": {"color": fill}},
        _numbers(),
    ]
    if limit:
        ruled = {
            "mark": {"type": "rule", "strokeDash": [6, 4], "color": INK},
            "encoding": {"x": {"datum": limit[0]}, "y": None},
        }
        layers.append(ruled)
    axis = {"title": unit if limit is None else f"{unit} (dashed line: {limit[1]})", **_whole(shown)}
    spec = _spec(rows, len(rows)) | {
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "axis": _names()},
            "x": {
                "field": "value",
                "type": "quantitative",
                "axis": axis,
                "scale": _room(shown, rows, limit),
            },
        },
        "layer": layers,
    }
    return Chart(title, _alt(title, {"": shown}, unit, len(points), limit), spec, "bars", {"": tuple(shown)}, unit)


def grouped(title: str, series: Mapping[str, Sequence[Point]], unit: str) -> Chart:
    """For each label a bar of each of two to four series, one under the other, each with its name and its number."""
    _few(series)
    labels = list(dict.fromkeys(each.label for points in series.values() for each in points))
    kept = {name: [each for each in points if each.label in labels[:MOST_BARS]] for name, points in series.items()}
    rows = [each.datum() | {"series": name} for name, points in kept.items() for each in points]
    for row in rows:
        row["shown"] = f"{row['shown']} {row['series']}"
    points = [each for each_ in kept.values() for each in each_]
    names = list(series)
    spec = _spec(rows, min(len(labels), MOST_BARS) * len(series)) | {
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "axis": _names(), "scale": {"paddingInner": 0.25}},
            "yOffset": {"field": "series", "sort": names},
            "x": {
                "field": "value", "type": "quantitative", "axis": {"title": unit, **_whole(points)},
                "scale": _room(points, rows, None),
            },
        },
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {"color": {"field": "series", "scale": _coloured(names), "legend": None}},
            },
            _numbers(),
        ],
    }  # fmt: skip
    spec["height"] = {"step": 20, "for": "offset"}
    found = {name: tuple(points) for name, points in kept.items()}
    return Chart(title, _alt(title, found, unit, len(labels), None), spec, "grouped", found, unit)


def over_time(title: str, series: Mapping[str, Sequence[tuple[date, Point]]], unit: str) -> Chart:
    """A line for each of one to four series; a value of None breaks its line. The labels of the points are told in the text."""
    _few(series)
    names = list(series)
    rows = [
        each.datum() | {"series": name, "day": f"{day.isoformat()}T00:00:00Z"}
        for name, points in series.items() for day, each in points
    ]  # fmt: skip
    many = len(names) > 1
    legend = {"title": None, "orient": "top", "symbolSize": 90} if many else None
    styled = {
        "color": {"field": "series", "scale": _coloured(names), "legend": legend},
        "strokeDash": {"field": "series", "scale": {"domain": names, "range": list(DASHES[: len(names)])}, "legend": None},
        "shape": {"field": "series", "scale": {"domain": names, "range": list(SHAPES[: len(names)])}, "legend": legend},
    }  # fmt: skip
    mark = {"type": "line", "strokeWidth": 2.5, "point": {"size": 70, "filled": True}}
    days = {"title": None, "format": "%-d %b %Y", "labelOverlap": True, "tickCount": 6}
    spec = _spec(rows, 0) | {
        "height": 220,
        "mark": mark,
        "encoding": {
            "x": {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "axis": days},
            "y": {"field": "value", "type": "quantitative", "axis": {"title": unit}, "scale": {"domainMin": 0}},
            **styled,
        },
    }
    told = {
        name: tuple(
            Point(spoken(day) if not each.label else each.label, each.value, each.said, each.cites)
            for day, each in points
        )
        for name, points in series.items()
    }
    return Chart(title, _alt(title, told, unit, 0, None), spec, "over-time", told, unit)


def to_svg(chart: Chart, id_: str = "chart") -> str:
    """The drawing as SVG to put into a page: no script, no style sheet, nothing from elsewhere, its title and text told to a
    screen reader as one picture. `id_`: unlike that of any other chart of the page.
    """
    drawn = _drawn(json.dumps(chart.spec, sort_keys=True))
    head, rest = drawn.split(">", 1)
    named = f' role="img" aria-labelledby="{id_}-title" aria-describedby="{id_}-text"'
    told = f'<title id="{id_}-title">{escape(chart.title)}</title><desc id="{id_}-text">{escape(chart.alt)}</desc>'
    return f"{head}{named}>{told}{rest}"


@cache
def _registered() -> None:
    """The drawing measures text in the font that stands beside this module, whatever fonts the machine has."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))


@lru_cache(maxsize=500)
def _drawn(spec: str) -> str:
    import vl_convert

    _registered()
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[])
    return drawn


def _spec(rows: list[dict[str, Any]], bars: int) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "data": {"values": rows},
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        **({"height": {"step": 26}} if bars else {}),
        "config": {
            "font": FONT,
            "background": "#FFFFFF",
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal",
                "gridColor": GRID, "gridOpacity": 0.5, "domainColor": INK, "tickColor": INK,
            },
            "legend": {"labelFontSize": 13, "labelColor": INK},
            "text": {"fontSize": 13, "color": INK},
        },
    }  # fmt: skip


def _numbers() -> dict[str, Any]:
    """Each number beside its bar, at its end; one without a bar at the axis."""
    mark = {"type": "text", "align": "left", "dx": 5, "invalid": "show"}
    x = {"field": "at", "type": "quantitative"}
    started = [{"calculate": "isValid(datum.value) && datum.value > 0 ? datum.value : 0", "as": "at"}]
    return {"mark": mark, "transform": started, "encoding": {"x": x, "text": {"field": "shown"}}}


def _names() -> dict[str, Any]:
    return {"title": None, "labelLimit": LABELS, "ticks": False, "domain": True, "labelPadding": 6}


def _coloured(names: Sequence[str]) -> dict[str, Any]:
    return {"domain": list(names), "range": list(COLOURS[: len(names)])}


def _whole(points: Sequence[Point]) -> dict[str, Any]:
    """What is counted has no half steps on its axis."""
    counts = [each.value for each in points if isinstance(each.value, int)]
    if len(counts) < sum(each.value is not None for each in points):
        return {"tickCount": TICKS}
    most = max(counts, default=0)
    ticks = {"tickCount": TICKS, "tickMinStep": 1} if most > TICKS else {"values": list(range(most + 1))}
    return {"format": ",d", **ticks}


def _room(points: Sequence[Point], rows: list[dict[str, Any]], limit: tuple[int, str] | None) -> dict[str, Any]:
    """From nothing to so far beyond the longest bar that the longest number has room."""
    more = 0.05 + 0.022 * max((len(row["shown"]) for row in rows), default=0)
    values = [float(each.value) for each in points if each.value is not None] + ([float(limit[0])] if limit else [])
    most, least = max([1.0, *values]), min([0.0, *values])
    return {"domainMin": least, "domainMax": most * (1 + more), "nice": False, "zero": True}


def _beyond(point: Point, limit: tuple[int, str] | None) -> bool:
    return limit is not None and point.value is not None and point.value > limit[0]


def _few(series: Mapping[str, Any]) -> None:
    if not 1 <= len(series) <= MOST_SERIES:
        raise ValueError(f"A chart has one to {MOST_SERIES} series, not {len(series)}.")


def _alt(
    title: str, series: Mapping[str, Sequence[Point]], unit: str, labels: int, limit: tuple[int, str] | None
) -> str:
    """What the chart shows, number by number."""
    parts = []
    for name, points in series.items():
        told = "; ".join(f"{each.label} {each.said}" for each in points) or "nothing"
        parts.append(f"{name}: {told}." if name else f"{told}.")
    more = f" The first {MOST_BARS} of {labels} are drawn." if labels > MOST_BARS else ""
    line = f" A dashed line stands at {limit[0]}: {limit[1]}." if limit else ""
    return f"{title}, in {unit}. {' '.join(parts)}{more}{line}"
