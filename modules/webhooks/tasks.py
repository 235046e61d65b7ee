"""What the worker does for webhooks: looking through the feed, and sending."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from events.effects import effect
from events.timetable import periodic
from events.turns import require_turn
from modules.kernel.clock import now
from modules.webhooks.contracts import DELIVER, DISPATCH
from modules.webhooks.delivering import conclude, prepare
from modules.webhooks.dispatching import dispatch, endpoint_held, send, turns
from modules.webhooks.gateways.http import Sender
from modules.webhooks.models import DeliveryRow, EndpointRow

# How long what was sent can be looked up.
KEPT = timedelta(days=30)
FORGOTTEN_AT_A_TIME = 5_000
# What is so long over its time was lost with its effect, such as for want of a key.
OVERDUE = timedelta(minutes=10)


@effect(DISPATCH)
def dispatch_to_all(effect_id: UUID) -> None:
    """Makes deliveries for every endpoint, each in a transaction of its own."""
    for endpoint_id in EndpointRow.objects.filter(on=True).values_list("id", flat=True):
        with transaction.atomic():
            endpoint = endpoint_held(endpoint_id)
            if endpoint is not None:
                dispatch(endpoint)


@effect(DELIVER)
def deliver(effect_id: UUID, delivery_id: UUID, attempt: int) -> None:
    """Sends one message once. Run twice, it sends the same `webhook-id` and body."""
    outgoing = prepare(delivery_id, attempt)
    if outgoing is not None:
        sender = Sender(local=settings.WEBHOOKS_LOCAL)
        require_turn()
        conclude(outgoing, sender.post(outgoing.url, outgoing.body, outgoing.headers))


@periodic("webhooks.tidy", every=timedelta(minutes=15))
def tidy(effect_id: UUID) -> None:
    """Takes up what is long overdue, and forgets what was settled a month ago."""
    for endpoint_id in EndpointRow.objects.filter(on=True).values_list("id", flat=True):
        with transaction.atomic():
            endpoint = endpoint_held(endpoint_id)
            if endpoint is not None:
                dispatch(endpoint)
                for each in turns(endpoint):
                    if each.next_at is None or each.next_at < now() - OVERDUE:
                        send(each, endpoint, occasion=str(effect_id))
    settled = DeliveryRow.objects.filter(settled_at__lt=now() - KEPT).exclude(state="failed")
    old = list(settled.values_list("id", flat=True)[:FORGOTTEN_AT_A_TIME])
    DeliveryRow.objects.filter(id__in=old).delete()
