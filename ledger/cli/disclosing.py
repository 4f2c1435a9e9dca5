"""`ledger words`, `ledger open` and `ledger access-log`: what was sealed of an entry, and who opened it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.exits import Code, Stop, told
from ledger.cli.opening import day_of, opened, opened_parts, require_present, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import note, progress, say, show, write_json

if TYPE_CHECKING:
    from ledger.access.deciding import Prepared
    from ledger.access.openings import AccessLog, End, Opening, Purpose, Sought
    from ledger.access.words import Disclosed
    from ledger.application import Ledger
    from ledger.domain.history import Entry

Position = Annotated[int, typer.Argument(metavar="POSITION", min=1, help="Of an entry; `ledger entries` lists them.")]
COLUMNS = ("number", "opened", "subject", "role", "agency", "purpose", "regarding", "record", "position")


def words(position: Position, *, database: Database = None, as_json: Json = False) -> None:
    """The ordinary words of an entry, each with its salt and the commitment that the entry holds in its place."""
    from ledger.access.words import words_of

    with told(), opened(database) as ledger:
        found = words_of(ledger, _entry(ledger, position))
    if as_json:
        told_words = [each.told() for each in found.ordinary]
        closed, gone = [each.path for each in found.logged], dict(found.erased)
        write_json({"position": position, "words": told_words, "closed": closed, "erased": gone})
        return
    _say(found.ordinary)
    for path, certificate in found.erased.items():
        note(f"The words of {path} were erased; entry {certificate} certifies it.")
    if found.logged:
        note(
            f"Each opening of {', '.join(each.path for each in found.logged)} is logged: ledger open {position} --purpose …"
        )


def open_(
    position: Position,
    *,
    purpose: Annotated[str, typer.Option("--purpose", help="A code, such as scrutiny; another one shows the list.")],
    regarding: Annotated[
        str | None,
        typer.Option("--regarding", metavar="RECORD/REF", help="The record it is opened for.", show_default=False),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Open the words of an entry whose every opening is logged; the row stands in the access log before they are shown."""
    from ledger.access.words import words_of

    meant = purpose_of(purpose)
    with told(), opened(database) as ledger, _log(database) as log:
        entry = _entry(ledger, position)
        if regarding is not None and not ledger.record(regarding):
            raise Stop(Code.NOT_FOUND, "--regarding names no record of this ledger.")
        found = words_of(ledger, entry).logged
        if not found:
            raise Stop(
                Code.NOT_FOUND,
                f"Entry {position} has no words whose opening is logged, or none any more; `ledger words` has the others, and what was erased.",
            )
        opening = _logged(log, ledger, entry, found, purpose=meant, regarding=regarding)
    if as_json:
        write_json({"opening": opening.number, "position": position, "words": [each.told() for each in found]})
        return
    _say(found)
    note(f"This is opening {opening.number} of the access log.")


def purpose_of(text: str) -> Purpose:
    """The purpose a code names; Stop with the list of them where it names none."""
    from ledger.access.openings import Purpose

    if text not in set(Purpose):
        raise Stop(Code.USAGE, f"There is no purpose of that name; there are {', '.join(Purpose)}.")
    return Purpose(text)


def log_all(database: str | None, ledger: Ledger, positions: Sequence[int], purpose: Purpose) -> None:
    """A row of the access log for each of these entries that holds † words, before they are shown to anybody."""
    from ledger.access.words import words_of

    with _log(database) as log, progress("logging what is opened") as move:
        for number, position in enumerate(positions, 1):
            entry = ledger.entry_at(position)
            if found := words_of(ledger, entry).logged:
                _logged(log, ledger, entry, found, purpose=purpose)
            move(number, len(positions))


def _logged(
    log: AccessLog,
    ledger: Ledger,
    entry: Entry,
    found: Sequence[Disclosed],
    *,
    purpose: Purpose,
    regarding: str | None = None,
) -> Opening:
    from ledger.access.openings import Act, Opener

    paths = tuple(each.path for each in found)
    act = Act(entry.originator_id, entry.position, paths, purpose, ledger.head().position, regarding)
    return log.add(Opener(f"terminal:{os.getuid()}"), act)


