from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="product", index=models.Index(fields=["title"], name="product_title")
        )
    ]
