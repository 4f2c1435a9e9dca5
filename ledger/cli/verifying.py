"""`ledger verify`: everything that is stored, worked out again from the bytes of the entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import is_server, opened, require_present, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import entries_said, note, progress, say, write_json

if TYPE_CHECKING:
    from ledger.evidence.verification import Break, Mark
    from ledger.log.keys import VerifierKey
    from ledger.recorders.contract import LedgerRecorder
    from ledger.settings import Settings
    from ledger.vault import Vault

MOST = 20
"""Things told; the first is the one to look at."""
KEEP_EVERY = 10_000
"""Entries between two notes of how far it has come."""


def verify(
    *,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="VKEY", help="A public key of the log, from somebody you trust; may be repeated.", show_default="that of the settings"),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Note there how far it has come, and go on from there next time.", show_default=False),
    ] = None,
    older: Annotated[
        list[Path] | None,
        typer.Option("--older", metavar="FILE", help="A receipt or checkpoint kept from earlier, which must still hold; may be repeated.", show_default=False),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The bytes against the tree alone.")] = False,
    every_seal: Annotated[bool, typer.Option("--every-seal", help="All that was ever sealed, not what was sealed last.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Work everything out again from the stored bytes: tree, checkpoints, columns, versions, words, seals, tables; names the first wrong entry."""
    from ledger.recorders import open_recorder

    where = url(settings(database))
    require_present(where)
    with told(), closing(open_recorder(where, read_only=True)) as stored:
        keys = trusted_keys(key, where, database)
        from_here = _mark(resume)
        vault = vault_given(settings(database), where)
        found = _walked(stored, keys, vault, from_here, resume, quick=quick)
        upto = stored.head().position
        looked = {"entries": f"{from_here.position + 1} to {upto}" if upto > from_here.position else "none"}
        looked["words"] = "not opened" if vault is None or quick else "held against their commitments"
        if not found:
            kept = [*(older or ()), *marked(where, database)]
            found += [wrong for file in kept for wrong in _against(stored, file, keys)]
        if not found and not quick:
            found += _sealed(stored, upto, every=every_seal)
            looked["tables"] = _tables(where, database, found)
    _tell(found, looked, from_here, keys, as_json=as_json, quick=quick)
    if found:
        raise typer.Exit(Code.UNVERIFIED)


def trusted_keys(given: list[str] | None, where: str, database: str | None) -> tuple[VerifierKey, ...]:
    """Those given, or else those of the settings; empty where there are none. Stop where one is none."""
    from ledger.evidence.signing import KeyUnusable
    from ledger.log.keys import VerifierKey
    from ledger.log.verdict import Unproved
    from ledger.wiring import key_beside, signing_of

    try:
        if given:
            return tuple(map(VerifierKey.parse, given))
        chosen = settings(database)
        if chosen.log_key or chosen.log_key_file or (not is_server(where) and key_beside(where).path.is_file()):
            return signing_of(chosen, where).verifiers
    except (Unproved, KeyUnusable) as error:
        raise Stop(Code.USAGE, str(error)) from error
    return ()


def marked(where: str, database: str | None) -> list[Path]:
    """Where the checkpoint signed last is kept apart from the ledger, if it is."""
    from ledger.wiring import mark_of

    mark = mark_of(settings(database), where)
    return [mark.path] if mark is not None and mark.path.is_file() else []


def vault_given(chosen: Settings, where: str) -> Vault | None:
    """The vault, where its key is given or lies beside the ledger: whoever verifies need not be who may read words."""
    from ledger.wiring import vault_key_beside, vault_of

    if chosen.vault_key or chosen.vault_key_file or (not is_server(where) and vault_key_beside(where).path.is_file()):
        return vault_of(chosen, where)
    return None


def _walked(
    stored: LedgerRecorder,
    keys: tuple[VerifierKey, ...],
    vault: Vault | None,
    mark: Mark,
    resume: Path | None,
    *,
    quick: bool,
) -> list[Break]:
    from ledger.evidence.verification import Break, Part, Walk

    upto = stored.head().position
    if mark.position > upto:
        return [
            Break(0, Part.HEAD, f"{mark.position} entries were verified before, and {upto} are here: the end is gone")
        ]
    walk = Walk(stored, keys, vault=vault, thorough=not quick, mark=mark)
    found: list[Break] = []
    noted = mark.position
    with progress("verifying") as move:
        while walk.mark.position < upto and len(found) < MOST:
            found += walk.page(upto)
            move(walk.mark.position, upto)
            if resume is not None and not found and walk.mark.position - noted >= KEEP_EVERY:
                noted = _keep(resume, walk.mark)
    if len(found) < MOST:
        found += walk.at_the_head()
    if resume is not None and not found:
        _keep(resume, walk.mark)
    return found[:MOST]


