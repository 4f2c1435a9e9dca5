"""How a command ends: exit codes that mean something, and which error means which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Code(IntEnum):
    """Exit codes, the same for every command."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    DATABASE = 4
    UNVERIFIED = 5


MEANINGS = {
    Code.FINE: "fine",
    Code.REFUSED: "refused by the rules, or differences found",
    Code.USAGE: "bad usage, or input that is malformed",
    Code.NOT_FOUND: "what was asked for is not there",
    Code.DATABASE: "the database or service cannot be reached, is locked, or is of another version",
    Code.UNVERIFIED: "a verification failed: a copy, a pack or an entry is not what it should be",
}
EPILOG = "Exit codes: " + "; ".join(f"{int(code)} {meaning}" for code, meaning in MEANINGS.items()) + "."


class Stop(Exception):
    """The command cannot go on: a code, and a sentence for whoever asked."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def told() -> Iterator[None]:
    """Turn the errors that a ledger in trouble raises into Stop; whatever else is raised is a defect and keeps its traceback."""
    from eventsourcing.persistence import InterfaceError, OperationalError, PersistenceError, ProgrammingError
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from ledger.domain.adoption import PacksRefused
    from ledger.entry import UnknownType
    from ledger.evidence.erasures import ErasuresUnusable
    from ledger.evidence.high_water import MarkUnusable, ReadOnly
    from ledger.evidence.signing import KeyUnusable
    from ledger.projections.as_at import NotAPlaceInTime, NotYet
    from ledger.projections.folding import ProjectorStopped
    from ledger.recorders.contract import UnknownSchemaError
    from ledger.recorders.copying import CopyDiffersError
    from ledger.regimes import PackUnreadable
    from ledger.vault import VaultBroken, VaultKeyUnusable
    from ledger.wiring import PolicyUnusable

    try:
        yield
    except VaultBroken as error:
        raise Stop(Code.UNVERIFIED, str(error)) from error
    except (
        NotAPlaceInTime,
        PackUnreadable,
        KeyUnusable,
        VaultKeyUnusable,
        MarkUnusable,
        ErasuresUnusable,
        PolicyUnusable,
    ) as error:
        raise Stop(Code.USAGE, str(error)) from error
    except NotYet as error:
        raise Stop(Code.NOT_FOUND, str(error)) from error
    except (CopyDiffersError, ReadOnly) as error:
        raise Stop(Code.UNVERIFIED, str(error)) from error
    except PacksRefused as error:
        hint = "LEDGER_PACKS names the folder of packs that are not shipped with the program."
        raise Stop(Code.UNVERIFIED, f"{error}\n{hint}") from error
    except ValidationError as error:  # what is posted is checked elsewhere; this came out of the database
        what = f"An entry cannot be read back: its stored bytes are not those of a {error.title}."
        raise Stop(Code.UNVERIFIED, what) from error
    except (UnknownSchemaError, UnknownType, ProjectorStopped) as error:
        raise Stop(Code.DATABASE, str(error)) from error
    except (OperationalError, InterfaceError, DBAPIError) as error:
        raise Stop(Code.DATABASE, f"The database cannot be used: {_first_line(error)}") from error
    except ProgrammingError as error:
        raise Stop(Code.USAGE, str(error)) from error
    except PersistenceError as error:
        raise Stop(Code.DATABASE, f"The database refuses: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """Without the driver's statement and parameters, which may hold what nobody should read in a terminal's history."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
