"""`ledger rules`, `schema`, `figures` and `packs`: what must hold, what may be posted, what is worked out, and the values behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import is_server, opened, position_of, settings, url
from ledger.cli.options import AsAt, Database, Json
from ledger.cli.output import say, show, write_json

if TYPE_CHECKING:
    from ledger.domain.adoption import Packs
    from ledger.domain.packs import Pack
    from ledger.domain.register import EventType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rules(
    id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One rule, such as ACT-CLOSE.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Every rule: what must hold, whose rule it is and how sure that is, what breaking it does, its packs, and where it stands."""
    from ledger.regimes import load_shelf
    from ledger.rulebook import rule_book

    with told():
        book = rule_book(load_shelf(settings(None).packs))
    found = [row for row in book if id in (None, row["id"])]
    if not found:
        raise Stop(Code.NOT_FOUND, f"There is no rule {id}; `ledger rules` lists them.")
    if as_json:
        write_json({"rules": found})
    elif id is not None:
        for row in found:
            _say_rule(row)
    else:
        columns = ("id", "sentence", "effect", "source", "confidence", "pack", "place")
        show(f"{len(found)} rules", columns, [[(row | _placed(row))[column] for column in columns] for row in found])


def _placed(row: dict[str, Any]) -> dict[str, Any]:
    return {"place": f"{row['file']}:{row['line']}", "pack": sorted({each["pack"] for each in row["packs"]})}


def _say_rule(row: dict[str, Any]) -> None:
    for name in ("id", "name", "sentence", "effect", "source", "confidence", "pack"):
        say(f"{name}: {row[name] or 'none'}")
    for each in row["packs"]:
        says = f" says {each['says']}" if each["says"] else ""
        say(f"  {each['pack']}{says} ({each['confidence'].replace('-', ' ')}: {each['source']})")
    say(f"place: {_placed(row)['place']}\n")


def schema(
    type: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="An event type, such as action.raised.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """The JSON Schema of an event type as it is posted; without a type, the list of them."""
    import json

    from ledger.domain.register import REGISTER, TYPE_PREFIX

    if type is None:
        _list_types(list(REGISTER.values()), as_json=as_json)
        return
    kind = REGISTER.get(type) or REGISTER.get(TYPE_PREFIX + type)
    if kind is None:
        raise Stop(Code.NOT_FOUND, f"There is no event type {type}; `ledger schema` lists them.")
    found = _schema_of(kind)
    if as_json:
        write_json(found)
    else:
        say(json.dumps(found, ensure_ascii=False, indent=2))


def _schema_of(kind: EventType) -> dict[str, Any]:
    from ledger.entry import posted_model

    return {
        "$schema": DIALECT,
        "$id": f"/schemas/{kind.type}",
        **posted_model(kind).model_json_schema(),
        "title": kind.type,
    }


def _list_types(kinds: list[EventType], *, as_json: bool) -> None:
    found = [
        {
            "type": kind.type,
            "record": kind.record.name,
            "begins": kind.begins,
            "tells": " ".join((kind.event.__doc__ or "").split()),
        }
        for kind in kinds
    ]
    if as_json:
        write_json({"types": found})
    else:
        show(
            f"{len(found)} event types",
            ("type", "begins", "tells"),
            [(kind.name, kind.begins, row["tells"]) for kind, row in zip(kinds, found, strict=True)],
        )


def figures(as_json: Json = False) -> None:
    """The catalogue of figures: what each counts, in which unit; and the indicators that only datasets state."""
    from ledger.figures import FIGURES
    from ledger.figures.catalogue import INDICATORS

    columns = ("id", "caption", "unit", "kind", "definition")
    worked_out = [{column: getattr(each, column) for column in (*columns, "version")} for each in FIGURES.values()]
    stated = [{"id": each.id, "caption": each.caption, "definition": each.counts} for each in INDICATORS]
    if as_json:
        write_json({"figures": worked_out, "indicators": stated})
        return
    show(f"{len(worked_out)} figures", columns, [[row[column] for column in columns] for row in worked_out], apart=True)
    rows = [(each.id, each.caption, each.counts) for each in INDICATORS]
    show(f"{len(stated)} indicators", ("id", "caption", "what it counts"), rows, apart=True)


def packs(database: Database = None, as_at: AsAt = None, as_json: Json = False) -> None:
    """Every pack of rule values on the shelf, and from which days this ledger works under it."""
    from ledger.regimes import load_shelf

    with told():
        chosen = settings(database)
        shelf = load_shelf(chosen.packs)
        position, adopted = _adopted(database, as_at)
    found = [_told_pack(pack, adopted) for pack in sorted(shelf, key=lambda pack: (pack.kind, pack.id, pack.version))]
    if as_json:
        write_json({"as_at": position, "packs": found})
    else:
        columns = ("pack", "kind", "title", "confidence", "adopted_from", "sha256")
        rows = [[row[column] for column in columns] for row in found]
        show(f"{len(found)} packs on the shelf", columns, [[*row[:-1], f"{row[-1][:16]}…"] for row in rows])


def _adopted(database: str | None, as_at: str | None) -> tuple[int | None, Packs | None]:
    """What the ledger has adopted, and as at which position; None of both where there is no ledger yet and none was asked for."""
    where = url(settings(database))
    if not is_server(where) and not Path(where).is_file() and database is None and as_at is None:
        return None, None
    with opened(database) as ledger:
        position = position_of(ledger, as_at)
        return position, ledger.packs(as_at=position)


def _told_pack(pack: Pack, adopted: Packs | None) -> dict[str, Any]:
    adoptions = adopted.adoptions if adopted else ()
    days = sorted(a.from_date.isoformat() for a in adoptions if a.reference == pack.reference)
    return {
        "pack": pack.reference, "kind": pack.kind, "title": pack.title, "confidence": pack.confidence,
        "source": pack.source, "adopted_from": days, "sha256": pack.sha256,
    }  # fmt: skip
