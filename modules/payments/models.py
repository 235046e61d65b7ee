"""The payments' read model, the inbox of what providers say, and the test bank's own books."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform


class PaymentRow(models.Model):
    """A payment as it is now; `state` is the whole folded state, `times` when a refund was asked.

    Disposable: rebuilt from the payment streams.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.UUIDField()
    provider = models.CharField(max_length=50)
    status = models.CharField(max_length=20)
    requested_at = models.DateTimeField()
    state = models.JSONField()
    times = models.JSONField(default=dict)
    version = models.BigIntegerField()

    class Meta:
        db_table = "payments_payment"
        indexes = (models.Index(fields=["reference", "requested_at"], name="payments_reference"),)


class ProviderReport(models.Model):
    """The inbox: everything a provider said, stored before it is looked at; see ProviderMessage.

    One row per distinct message: the provider's own key and the digest of the content. `content`
    is the message as read, `body` the raw bytes it was read from.
    """

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=50)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=20)
    payment_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    content = models.JSONField()
    body = models.TextField()
    outcome = models.CharField(max_length=10, default="received")
    reason = models.CharField(max_length=300, default="")
    times = models.IntegerField(default=1)
    received_at = models.DateTimeField()
    # Who set it aside, and why it need not be looked at any more.
    aside_by = models.CharField(max_length=100, default="", db_default="")
    aside_reason = models.CharField(max_length=500, default="", db_default="")
    aside_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_report"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "key", "digest"], name="payments_report_once"
            ),
        )
        indexes = (
            models.Index(fields=["payment_id", "received_at"], name="payments_report_payment"),
            # What was neither applied nor known already waits for a person.
            models.Index(
                fields=["received_at"],
                condition=models.Q(outcome__in=("waiting", "refused")),
                name="payments_report_parked",
            ),
            models.Index(
                KeyTextTransform("provider_reference", "content"),
                "provider",
                name="payments_report_name",
            ),
        )


class Tally(models.Model):
    """How often something happened within the hour that began at `since`."""

    name = models.CharField(max_length=80)
    since = models.DateTimeField()
    times = models.IntegerField()

    class Meta:
        db_table = "payments_tally"
        constraints = (models.UniqueConstraint(fields=["name", "since"], name="payments_tally_of"),)


class BankRecord(models.Model):
    """One session at the test bank: an authorisation and what was taken of it.

    The bank is an outside party. Only `modules.payments.gateways.testbank` touches its tables, and
    never within a transaction of the shop.
    """

    id = models.UUIDField(primary_key=True)
    attempt_id = models.UUIDField(unique=True)
    payment_id = models.UUIDField(db_index=True)
    description = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    return_url = models.TextField()
    status = models.CharField(max_length=20, default="open")
    second_step = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    captured_minor = models.BigIntegerField(default=0)
    voided_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_bank_session"


class BankOperation(models.Model):
    """What the bank did under an idempotency key; the same key again gets the same answer."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(BankRecord, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    accepted = models.BooleanField()
    message = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_bank_operation"


class BankTrouble(models.Model):
    """How the bank is to misbehave next; see the contract BankMishap."""

    payment_id = models.UUIDField()
    operation = models.CharField(max_length=20)
    mishap = models.CharField(max_length=20)
    remaining = models.IntegerField()

    class Meta:
        db_table = "payments_bank_trouble"
        constraints = (
            models.UniqueConstraint(fields=["payment_id", "operation"], name="payments_trouble"),
        )
