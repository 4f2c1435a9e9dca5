"""What went wrong, as RFC 9457 problem documents that repeat nothing of what was posted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger import canonical
from ledger.entry import Fault
from ledger.findings import told

PROBLEM_JSON = "application/problem+json"
MOST_FAULTS = 100
"""Faults told of one event: whoever has more mends these first."""


@dataclass(frozen=True)
class Kind:
    """One kind of problem: the status it is answered with, a title that never changes, and what to do about it."""

    name: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        return f"/problems/{self.name}"


KINDS: dict[str, Kind] = {}


def _kind(name: str, status: int, title: str, meaning: str) -> Kind:
    made = KINDS[name] = Kind(name, status, title, meaning)
    return made


NOT_AN_EVENT = _kind(
    "not-an-event", 422, "Not the shape of any event",
    "The body is JSON, but not an event of a type this ledger records. `faults` names every place: a JSON pointer, and what is wrong "
    "there; fields that are not known are counted, not repeated. GET /schemas/{type} has the shape. Nothing was recorded.",
)  # fmt: skip
UNREADABLE = _kind(
    "unreadable", 422, "Not JSON with one meaning",
    "The body is not JSON that every reader understands alike: broken text, a member named twice, NaN, a fraction or an exponent, half a "
    "surrogate pair. Decimal numbers are posted as strings. Nothing was recorded.",
)  # fmt: skip
EMPTY_BATCH = _kind("empty-batch", 422, "No event was posted", "A batch holds at least one event.")
SEVERAL_SOURCES = _kind(
    "several-sources", 422, "A batch comes from one source",
    "All events of a batch have the same `source`; post the others as batches of their own. Nothing was recorded.",
)  # fmt: skip
RULE_BROKEN = _kind(
    "rule-broken", 409, "A rule is broken",
    "The event has the right shape, but contradicts what the ledger holds. `rules` names each broken rule, its source and why it is "
    "broken here. GET /rules/{id} has the rule. Nothing was recorded.",
)  # fmt: skip
KEY_REUSED = _kind(
    "key-reused", 409, "The same source and id stand for something else",
    "An event with this `source` and `id` was recorded before with other content, at `position`. `recorded` and `posted` are the SHA-256 "
    "hashes of both contents; they are left out where only free text differs. A new event takes a new id. Nothing was recorded.",
)  # fmt: skip
VERSION_MOVED = _kind(
    "version-moved-on", 409, "The record is at another version",
    "`expectedversion` was not the version of the record. Read the record, decide again, and post with its present version. "
    "Nothing was recorded.",
)  # fmt: skip
BATCH_REFUSED = _kind(
    "batch-refused", 409, "The batch was refused as a whole",
    "Some events of the batch cannot be recorded, so none was. `items` has the number of each in the batch, from 0, and its own problem. "
    "With ?atomic=false every other event is recorded.",
)  # fmt: skip
BATCH_MALFORMED = _kind(
    "batch-malformed", 422, "The batch was refused as a whole",
    "Some events of the batch have not the shape of any event, so none was recorded. `items` has the number of each in the batch, from 0, "
    "and its own problem; and so it has of every other event that cannot be recorded, as far as that can be told without them.",
)  # fmt: skip
TOO_LARGE = _kind(
    "too-large", 413, "More than is taken at once",
    "One event may have 262,144 bytes, a batch 16,777,216 bytes and 2,000 events. Nothing was recorded.",
)  # fmt: skip
UNSUPPORTED = _kind(
    "unsupported-content", 415, "Not a content type of events",
    "Events are posted as application/cloudevents+json (one), application/json (one, or an array), "
    "application/cloudevents-batch+json (an array), application/x-ndjson or application/jsonl (one on each line), in UTF-8 and "
    "without compression; or in CloudEvents binary mode as application/json. What words are opened for is posted as application/json.",
)  # fmt: skip
BAD_QUERY = _kind(
    "bad-query", 422, "The question is not understood",
    "`faults` names each query parameter that is unknown, repeated or malformed.",
)  # fmt: skip
NO_COSIGNATURE = _kind(
    "no-cosignature", 422, "Not a cosignature that is kept here",
    "What was handed in is no checkpoint that this log signed, cosigned by a witness of its policy, or a signature in it does not fit. "
    "Nothing was kept.",
)  # fmt: skip
ANOTHER_HISTORY = _kind(
    "another-history", 409, "Cosigned is another history than the one here",
    "A witness that is trusted here cosigned a checkpoint that does not belong to the entries held here: this ledger lost its end, was "
    "put back to an older copy, or told somebody else another history. Nothing was kept; the witness has the proof.",
)  # fmt: skip
NOT_AGREED = _kind(
    "not-agreed", 409, "Witnesses have not agreed to this yet",
    "The witness policy in force asks for a quorum before a report is final, and it has not cosigned a checkpoint over the entries that this "
    "one rests on. Nothing was published. Ask again when those who are named have cosigned (/log/witnesses), or as at an earlier position.",
)  # fmt: skip
NOT_PUBLIC = _kind(
    "not-public", 409, "There can be no copy for the public of this yet",
    "A written section is not cleared for disclosure as it stands, or something was published or decided since that the copy has to be "
    "looked at beside, or it would tell small counts together with what was published before. Nothing was published. `detail` says which.",
)  # fmt: skip
UNAUTHENTICATED = _kind(
    "unauthenticated", 401, "Say who you are",
    "Send `Authorization: Bearer` with an API key, or with a token of the identity provider. A key that was revoked, and a token that has "
    "run out, are no longer accepted.",
)  # fmt: skip
FORBIDDEN = _kind(
    "forbidden", 403, "Not for this role",
    "Who you are is known, and your role may not do this. docs/access has what each role may do. Nothing was recorded.",
)  # fmt: skip
NO_PURPOSE = _kind(
    "no-purpose", 422, "Not a purpose to open words for",
    "Words are opened for a `purpose` of the list in GET /openapi.json, and may name in `regarding` a record of this ledger it is for. "
    "Nothing was opened.",
)  # fmt: skip
NO_PROVIDER = _kind(
    "identity-provider-silent", 503, "The identity provider does not answer",
    "Its keys are needed to check your token. Ask again in a moment.",
)  # fmt: skip
TWICE = _kind(
    "header-twice", 400, "A header is given twice",
    "Which of them counts would be a guess, and two programs on the way may guess differently. Nothing was recorded.",
)  # fmt: skip
TOO_MANY = _kind(
    "too-many", 429, "More is asked than one caller may ask",
    "Retry-After says in how many seconds to go on. A batch takes up to 2,000 events in one request. Nothing was recorded.",
)  # fmt: skip
TOO_SLOW = _kind(
    "too-slow", 408, "The request did not arrive in time",
    "A request arrives within 20 seconds, a long body at 10,000 bytes a second or more. Nothing was recorded.",
)  # fmt: skip
HEAD_TOO_LARGE = _kind("head-too-large", 431, "The head of the request is too long", "Nothing was read of it.")
NO_HTTP = _kind(
    "no-http", 400, "Not HTTP/1.1", "What arrived is no request, or one that two programs may read differently."
)
NOT_SIGNED_IN = _kind(
    "not-signed-in", 400, "You are not signed in",
    "The identity provider did not vouch for you to this browser: `detail` says why. Begin again at /sign-in.",
)  # fmt: skip
NOT_A_FORM = _kind(
    "not-a-form", 400, "Not a form that can be read",
    "A form has at most 1,000 fields, each of at most 1 MiB. Nothing was recorded.",
)  # fmt: skip
NOT_FROM_HERE = _kind(
    "not-from-here", 403, "Not posted from a page of this service",
    "What is posted by somebody who is signed in comes from a form of this service, with the token of their session. Open the page again, "
    "and send it once more. Nothing was recorded.",
)  # fmt: skip
NOT_ERASED = _kind(
    "not-erased", 409, "Nothing was erased",
    "An erasure takes a request and another person's confirmation, a ground, words that are there, and no hold. `detail` says what it is.",
)  # fmt: skip
VAULT_SHUT = _kind(
    "vault-shut", 503, "The words do not open here",
    "The key of the vault that locked them is not given to the service, or what is stored was changed. The entry and its proofs stand.",
)  # fmt: skip
NOT_FOUND = _kind("not-found", 404, "Not found", "There is nothing here. GET /docs lists what can be asked.")
METHOD_NOT_ALLOWED = _kind(
    "method-not-allowed", 405, "Not a method of this address", "The Allow header lists the methods that are."
)
NOT_REACHED = _kind(
    "tables-behind", 503, "The tables have not come that far",
    "The position of `at_least` was not in the read tables within five seconds. Ask again in a moment; /readyz says whether they move.",
)  # fmt: skip
UNAVAILABLE = _kind(
    "unavailable", 503, "The database does not answer",
    "Ask again in a moment. What was posted may or may not have been recorded: posting it again with the same source and id is safe.",
)  # fmt: skip
READ_ONLY = _kind(
    "read-only", 503, "The ledger is read only",
    "It was put back to an older copy, lost its end, or a witness cosigned what it does not hold: signing on would tell two histories. "
    "Everything can be read. Nothing was recorded; post again, with the same source and id, once whoever runs the ledger has put back "
    "what is missing.",
)  # fmt: skip
MISDIRECTED = _kind(
    "misdirected", 421, "Not the name of this service",
    "The service answers to its own address only, so that no other site can speak through a browser.",
)  # fmt: skip
INTERNAL = _kind(
    "internal",
    500,
    "A defect of this service",
    "It was written to the service's log. Posting again with the same source and id is safe.",
)


@dataclass(eq=False)
class Problem(Exception):
    """One problem to answer with. `members` are those beyond RFC 9457's own."""

    kind: Kind
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, instance: str | None = None) -> dict[str, Any]:
        """The problem as JSON values; `instance` is the address asked, where that is ours."""
        document = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status, "detail": self.detail}
        if instance is not None:
            document["instance"] = instance
        return {**document, **self.members}

    def body(self, instance: str | None = None) -> bytes:
        return canonical.write(self.document(instance))


