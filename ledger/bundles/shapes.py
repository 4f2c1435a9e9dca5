"""The shapes of the lines of a bundle, as pydantic reads them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.log.verdict import Malformed


class Shape(BaseModel):
    """Strict: no value is taken for one of another kind."""

    model_config = ConfigDict(strict=True)


class ProofLine(Shape):
    """A line of proofs.ndjson."""

    position: int
    path: Annotated[list[str], Field(max_length=63)]


class SealedLine(Shape):
    """One line in a run."""

    index: int
    line: str
    path: Annotated[list[str], Field(max_length=63)]


class RunLine(Shape):
    """A line of runs.ndjson."""

    prefix: str
    lines: list[SealedLine]


class WordLine(Shape):
    """A line of words.ndjson."""

    position: int
    path: str
    salt: str
    text: str


class Manifest(Shape):
    """What every version of bundle.json says."""

    version: int


class Envelope(Shape):
    """What is looked at of an entry."""

    subject: Annotated[str, Field(pattern=r"^[a-z-]+/[A-Z0-9-]+$")]
    recordversion: Annotated[int, Field(ge=1)]
    type: str
    source: str
    recordedtime: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$")]
    data: dict[str, Any]


class SealedData(Shape):
    """What an entry says that sealed the heads."""

    lines: int
    root: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


M = TypeVar("M", bound=Shape)


def shaped(shape: type[M], value: Any) -> M:
    """A value of a shape; Malformed where it is of another."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise Malformed(f"not of the shape it should have: {error.title}") from error
