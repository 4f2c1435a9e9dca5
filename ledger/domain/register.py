"""The one register: every record, every event type, every rule. Intake, schemas, history, documentation and CLI walk it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from ledger.domain.fields import WORDS, Refers, Title, WordsMark
from ledger.domain.labels import label_of

if TYPE_CHECKING:
    from ledger.domain.claim import Claim
    from ledger.domain.packs import PackKind

S = TypeVar("S")
E = TypeVar("E", bound="Event")

TYPE_PREFIX = "uk.safeguarding."


class Effect(Enum):
    """What a broken rule does: what cannot have happened is refused, what was done wrongly or late is recorded and flagged."""

    REFUSE = "refuse"
    FLAG = "flag"


REFUSE, FLAG = Effect.REFUSE, Effect.FLAG

Check = Callable[[Any, "Claim[Any]"], str | None]


@dataclass(frozen=True)
class Rule:
    """A claim that must hold: why it is broken (a sentence), or None."""

    id: str
    effect: Effect
    source: str
    check: Check
    pack: PackKind | None = None
    """The kind of pack whose values it judges by, where it does."""

    @property
    def name(self) -> str:
        return self.check.__name__

    @property
    def sentence(self) -> str:
        return (self.check.__doc__ or "").strip()

    def __call__(self, state: Any, claim: Claim[Any]) -> str | None:
        return self.check(state, claim)


RULES: dict[str, list[Rule]] = {}


def rule(id: str, *, source: str, effect: Effect = REFUSE, pack: PackKind | None = None) -> Callable[[Check], Rule]:
    """Put a rule in the register under its id in the domain reference; its docstring is the rule."""

    def register(check: Check) -> Rule:
        made = Rule(id, effect, source, check, pack)
        if not made.sentence:
            raise TypeError(f"rule {id} ({made.name}) has no sentence")
        RULES.setdefault(id, []).append(made)
        return made

    return register


class Event(BaseModel):
    """What happened: the `data` of one CloudEvent. Subclasses add fields, `rules` and the sentence that tells it.

    `citation`: only where history is entered from a document.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", field_title_generator=label_of)

    rules: ClassVar[tuple[Rule, ...]] = ()
    decides: ClassVar[str | None] = None
    """Of an event that is a decision: the field that says what was decided, or, where none does, the word for it."""
    general: ClassVar[bool] = False
    """Whether it is one of those that may happen to any record. Asked first where most events are none: pydantic's classes are slow to tell."""

    may_be_late: ClassVar[bool] = True
    """Whether the days from its time to its entry tell of anybody's delay."""

    citation: Title | None = None

    def sentence(self) -> str:
        """One plain English sentence, without sealed words."""
        raise TypeError(f"{type(self).__name__} has no sentence")

    def stands(self) -> dict[str, str]:
        """Where agencies stand by what this says: agency -> position. Read of a decision, and of what comes before one."""
        return {}


class Record(Generic[S]):
    """One kind of record (one aggregate): its name, the prefix of the references minted for it, and the fold of its events.

    `only`: its references are given by the rules, so no record of the kind can be begun in another's place.
    `case`: it is about a child's case, so that an agency reads it only where it is involved.
    """

    def __init__(self, name: str, *, prefix: str, title: str, only: bool = False, case: bool = False) -> None:
        if name in RECORDS:
            raise TypeError(f"record {name} is registered twice")
        self.name, self.prefix, self.title, self.only, self.case = name, prefix, title, only, case
        self.evolve: Callable[[S | None, Any], S] = _no_fold
        RECORDS[name] = self

    def folded_by(self, evolve: Callable[[S | None, Any], S]) -> Callable[[S | None, Any], S]:
        """Decorator: the function that folds this record's events into its state."""
        self.evolve = evolve
        return evolve

    def __repr__(self) -> str:
        return f"<record {self.name}>"


RECORDS: dict[str, Record[Any]] = {}


def known(state: S | None) -> S:
    """The state a fold starts from, which is there: the standing rules let only a beginning come first."""
    if state is None:
        raise TypeError("a later event cannot be folded before the first")
    return state


