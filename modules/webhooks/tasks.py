"""What the worker does for webhooks: looking through the feed, and sending."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from events.effects import effect
from modules.webhooks.contracts import DELIVER, DISPATCH
from modules.webhooks.delivering import conclude, prepare
from modules.webhooks.dispatching import dispatch, endpoint_held
from modules.webhooks.gateways.http import Sender
from modules.webhooks.models import EndpointRow


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
        conclude(outgoing, sender.post(outgoing.url, outgoing.body, outgoing.headers))
