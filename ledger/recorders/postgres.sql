-- The ledger in a PostgreSQL schema. Entries, nodes and checkpoints are never updated, deleted or truncated.

CREATE TABLE entries (
    position           bigint PRIMARY KEY,
    originator_id      text COLLATE "C" NOT NULL,
    originator_version integer NOT NULL,
    topic              text COLLATE "C" NOT NULL,
    source             text COLLATE "C",
    id                 text COLLATE "C",
    content            bytea,
    recordedtime       text COLLATE "C" NOT NULL,
    state              bytea NOT NULL,
    UNIQUE (originator_id, originator_version),
    UNIQUE (source, id),
    CHECK ((source IS NULL) = (id IS NULL))
);

-- Bodies are read far more often than written: keep long ones as they are instead of packing them.
ALTER TABLE entries ALTER COLUMN state SET STORAGE EXTERNAL;

-- The last reference given out under a prefix, found without reading them all.
CREATE INDEX entries_begun ON entries (length(originator_id), originator_id) WHERE originator_version = 1;

-- The certificates of what was erased, which are asked for at every start.
CREATE INDEX entries_erasing ON entries (position) WHERE right(topic, 13) = '.words-erased';

-- Salt and text, locked with a key of the vault that is kept elsewhere; `key` is its id.
CREATE TABLE words (
    position bigint NOT NULL,
    path     text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    box      bytea NOT NULL,
    PRIMARY KEY (position, path)
);

CREATE INDEX words_by_key ON words (key);

-- The tree over the entries: every fourth level of its complete subtrees. Leaves are hashed anew.
CREATE TABLE nodes (
    level  integer NOT NULL,
    number bigint NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (level, number)
);

-- What was signed at each commit: the tree of the first `size` entries.
CREATE TABLE checkpoints (
    size bigint PRIMARY KEY,
    note bytea NOT NULL
);

-- What witnesses signed over our checkpoints. No entry holds it and nothing can make it again; a newer signature may take an older one's place.
CREATE TABLE cosignatures (
    size   bigint NOT NULL,
    name   text COLLATE "C" NOT NULL,
    key_id bytea NOT NULL,
    value  bytea NOT NULL,
    PRIMARY KEY (name, key_id, size)
);

CREATE INDEX cosignatures_by_size ON cosignatures (size);

-- How far the self-audit has come, and what it found.
CREATE TABLE audit (
    one   integer PRIMARY KEY CHECK (one = 1),
    state text NOT NULL
);

CREATE TABLE head (
    one            integer PRIMARY KEY CHECK (one = 1),
    position       bigint NOT NULL,
    recordedtime   text COLLATE "C",
    frontier       bytea NOT NULL,
    schema_version integer NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never allowed on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER entries_are_permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ALWAYS: also for a session that calls itself a replica.
ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_permanent;

CREATE TRIGGER words_are_not_changed BEFORE UPDATE OR TRUNCATE ON words
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE words ENABLE ALWAYS TRIGGER words_are_not_changed;

CREATE TRIGGER nodes_are_permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE nodes ENABLE ALWAYS TRIGGER nodes_are_permanent;

CREATE TRIGGER checkpoints_are_permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_are_permanent;

CREATE TRIGGER cosignatures_are_not_deleted BEFORE DELETE OR TRUNCATE ON cosignatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE cosignatures ENABLE ALWAYS TRIGGER cosignatures_are_not_deleted;
