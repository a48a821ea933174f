-- How PostgreSQL notes what a transaction changes (see changes.py), and hands it over when the transaction commits.
-- The digest of a row is that of the row as JSON, whose keys PostgreSQL orders by itself.
CREATE UNLOGGED TABLE IF NOT EXISTS audit_pending (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    relation text NOT NULL, key text NOT NULL, digest text NOT NULL, was text NOT NULL,
    by_role text DEFAULT session_user, at timestamptz DEFAULT now());
CREATE INDEX IF NOT EXISTS ix_audit_pending_tx ON audit_pending (tx);
CREATE OR REPLACE FUNCTION audit_digest(standing jsonb, excepted text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(encode(sha256(convert_to((standing - excepted)::text, 'UTF8')), 'hex'), 32)
$$;
CREATE OR REPLACE FUNCTION audit_key(standing jsonb, keys text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(standing ->> part, ':' ORDER BY place)
    FROM unnest(keys::text[]) WITH ORDINALITY AS named (part, place)
$$;
CREATE OR REPLACE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    standing jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    excepted text[] := TG_ARGV[1]::text[];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - excepted = standing - excepted THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND audit_key(to_jsonb(OLD), TG_ARGV[0]) <> audit_key(standing, TG_ARGV[0]) THEN
        INSERT INTO audit_pending (relation, key, digest, was)
        VALUES (TG_TABLE_NAME, audit_key(to_jsonb(OLD), TG_ARGV[0]), '', '');
    END IF;
    INSERT INTO audit_pending (relation, key, digest, was)
    VALUES (TG_TABLE_NAME, audit_key(standing, TG_ARGV[0]),
            CASE WHEN TG_OP = 'DELETE' THEN '' ELSE audit_digest(standing, excepted) END,
            CASE WHEN TG_OP = 'UPDATE' AND TG_ARGV[2] = 'kept' THEN to_jsonb(OLD)::text ELSE '' END);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION audit_turn(noted boolean) RETURNS TABLE (last bigint, last_mac text, changed text)
LANGUAGE plpgsql AS $$
BEGIN
    WITH taken AS (DELETE FROM audit_pending WHERE tx = pg_current_xact_id_if_assigned() RETURNING *)
    SELECT json_agg(json_build_array(relation, key, digest, was) ORDER BY id)::text INTO changed FROM taken;
    IF changed IS NULL AND NOT noted THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(20230025);
    SELECT number, mac INTO last, last_mac FROM audit_entry ORDER BY number DESC LIMIT 1;
    RETURN NEXT;
END $$;
