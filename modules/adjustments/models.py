"""The adjustments' read model: lists and sums. Rebuilt from the streams at any time."""

from django.db import models


class AdjustmentRow(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40, db_index=True)
    party = models.CharField(max_length=200)
    subject = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    rest_millionths = models.IntegerField()
    entries = models.IntegerField()
    effective_at = models.DateTimeField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "adjustments_adjustment"
        indexes = (
            models.Index(fields=["-effective_at", "-id"], name="adjustments_newest"),
            models.Index(fields=["subject"], name="adjustments_subject"),
        )
