from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0005_privacy")]
    operations = [
        migrations.RunSQL(
            (SQL / "scratch.sql").read_text(encoding="utf-8"), "DROP TABLE es.scratch"
        )
    ]
