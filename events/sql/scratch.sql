-- Read models folded up to some moment of the past, each in a schema of its own (`scratch_<id>`) for
-- as long as it takes to read them out. See events/scratch.py.
CREATE TABLE es.scratch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    -- How far it is folded, and up to where it is to be.
    position bigint NOT NULL DEFAULT 0,
    upto bigint NOT NULL,
    by_position boolean NOT NULL,
    as_known_at timestamptz,
    as_effective_at timestamptz,
    -- Empty: it goes with the connection that made it. Else the run whose steps fold it.
    owner text NOT NULL,
    heard_at timestamptz NOT NULL DEFAULT now()
);
