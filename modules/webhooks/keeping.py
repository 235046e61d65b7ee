"""Secrets of endpoints: wrapped in the database, open in memory while something is signed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from events.privacy.keys import unwrap, wrap
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.webhooks.domain.signing import new_secret, written
from modules.webhooks.models import EndpointRow, SecretRow

PURPOSE = "webhooks.secret"


def make(endpoint: EndpointRow) -> SecretRow:
    """Gives an endpoint a new secret."""
    identifier = new_id()
    return SecretRow.objects.create(
        id=identifier,
        endpoint=endpoint,
        wrapped=wrap(new_secret(), identifier, endpoint.id, PURPOSE),
        created_at=now(),
    )


def end_others(endpoint: EndpointRow, newest: UUID, overlap: timedelta) -> None:
    """Has every older secret end after `overlap` at the latest."""
    end = now() + overlap
    older = SecretRow.objects.filter(endpoint=endpoint).exclude(id=newest)
    older.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=end)).update(ends_at=end)


def opened(endpoint_id: UUID, at: datetime) -> list[bytes]:
    """Returns the secrets that sign at a moment, the newest first.

    Raises:
        PersonalKeyMissing: PII_KEY is not the one under which they were wrapped.
    """
    rows = SecretRow.objects.filter(endpoint_id=endpoint_id).order_by("-created_at", "-id")
    return [_open(row) for row in rows if row.ends_at is None or row.ends_at > at]


def show(secret_id: UUID) -> str:
    """Returns a secret as its owner needs it, the first time it is asked for; then nothing."""
    shown = SecretRow.objects.filter(id=secret_id, shown_at__isnull=True).update(shown_at=now())
    return written(_open(SecretRow.objects.get(id=secret_id))) if shown else ""


def _open(row: SecretRow) -> bytes:
    return unwrap(bytes(row.wrapped), row.id, row.endpoint_id, PURPOSE)
