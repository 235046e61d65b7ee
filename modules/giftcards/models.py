"""Gift cards and their movements. `statements.py` alone moves money."""

from django.db import models

from modules.giftcards import contracts
from modules.kernel.identity import new_id
from modules.kernel.money import Money


class GiftCard(models.Model):
    """The constraint is the last guard against spending twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code_digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    issued_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    valid_until = models.DateTimeField(null=True)
    blocked = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    sold = models.BooleanField(default=False, db_default=False)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    balance_minor__gte=0, balance_minor__lte=models.F("issued_minor")
                ),
                name="giftcard_balance_within_what_was_issued",
            )
        ]

    def __str__(self) -> str:
        return f"Gift card …{self.hint}"

    def as_contract(self) -> contracts.GiftCard:
        return contracts.GiftCard(
            id=self.id,
            hint=self.hint,
            balance=Money(self.balance_minor, self.currency),
            issued=Money(self.issued_minor, self.currency),
            valid_until=self.valid_until,
            blocked=self.blocked,
            note=self.note,
            sold=self.sold,
            issued_at=self.issued_at,
        )


class Movement(models.Model):
    """Something that changed a balance; never changed itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    reference = models.UUIDField(null=True)
    key = models.UUIDField()
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="giftcard_movement_once")
        ]
        indexes = [models.Index("reference", name="giftcard_reference")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    def as_contract(self) -> contracts.CardMovement:
        return contracts.CardMovement(
            kind=self.kind,  # type: ignore[arg-type]  # stored from the same literal
            amount_minor=self.amount_minor,
            reference=self.reference,
            actor=self.actor,
            recorded_at=self.recorded_at,
        )
