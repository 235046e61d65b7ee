from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def run(name: str, reverse: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), reverse)


class Migration(migrations.Migration):
    initial = True
    operations = [
        run("tables.sql", "DROP SCHEMA es CASCADE"),
        run("append.sql", "DROP FUNCTION es.append"),
        run(
            "sequencer.sql",
            "DROP FUNCTION es.adopt_restore, es.sequence_events; DROP FUNCTION es.unsequenced",
        ),
        run(
            "guard.sql",
            "DROP TRIGGER append_only ON es.log; DROP TRIGGER append_only ON es.event;"
            " DROP FUNCTION es.refuse",
        ),
    ]
