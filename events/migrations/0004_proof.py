from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0003_exploring")]
    operations = [
        migrations.RunSQL(
            (SQL / "proof.sql").read_text(encoding="utf-8"),
            "DROP TABLE es.cosignature, es.checkpoint, es.node, es.tree",
        )
    ]
