-- No transaction ends with an entry whose legs do not cancel out in each currency. The check is
-- deferred to the end, because an entry has several legs. The table is named by the trigger itself,
-- so that it holds in every generation of the read model (decision 0023).
CREATE FUNCTION ledger_require_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A leg that is moved leaves one entry and joins another.
    entries bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.position]
        WHEN 'DELETE' THEN ARRAY[OLD.position]
        ELSE ARRAY[OLD.position, NEW.position]
    END;
    difference record;
BEGIN
    EXECUTE format(
        'SELECT position, currency, sum(amount_minor) * 1000000 + sum(rest_millionths) AS amount'
        ' FROM %s WHERE position = ANY ($1) GROUP BY position, currency'
        ' HAVING sum(amount_minor) * 1000000 + sum(rest_millionths) <> 0 LIMIT 1',
        TG_RELID::regclass
    ) INTO difference USING entries;
    IF difference.currency IS NOT NULL THEN
        RAISE EXCEPTION 'ledger entry % does not balance in %: % millionths of a minor unit',
            difference.position, difference.currency, difference.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balanced
    AFTER INSERT OR UPDATE OR DELETE ON ledger_leg
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_require_balance();
