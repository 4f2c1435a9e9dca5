"""eventsourcing's own interfaces carry the ledger: its event store, notification log, repository and mapper read what was recorded."""

import pytest
from eventsourcing.persistence import Notification, StoredEvent
from pydantic import ValidationError

from ledger.application import Ledger
from ledger.domain.history import Entry, fold
from ledger.entry import UnknownType, read_back
from ledger.mapping import EntryMapper
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from tests.ledger.posting import VAULT, agency, clock_at_noon, event, write

RENAMED = event("agency.renamed", "agency/LA", {"name": "New name", "renamed_on": "2019-04-01"})


@pytest.fixture
def ledger(database):
    opened = Ledger(open_recorder(database), shelf=load_shelf(), clock=clock_at_noon(), vault=VAULT)
    write(opened, agency("LA"), RENAMED, agency("POLICE"))
    yield opened
    opened.close()


def test_the_event_store_reads_a_record(ledger):
    entries = list(ledger.events.get("agency/LA"))
    assert [e.originator_version for e in entries] == [1, 2]
    assert [e.body for e in entries] == [e.body for e in ledger.record("agency/LA")]


def test_the_repository_folds_a_record(ledger):
    standing = ledger.repository.get("agency/LA", projector_func=lambda _, entries: fold(list(entries)))
    assert standing.state.name == "New name"


def test_the_notification_log_follows_positions(ledger):
    section = ledger.notification_log.select(start=1, limit=10)
    assert [n.id for n in section] == [1, 2, 3]
    assert [ledger.mapper.to_domain_event(n).position for n in section] == [1, 2, 3]


def test_the_mapper_keeps_the_exact_bytes(ledger):
    entry = ledger.entry_at(2)
    stored = EntryMapper().to_stored_event(entry)
    assert stored == StoredEvent("agency/LA", 2, "uk.safeguarding.agency.renamed", entry.body)


def test_the_mapper_validates_what_it_reads_back(ledger):
    body = ledger.entry_at(2).body
    mapper = EntryMapper()
    for altered in (body.replace(b'"name":"New name"', b'"name":7'), body.replace(b'"name"', b'"nome"')):
        with pytest.raises(ValidationError):
            mapper.to_domain_event(Notification("agency/LA", 2, "t", altered, 2))
    with pytest.raises(UnknownType):
        mapper.to_domain_event(StoredEvent("agency/LA", 2, "t", body.replace(b"agency.renamed", b"agency.renewed")))


def test_stored_names_are_the_registers_and_no_module_path(ledger):
    for entry in ledger.entries():
        assert entry.kind.type.startswith("uk.safeguarding.")
        assert b"ledger.domain" not in entry.body
        assert isinstance(read_back(entry.position, entry.body), Entry)
