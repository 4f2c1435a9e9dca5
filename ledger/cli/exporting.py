"""`ledger export`: an evidence bundle, checked by the ledger's own program before it is handed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.disclosing import log_all, purpose_of
from ledger.cli.erasing import remember_copy
from ledger.cli.evidence import sealed_now
from ledger.cli.exits import Code, Stop, told
from ledger.cli.history import named
from ledger.cli.opening import opened, place_of_tables, settings, url
from ledger.cli.options import Database, Json
from ledger.cli.output import entries_said, note, progress, say, write_json
from ledger.cli.witnessing import agreed_within, cosignatures_of

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.bundles.scope import Scope
    from ledger.bundles.writing import Wanted
    from ledger.evidence.witnessing import Cosignatures
    from ledger.log.note import Note
    from ledger.seals import Seal


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or a new file that ends in .zip.")],
    *,
    incident: Annotated[
        str | None, typer.Option("--incident", help="An incident and all that cites it.", show_default=False)
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", help="One record, such as action/ACT-2019-014.", show_default=False)
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="YEAR-OR-DAYS", help="2019-20, or 2019-04-01..2019-06-30: what was recorded then.", show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole ledger.")] = False,
    agency: Annotated[
        str | None,
        typer.Option(
            "--agency", metavar="CODE", help="Not the entries: that this agency recorded none on the incident or record.", show_default=False,
        ),
    ] = None,
    figures: Annotated[
        str | None, typer.Option("--figures", metavar="YEAR", help="With the annual report of a year.", show_default=False)
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="With the sealed words of these entries, and their salts.")] = False,
    purpose: Annotated[
        str | None,
        typer.Option("--purpose", help="With --words: what they are opened for; each opening is logged.", show_default=False),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait-for-witnesses", metavar="SECONDS", min=1, show_default=False,
            help="Ask the witnesses of the policy until they agree to what is exported; without it, what they last agreed to goes along.",
        ),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write what an outsider needs to check entries offline: the entries, proofs, checkpoint, words, figures, and the program that checks."""
    from ledger.bundles.scope import NotShown, chosen
    from ledger.bundles.writing import BundleDiffers, Wanted, write

    if sum(map(bool, (incident, record, period, everything))) != 1:
        raise Stop(Code.USAGE, "Give one of --incident, --record, --period and --all: what the bundle is of.")
    if agency is not None and not (incident or record):
        raise Stop(Code.USAGE, "--agency goes with --incident or --record.")
    if words != (purpose is not None):
        raise Stop(
            Code.USAGE, "--words and --purpose go together: what is opened is logged with what it is opened for."
        )
    meant = None if purpose is None else purpose_of(purpose)
    if out.exists():
        raise Stop(Code.USAGE, f"{out} exists already.")
    with told(), opened(database, make=True) as ledger:
        scope = _scope(ledger, incident or record, period, agency, cited=incident is not None)
        seal = _sealed(ledger)
        kept = cosignatures_of(ledger)
        if wait is not None:
            agreed_within(kept, ledger.head().position, wait)
        checkpoint, size = _checkpoint(kept)
        with progress("writing") as move:
            try:
                found = chosen(ledger, scope, seal, size, move)
                reports = {} if figures is None else {f"annual-{figures}": _report(database, ledger, figures, size)}
                if meant is not None:
                    log_all(database, ledger, found.positions, meant)
                    remember_copy(database, "bundle", out, size, found.positions)
                witnessed = _witnessed(kept, size)
                wanted = Wanted(found, checkpoint, seal, ledger.log_keys(), words, reports, witnessed)
                write(ledger, wanted, out, move)
            except NotShown as error:
                raise Stop(Code.NOT_FOUND, str(error)) from error
            except OSError as error:
                raise Stop(Code.USAGE, str(error)) from error
            except BundleDiffers as error:
                raise Stop(Code.UNVERIFIED, f"{error} `ledger verify` says more.") from error
    _tell(out, wanted, as_json=as_json)


