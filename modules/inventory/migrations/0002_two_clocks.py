from django.db import migrations, models

from modules.kernel.clock import now
from modules.kernel.identity import new_id


def carry_over(apps, schema_editor):
    """Writes into the book what it did not hold so far: records without lines, backorder limits."""
    stock = apps.get_model("inventory", "Stock")
    book = apps.get_model("inventory", "Movement")
    line = {"reason": "carried over", "reference": "", "actor": "system", "recorded_at": now()}
    known = book.objects.filter(sku=models.OuterRef("sku"))
    lines = [
        book(id=new_id(), sku=sku, kind="opened", quantity=0, **line)
        for sku in stock.objects.filter(~models.Exists(known)).values_list("sku", flat=True)
    ]
    lines += [
        book(id=new_id(), sku=sku, kind="limited", quantity=limit, **line)
        for sku, limit in stock.objects.exclude(backorder_limit=0).values_list(
            "sku", "backorder_limit"
        )
    ]
    book.objects.bulk_create(lines, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="movement",
            name="effective_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
