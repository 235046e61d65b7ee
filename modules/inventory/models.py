"""Stock records, reservations and the stock book. `statements.py` alone writes them."""

from django.db import models

from modules.inventory.contracts import Movement as MovementLine
from modules.inventory.contracts import Reservation as ReservationLine
from modules.inventory.contracts import StockLevel
from modules.inventory.domain.levels import level
from modules.kernel.identity import new_id


class Stock(models.Model):
    """The figures of one SKU. The constraints below are the last guard of every rule about them."""

    sku = models.CharField(primary_key=True, max_length=64)
    on_hand = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    backorder_limit = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    adjusted = models.BigIntegerField(default=0)
    shipped = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(on_hand__gte=0), name="stock_on_hand_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0), name="stock_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(backorder_limit__gte=0), name="stock_backorder_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__lte=models.F("on_hand") + models.F("backorder_limit")),
                name="stock_not_oversold",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    on_hand=models.F("received") + models.F("adjusted") - models.F("shipped")
                ),
                name="stock_conserved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku}: {self.on_hand} on hand, {self.reserved} reserved"

    def as_level(self) -> StockLevel:
        return level(
            sku=self.sku,
            on_hand=self.on_hand,
            reserved=self.reserved,
            backorder_limit=self.backorder_limit,
        )


class Reservation(models.Model):
    """Units of a SKU promised to a reference; the row ends when they are shipped or released."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.UUIDField()
    stock = models.ForeignKey(Stock, models.PROTECT, db_column="sku", related_name="reservations")
    quantity = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "stock"], name="reservation_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1), name="reservation_not_empty"
            ),
        ]
        indexes = [
            models.Index(
                "expires_at",
                condition=models.Q(expires_at__isnull=False),
                name="reservation_expiry",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.stock_id} for {self.reference}"

    def as_line(self) -> ReservationLine:
        return ReservationLine(
            reference=self.reference,
            sku=self.stock_id,
            quantity=self.quantity,
            expires_at=self.expires_at,
            created_at=self.created_at,
        )


class Movement(models.Model):
    """One line of the stock book; added, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sku = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    reference = models.CharField(max_length=100)
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    # None in lines of before there was such a column: when they were recorded.
    effective_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sku", "-id"], name="movement_of_sku"),
            models.Index("reference", name="movement_of_reference"),
            # All that stock as of a moment is summed from, so that the lines need not be read.
            models.Index(
                fields=["sku", "kind"],
                include=["quantity", "recorded_at", "effective_at"],
                name="movement_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.kind} {self.quantity:+d}"

    def as_line(self) -> MovementLine:
        return MovementLine(
            id=self.id,
            sku=self.sku,
            kind=self.kind,  # type: ignore[arg-type]  # written from the contract's own names
            quantity=self.quantity,
            reason=self.reason,
            reference=self.reference,
            actor=self.actor,
            recorded_at=self.recorded_at,
            effective_at=self.effective_at or self.recorded_at,
        )
