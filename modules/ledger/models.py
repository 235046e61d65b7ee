"""The ledger's read models, and what providers said of their own books.

Entries, legs, books and cases are disposable: folded anew from the log at any time. The database
refuses a transaction that leaves an entry whose legs do not sum to zero in every currency
(sql/balanced.sql).
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
    # Of a capture or refund, to be held against what the provider says; else empty.
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
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
            # The reference first: by provider alone, an index would read almost every entry.
            models.Index(
                fields=["provider_reference", "provider"],
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


class CaseRow(models.Model):
    """A difference, as its events left it."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=50)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=10)
    settlement_id = models.UUIDField(null=True)
    position = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order_id = models.UUIDField(null=True)
    evidence = models.JSONField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=100, default="")
    reason = models.CharField(max_length=500, default="")
    version = models.BigIntegerField()

    class Meta:
        db_table = "ledger_case"
        indexes = (models.Index(fields=["status", "-opened_at"], name="ledger_case_open"),)


class SettlementRow(models.Model):
    """One line of a provider's books as it was received; kept, for it is evidence.

    The same line again (`said`: kind, amount, currency) is counted. `matched` is the entry that
    says the same, `booked` that it became an entry of its own (fees, payouts, disputes, rounding).
    """

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=50)
    record = models.CharField(max_length=200)
    said = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    payment_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    provider_reference = models.CharField(max_length=200)
    description = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    times = models.IntegerField(default=1)
    matched = models.BigIntegerField(null=True)
    booked = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_settlement"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "record", "said"], name="ledger_settlement_once"
            ),
            models.UniqueConstraint(fields=["matched"], name="ledger_settlement_one_each"),
        )
        indexes = (
            models.Index(
                fields=["operation_id"],
                name="ledger_settlement_operation",
                condition=models.Q(operation_id__isnull=False),
            ),
            models.Index(
                fields=["provider"],
                name="ledger_settlement_left",
                condition=models.Q(matched__isnull=True, booked=False),
            ),
        )


class PassRow(models.Model):
    """One reconciliation: what was compared, and what came of it."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=50)
    source = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    records = models.IntegerField()
    repeated = models.IntegerField()
    matched = models.IntegerField()
    heard = models.IntegerField()
    booked = models.IntegerField()
    opened = models.IntegerField()
    closed = models.IntegerField()

    class Meta:
        db_table = "ledger_pass"
        indexes = (models.Index(fields=["provider", "-started_at"], name="ledger_pass_newest"),)
