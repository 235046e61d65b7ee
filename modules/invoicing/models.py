"""The list of documents, rebuilt from the streams at any time, and how far each series has got."""

from django.db import models


class DocumentRow(models.Model):
    """A document as lists show it: number and amounts, nobody's data, so that it stays for ever."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    series = models.CharField(max_length=20)
    number = models.CharField(max_length=40, unique=True)
    issued_on = models.DateField()
    order_id = models.UUIDField(db_index=True)
    order_number = models.CharField(max_length=20)
    customer_id = models.UUIDField(null=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    taxes = models.JSONField()
    cites = models.CharField(max_length=40)
    version = models.BigIntegerField()

    class Meta:
        db_table = "invoicing_document"
        indexes = (
            models.Index(fields=["issued_on", "number"], name="invoicing_by_day"),
            models.Index(fields=["customer_id", "-issued_on"], name="invoicing_of_customer"),
        )


class Series(models.Model):
    """The last number of a series. No read model: it is moved with each document and never back."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        db_table = "invoicing_series"
