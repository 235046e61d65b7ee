from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_two_clocks")]

    operations = [
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                fields=["sku", "kind"],
                include=["quantity", "recorded_at", "effective_at"],
                name="movement_sums",
            ),
        ),
    ]
