-- Whoever looks for the effects of an order finds them by the requests that recorded its events.
CREATE INDEX outbox_correlation ON es.outbox (correlation_id);
