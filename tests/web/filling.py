"""Fills a form in as a browser would: what a page's controls are called, hold and send, and nothing the page does not have."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import Element

from ledger.domain.labels import text_of
from ledger.domain.register import REGISTER
from tests.api.story import PARTNERS, group
from tests.ledger.posting import agency
from tests.test_golden import examples
from tests.web.reading import Page, Reader, said

MINE = ("csrf", "type", "seen")


class Filled:
    """The form of a page, being filled in."""

    def __init__(self, reader: Reader, page: Page) -> None:
        self.reader = reader
        self._look(page)

    def _look(self, page: Page) -> None:
        self.page = page
        (form,) = [each for each in page.all("form") if each.get("action", "").startswith("/pages/drafts/")]
        self.address = form.attrib["action"]
        self.controls: dict[str, list[Element]] = {}
        self.given: dict[str, list[str]] = {}
        for each in form.iter():
            if each.tag not in ("input", "select", "textarea") or not each.get("name"):
                continue
            name, value = each.attrib["name"], _value(each)
            self.controls.setdefault(name, []).append(each)
            if value is not None:
                self.given.setdefault(name, []).append(value)
        self.buttons = {each.get("value") for each in form.iter("button") if each.get("name") == "go"}

    @property
    def draft(self) -> str:
        """The id of the draft it is kept as."""
        return self.address.rpartition("/")[2]

    def fill(self, path: str, value: Any) -> None:
        """Answer one question with what JSON holds for it; fails where the page does not ask it."""
        match value:
            case "not-stated" if f"{path}:not-stated" in self.controls:
                self._choose(f"{path}:not-stated", "yes")
            case "not-stated" if f"{path}:is" in self.controls:
                self._choose(f"{path}:is", "not-stated")
            case [] | {} if not value and f"{path}:none" in self.controls:
                self._choose(f"{path}:none", "yes")
            case dict() if f"{path}:is" in self.controls:
                self._fill_branch(path, value)
            case dict() if f"{path}:rows" in self.controls:
                self._fill_rows(path, [{"key": key, "value": each} for key, each in value.items()])
            case dict():
                for name, each in value.items():
                    self.fill(f"{path}.{name}", each)
            case list() if f"{path}:rows" in self.controls:
                self._fill_rows(path, value)
            case list():
                for each in value:
                    self._choose(path, each, more=True)
            case str() if f"{path}:day" in self.controls:
                year, month, day = value[:10].split("-")
                for part, number in (("day", day), ("month", month), ("year", year)):
                    self._type(f"{path}:{part}", str(int(number)))
            case bool():
                self._choose(path, "yes" if value else "no")
            case int() if self._is_money(path):
                self._type(path, f"{value // 100}.{value % 100:02}")
            case _ if self.controls[path][0].tag == "select" or self.controls[path][0].get("type") == "radio":
                self._choose(path, str(value))
            case _:
                self._type(path, str(value))

    def press(self, go: str, *, status: int = 200) -> Page:
        """Press a button, and look at the page that answers."""
        assert go in self.buttons, f"no button {go}"
        page = self.reader.post(self.address, {**self.given, "go": go}, status=status)
        if any(each.get("action") == self.address for each in page.all("form")):
            self._look(page)
        return page

    def _fill_rows(self, path: str, values: list[Any]) -> None:
        while int(self.given[f"{path}:rows"][0]) < len(values):
            self.press(f"add:{path}")
        for number, each in enumerate(values):
            self.fill(f"{path}.{number}", each)

    def _fill_branch(self, path: str, value: dict[str, Any]) -> None:
        (code,) = [code for code in self._values(f"{path}:is") if self._is_of(path, code, value)]
        self._choose(f"{path}:is", code)
        for name, each in value.items():
            if self._asks(f"{path}.{code}.{name}"):
                self.fill(f"{path}.{code}.{name}", each)

    def _is_of(self, path: str, code: str, value: dict[str, Any]) -> bool:
        """Whether one kind of part asks for all that is there; its kind is asked, or is what it is called."""
        kind, asked = value.get("kind"), f"{path}.{code}.kind"
        fits = kind is None or kind in self._values(asked) or self._label(f"{path}:is", code) == text_of(kind)
        return bool(code) and fits and all(self._asks(f"{path}.{code}.{name}") for name in value if name != "kind")

    def _asks(self, path: str) -> bool:
        return any(name == path or name.startswith((f"{path}:", f"{path}.")) for name in self.controls)

    def _values(self, name: str) -> list[str]:
        found = self.controls.get(name, [])
        return [
            each.get("value", "")
            for control in found
            for each in (control.iter("option") if control.tag == "select" else (control,))
        ]

    def _choose(self, name: str, value: str, *, more: bool = False) -> None:
        assert value in self._values(name), f"{name} has no {value}"
        self.given[name] = [*self.given.get(name, []), value] if more else [value]

    def _type(self, name: str, text: str) -> None:
        assert self.controls[name][0].get("type") in ("text", None), f"{name} is not typed"
        self.given[name] = [text]

    def _is_money(self, path: str) -> bool:
        wrapper = self.page.parents[self.controls[path][0]]
        return any("govuk-input__prefix" in each.get("class", "") for each in wrapper)

    def _label(self, name: str, value: str) -> str:
        (control,) = [each for each in self.controls[name] if each.get("value") == value]
        (label,) = [each for each in self.page.all("label") if each.get("for") == control.get("id")]
        return said(label)


def _value(control: Element) -> str | None:
    """What a browser sends of a control nobody touched."""
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [each for each in options if "selected" in each.attrib] or options[:1]
        return chosen[0].get("value", "") if chosen else None
    if control.tag == "textarea":
        return (control.text or "").removeprefix("\n")
    if control.get("type") in ("radio", "checkbox"):
        return control.get("value", "on") if "checked" in control.attrib else None
    return control.get("value", "")


def cited_by_examples() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What begins the agencies, other than the partners of the story, and the groups that the examples of events cite."""
    cited = {
        each
        for type_, data in examples().items()
        for each in REGISTER[type_].references(REGISTER[type_].event.model_validate_json(json.dumps(data)))
    }
    partners = {each["subject"] for each in PARTNERS}
    agencies = [
        agency(code) for record, code in sorted(cited) if record == "agency" and f"agency/{code}" not in partners
    ]
    groups = [group(code) for record, code in sorted(cited) if record == "group"]
    return agencies, [{**each, "id": each["subject"]} for each in groups]
