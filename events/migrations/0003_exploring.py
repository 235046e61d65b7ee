from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0002_generations")]
    operations = [
        migrations.RunSQL(
            (SQL / "exploring.sql").read_text(encoding="utf-8"),
            "DROP INDEX es.stream_changed, es.log_topic, es.event_correlation, es.event_actor",
        )
    ]