_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def plain(name: str) -> bool:
    """Whether a name a sender made up may be repeated: a private text looks otherwise."""
    return _PLAIN.fullmatch(name) is not None


def told_faults(faults: Iterable[Fault]) -> dict[str, Any]:
    """Faults as members of a problem; a pointer stops before the first step that is no plain name."""
    told = [{"pointer": _pointer(fault.pointer), "message": fault.message} for fault in faults]
    more = len(told) - MOST_FAULTS
    return {"faults": told[:MOST_FAULTS]} | ({"further_faults": more} if more > 0 else {})


def _pointer(pointer: str) -> str:
    steps = pointer.split("/")
    kept = next((number for number, step in enumerate(steps) if number and not plain(step)), len(steps))
    return "/".join(steps[:kept])


def question_problem(errors: Sequence[Any]) -> Problem:
    """What pydantic found in path, query and headers, without repeating a value."""
    if wrong := next((error for error in errors if error["loc"][0] == "path"), None):
        step, should = wrong["loc"][1], told(wrong).removeprefix("this ")
        return Problem(NOT_FOUND, f"The {step} in this address {should}.")
    faults: dict[str, dict[str, str]] = {}
    for error in errors:
        name = next((step for step in error["loc"][1:] if isinstance(step, str)), "")
        message = "not a parameter of this address" if error["type"] == "extra_forbidden" else told(error)
        faults.setdefault(name, {"parameter": name, "message": message} if plain(name) else {"message": message})
    return Problem(BAD_QUERY, "The faults say which parameters.", {"faults": list(faults.values())})
