"""A bundle checked by the ledger's own program, which shares no code with verify_ledger.py: an export is not handed over unless both would agree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from ledger.bundles.cosigned import cosigned
from ledger.bundles.entries import envelope, sealed_in
from ledger.bundles.figures import check_figures
from ledger.bundles.files import FORMAT, KNOWN, MOST_ENTRY, REPORT, VERSION, Files, read_json
from ledger.bundles.packs import CARRIED, Adopted
from ledger.bundles.positions import Positions
from ledger.bundles.shapes import Envelope, Manifest, ProofLine, RunLine, SealedData, WordLine, shaped
from ledger.evidence.seal_checks import SEALED
from ledger.histories import FOLLOWED
from ledger.log.checkpoint import Checkpoint
from ledger.log.forms import GREATEST, from_base64
from ledger.log.keys import VerifierKey
from ledger.log.lines import Placed, Run, check_run
from ledger.log.note import Note
from ledger.log.proofs import check_inclusion
from ledger.log.receipt import Finding, Level, Trust
from ledger.log.tree import Frontier, leaf_hash, leaf_hashes
from ledger.log.verdict import Malformed, Unknown, Unproved, Wrong

AT_A_TIME = 500
Step = Callable[[], None]


def check_bundle(path: Path, trust: Trust) -> Finding:
    """What a bundle, a folder or a zip, proves to somebody who trusts these keys. Level.NONE where anything is false."""
    try:
        files = Files(path)
    except Unknown as error:
        return Finding(untold=(str(error),))
    except Unproved as error:
        return Finding(false=(str(error),))
    with closing(files):
        return _Check(files, trust).finding()


class _Check:
    def __init__(self, files: Files, trust: Trust) -> None:
        self.files, self.trust = files, trust
        self.false: list[str] = []
        self.untold: list[str] = []
        self.about: dict[str, Any] = {}
        self.scope: dict[str, Any] = {}
        self.kind: Any = None
        self.note: Note | None = None
        self.checkpoint: Checkpoint | None = None
        self.cosigners: frozenset[VerifierKey] = frozenset()
        self.cosigned = 0
        self.seal: Envelope | None = None
        self.begun: tuple[int, str] | None = None
        self.ended: tuple[int, str] | None = None
        self.positions = Positions()
        self.wrong: set[int] = set()
        self.heads: dict[str, tuple[int, int]] = {}
        self.packs: Adopted | None = None

    def held(self, step: Step) -> bool:
        """Whether a step went through; a later one is asked all the same."""
        try:
            step()
        except Unknown as error:
            self.untold.append(str(error))
        except Unproved as error:
            self.false.append(str(error))
        else:
            return True
        return False

    def finding(self) -> Finding:
        strange = (
            name
            for name in self.files.names
            if not (name in KNOWN or REPORT.fullmatch(name) or CARRIED.fullmatch(name))
        )
        self.untold += (f"{name} is no part of a bundle" for name in strange)
        told = self.held(self.manifest)
        signed, cosigned = self.held(self.sign), self.held(self.cosign)
        self.held(self.carried)
        through = self.held(self.entries)
        within = through and self.held(self.within)
        if through or self.false:
            self.held(self.words)
            if told:
                self.held(self.complete)
        if through and self.packs:
            self.false += (str(wrong) for wrong in self.packs.false())
        for name in sorted(filter(REPORT.fullmatch, self.files.names)):
            self.held(lambda name=name: self.figures(name))  # type: ignore[misc]
        if self.false or not through:
            return Finding(tuple(self.false), tuple(self.untold))
        whole = cosigned and signed and within and self.beyond() == 0
        witnesses = self.cosigners if whole else frozenset()
        level = Level.WITNESSED if witnesses else Level.SIGNED if signed else Level.CHAIN
        return Finding((), tuple(self.untold), level, witnesses)

    def manifest(self) -> None:
        told = read_json(self.files.whole("bundle.json"))
        if not isinstance(told, dict) or not isinstance(told.get("format"), str):
            raise Malformed("bundle.json has no format")
        if told["format"] != FORMAT:
            raise Unknown("not a bundle of this ledger")
        self.about = told
        if not isinstance(told.get("scope"), dict):
            raise Malformed("bundle.json has no scope")
        self.scope, self.kind = told["scope"], told["scope"].get("kind")
        if not isinstance(self.kind, str):
            raise Malformed("the scope has no kind")
        if shaped(Manifest, told).version != VERSION:
            self.untold.append("a bundle of a version not known here")

    def sign(self) -> None:
        self.note = Note.parse(self.files.whole("checkpoint"))
        self.checkpoint = Checkpoint.parse(self.note.text)
        signers = self.note.signers(self.trust.log)
        if not signers:
            raise Unknown("no trusted key of the log signed the checkpoint")
        if any(key.name != self.checkpoint.origin for key in signers):
            raise Wrong("the checkpoint is of another log than the key that signed it")

    def cosign(self) -> None:
        if self.note is None or self.checkpoint is None:
            raise Unknown("there is no checkpoint that witnesses could have cosigned")
        self.cosigners, self.cosigned = cosigned(self.files, self.note, self.checkpoint, self.trust)
        if len(self.cosigners) < self.trust.quorum:
            raise Unknown(f"{len(self.cosigners)} of the witnesses cosigned, and {self.trust.quorum} are asked for")

    def beyond(self) -> int:
        """The last entry that was not cosigned, other than the seal that came with the export; 0 where all were."""
        left_out = self.seal is not None and self.seal.type == SEALED and self.kind != "silence"
        own = self.about.get("seal") if left_out else 0
        last = next((position for position in reversed(self.positions) if position != own), 0)
        return last if last > self.cosigned else 0

    def within(self) -> None:
        if self.trust.quorum and self.cosigners and self.beyond():
            raise Unknown(f"the quorum cosigned {self.cosigned} entries, and there are later ones")

    def carried(self) -> None:
        self.packs = Adopted(self.files)

    def entries(self) -> None:
        if self.checkpoint is None:
            raise Unknown("there is no checkpoint to hold the entries against")
        bodies = self.files.lines("entries.ndjson", MOST_ENTRY)
        if self.kind == "all":
            self.every(self.checkpoint, bodies)
            return
        for body, line in zip_longest(bodies, self.files.lines("proofs.ndjson")):
            if body is None or line is None:
                raise Malformed("entries and proofs are not as many")
            proof = shaped(ProofLine, read_json(line))
            if not (self.positions[-1] if self.positions else 0) < proof.position <= GREATEST:
                raise Malformed("the proofs are out of order")
            self.one(proof, body, self.checkpoint)
            self.take(proof.position, body)

    def every(self, checkpoint: Checkpoint, bodies: Iterator[bytes]) -> None:
        tree = Frontier()
        while page := list(islice(bodies, AT_A_TIME)):
            for position, body in enumerate(page, tree.size + 1):
                self.take(position, body)
            tree = tree.grown(leaf_hashes(page)).after
        if (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
            raise Wrong("the entries are not those that were signed")

    def one(self, proof: ProofLine, body: bytes, checkpoint: Checkpoint) -> None:
        def included() -> None:
            path = tuple(map(from_base64, proof.path))
            check_inclusion(leaf_hash(body), proof.position - 1, checkpoint.size, path, checkpoint.root)

        if not self.held(included):
            self.wrong.add(proof.position)

    def take(self, position: int, body: bytes) -> None:
        self.positions.append(position)
        if not self.held(lambda: self.place(position, body)):
            self.wrong.add(position)

    def place(self, position: int, body: bytes) -> None:
        entry = envelope(body)
        if self.packs:
            self.packs.take(entry)
        is_seal = position == self.about.get("seal")
        if is_seal:
            self.seal = entry
        before = self.ended[1] if self.ended else ""
        self.ended = position, entry.recordedtime
        self.begun = self.begun or self.ended
        if not (is_seal and self.kind not in ("all", "period")):
            last = self.heads.get(entry.subject, (0, 0))[0]
            self.heads[entry.subject] = entry.recordversion, position
            begins_later = last == 0 and self.kind == "period"
            if "kind" in self.scope and entry.recordversion != last + 1 and not begins_later:
                raise Wrong(f"{entry.subject} lacks version {last + 1}")
        if entry.recordedtime < before:
            raise Wrong(f"entry {position} was recorded before the one before it")

    def words(self) -> None:
        if "words.ndjson" not in self.files.names:
            return
        bodies = zip(self.positions, self.files.lines("entries.ndjson", MOST_ENTRY), strict=False)
        at, sealed = 0, dict[str, str]()
        for line in self.files.lines("words.ndjson"):
            word = shaped(WordLine, read_json(line))
            if word.position < at or word.position not in self.positions:
                raise Malformed("words of an entry that is not here, or out of order")
            if word.position > at:
                at = word.position
                sealed = next((sealed_in(body) for position, body in bodies if position == at), {})
            said = hashlib.sha256(from_base64(word.salt) + word.text.encode()).hexdigest()
            if sealed.get(word.path) != said:
                self.false.append(f"the words of entry {at} are not those sealed")

    def complete(self) -> None:
        match self.kind:
            case "all":
                return
            case "period":
                self.period(self.scope)
            case "record" | "incident" | "silence":
                self.case(self.scope)
            case _:
                raise Unknown("a scope of a kind not known here")

    def period(self, scope: dict[str, Any]) -> None:
        since, before = _text(scope, "since"), _text(scope, "before")
        size = self.checkpoint.size if self.checkpoint else 0
        if any(two != one + 1 for one, two in zip(self.positions, self.positions[1:], strict=False)):
            raise Wrong("a period with a gap")
        if self.begun is None or self.ended is None:
            if size:
                raise Wrong("a period without any entry")
            return
        (first, begun), (last, ended) = self.begun, self.ended
        if (first > 1 and begun >= since) or (last < size and ended < before):
            raise Wrong("a period that is cut short")

    def case(self, scope: dict[str, Any]) -> None:
        root = _text(scope, "record")
        if self.seal is None:
            raise Unknown("nothing here sealed the heads")
        runs = self.runs(self.seal)
        records = _reached(root, runs, follow=self.kind != "record")
        if self.kind == "silence":
            source = _text(scope, "source")
            if not _of(runs, f"head agency/{source[len('/agencies/') :]} "):
                raise Wrong("silence of an agency that is none")
            if any(_of(runs, f"sent {source} {record} ") for record in records) or self.heads:
                raise Wrong("silence is claimed of somebody who spoke")
        elif records != self.heads:
            self.false.append("the records are not those of the case, or not whole")

    def runs(self, seal: Envelope) -> dict[str, tuple[bytes, ...]]:
        if seal.type != SEALED:
            raise Wrong("the entry said to seal the heads does not")
        sealed, found = shaped(SealedData, seal.data), {}
        for line in self.files.lines("runs.ndjson"):
            read = shaped(RunLine, read_json(line))
            placed = (Placed(p.index, p.line.encode(), tuple(map(from_base64, p.path))) for p in read.lines)
            run = Run(read.prefix.encode(), tuple(placed))
            check_run(run, sealed.lines, bytes.fromhex(sealed.root))
            found[read.prefix] = run.lines
        return found

    def figures(self, name: str) -> None:
        report = read_json(self.files.whole(name))
        if not isinstance(report, dict) or not isinstance(report.get("figures"), list):
            raise Malformed(f"{name} is no report")
        for figure in report["figures"]:
            self.held(lambda figure=figure: check_figures(figure, self.positions, self.wrong))  # type: ignore[misc]


def _reached(root: str, runs: dict[str, tuple[bytes, ...]], *, follow: bool) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    ahead = {root}
    while ahead:
        record = ahead.pop()
        heads = _of(runs, f"head {record} ")
        if len(heads) != 1:
            raise Wrong(f"no record {record} was sealed")
        version, position = heads[0].decode().split(" ")[2:]
        found[record] = int(version), int(position)
        if follow and record.partition("/")[0] in FOLLOWED:
            ahead |= {line.decode().split(" ")[2] for line in _of(runs, f"link {record} ")} - found.keys()
    return found


def _of(runs: dict[str, tuple[bytes, ...]], prefix: str) -> tuple[bytes, ...]:
    if prefix not in runs:
        raise Wrong(f"nothing shows what was sealed under {prefix}")
    return runs[prefix]


def _text(value: dict[str, Any], name: str) -> str:
    if not isinstance(value.get(name), str):
        raise Malformed(f"the scope has no {name}")
    return str(value[name])
