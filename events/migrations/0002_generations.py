from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0001_store")]
    operations = [
        migrations.RunSQL(
            (SQL / "generations.sql").read_text(encoding="utf-8"),
            "DROP TABLE es.drift, es.drift_check;"
            " ALTER TABLE es.projection DROP COLUMN state, DROP COLUMN started_at",
        )
    ]
