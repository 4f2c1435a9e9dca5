"""How eventsourcing sees the ledger: an entry as a stored event, and the one recorder as all its infrastructure."""

from __future__ import annotations

from typing import Any, cast

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    JSONTranscoder,
    Mapper,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from ledger.domain.history import Entry
from ledger.entry import read_back


class EntryMapper(Mapper[str]):
    """Keeps an entry's exact bytes, and validates what it reads back; type names are the register's, so modules may move."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        entry = cast("Entry", domain_event)
        return StoredEvent(entry.originator_id, entry.version, entry.kind.type, entry.body)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The entry; its position is 0 unless the stored event is a notification, which carries one."""
        return read_back(getattr(stored_event, "id", 0), stored_event.state)


class Home(InfrastructureFactory[TrackingRecorder]):
    """Hands eventsourcing the recorder this ledger was opened with."""

    def __init__(self, env: Environment, recorder: ApplicationRecorder) -> None:
        super().__init__(env)
        self._recorder = recorder

    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        return self._recorder

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise TypeError("read tables are kept by ledger.projections, which tracks its own position")

    def process_recorder(self) -> ProcessRecorder:
        raise TypeError("read tables are kept by ledger.projections, which tracks its own position")
