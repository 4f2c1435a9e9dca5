"""Settings, from the environment; secrets also from files."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.domain.ledger_opening import Origin


class Settings(BaseSettings):
    """Every setting, its name in the environment is LEDGER_ and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", extra="ignore", frozen=True)

    database: str = "var/ledger.sqlite"
    """A SQLite file's path, or postgresql://user@host/name."""
    database_password: SecretStr | None = None
    database_password_file: Path | None = None
    """A file holding the PostgreSQL password, as containers mount secrets."""
    log_key: SecretStr | None = None
    """The key that signs the log, as `ledger make-key` writes it; two, a line each, while one takes over from the other."""
    log_key_file: Path | None = None
    """A file holding it; on SQLite, without either, it is made beside the ledger when that is first written to."""
    log_mark: Path | None = None
    """A file that keeps, apart from the database, what was signed last; on SQLite with its own key, beside that."""
    vault_key: SecretStr | None = None
    """The key that locks sealed words, as `ledger vault make-key` writes it; two, a line each, while one takes over from the other."""
    vault_key_file: Path | None = None
    """A file holding it; on SQLite, without either, it is made beside the ledger when that is first written to."""
    erasures: Path | None = None
    """A file that keeps, apart from the database, what was erased; on SQLite with its own key, beside that."""
    origin: Origin | None = None
    """The name of the log, for a key that is made beside the ledger; any other key must bear it where it is given."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    witness_policy: Path | None = None
    """A C2SP tlog-policy file: the witnesses, where they are reached, and how many of them make a checkpoint agreed."""
    witness_every: float = Field(default=60, ge=1, le=86_400)
    """Seconds between two questions to a witness."""
    audit_share: int = Field(default=5, ge=1, le=100)
    """Percent of the time that the self-audit works."""
    identity: Literal["development", "required"] = "development"
    """Whether whoever calls must prove who they are. In development nobody is asked, and the service serves this machine only."""
    requests_per_minute: int = Field(default=6_000, ge=0)
    """How often one key, token or person may ask where identity is required, and one address four times as often; 0: as often as they like."""
    oidc_issuer: str | None = None
    """An OpenID Connect provider's address, https://…, whose tokens are accepted beside API keys."""
    oidc_audience: str | None = None
    """Whom its tokens must be meant for: this service's own name there."""
    oidc_role_claim: str = "ledger_role"
    oidc_agency_claim: str = "ledger_agency"
    oidc_client: str | None = None
    """This service's name at the provider where people sign in to the pages."""
    oidc_client_secret: SecretStr | None = None
    oidc_client_secret_file: Path | None = None
    """A file holding the secret that goes with it, if the provider gave one."""
    address: str | None = None
    """Where people reach the pages, https://ledger.example.org: the provider sends them back there."""
    api_key: SecretStr | None = None
    """What `ledger post --to` shows the service it posts to."""
    partnerships: Path | None = None
    """A TOML file of the partnerships that one service hosts, each with settings of its own (docs/operations.md)."""
    partnership: str | None = None
    """Which of them a command is about."""
    hosts: str = ""
    """Names the service answers to besides localhost, divided by commas: what stands before the port in its address."""
    packs: Path | None = None
    """A folder of further rule packs."""
    brand: Path | None = None
    """A TOML file that says how reports look: name, logo, colours."""
    front_door: str = "Use your local front-door number; if a child is in immediate danger call 999."
    """Shown wherever an incident is entered: the ledger is not a referral route."""
    out_of_hours: str = ""
    """The same for nights, weekends and bank holidays: the number of the emergency duty team."""

    @property
    def database_url(self) -> str:
        """Where the ledger is, with the password put in."""
        password = self.database_password.get_secret_value() if self.database_password else None
        if self.database_password_file is not None:
            password = self.database_password_file.read_text().strip()
        if password is None or not is_server(self.database):
            return self.database
        parts = urlsplit(self.database)
        user, _, address = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{quote(password, safe='')}@{address}"))

    @property
    def client_secret(self) -> SecretStr | None:
        """What this service shows the identity provider, if anything."""
        if self.oidc_client_secret_file is not None:
            return SecretStr(self.oidc_client_secret_file.read_text().strip())
        return self.oidc_client_secret

    @property
    def names(self) -> frozenset[str]:
        """What the service answers to besides localhost."""
        told = {name.strip().lower() for name in self.hosts.split(",")}
        own = urlsplit(self.address).hostname if self.address else None
        return frozenset((told | {own or ""}) - {""})


def is_server(database: str) -> bool:
    """Whether a database is PostgreSQL's; otherwise it is the path of a SQLite file."""
    return database.startswith(("postgresql://", "postgres://"))


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def why_not_serve(settings: Settings, host: str) -> str | None:
    """Why the service does not start so; None where it does."""
    required = settings.identity == "required"
    if (settings.oidc_issuer is None) != (settings.oidc_audience is None):
        return "LEDGER_OIDC_ISSUER and LEDGER_OIDC_AUDIENCE are given together: a token names both."
    if settings.oidc_issuer is not None and not required:
        return "LEDGER_OIDC_ISSUER is given, but LEDGER_IDENTITY is not required: nobody would be asked for a token."
    if settings.oidc_issuer is not None and (why := why_not_trust(settings.oidc_issuer)):
        return why
    if settings.address is not None and (why := why_not_reach(settings, settings.address)):
        return why
    if settings.oidc_client is not None and (settings.oidc_issuer is None or settings.address is None):
        return "LEDGER_OIDC_CLIENT is given with LEDGER_OIDC_ISSUER, whose client it is, and LEDGER_ADDRESS, where people come back to."
    if required or is_loopback(host):
        return None
    return (
        f"LEDGER_HOST is {host}, which other machines can reach, and nobody is asked who they are: whoever reaches it could read "
        "and post everything. LEDGER_IDENTITY=required asks for keys or tokens; without it the service serves 127.0.0.1, ::1 "
        "or localhost only."
    )


def why_not_trust(issuer: str) -> str | None:
    """Why an identity provider at this address is not asked; None where it is. Keys fetched without TLS are anybody's."""
    return None if _is_private(issuer) else "LEDGER_OIDC_ISSUER is an https:// address."


def why_not_reach(settings: Settings, address: str) -> str | None:
    """Why people do not reach the pages at this address; None where they do. A cookie sent without TLS is anybody's."""
    if settings.identity != "required" and not is_loopback(urlsplit(address).hostname or ""):
        return "LEDGER_ADDRESS is given, but LEDGER_IDENTITY is not required: whoever reaches the pages could choose who to be."
    if _is_private(address) and address == "{0.scheme}://{0.netloc}".format(urlsplit(address)) and "@" not in address:
        return None
    return "LEDGER_ADDRESS is an https:// address without a path, such as https://ledger.example.org."


def _is_private(address: str) -> bool:
    """Whether nobody on the way reads what is sent there: TLS, or this machine."""
    parts = urlsplit(address)
    local = parts.hostname is not None and is_loopback(parts.hostname)
    return parts.hostname is not None and (parts.scheme == "https" or (parts.scheme == "http" and local))