def _no_fold(state: object, event: object) -> Any:
    raise TypeError("this record has no fold")


Path = tuple[str, ...]
"""Steps from an event's data to a field; `*` stands for every item of a list."""


EventClass = type[Event]


@dataclass(frozen=True, eq=False)
class EventType:
    """One type of event on one record, as everything that walks the register needs it."""

    type: str
    record: Record[Any]
    event: EventClass
    begins: bool
    happens: str | None
    links: tuple[tuple[Path, str], ...] = field(repr=False)
    words: tuple[tuple[Path, bool], ...] = field(repr=False)
    continues: bool = False

    @property
    def name(self) -> str:
        """The type without its prefix: `action.assured`."""
        return self.type.removeprefix(TYPE_PREFIX)

    @property
    def decides(self) -> bool:
        """Whether it is a decision, which can be replayed as it stood when it was taken."""
        return self.event.decides is not None

    def decided(self, event: Event) -> str:
        """What a decision decided, as a code."""
        mark = self.event.decides or ""
        return str(getattr(event, mark)) if mark in self.event.model_fields else mark

    def references(self, event: Event) -> list[tuple[str, str]]:
        """(record name, reference) of every record the event cites, in field order."""
        return [(record, found) for path, record in self.links for found in _values(event, path)]


REGISTER: dict[str, EventType] = {}


def recorded_as(
    name: str, *, on: Record[Any], begins: bool = False, continues: bool = False, happens: str | None = None
) -> Callable[[type[E]], type[E]]:
    """Register an event class under a stored name that is never reused.

    `begins`: it may be the first event of its record; `continues`: it may then also follow others.
    `happens`: the date field that says when it happened, which `time` must agree with.
    """

    def register(event: type[E]) -> type[E]:
        add(name, event, on=on, begins=begins, continues=continues, happens=happens)
        return event

    return register


def add(
    name: str,
    event: type[Event],
    *,
    on: Record[Any],
    begins: bool = False,
    continues: bool = False,
    happens: str | None = None,
) -> None:
    """Put one event type in the register; raises TypeError when the name is taken or does not belong to the record."""
    full = TYPE_PREFIX + name
    if full in REGISTER:
        raise TypeError(f"{full} is registered twice")
    if name.partition(".")[0] != on.name:
        raise TypeError(f"{full} does not belong to record {on.name}")
    if happens is not None and happens not in event.model_fields:
        raise TypeError(f"{full} has no field {happens}")
    links, words = [], []
    for path, mark in marks(event):
        if isinstance(mark, Refers):
            links.append((path, mark.record))
        else:
            words.append((path, mark.opening_is_logged))
    REGISTER[full] = EventType(full, on, event, begins, happens, tuple(links), tuple(words), continues)


def marks(model: type[BaseModel]) -> Iterator[tuple[Path, Refers | WordsMark]]:
    """Every field of a model, nested models and lists included, that cites a record or holds free text."""
    for name, info in model.model_fields.items():
        for mark in info.metadata:
            if isinstance(mark, Refers | WordsMark):
                yield (name,), mark
        yield from _marks_within(info.annotation, (name,))


def _marks_within(annotation: Any, path: Path) -> Iterator[tuple[Path, Refers | WordsMark]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not WORDS:
            yield from ((path + inner, mark) for inner, mark in marks(annotation))
        return
    origin = get_origin(annotation)
    if origin is Literal:
        return
    for argument in get_args(annotation):
        if isinstance(argument, Refers | WordsMark):
            yield path, argument
        else:
            yield from _marks_within(argument, (*path, "*") if origin in (tuple, list) else path)


def _values(node: Any, path: Path) -> Sequence[str]:
    """What a path leads to; a part of another kind has no such field, and an absent or unstated value leads nowhere."""
    for number, step in enumerate(path):
        if node is None or isinstance(node, str):
            return ()
        if step == "*":
            return [found for item in node for found in _values(item, path[number + 1 :])]
        node = vars(node).get(step)
    return () if node is None or node == "not-stated" else (node,)
