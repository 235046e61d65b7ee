"""Endpoints and what was sent to them; beside them the feed, a read model of the log."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class MessageRow(models.Model):
    """Which event is which message of which order. What it says stays in the log."""

    position = models.BigIntegerField(primary_key=True)
    order_id = models.UUIDField()
    sequence = models.IntegerField()
    type = models.CharField(max_length=40)

    class Meta:
        db_table = "webhooks_message"
        indexes = (models.Index(fields=["order_id", "sequence"], name="webhooks_message_order"),)


class EndpointRow(models.Model):
    """`position`: up to there deliveries were made of the log. `run` counts seeks, `wakes` how
    often waiting deliveries were started again. `behind`: there is more, once some are settled."""

    id = models.UUIDField(primary_key=True)
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200)
    types = ArrayField(models.CharField(max_length=40))
    personal = models.BooleanField()
    on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=10, default="")
    switched_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    position = models.BigIntegerField()
    run = models.IntegerField(default=0)
    wakes = models.IntegerField(default=0)
    behind = models.BooleanField(default=False)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    seek_from = models.BigIntegerField(null=True)
    seek_until = models.BigIntegerField(null=True)
    seek_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_endpoint"


class SecretRow(models.Model):
    """`wrapped` is opened by a key that is not in the database."""

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(EndpointRow, on_delete=models.CASCADE, related_name="secrets")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_secret"


class DeliveryRow(models.Model):
    """`restarted` is the number of attempts before somebody sent it again: the schedule begins
    anew there. `alone`: it was settled before, so nothing of its order waits for it."""

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(EndpointRow, on_delete=models.CASCADE, related_name="deliveries")
    run = models.IntegerField()
    position = models.BigIntegerField()
    order_id = models.UUIDField(null=True)
    message_id = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="waiting")
    alone = models.BooleanField(default=False)
    attempts = models.IntegerField(default=0)
    restarted = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sending_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_delivery"
        indexes = (
            models.Index(
                fields=["endpoint", "-created_at", "-position", "-id"], name="webhooks_newest"
            ),
            models.Index(
                fields=["endpoint", "order_id", "position"],
                name="webhooks_open",
                condition=models.Q(state__in=("waiting", "failed")),
            ),
            models.Index(fields=["endpoint", "run", "position"], name="webhooks_run"),
            models.Index(
                fields=["settled_at"],
                name="webhooks_settled",
                condition=models.Q(settled_at__isnull=False),
            ),
        )


class AttemptRow(models.Model):
    delivery = models.ForeignKey(DeliveryRow, on_delete=models.CASCADE, related_name="tries")
    number = models.IntegerField()
    at = models.DateTimeField()
    milliseconds = models.IntegerField()
    status = models.IntegerField(null=True)
    answer = models.CharField(max_length=1024)
    error = models.CharField(max_length=300)

    class Meta:
        db_table = "webhooks_attempt"
        constraints = (
            models.UniqueConstraint(fields=["delivery", "number"], name="webhooks_attempt_once"),
        )
