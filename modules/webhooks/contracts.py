"""Webhooks: telling other systems what happens to orders, signed, in order, at least once.

An **endpoint** is an address of somebody else's that wants messages. A **message** is one change of
an order or of its money, made from one recorded event. A **delivery** is one message on its way to
one endpoint; each time it is sent is an **attempt**. Messages of one order are sent one after the
other, each when the one before was accepted; other orders do not wait for it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from modules.kernel.errors import Conflict, NotFound


class EndpointNotFound(NotFound):
    """No endpoint of this id; field: `endpoint_id`."""

    code = "webhook-endpoint-not-found"


class DeliveryNotFound(NotFound):
    """No delivery of this id, or it is too old to be kept; field: `delivery_id`."""

    code = "webhook-delivery-not-found"


class AddressRefused(Conflict):
    """The shop does not send to this address; field: `url`."""

    code = "webhook-address-refused"


class MessageTypeUnknown(Conflict):
    """No message of this type exists; field: `type`."""

    code = "webhook-type-unknown"


class TooManyEndpoints(Conflict):
    """The shop has as many endpoints as it serves; field: `limit`."""

    code = "webhook-endpoints-full"


class EndpointOff(Conflict):
    """The endpoint is switched off: switch it on first."""

    code = "webhook-endpoint-off"


class PositionAhead(Conflict):
    """The log has not come so far; fields: `position`, `head`."""

    code = "webhook-position-ahead"


class DeliveryStepRefused(Conflict):
    """The delivery's state does not allow this; field: `state`."""

    code = "webhook-delivery-step-refused"


# waiting: for its turn or its next attempt. failed: given up after the last attempt; it holds up
# what follows of its order until somebody sends it again or skips it. skipped: by staff, or by a
# seek that sends it anew.
type DeliveryState = Literal["waiting", "delivered", "failed", "skipped"]
type Start = Literal["now", "beginning"]
# Why an endpoint is off: by staff, because nothing was accepted for days, or because it said 410.
type OffReason = Literal["", "staff", "failing", "gone"]

DISPATCH = "webhooks.dispatch"
DELIVER = "webhooks.deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """`types`: which messages it wants, none for all. `personal`: with names and addresses."""

    url: str
    description: str = ""
    types: tuple[str, ...] = ()
    personal: bool = False
    start: Start = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEndpoint:
    endpoint_id: UUID
    url: str
    description: str
    types: tuple[str, ...]
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchEndpoint:
    endpoint_id: UUID
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """A new secret from now on; until `overlap_seconds` are over the old one signs as well."""

    endpoint_id: UUID
    overlap_seconds: int = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Seek:
    """Sends everything again from the first message at or after `position`, in order."""

    endpoint_id: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new endpoint, and the name under which its secret can be read once."""

    endpoint_id: UUID
    secret_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret without its value. `ends_at`: it signs until then; None: the present one."""

    id: UUID
    created_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeking:
    """How far a seek is: `done` of `total` messages between the two positions are settled."""

    from_position: int
    until_position: int
    asked_at: datetime
    total: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint as staff see it. `position`: up to there the log was looked through for it."""

    id: UUID
    url: str
    description: str
    types: tuple[str, ...]
    personal: bool
    on: bool
    off_reason: OffReason
    switched_at: datetime
    created_at: datetime
    created_by: str
    position: int
    waiting: int
    failed: int
    failing_since: datetime | None
    resting_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: UUID
    endpoint_id: UUID
    message_id: str
    type: str
    position: int
    order_id: UUID | None
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time it was sent. `status` is None where no answer came; then `error` says why."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    answer: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDetail:
    """A delivery with its attempts and its body, from which what is personal is left out."""

    delivery: Delivery
    url: str
    body: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    endpoint_id: UUID
    state: str = ""
    type: str = ""
    order_id: UUID | None = None
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    deliveries: tuple[Delivery, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """A type of message: what it means, and the JSON Schema of its `data`."""

    type: str
    version: int
    summary: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage:
    """A message as a consumer reads it without being called, in the words that are sent."""

    id: str
    type: str
    version: int
    timestamp: str
    position: int
    order_id: str
    sequence: int
    data: dict[str, Any]
