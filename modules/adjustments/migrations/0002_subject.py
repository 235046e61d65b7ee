from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("adjustments", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="adjustmentrow", name="subject", field=models.UUIDField(null=True)
        ),
        migrations.AddIndex(
            model_name="adjustmentrow",
            index=models.Index(fields=["subject"], name="adjustments_subject"),
        ),
    ]
