"""One page for each line of enquiry, from the register of lines, the rules they cite and the packs as shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ledger.domain.clocks import CLOCKS
from ledger.domain.conventions import DriftRule
from ledger.domain.packs import RuleValue
from ledger.domain.register import RULES
from ledger.enquiries import ENQUIRIES
from ledger.enquiries.enquiry import Enquiry
from ledger.reference import reference
from ledger.regimes import load_shelf
from tests.pages.markdown import page, table

HEADINGS = ("rule", "number", "confidence", "source", "note")
_ID = re.compile(r"\b[A-Z]+[0-9]*(?:-[A-Z0-9]+)+\b")


def pages() -> Mapping[str, str]:
    """File name -> text: each line of enquiry, and the list of them."""
    return {"README.md": _index()} | {f"{line.id}.md": _page(line) for line in ENQUIRIES.values()}


def _index() -> str:
    rows = [(f"[{line.id}]({line.id}.md)", line.title, line.sentence) for line in ENQUIRIES.values()]
    return page(
        "# Lines of enquiry",
        "Where a scrutineer should look: each line is a question, and each answer gives its reason and the entries behind it. "
        "What is found is no verdict; there may be a good reason, and then it should be on the record. "
        "Where a line goes by a rule that the partnership had not adopted, such as how long without progress is drift, it says that it cannot tell.",
        table(("id", "title", "what it finds"), rows),
        "`ledger enquiries` and `GET /enquiries` give all of them, or by `id` some; `as_at` and `as_of` ask about another position or day.",
    )


def _page(line: Enquiry) -> str:
    module = line.finds.__module__.replace(".", "/")
    left_out = "In history that was entered afterwards, that something was recorded late or is not on record proves nothing, and is left out."
    return page(
        f"# {line.title}",
        line.sentence,
        *([left_out] if line.about_lateness else []),
        table(("", ""), [("id", line.id), ("source", line.source), ("worked out by", f"`{line.finds.__name__}` in `{module}.py`")]),
        *_rules(line),
        *_numbers(line),
        *_clocks(line),
        "## To see it",
        f"`ledger enquiries --where id={line.id}` or `GET /enquiries?id={line.id}`; add `as_at` and `as_of` for another position or day. "
        "[All lines of enquiry](README.md), and [the rules with their sources](../domain/reference.md).",
    )  # fmt: skip


def _rules(line: Enquiry) -> Iterator[str]:
    """What the rules say that the line cites: those of the reference, then those that only the rule book has."""
    rows = []
    for id_ in dict.fromkeys(_ID.findall(line.source)):
        if (rule := reference().get(id_)) is not None:
            rows.append((id_, rule.says, rule.source, rule.confidence.replace("-", " ")))
        else:
            rows += [(id_, own.sentence, own.source, "") for own in RULES.get(id_, ())]
    if rows:
        yield "## The rules behind it"
        yield table(("rule", "what it says", "source", "confidence"), rows)


def _numbers(line: Enquiry) -> Iterator[str]:
    if line.drift is None:
        return
    rows = []
    for pack in load_shelf():
        if isinstance(pack, DriftRule):
            number: RuleValue = getattr(pack, line.drift)
            rows.append((pack.reference, number.value, number.confidence, number.source, number.note))
    yield "## The number it goes by"
    yield f"Each partnership sets it in its own rule on drift (`{line.drift}`); the rule in force on the day asked about counts. The rules that come with the program say:"
    yield table(HEADINGS, rows)


def _clocks(line: Enquiry) -> Iterator[str]:
    if line.clocks:
        rows = [(f"[{name}](../clocks/{name}.md)", CLOCKS[name].rule, CLOCKS[name].sentence) for name in line.clocks]
        yield "## The clocks it reads"
        yield table(("clock", "rule", "what must hold"), rows)
