from django.db import migrations

# Two statements in one round trip. Each has a snapshot of its own, as those of every volatile
# function have: the second one sees what an earlier holder of the locks left behind.
LOCK = """
CREATE FUNCTION inventory_lock(wanted text[], holders uuid[], lapsed_by timestamptz)
RETURNS TABLE (
    sku text, on_hand bigint, reserved bigint, backorder_limit bigint,
    reference uuid, quantity bigint, expires_at timestamptz, created_at timestamptz
)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT s.sku::text, s.on_hand, s.reserved, s.backorder_limit,
            NULL::uuid, NULL::bigint, NULL::timestamptz, NULL::timestamptz
        FROM inventory_stock AS s
        WHERE s.sku = ANY (ARRAY(
            SELECT unnest(wanted)
            UNION SELECT r.sku FROM inventory_reservation AS r WHERE r.reference = ANY (holders)
        ))
        ORDER BY s.sku FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT r.sku::text, NULL::bigint, NULL::bigint, NULL::bigint,
            r.reference, r.quantity::bigint, r.expires_at, r.created_at
        FROM inventory_reservation AS r
        WHERE r.reference = ANY (holders) AND (lapsed_by IS NULL OR r.expires_at <= lapsed_by)
        ORDER BY r.reference, r.sku FOR UPDATE;
END
$$
"""
UNLOCK = "DROP FUNCTION inventory_lock(text[], uuid[], timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_sums_by_index")]

    operations = [migrations.RunSQL(LOCK, UNLOCK)]
