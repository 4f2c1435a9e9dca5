"""Several partnerships in one service: which there are, and each one's own settings. Nothing of the environment reaches them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ledger.settings import Settings, is_server, why_not_serve

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
OF_THE_SERVICE = frozenset({"host", "port", "partnerships", "partnership", "api_key", "hosts"})
"""Settings of the one service, which no partnership has of its own."""
UNSHARED = ("log_key_file", "log_mark", "vault_key_file", "erasures")
"""Files that belong to one ledger."""


class PartnershipsUnreadable(ValueError):
    """The file of partnerships cannot be used; the message says which of them and which setting."""


class Partnership(Settings):
    """The settings of one partnership: only what the file says of it."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What stands in the environment is of the service, or of another partnership."""
        return (init_settings,)


def read_partnerships(path: Path) -> dict[str, Settings]:
    """Each partnership's settings by the host name it is reached at. Raises PartnershipsUnreadable, OSError.

    A TOML file with a table `["host.name"]` for each, of the settings of the service in small letters. Files are relative to it.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PartnershipsUnreadable(f"{path}: not TOML: {error}") from error
    found = {name: _read(path, name, table) for name, table in told.items()}
    if not found:
        raise PartnershipsUnreadable(f"{path}: there is no partnership in it")
    if twice := next(_shared(found), None):
        raise PartnershipsUnreadable(f"{path}: {twice}")
    return found


def why_not_host(settings: Settings, partnerships: Mapping[str, Settings]) -> str | None:
    """Why the service does not start with these; None where it does."""
    whys = ((name, why_not_serve(chosen, settings.host)) for name, chosen in partnerships.items())
    return next((f"{name}: {why}" for name, why in whys if why), None)


def chosen_of(settings: Settings) -> Settings:
    """The settings a command goes by: those of LEDGER_PARTNERSHIP in the file of LEDGER_PARTNERSHIPS, or of the environment.

    Raises PartnershipsUnreadable, OSError.
    """
    if settings.partnerships is None:
        return settings
    found = read_partnerships(settings.partnerships)
    if settings.partnership is None:
        raise PartnershipsUnreadable(f"LEDGER_PARTNERSHIP says which: {', '.join(found)}")
    if settings.partnership not in found:
        raise PartnershipsUnreadable(f"LEDGER_PARTNERSHIP: {settings.partnerships} has {', '.join(found)}")
    return found[settings.partnership]


def _read(path: Path, name: str, table: Any) -> Settings:
    if _NAME.fullmatch(name) is None or not isinstance(table, dict):
        raise PartnershipsUnreadable(f"{path}: each partnership is a table named for its host, in small letters")
    if taken := sorted(OF_THE_SERVICE & set(table)):
        raise PartnershipsUnreadable(f"{path}: {name}: {taken[0]} is a setting of the service, not of a partnership")
    if "database" not in table:
        raise PartnershipsUnreadable(f"{path}: {name}: database is needed")
    try:
        return Partnership(**_rooted(path.parent, table), hosts=name)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults)
        raise PartnershipsUnreadable(f"{path}: {name}: {told}") from error


def _rooted(folder: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with the names of files as seen from the file's own folder."""
    paths = {name for name, field in Settings.model_fields.items() if Path in getattr(field.annotation, "__args__", ())}
    rooted: dict[str, Any] = {
        name: folder / value for name, value in table.items() if name in paths and isinstance(value, str)
    }
    database = table["database"]
    if isinstance(database, str) and not is_server(database):
        rooted["database"] = str(folder / database)
    return dict(table) | rooted


def _shared(found: Mapping[str, Settings]) -> Iterator[str]:
    """What two partnerships would share."""
    seen: dict[tuple[str, object], str] = {}
    for name, settings in found.items():
        for setting in ("database", *UNSHARED):
            value = getattr(settings, setting)
            if value is None:
                continue
            own = value if setting == "database" and is_server(value) else Path(value).resolve()
            if (other := seen.setdefault((setting, own), name)) != name:
                yield f"{name} and {other} name the same {setting}: each has its own"
        for setting in ("log_key", "vault_key"):
            secret = getattr(settings, setting)
            own = None if secret is None else secret.get_secret_value().strip()
            if own is not None and (other := seen.setdefault((setting, own), name)) != name:
                yield f"{name} and {other} have the same {setting}: each has its own"
