"""Delivery zones, methods and their rates: slow-moving tables that may be cached."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from modules.kernel.identity import new_id
from modules.kernel.money import Money


class Zone(models.Model):
    """Countries that share their delivery rates; a country is in one zone at most."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    countries = ArrayField(models.CharField(max_length=2))

    def __str__(self) -> str:
        return self.name


class Method(models.Model):
    """A way to deliver."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=100)
    carrier = models.CharField(max_length=100)
    tax_class = models.CharField(max_length=32)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.title


class Rate(models.Model):
    """What a method costs in a zone in one currency; the version counts its changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    zone = models.ForeignKey(Zone, models.CASCADE, related_name="rates")
    method = models.ForeignKey(Method, models.PROTECT, related_name="rates")
    currency = models.CharField(max_length=3)
    charge_minor = models.PositiveBigIntegerField()
    free_from_minor = models.PositiveBigIntegerField(null=True)
    tax_included = models.BooleanField()
    days_min = models.PositiveSmallIntegerField()
    days_max = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "method", "currency"], name="rate_once"),
            models.CheckConstraint(
                condition=models.Q(days_max__gte=models.F("days_min")), name="rate_days_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.rule

    @property
    def rule(self) -> str:
        """The name under which a quote cites this rate."""
        return f"{self.zone.code}.{self.method.code}.{self.currency}"

    @property
    def free_from(self) -> Money | None:
        if self.free_from_minor is None:
            return None
        return Money(self.free_from_minor, self.currency)
