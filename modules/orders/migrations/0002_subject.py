from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="orderrow", name="subject", field=models.UUIDField(null=True)
        ),
        migrations.AddIndex(
            model_name="orderrow",
            index=models.Index(fields=["subject"], name="orders_subject"),
        ),
    ]
