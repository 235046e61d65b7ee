"""Promotions with their versions, vouchers, campaigns, and every use that an order made of them."""

from django.db import models

from events import codec
from modules.kernel.identity import new_id
from modules.promotions import contracts
from modules.promotions.contracts import Rule
from modules.promotions.domain.summary import summary


class Status(models.TextChoices):
    RUNNING = "running"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class Campaign(models.Model):
    """A budget; the constraint is its last guard."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=100)
    budget = models.BigIntegerField()
    spent = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spent__gte=0, spent__lte=models.F("budget")),
                name="campaign_within_its_budget",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.spent} of {self.budget}"

    def as_contract(self) -> contracts.Campaign:
        return contracts.Campaign(
            code=self.code,
            title=self.title,
            budget=self.budget,
            spent=self.spent,
            currency=self.currency,
        )


class Promotion(models.Model):
    """`version` is the newest one; what it says stands in `PromotionVersion`."""

    code = models.CharField(max_length=64, primary_key=True)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status, default=Status.RUNNING)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"{self.code} v{self.version} ({self.status})"


class PromotionVersion(models.Model):
    """What a promotion said from `recorded_at` on. A trigger refuses to change a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    rule = models.TextField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "version"], name="promotion_version")
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} v{self.version}"

    def as_contract(self) -> contracts.Promotion:
        rule = codec.decode(self.rule.encode(), Rule)
        return contracts.Promotion(
            code=self.promotion_id,
            version=self.version,
            rule=rule,
            summary=summary(rule),
            status=self.promotion.status,  # type: ignore[arg-type]  # stored from the same literal
            campaign=self.promotion.campaign.code if self.promotion.campaign else "",
            recorded_at=self.recorded_at,
            actor=self.actor,
        )


class Voucher(models.Model):
    """A code and its limits; `limit` None is without end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="vouchers")
    limit = models.PositiveIntegerField(null=True)
    limit_per_customer = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(default=0)
    reusable = models.BooleanField(default=True)
    valid_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit__isnull=True) | models.Q(used__lte=models.F("limit")),
                name="voucher_within_its_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(used__gte=0), name="voucher_used_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code[:4]}…, used {self.used} of {self.limit}"

    def as_contract(self) -> contracts.Voucher:
        return contracts.Voucher(
            code=self.code,
            promotion=self.promotion_id,
            limit=self.limit,
            limit_per_customer=self.limit_per_customer,
            used=self.used,
            reusable=self.reusable,
            valid_until=self.valid_until,
        )


class Holder(models.Model):
    """How often one customer used one voucher."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    voucher = models.ForeignKey(Voucher, models.CASCADE, related_name="holders")
    subject = models.UUIDField()
    used = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voucher", "subject"], name="holder_once"),
            models.CheckConstraint(
                condition=models.Q(used__gte=0), name="holder_used_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} by {self.subject}"


class Use(models.Model):
    """What one order used of one promotion; `counted` is what its campaign was charged.

    Stands on its own: promotion and version are names, so that nothing of an order goes when a
    promotion is deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    promotion = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    voucher = models.ForeignKey(Voucher, models.SET_NULL, null=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True)
    subject = models.UUIDField(null=True)
    first_order = models.BooleanField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    counted = models.BigIntegerField(default=0)
    claimed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_id", "promotion"], name="use_once_per_order"),
            models.UniqueConstraint(
                fields=["subject", "promotion"],
                condition=models.Q(first_order=True, returned_at__isnull=True),
                name="use_of_a_first_order_once",
            ),
        ]
        indexes = [models.Index("subject", name="use_subject")]

    def __str__(self) -> str:
        return f"{self.promotion} v{self.version} in {self.order_id}"
