from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0004_proof")]
    operations = [
        migrations.RunSQL(
            (SQL / "privacy.sql").read_text(encoding="utf-8"), "DROP SCHEMA pii CASCADE"
        )
    ]
