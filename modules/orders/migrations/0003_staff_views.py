from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_subject")]
    operations = [
        migrations.AddIndex(
            model_name="ordermoney",
            index=models.Index(
                fields=["order"], condition=Q(troubled=True), name="orders_troubled"
            ),
        ),
        migrations.AddIndex(
            model_name="orderrow",
            index=models.Index(
                fields=["-placed_at", "-id"],
                condition=Q(status="confirmed", open_units__gt=0),
                name="orders_to_ship",
            ),
        ),
        migrations.AddIndex(
            model_name="orderrow",
            index=models.Index(
                fields=["-placed_at", "-id"],
                condition=Q(open_returns__gt=0),
                name="orders_returns",
            ),
        ),
    ]
