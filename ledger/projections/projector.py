"""The projector: it follows the ledger in batches and keeps the tables, each batch with its own position in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from ledger.beside import writing
from ledger.projections import writing as tables
from ledger.projections.folding import REMEMBERED, Folding, ProjectorStopped, Source
from ledger.projections.home import reading, wait_for_readers
from ledger.projections.rows import Projection

BATCH = 5_000
"""Entries taken in one transaction."""
PAUSE = 1.0
"""Seconds the projector waits for news before it asks whether it should stop."""
PATIENCE, LOOK = 30.0, 0.1
"""Seconds without any news after which somebody else's rebuild is taken for ended, and seconds between two looks at it."""

Progress = Callable[[int, int], None]
"""Called after each batch with the position reached and the position to reach."""


class OtherShape(ProjectorStopped):
    """The tables that count were made by another version of this program."""


class RebuildGaveWay(ProjectorStopped):
    """Another rebuild began while this one was going on, and took its place. What counts was not touched."""


class Projector:
    """Keeps one ledger's tables. Several at once do no harm: each batch is one transaction that holds the position.

    `untold` names the kinds of record that need no table. Anything else unclaimed stops it (NotUnderstood), and so does
    a projection that fails (CannotFold); `Tables.state().trouble` then says why, and nothing is skipped.
    """

    def __init__(
        self,
        source: Source,
        engine: Engine,
        projections: Sequence[Projection[Any]],
        untold: frozenset[str] = frozenset(),
        *,
        batch: int = BATCH,
        remembered: int = REMEMBERED,
    ) -> None:
        self._source, self._engine, self._projections, self._batch = source, engine, tuple(projections), batch
        self._untold, self._remembered = untold, remembered
        self._shape = tables.fingerprint(self._projections)
        self._folding = self._new_folding()
        self._follows: tuple[int, int] | None = None

    def prepare(self, progress: Progress | None = None) -> None:
        """Make sure that tables of this program's shape and of this ledger count; build them if there are no such tables.

        Of several processes that find none, the last to begin builds them; the others wait until they are there.
        """
        with writing(self._engine) as connection:
            tables.make_state(connection)
        while not self._is_ready():
            try:
                self.rebuild(progress)
            except RebuildGaveWay:
                self._wait_for_another()

    def _is_ready(self) -> bool:
        live = next((found for found in self._generations() if found.live), None)
        return live is not None and live.fingerprint == self._shape and self._is_of_this_ledger(live)

    def _wait_for_another(self) -> None:
        """Wait while somebody else builds tables of this shape: until they count, or nothing has moved for a while."""
        seen: list[tables.Generation] = []
        quiet = 0.0
        while quiet < PATIENCE:
            found = self._generations()
            if all(each.live for each in found):
                return
            quiet = quiet + LOOK if found == seen else 0.0
            seen = found
            time.sleep(LOOK)

    def _is_of_this_ledger(self, state: tables.Generation) -> bool:
        """Whether the ledger holds the last entry that the tables hold: not one restored to an earlier end, nor another."""
        if state.position == 0:
            return True
        entries = self._source.entries(state.position - 1, 1)
        return bool(entries) and tables.anchor_of(entries[0]) == state.anchor

    def step(self) -> int:
        """Take one batch into the tables that count; how many entries there were, 0 when all are taken.

        Raises ProjectorStopped; the tables then stand where they stood.
        """
        return self._step(None, self._folding)

    def catch_up(self, progress: Progress | None = None) -> None:
        """Take everything there is."""
        while taken := self.step():
            if progress is not None and self._follows is not None:
                progress(self._follows[1], max(self._source.head(), self._follows[1]))
            if taken < self._batch:
                break

    def follow(self, wait_beyond: Callable[[int, float], bool], stopping: Callable[[], bool]) -> None:
        """Take entries as they are recorded, until told to stop. `wait_beyond(position, seconds)` waits for a later entry."""
        while not stopping():
            self.catch_up()
            wait_beyond(self._follows[1] if self._follows else 0, PAUSE)

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build all tables from nothing beside those that count, then let them count, in one transaction.

        Stopped half way, it leaves the tables that count as they are; the next rebuild begins anew.
        """
        with writing(self._engine) as connection:
            tables.make_state(connection)
            present = tables.generations(connection, lock=True)
            for found in present:
                if not found.live:
                    tables.drop(connection, found.generation)
            generation = 1 + max((found.generation for found in present), default=0)
            tables.drop(connection, generation)
            tables.make(connection, self._projections, generation)
        folding = self._new_folding()
        while self._step(generation, folding):
            if progress is not None:
                progress(self._position(generation), self._source.head())
        with writing(self._engine) as connection:
            self._state_of(connection, generation)
            tables.index(connection, self._projections, generation)
        self._switch(generation, folding)

    def _switch(self, generation: int, folding: Folding) -> None:
        """Let a generation count once it has everything that the present one has; the present one is dropped.

        One that is ahead of the ledger itself, restored to an earlier end, is replaced all the same.
        """
        while True:
            while self._step(generation, folding):
                pass
            with writing(self._engine) as connection:
                live = tables.locked(connection, None)
                ours = self._state_of(connection, generation)
                if live is not None and live.position > ours.position and self._source.head() > ours.position:
                    continue  # the tables that count moved on meanwhile, and so must these
                wait_for_readers(connection)
                tables.make_live(connection, self._projections, generation)
                if live is not None:
                    tables.drop(connection, live.generation)
                break
        self._folding, self._follows = folding, (generation, ours.position)

    def _step(self, generation: int | None, folding: Folding) -> int:
        try:
            with writing(self._engine) as connection:
                state = self._state_of(connection, generation)
                if generation is None:
                    self._keep_memory_of(state.generation, state.position)
                entries = self._source.entries(state.position, self._batch)
                if not entries:
                    return 0
                batch = folding.take(entries)
                tables.write(connection, self._projections, state.generation, batch)
                reached, anchor = entries[-1].position, tables.anchor_of(entries[-1])
                tables.set_state(connection, state.generation, position=reached, anchor=anchor, trouble=None)
        except ProjectorStopped as stopped:
            self._note(generation, stopped)
            raise
        except BaseException:
            folding.forget()
            raise
        if generation is None:
            self._follows = (state.generation, reached)
        return len(entries)

    def _state_of(self, connection: Connection, generation: int | None) -> tables.Generation:
        state = tables.locked(connection, generation)
        if state is None:
            if generation is None:
                raise OtherShape("There are no tables yet; prepare() builds them.")
            raise RebuildGaveWay("Another rebuild began and took the place of this one.")
        if state.fingerprint != self._shape:
            raise OtherShape("The tables were built by another version of this program; start one version only.")
        return state

    def _keep_memory_of(self, generation: int, position: int) -> None:
        """Forget what is remembered if somebody else moved the tables on."""
        if self._follows != (generation, position):
            self._folding.forget()
            self._follows = (generation, position)

    def _note(self, generation: int | None, stopped: ProjectorStopped) -> None:
        """Say in the state why nothing goes on."""
        self._folding.forget()
        with writing(self._engine) as connection:
            state = tables.locked(connection, generation)
            if state is not None and not isinstance(stopped, OtherShape):
                tables.set_state(connection, state.generation, trouble=str(stopped))

    def _position(self, generation: int) -> int:
        return next((found.position for found in self._generations() if found.generation == generation), 0)

    def _generations(self) -> list[tables.Generation]:
        with reading(self._engine) as connection:
            return tables.generations(connection)

    def _new_folding(self) -> Folding:
        return Folding(self._source, self._projections, self._untold, self._remembered)
