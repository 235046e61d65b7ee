from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "balanced.sql").read_text(encoding="utf-8"),
            "DROP TRIGGER ledger_balanced ON ledger_leg; DROP FUNCTION ledger_require_balance()",
        )
    ]
