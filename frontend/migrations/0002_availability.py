"""Counts by product that it sold out or is back; counts words that searches are mended with."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_name("availability.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION frontend_availability_changed CASCADE;" + "".join(
    f"DROP TRIGGER pages_update ON {table};"
    f" CREATE TRIGGER pages_update AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION frontend_rows_changed();"
    for table in ("catalog_variant", "catalog_listing")
)
BACK += "".join(
    f"DROP TRIGGER pages_{kind} ON catalog_term;"
    for kind in ("insert", "update", "delete", "truncate")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("frontend", "0001_page_changes")]
    operations: ClassVar = [migrations.RunSQL(SQL, BACK)]
