"""One attempt: what is to be sent, then, when the answer is there, what follows from it.

Both are transactions of their own; between them, in none, the other side is called.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from events.alarms import raise_alarm
from modules.kernel.clock import now
from modules.webhooks.dispatching import OPEN, endpoint_held, go_on, make_room, send
from modules.webhooks.domain import schedule, signing
from modules.webhooks.gateways.http import Answer
from modules.webhooks.keeping import opened
from modules.webhooks.models import AttemptRow, DeliveryRow, EndpointRow
from modules.webhooks.reading import body_of

# Longer than a call may take; whoever died meanwhile is taken up by the effect's next attempt.
SENDING = timedelta(seconds=30)
KEPT_CHARACTERS = 1024
SPREAD_MILLISECONDS = 5_000
USER_AGENT = "Counterfoil-Webhooks/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request to be made, signed and complete."""

    delivery_id: UUID
    attempt: int
    url: str
    body: bytes
    headers: dict[str, str]


@transaction.atomic
def prepare(delivery_id: UUID, attempt: int) -> Outgoing | None:
    """Returns what to send at this attempt; None: nothing, or not now.

    Raises:
        PersonalKeyMissing: the endpoint's secret cannot be opened.
    """
    delivery = DeliveryRow.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None or delivery.state != "waiting" or delivery.attempts + 1 != attempt:
        return None
    endpoint = EndpointRow.objects.get(id=delivery.endpoint_id)
    moment = now()
    if not endpoint.on or (delivery.sending_until and delivery.sending_until > moment):
        return None
    if must_wait(delivery):
        return None
    if delivery.order_id and endpoint.resting_until and endpoint.resting_until > moment:
        _postpone(delivery, endpoint, endpoint.resting_until)
        return None
    delivery.sending_until = moment + SENDING
    delivery.save(update_fields=["sending_until"])
    body = body_of(delivery, personal=endpoint.personal)
    signed = signing.headers(
        opened(endpoint.id, moment), delivery.message_id, int(moment.timestamp()), body
    )
    return Outgoing(
        delivery_id=delivery.id,
        attempt=attempt,
        url=endpoint.url,
        body=body,
        headers={"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed},
    )


def must_wait(delivery: DeliveryRow) -> bool:
    """Tells whether an earlier message of the same order is not accepted yet."""
    if delivery.order_id is None or delivery.alone:
        return False
    earlier = DeliveryRow.objects.filter(
        endpoint=delivery.endpoint_id,
        order_id=delivery.order_id,
        position__lt=delivery.position,
        state__in=OPEN,
        alone=False,
    )
    return earlier.exists()


def _postpone(delivery: DeliveryRow, endpoint: EndpointRow, until: datetime) -> None:
    """Waits with its endpoint, which is no attempt; not all of them come back at one moment."""
    delivery.next_at = until + timedelta(milliseconds=delivery.id.int % SPREAD_MILLISECONDS)
    delivery.save(update_fields=["next_at"])
    send(delivery, endpoint, occasion=until.isoformat())


@transaction.atomic
def conclude(sent: Outgoing, answer: Answer) -> None:
    """Records an attempt and what follows: the next message, another attempt, or the end."""
    found = DeliveryRow.objects.filter(id=sent.delivery_id).first()
    endpoint = endpoint_held(found.endpoint_id) if found else None
    delivery = DeliveryRow.objects.select_for_update().filter(id=sent.delivery_id).first()
    if endpoint is None or delivery is None:
        return
    moment = now()
    _record(sent, answer, endpoint, moment)
    if delivery.state != "waiting" or delivery.attempts >= sent.attempt:
        return
    delivery.attempts, delivery.sending_until = sent.attempt, None
    if answer.accepted:
        _accepted(delivery, endpoint, moment)
    else:
        _refused(delivery, endpoint, answer, moment)


def _record(sent: Outgoing, answer: Answer, endpoint: EndpointRow, moment: datetime) -> None:
    # Whoever is sent names and addresses may repeat them in what it answers.
    text = "" if endpoint.personal else answer.body[:KEPT_CHARACTERS].decode(errors="replace")
    AttemptRow.objects.get_or_create(
        delivery_id=sent.delivery_id,
        number=sent.attempt,
        defaults={
            "at": moment,
            "milliseconds": answer.milliseconds,
            "status": answer.status,
            "answer": text.replace("\x00", "\ufffd"),
            "error": answer.error[:300],
        },
    )


def _accepted(delivery: DeliveryRow, endpoint: EndpointRow, moment: datetime) -> None:
    delivery.state, delivery.next_at, delivery.settled_at = "delivered", None, moment
    delivery.save()
    if endpoint.failures:
        endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None
        endpoint.save(update_fields=["failures", "failing_since", "resting_until"])
    go_on(endpoint, delivery)


def _refused(
    delivery: DeliveryRow, endpoint: EndpointRow, answer: Answer, moment: datetime
) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or moment
    if endpoint.resting_until is None or endpoint.resting_until <= moment:
        endpoint.resting_until = schedule.rest(endpoint.failures, moment)
    endpoint.save(update_fields=["failures", "failing_since", "resting_until"])
    asked = answer.headers.get("retry-after", "")
    wanted = (
        schedule.retry_after(asked, moment) if answer.status in schedule.ASKING_FOR_TIME else None
    )
    made = delivery.attempts - delivery.restarted
    delivery.next_at = schedule.next_attempt(made, moment, wanted)
    if delivery.next_at is None:
        delivery.state, delivery.settled_at = "failed", moment
    delivery.save()
    if answer.status == schedule.GONE:
        switch_off(endpoint, "gone", moment)
    elif moment - endpoint.failing_since >= schedule.PATIENCE:
        switch_off(endpoint, "failing", moment)
    if delivery.next_at is None:
        _tell_of_failure(delivery, endpoint)
    elif endpoint.on:
        send(delivery, endpoint)
    if endpoint.on:
        make_room(endpoint)


def switch_off(endpoint: EndpointRow, reason: str, moment: datetime) -> None:
    """Ends sending to an endpoint; what waits goes on waiting. Tells staff, unless it was them."""
    endpoint.on, endpoint.off_reason, endpoint.switched_at = False, reason, moment
    endpoint.save(update_fields=["on", "off_reason", "switched_at"])
    causes = {
        "gone": "it answered 410 Gone, which asks for no more messages",
        "failing": f"it accepted nothing for {schedule.PATIENCE.days} days",
    }
    if reason in causes:
        raise_alarm(
            f"webhooks-off:{endpoint.id}:{moment.isoformat()}",
            "a webhook endpoint was switched off",
            f"The endpoint {endpoint.id} is switched off: {causes[reason]}. Nothing is lost; once"
            f" it is mended, switch it on at /staff/webhooks/{endpoint.id}/ and what waits is sent"
            " in order.",
        )


def _tell_of_failure(delivery: DeliveryRow, endpoint: EndpointRow) -> None:
    raise_alarm(
        f"webhooks-failed:{delivery.id}:{delivery.attempts}",
        "a webhook message was given up",
        f"The message {delivery.message_id} was not accepted in {schedule.ATTEMPTS} attempts. What"
        " follows of its order waits until it is sent again or skipped at"
        f" /staff/webhooks/deliveries/{delivery.id}/.",
    )
