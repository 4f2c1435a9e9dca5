"""The charts of a document, made of its numbers."""

from __future__ import annotations

from ledger.reports.charts import Chart, Point, bars, grouped
from ledger.reports.document import Cite, Document, Picture
from ledger.reports.spoken import meant


def chart_of(document: Document, picture: Picture) -> Chart:
    """The chart of a picture; a number that is not shown has no bar, and its shorthand stands there."""
    unit = document.figures[picture.figures[0]].unit
    if not picture.dimension:
        points = [_point(document, Cite(id_), meant(document.figures[id_].caption)) for id_ in picture.figures]
        return bars(picture.title, points, unit)
    series = {
        meant(document.figures[id_].caption): _points(document, id_, picture.dimension) for id_ in picture.figures
    }
    if len(series) == 1:
        return bars(picture.title, next(iter(series.values())), unit)
    return grouped(picture.title, series, unit)


def _points(document: Document, figure: str, dimension: str) -> list[Point]:
    """The largest first; what is not stated comes last."""
    parts = document.figures[figure].by[dimension]
    points = [
        _point(document, Cite(figure, dimension, part.code), document.called(part.code, dimension)) for part in parts
    ]
    return sorted(points, key=lambda each: (each.cites["code"] == "not-stated", -(each.value or 0), each.label))


def _point(document: Document, cite: Cite, label: str) -> Point:
    number = document.number(cite)
    cites = {"figure": cite.id} | ({"dimension": cite.dimension, "code": cite.code} if cite.dimension else {})
    if number is None:
        raise KeyError(cite)
    return Point(label, number.value, number.said, cites)
