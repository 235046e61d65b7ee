-- A read model can exist more than once: the live tables in the schema the shop reads, and others,
-- of the same names, in a schema per generation. See events/generations.py.
ALTER TABLE es.projection
    ADD COLUMN state text NOT NULL DEFAULT 'live'
        CHECK (state IN ('live', 'filling', 'kept', 'shadow')),
    ADD COLUMN started_at timestamptz NOT NULL DEFAULT now();
CREATE UNIQUE INDEX projection_live ON es.projection (name) WHERE state = 'live';
CREATE UNIQUE INDEX projection_filling ON es.projection (name) WHERE state = 'filling';
CREATE UNIQUE INDEX projection_shadow ON es.projection (name) WHERE state = 'shadow';

-- What the last comparison of the live tables with a fresh fold found; empty when they agree.
CREATE TABLE es.drift (
    projection text NOT NULL,
    table_name text NOT NULL,
    key text NOT NULL,
    -- Empty when the whole row is missing on one side.
    column_name text NOT NULL,
    stored text,
    fresh text,
    found_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (table_name, key, column_name)
);
CREATE TABLE es.drift_check (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    checked_at timestamptz NOT NULL,
    position bigint NOT NULL
);
