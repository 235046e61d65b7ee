"""What can be done with endpoints and deliveries, each under the lock of the endpoint."""

from uuid import UUID

from django.conf import settings

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
    MessageTypeUnknown,
    TooManyEndpoints,
)
from modules.webhooks.dispatching import ask_to_dispatch
from modules.webhooks.domain.addresses import AddressUnfit, target
from modules.webhooks.domain.messages import DATA
from modules.webhooks.models import EndpointRow

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
