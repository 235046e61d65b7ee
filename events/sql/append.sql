-- Appends events to one stream and moves its head. Returns the new version; NULL means that the
-- stream is not where the caller believes: a value and not an error, so the caller's transaction
-- stays healthy. Takes no lock but the stream's own row, and sends no NOTIFY: either would end
-- PostgreSQL's group commit for everybody.
CREATE FUNCTION es.append(
    p_tenant smallint, p_stream uuid, p_kind text, p_expected bigint, p_previous bytea,
    p_topics text[], p_schemas smallint[], p_ids uuid[], p_payloads text[], p_hashes bytea[],
    p_recorded timestamptz, p_effective timestamptz, p_actor text,
    p_causation uuid, p_correlation uuid, p_command uuid
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    added integer := cardinality(p_topics);
    moved boolean := false;
BEGIN
    IF coalesce(added, 0) = 0 THEN
        RAISE EXCEPTION 'es.append was called without events' USING ERRCODE = '22023';
    END IF;
    IF p_expected <= 0 THEN
        INSERT INTO es.stream (tenant_id, stream_id, kind, version, head, created_at, changed_at)
        VALUES (p_tenant, p_stream, p_kind, p_expected + added, p_hashes[added],
                p_recorded, p_recorded)
        ON CONFLICT DO NOTHING;
        moved := FOUND;
    END IF;
    -- Version 0 exists in streams written through the library's recorder only.
    IF NOT moved AND p_expected >= 0 THEN
        UPDATE es.stream
        SET version = p_expected + added, head = p_hashes[added], changed_at = p_recorded
        WHERE tenant_id = p_tenant AND stream_id = p_stream
          AND version = p_expected AND head = p_previous;
        moved := FOUND;
    END IF;
    IF NOT moved THEN
        RETURN NULL;
    END IF;
    INSERT INTO es.event (
        tenant_id, stream_id, version, topic, schema_version, event_id, recorded_at, effective_at,
        actor, causation_id, correlation_id, command_id, payload, hash)
    SELECT p_tenant, p_stream, p_expected + place, topic, schema_version, event_id, p_recorded,
           p_effective, p_actor, p_causation, p_correlation, p_command, payload::json, hash
    FROM unnest(p_topics, p_schemas, p_ids, p_payloads, p_hashes) WITH ORDINALITY
         AS new (topic, schema_version, event_id, payload, hash, place)
    ORDER BY place;
    RETURN p_expected + added;
END $$;