def _against(stored: LedgerRecorder, file: Path, keys: tuple[VerifierKey, ...]) -> Iterator[Break]:
    """Whether an intact ledger is still the one that an older receipt or checkpoint speaks of."""
    from ledger.cli.files import octets_of
    from ledger.evidence.verification import Break, Part
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.nodes import Nodes, root_at
    from ledger.log.note import Note
    from ledger.log.receipt import VERSION, Receipt
    from ledger.log.verdict import Unproved

    raw = octets_of(str(file))
    try:
        note = Receipt.parse(raw).checkpoint if raw.startswith(VERSION.encode()) else Note.parse(raw)
        signers, kept = note.signers(keys), Checkpoint.parse(note.text)
    except Unproved as error:
        raise Stop(Code.USAGE, f"{file}: {error}.") from error
    upto = stored.head().position  # asked after the file was read: others may record meanwhile
    if keys and not signers:
        yield Break(0, Part.CHECKPOINT, f"{file} is signed by no key of this log", certain=False)
    elif kept.size > upto:
        yield Break(0, Part.HEAD, f"{file} is of {kept.size} entries, and {upto} are here: the end is gone")
    elif root_at(Nodes(kept.size, stored.nodes).hash_at, kept.size) != kept.root:
        yield Break(0, Part.TREE, f"{file} was signed over other entries: the first {kept.size} were rewritten since")


def _sealed(stored: LedgerRecorder, upto: int, *, every: bool) -> list[Break]:
    from ledger.evidence.seal_checks import faults_of_seals

    with progress("what was sealed") as move:
        return faults_of_seals(stored, upto, move, every=every)


def _tables(where: str, database: str | None, found: list[Break]) -> str:
    """What was looked at, in words; what is wrong is added to what was found."""
    from ledger.evidence.verification import Break, Part
    from ledger.projections.comparing import differences
    from ledger.projections.home import tables_file
    from ledger.projections.tables import NoTables, Tables
    from ledger.recorders.sqlite_reading import can_write
    from ledger.wiring import EntriesOf

    if not is_server(where):
        if not tables_file(Path(where)).exists():
            return "none are built"
        if not can_write(tables_file(Path(where))):
            return "not looked at: they may not be opened here"
    with opened(database) as ledger, closing(Tables.open(where)) as tables, progress("folding anew") as move:
        try:
            wrong = list(differences(EntriesOf(ledger), tables, move))
        except NoTables:
            return "none are built"
        found += [Break(0, Part.HEAD, what) for what in wrong]
        return f"as they stand at position {tables.position()}"


def _mark(resume: Path | None) -> Mark:
    """How far an earlier run came; Stop where the file holds something else."""
    from ledger.evidence.verification import Mark
    from ledger.log.tree import Frontier

    if resume is None or not resume.exists():
        return Mark()
    try:
        kept = json.loads(resume.read_bytes())
        frontier = Frontier.from_bytes(bytes.fromhex(kept["frontier"]))
        return Mark(frontier, str(kept["recordedtime"]), int(kept["signed"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(Code.USAGE, f"{resume} does not say how far a verification came.") from error


def _keep(resume: Path, mark: Mark) -> int:
    kept = {
        "position": mark.position, "root": mark.frontier.root().hex(), "frontier": mark.frontier.to_bytes().hex(),
        "recordedtime": mark.recordedtime, "signed": mark.signed,
    }  # fmt: skip
    try:
        resume.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    except OSError as error:
        raise Stop(Code.USAGE, f"{resume}: {error.strerror}") from error
    return mark.position


def _tell(
    found: list[Break], looked: dict[str, str], mark: Mark, keys: tuple[VerifierKey, ...], *, as_json: bool, quick: bool
) -> None:
    wrong = [each for each in found if each.certain]
    if as_json:
        breaks = [{"position": b.position, "part": str(b.part), "what": b.what, "certain": b.certain} for b in found]
        verdict = "false" if wrong else "cannot tell" if found else "true"
        document: dict[str, Any] = {"verdict": verdict, "breaks": breaks, "verified_before": mark.position, **looked}
        write_json(document | {"keys": [str(key) for key in keys], "quick": quick})
        return
    for each in found:
        note(f"{'wrong' if each.certain else 'cannot tell'}: {each}")
    if found:
        say(
            "What is stored is not what was recorded."
            if wrong
            else "Nothing wrong was found, and something is not known."
        )
        return
    say(f"Everything stored is what was recorded: entries {looked['entries']}.")
    if mark.position:
        say(f"{entries_said(mark.position)} before were verified by an earlier run and were not read again.")
    say("Only their bytes, against the tree." if quick else f"Tables: {looked['tables']}.")
    if looked["words"] == "not opened" and not quick:
        say(
            "The key of the vault is not here, so that no words were opened; where the entries seal them, they are kept."
        )
    if not keys:
        say("No key of the log is known here, so that no signature was checked: --key gives one.")
    say(
        "A ledger rewritten whole by somebody who has its key shows only against an older receipt or checkpoint, or a witness."
    )
