-- The ledger in a SQLite file. Entries, nodes and checkpoints are never updated, deleted or replaced.

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

-- The certificates of what was erased, which are asked for at every start.
CREATE INDEX entries_erasing ON entries (position) WHERE substr(topic, -13) = '.words-erased';

-- Salt and text, locked with a key of the vault that is kept elsewhere; `key` is its id.
CREATE TABLE words (
    position INTEGER NOT NULL,
    path     TEXT NOT NULL,
    key      TEXT NOT NULL,
    box      BLOB NOT NULL,
    PRIMARY KEY (position, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX words_by_key ON words (key);

-- The tree over the entries: every fourth level of its complete subtrees. Leaves are hashed anew.
CREATE TABLE nodes (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- What was signed at each commit: the tree of the first `size` entries.
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;

-- What witnesses signed over our checkpoints. No entry holds it and nothing can make it again; a newer signature may take an older one's place.
CREATE TABLE cosignatures (
    size   INTEGER NOT NULL,
    name   TEXT NOT NULL,
    key_id BLOB NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (name, key_id, size)
) STRICT, WITHOUT ROWID;

CREATE INDEX cosignatures_by_size ON cosignatures (size);

-- How far the self-audit has come, and what it found.
CREATE TABLE audit (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    state TEXT NOT NULL
) STRICT;

CREATE TABLE head (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    position       INTEGER NOT NULL,
    recordedtime   TEXT,
    frontier       BLOB NOT NULL,
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

CREATE TRIGGER nodes_are_not_updated BEFORE UPDATE ON nodes
BEGIN
    SELECT RAISE(ABORT, 'nodes are never updated');
END;

CREATE TRIGGER nodes_are_not_deleted BEFORE DELETE ON nodes
BEGIN
    SELECT RAISE(ABORT, 'nodes are never deleted');
END;

CREATE TRIGGER checkpoints_are_not_updated BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never updated');
END;

CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never deleted');
END;

CREATE TRIGGER nodes_are_not_replaced BEFORE INSERT ON nodes
WHEN EXISTS (SELECT 1 FROM nodes WHERE level = NEW.level AND number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'this node is kept already');
END;

CREATE TRIGGER checkpoints_grow_with_the_entries BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoints)
  OR NEW.size > (SELECT coalesce(max(position), 0) FROM entries)
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is of more entries than the one before it, and of those that are here');
END;

CREATE TRIGGER cosignatures_are_not_deleted BEFORE DELETE ON cosignatures
BEGIN
    SELECT RAISE(ABORT, 'cosignatures are never deleted');
END;
