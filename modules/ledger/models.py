"""The ledger's read model: entries, legs, and what has to be known of each order to book it.

Disposable: folded anew from the log at any time. The database refuses a transaction that leaves an
entry whose legs do not sum to zero in every currency (sql/balanced.sql).
"""

from django.db import models


class EntryRow(models.Model):
    """What one event did; `position` is the event's place in the log."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    stream_id = models.UUIDField()
    version = models.BigIntegerField()
    topic = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    memo = models.CharField(max_length=300)
    order_id = models.UUIDField(null=True)
    number = models.CharField(max_length=40)
    payment_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=50)
    provider_reference = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_entry"
        indexes = (
            models.Index(fields=["order_id", "position"], name="ledger_entry_order"),
            models.Index(
                fields=["operation_id"],
                name="ledger_entry_operation",
                condition=models.Q(operation_id__isnull=False),
            ),
            models.Index(
                fields=["provider", "provider_reference"],
                name="ledger_entry_reference",
                condition=models.Q(operation_id__isnull=False),
            ),
        )


class LegRow(models.Model):
    """One account's part of an entry: `amount_minor` whole minor units, debit positive, and
    `rest_millionths` of one more (decision 0032). What its entry says of times is repeated here,
    so that sums over one account read one index."""

    id = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField(db_index=True)
    account = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    rest_millionths = models.IntegerField()
    order_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_leg"
        indexes = (
            models.Index(fields=["account", "currency", "position"], name="ledger_leg_account"),
        )


class BookRow(models.Model):
    """What is remembered of an order, as its events left it."""

    order_id = models.UUIDField(primary_key=True)
    state = models.JSONField()

    class Meta:
        db_table = "ledger_book"
