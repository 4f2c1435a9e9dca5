#!/usr/bin/env python3
"""Start the safeguarding-activity ledger from a fresh checkout; needs Python 3.11 or newer and nothing else.

  python3 run.py demo            record two example years and show their figures and reports
  python3 run.py serve           start the service on its embedded database, var/ledger.sqlite
  python3 run.py test            run every test, on SQLite and on a PostgreSQL that the tests bring themselves
  python3 run.py test --long     the same, with the slow register in full; other pytest options may follow
  python3 run.py bench --quick   measure it on both engines against other ways of doing the same; without --quick in full
  python3 run.py WORD ...        any other word is a command of the ledger; "python3 run.py commands" lists them

The first run makes .venv in this folder from the exact packages that requirements.lock names by hash. Nothing is
installed anywhere else. Where a folder wheels/ stands beside this file, packages come from there and not from a network.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent
OLDEST = (3, 11)
SETTINGS_THAT_MISDIRECT = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
PIP_SETTINGS_THAT_MISDIRECT = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_CONSTRAINT", "PIP_DRY_RUN"}


def require_python() -> None:
    """Stop with one plain sentence on a Python that is too old; from 3.6 on, an old one can read this file."""
    if sys.version_info >= OLDEST:
        return
    newer = [name for name in (f"python3.{minor}" for minor in range(20, 10, -1)) if shutil.which(name)]
    hint = f" Try: {newer[0]} run.py" if newer else ""
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]} at {sys.executable}.{hint}")


def environment(folder: Path, lock: Path) -> Path:
    """The Python of `folder`, a virtual environment holding exactly the packages of `lock`; made or renewed if needed."""
    python, stamp = folder / "bin" / "python", folder / "made-from"
    wanted = fingerprint(lock)

    def ready() -> bool:
        return python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted

    if not ready():
        with folder.with_name(f"{folder.name}.lock").open("w", encoding="utf-8") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # of two first runs at once, the second waits and finds the work done
            if not ready():
                make(folder, lock)
                stamp.write_text(wanted, encoding="utf-8")
    return python


def fingerprint(lock: Path) -> str:
    """Changes when the packages, the interpreter or the place of the checkout do."""
    parts = (lock.read_bytes(), sys.version.encode(), os.fsencode(sys.base_prefix), os.fsencode(CHECKOUT))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make(folder: Path, lock: Path) -> None:
    """Build the virtual environment afresh; Debian leaves ensurepip out, so pip runs from inside its own wheel."""
    import venv

    pip = vendored_pip()
    print(f"First run: installing the packages of {lock.name} into {folder} ...", file=sys.stderr, flush=True)
    venv.EnvBuilder(with_pip=False, clear=True, symlinks=True).create(folder)
    wheels = CHECKOUT / "wheels"
    source = ["--no-index", "--find-links", str(wheels)] if wheels.is_dir() else []
    install = ["install", "-qq", "--no-cache-dir", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    keep = {name: value for name, value in os.environ.items() if name not in PIP_SETTINGS_THAT_MISDIRECT}
    settings = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    command = [str(folder / "bin" / "python"), str(pip / "pip"), *install, *source, "-r", str(lock)]
    if subprocess.run(command, check=False, env={**without_misdirection(keep), **settings}).returncode:
        sys.exit("The packages could not be installed; the lines above say why. Nothing else was changed.")
    site = next((folder / "lib").glob("python3*/site-packages"))
    (site / "checkout.pth").write_text(f"{CHECKOUT}\n", encoding="utf-8")


def vendored_pip() -> Path:
    """The wheel of pip kept in bootstrap/, once its digest is the recorded one."""
    digest, name = (CHECKOUT / "bootstrap" / "pip.sha256").read_text(encoding="utf-8").split()
    wheel = CHECKOUT / "bootstrap" / name
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
        sys.exit(f"{wheel} is damaged: fetch this checkout again.")
    return wheel


def without_misdirection(settings: "dict[str, str]") -> "dict[str, str]":
    """The settings without those that would make Python look for packages elsewhere."""
    return {name: value for name, value in settings.items() if name not in SETTINGS_THAT_MISDIRECT}


def main() -> None:
    """Make the environment, then become the command asked for."""
    word, *rest = sys.argv[1:] or ["--help"]
    if word in {"-h", "--help", "help"}:
        print(__doc__)
        return
    require_python()
    python = environment(CHECKOUT / ".venv", CHECKOUT / "requirements.lock")
    if word == "test":
        os.chdir(CHECKOUT)
        spread = [] if "-n" in rest else ["-n", "auto", "--dist", "worksteal"]
        command = ["-m", "pytest", *spread, *rest]
    elif word == "bench":
        command = ["-P", "-m", "benchmarks", *rest]
    else:  # -P: a folder of the caller's that is named like one of ours is not imported
        command = ["-P", "-m", "ledger.cli", *({"commands": ["--help"]}.get(word, [word])), *rest]
    os.execve(python, [str(python), *command], without_misdirection(dict(os.environ)))


def start() -> None:
    """As `main`, with one plain sentence where this user may not use what another made, or may not write here."""
    try:
        main()
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        sys.exit(
            f"{error.filename or CHECKOUT}: {error.strerror}. The folder .venv belongs to whoever started this first: "
            "start it as that user, or from a checkout of your own."
        )


if __name__ == "__main__":
    start()
