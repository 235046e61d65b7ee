-- Whether a product can be had changes with trade, all else about it when somebody edits it. Lists
-- and cards show it of the products that they hold, so that it is counted by product.
CREATE FUNCTION frontend_availability_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM frontend_page_changed('product:' || left(md5(NEW.product_id::text), 3));
    -- Which products are listed or come last follows from these two questions alone.
    IF (OLD.availability = 'sold-out') <> (NEW.availability = 'sold-out')
        OR (OLD.availability IN ('in-stock', 'low')) <> (NEW.availability IN ('in-stock', 'low'))
    THEN
        PERFORM frontend_page_changed('sold');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pages_availability AFTER UPDATE ON catalog_listing
    FOR EACH ROW WHEN (OLD.availability <> NEW.availability)
    EXECUTE FUNCTION frontend_availability_changed();

-- Of variants no page reads it. Every other column counts as before; a column that is added later
-- has to be added here by a migration (tests/caching/test_availability.py).
DO $$
DECLARE
    edited record;
BEGIN
    FOR edited IN
        SELECT attrelid::regclass AS name, string_agg(quote_ident(attname), ', ') AS columns
        FROM pg_attribute
        WHERE attrelid IN ('catalog_variant'::regclass, 'catalog_listing'::regclass)
            AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            AND attname <> 'availability'
        GROUP BY attrelid
    LOOP
        EXECUTE format('DROP TRIGGER pages_update ON %s', edited.name);
        EXECUTE format(
            'CREATE TRIGGER pages_update AFTER UPDATE OF %s ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION frontend_all_changed()',
            edited.columns, edited.name
        );
    END LOOP;
END $$;

-- Read by suggestions and by questions with a mistyped word.
CREATE TRIGGER pages_insert AFTER INSERT ON catalog_term REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION frontend_rows_changed();
CREATE TRIGGER pages_update AFTER UPDATE ON catalog_term REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION frontend_rows_changed();
CREATE TRIGGER pages_delete AFTER DELETE ON catalog_term REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION frontend_rows_changed();
CREATE TRIGGER pages_truncate AFTER TRUNCATE ON catalog_term
    FOR EACH STATEMENT EXECUTE FUNCTION frontend_all_changed();
