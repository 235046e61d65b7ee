-- The keys of personal data, and who asked to be forgotten: a schema of its own, so that its
-- backups can be short-lived. docs/guides/privacy.md describes it.
CREATE SCHEMA pii;

-- One data key per subject and purpose, wrapped by a key that is never in the database.
CREATE TABLE pii.key (
    tenant_id smallint NOT NULL DEFAULT 1,
    id uuid PRIMARY KEY,
    subject uuid NOT NULL,
    purpose text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- When the law stops asking for what the key opens; null: nothing asks for it.
    keep_until timestamptz,
    -- Set when its subject was erased before `keep_until`: opened for the law's purpose alone.
    retired_at timestamptz
);
CREATE UNIQUE INDEX key_in_use ON pii.key (tenant_id, subject, purpose) WHERE retired_at IS NULL;
CREATE INDEX key_subject ON pii.key (tenant_id, subject);
CREATE INDEX key_due ON pii.key (keep_until) WHERE keep_until IS NOT NULL;

-- Ids and times alone; the list outside the database says the same, and survives a restore.
CREATE TABLE pii.erasure (
    tenant_id smallint NOT NULL DEFAULT 1,
    subject uuid NOT NULL,
    erased_at timestamptz NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (tenant_id, subject, erased_at)
);

-- Who, of those who see only seals, had them opened, and why.
CREATE TABLE pii.look (
    tenant_id smallint NOT NULL DEFAULT 1,
    id uuid PRIMARY KEY,
    actor text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    stream_id uuid NOT NULL,
    looked_at timestamptz NOT NULL
);
CREATE INDEX look_stream ON pii.look (tenant_id, stream_id, looked_at);
