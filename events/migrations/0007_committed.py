from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events", "0006_scratch")]
    # There is no way back: the functions before it would not know the column.
    operations = [migrations.RunSQL((SQL / "committed.sql").read_text(encoding="utf-8"))]
