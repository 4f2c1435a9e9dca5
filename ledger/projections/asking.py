"""How a question is asked of the tables: filters, order, pages, and answers that are ready to be sent as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, String, and_, false, not_, or_

from ledger.domain.adoption import Packs
from ledger.domain.clocks import Clock, days_left, state
from ledger.domain.history import Entry
from ledger.histories import RecordsOf
from ledger.projections.columns import DayText, instant_text, row_kinds, table_of
from ledger.projections.rows import EVERY_RECORD, Projection
from ledger.projections.tables import Held, Tables, conditions, how_many

R = TypeVar("R")
MANY = 1_000
"""Values named one by one in a question; of more, all rows are asked for."""
ORDERED = (String, DayText, Date, BigInteger, Boolean)
"""Kinds of column whose order is the same in either engine as here; `String` is text in the order of its code points."""
Item = dict[str, Any]
Filters = Mapping[str, str | Sequence[str]]
TIMES = ("record", "reference", "key", "valid_from", "valid_until", "since", "until", "entries")


class UnknownField(ValueError):
    """A filter or an order names something that the answer does not have. `known` lists what it has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no field {name}; there are {', '.join(self.known)}.")


class UnknownPlace(ValueError):
    """The place to go on from is not in the answer."""


def no_histories(names: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
    """Of no record: for questions that the tables answer alone."""
    return {}


@dataclass(frozen=True)
class Seen:
    """Of one kind of record the references that somebody sees: `only` these where that is not None, and none of those `but` for which it is."""

    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asking:
    """What to answer: as at which position, as of which day, which of it, in which order, how much, following what.

    A filter maps a field of the answer to a value, or to several of which one is enough; of a field that lists several
    things, one of them is enough. Values are written as in JSON, without quotes: 2020-03-31, true, 12. `sort` lists fields,
    each with `-` before it for the other way round; without, items come by reference. `after` is the `next` of an
    earlier answer. `packs` are the packs of the ledger, which clocks and ratings are worked out under.
    `skip` passes over so many, for pages with numbers. `histories` reads whole records as at the position, for what has to be judged anew. `sees`: whether whoever asks sees a
    record, `<record>/<reference>`; without it they see all. What they do not see is not counted either. `seen` tells the same of all
    records of one kind, so that the database can leave out the others.
    """

    as_at: int
    as_of: date
    packs: Packs = field(default_factory=Packs)
    filters: Filters = field(default_factory=dict)
    sort: Sequence[str] = ()
    limit: int | None = None
    after: str | None = None
    skip: int = 0
    histories: RecordsOf = no_histories
    sees: Callable[[str], bool] | None = None
    seen: Callable[[str], Seen] | None = None

    @cached_property
    def packs_then(self) -> Packs:
        """The packs adopted by the position asked about."""
        return self.packs.as_at(self.as_at)


@dataclass(frozen=True)
class Answer:
    """Items ready for JSON; `total` counts those on every page, `next` is where to go on, None at the end."""

    items: list[Item]
    total: int
    next: str | None
    as_at: int
    as_of: date


def rows_as_of(
    tables: Tables,
    projection: type[Projection[R]],
    asking: Asking,
    references: Iterable[str] | None = None,
    also: Sequence[ColumnElement[bool]] = (),
) -> list[Held[R]]:
    """Rows of a projection as at the position and as of the day asked about, of the records that whoever asks sees; of these records, or of all."""
    wanted = None if references is None else set(references)
    if wanted is not None and not wanted:
        return []
    few = wanted is not None and len(wanted) <= MANY
    found = tables.rows(
        projection, as_at=asking.as_at, as_of=asking.as_of, where={"reference": wanted} if few else {}, also=also
    )
    return [
        row
        for row in found
        if (wanted is None or row.reference in wanted)
        and (asking.sees is None or asking.sees(f"{row.record}/{row.reference}"))
    ]


def fields_of(projection: type[Projection[Any]]) -> tuple[str, ...]:
    """The names of an item's stored fields."""
    return (*(name for name in row_kinds(projection.row) if not name.endswith("_entry")), *TIMES)


def told(found: Held[Any]) -> Item:
    """A row as an item: its facts, what it is of, its times, and `entries`, the positions that made it what it is."""
    item: Item = {"record": found.record, "reference": found.reference, "key": found.key}
    for name in _names(found.row)[0]:
        item[name] = plain(getattr(found.row, name))
    item |= {"valid_from": plain(found.valid_from), "valid_until": plain(found.valid_until)}
    return item | {"since": found.since, "until": found.until, "entries": entries_of(found)}


def entries_of(found: Held[Any]) -> list[int]:
    """The positions that made a row what it is, in order."""
    others = (getattr(found.row, name) for name in _names(found.row)[1])
    return sorted({found.first_entry, found.last_entry, *others} - {None})


def _names(row: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a row that are facts, and those that are positions."""
    return _names_of(type(row))  # type: ignore[arg-type, unused-ignore]


@cache
def _names_of(row: type[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = [each.name for each in fields(row)]
    return tuple(n for n in names if not n.endswith("_entry")), tuple(n for n in names if n.endswith("_entry"))


def plain(value: Any) -> Any:
    """The value as JSON has it: days and instants as text, decimals as text with their exact digits, lists."""
    match value:
        case str() | int() | None:  # what nearly all are
            return value
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value


def told_clock(clock: Clock, on: date) -> Item:
    """A clock as it stands at the end of a day."""
    return {
        "clock": clock.name,
        "rule": clock.rule,
        "state": state(clock, on),
        "started": plain(clock.started),
        "due": plain(clock.due),
        "met_on": plain(clock.met_on),
        "left": days_left(clock, on),
        "unit": clock.unit,
        "pack": clock.pack,
        "calendar": clock.calendar,
        "source": clock.source,
        "confidence": clock.confidence,
        "note": clock.note,
    }


class Parts(Generic[R]):
    """Rows of another table by the record they belong to; read once it is known of which records they are told."""

    def __init__(self, tables: Tables, projection: type[Projection[R]], asking: Asking) -> None:
        self._tables, self._projection, self._asking = tables, projection, asking
        self._found: dict[str, list[Held[R]]] = {}

    def look(self, references: Iterable[str]) -> None:
        """Read those of these records."""
        self._found = {}
        for held in rows_as_of(self._tables, self._projection, self._asking, references):
            self._found.setdefault(held.reference, []).append(held)

    def of(self, reference: str) -> list[Held[R]]:
        return self._found.get(reference, [])


def ask(
    tables: Tables,
    projection: type[Projection[R]],
    asking: Asking,
    tell: Callable[[Held[R]], Item] = told,
    worked_out: Sequence[str] = (),
    *,
    settled: Mapping[str, ColumnElement[bool]] | None = None,
    only_if: Mapping[str, ColumnElement[bool]] | None = None,
    parts: Sequence[Parts[Any]] = (),
) -> Answer:
    """Rows of one projection as items. `tell` may add fields, which `worked_out` names; `settled` says of some of them when they are true,
    `only_if` of others what at least holds where they are. `parts` are read of what is told.
    """
    known = (*fields_of(projection), *worked_out)
    check(asking, known)
    stored, rest = stored_filters(projection, asking.filters), settled or {}
    by_database = {name for name in asking.filters if name in stored or name in rest}
    also = [_settled(rest[name], asking.filters[name]) for name in asking.filters if name in rest]
    order, seen = _order_of_stored(projection, asking), visible(projection, asking)
    if len(by_database) == len(asking.filters) and order is not None and seen is not None:
        return _page_of_stored(tables, projection, asking, tell, _Stored(stored, (*also, *seen), order, parts))
    at_least = [
        holds for name, holds in (only_if or {}).items() if asking.filters.get(name) in ("true", ["true"], ("true",))
    ]
    found = tables.rows(projection, as_at=asking.as_at, as_of=asking.as_of, where=stored, also=[*also, *at_least])
    for each in parts:
        each.look(row.reference for row in found)
    return answered(map(tell, found), asking, known)


def answered(items: Iterable[Item], asking: Asking, known: Iterable[str]) -> Answer:
    """The items that the filters let through, in order, one page of them. Items are told apart by `identity`."""
    check(asking, known)
    kept = [item for item in items if keeps(item, asking)]
    kept.sort(key=lambda item: (item["reference"], item["key"]))
    for name in reversed(asking.sort):
        kept = _sorted(kept, name.removeprefix("-"), backwards=name.startswith("-"))
    start = 0
    if asking.after is not None:
        places = [identity(item) for item in kept]
        if asking.after not in places:
            raise UnknownPlace("The place to go on from is not in this answer; begin at its first page.")
        start = places.index(asking.after) + 1
    start += asking.skip
    end = len(kept) if asking.limit is None else start + asking.limit
    page = kept[start:end]
    goes_on = bool(page) and end < len(kept)
    return Answer(page, len(kept), identity(page[-1]) if goes_on else None, asking.as_at, asking.as_of)


def keeps(item: Item, asking: Asking) -> bool:
    """Whether the filters let an item through, and whoever asks sees it."""
    fits = all(_holds(item[name], wanted) for name, wanted in asking.filters.items())
    return fits and (asking.sees is None or asking.sees(f"{item['record']}/{item['reference']}"))


def identity(item: Item) -> str:
    """What tells an item from the others of an answer."""
    return f"{item['record']}/{item['reference']}/{item['key']}"


def check(asking: Asking, known: Iterable[str]) -> None:
    """Raises UnknownField."""
    known = tuple(known)
    for name in (*asking.filters, *(name.removeprefix("-") for name in asking.sort)):
        if name not in known:
            raise UnknownField(name, known)


def _holds(value: Any, wanted: str | Sequence[str]) -> bool:
    values = value if isinstance(value, list) else [value]
    several = (wanted,) if isinstance(wanted, str) else wanted
    return any(_text(one) in several for one in values)


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _sorted(items: list[Item], name: str, *, backwards: bool) -> list[Item]:
    """Stable; what has no value comes last either way round."""
    known = [item for item in items if item[name] is not None]
    known.sort(key=lambda item: _comparable(item[name]), reverse=backwards)
    return known + [item for item in items if item[name] is None]


def _comparable(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int) else (1, str(value))


def stored_filters(projection: type[Projection[Any]], filters: Filters) -> dict[str, Any]:
    """The filters that the database can apply: those on plain text."""
    table = table_of(projection)
    plain_text = {name for name in fields_of(projection) if name in table.c and type(table.c[name].type) is String}
    several = {name: [wanted] if isinstance(wanted, str) else list(wanted) for name, wanted in filters.items()}
    return {name: wanted for name, wanted in several.items() if name in plain_text and "null" not in wanted}


@dataclass(frozen=True)
class _Stored:
    """What the database applies by itself: filters on columns, further conditions, and the order before that by reference; and what is then
    read of the page.
    """

    where: Mapping[str, Any]
    also: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]
    parts: Sequence[Parts[Any]] = ()


def _settled(holds: ColumnElement[bool], wanted: str | Sequence[str]) -> ColumnElement[bool]:
    """A filter on what is true or false."""
    values = {wanted} if isinstance(wanted, str) else set(wanted)
    return or_(false(), *([holds] if "true" in values else []), *([not_(holds)] if "false" in values else []))


def _order_of_stored(projection: type[Projection[Any]], asking: Asking) -> list[ColumnElement[Any]] | None:
    """The order as the database has it, what has no value last; None where it does not know it, or where a place in it would have to be found."""
    if not asking.sort:
        return []
    columns, names = table_of(projection).c, [name.removeprefix("-") for name in asking.sort]
    if asking.after is not None or any(
        name not in columns or type(columns[name].type) not in ORDERED for name in names
    ):
        return None
    order: list[ColumnElement[Any]] = []
    for told_, name in zip(asking.sort, names, strict=True):
        order += [columns[name].is_(None), columns[name].desc() if told_.startswith("-") else columns[name].asc()]
    return order


def visible(projection: type[Projection[Any]], asking: Asking) -> list[ColumnElement[bool]] | None:
    """What whoever asks sees, as conditions; None where only asking of each record tells."""
    if asking.sees is None:
        return []
    if asking.seen is None or projection.records == EVERY_RECORD or len(projection.records) != 1:
        return None
    seen, reference = asking.seen(projection.records[0]), table_of(projection).c.reference
    if len(seen.but) > MANY or (seen.only is not None and len(seen.only) > MANY):
        return None
    found = [] if seen.only is None else [reference.in_(sorted(seen.only))]
    return [*found, *([reference.not_in(sorted(seen.but))] if seen.but else [])]


def _page_of_stored(
    tables: Tables,
    projection: type[Projection[R]],
    asking: Asking,
    tell: Callable[[Held[R]], Item],
    stored: _Stored,
) -> Answer:
    """One page that the database finds by itself, however many rows there are beside it."""
    table = table_of(projection)
    following = []
    if asking.after is not None:
        parts = asking.after.split("/", 2)
        if len(parts) != 3:  # noqa: PLR2004 - record, reference, key
            raise UnknownPlace("The place to go on from is not in this answer; begin at its first page.")
        _, reference, key = parts
        later = or_(table.c.reference > reference, and_(table.c.reference == reference, table.c.key > key))
        following.append(later)
    with tables.reading() as connection:
        among = (*conditions(table, stored.where), *stored.also)
        total = connection.execute(how_many(table, asking.as_at, asking.as_of, *among)).scalar_one()
        found = tables.rows(
            projection,
            as_at=asking.as_at,
            as_of=asking.as_of,
            where=stored.where,
            also=(*stored.also, *following),
            order_by=(*stored.order, "reference", "key"),
            limit=None if asking.limit is None else asking.limit + 1,
            offset=asking.skip,
            on=connection,
        )
    page = found if asking.limit is None else found[: asking.limit]
    for each in stored.parts:
        each.look(row.reference for row in page)
    items = [tell(row) for row in page]
    goes_on = bool(items) and len(found) > len(page)
    return Answer(items, total, identity(items[-1]) if goes_on else None, asking.as_at, asking.as_of)