def access_log(
    *,
    record: Annotated[str | None, typer.Option("--record", metavar="RECORD/REF", help="Only of this record.", show_default=False)] = None,
    entry: Annotated[int | None, typer.Option("--entry", help="Only of the entry at this position.", show_default=False)] = None,
    principal: Annotated[str | None, typer.Option("--principal", metavar="SUBJECT", help="Only what this speaker opened.", show_default=False)] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="DAY", help="No opening before this day.", show_default=False)] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DAY", help="No opening after this day.", show_default=False)] = None,
    before: Annotated[int | None, typer.Option("--before", metavar="POSITION", help="Only what was opened before the ledger reached it.", show_default=False)] = None,
    decision: Annotated[int | None, typer.Option("--decision", metavar="POSITION", help="What whoever decided had opened before.", show_default=False)] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Work every hash of the log out again instead.")] = False,
    kept: Annotated[str | None, typer.Option("--kept", metavar="NUMBER:HASH", help="With --verify: a row that was kept must still stand.", show_default=False)] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Who opened which words and for what. It holds no words itself."""
    from ledger.access.openings import Sought, span

    if kept is not None and not verify:
        raise Stop(Code.USAGE, "--kept goes with --verify.")
    if verify:
        _verify(database, kept, as_json=as_json)
        return
    since, until = span(day_of(from_, "--from"), day_of(to, "--to"))
    sought = Sought(None if record is None else frozenset({record}), entry, principal, None, since, until, before)
    _list(database, sought, decision, as_json=as_json)


def _list(database: str | None, sought: Sought, decision: int | None, *, as_json: bool) -> None:
    with told(), _log(database) as log:
        of = None if decision is None else _prepared(database, log, decision)
        found = [each._asdict() for each in log.sought(sought if of is None else of.narrowed(sought))]
    if as_json:
        write_json({"openings": found} | ({} if of is None else {"decision": of.told()}))
        return
    show("Openings", COLUMNS, [[row[name] for name in COLUMNS] for row in found], numbers=("number", "position"))
    if of is not None:
        deciders = [(agency, list(own) or "nothing") for agency, own in of.deciders.items()]
        show(f"Opened before the decision at {of.position}", ("agency", "rows"), deciders)


def _prepared(database: str | None, log: AccessLog, position: int) -> Prepared:
    from ledger.access.deciding import prepared
    from ledger.projections.replay import NotADecision

    with opened_parts(database) as parts:
        try:
            return prepared(parts.ledger, parts.tables, log, position)
        except NotADecision as none:
            raise Stop(Code.NOT_FOUND, f"{none} `ledger decisions` lists them.") from none


def _verify(database: str | None, kept: str | None, *, as_json: bool) -> None:
    from ledger.access.openings import Altered

    with told(), _log(database) as log:
        try:
            end = log.verify(None if kept is None else _kept(kept))
        except Altered as altered:
            raise Stop(Code.UNVERIFIED, str(altered)) from altered
    if as_json:
        write_json(end._asdict())
        return
    say(f"Every row follows the one before it; the last is number {end.number}.")
    say(
        f"Keep {end.number}:{end.hash} elsewhere, and give it to --kept next time: a log that was cut off shows nothing by itself."
    )


def _kept(text: str) -> End:
    from ledger.access.openings import End

    number, _, hash_ = text.partition(":")
    if not (number.isascii() and number.isdecimal() and hash_):
        raise Stop(Code.USAGE, "--kept takes a row's number and hash, with a colon between.")
    return End(int(number), hash_)


@contextmanager
def _log(database: str | None) -> Iterator[AccessLog]:
    from contextlib import closing

    from ledger.access.openings import AccessLog
    from ledger.clock import SystemClock

    where = url(settings(database))
    require_present(where)
    try:
        log = AccessLog.open(where, SystemClock())
    except OSError as error:
        raise Stop(Code.DATABASE, f"The access log cannot be used: {error.strerror}.") from error
    with closing(log):
        yield log


def _entry(ledger: Ledger, position: int) -> Entry:
    end = ledger.head().position
    if position > end:
        raise Stop(Code.NOT_FOUND, f"The ledger ends at position {end}.")
    return ledger.entry_at(position)


def _say(disclosed: tuple[Disclosed, ...]) -> None:
    columns: Any = ("place", "text", "salt", "commitment")
    show("Words", columns, [list(each.told().values()) for each in disclosed], apart=True)
