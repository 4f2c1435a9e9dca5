"""A form as a page shows it: what was typed, what is wrong, hints, and what can be chosen, by the path of each question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.forms.asked import (
    CODE_PATTERN,
    ADay,
    Asked,
    Child,
    Choice,
    Cited,
    Either,
    Exactly,
    Line,
    Many,
    Moment,
    Option,
    Part,
    Pounds,
    Prose,
    Several,
    When,
    form_of,
)
from api.forms.composing import Form
from api.forms.given import Given
from api.forms.reading import DATE_PARTS
from ledger.domain.fields import MOST_WORDS
from ledger.domain.labels import capital
from ledger.domain.register import RECORDS

FEW, FEW_IN_A_ROW = 8, 3
"""As many answers as stand as radio buttons; of more, one is chosen from a list that drops down."""
SEALED = "The words are sealed: the entry keeps only a fingerprint of them."
LOGGED = "The words are sealed (†): few may open them, and each opening is written down."


def one_of(label: str) -> str:
    """What one of a list is called, by what the list is: `Rapid reviews` are each a `Rapid review`, `Evidence` is `Evidence`."""
    found = re.sub(r"ies$", "y", label.removesuffix("?"))
    return "Criterion" if found == "Criteria" else re.sub(r"(?<=[a-z])s$", "", found)


@dataclass(frozen=True)
class Shown:
    """`known`: record -> (reference, name) of those that can be chosen. `now`: path -> what a correction would change."""

    form: Form
    given: Given
    errors: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    def id(self, path: str) -> str:
        """The id of a question's element."""
        return path.replace(".", "-").replace(":", "-")

    def anchor(self, path: str) -> str:
        """The id of the first control of a question, where its error leads."""
        asked = next((each for at, each in self.form.walked(self.given) if at == path), None)
        dated = asked is not None and isinstance(asked.answer, ADay | Moment | When)
        return self.id(path) + ("-day" if dated else "")

    def error(self, path: str) -> dict[str, str] | None:
        """As the components of the Design System take it."""
        return {"text": self.errors[path]} if path in self.errors else None

    def summary(self) -> list[dict[str, str]]:
        """What is wrong, for the error summary."""
        return [{"text": text, "href": f"#{self.anchor(path)}"} for path, text in self.errors.items()]

    def label(self, asked: Asked) -> str:
        """What is asked, and whether it need not be answered."""
        return asked.label if asked.needed else f"{asked.label} (optional)"

    def hint(self, asked: Asked, path: str) -> str:
        """What helps to answer."""
        told = [*self._hints(asked), f"Now: {self.now[path]}." if path in self.now else ""]
        return " ".join(each if each.endswith((".", "?", "!")) else f"{each}." for each in told if each)

    def _hints(self, asked: Asked) -> list[str]:
        match asked.answer:
            case Pounds():
                return ["In pounds, such as 1,250.50"]
            case Prose(logged=logged):
                return [asked.hint, LOGGED if logged else SEALED]
            case Line() as line:
                if line.pattern == CODE_PATTERN:
                    return [asked.hint, "A few words, such as “head of service”; they are kept as a code"]
                told = form_of(line)
                return [
                    asked.hint,
                    "" if told.startswith("one line") or asked.hint.endswith(".") else capital(told),
                ]
            case Cited(record=record):
                example = f"Its reference, such as {RECORDS[record].prefix}-2024-001"
                return [asked.hint, "" if self.known.get(record) else example]
            case Child():
                return [
                    asked.hint,
                    "A reference that says nothing about the child. Who is who is kept outside this ledger",
                ]
            case Exactly():
                return [asked.hint, "A number, such as 12.5"]
            case ADay():
                return [asked.hint, "For example, 27 3 2024"]
            case Several():
                return [asked.hint, "Choose all that apply" if len(asked.answer.options) > 1 else ""]
            case Many():
                return [asked.hint, "At least one is needed" if asked.answer.least else ""]
            case _:
                return [asked.hint]

    def rows(self, path: str, asked: Asked) -> int:
        """How many rows of a list stand on the page; a list of single answers, or one that is needed, begins with one."""
        if self.given.one(f"{path}:rows"):
            return self.given.rows(path)
        simple = isinstance(asked.answer, Many) and not isinstance(asked.answer.item.answer, Part | Either)
        return 1 if asked.needed or simple else 0

    def day(self, path: str, error: bool) -> list[dict[str, Any]]:
        """The three fields of a day."""
        wide = " govuk-input--error" if error else ""
        return [
            {
                "id": f"{self.id(path)}-{part}",
                "name": f"{path}:{part}",
                "label": part.capitalize(),
                "value": self.given.one(f"{path}:{part}"),
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wide}",
            }
            for part in DATE_PARTS
        ]

    def is_few(self, asked: Asked, path: str) -> bool:
        """Whether a choice stands as radio buttons; in the rows of a list only of very few."""
        in_a_row = any(step.isdecimal() for step in path.split("."))
        return isinstance(asked.answer, Choice) and len(asked.answer.options) <= (FEW_IN_A_ROW if in_a_row else FEW)

    def row_title(self, asked: Asked, number: int) -> str:
        """What one row of a list is called: `Agency 2`."""
        match asked.answer:
            case Many(item=Asked(answer=Cited(record=record))):
                what = RECORDS[record].title
            case Many(item=Asked(answer=Child())):
                what = "Child"
            case _:
                what = one_of(asked.label)
        return f"{what} {number}"

    def options(self, asked: Asked, path: str) -> list[dict[str, Any]]:
        """The answers of a fixed list, with what was chosen; one that need not be answered may be left open again."""
        chosen = self.given.all(path)
        options: tuple[Option, ...] = asked.answer.options if isinstance(asked.answer, Choice | Several) else ()
        found: list[dict[str, Any]] = [
            {"value": each.code, "text": each.text, "checked": each.code in chosen, "selected": each.code in chosen}
            for each in options
        ]
        if isinstance(asked.answer, Choice) and not self.is_few(asked, path):
            return [{"value": "", "text": "Choose one" if asked.needed else "No answer"}, *found]
        if isinstance(asked.answer, Choice) and not asked.needed:
            found.append({"value": "", "text": "No answer", "checked": chosen in ([], [""])})
        return found

    def references(self, record: str, path: str, needed: bool) -> list[dict[str, Any]]:
        """The records that can be chosen; what was typed before stays, known or not. Empty where a reference is typed."""
        known, typed = self.known.get(record, ()), self.given.one(path)
        if not known:
            return []
        strange = [(typed, "")] if typed and typed not in {code for code, _ in known} else []
        return [
            {"value": "", "text": "Choose one" if needed else "No answer"},
            *(
                {"value": code, "text": f"{code} – {name}" if name else code, "selected": code == typed}
                for code, name in (*known, *strange)
            ),
        ]

    def kind(self, answer: Any) -> str:
        """The name of the template that asks for an answer."""
        return type(answer).__name__.lower()

    @property
    def most(self) -> int:
        """Characters of free text."""
        return MOST_WORDS
