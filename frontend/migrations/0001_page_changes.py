"""Counts changes of what anonymous pages show, in the transaction that makes them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("page_changes.sql").read_text(encoding="utf-8")
TABLES = (
    *(f"catalog_{name}" for name in (
        "attribute", "attributevalue", "category", "collection", "collectionentry", "listing",
        "listingprice", "picture", "picturerendition", "placement", "product", "productoption",
        "variant", "variantoption", "variantprice",
    )),
    "pricing_price", "pricing_taxrate",
    "promotions_promotion", "promotions_promotionversion",
    "shipping_method", "shipping_rate", "shipping_zone",
)  # fmt: skip


def triggers(table: str) -> str:
    """Returns SQL: one trigger for each kind of change; a statement without rows changes nothing."""
    kinds = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
    made = [
        f"CREATE TRIGGER pages_{kind.lower()} AFTER {kind} ON {table}"
        f" REFERENCING {side} TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION frontend_rows_changed();"
        for kind, side in kinds.items()
    ]
    made.append(
        f"CREATE TRIGGER pages_truncate AFTER TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION frontend_all_changed();"
    )
    return "\n".join(made)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("inventory", "0003_sums_by_index"),
        ("pricing", "0001_initial"),
        ("promotions", "0001_initial"),
        ("shipping", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            SQL + "\n".join(triggers(table) for table in TABLES),
            "DROP FUNCTION frontend_rows_changed, frontend_all_changed, frontend_stock_changed"
            " CASCADE; DROP FUNCTION frontend_page_changed;"
            " DROP TABLE frontend_page_change, frontend_page_sum;",
        ),
    ]
