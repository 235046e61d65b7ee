-- When an event became visible to others, kept with its position. A transaction stamps its events
-- (`recorded_at`) before it commits; what is known at a moment goes by the later of both.
-- PostgreSQL remembers the time of a commit where `track_commit_timestamp` is on; null: it did not.
ALTER TABLE es.log ADD COLUMN committed_at timestamptz;

CREATE FUNCTION es.committed_at(tx xid8) RETURNS timestamptz LANGUAGE sql AS $$
    SELECT CASE WHEN current_setting('track_commit_timestamp')::boolean
                THEN pg_xact_commit_timestamp(tx::xid) END
$$;

DROP FUNCTION es.unsequenced(es.sequencer);

-- As in sequencer.sql, with the transaction.
CREATE FUNCTION es.unsequenced(s es.sequencer)
RETURNS TABLE (seq bigint, tenant_id smallint, stream_id uuid, version bigint, topic text, tx xid8)
LANGUAGE sql STABLE AS $$
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic, e.tx FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx >= pg_snapshot_xmax(s.snap) AND e.tx <> s.own_tx
    UNION ALL
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic, e.tx FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx = ANY (ARRAY(SELECT pg_snapshot_xip(s.snap)))
      AND e.tx <> s.own_tx
    UNION ALL
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic, e.tx FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx = s.own_tx AND e.seq > s.own_seq
$$;

CREATE OR REPLACE FUNCTION es.sequence_events() RETURNS bigint
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
DECLARE
    s es.sequencer;
    numbered bigint;
BEGIN
    SELECT * INTO s FROM es.sequencer;
    IF s.cluster <> (SELECT system_identifier FROM pg_control_system()) THEN
        RAISE EXCEPTION 'the event store was restored into another cluster'
            USING HINT = 'run: python manage.py adopt_restore', ERRCODE = '55000';
    END IF;
    -- Idle, the common case, takes no lock and writes nothing.
    IF NOT EXISTS (SELECT 1 FROM es.unsequenced(s)) THEN
        RETURN 0;
    END IF;
    SELECT * INTO s FROM es.sequencer FOR UPDATE;
    -- One statement, so that the rows found and the snapshot kept are of the same moment.
    WITH new AS MATERIALIZED (
        SELECT * FROM es.unsequenced(s)
    ), logged AS (
        INSERT INTO es.log (position, tenant_id, stream_id, version, topic, committed_at)
        SELECT s.position + row_number() OVER (ORDER BY new.seq),
               new.tenant_id, new.stream_id, new.version, new.topic, es.committed_at(new.tx)
        FROM new
    ), counted AS (
        SELECT count(*) AS events, coalesce(max(new.seq), 0) AS last FROM new
    )
    UPDATE es.sequencer
    SET snap = pg_current_snapshot(), position = s.position + counted.events,
        own_tx = pg_current_xact_id(),
        own_seq = CASE WHEN own_tx = pg_current_xact_id() THEN greatest(own_seq, counted.last)
                       ELSE counted.last END
    FROM counted
    RETURNING counted.events INTO numbered;
    RETURN numbered;
END $$;
