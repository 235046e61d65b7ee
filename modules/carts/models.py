"""Baskets and their lines."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from modules.carts import contracts
from modules.carts.contracts import MAXIMUM_QUANTITY, CartClosed, CartNotFound
from modules.kernel import clock
from modules.kernel.identity import new_id

GONE = "This basket does not exist any more: start a new one"


class Status(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class CartQuerySet(models.QuerySet["Cart"]):
    def change(self, cart_id: UUID, **changes: object) -> None:
        """Locks an open basket until commit, writes `changes` and counts its version up.

        Raises:
            CartNotFound: no such basket.
            CartClosed: it has become an order.
        """
        changed = self.filter(id=cart_id, status=Status.OPEN).update(
            version=models.F("version") + 1, updated_at=clock.now(), **changes
        )
        if not changed:
            cart = self.filter(id=cart_id).first()
            raise cart.refusal() if cart else CartNotFound(GONE)


class Cart(models.Model):
    """A basket; a customer has one open at most."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token = models.CharField(max_length=64, unique=True)
    customer_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    email = models.CharField(max_length=254, blank=True)
    delivery_address = models.JSONField(null=True)
    billing_address = models.JSONField(null=True)
    method_code = models.CharField(max_length=64, blank=True)
    codes = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    vat_id = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    version = models.PositiveIntegerField(default=1)
    order_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"],
                condition=models.Q(status=Status.OPEN),
                name="cart_one_open_per_customer",
            ),
            models.CheckConstraint(
                condition=models.Q(status=Status.CLOSED, order_id__isnull=False)
                | (~models.Q(status=Status.CLOSED) & models.Q(order_id__isnull=True)),
                name="cart_closed_by_an_order",
            ),
        ]
        indexes = [
            models.Index(
                "updated_at",
                condition=models.Q(status=Status.OPEN, customer_id__isnull=True),
                name="cart_abandoned",
            )
        ]

    def __str__(self) -> str:
        return f"Basket {self.id} ({self.status})"

    def refusal(self) -> CartNotFound | CartClosed:
        """Why a basket that is no longer open cannot be changed."""
        if self.status == Status.MERGED:
            return CartNotFound(GONE)
        return CartClosed(
            "This basket has become an order and cannot change any more", order_id=self.order_id
        )

    def as_new(self) -> contracts.Cart:
        """Returns the basket as it is when it is made: nothing in it, nothing filled in."""
        return contracts.Cart(
            id=self.id,
            token=self.token,
            customer_id=self.customer_id,
            currency=self.currency,
            country=self.country,
            email="",
            delivery_address=None,
            billing_address=None,
            method_code="",
            lines=(),
            version=self.version,
            order_id=None,
            updated_at=self.updated_at,
        )


class Line(models.Model):
    """Units of one SKU in a basket."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    unit_price_minor_when_added = models.PositiveBigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="line_once_per_sku"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MAXIMUM_QUANTITY),
                name="line_quantity_allowed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.sku}"
