"""Every command, and the one place where a command's end becomes an exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import typer

from ledger.cli import (
    api_keys,
    carrying,
    deciding,
    disclosing,
    enquiring,
    erasing,
    evidence,
    exporting,
    history,
    importing,
    keeping,
    keys,
    listing,
    lists,
    posting,
    publishing,
    reading,
    reference,
    reporting,
    running,
    signing_out,
    taking,
    vaulting,
    verifying,
    witnessing,
    writing,
)
from ledger.cli.exits import EPILOG, Stop
from ledger.cli.output import note

app = typer.Typer(
    name="ledger",
    help="A ledger of what safeguarding partners did when a child was harmed: events in, figures and histories out.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("demo", running.demo),
    ("serve", running.serve),
    ("post", posting.post),
    ("import", importing.import_),
    ("spreadsheet", taking.spreadsheet),
    ("entries", reading.entries),
    ("history", history.history),
    *((listed.name, listing.command(listed)) for listed in lists.LISTS),
    ("replay", deciding.replay),
    ("enquiries", enquiring.enquiries),
    ("words", disclosing.words),
    ("open", disclosing.open_),
    ("access-log", disclosing.access_log),
    ("publish", publishing.publish),
    ("figure", reporting.figure),
    ("figures", reference.figures),
    ("rules", reference.rules),
    ("schema", reference.schema),
    ("packs", reference.packs),
    ("rebuild", keeping.rebuild),
    ("export", exporting.export),
    ("verify", verifying.verify),
    ("seal-heads", evidence.seal_heads),
    ("receipt", evidence.receipt),
    ("checkpoint", evidence.checkpoint),
    ("witnesses", witnessing.witnesses),
    ("sign-out", signing_out.sign_out),
    ("make-key", keys.make_key),
    ("rotate-key", keys.rotate_key),
    ("retire-key", keys.retire_key),
    ("backup", keeping.backup),
    ("restore", keeping.restore),
    ("carry-back", carrying.carry_back),
    ("upgrade", vaulting.upgrade),
)
for name, command in COMMANDS:
    app.command(name, epilog=EPILOG)(command)
reporting.report.command("restatement", epilog=EPILOG)(publishing.restatement)
reporting.report.command("section", epilog=EPILOG)(writing.section)
reporting.report.command("standing", epilog=EPILOG)(writing.standing)
app.command("witness", epilog=EPILOG, context_settings={"ignore_unknown_options": True})(witnessing.witness)
app.add_typer(reporting.report, name="report")
app.add_typer(erasing.erase, name="erase")
app.add_typer(api_keys.key, name="key")
app.add_typer(vaulting.vault, name="vault")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments, those of the program."""
    try:
        app(args=arguments, prog_name="ledger")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except Stop as stop:
        note(str(stop))
        return int(stop.code)
    return 0
