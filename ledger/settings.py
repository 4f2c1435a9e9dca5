"""Settings, from the environment; secrets also from files."""

from __future__ import annotations

import ipaddress
from pathlib import Path
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
    packs: Path | None = None
    """A folder of further rule packs."""
    front_door: str = "Use your local front-door number; if a child is in immediate danger call 999."
    """Shown wherever an incident is entered: the ledger is not a referral route."""

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


def is_server(database: str) -> bool:
    """Whether a database is PostgreSQL's; otherwise it is the path of a SQLite file."""
    return database.startswith(("postgresql://", "postgres://"))


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def why_not_listen(host: str) -> str | None:
    """Why the service does not listen at an address; None where it does."""
    if is_loopback(host):
        return None
    return (
        f"LEDGER_HOST is {host}, which other machines can reach. This version knows no sign-in: whoever reaches it "
        "may read and post everything. It therefore serves 127.0.0.1, ::1 or localhost only."
    )
