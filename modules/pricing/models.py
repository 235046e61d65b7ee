"""Prices as they were listed, never overwritten, and the shop's tax rates."""

from django.db import models

from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.pricing.contracts import PriceRecord, TaxRule


class Price(models.Model):
    """A SKU's listed price from `valid_from` until the next one; versions count per currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sku = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)
    tax_class = models.CharField(max_length=32)
    tax_included = models.BooleanField()
    valid_from = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    announced = models.BooleanField(help_text="Whether PriceChanged has been published.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "currency", "version"], name="price_version"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0), name="price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at_minor__gte=models.F("amount_minor")),
                name="price_compare_at_not_lower",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sku", "currency", "-valid_from", "-version"], name="price_in_force"
            ),
            models.Index("valid_from", condition=models.Q(announced=False), name="price_due"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.price} from {self.valid_from:%Y-%m-%d}"

    @property
    def price(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def compare_at(self) -> Money | None:
        if self.compare_at_minor is None:
            return None
        return Money(self.compare_at_minor, self.currency)

    @property
    def listing(self) -> tuple[object, ...]:
        """Everything that makes one listing differ from another, apart from its time."""
        return (self.amount_minor, self.compare_at_minor, self.tax_class, self.tax_included)

    def as_record(self) -> PriceRecord:
        return PriceRecord(
            version=self.version,
            price=self.price,
            compare_at=self.compare_at,
            tax_class=self.tax_class,
            tax_included=self.tax_included,
            valid_from=self.valid_from,
            recorded_at=self.recorded_at,
            actor=self.actor,
        )


class TaxRate(models.Model):
    """A version of a tax rule; never changed once stored, because quotes cite it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    country = models.CharField(max_length=2)
    tax_class = models.CharField(max_length=32)
    rate_millionths = models.PositiveIntegerField()
    label = models.CharField(max_length=100)
    valid_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="taxrate_version"),
            models.CheckConstraint(
                condition=models.Q(rate_millionths__lte=1_000_000), name="taxrate_at_most_whole"
            ),
        ]
        indexes = [models.Index("country", name="taxrate_country")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    def as_rule(self) -> TaxRule:
        return TaxRule(
            code=self.code,
            version=self.version,
            country=self.country,
            tax_class=self.tax_class,
            rate_millionths=self.rate_millionths,
            label=self.label,
            valid_from=self.valid_from,
        )
