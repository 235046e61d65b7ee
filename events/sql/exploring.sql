-- What an auditor looks for in the log besides streams: who did it, and what one cause led to.
CREATE INDEX event_actor ON es.event (tenant_id, actor, seq DESC);
CREATE INDEX event_correlation ON es.event (tenant_id, correlation_id);
CREATE INDEX log_topic ON es.log (topic, position DESC);
CREATE INDEX stream_changed ON es.stream (tenant_id, changed_at DESC, stream_id);
