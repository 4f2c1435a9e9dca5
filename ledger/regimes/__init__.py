"""Everything somebody else may change, as dated TOML packs, and the reader that puts them on the shelf."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.adoption import PACK_CLASSES, Files, Shelf
from ledger.domain.packs import Calendar, Pack

SHIPPED = Path(__file__).parent
OWN = frozenset({"id", "version", "title", "source", "confidence", "note", "inherits", "inherits_sha256"})
"""What a pack says of itself alone, and never takes over from the pack it inherits."""


class PackUnreadable(ValueError):
    """A pack's file cannot be used as it stands; the message names the file and the key."""


class _Holiday(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    title: str
    date: Annotated[date, Field(strict=False)]
    notes: str
    bunting: bool


class _Division(BaseModel):
    """One division of the government's bank-holidays.json, as published."""

    model_config = ConfigDict(strict=True, extra="forbid")

    division: str
    events: list[_Holiday]


def load_shelf(folder: Path | None = None) -> Shelf:
    """Every pack shipped here, and those of one more folder where the settings name one.

    A pack is a file `<id>@<version>.toml`; its hash is the SHA-256 of the file's bytes. PackUnreadable if a file is not
    TOML, has an unknown or missing key, says another name than its file's, or repeats the name of another pack.
    """
    packs: dict[tuple[str, int], Pack] = {}
    files: dict[tuple[str, int], Files] = {}
    for path in _files(folder):
        pack, bound = _read(path)
        name = (pack.id, pack.version)
        if name in packs:
            raise PackUnreadable(f"{path}: a pack called {pack.reference} is on the shelf already")
        packs[name], files[name] = pack, bound
    return Shelf(packs, files)


def _files(folder: Path | None) -> Iterator[Path]:
    yield from sorted(SHIPPED.glob("*.toml"))
    if folder is None:
        return
    if not folder.is_dir():
        raise PackUnreadable(f"{folder}: there is no such folder of packs")
    yield from sorted(folder.glob("*.toml"))


def read_pack(path: Path) -> Pack:
    """The pack in one file, checked key by key."""
    return _read(path)[0]


def _read(path: Path) -> tuple[Pack, Files]:
    """A pack, and the exact bytes of its file and of every file it binds."""
    octets = path.read_bytes()
    files = {path.name: octets}
    data = _completed(path, _toml(path, octets), files)
    kind = data.get("kind")
    cls = PACK_CLASSES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise PackUnreadable(f"{path.name}: kind: {kind!r} is not a kind of pack this program reads")
    if cls is Calendar:
        data = _with_holidays(path, data, files)
    try:
        pack = cls.model_validate(data | {"sha256": hashlib.sha256(octets).hexdigest()})
    except ValidationError as error:
        raise PackUnreadable(_told(path.name, error)) from None
    if path.name != f"{pack.reference}.toml":
        raise PackUnreadable(f"{path.name}: id, version: the file says it is {pack.reference}")
    return pack, files


def _toml(path: Path, octets: bytes) -> dict[str, Any]:
    try:
        data = tomllib.loads(octets.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackUnreadable(f"{path.name}: {error}") from None
    if "sha256" in data:
        raise PackUnreadable(f"{path.name}: sha256: a pack does not state its own hash")
    return data


def _completed(path: Path, data: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """The data with the values it does not give itself taken from the pack it inherits, each marked as not confirmed for it."""
    base = data.get("inherits")
    if base is None:
        return data
    name = f"{base}.toml"
    found = _bound(path, name, "inherits", data.get("inherits_sha256"), files)
    inherited = _completed(found, _toml(found, files[name]), files)
    taken = {key: _carried(base, value) for key, value in inherited.items() if key not in OWN}
    return taken | {key: value for key, value in data.items() if key not in {"inherits", "inherits_sha256"}}


def _carried(base: str, value: Any) -> Any:
    """A value as another pack takes it over: nobody confirmed it there."""
    match value:
        case list():
            return [_carried(base, each) for each in value]
        case {"confidence": _}:
            source = {"source": f"Carried over from {base}: {value['source']}"} if "source" in value else {}
            rest = {key: _carried(base, each) for key, each in value.items()}
            return rest | source | {"confidence": "unconfirmed"}
        case dict():
            return {key: _carried(base, each) for key, each in value.items()}
        case _:
            return value


def _bound(path: Path, name: str, key: str, expected: object, files: dict[str, bytes]) -> Path:
    """A file that a pack binds by hash, beside it or shipped here; its bytes are put with the pack's files."""
    found = next((each for folder in (path.parent, SHIPPED) if (each := folder / name).is_file()), None)
    if found is None or Path(name).name != name:
        raise PackUnreadable(f"{path.name}: {key}: there is no {name} beside it")
    octets = found.read_bytes()
    if (hashed := hashlib.sha256(octets).hexdigest()) != expected:
        raise PackUnreadable(
            f"{path.name}: {key.removesuffix('_file')}_sha256: {name} has been altered; it is {hashed}"
        )
    files[name] = octets
    return found


def _with_holidays(path: Path, data: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """The calendar's data with its holidays in place of the file that lists them; the pack's own hash binds that file's."""
    rest = {key: value for key, value in data.items() if key not in {"holidays_file", "holidays_sha256"}}
    name = data.get("holidays_file")
    if not isinstance(name, str) or Path(name).name != name or "holidays" in rest:
        raise PackUnreadable(f"{path.name}: holidays_file: names the list of bank holidays, a file beside this one")
    _bound(path, name, "holidays_file", data.get("holidays_sha256"), files)
    return rest | {"holidays": _holidays(name, files[name], data.get("division"))}


def _holidays(name: str, octets: bytes, division: object) -> frozenset[date]:
    try:
        whole = json.loads(octets)
    except ValueError as error:
        raise PackUnreadable(f"{name}: {error}") from None
    part = whole.get(division) if isinstance(whole, dict) else None
    try:
        events = _Division.model_validate(part).events
    except ValidationError as error:
        raise PackUnreadable(_told(f"{name}: {division}", error)) from None
    days = frozenset(event.date for event in events)
    if len(days) < len(events):
        raise PackUnreadable(f"{name}: {division}: one day is listed twice")
    return days


def _told(name: str, error: ValidationError) -> str:
    """One line for each fault, naming the file and the key."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(f"{name}: {'.'.join(map(str, fault['loc'])) or 'pack'}: {fault['msg']}" for fault in faults)
