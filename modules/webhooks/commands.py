"""What can be done with endpoints and deliveries, each under the lock of the endpoint."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from events.commands import command
from events.context import current_context
from events.store import log_head
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.webhooks import keeping
from modules.webhooks.contracts import (
    Added,
    AddEndpoint,
    AddressRefused,
    ChangeEndpoint,
    DeliveryNotFound,
    DeliveryStepRefused,
    EndpointNotFound,
    EndpointOff,
    MessageTypeUnknown,
    PositionAhead,
    RotateSecret,
    Seek,
    SwitchEndpoint,
    TooManyEndpoints,
)
from modules.webhooks.delivering import must_wait, switch_off
from modules.webhooks.dispatching import (
    OPEN,
    ask_to_dispatch,
    endpoint_held,
    go_on,
    ping,
    send,
    wake,
)
from modules.webhooks.domain.addresses import AddressUnfit, target
from modules.webhooks.domain.messages import DATA
from modules.webhooks.models import DeliveryRow, EndpointRow

MOST_ENDPOINTS = 50


@command
def add_endpoint(message: AddEndpoint) -> Added:
    """Registers an address; from now on, or from the beginning, it is sent what it wants.

    Raises:
        AddressRefused: the shop does not send there.
        MessageTypeUnknown: one of the types does not exist.
        TooManyEndpoints: there are as many as the shop serves.
    """
    _check(message.url, message.types)
    if EndpointRow.objects.count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(
            f"There are {MOST_ENDPOINTS} endpoints already: remove one first.", limit=MOST_ENDPOINTS
        )
    moment = now()
    endpoint = EndpointRow.objects.create(
        id=new_id(),
        url=message.url,
        description=message.description,
        types=sorted(set(message.types)),
        personal=message.personal,
        switched_at=moment,
        created_at=moment,
        created_by=current_context().actor,
        position=0 if message.start == "beginning" else log_head(),
    )
    ask_to_dispatch()
    return Added(endpoint_id=endpoint.id, secret_id=keeping.make(endpoint).id)


@command
def change_endpoint(message: ChangeEndpoint) -> None:
    """Says anew where and what to send; messages that wait already go there too.

    Raises:
        EndpointNotFound: there is none.
        AddressRefused: the shop does not send there.
        MessageTypeUnknown: one of the types does not exist.
    """
    endpoint = _held(message.endpoint_id)
    _check(message.url, message.types)
    endpoint.url, endpoint.description = message.url, message.description
    endpoint.types, endpoint.personal = sorted(set(message.types)), message.personal
    endpoint.save(update_fields=["url", "description", "types", "personal"])


@command
def remove_endpoint(endpoint_id: UUID) -> None:
    """Forgets an endpoint, its secrets and all that was sent to it. Raises: EndpointNotFound."""
    _held(endpoint_id).delete()


@command
def switch_endpoint(message: SwitchEndpoint) -> None:
    """Ends sending, or goes on where it ended: what waits is sent at once, in order.

    As it is already: nothing.

    Raises:
        EndpointNotFound: there is none.
    """
    endpoint = _held(message.endpoint_id)
    if endpoint.on == message.on:
        return
    if not message.on:
        switch_off(endpoint, "staff", now())
        return
    endpoint.on, endpoint.off_reason, endpoint.switched_at = True, "", now()
    endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None
    endpoint.save()
    DeliveryRow.objects.filter(endpoint=endpoint, state="waiting").update(
        next_at=now(), restarted=F("attempts")
    )
    wake(endpoint)
    ask_to_dispatch()


@command
def rotate_secret(message: RotateSecret) -> UUID:
    """Gives an endpoint a new secret and returns its id, for `shown_secret`.

    Raises:
        EndpointNotFound: there is none.
    """
    endpoint = _held(message.endpoint_id)
    newest = keeping.make(endpoint).id
    keeping.end_others(endpoint, newest, timedelta(seconds=message.overlap_seconds))
    return newest


@command
def ping_endpoint(endpoint_id: UUID) -> UUID:
    """Sends a message that says nothing; returns its delivery's id.

    Raises:
        EndpointNotFound: there is none.
        EndpointOff: nothing is sent to it.
    """
    endpoint = _held(endpoint_id)
    _require_on(endpoint)
    return ping(endpoint, current_context().command_id or new_id()).id


@command
def seek(message: Seek) -> None:
    """Sends again whatever is at or after a position of the log, in order; a later one skips.

    What waits from there on is not lost: it is part of what is sent again.

    Raises:
        EndpointNotFound: there is none.
        PositionAhead: the log has not come so far.
    """
    endpoint = _held(message.endpoint_id)
    head = log_head()
    if not 1 <= message.position <= head + 1:
        raise PositionAhead(
            f"Positions are from 1 to {head + 1}, which is the next one.",
            position=message.position,
            head=head,
        )
    DeliveryRow.objects.filter(
        endpoint=endpoint, state__in=OPEN, alone=False, position__gte=message.position
    ).update(state="skipped", next_at=None, settled_at=now())
    endpoint.run += 1
    endpoint.position, endpoint.behind = message.position - 1, False
    endpoint.seek_from, endpoint.seek_until, endpoint.seek_at = message.position, head, now()
    endpoint.save()
    ask_to_dispatch()


@command
def redeliver(delivery_id: UUID) -> None:
    """Sends a delivery now, whatever became of it; the next of its order waits as before.

    Raises:
        DeliveryNotFound: there is none.
        EndpointOff: nothing is sent to its endpoint.
        DeliveryStepRefused: an earlier message of its order is not accepted yet.
    """
    delivery, endpoint = _delivery_held(delivery_id)
    _require_on(endpoint)
    if delivery.state in ("delivered", "skipped"):
        delivery.alone = True
    if must_wait(delivery):
        raise DeliveryStepRefused(
            "An earlier message of this order was not accepted yet: send or skip that one first.",
            state=delivery.state,
        )
    delivery.state, delivery.restarted = "waiting", delivery.attempts
    delivery.next_at, delivery.settled_at, delivery.sending_until = now(), None, None
    delivery.save()
    # Whoever sends it by hand takes the endpoint for mended.
    endpoint.wakes, endpoint.resting_until = endpoint.wakes + 1, None
    endpoint.save(update_fields=["wakes", "resting_until"])
    send(delivery, endpoint)


@command
def skip(delivery_id: UUID) -> None:
    """Gives a delivery up, so that what follows of its order is sent.

    Raises:
        DeliveryNotFound: there is none.
        DeliveryStepRefused: it is settled already.
    """
    delivery, endpoint = _delivery_held(delivery_id)
    if delivery.state not in OPEN:
        raise DeliveryStepRefused(
            f"Only what waits or failed is skipped; this one is {delivery.state}.",
            state=delivery.state,
        )
    delivery.state, delivery.next_at, delivery.settled_at = "skipped", None, now()
    delivery.save(update_fields=["state", "next_at", "settled_at"])
    if endpoint.on:
        go_on(endpoint, delivery)


def shown_secret(secret_id: UUID) -> str:
    """Returns a new secret, once: to whoever asks after that, nothing.

    No command, since answers of those are kept.
    """
    return keeping.show(secret_id)


def _check(url: str, types: tuple[str, ...]) -> None:
    try:
        target(url, local=settings.WEBHOOKS_LOCAL)
    except AddressUnfit as error:
        raise AddressRefused(str(error), url=url) from None
    for each in types:
        if each not in DATA:
            raise MessageTypeUnknown(f"There is no message of the type {each!r}.", type=each)


def _held(endpoint_id: UUID) -> EndpointRow:
    endpoint = endpoint_held(endpoint_id)
    if endpoint is None:
        raise EndpointNotFound("There is no such endpoint.", endpoint_id=endpoint_id)
    return endpoint


def _require_on(endpoint: EndpointRow) -> None:
    if not endpoint.on:
        raise EndpointOff("The endpoint is switched off: switch it on first.")


def _delivery_held(delivery_id: UUID) -> tuple[DeliveryRow, EndpointRow]:
    """Returns a delivery and its endpoint, both kept; the endpoint first, as everywhere."""
    found = DeliveryRow.objects.filter(id=delivery_id).first()
    endpoint = endpoint_held(found.endpoint_id) if found else None
    delivery = DeliveryRow.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None or endpoint is None:
        raise DeliveryNotFound("There is no such delivery.", delivery_id=delivery_id)
    return delivery, endpoint
