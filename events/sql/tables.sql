-- The event store. Every column is described in docs/guides/event-store.md.
CREATE SCHEMA es;

-- One row per stream: where it ends, so that an append is one conditional update.
CREATE TABLE es.stream (
    tenant_id smallint NOT NULL DEFAULT 1,
    stream_id uuid NOT NULL,
    kind text NOT NULL,
    version bigint NOT NULL CHECK (version >= 0),
    head bytea NOT NULL CHECK (length(head) = 32),
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id)
) WITH (fillfactor = 70);
CREATE INDEX stream_kind ON es.stream (tenant_id, kind, created_at, stream_id);

CREATE TABLE es.event (
    tenant_id smallint NOT NULL DEFAULT 1,
    stream_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version >= 0),
    topic text NOT NULL,
    schema_version smallint NOT NULL,
    event_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    actor text NOT NULL,
    causation_id uuid,
    correlation_id uuid NOT NULL,
    command_id uuid,
    -- json and not jsonb: the exact bytes that were hashed stay, and stay queryable.
    payload json NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    -- What the sequencer reads; no part of the fact, so not hashed.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    epoch smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, stream_id, version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);
CREATE UNIQUE INDEX event_id ON es.event (tenant_id, event_id);
CREATE INDEX event_commit_order ON es.event (epoch, tx, seq);

-- The order in which committed events became visible: gapless, and per stream in version order.
CREATE TABLE es.log (
    position bigint PRIMARY KEY,
    tenant_id smallint NOT NULL,
    stream_id uuid NOT NULL,
    version bigint NOT NULL,
    topic text NOT NULL,
    UNIQUE (tenant_id, stream_id, version)
);

CREATE TABLE es.sequencer (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL DEFAULT 0,
    snap pg_snapshot NOT NULL DEFAULT '1:1:',
    -- The transaction that sequenced last, and how far it had got with events of its own.
    own_tx xid8 NOT NULL DEFAULT '0',
    own_seq bigint NOT NULL DEFAULT 0,
    epoch smallint NOT NULL DEFAULT 1,
    cluster bigint NOT NULL DEFAULT (pg_control_system()).system_identifier
);
INSERT INTO es.sequencer DEFAULT VALUES;

CREATE TABLE es.projection (
    tenant_id smallint NOT NULL DEFAULT 1,
    name text NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    position bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, generation)
);

-- Streams that a projection could not fold: parked from `version` on, while the rest goes on.
CREATE TABLE es.dead (
    tenant_id smallint NOT NULL DEFAULT 1,
    projection text NOT NULL,
    stream_id uuid NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, stream_id)
);

CREATE TABLE es.command (
    tenant_id smallint NOT NULL DEFAULT 1,
    command_id uuid NOT NULL,
    name text NOT NULL,
    fingerprint bytea NOT NULL,
    result json NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);
CREATE INDEX command_age ON es.command (recorded_at);

CREATE TABLE es.outbox (
    tenant_id smallint NOT NULL DEFAULT 1,
    id uuid PRIMARY KEY,
    actor text NOT NULL,
    arguments json NOT NULL,
    -- When to look at the row next: first try, next try, or the end of the running one's lease.
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    done_at timestamptz,
    failed_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    correlation_id uuid NOT NULL
);
CREATE INDEX outbox_due ON es.outbox (due_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_failed ON es.outbox (failed_at) WHERE failed_at IS NOT NULL;
