"""Figures that datasets state and no record of this ledger counts: one for each indicator, definition and unit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ledger.figures.answer import DATASET, NOTHING, Answer, Comparator, parts_of, sides_of
from ledger.figures.catalogue import EXTRA, catalogued
from ledger.figures.figure import REGISTERED, Kind, stated_by
from ledger.figures.measures import NOT_STATED, Side, Value
from ledger.figures.selection import Asked
from ledger.figures.sources import observations_of, with_corrections
from ledger.figures.stated import Stated, plain

Group = tuple[str, str, str, str, str]
FAMILY = 2
"""Parts of an id that name its family: FIG-SIN."""


def indicator_answers(asked: Asked) -> Iterator[Answer]:
    """Every indicator that a dataset states for the period, or for one that it may be set beside; those that registered figures take are left out."""
    own = [o for o in observations_of(asked) if not stated_by(o.indicator, o.definition, o.dimensions)]
    for _, group in groupby(sorted(own, key=_group), key=_group):
        yield _answer(asked, list(group))


def figure_id(o: Stated) -> str:
    """The id under which an observation is a figure: `FIG-CONTACT.front-door-contacts.children`, with what it is measured as unless it is counted."""
    family = o.indicator.upper() if o.indicator.startswith("fig-") else f"FIG-{o.indicator.upper()}"
    measured = () if o.measure == "count" else (o.measure,)
    return ".".join((family, o.definition, o.unit, *measured))


def section_of(indicator: str) -> str:
    """The section an indicator stands in: that of the catalogue, or that of the registered figures of its family."""
    id_ = indicator.upper()
    if (found := catalogued(id_)) is not None:
        return found[0].section
    family = "-".join(id_.split("-")[:FAMILY])
    return next((f.section for f in REGISTERED.values() if f.id == family or f.id.startswith(family + "-")), EXTRA)


def _answer(asked: Asked, group: list[Stated]) -> Answer:
    current = sorted((o for o in group if o.is_of(asked.period)), key=lambda o: o.on == NOT_STATED)
    wholes = [o for o in current if not o.dimensions]
    chosen = (wholes or current or group)[0]
    parts = _parts(current, chosen)
    told = [*wholes[:1], *parts]
    cited = with_corrections(asked, {position for o in told for position in o.entries})
    value, printed, sides = _worth(chosen, cited) if wholes else (None, None, (None, None))
    return Answer(
        figure_id(chosen), _caption(chosen), section_of(chosen.indicator), chosen.unit_said, Kind(chosen.kind),
        _definition(chosen), chosen.version, "period" if chosen.kind == Kind.FLOW else "day",
        _rounding(chosen), asked.period, asked.as_at, DATASET if current else NOTHING,
        value, cited, parts_of(parts), *sides, note=_note(asked, chosen, current, wholes), printed=printed,
        source="; ".join(dict.fromkeys(o.cited for o in told)) or None,
        comparators=tuple(_beside(asked, chosen, value, o) for o in group if o not in told), so_far=asked.so_far,
    )  # fmt: skip


def _worth(o: Stated, cited: tuple[int, ...]) -> tuple[Value, Value, tuple[Side | None, Side | None]]:
    return o.worth, o.shown, sides_of(o, cited)


def _parts(current: list[Stated], chosen: Stated) -> list[Stated]:
    """The parts stated under the same definition, each once; a second source of one part stands beside it."""
    found: dict[tuple[tuple[str, str], ...], Stated] = {}
    for o in current:
        if o.dimensions and o.version == chosen.version:
            found.setdefault(o.dimensions, o)
    return list(found.values())


def _beside(asked: Asked, chosen: Stated, value: Value, o: Stated) -> Comparator:
    why = ""
    if o.version != chosen.version:
        why = f"It was counted under version {o.version} of the definition, not {chosen.version}."
    elif o.dimensions:
        why = f"It is of {' and '.join(f'{plain(name)} {plain(code)}' for name, code in o.dimensions)} only."
    elif o.days != chosen.days:
        why = "It is of another length of time."
    worth = o.worth
    difference = value - worth if not why and value is not None and worth is not None else None
    return Comparator(o, with_corrections(asked, o.entries), why, difference)


def _caption(o: Stated) -> str:
    """`Children looked after: children in care, children per 10,000`; no word of it is said twice."""
    found = catalogued(o.indicator.upper())
    family = found[0].caption if found is not None else _family_caption(o.indicator.upper())
    what, unit = plain(o.definition), o.unit_said
    named = f"{what[:1].upper()}{what[1:]}" if what.startswith(family.lower()) else f"{family}: {what}"
    return named if what.endswith(unit) else f"{named}, {unit}"


def _family_caption(id_: str) -> str:
    registered = REGISTERED.get(id_)
    return registered.caption if registered is not None else plain(id_.removeprefix("FIG-").lower()).capitalize()


def _definition(o: Stated) -> str:
    found = catalogued(o.indicator.upper())
    meant = f"{found[0].counts} " if found is not None else ""
    return f"{meant}Counted under the definition {o.definition} of its source."


def _rounding(o: Stated) -> str:
    if o.recomputed is not None:
        return f"Worked out from its two numbers, to {_places(o.places)}, half up."
    return "As its source gives it."


def _places(places: int) -> str:
    return "one decimal place" if places == 1 else f"{places} decimal places"


def _note(asked: Asked, chosen: Stated, current: list[Stated], wholes: list[Stated]) -> str:
    if not current:
        return f"No dataset states it for {asked.period.name}."
    notes = []
    if not wholes:
        notes.append("The dataset states parts without a total.")
    if chosen.approximate:
        notes.append("Its source says 'about'.")
    if chosen.on == "not-stated":
        notes.append("The day is not stated; it counts with its period.")
    return " ".join(notes)


def _group(o: Stated) -> Group:
    return (o.indicator, o.definition, o.unit, o.measure, o.kind)
