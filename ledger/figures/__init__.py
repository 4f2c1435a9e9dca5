"""Figures: what partnerships publish, each a selection and a measure that shows its working."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ledger.figures import actions, attendance, audits, escalations, finance, incidents, programme, reviews, training
from ledger.figures.answer import Answer, answer, answer_each
from ledger.figures.catalogue import EXTRA, INDICATORS
from ledger.figures.figure import REGISTERED, Figure
from ledger.figures.indicators import indicator_answers
from ledger.figures.selection import Asked

IN_ORDER = (incidents, reviews, actions, escalations, audits, programme, training, attendance, finance)
"""One module per section, in the order of a report."""

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {f.id: f for module in IN_ORDER for f in REGISTERED.values() if f.working.__module__ == module.__name__}
)
"""Every figure that records can answer, by id, in the order of a report. Indicators of datasets come beside them."""

SECTIONS = tuple(dict.fromkeys([*(f.section for f in FIGURES.values()), *(i.section for i in INDICATORS), EXTRA]))
"""The sections of a report, in order."""


def answers(asked: Asked) -> Iterator[Answer]:
    """Every figure and every indicator stated, in the order of the sections; the figures of a section before its indicators."""
    found = [*answer_each(list(FIGURES.values()), asked), *indicator_answers(asked)]
    yield from sorted(found, key=lambda each: SECTIONS.index(each.section))


def answers_of(id_: str, asked: Asked) -> tuple[Answer, ...]:
    """The answer of one figure; of an indicator's family, such as FIG-CONTACT, one for each definition and unit; none where there is no such figure."""
    if (figure := FIGURES.get(id_)) is not None:
        return (answer(figure, asked),)
    return tuple(each for each in indicator_answers(asked) if each.id == id_ or each.id.startswith(id_ + "."))
