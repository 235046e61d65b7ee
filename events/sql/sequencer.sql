-- Numbers committed events in commit order, without any help from the writers.
--
-- Two snapshots of PostgreSQL tell exactly which transactions ended between them: those that were
-- still running in the earlier one, and those that began later. Their events are the new ones. An
-- event seen in batch n was committed before any event that depends on it, so the order by `seq`
-- inside a batch keeps every stream in version order. (PgQ's difference of snapshots.)

-- Events visible now that the sequencer's state `s` has not numbered. Events of the transaction
-- that sequenced last are judged by seq instead: a transaction never sees itself as running.
CREATE FUNCTION es.unsequenced(s es.sequencer)
RETURNS TABLE (seq bigint, tenant_id smallint, stream_id uuid, version bigint, topic text)
LANGUAGE sql STABLE AS $$
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx >= pg_snapshot_xmax(s.snap) AND e.tx <> s.own_tx
    UNION ALL
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx = ANY (ARRAY(SELECT pg_snapshot_xip(s.snap)))
      AND e.tx <> s.own_tx
    UNION ALL
    SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic FROM es.event e
    WHERE e.epoch = s.epoch AND e.tx = s.own_tx AND e.seq > s.own_seq
$$;

-- Returns how many events were numbered. enable_seqscan is off because xid8 has no statistics on
-- ranges: the planner would read the whole table for every idle call.
CREATE FUNCTION es.sequence_events() RETURNS bigint
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
        INSERT INTO es.log (position, tenant_id, stream_id, version, topic)
        SELECT s.position + row_number() OVER (ORDER BY new.seq),
               new.tenant_id, new.stream_id, new.version, new.topic
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

-- After a dump was loaded into another cluster, whose transaction ids start again: numbers the
-- events that the dump caught unnumbered, and starts a new epoch. Returns how many there were.
CREATE FUNCTION es.adopt_restore() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s es.sequencer;
    numbered bigint;
BEGIN
    LOCK TABLE es.event IN EXCLUSIVE MODE;
    SELECT * INTO s FROM es.sequencer FOR UPDATE;
    EXECUTE format('ALTER TABLE es.event ALTER COLUMN epoch SET DEFAULT %s', s.epoch + 1);
    WITH new AS MATERIALIZED (
        SELECT e.seq, e.tenant_id, e.stream_id, e.version, e.topic
        FROM es.event e LEFT JOIN es.log l USING (tenant_id, stream_id, version)
        WHERE l.position IS NULL
    ), logged AS (
        INSERT INTO es.log (position, tenant_id, stream_id, version, topic)
        SELECT s.position + row_number() OVER (ORDER BY new.seq),
               new.tenant_id, new.stream_id, new.version, new.topic
        FROM new
    ), counted AS (
        SELECT count(*) AS events FROM new
    )
    UPDATE es.sequencer
    SET snap = pg_current_snapshot(), position = s.position + counted.events,
        epoch = s.epoch + 1, own_tx = '0', own_seq = 0,
        cluster = (SELECT system_identifier FROM pg_control_system())
    FROM counted
    RETURNING counted.events INTO numbered;
    RETURN numbered;
END $$;
