from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0007_committed")]
    operations = [
        migrations.RunSQL(
            (SQL / "effects.sql").read_text(encoding="utf-8"), "DROP INDEX es.outbox_correlation"
        )
    ]