def _sealed(ledger: Ledger) -> Seal | None:
    """What everything is sealed by; in a ledger that is read only, whose evidence is wanted all the more, what was sealed last."""
    from ledger.seals import last_seal

    if ledger.guard.read_only is None:
        return sealed_now(ledger)
    note(f"{ledger.guard.read_only} Nothing is sealed: what came after the last seal is shown without one.")
    return last_seal(ledger)


def _scope(ledger: Ledger, ref: str | None, period: str | None, agency: str | None, *, cited: bool) -> Scope:
    from ledger.bundles.scope import OfPeriod, OfRecord, Silence, Whole

    if ref is not None:
        name = named(ledger, f"incident/{ref}" if cited and "/" not in ref else ref, ledger.head().position)
        return OfRecord(name, cited) if agency is None else Silence(name, f"/agencies/{agency}")
    return Whole() if period is None else OfPeriod(*_days(period))


def _days(period: str) -> tuple[date, date]:
    from ledger.figures.period import NotAPeriod, Period

    first, dots, last = period.partition("..")
    try:
        if dots:
            return date.fromisoformat(first), date.fromisoformat(last)
        year = Period.year(period)
    except (ValueError, NotAPeriod) as error:
        raise Stop(Code.USAGE, "--period takes a year such as 2019-20, or two days: 2019-04-01..2019-06-30.") from error
    return year.first, year.last


def _checkpoint(kept: Cosignatures) -> tuple[Note, int]:
    """The last one, with what witnesses have cosigned of it."""
    from ledger.log.checkpoint import Checkpoint

    checkpoint = kept.latest()
    if checkpoint is None:
        raise Stop(Code.NOT_FOUND, "Nothing in this ledger was ever signed: there is nothing to show.")
    return checkpoint, Checkpoint.parse(checkpoint.text).size


def _witnessed(kept: Cosignatures, size: int) -> Note | None:
    """What was agreed last, where that is less than the bundle is shown under: its own checkpoint is a moment old."""
    agreed = kept.agreed_size()
    return kept.note(agreed) if 0 < agreed < size else None


def _report(database: str | None, ledger: Ledger, year: str, position: int) -> bytes:
    from ledger.figures.period import NotAPeriod, Period
    from ledger.figures.so_far import so_far
    from ledger.reports.kinds import document
    from ledger.reports.written import Format, written
    from ledger.wiring import parts_of

    with place_of_tables(url(settings(database))) as place:
        parts = parts_of(ledger, place)
        try:
            parts.projector.prepare()
            parts.projector.catch_up()
            as_of = so_far(ledger, Period.year(year), position)
            return written(document(ledger, parts.tables, "annual", year, position, as_of=as_of), Format.JSON)
        except NotAPeriod as error:
            raise Stop(Code.USAGE, str(error)) from error
        finally:
            parts.tables.close()


def _tell(out: Path, wanted: Wanted, *, as_json: bool) -> None:
    from ledger.log.checkpoint import Checkpoint

    entries = len(wanted.chosen.positions)
    witnessed = None if wanted.witnessed is None else Checkpoint.parse(wanted.witnessed.text).size
    if as_json:
        sealed = None if wanted.seal is None else wanted.seal.entry.position
        write_json(
            {
                "out": str(out),
                "scope": dict(wanted.chosen.stated),
                "entries": entries,
                "size": wanted.size,
                "seal": sealed,
                **({} if witnessed is None else {"witnessed": witnessed}),
            }
        )
        return
    say(f"{entries_said(entries)} in {out}, under the checkpoint of {wanted.size}.")
    if witnessed is not None:
        say(
            f"Witnesses agreed to the first {witnessed}: whoever checks adds --witness with each one's key, asked of the witness itself."
        )
    if not wanted.keys:
        say(f"Check it: python3 verify_ledger.py bundle {out} --key VKEY")
        return
    say(f"Check it: python3 verify_ledger.py bundle {out} --key {wanted.keys[0]}")
    note("Whoever checks should have the key from somebody else than this bundle.")
