-- What the application's role needs, and no more. Run once by the owner of the schema, as
-- `psql -f events/sql/rights.sql`, after `CREATE ROLE counterfoil_app LOGIN`; the application then
-- connects as that role, and migrations go on running as the owner.
GRANT USAGE ON SCHEMA es TO counterfoil_app;
GRANT SELECT, INSERT ON es.event, es.log, es.stream TO counterfoil_app;
GRANT UPDATE (version, head, changed_at) ON es.stream TO counterfoil_app;
GRANT SELECT, UPDATE ON es.sequencer TO counterfoil_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON es.projection, es.dead, es.outbox, es.scratch TO counterfoil_app;
GRANT SELECT, INSERT, DELETE ON es.command TO counterfoil_app;
GRANT USAGE ON SCHEMA pii TO counterfoil_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pii.key TO counterfoil_app;
GRANT SELECT, INSERT ON pii.erasure, pii.look TO counterfoil_app;
GRANT SELECT, UPDATE ON es.tree TO counterfoil_app;
GRANT SELECT, INSERT ON es.node, es.checkpoint, es.cosignature TO counterfoil_app;
