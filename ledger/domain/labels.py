"""How a field and a code are called in plain words: in schemas, in documentation and on the forms made from the register."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

LABELS: Mapping[str, str] = {
    "agencies_involved": "Which agencies were involved?",
    "approved_by": "Which group approved it?",
    "as_at": "As at which position of the ledger",
    "attended": "Who came",
    "because": "Why (a code)",
    "by": "By whom",
    "by_agency": "By which agency",
    "by_group": "By which group",
    "by_role": "By which role",
    "care_leaver": "Is or was any of them a care leaver?",
    "changes": "What is right instead",
    "children": "Children, by their references",
    "citation": "Page or section of the document it is taken from",
    "copied_to_childs_file": "Was it copied to the child's file?",
    "due_on": "When is it due?",
    "features": "What was part of it?",
    "happened_on": "When did it happen?",
    "how_many": "How many?",
    "kind": "What kind?",
    "known_on": "When did your organisation become aware?",
    "level_of_need": "Level of need",
    "looked_after": "Was any of them looked after?",
    "nature": "What happened?",
    "new": "New key",
    "of": "What was looked into",
    "old": "Old key",
    "owner": "Who owns it?",
    "part_of": "Part of number",
    "partner": "Which safeguarding partner?",
    "per": "Per how many",
    "position": "Number of the entry",
    "quorate": "Was it quorate?",
    "reason": "Why?",
    "reasons": "Why?",
    "revised_because": "Why is the view revised?",
    "retention_class": "In which class of the retention pack is it kept?",
    "review_on": "On which day is it to be reviewed?",
    "set_because": "Why?",
    "sha256": "SHA-256 of the file",
    "source": "Where does it come from?",
    "spread": "Cases by level of need",
    "superseded_by": "Which action takes its place?",
    "text": "Wording",
    "to": "Who was told?",
    "to_agency": "To which agency",
    "to_group": "To which group",
    "upto": "Up to which entry",
    "with_agency": "With which agency",
}
"""What a field is called where the words of its own name would not do; a field of one event may say otherwise by its `title`."""

CODES: Mapping[str, str] = {
    "area-send": "Area SEND",
    "bi-monthly": "Bi-monthly",
    "cdop": "Child death overview panel",
    "co-opted": "Co-opted",
    "csv": "CSV",
    "dfe": "DfE",
    "fgm": "FGM",
    "html": "HTML",
    "ilacs": "Inspection of children’s services (ILACS)",
    "information-sharing-with-gps": "Information sharing with GPs",
    "joint-lcspr": "Joint local child safeguarding practice review",
    "json": "JSON",
    "jtai": "Joint targeted area inspection",
    "lado": "LADO",
    "lcspr": "Local child safeguarding practice review",
    "marac": "MARAC",
    "multi-agency-audit": "Multi-agency audit",
    "national-panel": "National Panel",
    "not-stated": "Not stated",
    "nspcc-repository": "NSPCC repository",
    "ofsted": "Ofsted",
    "rag-pack": "RAG pack",
    "scr": "Serious case review",
    "section-11": "Section 11 audit",
    "section-157-175": "Section 157/175 audit",
    "single-agency-audit": "Single-agency audit",
    "smart-planning": "SMART planning",
    "start-again-syndrome": "Start-again syndrome",
    "wt18": "Working Together 2018",
    "wt23": "Working Together 2023",
    "wt26": "Working Together 2026",
}

_RULE = re.compile(r"\s*\((?:[A-Z0-9]+(?:-[A-Z0-9]+)+|[A-Z0-9]+ [^()]*|UK GDPR[^()]*)(?:[,;] [^()]*)?\)")
_NAMED = re.compile(r"`(\w+)`")
_IS = re.compile(r"^`(\w+)` is ([^`]+)$")
_OF_ITSELF = re.compile(r"`(\w+)`: (.+?)(?=[,;]? `\w+`: |[;.] |[;.]?$)")


def label_of(name: str, field: Any = None) -> str:
    """What a field is called; pydantic asks this for the titles of a schema."""
    return LABELS.get(name) or capital(name.replace("_", " "))


def text_of(code: str) -> str:
    """What a code of a fixed list is called."""
    return CODES.get(code) or capital(code.replace("-", " "))


def about(model: type[BaseModel]) -> str:
    """The first sentence of what an event or a part is, without the rules it cites."""
    return _plain(model, _sentences(model)[0]) if model.__doc__ else ""


@cache
def hints_of(model: type[BaseModel]) -> Mapping[str, str]:
    """What the docstring of an event or a part says of its fields, by field: the text after `` `name`: ``, or the sentence that names it."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each is BaseModel:
            continue
        for sentence in _sentences(each):
            for part in sentence.split("; "):
                told = dict(_OF_ITSELF.findall(part)) or dict(_IS.findall(part))
                named = [name for name in _NAMED.findall(part) if name in model.model_fields]
                found |= {
                    name: capital(_plain(model, text)) for name, text in told.items() if name in model.model_fields
                }
                found |= {name: capital(_plain(model, part)) for name in named if not told}
    return found


def title_of(model: type[BaseModel], name: str) -> str:
    """What a field of a model is called."""
    return model.model_fields[name].title or label_of(name)


def _sentences(model: type[BaseModel]) -> list[str]:
    text = " ".join(inspect.cleandoc(model.__doc__ or "").split())
    return [
        sentence.removesuffix(".") for sentence in re.split(r"(?<=[.]) (?=[A-Z`])", _RULE.sub("", text)) if sentence
    ]


def _plain(model: type[BaseModel], sentence: str) -> str:
    """Field names in a sentence become what the fields are called."""

    def called(found: re.Match[str]) -> str:
        name = found[1]
        return f"“{title_of(model, name)}”" if name in model.model_fields else name.replace("_", " ")

    return _NAMED.sub(called, sentence)


def capital(text: str) -> str:
    """With a capital at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]
