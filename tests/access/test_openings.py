"""Words read and words opened, by whom; and the log of the openings, which nobody changes unseen."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import closing
from functools import partial
from itertools import product
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.access import Access
from api.app import create_app
from ledger.access.home import open_engine
from ledger.access.keys import Keys
from ledger.access.openings import OPENINGS, START, AccessLog, Act, Altered, End, Opener, Purpose, Sought
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Role
from ledger.access.words import opening_is_logged
from ledger.domain.register import REGISTER
from ledger.entry import words_of_record
from ledger.wiring import open_parts
from tests.api.conftest import serving
from tests.api.story import CASE, on, tell
from tests.ledger.posting import agency, clock_at_noon, event

SECRET = "Nobody could explain the fracture."
PLAIN = "Tell every ward."
ACT = Act("incident/INC-1", 5, ("/summary",), Purpose.SCRUTINY, 9)
WHO = Opener("key:1", "scrutineer", "IS")


def incident(name, by, named):
    data = {
        "agency": by, "happened_on": "2019-12-01", "known_on": "2019-12-01", "nature": "other", "how_many": 1, "looked_after": False,
        "care_leaver": False, "agencies_involved": named, "summary": SECRET,
    }  # fmt: skip
    return event("incident.reported", f"incident/INC-{name}", data, source=f"/agencies/{by}", **on("2019-12-01"))


def convened(name, by):
    data = {"incidents": [f"INC-{name}"], "members": [{"agency": by, "role": "nurse"}], "chair_role": "chair"}
    return event("rapid-review.convened", f"rapid-review/RR-{name}", data, source=f"/agencies/{by}", **on("2019-12-05"))


def decided(name, by):
    data = {
        "outcome": "no-further-review", "immediate_actions": [PLAIN], "rationale": SECRET,
        "positions": [{"agency": each, "position": "agree"} for each in ("LA", "HEALTH", "POLICE")],
    }  # fmt: skip
    return event("rapid-review.decided", f"rapid-review/RR-{name}", data, source=f"/agencies/{by}", **on("2019-12-10"))


def restricted(name):
    data = {"ground": "accuracy-contested"}
    return event("rapid-review.restricted", f"rapid-review/RR-{name}", data, **on("2019-12-11"))


CASES = {"OWN": ("HEALTH", ["HEALTH"]), "SHARED": ("POLICE", ["HEALTH"]), "OTHER": ("POLICE", [])}
"""Of HEALTH: its own, one of POLICE that names it, and one that is none of its business. The decision names all partners, so OTHER has none."""


class Door:
    """A service that asks everybody who they are; `at` has the position of each entry under test."""

    def __init__(self, client, keys, database):
        self.client, self.keys, self.database, self._made, self.at = client, keys, database, {}, {}

    def ask(self, method, path, role, agency="HEALTH", **how):
        agency = "BU" if role in OF_THE_BUSINESS_UNIT else agency
        if (role, agency) not in self._made:
            self._made[role, agency] = self.keys.make(role, agency, "")[1]
        headers = {"authorization": f"Bearer {self._made[role, agency]}"} | how.pop("headers", {})
        return self.client.request(method, path, headers=headers, **how)

    def post(self, role, agency, *events):
        """Their positions; one after another, so that each finds what it cites."""
        answers = [self.ask("POST", "/events", role, agency, json=event) for event in events]
        assert all(answer.status_code == 201 for answer in answers), answers[-1].text
        return [answer.json()["position"] for answer in answers]

    def open(self, position, role, agency="HEALTH", **asked):
        body = {"purpose": "decision"} | asked
        return self.ask("POST", f"/entries/{position}/openings", role, agency, json=body)

    def rows(self, **asked):
        return self.ask("GET", "/access-log", Role.AUDITOR, params={"limit": 1000} | asked).json()["openings"]


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    database, clock = str(tmp_path_factory.mktemp("openings") / "ledger.sqlite"), clock_at_noon()
    app = create_app(partial(open_parts, database, clock=clock), access=Access(Keys.open(database, clock)))
    with (
        closing(Keys.open(database, clock)) as keys,
        TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client,
    ):
        door = Door(client, keys, database)
        partners = [agency(code) for code in ("LA", "HEALTH", "POLICE", "IS")]
        for each in partners[:3]:
            each["data"]["standing"] = "statutory-partner"
        last = door.post(Role.BUSINESS_UNIT, "BU", *partners)[-1]
        door.ask("GET", f"/agencies?at_least={last}", Role.BUSINESS_UNIT).raise_for_status()
        for (name, (by, named)), narrow in product(CASES.items(), (False, True)):
            full = f"{name}-NARROW" if narrow else name
            outcome = decided(full, by)
            if name == "OTHER":
                outcome["data"]["positions"] = [{"agency": "POLICE", "position": "agree"}]
            positions = door.post(Role.PARTNER_SUBMITTER, by, incident(full, by, named), convened(full, by), outcome)
            door.at[name, narrow] = positions[-1]
            if narrow:
                last = door.post(Role.BUSINESS_UNIT, "BU", restricted(full))[-1]
        door.ask("GET", f"/agencies?at_least={last}", Role.BUSINESS_UNIT).raise_for_status()
        yield door


READ = frozenset(Role) - {Role.REPORT_BUILDER, Role.AUDITOR, Role.ADMINISTRATOR, Role.WITNESS}
PARTNERS = (Role.PARTNER_SUBMITTER, Role.PARTNER_READER)
OPEN = (Role.BUSINESS_UNIT, Role.CHAIR, Role.DELEGATED_PARTNER, Role.SCRUTINEER)
NARROW = (Role.BUSINESS_UNIT, Role.CHAIR, Role.SCRUTINEER)


def status(role, case, narrow, *, dagger):
    """What each role is answered, said here a second time and without the table."""
    if role not in READ or (dagger and role not in (*OPEN, Role.PARTNER_SUBMITTER)):
        return 403
    if (role in PARTNERS and case == "OTHER") or (narrow and role not in NARROW):
        return 404
    if dagger and role is Role.PARTNER_SUBMITTER and case != "OWN":
        return 403
    return 201 if dagger else 200


@pytest.mark.parametrize(("role", "case", "narrow"), [*product(Role, CASES, (False, True))])
def test_who_reads_and_who_opens(door, role, case, narrow):
    position = door.at[case, narrow]
    before = len(door.rows(entry=position))
    read = door.ask("GET", f"/entries/{position}/words", role)
    assert read.status_code == status(role, case, narrow, dagger=False), read.text
    assert (PLAIN in read.text) == (read.status_code == 200)
    assert SECRET not in read.text
    opened = door.open(position, role)
    assert opened.status_code == status(role, case, narrow, dagger=True), opened.text
    assert (SECRET in opened.text) == (opened.status_code == 201)
    assert PLAIN not in opened.text
    assert len(door.rows(entry=position)) == before + (opened.status_code == 201)


def test_an_entry_of_others_is_answered_like_one_beyond_the_end(door):
    for method, path, how in (("GET", "words", {}), ("POST", "openings", {"json": {"purpose": "review"}})):
        told = [
            door.ask(method, f"/entries/{position}/{path}", Role.PARTNER_SUBMITTER, **how).json() | {"instance": ""}
            for position in (door.at["OTHER", False], 9_999)
        ]
        assert told[0] == told[1]


def test_only_the_auditor_reads_the_log_and_nothing_else(door):
    for role in Role:
        answer = door.ask("GET", "/access-log", role)
        assert (answer.status_code == 200) == (role is Role.AUDITOR), role
    for path in ("/entries", "/figures", "/records/incident/INC-OWN", "/actions", "/log/witnesses"):
        assert door.ask("GET", path, Role.AUDITOR).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"purpose": "curiosity"}, {"purpose": ""}, {"purpose": None}, {"regarding": "incident/NOWHERE"}, {"regarding": None}, {"regarding": SECRET},
        {"why": "because"},
    ],
)  # fmt: skip
def test_a_purpose_is_a_code_and_no_place_for_words(door, asked):
    before = len(door.rows())
    answer = door.open(door.at["OWN", False], Role.CHAIR, **asked)
    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert len(door.rows()) == before


def test_nothing_is_opened_for_a_record_that_one_does_not_see(door):
    for record in ("incident/INC-OTHER", "incident/NOWHERE"):
        answer = door.open(door.at["OWN", False], Role.PARTNER_SUBMITTER, regarding=record)
        assert answer.status_code == 422
    answer = door.open(door.at["OWN", False], Role.PARTNER_SUBMITTER, regarding="incident/INC-OWN")
    assert door.rows()[-1]["regarding"] == "incident/INC-OWN"
    assert answer.json()["opening"] == door.rows()[-1]["number"]


@pytest.mark.parametrize(("kind", "status"), [("text/plain", 415), ("application/json", 422)])
def test_what_is_no_json_opens_nothing(door, kind, status):
    path, headers = f"/entries/{door.at['OWN', False]}/openings", {"content-type": kind}
    assert door.ask("POST", path, Role.CHAIR, content=b"{", headers=headers).status_code == status
    large = door.ask("POST", path, Role.CHAIR, content=b" " * 2_000, headers={"content-type": "application/json"})
    assert large.status_code == 413


def test_the_log_says_who_and_holds_no_words(door):
    door.open(door.at["SHARED", False], Role.SCRUTINEER, "IS", purpose="scrutiny")
    row = door.rows()[-1]
    assert (row["role"], row["agency"], row["purpose"]) == ("scrutineer", "IS", "scrutiny")
    assert (row["record"], row["paths"]) == ("rapid-review/RR-SHARED", "/rationale")
    assert row["subject"].startswith("key:")
    assert SECRET not in json.dumps(door.rows())


def test_the_log_is_asked_by_record_entry_speaker_agency_and_day(door):
    door.open(door.at["OWN", False], Role.SCRUTINEER, "IS")
    every = door.rows()
    own = every[-1]
    for name, value, member in (
        ("record", own["record"], "record"),
        ("entry", own["position"], "position"),
        ("principal", own["subject"], "subject"),
        ("agency", "IS", "agency"),
    ):
        assert door.rows(**{name: value}) == [row for row in every if row[member] == value] != []
    assert door.rows(opened_from="2020-01-01", opened_to="2020-01-01") == every
    assert door.rows(opened_from="2020-01-02") == door.rows(opened_to="2019-12-31") == []


def test_the_log_comes_in_pages_and_as_a_table(door):
    for _ in range(3):
        door.open(door.at["OWN", False], Role.CHAIR)
    every, path, found = door.rows(), "/access-log?limit=2", []
    while path:
        page = door.ask("GET", path, Role.AUDITOR).json()
        found += page["openings"]
        path = page.get("next")
    assert found == every
    end = door.ask("GET", "/access-log?limit=1", Role.AUDITOR).json()["end"]
    assert end == {"number": every[-1]["number"], "hash": every[-1]["hash"]}
    lines = door.ask("GET", "/access-log?format=csv", Role.AUDITOR).text.splitlines()
    assert lines[0].startswith("number,opened,subject,role")
    assert len(lines) == len(every) + 1


def test_it_tells_what_each_of_those_who_decided_had_opened_before(door):
    begun = door.post(Role.PARTNER_SUBMITTER, "HEALTH", incident("D", "HEALTH", []), convened("D", "HEALTH"))
    first = door.open(begun[0], Role.DELEGATED_PARTNER, "POLICE").json()["opening"]
    (position,) = door.post(Role.PARTNER_SUBMITTER, "HEALTH", decided("D", "HEALTH"))
    later = door.open(begun[0], Role.DELEGATED_PARTNER, "LA").json()["opening"]
    answer = door.ask("GET", f"/access-log?decision={position}", Role.AUDITOR).json()
    told = {each["agency"]: each["openings"] for each in answer["decision"]["deciders"]}
    assert told == {"HEALTH": [], "LA": [], "POLICE": [first]}
    assert [row["number"] for row in answer["openings"]] == [first]
    assert answer["decision"]["records"] == ["incident/INC-D", "rapid-review/RR-D"]
    assert {row["number"] for row in door.rows(record="incident/INC-D")} == {first, later}
    assert door.ask("GET", f"/access-log?decision={begun[0]}", Role.AUDITOR).status_code == 404
    assert [row["number"] for row in door.rows(decision=position, record="incident/INC-D")] == [first]
    assert door.rows(decision=position, record="incident/INC-OWN") == door.rows(decision=position, before=3) == []


def test_words_are_checked_offline_against_what_the_entry_holds(door):
    position = door.at["OWN", False]
    entry = door.ask("GET", f"/entries/{position}", Role.BUSINESS_UNIT).json()["entry"]["data"]
    ordinary = door.ask("GET", f"/entries/{position}/words", Role.BUSINESS_UNIT).json()
    assert ordinary["closed"] == ["/rationale"]
    (plain,), (secret,) = ordinary["words"], door.open(position, Role.BUSINESS_UNIT).json()["words"]
    assert (plain["path"], secret["path"]) == ("/immediate_actions/0", "/rationale")
    for told, held in ((plain, entry["immediate_actions"][0]), (secret, entry["rationale"])):
        worked_out = hashlib.sha256(base64.b64decode(told["salt"]) + told["text"].encode()).hexdigest()
        assert worked_out == told["commitment"] == held["sealed"]


def test_the_words_of_a_correction_are_as_closed_as_the_field():
    for kind in REGISTER.values():
        for path, logged in kind.words:
            assert opening_is_logged(kind, "".join(f"/{0 if step == '*' else step}" for step in path)) == logged
    corrected = REGISTER["uk.safeguarding.incident.corrected"]
    assert opening_is_logged(corrected, "/reason")
    assert words_of_record("incident")
    for record in ("incident", "rapid-review", "action"):
        closed = {
            path for each in REGISTER.values() if each.record.name == record for path, logged in each.words if logged
        }
        for path in words_of_record(record):
            pointer = "/changes" + "".join(f"/{0 if step == '*' else step}" for step in path)
            assert opening_is_logged(REGISTER[f"uk.safeguarding.{record}.corrected"], pointer) == (path in closed), path
    assert opening_is_logged(corrected, "/nobody/knows"), "what is not known is closed"


def test_in_development_an_opening_is_logged_too(database):
    with serving(database) as client:
        positions = tell(client, *CASE)
        assert client.post(f"/entries/{positions[4]}/openings", json={"purpose": "review"}).status_code == 201
        assert client.post(f"/entries/{positions[0]}/openings", json={"purpose": "review"}).status_code == 404
        (row,) = client.get("/access-log").json()["openings"]
        assert (row["subject"], row["role"], row["agency"]) == ("development", "", "")


def test_where_the_log_cannot_be_written_nothing_is_opened(database):
    with serving(database, raising=False) as client:
        positions = tell(client, *CASE)
        engine = open_engine(database)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE openings RENAME TO elsewhere"))
        answer = client.post(f"/entries/{positions[4]}/openings", json={"purpose": "review"})
        assert answer.status_code == 503
        assert "Words that are sealed" not in answer.text
        engine.dispose()


@pytest.fixture
def log(database):
    with closing(AccessLog.open(database, clock_at_noon())) as log:
        yield log


def test_rows_follow_one_another(log):
    assert log.verify() == log.end() == End(0, START)
    rows = [log.add(WHO, ACT) for _ in range(3)]
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [START, rows[0].hash, rows[1].hash]
    assert log.sought(Sought()) == rows
    assert log.verify(End(2, rows[1].hash)) == End(3, rows[2].hash)
    for kept in (End(2, rows[0].hash), End(4, rows[2].hash)):
        with pytest.raises(Altered):
            log.verify(kept)


def test_many_write_at_once_and_no_number_is_given_twice(database, log):
    with closing(AccessLog.open(database, clock_at_noon())) as other:
        threads = [
            Thread(target=lambda log=each: [log.add(WHO, ACT) for _ in range(10)]) for each in (log, other, log, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert log.verify().number == 40


@pytest.mark.parametrize("statement", ["UPDATE openings SET purpose = 'review'", "DELETE FROM openings"])
def test_the_database_refuses_to_change_or_remove_a_row(database, log, statement):
    log.add(WHO, ACT)
    engine = open_engine(database)
    with pytest.raises(DBAPIError, match="only added to"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert log.verify().number == 1


CHANGES = {"number": 9, "position": 6, "held": 8, "regarding": "meeting/M-1"}


@pytest.mark.parametrize("column", [column.name for column in OPENINGS.columns])
def test_whoever_changes_a_row_in_spite_of_that_is_found_out(tmp_path, column):
    def break_(connection):
        value = CHANGES.get(column, "0" * 63 + "1")
        connection.execute(text(f"UPDATE openings SET {column} = :value WHERE number = 2"), {"value": value})

    assert_found_out(tmp_path, break_)


@pytest.mark.parametrize("number", [1, 2])
def test_whoever_removes_a_row_is_found_out(tmp_path, number):
    assert_found_out(
        tmp_path, lambda connection: connection.execute(text(f"DELETE FROM openings WHERE number = {number}"))
    )


def test_whoever_cuts_the_log_off_is_found_out_by_whoever_kept_its_end(tmp_path):
    def cut(connection):
        connection.execute(text("DELETE FROM openings WHERE number = 3"))

    assert_found_out(tmp_path, cut, keeps=True)


def assert_found_out(tmp_path, break_, *, keeps=False):
    database = str(tmp_path / "ledger.sqlite")
    with closing(AccessLog.open(database, clock_at_noon())) as log:
        for _ in range(3):
            log.add(WHO, ACT)
        kept = log.end() if keeps else None
        engine = open_engine(database)
        with engine.begin() as connection:
            for act in ("UPDATE", "DELETE"):
                connection.execute(text(f"DROP TRIGGER openings_{act}"))
            break_(connection)
        engine.dispose()
        with pytest.raises(Altered):
            log.verify(kept)
