"""Sums of every stretch. Stretches counted before had none: they are counted again, by the worker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_runs")]

    operations = [
        migrations.CreateModel(
            name="Sum",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "last",
                        "kind",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("last", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("facts", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("rest_millionths", models.BigIntegerField()),
                ("first_recorded_at", models.DateTimeField()),
                ("last_recorded_at", models.DateTimeField()),
                ("first_effective_at", models.DateTimeField()),
                ("last_effective_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_sum"},
        ),
        migrations.RunSQL(
            "DELETE FROM audit_stretch; DELETE FROM audit_quarter", migrations.RunSQL.noop
        ),
    ]
