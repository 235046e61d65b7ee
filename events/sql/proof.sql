-- The tree over the log and the checkpoints signed over it; docs/guides/proofs.md explains both.

-- The one tree: how many events of the log it holds, and the roots of the complete subtrees that
-- make it up, largest first. As many as `size` has one bits, so a row of a few hundred bytes.
CREATE TABLE es.tree (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
    frontier bytea[] NOT NULL DEFAULT '{}'
);
INSERT INTO es.tree DEFAULT VALUES;

-- Roots of complete subtrees of 256, 65,536, ... leaves, so that a proof reads a few hundred
-- hashes and not the whole log. `place` counts the subtrees of one level from the left.
CREATE TABLE es.node (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    place bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, place)
);

-- A signed note over the first `size` events. `keys` are the verifier keys that signed it.
CREATE TABLE es.checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    note text NOT NULL,
    keys text[] NOT NULL,
    signed_at timestamptz NOT NULL
);

-- What a witness answered: its own signature line over the checkpoint of this size.
CREATE TABLE es.cosignature (
    size bigint NOT NULL REFERENCES es.checkpoint (size),
    witness text NOT NULL,
    line text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (size, witness)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON es.node
    FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON es.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON es.cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION es.refuse();
