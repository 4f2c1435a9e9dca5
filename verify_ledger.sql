-- Works a ledger out again inside a PostgreSQL database, for whoever has that and nothing else:
--
--     psql 'postgresql://…' -v ON_ERROR_STOP=1 -f verify_ledger.sql
--
-- It shares no line with the program: the tree is RFC 9162's own definition, and what a column says is held against the entry's bytes. It reads, and
-- changes nothing. SQL knows no Ed25519: hold the note it shows against one that a witness cosigned, or let `verify_ledger.py` check its signature.
-- The session's schema must be the ledger's (`PGOPTIONS='-c search_path=…'` where it has one of its own).

BEGIN ISOLATION LEVEL REPEATABLE READ;

-- RFC 9162, 2.1.1: the hash of one leaf, and of the two sides split at the greatest power of two below the number.
CREATE FUNCTION pg_temp.mth(first bigint, number bigint) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    k bigint := 1;
BEGIN
    IF number = 0 THEN
        RETURN sha256('');
    ELSIF number = 1 THEN
        RETURN (SELECT sha256('\x00'::bytea || state) FROM entries WHERE position = first);
    END IF;
    WHILE k * 2 < number LOOP
        k := k * 2;
    END LOOP;
    RETURN sha256('\x01'::bytea || pg_temp.mth(first, k) || pg_temp.mth(first + k, number - k));
END
$$;

-- What an entry's bytes say; nothing where they are no JSON, or no text: then they cannot say what its columns do.
CREATE FUNCTION pg_temp.said(state bytea) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(state, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

CREATE TEMPORARY VIEW told AS
    SELECT entries.*, pg_temp.said(state) AS entry FROM entries;

-- What a checkpoint's note says, as far as it can be read.
CREATE FUNCTION pg_temp.checkpoint(note bytea, OUT text text, OUT says bigint, OUT root bytea) LANGUAGE plpgsql AS $$
BEGIN
    text := convert_from(note, 'UTF8');
    says := split_part(text, E'\n', 2)::bigint;
    root := decode(split_part(text, E'\n', 3), 'base64');
EXCEPTION WHEN data_exception THEN
    NULL;
END
$$;

CREATE TEMPORARY VIEW signed AS
    SELECT size, said.* FROM checkpoints, pg_temp.checkpoint(note) AS said;

CREATE TEMPORARY VIEW wrong AS
    SELECT number AS position, 'there is no entry' AS what
        FROM generate_series(1, (SELECT position FROM head)) AS number WHERE NOT EXISTS (SELECT FROM entries WHERE position = number)
    UNION ALL
    SELECT position, 'it stands beyond the head' FROM entries WHERE position > (SELECT position FROM head)
    UNION ALL
    SELECT position, 'the versions of ' || originator_id || ' are not 1, 2, 3 …'
        FROM (SELECT *, row_number() OVER (PARTITION BY originator_id ORDER BY position) AS due FROM entries) AS counted WHERE originator_version <> due
    UNION ALL
    SELECT position, 'it is dated before the entry before it'
        FROM (SELECT *, lag(recordedtime) OVER (ORDER BY position) AS earlier FROM entries) AS dated WHERE recordedtime < earlier
    UNION ALL
    SELECT position, 'a column does not say what its bytes say'
        FROM told WHERE (entry ->> 'subject', entry ->> 'recordversion', entry ->> 'type', entry ->> 'recordedtime')
            IS DISTINCT FROM (originator_id, originator_version::text, topic, recordedtime)
            OR (source IS NOT NULL AND (entry ->> 'source', entry ->> 'id') IS DISTINCT FROM (source, id))
    UNION ALL
    SELECT size, 'a checkpoint is of another size than it says' FROM signed WHERE size IS DISTINCT FROM says
    UNION ALL
    SELECT size, 'the tree is not the one that was signed'
        FROM signed WHERE size = (SELECT max(size) FROM signed) AND root IS DISTINCT FROM pg_temp.mth(1, size)
    UNION ALL
    SELECT position, 'entries stand behind the last checkpoint' FROM head WHERE position <> COALESCE((SELECT max(size) FROM signed), position);

SELECT position, what FROM wrong ORDER BY position LIMIT 20;
SELECT CASE WHEN EXISTS (SELECT FROM wrong) THEN 'FALSE' ELSE 'TRUE' END AS verdict, (SELECT count(*) FROM entries) AS entries,
       (SELECT text FROM signed ORDER BY size DESC LIMIT 1) AS note;

ROLLBACK;
