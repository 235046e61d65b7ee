"""What can be asked about webhooks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from events.store import log_head
from modules.webhooks.contracts import (
    Attempt,
    Delivery,
    DeliveryDetail,
    DeliveryFilter,
    DeliveryNotFound,
    DeliveryPage,
    Endpoint,
    EndpointNotFound,
    FeedMessage,
    MessageType,
    Secret,
    Seeking,
)
from modules.webhooks.domain.messages import DATA, PING, VERSION, Data, Ping
from modules.webhooks.models import AttemptRow, DeliveryRow, EndpointRow, MessageRow, SecretRow
from modules.webhooks.reading import body_of, messages

__all__ = ["log_head"]


def message_classes() -> dict[str, type[Data]]:
    """Returns the class of each type's `data`, in the order of an order's life, and the ping's."""
    return {**DATA, PING: Ping}


def message_types() -> tuple[MessageType, ...]:
    """Returns every type of message with its words and schema, in the same order."""
    return tuple(
        MessageType(
            type=name,
            version=VERSION,
            summary=" ".join((data.__doc__ or "").split()),
            schema=msgspec.json.schema(data),
        )
        for name, data in message_classes().items()
    )


def endpoints() -> tuple[Endpoint, ...]:
    """Returns every endpoint, oldest first; two queries."""
    return _told(EndpointRow.objects.order_by("created_at", "id"))


def endpoint(endpoint_id: UUID) -> Endpoint:
    """Returns one endpoint. Raises: EndpointNotFound: there is none."""
    found = _told(EndpointRow.objects.filter(id=endpoint_id))
    if not found:
        raise EndpointNotFound("There is no such endpoint.", endpoint_id=endpoint_id)
    return found[0]


def troubled() -> int:
    """Returns how many endpoints need a person: messages failed, or they went off by themselves."""
    failed = DeliveryRow.objects.filter(state="failed", alone=False).values("endpoint_id")
    gone = Q(on=False) & ~Q(off_reason="staff")
    return EndpointRow.objects.filter(gone | Q(id__in=failed)).count()


def secrets_of(endpoint_id: UUID, at: datetime) -> tuple[Secret, ...]:
    """Returns which secrets sign at a moment, the newest first; their values are not told."""
    rows = SecretRow.objects.filter(endpoint_id=endpoint_id).order_by("-created_at", "-id")
    return tuple(
        Secret(id=row.id, created_at=row.created_at, ends_at=row.ends_at)
        for row in rows
        if row.ends_at is None or row.ends_at > at
    )


def seeking(endpoint_id: UUID) -> Seeking | None:
    """Returns how far the last seek of an endpoint is; None: it never sought."""
    row = EndpointRow.objects.filter(id=endpoint_id).first()
    if row is None or row.seek_from is None or row.seek_until is None or row.seek_at is None:
        return None
    between = {"position__gte": row.seek_from, "position__lte": row.seek_until}
    wanted = MessageRow.objects.filter(**between)
    if row.types:
        wanted = wanted.filter(type__in=row.types)
    made = DeliveryRow.objects.filter(endpoint=row, run=row.run, **between)
    return Seeking(
        from_position=row.seek_from,
        until_position=row.seek_until,
        asked_at=row.seek_at,
        total=wanted.count(),
        done=made.exclude(state="waiting").count(),
    )


def deliveries(wanted: DeliveryFilter) -> DeliveryPage:
    """Returns a page of what was sent to an endpoint, newest first.

    Raises:
        EndpointNotFound: there is no such endpoint.
    """
    if not EndpointRow.objects.filter(id=wanted.endpoint_id).exists():
        raise EndpointNotFound("There is no such endpoint.", endpoint_id=wanted.endpoint_id)
    rows = DeliveryRow.objects.filter(endpoint_id=wanted.endpoint_id)
    given = {"state": wanted.state, "type": wanted.type, "order_id": wanted.order_id}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if after := _read_cursor(wanted.cursor):
        rows = rows.filter(_before(*after))
    # Those of one batch have one moment; their place in the log tells them apart.
    found = list(rows.order_by("-created_at", "-position", "-id")[: wanted.limit + 1])
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    return DeliveryPage(
        deliveries=tuple(_delivery(row) for row in shown),
        next_cursor=_cursor(shown[-1]) if more else "",
    )


