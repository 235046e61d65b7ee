-- One row for each transaction and scope: no row is ever updated, so no writer waits for another.
CREATE TABLE frontend_page_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    scope text NOT NULL,
    PRIMARY KEY (xid, scope)
);

-- How many rows of each scope were taken out of the table above.
CREATE TABLE frontend_page_sum (
    scope text PRIMARY KEY,
    changes bigint NOT NULL
);

CREATE FUNCTION frontend_page_changed(scope text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO frontend_page_change (scope) VALUES (frontend_page_changed.scope)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        -- Read by frontend/caching/noticing.py in the process that makes the change.
        RAISE NOTICE 'counterfoil: pages changed';
    END IF;
END $$;

CREATE FUNCTION frontend_rows_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed) THEN
        PERFORM frontend_page_changed('shop');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION frontend_all_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM frontend_page_changed('shop');
    RETURN NULL;
END $$;

-- 4,096 scopes are enough to keep one sale from emptying the cache, and few enough to remember.
CREATE FUNCTION frontend_stock_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM frontend_page_changed(
        'stock:' || left(md5(CASE WHEN TG_OP = 'DELETE' THEN OLD.sku ELSE NEW.sku END), 3)
    );
    RETURN NULL;
END $$;

CREATE TRIGGER pages_insert AFTER INSERT ON inventory_stock
    FOR EACH ROW EXECUTE FUNCTION frontend_stock_changed();
CREATE TRIGGER pages_delete AFTER DELETE ON inventory_stock
    FOR EACH ROW EXECUTE FUNCTION frontend_stock_changed();
-- Pages name what is free when it is little, and offer 999 at most.
CREATE TRIGGER pages_update AFTER UPDATE ON inventory_stock
    FOR EACH ROW WHEN (
        OLD.sku <> NEW.sku
        OR least(OLD.on_hand - OLD.reserved, 999) <> least(NEW.on_hand - NEW.reserved, 999)
        OR least(OLD.on_hand - OLD.reserved + OLD.backorder_limit, 999)
            <> least(NEW.on_hand - NEW.reserved + NEW.backorder_limit, 999)
    ) EXECUTE FUNCTION frontend_stock_changed();
CREATE TRIGGER pages_truncate AFTER TRUNCATE ON inventory_stock
    FOR EACH STATEMENT EXECUTE FUNCTION frontend_all_changed();
