"""What the demonstration shows people: refusals, figures beside the published ones, logs, and one decision replayed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.demo_recording import Answered
from ledger.cli import enquiring, listing, lists, publishing
from ledger.cli.deciding import read_aloud
from ledger.cli.output import say, show
from ledger.enquiries import enquiries
from ledger.figures.period import Period
from ledger.figures.so_far import so_far
from ledger.projections import ask
from ledger.projections.asking import Asking
from ledger.projections.replay import replay
from ledger.reports.comparison import Compared
from ledger.reports.editions import editions
from ledger.reports.kinds import document
from ledger.reports.public import copy_of, rule_called
from ledger.reports.restatement import restatement
from ledger.reports.spoken import number
from ledger.reports.standing import standing_of
from ledger.reports.written import Format, written
from ledger.wiring import Parts

COLUMNS = ("published as", "printed", "from the ledger", "figure", "")
REFERENCE = "docs/domain"
"""Where the sources cited can be read, from the checkout."""
MOST_FOUND = 4
"""Records told of each line of enquiry; `ledger enquiries` tells more."""
NARROW = {"figures": 18, "printed": 34, "worked out": 34}
"""Characters that leave the rest of the width to the reasons."""


def tell_refused(answers: Sequence[Answered]) -> None:
    """What was not recorded, and the rules that say why."""
    refused = [answer for answer in answers if answer.rules]
    rows = [(a.line, a.id, a.subject, rule["id"], rule["why"], rule["source"]) for a in refused for rule in a.rules]
    show(
        f"Refused, so that nothing of it stands: {len(refused)}",
        ("line", "event", "record", "rule", "why", "rule's source"),
        rows,
    )


def tell_surprises(answers: Sequence[Answered]) -> int:
    """Answers that are not what the example's file expects, and how many."""
    surprises = [answer for answer in answers if not answer.as_expected]
    if surprises:
        rows = [(answer.line, answer.id, answer.expected, answer.told) for answer in surprises]
        show("Not answered as expected", ("line", "event", "expected", "answered"), rows)
    return len(surprises)


def tell_compared(compared: Sequence[Compared], explanations: Mapping[str, Mapping[str, Any]], table: str) -> None:
    """The published numbers beside the ledger's: those that differ and why, then what must be known of those that agree.
    `table`: where every row stands.
    """
    reasons = {str(each["explanation"]): n for n, each in enumerate(explanations.values(), 1)}
    differ = [each for each in compared if not each.agrees]
    first = {reasons[each.explanation] for each in differ if each.explanation in reasons}
    say(
        f"The figures beside the published ones: {len(compared) - len(differ)} of {len(compared)} agree (each in {table})"
    )
    say()
    _tell_beside(f"Those that differ: {len(differ)}", differ, compared, reasons)
    _tell_reasons(f"Why they differ (reference.md stands in {REFERENCE})", explanations, first)
    _tell_reasons("What must be known of them, or must not be compared", explanations, {*reasons.values()} - first)


def _tell_beside(
    title: str, shown: Sequence[Compared], compared: Sequence[Compared], reasons: Mapping[str, int]
) -> None:
    captions = Counter(each.caption for each in compared)
    show(title, COLUMNS, [_beside(each, reasons, alone=captions[each.caption] == 1) for each in shown])


def _tell_reasons(title: str, explanations: Mapping[str, Mapping[str, Any]], numbers: Collection[int]) -> None:
    told = [
        (n, table["figures"], table["printed"], table["worked_out"], f"{table['explanation']} ({table['source']})")
        for n, table in enumerate(explanations.values(), 1)
        if n in numbers
    ]
    show(title, ("see", "figures", "printed", "worked out", "why"), told, narrow=NARROW)


def _beside(each: Compared, reasons: Mapping[str, int], *, alone: bool) -> tuple[str, ...]:
    """One row; `alone` where its caption says by itself what it is."""
    sign = f"see {reasons[each.explanation]}" if each.explanation in reasons else each.explanation
    caption = each.caption if alone else _caption(each)
    return caption, each.printed, number(each.computed), each.figure.partition(".")[0], sign


def _caption(each: Compared) -> str:
    said = each.dimension.replace(";", ", ").replace("=", ": ").replace("-", " ")
    return f"{each.caption} ({said})" if said else each.caption


def write_compared(compared: Sequence[Compared], path: Path) -> None:
    """The same comparison as a table for other programs."""
    rows = [each.wire() for each in compared]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_reports(parts: Parts, year: str, stem: Path) -> list[Path]:
    """The annual report in every format; where they stand."""
    position = parts.ledger.head().position
    as_of = so_far(parts.ledger, Period.year(year), position)
    made = document(parts.ledger, parts.tables, "annual", year, position, as_of=as_of)
    paths = []
    for format_ in Format:
        path = stem.with_name(f"{stem.name}.annual-report.{format_.ending}")
        path.write_bytes(written(made, format_))
        paths.append(path)
    return paths


def write_public(parts: Parts, year: str, stem: Path) -> None:
    """The annual report as anybody may read it."""
    position = parts.ledger.head().position
    made = copy_of(
        parts.ledger, parts.tables, "annual", year, position, rule=rule_called(parts.ledger, publishing.DEFAULT)
    )
    for format_ in (Format.HTML, Format.PDF):
        stem.with_name(f"{stem.name}.public.{format_.ending}").write_bytes(written(made, format_))


def tell_standing(parts: Parts, year: str) -> None:
    """How far the annual report has come on its way to the public."""
    position = parts.ledger.head().position
    rule = rule_called(parts.ledger, publishing.DEFAULT)
    found = standing_of(parts.ledger, parts.tables, "annual", year, position, rule=rule)
    rows = [(each.name, each.done, each.sentence) for each in found.steps]
    show(f"The annual report of {year}, from its first draft to the Panel", ("step", "state", "what is so"), rows)


def tell_work(parts: Parts, on: date) -> None:
    """The action log and the escalation tracker as they stand on a day."""
    asking = Asking(parts.ledger.head().position, on, parts.ledger.packs())
    listing.tell("Action log", lists.ACTIONS, ask.actions(parts.tables, asking))
    listing.tell("Escalation tracker", lists.ESCALATIONS, ask.escalations(parts.tables, asking))


def tell_enquiries(parts: Parts, on: date) -> None:
    """Where a scrutineer should look, by what the ledger holds of the time up to a day."""
    ledger = parts.ledger
    head = ledger.head().position
    asking = Asking(head, on, ledger.packs(), histories=lambda names: ledger.records(names, head))
    enquiring.tell(enquiries(parts.tables, asking), most=MOST_FOUND)


def tell_restated(parts: Parts, quarter: str) -> None:
    """What moved since a quarter's report was published, by what the ledger holds now: entry by entry."""
    ledger = parts.ledger
    published = editions(ledger, "quarterly", quarter)
    publishing.tell_restatement(restatement(ledger, parts.tables, published[1], ledger.head().position).wire())


def tell_decision(parts: Parts, incident: str) -> int:
    """The first decision whether to notify an incident, replayed without hindsight; its position."""
    decision = next(e for e in parts.ledger.record(incident) if e.kind.decides)
    say(f"One decision replayed without hindsight: {incident}, position {decision.position}")
    say()
    read_aloud(replay(parts.ledger, parts.tables, decision.position, parts.ledger.head().position))
    return decision.position