def delivery(delivery_id: UUID) -> DeliveryDetail:
    """Returns a delivery with all of its attempts, oldest first.

    Raises:
        DeliveryNotFound: there is none, or it is too old to be kept.
    """
    row = DeliveryRow.objects.select_related("endpoint").filter(id=delivery_id).first()
    if row is None:
        raise DeliveryNotFound("There is no such delivery.", delivery_id=delivery_id)
    return DeliveryDetail(
        delivery=_delivery(row),
        url=row.endpoint.url,
        body=body_of(row).decode(),
        attempts=tuple(
            _attempt(each) for each in AttemptRow.objects.filter(delivery=row).order_by("number")
        ),
    )


def feed(after: int, limit: int, types: Sequence[str] = ()) -> tuple[FeedMessage, ...]:
    """Returns the next messages after a position of the log, for who would rather ask."""
    rows = MessageRow.objects.filter(position__gt=after).order_by("position")
    if types:
        rows = rows.filter(type__in=types)
    found = messages(list(rows[:limit]))
    return tuple(
        FeedMessage(id=identifier, **msgspec.to_builtins(message)) for identifier, message in found
    )


def _told(rows: Iterable[EndpointRow]) -> tuple[Endpoint, ...]:
    """Returns endpoints with how much is open at each; one query for all of them."""
    found = list(rows)
    counts: dict[tuple[UUID, str], int] = {
        (endpoint_id, state): count
        for endpoint_id, state, count in DeliveryRow.objects.filter(
            state__in=("waiting", "failed"), endpoint__in=found
        )
        .values_list("endpoint_id", "state")
        .annotate(Count("id"))
    }
    return tuple(
        Endpoint(
            id=row.id,
            url=row.url,
            description=row.description,
            types=tuple(row.types),
            personal=row.personal,
            on=row.on,
            off_reason=row.off_reason,  # type: ignore[arg-type]  # stored from the same literal
            switched_at=row.switched_at,
            created_at=row.created_at,
            created_by=row.created_by,
            position=row.position,
            waiting=counts.get((row.id, "waiting"), 0),
            failed=counts.get((row.id, "failed"), 0),
            failing_since=row.failing_since,
            resting_until=row.resting_until,
        )
        for row in found
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        message_id=row.message_id,
        type=row.type,
        position=row.position,
        order_id=row.order_id,
        state=row.state,  # type: ignore[arg-type]  # stored from the same literal
        attempts=row.attempts,
        next_at=row.next_at,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        number=row.number,
        at=row.at,
        milliseconds=row.milliseconds,
        status=row.status,
        answer=row.answer,
        error=row.error,
    )


def _before(moment: datetime, position: int, identifier: UUID) -> Q:
    of_its_batch = Q(position__lt=position) | Q(position=position, id__lt=identifier)
    return Q(created_at__lt=moment) | Q(created_at=moment) & of_its_batch


def _cursor(row: DeliveryRow) -> str:
    return f"{row.created_at.isoformat()}_{row.position}_{row.id}"


def _read_cursor(cursor: str) -> tuple[datetime, int, UUID] | None:
    """Reads the end of the page before; what cannot be read begins anew."""
    match cursor.split("_"):
        case [moment, position, identifier] if position.isascii() and position.isdecimal():
            try:
                found = datetime.fromisoformat(moment), int(position[:18]), UUID(identifier)
            except ValueError:
                return None
            return found if found[0].tzinfo else None
    return None
