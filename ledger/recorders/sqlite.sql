-- The ledger in a SQLite file. Entries are never updated, deleted or replaced.

CREATE TABLE entries (
    position           INTEGER PRIMARY KEY,
    originator_id      TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic              TEXT NOT NULL,
    source             TEXT,
    id                 TEXT,
    content            BLOB,
    recordedtime       TEXT NOT NULL,
    state              BLOB NOT NULL,
    UNIQUE (originator_id, originator_version),
    UNIQUE (source, id),
    CHECK ((source IS NULL) = (id IS NULL))
) STRICT;

-- The last reference given out under a prefix, found without reading them all.
CREATE INDEX entries_begun ON entries (length(originator_id), originator_id) WHERE originator_version = 1;

CREATE TABLE words (
    position INTEGER NOT NULL,
    path     TEXT NOT NULL,
    salt     BLOB NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (position, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    position       INTEGER NOT NULL,
    recordedtime   TEXT,
    schema_version INTEGER NOT NULL
) STRICT;

CREATE TRIGGER entries_are_not_updated BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries are never updated');
END;

CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries are never deleted');
END;

-- INSERT OR REPLACE deletes what stands in its way without asking the trigger above, so it is refused before it begins.
CREATE TRIGGER entries_take_the_next_position BEFORE INSERT ON entries
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM entries)
BEGIN
    SELECT RAISE(ABORT, 'an entry takes the next position');
END;

CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
  OR EXISTS (SELECT 1 FROM entries WHERE source = NEW.source AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'this version of the record, or this source and id, is recorded already');
END;

CREATE TRIGGER words_are_not_updated BEFORE UPDATE ON words
BEGIN
    SELECT RAISE(ABORT, 'words are never updated');
END;

CREATE TRIGGER words_are_not_replaced BEFORE INSERT ON words
WHEN EXISTS (SELECT 1 FROM words WHERE position = NEW.position AND path = NEW.path)
BEGIN
    SELECT RAISE(ABORT, 'words are kept here already');
END;
