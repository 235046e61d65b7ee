"""Work that an auditor or an operator asked for, and a short table of contents of the log."""

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One piece of work for the worker, done in steps: who asked, how far it is, what came out.

    `cursor` is where the next step goes on; `result` is what the page shows.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    actor = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    step = models.IntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    # Empty until it is finished; then good, bad (it found something) or failed (it did not get on).
    outcome = models.CharField(max_length=10, default="")
    message = models.TextField(default="")
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_run"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(finished_at__isnull=True),
                name="audit_run_one_at_a_time",
            ),
        )
        indexes = (models.Index(fields=["kind", "-asked_at"], name="audit_run_newest"),)


class Stretch(models.Model):
    """The events up to position `last` and after the stretch before, and when they were recorded.

    Positions are gapless and events never change, so neither does a stretch.
    """

    last = models.BigIntegerField(primary_key=True)
    first_recorded_at = models.DateTimeField()
    last_recorded_at = models.DateTimeField()

    class Meta:
        db_table = "audit_stretch"


class Quarter(models.Model):
    """How many events of all stretches became true in the quarter of an hour from `starts_at`."""

    starts_at = models.DateTimeField(primary_key=True)
    events = models.BigIntegerField()

    class Meta:
        db_table = "audit_quarter"


class Sum(models.Model):
    """What the facts of one kind in a stretch add up to, and the first and last of their times."""

    pk = models.CompositePrimaryKey("last", "kind", "currency")
    last = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    facts = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    rest_millionths = models.BigIntegerField()
    first_recorded_at = models.DateTimeField()
    last_recorded_at = models.DateTimeField()
    first_effective_at = models.DateTimeField()
    last_effective_at = models.DateTimeField()

    class Meta:
        db_table = "audit_sum"
