"""The orders' read models: lists, search and counts. Rebuilt from the streams at any time."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q


class OrderRow(models.Model):
    """An order as lists show it; `state` is its whole folded state, without personal data."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=20)
    fulfilment_status = models.CharField(max_length=20)
    customer_id = models.UUIDField(null=True)
    # Whose personal data it holds: the account's id, or the guest's by e-mail address.
    subject = models.UUIDField(null=True)
    email = models.CharField(max_length=254)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    quantity = models.IntegerField()
    open_units = models.IntegerField()
    open_returns = models.IntegerField(default=0)
    placed_at = models.DateTimeField()
    words = models.TextField()
    search = models.GeneratedField(
        expression=SearchVector("words", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    state = models.JSONField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "orders_order"
        indexes = (
            models.Index(fields=["-placed_at", "-id"], name="orders_newest"),
            models.Index(fields=["customer_id", "-placed_at"], name="orders_of_customer"),
            models.Index(fields=["subject"], name="orders_subject"),
            models.Index(fields=["status", "fulfilment_status"], name="orders_status"),
            # The staff's views: few of all orders, in the order of the list, and counted.
            models.Index(
                fields=["-placed_at", "-id"],
                condition=Q(status="confirmed", open_units__gt=0),
                name="orders_to_ship",
            ),
            models.Index(
                fields=["-placed_at", "-id"],
                condition=Q(open_returns__gt=0),
                name="orders_returns",
            ),
            GinIndex(fields=["search"], name="orders_search"),
        )


class OrderMoney(models.Model):
    """What the payments of an order come to; no row before anything happened to one."""

    order = models.OneToOneField(
        OrderRow,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="money",
    )
    status = models.CharField(max_length=20)
    captured_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    troubled = models.BooleanField()

    class Meta:
        db_table = "orders_money"
        indexes = (
            models.Index(fields=["status"], name="orders_money_status"),
            models.Index(fields=["order"], condition=Q(troubled=True), name="orders_troubled"),
        )
