"""Lawful erasure, and what somebody does who wants the words back, or wants to erase alone."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import cast

import psycopg
import pytest

from ledger.access.erasing import (
    Askings,
    NotErased,
    Scope,
    asked,
    batch_of,
    carry_out,
    confirmed,
    copies_of,
    declined,
)
from ledger.access.openings import Opener
from ledger.access.principal import Principal, Role
from ledger.access.words import words_of
from ledger.cli.commands import main
from ledger.cli.erasing import NOT_KNOWN, person
from ledger.evidence.erasures import Erasures, erase_again
from ledger.evidence.signing import Signing
from ledger.evidence.verification import Walk
from ledger.log.receipt import Trust, check
from ledger.outcome import Refused
from ledger.recorders import open_recorder
from ledger.recorders.contract import LedgerRecorder
from ledger.recorders.copying import backup, restore
from ledger.wiring import open_ledger
from tests.api.story import CASE
from tests.ledger.posting import VAULT, agency, clock_at_noon, event, recorded, write
from tests.log.making import LOG

ANN, BEN = Opener("oidc:ann", "business-unit", "BU"), Opener("oidc:ben", "delegated-partner", "LA")
SECRET = "The uncle had a key to the flat."
LA = Scope("agency/LA")
CLOCK = clock_at_noon()


def nothing(done, total):
    """Progress that nobody watches."""


def hold(number, words=SECRET, name="agency/LA"):
    return event(
        f"{name.partition('/')[0]}.hold-placed", name, {"authority": f"Inquiry {number}", "held_because": words}
    )


def lifted(number):
    return event("agency.hold-lifted", "agency/LA", {"hold": number, "released_because": f"Over. {SECRET}"})


class Keeping:
    """A signed ledger, its requests, and what it wrote down of its erasures, in places that outlast the database."""

    def __init__(self, database, folder):
        self.database, self.erasures = database, Erasures(folder / "erased")
        self.open()

    def open(self):
        signing = Signing(lambda: (LOG,))
        self.ledger = open_ledger(
            self.database, clock=clock_at_noon(), signing=signing, vault=VAULT, erasures=self.erasures
        )
        self.askings = Askings.open(self.database, clock_at_noon())
        self.home = cast("LedgerRecorder", self.ledger.recorder)

    def close(self):
        self.askings.close()
        self.ledger.close()

    def request(self, scope=LA, by=ANN, ground="unlawful"):
        return asked(self.ledger, self.askings, by, scope, ground)

    def confirm(self, number, by=BEN):
        return carry_out(self.ledger, self.askings, confirmed(self.ledger, self.askings, number, by))

    def erase(self, scope=LA):
        return self.confirm(self.request(scope).number)

    def texts(self):
        return [each.text for each in self.ledger.words(list(range(1, self.ledger.head().position + 1)))]

    def whole(self):
        return list(Walk(self.home, vault=VAULT).to_the_end(self.ledger.head().position)) == []


@pytest.fixture
def kept(database, tmp_path):
    """Two holds placed and lifted: four texts on one record, and one on another."""
    keeping = Keeping(database, tmp_path)
    write(keeping.ledger, agency("LA"), agency("NHS"), hold(1), hold(2))
    write(keeping.ledger, lifted(3), lifted(4), hold(1, "Kept.", "agency/NHS"))
    yield keeping
    keeping.close()


def test_words_go_and_everything_else_stays(kept):
    before = [kept.ledger.prove(position).to_bytes() for position in range(1, 8)]
    bodies = [entry.body for entry in kept.ledger.entries()]
    done = kept.erase()
    assert (done.state, done.certificates) == ("done", (8,))
    assert kept.texts() == ["Kept."]
    assert [kept.ledger.prove(position).to_bytes() for position in range(1, 8)] == before
    assert [entry.body for entry in kept.ledger.entries(upto=7)] == bodies
    assert all(check(proof, Trust((LOG.verifier,))) for proof in before)
    assert kept.whole()
    certificate = kept.ledger.entry_at(8)
    assert {each.position for each in certificate.event.erased} == {3, 4, 5, 6}
    assert certificate.event.requested_by.by == "business-unit@BU"
    assert certificate.event.requested_by.person != certificate.event.confirmed_by.person
    assert b"ann" not in certificate.body
    assert words_of(kept.ledger, kept.ledger.entry_at(3)).erased == {"/held_because": 8}


def test_one_person_is_not_two(kept):
    number = kept.request().number
    for again in (ANN, Opener("oidc:ann", "delegated-partner", "LA")):
        with pytest.raises(NotErased, match="another person"):
            kept.confirm(number, again)
    for unknown in (Opener("terminal:1000"), Opener("key:0123", "business-unit", "BU"), Opener("development")):
        with pytest.raises(NotErased):
            kept.confirm(number, unknown)
    for nobody in (Opener("key:0123", "business-unit", "BU"), Opener("development")):
        with pytest.raises(NotErased, match="takes two people"):
            kept.request(by=nobody)
    assert len(kept.texts()) == 5


def test_nobody_posts_a_certificate(kept):
    asking = kept.request()
    batch = batch_of(kept.ledger, kept.askings.answer(asking, "confirmed", BEN))
    (outcome,) = kept.ledger.write([batch.__class__(batch.submissions, "business-unit@BU")])[0]
    assert isinstance(outcome, Refused)
    assert [broken.rule.id for broken in outcome.broken] == ["RGT-ERASE"]
    assert len(kept.texts()) == 5


def test_a_certificate_is_neither_corrected_nor_withdrawn(kept):
    kept.erase()
    wrong = event("agency.withdrawn", "agency/LA", {"position": 8, "reason": "Undone", "decided_by": "LA"})
    (outcome,) = write(kept.ledger, wrong)
    assert isinstance(outcome, Refused)
    assert "do not come back" in outcome.broken[0].why


def test_nothing_is_erased_under_a_hold_whenever_it_came(kept):
    with pytest.raises(NotErased, match="RET-MORAT"):
        kept.request(Scope("agency/NHS"))
    number = kept.request().number
    write(kept.ledger, hold(9))
    with pytest.raises(NotErased, match="RET-MORAT"):
        kept.confirm(number)
    write(kept.ledger, lifted(8))
    asking = confirmed(kept.ledger, kept.askings, number, BEN)
    write(kept.ledger, hold(10))
    with pytest.raises(NotErased, match="Nothing was erased"):
        carry_out(kept.ledger, kept.askings, asking)
    assert kept.askings.one(number).state == "asked"
    assert SECRET in kept.texts()


def test_a_scope_is_no_wider_than_it_says(kept):
    kept.erase(Scope("agency/LA", entry=3))
    assert len(kept.texts()) == 4
    kept.erase(Scope("agency/LA", fields=("held_because",)))
    assert kept.texts() == [f"Over. {SECRET}"] * 2 + ["Kept."]
    with pytest.raises(NotErased, match="no words of that"):
        kept.request(Scope("agency/LA", entry=3))


def test_what_came_after_the_request_is_not_meant(kept):
    number = kept.request().number
    write(
        kept.ledger,
        agency("LATER"),
        event("agency.corrected", "agency/LA", {"position": 1, "changes": {"name": "New"}, "reason": "Later."}),
    )
    kept.confirm(number)
    assert "Later." in kept.texts()


def test_what_was_declined_stays_in_the_list_and_is_not_done(kept):
    number = kept.request().number
    declined(kept.askings, number, BEN)
    with pytest.raises(NotErased, match="declined already"):
        kept.confirm(number)
    assert [each.state for each in kept.askings.all()] == ["declined"]


def test_posting_it_again_says_recorded_since_erased_whatever_the_words(kept):
    first = hold(5)
    then = recorded(write(kept.ledger, first)[0])
    write(kept.ledger, lifted(then.entry.position))
    done = kept.erase()
    for words in (SECRET, "Any other words: nothing is left to tell them apart."):
        again = recorded(write(kept.ledger, first | {"data": first["data"] | {"held_because": words}})[0])
        assert (again.repeat, again.entry.position, again.erased) == (True, then.entry.position, done.certificates)
        assert again.receipt == then.receipt is not None
    assert SECRET not in kept.texts()


@pytest.mark.parametrize("written_down", [False, True])
def test_what_was_broken_off_is_carried_out_once(kept, written_down):
    """kill -9 behind the commit: the words are gone with it; the rest follows at the next start, and no second certificate."""
    asking = confirmed(kept.ledger, kept.askings, kept.request().number, BEN)
    outcomes = kept.ledger.write([batch_of(kept.ledger, asking)])[0]
    assert kept.texts() == ["Kept."]
    assert not kept.erasures.path.exists()
    kept.close()
    if written_down:
        kept.erasures.path.write_text("")
    kept.open()
    assert {each.position for each in kept.erasures.read()} == {3, 4, 5, 6}
    done = carry_out(kept.ledger, kept.askings, kept.askings.one(asking.number))
    assert done.certificates == tuple(each.entry.position for each in outcomes)
    assert kept.ledger.head().position == 8


def test_an_older_backup_has_its_words_erased_again_before_anybody_reads_them(kept, database, tmp_path, postgres):
    older = tmp_path / "older.sqlite"
    backup(kept.home, older, nothing)
    kept.erase()
    with closing(open_ledger(str(older), read_only=True, vault=VAULT, erasures=kept.erasures)) as copy:
        assert [each.text for each in copy.words(list(range(1, 8)))] == ["Kept."]
    target = str(tmp_path / "back.sqlite") if not database.startswith("postgresql://") else postgres.create_database()
    with closing(open_recorder(target)) as empty:
        restore(older, empty, nothing)
        assert len(empty.words(list(range(1, 8)))) == 5
    with closing(open_ledger(target, clock=clock_at_noon(), vault=VAULT, erasures=kept.erasures)) as back:
        assert [each.text for each in back.words(list(range(1, 8)))] == ["Kept."]
        assert [each.position for each in cast("LedgerRecorder", back.recorder).words(list(range(1, 8)))] == [7]


def test_a_newer_backup_carries_the_erasure_with_it(kept, tmp_path):
    kept.erase()
    newer = tmp_path / "newer.sqlite"
    backup(kept.home, newer, nothing)
    lost = Erasures(tmp_path / "lost")
    with closing(open_ledger(str(newer), clock=clock_at_noon(), vault=VAULT, erasures=lost)) as copy:
        assert [each.text for each in copy.words(list(range(1, 9)))] == ["Kept."]
    assert {each.position for each in lost.read()} == {3, 4, 5, 6}


def test_words_put_back_into_the_table_are_found_and_erased_again(kept):
    rows = kept.home.words([3])
    kept.erase()
    with kept.home.appending() as held:
        held.head  # noqa: B018 - locks it
        held.exchange((), rows)
    assert SECRET not in kept.texts(), "what was written down goes before what is in the table"
    assert not kept.whole()
    assert erase_again(kept.home, kept.erasures) == 1
    assert kept.whole()


def test_no_file_of_the_engine_has_anything_of_them(kept, database):
    words, rows = kept.ledger.words([3, 4, 5, 6]), kept.home.words([3, 4, 5, 6])
    kept.erase()
    if database.startswith("postgresql://"):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            ((folder,),) = connection.execute("SHOW data_directory").fetchall()
    else:
        folder = Path(database).parent
    sought = [SECRET.encode(), *(each.salt for each in words)]
    boxes = [each.box for each in rows]
    looked = 0
    for path in Path(folder).rglob("*"):
        if not path.is_file():
            continue
        octets, looked = path.read_bytes(), looked + 1
        assert not any(each in octets for each in sought), path
        if "pg_wal" not in path.parts:  # the server's log still has them locked, till it has moved on
            assert not any(each in octets for each in boxes), path
    assert looked > 2


def test_what_is_left_tells_nothing_to_whoever_guesses(kept):
    """Even of words of one bit: every hash that is left anywhere is tried against every guess."""
    posted = hold(8, "yes")
    position = recorded(write(kept.ledger, posted)[0]).entry.position
    write(kept.ledger, lifted(position))
    (sealed,) = kept.ledger.words([position])
    kept.erase()
    body = kept.ledger.entry_at(position).body
    seal = json.loads(body)["data"]["held_because"]["sealed"]
    row = kept.home.rows(position - 1, 1)[0]
    guesses = [
        b"yes",
        b"no",
        json.dumps(posted).encode(),
        json.dumps(posted["data"]).encode(),
        json.dumps("yes").encode(),
    ]
    digests = {hashlib.sha256(salt + guess).hexdigest() for guess in guesses for salt in (b"", bytes(32))}
    assert digests.isdisjoint({seal, row.entry.content.hex(), hashlib.sha256(body).hexdigest()})
    assert hashlib.sha256(sealed.salt + b"yes").hexdigest() == seal, "with the salt, which is gone, it could be guessed"
    other = posted | {"data": posted["data"] | {"held_because": "no"}}
    assert recorded(write(kept.ledger, other)[0]).content == row.entry.content, "what is hashed has no words in it"


def test_files_with_the_words_are_named(kept, tmp_path):
    (tmp_path / "b.sqlite").touch()
    kept.askings.copies.add("backup", tmp_path / "b.sqlite", 5)
    kept.askings.copies.add("bundle", tmp_path / "gone.zip", 7, [1, 7])
    kept.askings.copies.add("bundle", tmp_path / "bundle.zip", 7, [3])
    told = [each.told() for each in copies_of(kept.ledger, kept.askings, kept.request())]
    assert [(each["kind"], Path(each["place"]).name, each["there"]) for each in told] == [
        ("backup", "b.sqlite", True),
        ("bundle", "bundle.zip", False),
    ]


def test_without_a_place_to_write_it_down_nothing_is_erased(kept):
    number = kept.request().number
    kept.ledger.erasures = None
    with pytest.raises(NotErased, match="LEDGER_ERASURES"):
        kept.confirm(number)


@pytest.mark.parametrize(("scope", "left"), [(LA, 0), (Scope("agency/LA", entry=3), 1)])
def test_a_draft_that_names_a_whole_record_goes_with_its_words(kept, scope, left):
    author = Principal(Role.BUSINESS_UNIT, "BU", "oidc:cat")
    drafts = kept.askings.drafts(VAULT)
    drafts.keep(author, "a", "agency.hold-placed", json.dumps({"reference": ["LA"], "data.held_because": [SECRET]}))
    drafts.keep(author, "b", "agency.hold-placed", json.dumps({"reference": ["NHS"], "data.held_because": ["Kept."]}))
    kept.erase(scope)
    assert len(drafts.all(author)) == 1 + left
    assert "b" in {each.id for each in drafts.all(author)}


def until(day, on="2019-05-01"):
    """The controller enters a day to review."""
    return event("agency.retention-set", "agency/LA", {"review_on": day}, time=f"{on}T00:00:00+01:00")


def test_that_the_time_is_over_is_a_ground_only_where_it_is(kept):
    def refused(scope=LA):
        with pytest.raises(NotErased) as found:
            kept.request(scope, ground="retention-ended")
        return str(found.value)

    assert "No retention pack in force" in refused()
    recorded(write(kept.ledger, until("2060-01-01"))[0])
    assert refused() == "agency/LA is to be reviewed on 1 January 2060, which has not come (RET-DESIGN)."
    recorded(write(kept.ledger, until("2019-06-01"))[0])
    assert "over for all of it" in refused(Scope("agency/LA", entry=3))
    assert "over for all of it" in refused(Scope("agency/LA", fields=("held_because",)))
    assert "RET-MORAT" in refused(Scope("agency/NHS"))
    done = kept.confirm(kept.request(ground="retention-ended").number)
    assert (done.state, kept.texts()) == ("done", ["Kept."])
    assert kept.ledger.entry_at(done.certificates[0]).event.ground == "retention-ended"


def test_a_day_to_review_that_is_put_off_stops_an_erasure_until_the_last(kept):
    recorded(write(kept.ledger, until("2019-06-01"))[0])
    first, second = (kept.request(ground="retention-ended") for _ in range(2))
    asking = confirmed(kept.ledger, kept.askings, first.number, BEN)
    recorded(write(kept.ledger, until("2060-01-01", on="2019-06-02"))[0])
    with pytest.raises(NotErased, match=r"has not come \(RET-DESIGN\)"):
        kept.confirm(second.number)
    (outcome,) = kept.ledger.write([batch_of(kept.ledger, asking)])[0]
    assert isinstance(outcome, Refused)
    assert [broken.rule.id for broken in outcome.broken] == ["RET-DESIGN"]
    with pytest.raises(NotErased, match=r"which has not come .RET-DESIGN.*Nothing was erased"):
        carry_out(kept.ledger, kept.askings, asking)
    assert kept.askings.one(first.number).state == "asked"
    assert len(kept.texts()) == 5


def asking_for(door, sub, role="business-unit", named="BU"):
    return {"authorization": f"Bearer {door.provider.token(role, named, sub=sub)}", "content-type": "application/json"}


def test_over_http_two_people_erase_and_everybody_else_is_refused(door):
    ann, ben = asking_for(door, "ann"), asking_for(door, "ben", "delegated-partner", "LA")
    posted = hold(1, name="incident/INC-HIDDEN")
    position = door.post(posted, Role.BUSINESS_UNIT).json()["position"]
    over = event("incident.hold-lifted", "incident/INC-HIDDEN", {"hold": position, "released_because": "Over."})
    assert door.post(over, Role.BUSINESS_UNIT).status_code == 201
    wanted = {"record": "incident/INC-HIDDEN", "ground": "unlawful", "fields": ["held_because"]}
    made = door.client.post("/erasures", json=wanted, headers=ann)
    assert made.status_code == 201, made.text
    confirm = f"/erasures/{made.json()['number']}/confirmation"
    for who, status in (
        (ann, 409),
        (door.headers(Role.BUSINESS_UNIT), 409),
        (door.headers(Role.CHAIR), 403),
        (door.headers(Role.PARTNER_SUBMITTER), 403),
        ({}, 401),
    ):
        assert door.client.post(confirm, headers=who).status_code == status
    done = door.client.post(confirm, headers=ben)
    assert done.status_code == 200, done.text
    (certificate,) = done.json()["certificates"]
    assert done.json()["copies"] == []
    assert door.client.post(confirm, headers=ben).json()["detail"].endswith("done already.")
    words = door.get(f"/entries/{position}/words", Role.BUSINESS_UNIT).json()
    assert (words["words"], words["erased"]) == ([], [{"path": "/held_because", "certificate": certificate}])
    again = door.post(posted, Role.BUSINESS_UNIT)
    assert (again.status_code, again.json()["erased"]) == (200, [certificate])
    assert door.client.get("/erasures", headers=ben).json()[-1]["state"] == "done"
    bad = door.client.post("/erasures", json=wanted | {"ground": SECRET}, headers=ann)
    assert (bad.status_code, SECRET in bad.text) == (422, False)
    unknown = door.client.post("/erasures", json=wanted | {"record": "incident/INC-NONE"}, headers=ann)
    assert unknown.status_code == 404


def test_on_the_command_line_a_person_is_who_logged_in(tmp_path, monkeypatch, capfd):
    database = str(tmp_path / "ledger.sqlite")
    with closing(open_ledger(database, clock=CLOCK)) as ledger:
        write(ledger, agency("LA"), hold(1), event("agency.hold-lifted", "agency/LA", {"hold": 2}))

    def run(*arguments, who):
        monkeypatch.setattr("ledger.cli.erasing.person", lambda: Opener(f"terminal:{who}"))
        code = main(["erase", *arguments, "--database", database])
        return code, "".join(capfd.readouterr())

    assert main(["backup", str(tmp_path / "b.sqlite"), "--database", database]) == 0
    assert run("request", "agency/LA", "--ground", "unlawful", who=1000)[0] == 0
    assert run("confirm", "1", who=1000) == (
        1,
        "Whoever asked for an erasure does not confirm it: another person does.\n",
    )
    code, said = run("confirm", "1", who=1001)
    assert code == 0
    assert "certified by entry 4" in said
    assert "Still in a backup" in said and str(tmp_path / "b.sqlite") in said
    assert main(["words", "2", "--database", database]) == 0
    assert "The words of /held_because were erased; entry 4 certifies it." in "".join(capfd.readouterr())
    Path(database).unlink()
    for beside in tmp_path.glob("ledger.sqlite-*"):
        beside.unlink()
    assert main(["restore", str(tmp_path / "b.sqlite"), "--database", database]) == 0
    assert "Words in 1 place had been erased since, and are erased again." in "".join(capfd.readouterr())


def test_whoever_becomes_another_user_stays_the_same_person(monkeypatch):
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setattr("pathlib.Path.read_text", lambda _: NOT_KNOWN)
    assert person().subject == "terminal:1000"
    monkeypatch.setattr("pathlib.Path.read_text", lambda _: "1002\n")
    assert person().subject == "terminal:1002"


def test_what_follows_from_an_incident_goes_with_it_and_nothing_else(database, tmp_path):
    with closing(Keeping(database, tmp_path)) as keeping:
        for made in CASE:
            recorded(write(keeping.ledger, made)[0])
        before = len(keeping.texts())
        done = keeping.erase(Scope("incident/INC-1", following=True))
        named = [keeping.ledger.entry_at(position).originator_id for position in done.certificates]
        assert named == ["action/ACT-1", "action/ACT-2", "incident/INC-1"]
        assert 0 < len(keeping.texts()) < before
        assert all(not each.originator_id.startswith("action/") for each in _with_words(keeping))
        assert keeping.whole()


def _with_words(keeping):
    """The entries that still have words."""
    every = list(range(1, keeping.ledger.head().position + 1))
    return [keeping.ledger.entry_at(each.position) for each in keeping.ledger.words(every)]
