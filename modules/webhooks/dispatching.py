"""From the feed to deliveries: what an endpoint has not got yet becomes rows and effects.

All that decides about an endpoint holds its row, so that of two workers one waits for the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import Q

from events.outbox import emit
from modules.kernel.clock import now
from modules.kernel.identity import derived_id, new_id
from modules.webhooks.contracts import DELIVER, DISPATCH
from modules.webhooks.domain.messages import PING
from modules.webhooks.domain.schedule import FAILURES_BEFORE_REST
from modules.webhooks.models import DeliveryRow, EndpointRow, MessageRow
from modules.webhooks.reading import messages

# Deliveries that wait at an endpoint at a time; more are made when some of them are settled.
WINDOW = 200
# Messages looked through in one transaction.
STRETCH = 1000
OPEN = ("waiting", "failed")


def endpoint_held(endpoint_id: UUID) -> EndpointRow | None:
    """Returns an endpoint, kept from everybody else until the transaction ends."""
    return EndpointRow.objects.select_for_update().filter(id=endpoint_id).first()


def moving(endpoint: EndpointRow) -> int:
    """Returns how many messages are on their way to an endpoint and not held up by their order.

    While it accepts nothing at all, all of them count, so that no more than a window is made.
    """
    found = DeliveryRow.objects.filter(endpoint=endpoint, state="waiting")
    if endpoint.failures < FAILURES_BEFORE_REST:
        refused = Q(state="failed") | Q(state="waiting", attempts__gte=2)
        stuck = DeliveryRow.objects.filter(refused, endpoint=endpoint, alone=False)
        found = found.exclude(order_id__in=stuck.filter(order_id__isnull=False).values("order_id"))
    return found.count()


def dispatch(endpoint: EndpointRow) -> None:
    """Makes deliveries of what comes next in the feed, as many as there is room for.

    The caller holds the endpoint. What is left over is made when room is left again.
    """
    if not endpoint.on:
        return
    room = WINDOW - moving(endpoint)
    rows = MessageRow.objects.filter(position__gt=endpoint.position).order_by("position")
    seen = list(rows[:STRETCH])
    chosen: list[MessageRow] = []
    reached = endpoint.position
    for row in seen:
        wanted = not endpoint.types or row.type in endpoint.types
        if wanted and len(chosen) >= room:
            break
        reached = row.position
        if wanted:
            chosen.append(row)
    endpoint.behind = bool(seen) and reached < seen[-1].position
    endpoint.position = reached
    endpoint.save(update_fields=["position", "behind"])
    _deliver(endpoint, chosen)
    if len(seen) == STRETCH and not endpoint.behind:
        ask_to_dispatch()


def ask_to_dispatch() -> None:
    """Has the endpoints looked through after this transaction."""
    emit(DISPATCH, key=str(new_id()))


def _deliver(endpoint: EndpointRow, rows: Sequence[MessageRow]) -> None:
    busy = set(open_orders(endpoint, {row.order_id for row in rows}))
    moment = now()
    made = []
    for row, (identifier, _) in zip(rows, messages(rows), strict=True):
        made.append(
            DeliveryRow(
                id=derived_id("webhooks.delivery", endpoint.id, endpoint.run, row.position),
                endpoint=endpoint,
                run=endpoint.run,
                position=row.position,
                order_id=row.order_id,
                message_id=identifier,
                type=row.type,
                next_at=moment,
                created_at=moment,
            )
        )
    DeliveryRow.objects.bulk_create(made)
    for delivery in made:
        if delivery.order_id not in busy:
            busy.add(delivery.order_id)
            send(delivery, endpoint)


def open_orders(endpoint: EndpointRow, orders: Iterable[UUID]) -> Iterable[UUID | None]:
    """Returns those of the orders of which something is still to be accepted."""
    found = DeliveryRow.objects.filter(
        endpoint=endpoint, order_id__in=orders, state__in=OPEN, alone=False
    )
    return found.values_list("order_id", flat=True).distinct()


def send(delivery: DeliveryRow, endpoint: EndpointRow, occasion: str = "") -> None:
    """Asks for the next attempt of a delivery, when it is due; on one occasion, it is asked once.

    The occasion is the attempt itself and what started it again, if anything did.
    """
    attempt = delivery.attempts + 1
    emit(
        DELIVER,
        key=f"{delivery.id}:{attempt}:{endpoint.wakes}:{occasion}",
        due_at=delivery.next_at,
        delivery_id=delivery.id,
        attempt=attempt,
    )


def next_of(endpoint: EndpointRow, order_id: UUID) -> DeliveryRow | None:
    """Returns the delivery of an order whose turn it is, if it is one that may be sent."""
    first = (
        DeliveryRow.objects.filter(
            endpoint=endpoint, order_id=order_id, state__in=OPEN, alone=False
        )
        .order_by("position")
        .first()
    )
    return first if first is not None and first.state == "waiting" else None


def go_on(endpoint: EndpointRow, settled: DeliveryRow) -> None:
    """Sends what waited for a delivery, and makes new ones where there is room again."""
    if settled.order_id and not settled.alone and (after := next_of(endpoint, settled.order_id)):
        send(after, endpoint)
    make_room(endpoint)


def make_room(endpoint: EndpointRow) -> None:
    """Has new deliveries made where enough of the present ones are settled, or held up."""
    if endpoint.behind and moving(endpoint) <= WINDOW // 2:
        ask_to_dispatch()


def turns(endpoint: EndpointRow) -> Iterator[DeliveryRow]:
    """Yields the deliveries that wait for nothing but their time, one of each order."""
    rows = DeliveryRow.objects.filter(endpoint=endpoint, state__in=OPEN).order_by("position", "id")
    busy: set[UUID] = set()
    for each in rows:
        free = each.alone or each.order_id is None or each.order_id not in busy
        if each.order_id and not each.alone:
            busy.add(each.order_id)
        if free and each.state == "waiting":
            yield each


def wake(endpoint: EndpointRow) -> None:
    """Sends all whose turn it is anew, each when it is due."""
    endpoint.wakes += 1
    endpoint.save(update_fields=["wakes"])
    for each in turns(endpoint):
        send(each, endpoint)


def ping(endpoint: EndpointRow, key: UUID) -> DeliveryRow:
    """Makes a message that says nothing, and sends it whatever else waits."""
    moment = now()
    identifier = derived_id("webhooks.ping", endpoint.id, key)
    delivery, _ = DeliveryRow.objects.get_or_create(
        id=identifier,
        defaults={
            "endpoint": endpoint,
            "run": endpoint.run,
            "position": 0,
            "order_id": None,
            "message_id": f"msg_{identifier.hex}",
            "type": PING,
            "alone": True,
            "next_at": moment,
            "created_at": moment,
        },
    )
    send(delivery, endpoint)
    return delivery
